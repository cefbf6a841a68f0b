"""The camera keeps lengths and angles, and shows the plane as the plane."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superviz.scene.camera import camera_for, orbit
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
    ("hidden", "dimensions", "shown"), [(1, 2, 1), (1, 3, 1), (2, 3, 2), (3, 2, 2), (3, 3, 3), (9, 3, 3), (9, 2, 2)]
)
def test_how_many_directions_are_shown(hidden: int, dimensions: int, shown: int) -> None:
    camera = camera_for(hidden, DisplaySettings(dimensions=dimensions))  # pyright: ignore[reportArgumentType]
    assert camera.shown == shown
    W = np.random.default_rng(0).normal(size=(hidden, 7))
    projected = camera.project(W)
    assert projected.shape == (3, 7)
    np.testing.assert_allclose((projected**2).sum(axis=0), (W[:shown] ** 2).sum(axis=0))


def test_a_whole_trail_is_projected_at_once() -> None:
    trail = np.random.default_rng(0).normal(size=(11, 4, 6)).astype(np.float32)
    camera = camera_for(4, DisplaySettings(dimensions=3))
    np.testing.assert_allclose(camera.project(trail)[5], camera.project(trail[5]))


def test_a_line_has_no_height_and_a_plane_no_depth() -> None:
    assert camera_for(1, DisplaySettings()).project(np.ones((1, 3)))[1:].tolist() == [[0.0] * 3] * 2
    assert camera_for(2, DisplaySettings()).project(np.ones((2, 3)))[2].tolist() == [0.0] * 3


def test_the_share_that_the_shown_directions_hold() -> None:
    W = np.diag([2.0, 1.0, 1.0, 0.0])
    assert camera_for(4, DisplaySettings()).held(W) == pytest.approx(5 / 6)
    assert camera_for(4, DisplaySettings(dimensions=3)).held(W) == pytest.approx(1.0)
    assert camera_for(4, DisplaySettings()).held(0 * W) == 1.0
