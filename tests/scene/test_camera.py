"""The camera keeps lengths and angles, and shows the plane as the plane."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superviz.scene.camera import camera_for, camera_on, orbit
from superviz.session.display import DisplaySettings

degrees = st.floats(-360, 360)


@given(degrees, degrees)
def test_an_orbit_is_a_rotation(azimuth: float, elevation: float) -> None:
    basis = orbit(azimuth, elevation)
    np.testing.assert_allclose(basis @ basis.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(basis) == pytest.approx(1.0)


@given(degrees)
def test_direction_2_stays_upright(azimuth: float) -> None:
    right, up, _ = orbit(azimuth, 35.0)[:, 1]
    assert right == pytest.approx(0.0, abs=1e-12)
    assert up > 0


def test_from_the_front_the_plane_is_seen() -> None:
    np.testing.assert_allclose(orbit(0, 0), np.eye(3), atol=1e-12)


def test_turning_right_brings_direction_1_nearer_and_rising_shows_the_top() -> None:
    assert orbit(30, 0)[2, 0] > 0
    assert orbit(0, 30)[2, 1] > 0


@pytest.mark.parametrize(
    ("hidden", "dimensions", "shown"), [(1, 2, 1), (1, 3, 1), (2, 3, 2), (3, 3, 3), (9, 3, 3), (9, 2, 2)]
)
def test_how_many_directions_are_shown(hidden: int, dimensions: int, shown: int) -> None:
    W = np.random.default_rng(0).normal(size=(hidden, 7))
    camera = camera_for(W, DisplaySettings(dimensions=dimensions))  # pyright: ignore[reportArgumentType]
    assert camera.shown == shown
    assert not camera.follows
    projected = camera.project(W)
    assert projected.shape == (3, 7)
    np.testing.assert_allclose((projected**2).sum(axis=0), (W[:shown] ** 2).sum(axis=0))


def test_a_whole_trail_is_projected_at_once() -> None:
    trail = np.random.default_rng(0).normal(size=(11, 4, 6)).astype(np.float32)
    camera = camera_for(trail[0], DisplaySettings(dimensions=3))
    np.testing.assert_allclose(camera.project(trail)[5], camera.project(trail[5]))


def test_a_line_has_no_height_and_a_plane_no_depth() -> None:
    line, plane = np.ones((1, 3)), np.ones((2, 3))
    assert camera_for(line, DisplaySettings()).project(line)[1:].tolist() == [[0.0] * 3] * 2
    assert camera_for(plane, DisplaySettings()).project(plane)[2].tolist() == [0.0] * 3


def turned(W: np.ndarray, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.linalg.qr(rng.normal(size=(len(W), len(W))))[0] @ W


OCTAHEDRON = np.hstack([np.eye(3), -np.eye(3)])
TETRAHEDRON = np.array([[1.0, 1, -1, -1], [1, -1, 1, -1], [1, -1, -1, 1]]) / np.sqrt(3)
SPREADING = [(3, False), (3, True), (5, True), (40, True)]
"""Hidden dimensions, and whether they are neurons, of views in a plane that follow the features."""


class TestWhereItFollowsTheFeatures:
    @pytest.mark.parametrize(("hidden", "privileged"), SPREADING)
    @pytest.mark.parametrize("dimensions", [2, 3])
    @given(seed=st.integers(0, 2**32 - 1))
    @settings(max_examples=10)
    def test_it_looks_straight_at_a_plane_or_a_space(
        self, hidden: int, privileged: bool, dimensions: int, seed: int
    ) -> None:
        W = np.random.default_rng(seed).normal(size=(hidden, 7))
        display = DisplaySettings(dimensions=dimensions)  # pyright: ignore[reportArgumentType]
        camera = camera_for(W, display, privileged=privileged)
        seen = camera.basis[: camera.shown]
        np.testing.assert_allclose(seen @ seen.T, np.eye(camera.shown), atol=1e-9)

    @pytest.mark.parametrize(("hidden", "privileged"), SPREADING)
    @given(seed=st.integers(0, 2**32 - 1))
    @settings(max_examples=10)
    def test_it_moves_as_little_as_the_features_do(self, hidden: int, privileged: bool, seed: int) -> None:
        """A converged model wanders by .008 in 100 steps: on screen that must not become a jump."""
        rng = np.random.default_rng(seed)
        W = turned(np.eye(hidden)[:, : min(hidden, 7)], seed)
        shaken = W + rng.normal(0, 0.004, W.shape)
        before, after = (camera_for(one, DisplaySettings(), privileged=privileged).project(one) for one in (W, shaken))
        assert np.abs(before - after)[:2].max() < 0.2

    @given(seed=st.integers(0, 2**32 - 1))
    @settings(max_examples=60)
    def test_no_corner_of_a_solid_is_seen_from_its_tip(self, seed: int) -> None:
        """From a place chosen without regard to them, one corner in five or so would be."""
        for solid in (OCTAHEDRON, TETRAHEDRON):
            W = turned(solid, seed)
            seen = camera_for(W, DisplaySettings()).project(W)
            assert np.hypot(*seen[:2]).min() > 0.7

    @given(seed=st.integers(0, 2**32 - 1))
    @settings(max_examples=30)
    def test_feature_1_points_up(self, seed: int) -> None:
        W = turned(OCTAHEDRON, seed)
        right, up, _ = camera_for(W, DisplaySettings()).project(W)[:, 0]
        assert up > 0.5
        assert abs(right) < 0.1

    def test_it_sees_depth_in_three_dimensions_alone(self) -> None:
        three, five = turned(OCTAHEDRON, 1), turned(np.eye(5), 1)
        camera = camera_for(three, DisplaySettings())
        assert camera.follows
        assert camera.deep
        assert np.linalg.det(camera.basis) == pytest.approx(1.0)
        assert not camera_for(five, DisplaySettings(), privileged=True).deep
        assert camera_for(five, DisplaySettings(dimensions=3), privileged=True).deep

    def test_five_features_on_five_neurons_are_a_star_in_their_order(self) -> None:
        W = np.eye(5)[:, [2, 0, 4, 1, 3]]
        x, y, _ = camera_for(W, DisplaySettings(), privileged=True).project(W)
        steps = np.diff(np.degrees(np.arctan2(x, y))) % 360
        np.testing.assert_allclose(steps, 72.0, atol=6.0)
        np.testing.assert_allclose(np.hypot(x, y), np.sqrt(2 / 5), atol=0.03)

    def test_dead_features_leave_their_room_to_the_others(self) -> None:
        W = np.hstack([np.eye(5), np.zeros((5, 5))])
        x, y, _ = camera_for(W, DisplaySettings(), privileged=True).project(W)
        np.testing.assert_allclose(np.diff(np.degrees(np.arctan2(x, y))[:5]) % 360, 72.0, atol=3.0)

    @pytest.mark.parametrize("weights", [0.0, np.nan])
    @pytest.mark.parametrize(("hidden", "privileged"), SPREADING)
    def test_nothing_to_follow(self, weights: float, hidden: int, privileged: bool) -> None:
        camera = camera_for(np.full((hidden, 4), weights), DisplaySettings(), privileged=privileged)
        assert np.isfinite(camera.basis).all()


class TestTurnedAroundOne:
    """Random directions; the camera is on the first."""

    @staticmethod
    def directions(seed: int, hidden: int = 40, features: int = 30) -> np.ndarray:
        return np.random.default_rng(seed).normal(size=(hidden, features))

    @given(seed=st.integers(0, 2**32 - 1), hidden=st.integers(4, 60))
    @settings(max_examples=25)
    def test_every_angle_to_it_is_true(self, seed: int, hidden: int) -> None:
        W = self.directions(seed, hidden)
        camera = camera_on(W, 0, [1, 2, 3], DisplaySettings())
        assert (camera.shown, camera.around, camera.follows) == (2, True, True)
        right, up, depth = camera.project(W)
        units = W / np.linalg.norm(W, axis=0)
        np.testing.assert_allclose(up, units[:, 0] @ units, atol=1e-6)
        np.testing.assert_allclose(np.hypot(right, up), 1.0, atol=1e-9)
        assert (right[0], up[0]) == pytest.approx((0.0, 1.0), abs=1e-3)
        assert right[1] > 0
        assert not depth.any()

    def test_those_on_one_side_are_alike(self) -> None:
        rng = np.random.default_rng(3)
        base, apart = rng.normal(size=(2, 50, 1))
        one, other = (base + sign * 3 * apart + 0.2 * rng.normal(size=(50, 6)) for sign in (1, -1))
        W = np.concatenate([base, one, other], axis=1)
        right = camera_on(W, 0, range(1, 13), DisplaySettings()).project(W)[0]
        assert (right[1:7] > 0).all()
        assert (right[7:] < 0).all()

    def test_in_three_dimensions_it_orbits_an_axis(self) -> None:
        W = self.directions(1)
        camera = camera_on(W, 0, [1, 2, 3], DisplaySettings(dimensions=3, azimuth=0.0, elevation=0.0))
        assert (camera.shown, camera.around) == (3, False)
        np.testing.assert_allclose(camera.basis @ camera.basis.T, np.eye(3), atol=1e-9)
        assert camera.project(W)[:, 0] == pytest.approx((0.0, np.linalg.norm(W[:, 0]), 0.0), abs=1e-9)

    def test_copies_of_it_and_the_dead_do_no_harm(self) -> None:
        W = self.directions(2)
        W[:, 1], W[:, 2], W[:, 3] = W[:, 0], -W[:, 0], 0.0
        right, up, _ = camera_on(W, 0, [1, 2, 3], DisplaySettings()).project(W)
        assert np.isfinite(right).all()
        assert up[:4] == pytest.approx([1.0, 1.0, -1.0, 0.0])


def test_a_crowd_is_seen_in_its_own_precision_as_well() -> None:
    W = np.random.default_rng(0).normal(size=(6, 5000)).astype(np.float32)
    camera = camera_on(W, 0, [1, 2], DisplaySettings(dimensions=3))
    seen = camera.project(W)
    assert seen.dtype == np.float64
    np.testing.assert_allclose(seen, camera.basis @ W.astype(np.float64), atol=1e-5)
