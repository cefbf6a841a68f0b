"""The loss curve: a log scale that reads back, columns that keep the mean, and no trouble with what is not finite."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superviz.core.experiment import Experiment
from superviz.scene.loss_curve import LossCurve, brief_loss_name, loss_curve, loss_name

BOX = (48.0, 31.0, 1592.0, 151.0)


def curve_of(losses: object, horizon: float = 5000, column: float = 6.0) -> LossCurve:
    values = np.asarray(losses, dtype=np.float32)
    return loss_curve(10 * np.arange(1, len(values) + 1), values, horizon, BOX, column)


def test_steps_span_the_width() -> None:
    curve = curve_of([0.01, 0.001])
    assert (curve.x(0), curve.x(2500), curve.x(5000)) == (48.0, 820.0, 1592.0)


def test_equal_ratios_are_equal_heights() -> None:
    curve = curve_of([0.1, 0.01, 0.001], horizon=30)
    heights = curve.points[:, 1]
    assert heights[1] - heights[0] == pytest.approx(heights[2] - heights[1])


def test_keeps_a_tenth_free_above_and_below() -> None:
    curve = curve_of([0.1, 0.001], horizon=20)
    assert curve.points[:, 1].tolist() == pytest.approx([31 + 12, 151 - 12])
    assert (curve.y(curve.high), curve.y(curve.low)) == pytest.approx((31.0, 151.0))


def test_a_flat_loss_lies_in_the_middle() -> None:
    curve = curve_of([0.01, 0.01, 0.01], horizon=30)
    assert curve.points[:, 1] == pytest.approx([91.0] * 3)
    assert curve.high > curve.low > 0


def test_a_columns_mean_is_its_losses_mean() -> None:
    losses = np.random.default_rng(0).uniform(0.001, 0.01, 5000)
    curve = curve_of(losses, horizon=50_000, column=30.88)
    assert len(curve.points) == pytest.approx(51, abs=1)
    # 100 buckets of 0.3088 px make a column; the first holds one fewer, since the first loss is at step 10.
    assert curve.points[1, 1] == pytest.approx(curve.y(float(losses[99:199].astype(np.float32).mean())), abs=0.2)


def test_begins_and_ends_where_the_losses_do() -> None:
    curve = curve_of(np.linspace(0.01, 0.001, 424))
    assert curve.points[0, 0] == pytest.approx(curve.x(10))
    assert curve.points[-1, 0] == pytest.approx(curve.x(4240))


def test_one_loss_is_a_point() -> None:
    assert len(curve_of([0.01]).points) == 1


@pytest.mark.parametrize("losses", [[], [np.nan, np.inf], [0.0, -1.0]])
def test_nothing_to_show(losses: list[float]) -> None:
    curve = curve_of(losses)
    assert (len(curve.points), curve.high) == (0, 0.0)
    assert curve.y_at(100) == BOX[3]
    shown, ahead = curve.split(100)
    assert len(shown) == len(ahead) == 0


def test_what_is_not_finite_is_left_out() -> None:
    curve = curve_of([0.01, np.nan, np.inf, 0.001], horizon=40)
    assert len(curve.points) == 2
    assert np.isfinite(curve.points).all()


def test_splits_on_the_curve() -> None:
    curve = curve_of([0.1, 0.001], horizon=20)
    x = curve.x(15)
    shown, ahead = curve.split(x)
    assert shown[-1].tolist() == ahead[0].tolist() == [x, pytest.approx(91.0)]
    assert len(shown) == len(ahead) == 2


@pytest.mark.parametrize(("step", "parts"), [(0, (0, 2)), (10, (0, 2)), (20, (2, 0)), (99, (2, 0))])
def test_split_beyond_an_end(step: float, parts: tuple[int, int]) -> None:
    curve = curve_of([0.1, 0.001], horizon=20)
    assert tuple(map(len, curve.split(curve.x(step)))) == parts


@given(st.lists(st.floats(1e-8, 1e4), min_size=1, max_size=200), st.integers(1, 10_000), st.floats(1, 50))
def test_stays_in_its_box(losses: list[float], horizon: int, column: float) -> None:
    horizon = max(horizon, 10 * len(losses))
    curve = loss_curve(10 * np.arange(1, len(losses) + 1), np.asarray(losses, np.float32), horizon, BOX, column)
    xs, ys = curve.points.T
    assert (np.diff(xs) > 0).all()
    assert xs.min() >= BOX[0]
    assert xs.max() <= BOX[2] + 1e-6
    assert ys.min() >= BOX[1]
    assert ys.max() <= BOX[3]
    assert len(xs) <= (BOX[2] - BOX[0]) / column + 2


class TestTestLosses:
    LOSSES = np.geomspace(0.1, 0.001, 50).astype(np.float32)

    def both(self, test_losses: object) -> LossCurve:
        tests = np.asarray(test_losses, dtype=np.float32)
        return loss_curve(10 * np.arange(1, 51), self.LOSSES, 500, BOX, 6.0, tests)

    def test_they_are_read_off_the_same_scale(self) -> None:
        curve = self.both(0.5 * self.LOSSES)
        assert len(curve.test_points) == len(curve.points)
        np.testing.assert_allclose(curve.test_points[:, 0], curve.points[:, 0])
        first = curve.points[0, 1], curve.test_points[0, 1]
        assert first == pytest.approx((curve.y(0.1), curve.y(0.05)), abs=0.01)

    def test_the_scale_holds_both(self) -> None:
        for factor in (0.01, 100.0):
            curve = self.both(factor * self.LOSSES)
            ys = np.concatenate([curve.points[:, 1], curve.test_points[:, 1]])
            assert BOX[1] < ys.min() < ys.max() < BOX[3]

    def test_what_is_not_finite_is_left_out_of_either(self) -> None:
        curve = self.both(np.full(50, np.nan))
        assert len(curve.test_points) == 0
        assert len(curve.points)


@pytest.mark.parametrize(
    ("recipe", "name"),
    [
        ({}, "loss, mean over features"),
        ({"loss_over_features": "sum"}, "loss, sum over features"),
        ({"l1_penalty": 0.01}, "loss, mean over features + L1"),
        ({"noise_free": True}, "expected loss, noise-free, mean over features"),
    ],
)
def test_a_loss_says_which_it_is(recipe: dict[str, object], name: str) -> None:
    assert loss_name(Experiment(n_features=5, n_hidden=2, **recipe), described=True) == name  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("recipe", "name"),
    [
        ({}, "mean loss"),
        ({"loss_over_features": "sum"}, "summed loss"),
        ({"noise_free": True}, "expected loss"),
    ],
)
def test_it_has_a_brief_name_beside_a_number(recipe: dict[str, object], name: str) -> None:
    assert brief_loss_name(Experiment(n_features=5, n_hidden=2, **recipe), described=True) == name  # pyright: ignore[reportArgumentType]
