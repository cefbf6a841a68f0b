"""Theory against published numbers, Monte Carlo, finite differences, brute force and its own symmetries."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superviz.core.theory import (
    critical_polygon,
    expected_loss,
    held_pair_boundary,
    is_antipodal,
    minimise,
    optimum,
    phase_boundary,
    polygon_level,
    two_feature_optimum,
    zero_bias_boundary,
)


def sampled_loss(W: np.ndarray, b: np.ndarray, p: float, importance: list[float], count: int = 1_000_000) -> np.ndarray:
    rng = np.random.default_rng(3)
    x = np.where(rng.random((W.shape[1], count)) < p, rng.random((W.shape[1], count)), 0.0)
    error = np.maximum(W.T @ (W @ x) + b[:, None], 0) - x
    return np.array(importance) @ error**2


@pytest.mark.parametrize(("features", "hidden"), [(1, 1), (2, 1), (3, 2), (3, 1)])
def test_the_expected_loss_is_that_of_samples(features: int, hidden: int) -> None:
    """A million samples know the loss to some .3 %: a forgotten set of active features would be far more."""
    rng = np.random.default_rng(features)
    W, b = rng.normal(size=(hidden, features)), rng.normal(size=features) * 0.3
    importance = [1.0, 0.7, 0.4][:features]
    losses = sampled_loss(W, b, 0.4, importance)
    loss = expected_loss(W, b, 0.4, importance)[0]
    assert loss == pytest.approx(losses.mean(), abs=5 * losses.std() / 1000)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 1.0))
def test_its_gradient_is_the_slope_of_the_loss(seed: int, p: float) -> None:
    rng = np.random.default_rng(seed)
    W, b = rng.normal(size=(2, 3)), rng.normal(size=3) * 0.5
    importance = rng.uniform(0.1, 2.0, size=3)
    _, dW, db = expected_loss(W, b, p, importance.tolist())
    step = 1e-5
    for toward_W, toward_b in ((rng.normal(size=(2, 3)), np.zeros(3)), (np.zeros((2, 3)), rng.normal(size=3))):
        ahead, behind = (
            expected_loss(W + side * step * toward_W, b + side * step * toward_b, p, importance.tolist())[0]
            for side in (1, -1)
        )
        slope = (dW * toward_W).sum() + db @ toward_b
        assert (ahead - behind) / (2 * step) == pytest.approx(slope, rel=1e-4, abs=1e-6)


def test_a_perfect_model_loses_nothing_and_a_dead_one_all() -> None:
    assert expected_loss(np.eye(2), np.zeros(2), 0.3, (1.0, 1.0))[0] == pytest.approx(0, abs=1e-15)
    loss, dW, _ = expected_loss(np.zeros((1, 2)), np.full(2, -1.0), 0.3, (1.0, 0.5))
    assert loss == pytest.approx(0.3 / 3 * 1.5)
    assert not dW.any()


def test_the_published_boundary_at_zero_bias() -> None:
    """SCIENCE, experiment 5; and by the losses themselves, which tie there."""
    assert [round(zero_bias_boundary(i), 4) for i in (1, 0.5, 0.1, 10)] == [0.5714, 0.4444, 0.16, 0.16]
    for importance in (1.0, 0.5, 3.0):
        p = zero_bias_boundary(importance)
        pair = expected_loss(np.array([[1.0, -1.0]]), np.zeros(2), p, (1.0, importance))[0]
        kept = np.array([[1.0, 0.0]]) if importance <= 1 else np.array([[0.0, 1.0]])
        mean = np.where(kept[0] > 0, 0.0, p / 2)
        alone = expected_loss(kept, mean, p, (1.0, importance))[0]
        assert pair == pytest.approx(alone, rel=1e-9)


def test_the_boundary_where_all_is_optimised() -> None:
    """SCIENCE, experiment 5, at importances of a half and a tenth, within its tolerance; and the same turned round."""
    assert phase_boundary(0.5) == pytest.approx(0.49, abs=0.02)
    assert phase_boundary(0.1) == pytest.approx(0.185, abs=0.02)
    assert phase_boundary(2.0) == phase_boundary(0.5)
    assert phase_boundary(1.0) == pytest.approx(0.713, abs=0.001)
    assert held_pair_boundary() == pytest.approx(0.621, abs=0.001)


@pytest.mark.parametrize("importance", [1.0, 0.5])
def test_no_random_start_finds_a_better_model(importance: float) -> None:
    rng = np.random.default_rng(5)
    for p in (0.3, 0.62, 0.8):
        best = two_feature_optimum(p, importance).loss
        starts = [(rng.normal(size=(1, 2)), rng.normal(size=2) * 0.3) for _ in range(12)]
        assert min(optimum(W, b, p, (1.0, importance)).loss for W, b in starts) >= best - 1e-8


def test_at_equal_importance_the_pair_beats_the_mixed_model_well_beyond_62_percent() -> None:
    """Told by samples alone: 7 % apart at p = .62, where a million know each loss to .2 %."""
    pair = optimum(np.array([[1.0, -1.0]]), np.full(2, 0.1), 0.62, (1.0, 1.0))
    mixed = optimum(np.array([[0.97, 0.39]]), np.array([-0.13, 0.15]), 0.62, (1.0, 1.0))
    assert mixed.W[0] == pytest.approx([0.97, 0.39], abs=0.005)
    losses = [sampled_loss(one.W, one.b, 0.62, [1.0, 1.0]).mean() for one in (pair, mixed)]
    assert losses[1] / losses[0] == pytest.approx(1.07, abs=0.01)


def test_what_an_antipodal_pair_is() -> None:
    W = np.array([[[1.0, -1.0]], [[0.8, -0.7]], [[0.97, 0.39]], [[0.93, -0.47]], [[1.0, 0.0]], [[0.0, 0.0]]])
    assert is_antipodal(W).tolist() == [True, True, False, False, False, False]
    assert is_antipodal(-W[..., ::-1]).tolist() == is_antipodal(W).tolist()


def test_the_published_polygons() -> None:
    """Chen et al. 2023: lengths, biases, and what they lose."""
    for corners, length, bias, height in (
        (4, 1.0, 0.0, 0.0),
        (5, 1.17046, -0.28230, 0.23738),
        (6, 1.32053, -0.61814, 0.86746),
    ):
        found = critical_polygon(corners)
        assert (found.length, found.bias, found.height) == pytest.approx((length, bias, height), abs=1e-5)


def test_the_published_levels() -> None:
    """Chen et al. 2023, six features: 5, 5+, 4 and 6 corners."""
    assert polygon_level(5, 6) == pytest.approx(0.06874, abs=5e-6)
    assert polygon_level(5, 6, 1) == pytest.approx(0.06180, abs=5e-6)
    assert polygon_level(5, 6) - polygon_level(5, 6, 1) == pytest.approx(1 / 144, rel=1e-12)
    assert polygon_level(4, 6) == pytest.approx(1 / 9)
    assert polygon_level(4, 4) == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize("corners", [5, 6, 7])
def test_a_level_is_the_loss_of_the_polygon_itself(corners: int) -> None:
    """The mean over one-hot inputs on a fine grid of sizes, with one feature dead."""
    shape, c = critical_polygon(corners), corners + 1
    turns = 2 * np.pi * np.arange(corners) / corners
    W = np.hstack([shape.length * np.stack([np.cos(turns), np.sin(turns)]), np.zeros((2, 1))])
    b = np.append(np.full(corners, shape.bias), 0.0)
    size = (np.arange(20_000) + 0.5) / 20_000
    total = 0.0
    for feature in range(c):
        x = np.zeros((c, len(size)))
        x[feature] = size
        total += ((np.maximum(W.T @ (W @ x) + b[:, None], 0) - x) ** 2).sum(axis=0).mean()
    assert polygon_level(corners, c) == pytest.approx(total / c, rel=1e-6)


def test_what_is_no_polygon_is_refused() -> None:
    with pytest.raises(ValueError, match="3 corners"):
        critical_polygon(3)
    with pytest.raises(ValueError, match="6 corners and 1 biases, but 6 features"):
        polygon_level(6, 6, 1)


def test_the_minimum_of_a_crooked_valley() -> None:
    """Rosenbrock's function, whose valley bends; and a start that is a minimum already."""

    def valley(at: np.ndarray) -> tuple[float, np.ndarray]:
        x, y = at
        slope = np.array([-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)])
        return float((1 - x) ** 2 + 100 * (y - x**2) ** 2), slope

    at, value = minimise(valley, np.array([-1.2, 1.0]))
    assert at == pytest.approx([1, 1], abs=1e-6)
    assert value == pytest.approx(0, abs=1e-12)
    assert minimise(valley, np.array([1.0, 1.0]))[0].tolist() == [1.0, 1.0]


def test_a_minimum_on_an_edge_is_kept_to() -> None:
    """abs(x) has no flat bottom: no step goes down any more, and that ends it."""
    at, value = minimise(lambda at: (float(np.abs(at).sum()), np.sign(at)), np.array([0.3]))
    assert abs(at[0]) < 0.3
    assert value == pytest.approx(abs(at[0]))


def test_a_limit_of_steps_is_kept() -> None:
    asked: list[float] = []

    def bowl(at: np.ndarray) -> tuple[float, np.ndarray]:
        asked.append(float(at[0]))
        return float(at[0] ** 4), 4 * at**3

    minimise(bowl, np.array([0.7]), tolerance=0.0, most_steps=3)
    assert len(asked) <= 1 + 3 * 3
