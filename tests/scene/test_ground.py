"""What the arrows are read against."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.core.shapes import name_shape
from superviz.scene.camera import camera_for
from superviz.scene.drawables import Disc, Path
from superviz.scene.ground import axis_layer, axis_names, circle_layer, origin_layer, outline_layer, tick_name
from superviz.scene.palette import DARK, mix
from superviz.scene.placement import Place, Placement, place_features
from superviz.session.display import DisplaySettings


def placed(W: np.ndarray, dimensions: int = 2, azimuth: float = 30.0) -> Placement:
    display = DisplaySettings(dimensions=dimensions, azimuth=azimuth)  # pyright: ignore[reportArgumentType]
    W = W.astype(np.float32)
    place = Place(300.0, 250.0, 100.0, 2.0)
    return place_features(W, np.ones(W.shape[1], dtype=np.float32), place, camera_for(W, display))


def polygon(count: int) -> np.ndarray:
    turns = np.radians(90 - 360 / count * np.arange(count))
    return np.stack([np.cos(turns), np.sin(turns)])


TETRAHEDRON = np.array([[1.0, 1, -1, -1], [1, -1, 1, -1], [1, -1, -1, 1]]) / np.sqrt(3)


def test_a_plane_has_two_axes_through_the_origin() -> None:
    across, up = axis_layer(placed(polygon(5)), DARK)
    assert isinstance(across, Path)
    assert isinstance(up, Path)
    assert across.points.tolist() == [[180.0, 250.0], [420.0, 250.0]]
    assert up.points.tolist() == [[300.0, 370.0], [300.0, 130.0]]


def test_axis_names_stand_past_the_ends() -> None:
    first, second = axis_names(placed(polygon(5)), DARK, 12)
    assert (first.text, first.anchor, first.x, first.y) == ("hidden 1", "start", 426.0, 250.0)
    assert (second.text, second.anchor, second.x, second.y) == ("hidden 2", "middle", 300.0, 376.0)


def test_directions_that_are_not_neurons_are_not_called_hidden() -> None:
    assert [name.text for name in axis_names(placed(np.eye(5)), DARK, 12)] == ["direction 1", "direction 2"]
    names = axis_names(placed(np.eye(5), dimensions=3), DARK, 12)
    assert [name.text for name in names] == ["direction 1", "direction 2", "direction 3"]


def test_an_axis_that_points_at_the_viewer_still_has_a_finite_name() -> None:
    names = axis_names(placed(np.eye(3), dimensions=3, azimuth=0.0), DARK, 12)
    assert all(np.isfinite([name.x, name.y]).all() for name in names)
    assert {name.anchor for name in axis_names(placed(np.eye(3), dimensions=3, azimuth=200.0), DARK, 12)} >= {"end"}


def test_the_unit_circle() -> None:
    (circle,) = circle_layer(placed(polygon(5)), DARK)
    assert isinstance(circle, Disc)
    assert (circle.x, circle.y, circle.radius) == (300.0, 250.0, 100.0)
    assert circle.stroke is not None
    assert circle.stroke.width == pytest.approx(2.4)


def test_a_sphere_has_an_equator_inside_its_outline() -> None:
    ring, circle = circle_layer(placed(np.eye(3), dimensions=3), DARK)
    assert isinstance(ring, Path)
    assert isinstance(circle, Disc)
    away = np.hypot(*(ring.points - (300.0, 250.0)).T)
    assert away.max() <= 100.0 + 1e-9
    np.testing.assert_allclose(ring.points[0], ring.points[-1])


def test_a_line_has_ticks_at_one_and_its_name_below() -> None:
    placement = placed(np.array([[1.0, -1.0]]))
    xs = [item.points[0, 0] for item in circle_layer(placement, DARK) if isinstance(item, Path)]
    assert xs == [200.0, 300.0, 400.0]
    name = tick_name(placement, DARK, 12)
    assert name.text == "length 1"
    assert name.x == 400.0
    assert name.y > placement.starts[:, 1].max()
    assert origin_layer(placement, DARK) == []
    assert len(axis_layer(placement, DARK)) == 1


def test_the_outline_goes_round_a_pentagon_without_crossing_itself() -> None:
    around = [2, 0, 4, 1, 3]
    W = np.empty((2, 5))
    W[:, around] = polygon(5)
    (outline,) = outline_layer(placed(W), name_shape(W), DARK)
    assert isinstance(outline, Path)
    assert outline.closed
    sides = np.hypot(*(outline.points - np.roll(outline.points, 1, axis=0)).T)
    np.testing.assert_allclose(sides, 100 * 2 * np.sin(np.radians(36)), rtol=1e-5)
    assert outline.stroke is not None
    assert outline.fill is not None
    assert outline.stroke.color == mix(DARK.canvas, DARK.text1, 0.34)
    assert outline.fill.opacity == 0.045


def test_a_tetrahedron_has_its_six_edges() -> None:
    assert len(outline_layer(placed(TETRAHEDRON, dimensions=3), name_shape(TETRAHEDRON), DARK)) == 6


def test_digons_and_the_unnamed_have_no_outline() -> None:
    assert outline_layer(placed(polygon(4)), name_shape(polygon(4)), DARK) == []
    jumble = polygon(6) * [1.0, 0.5, 1.0, 1.0, 0.7, 1.0]
    assert outline_layer(placed(jumble), name_shape(jumble), DARK) == []
    line = np.array([[1.0, -1.0]])
    assert outline_layer(placed(line), name_shape(line), DARK) == []


def test_the_origin_is_a_ring() -> None:
    (ring,) = origin_layer(placed(polygon(5)), DARK)
    assert isinstance(ring, Disc)
    assert (ring.x, ring.y) == (300.0, 250.0)
    assert ring.fill is not None
    assert ring.fill.color == DARK.canvas


class TestAViewThatFollowsTheFeatures:
    """The axes of neurons are the half where these fire, wherever it points; other directions mean nothing there."""

    def following(self, W: np.ndarray, *, privileged: bool) -> Placement:
        W = W.astype(np.float32)
        camera = camera_for(W, DisplaySettings(), privileged=privileged)
        return place_features(W, np.ones(W.shape[1], dtype=np.float32), Place(300.0, 250.0, 100.0), camera)

    def test_each_neuron_has_an_axis_and_a_name(self) -> None:
        placement = self.following(np.eye(5), privileged=True)
        axes = axis_layer(placement, DARK)
        assert [name.text for name in axis_names(placement, DARK, 12)] == [f"neuron {index}" for index in range(1, 6)]
        for neuron, axis in enumerate(axes):
            assert isinstance(axis, Path)
            assert axis.points[0].tolist() == [300.0, 250.0]
            # A monosemantic feature's arrow lies on its neuron's axis.
            along = placement.tips[neuron] - (300.0, 250.0)
            np.testing.assert_allclose(axis.points[1] - (300.0, 250.0), 1.2 * along, atol=1e-3)

    def test_too_many_neurons_and_directions_of_no_meaning_have_none(self) -> None:
        for placement in (self.following(np.eye(13), privileged=True), self.following(np.eye(3), privileged=False)):
            assert axis_layer(placement, DARK) == []
            assert axis_names(placement, DARK, 12) == []


def test_the_axes_of_two_neurons_are_named_after_them() -> None:
    W = np.eye(2, dtype=np.float32)
    camera = camera_for(W, DisplaySettings(), privileged=True)
    placement = place_features(W, np.ones(2, dtype=np.float32), Place(300.0, 250.0, 100.0), camera)
    assert [name.text for name in axis_names(placement, DARK, 12)] == ["neuron 1", "neuron 2"]


def test_an_octahedron_has_its_twelve_edges_and_no_diagonals() -> None:
    W = np.hstack([np.eye(3), -np.eye(3)])
    placement = placed(W, dimensions=3)
    edges = outline_layer(placement, name_shape(W), DARK)
    assert len(edges) == 12
    for edge in edges:
        assert isinstance(edge, Path)
        middle = edge.points.mean(axis=0) - (300.0, 250.0)
        assert np.hypot(*middle) > 1.0


def test_a_bipyramid_is_its_polygon_and_the_edges_to_its_ends() -> None:
    W = np.zeros((3, 5))
    W[:2, :3], W[2, 3:] = polygon(3), [1.0, -1.0]
    outline, *edges = outline_layer(placed(W, dimensions=3), name_shape(W), DARK)
    assert isinstance(outline, Path)
    assert outline.closed
    assert len(edges) == 6


def test_a_shape_may_have_other_corners_than_the_features() -> None:
    corners = np.random.default_rng(0).normal(size=(5, 2))
    (outline,) = outline_layer(placed(np.eye(2)), name_shape(polygon(5)), DARK, corners)
    assert isinstance(outline, Path)
    assert {tuple(point) for point in outline.points.tolist()} == {tuple(point) for point in corners.tolist()}
