"""The bare figure for thumbnails and films holds what is asked for and nothing else."""

from __future__ import annotations

import numpy as np

from superviz.core.experiment import Experiment
from superviz.core.snapshot import frozen
from superviz.scene.drawables import Disc, Drawable, Path, Text
from superviz.scene.figure import figure, placement_at, room_at, trailed_features
from superviz.scene.labels import LabelStyle
from superviz.scene.palette import DARK, LIGHT
from superviz.scene.placement import Place
from superviz.scene.selection import Feature
from superviz.session.display import DisplaySettings
from superviz.session.moment import Moment

DISPLAY = DisplaySettings()
PLACE = Place(60.0, 50.0, 33.0, 0.5)


def moment(n_features: int = 5, trail_instance: int = 1) -> Moment:
    turns = np.radians(90 - 360 / n_features * np.arange(n_features))
    ring = 1.13 * np.stack([np.cos(turns), np.sin(turns)])
    W = np.stack([ring, ring])
    experiment = Experiment(n_features=n_features, n_hidden=2, n_instances=2, importance=0.9)
    trail = np.linspace(0.1, 1.0, 40)[:, None, None] * ring
    zeros = np.zeros((2, n_features))
    return Moment(0.0, experiment, frozen(W), frozen(zeros), frozen(zeros[:, 0]), frozen(trail), trail_instance)


def kinds(drawables: list[Drawable]) -> list[str]:
    return [type(item).__name__ for item in drawables]


def test_a_thumbnail_is_circle_outline_arrows_and_origin() -> None:
    drawables = figure(moment(), 0, DISPLAY, PLACE, DARK)
    assert kinds(drawables) == ["Disc", "Path", *["Path"] * 5, "Disc"]
    circle, outline, *arrows, origin = drawables
    assert isinstance(circle, Disc)
    assert isinstance(origin, Disc)
    assert (circle.x, circle.y, circle.radius) == (60.0, 50.0, 33.0)
    assert (origin.x, origin.y) == (60.0, 50.0)
    assert isinstance(outline, Path)
    assert outline.fill is not None
    assert [arrow.meaning for arrow in arrows] == [Feature(index) for index in (4, 3, 2, 1, 0)]


def test_what_is_asked_for_is_painted_in_looks_order() -> None:
    labels = LabelStyle(34.0, (0.0, 0.0, 1000.0, 1000.0))
    place = Place(500.0, 500.0, 250.0, 1.9)
    drawables = figure(moment(), 1, DISPLAY, place, LIGHT, axes=True, trails=True, labels=labels)
    assert kinds(drawables) == [
        "Path",
        "Path",
        "Disc",
        "Path",
        *["Path"] * 5 * 14,
        *["Path"] * 5,
        "Disc",
        *["Text"] * 5,
    ]
    assert {item.size for item in drawables if isinstance(item, Text)} == {34.0}


def test_another_instances_trail_is_not_drawn() -> None:
    assert len(figure(moment(), 0, DISPLAY, PLACE, DARK, trails=True)) == len(figure(moment(), 0, DISPLAY, PLACE, DARK))


def test_a_figure_shows_its_own_instance() -> None:
    at = moment()
    W = at.W.copy()
    W[1] *= 0.5
    changed = Moment(at.position, at.experiment, frozen(W), at.b, at.loss, at.trail, at.trail_instance)
    whole, half = (placement_at(changed, instance, DISPLAY, PLACE) for instance in (0, 1))
    np.testing.assert_allclose(half.tips - half.starts, 0.5 * (whole.tips - whole.starts), atol=1e-5)


def test_of_many_only_the_top_and_the_singled_out_leave_trails() -> None:
    placement = placement_at(moment(60), 0, DISPLAY, PLACE)
    assert trailed_features(placement) == list(range(59, -1, -1))
    placement = placement_at(moment(61), 0, DISPLAY, PLACE)
    assert trailed_features(placement, (30, 2)) == [30, 4, 3, 2, 1, 0]


def test_examples_are_dots_on_top_and_may_form_the_outline() -> None:
    W = frozen(np.array([[[0.3, 0.2, 0.5], [0.4, -0.3, 0.1]]]))
    experiment = Experiment(n_features=3, n_hidden=2, training_set=4, feature_probability=0.5)
    at = Moment(0.0, experiment, W, frozen(np.zeros((1, 3))), frozen(np.zeros(1)), W, 0)
    drawables = figure(at, 0, DISPLAY, PLACE, DARK)
    dots = [item for item in drawables if isinstance(item, Disc) and item.fill and item.fill.color == DARK.text1]
    assert len(dots) == 4
    last_arrow = max(index for index, item in enumerate(drawables) if isinstance(item.meaning, Feature))
    assert all(drawables.index(dot) > last_arrow for dot in dots)


def test_room_is_kept_for_examples_that_reach_further_than_the_features() -> None:
    W = frozen(0.4 * np.ones((1, 2, 30)))
    few = Experiment(n_features=30, n_hidden=2, training_set=4, feature_probability=1.0)
    rooms = [
        room_at(Moment(0.0, experiment, W, frozen(np.zeros((1, 30))), frozen(np.zeros(1)), W, 0), 0, DISPLAY)
        for experiment in (few, few.changed(training_set=None))
    ]
    assert rooms[0] > 2 > rooms[1] == 1.0
