"""Where feature vectors come to lie on a canvas."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.scene.camera import camera_for, camera_on
from superviz.scene.placement import Place, intrusion, place_features, round_ring, shrinkage
from superviz.session.display import DisplaySettings

PLACE = Place(100.0, 80.0, 50.0)


def test_y_is_up_in_weights_and_down_on_the_canvas() -> None:
    W = np.array([[0.0, 1.0], [1.0, 0.0]], dtype=np.float32)
    placement = place_features(W, np.ones(2, dtype=np.float32), PLACE, camera_for(W, DisplaySettings()))
    assert placement.tips.tolist() == [[100.0, 30.0], [150.0, 80.0]]
    assert placement.starts.tolist() == [[100.0, 80.0], [100.0, 80.0]]
    assert not placement.lanes


def test_the_most_important_come_first_and_the_short_are_dead() -> None:
    W = np.array([[1.0, 0.05, 1.0], [0.0, 0.0, 0.0]], dtype=np.float32)
    placement = place_features(W, np.array([0.5, 1.0, 0.9], dtype=np.float32), PLACE, camera_for(W, DisplaySettings()))
    assert placement.order.tolist() == [1, 2, 0]
    assert placement.alive.tolist() == [True, False, True]


def test_on_a_line_features_lie_side_by_side_in_order_of_importance() -> None:
    W = np.array([[1.0, -1.0, 0.5]], dtype=np.float32)
    placement = place_features(W, np.array([0.1, 1.0, 0.5], dtype=np.float32), PLACE, camera_for(W, DisplaySettings()))
    assert placement.lanes
    lanes = placement.starts[:, 1]
    assert lanes[1] < lanes[2] < lanes[0]
    assert lanes.mean() == pytest.approx(80.0)
    np.testing.assert_allclose(placement.tips[:, 1], lanes)
    np.testing.assert_allclose(placement.tips[:, 0], [150.0, 50.0, 125.0])


def test_many_lanes_keep_together() -> None:
    W = np.ones((1, 400), dtype=np.float32)
    placement = place_features(W, np.ones(400, dtype=np.float32), PLACE, camera_for(W, DisplaySettings()))
    assert np.ptp(placement.starts[:, 1]) <= 1.3 * 50.0


def test_a_trail_ends_where_the_arrow_does() -> None:
    W = np.random.default_rng(0).normal(size=(3, 6)).astype(np.float32)
    camera = camera_for(W, DisplaySettings(dimensions=3))
    placement = place_features(W, np.ones(6, dtype=np.float32), PLACE, camera)
    path = placement.path_of(np.stack([2 * W, W]), [4, 1])
    assert path.shape == (2, 2, 2)
    np.testing.assert_allclose(path[-1], placement.tips[[4, 1]])
    np.testing.assert_allclose(path[0] - placement.starts[[4, 1]], 2 * (path[1] - placement.starts[[4, 1]]))
    assert placement.segments(2) == [(placement.starts[i].tolist(), placement.tips[i].tolist()) for i in (0, 1)]
    assert np.ptp(placement.depth) > 0


@pytest.mark.parametrize(
    ("W", "factor"),
    [
        ([[0.0], [1.17]], 1.0),
        ([[1.4], [0.0]], 1.0),
        ([[3.0], [0.0]], 2.0),
        ([[0.0], [2.48]], 2.0),
        ([[0.0], [0.0]], 1.0),
    ],
)
def test_long_vectors_shrink_the_figure(W: list[list[float]], factor: float) -> None:
    weights = np.array(W, dtype=np.float32)
    assert shrinkage(weights, camera_for(weights, DisplaySettings())) == pytest.approx(factor)


def test_shrinking_is_continuous_and_an_orbit_does_not_change_it() -> None:
    W = np.random.default_rng(1).normal(size=(3, 6)).astype(np.float32)
    factors = [
        shrinkage(W, camera_for(W, DisplaySettings(dimensions=3, azimuth=azimuth, elevation=elevation)))
        for azimuth, elevation in ((0, 0), (40, 10), (200, -70))
    ]
    assert factors[0] == factors[1] == factors[2] > 1
    camera = camera_for(np.eye(2), DisplaySettings())
    lengths = np.linspace(1.0, 3.0, 200)
    steps = np.diff([shrinkage(np.array([[0.0], [length]], dtype=np.float32), camera) for length in lengths])
    assert 0 <= steps.min() <= steps.max() < 0.02


def test_other_points_lie_where_a_feature_there_would() -> None:
    W = np.random.default_rng(2).normal(size=(3, 4)).astype(np.float32)
    placement = place_features(W, np.ones(4, dtype=np.float32), PLACE, camera_for(W, DisplaySettings()))
    np.testing.assert_allclose(placement.points_of(W), placement.tips, atol=1e-6)


def test_a_view_that_follows_the_features_does_not_breathe() -> None:
    W = np.random.default_rng(1).normal(size=(3, 6)).astype(np.float32)
    plain, orbiting = (camera_for(W, DisplaySettings(dimensions=dimensions)) for dimensions in (2, 3))
    assert shrinkage(W, plain) == shrinkage(W, orbiting)


def test_the_share_that_what_is_seen_holds() -> None:
    W = np.diag([2.0, 1.0, 1.0, 0.0]).astype(np.float32)

    def held(W: np.ndarray, dimensions: int = 2) -> float:
        display = DisplaySettings(dimensions=dimensions)  # pyright: ignore[reportArgumentType]
        return place_features(W, np.ones(4, np.float32), PLACE, camera_for(W, display)).held

    assert held(W) == pytest.approx(5 / 6)
    assert held(W, 3) == pytest.approx(1.0)
    assert held(0 * W) == 1.0


def test_those_shown_have_arrows_and_the_other_live_ones_are_the_crowd() -> None:
    W = np.array([[1.0, 0.0, 0.01, 1.0, 0.5], [0.0, 1.0, 0.0, 1.0, 0.5]], dtype=np.float32)
    camera = camera_for(W, DisplaySettings())
    placement = place_features(W, np.ones(5, np.float32), PLACE, camera, [3, 0])
    assert placement.order.tolist() == [3, 0]
    assert placement.crowd.tolist() == [1, 4]
    assert not len(place_features(W, np.ones(5, np.float32), PLACE, camera).crowd)


@pytest.mark.parametrize("scale", [0.004, 0.03, 0.17, 1.0, 2.9, 50.0])
def test_a_round_length_that_what_is_seen_nearly_fills(scale: float) -> None:
    rng = np.random.default_rng(0)
    W = (scale * rng.normal(size=(2, 500))).astype(np.float32)
    camera = camera_for(W, DisplaySettings())
    ring = round_ring(W, [0, 1, 2], camera)
    assert f"{ring:.0e}"[0] in "125"
    assert ring == pytest.approx(float(f"{ring:.0e}"))
    reach = np.quantile(np.hypot(*W), 0.998)
    assert 0.4 * ring <= reach <= 1.3 * ring
    assert round_ring(0 * W, [0], camera) == 1.0
    assert round_ring(W[:1], [0], camera_for(W[:1], DisplaySettings())) == 1.0


def test_a_circle_of_another_length() -> None:
    assert Place(0.0, 0.0, 1000.0, ring=0.2).radius == pytest.approx(200.0)


class TestIntrusion:
    """Of a table at the top right, whose left edge is at 160 and lower edge at 60; the origin lies at 100, 80."""

    TABLE = (160.0, 0.0, 300.0, 60.0)

    def factor(self, *tips: tuple[float, ...], across: float = 0.0, down: float = 0.0, **display: object) -> float:
        W = np.array(tips).T
        camera = camera_for(W, DisplaySettings(**display))  # pyright: ignore[reportArgumentType]
        return intrusion(place_features(W, np.ones(W.shape[1]), PLACE, camera), self.TABLE, across, down)

    @pytest.mark.parametrize(
        ("tip", "factor"),
        [
            ((1.0, 1.0), 1.0),
            ((2.0, 2.0), 100 / 60),
            ((2.0, 1.0), 100 / 60),
            ((2.0, 0.5), 25 / 20),
            ((2.0, 0.4), 1.0),
            ((9.0, 0.0), 1.0),
            ((9.0, -1.0), 1.0),
            ((-9.0, 9.0), 1.0),
            ((0.05, 0.05), 1.0),
        ],
    )
    def test_left_of_it_or_below(self, tip: tuple[float, float], factor: float) -> None:
        assert self.factor(tip) == pytest.approx(factor)

    def test_labels_too(self) -> None:
        assert self.factor((1.0, 1.0), across=20.0) == pytest.approx(50 / 40)
        assert self.factor((2.0, 0.4), down=4.0) == pytest.approx(20 / 16)
        assert self.factor((2.0, -0.4), down=30.0) == pytest.approx(100 / 60), "the table reaches below the origin"

    def test_continuous(self) -> None:
        turns = np.linspace(-1.5, 1.5, 3001)
        factors = [self.factor((3 * np.cos(turn), 3 * np.sin(turn)), across=5.0, down=5.0) for turn in turns]
        assert np.abs(np.diff(factors)).max() < 0.01
        assert max(factors) > 2.0

    def test_a_camera_that_moves_keeps_the_arrows_off_wherever_it_goes(self) -> None:
        assert self.factor((0.0, 0.0, 3.0), (0.1, 0.0, 0.0), dimensions=3) == pytest.approx(150 / 60)
        assert self.factor((0.0, 0.0, 1.0), (0.1, 0.0, 0.0), dimensions=3) == 1.0
        W = np.eye(4, dtype=np.float32)
        around = camera_on(W, 0, [1, 2, 3], DisplaySettings())
        assert intrusion(place_features(9 * W, np.ones(4, np.float32), PLACE, around), self.TABLE, 0.0, 0.0) == 1.0
