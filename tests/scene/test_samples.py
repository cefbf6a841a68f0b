"""The picture of the samples: what is active is a cell at its place, shaded by its size, in its feature's colour."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from superviz.scene import samples
from superviz.scene.canvas import Canvas
from superviz.scene.drawables import Rect, Scene
from superviz.scene.feature_names import UNNAMED
from superviz.scene.palette import DARK, LIGHT, PALETTES, Palette, feature_colors
from superviz.session.display import DisplaySettings

WIDE = Canvas(272, 46, DARK)
LOW = Canvas(117, 18, DARK)
EQUAL = np.ones(5)
TRACKS = 1
"""After the ground come the tracks, one a feature, then the cells."""


def split(scene: Scene, rows: int) -> tuple[Rect, list[Rect], list[Rect]]:
    rects = [drawable for drawable in scene.drawables if isinstance(drawable, Rect)]
    assert len(rects) == len(scene.drawables)
    return rects[0], rects[TRACKS : TRACKS + rows], rects[TRACKS + rows :]


def place(cell: Rect, tracks: list[Rect], count: int) -> tuple[int, int]:
    """The feature and the sample that a cell stands for."""
    (feature,) = [row for row, track in enumerate(tracks) if track.y <= cell.y < track.y + track.height]
    middle = cell.x + cell.width / 2 - tracks[0].x
    return feature, int(middle / tracks[0].width * count)


@given(
    x=arrays.arrays(
        np.float32, st.tuples(st.integers(1, 30), st.integers(1, 50)), elements=st.sampled_from([0.0, 0.2, 1.0])
    ),
    canvas=st.sampled_from([WIDE, LOW, Canvas(500, 60, LIGHT)]),
)
def test_what_is_active_and_nothing_else_is_drawn(x: np.ndarray, canvas: Canvas) -> None:
    rows = samples.shown_features(len(x), canvas)
    ground, tracks, cells = split(samples.build(x, np.ones(len(x)), canvas, UNNAMED, signed=False), rows)
    places = [place(cell, tracks, x.shape[1]) for cell in cells]
    assert sorted(places) == [tuple(at) for at in np.argwhere(x[:rows]).tolist()]
    for part in (*tracks, *cells):
        assert all(edge == int(edge) for edge in (part.x, part.y, part.width, part.height)), "blurred"
        assert part.width >= 1
        assert part.height >= 1
        assert ground.x <= part.x <= part.x + part.width <= ground.width
        assert ground.y < part.y <= part.y + part.height <= ground.height


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES.keys())
def test_a_feature_has_the_colour_it_has_elsewhere(palette: Palette) -> None:
    importance = np.array([0.5, 1.0, 0.25])
    scene = samples.build(np.eye(3), importance, Canvas(272, 46, palette), UNNAMED, signed=False)
    cells = split(scene, 3)[2]
    assert [cell.fill and cell.fill.color for cell in cells] == list(feature_colors(palette, importance))
    assert (scene.background, scene.width, scene.height) == (palette.panel, 272, 46)


def test_many_features_of_equal_importance_are_neutral() -> None:
    cells = split(samples.build(np.eye(12), np.ones(12), WIDE, UNNAMED, signed=False), 12)[2]
    assert {cell.fill.color for cell in cells if cell.fill} == {DARK.text2}
    ranked = split(samples.build(np.eye(12), 0.9 ** np.arange(12), WIDE, UNNAMED, signed=False), 12)[2]
    assert len({cell.fill.color for cell in ranked if cell.fill}) == 12


def test_larger_is_stronger_and_the_least_is_still_seen() -> None:
    x = np.zeros((5, 4))
    x[0] = [0.001, 0.3, 0.6, 1.0]
    cells = sorted(split(samples.build(x, EQUAL, WIDE, UNNAMED, signed=False), 5)[2], key=lambda cell: cell.x)
    strengths = [cell.fill.opacity for cell in cells if cell.fill]
    assert strengths == sorted(strengths)
    assert len(set(strengths)) == 4
    assert strengths[0] >= 0.3
    assert strengths[-1] == 1.0


def test_signs_have_the_two_colours_of_the_interference_map() -> None:
    x = np.zeros((5, 3))
    x[2] = [-0.8, 0.8, 0.02]
    cells = sorted(split(samples.build(x, EQUAL, WIDE, UNNAMED, signed=True), 5)[2], key=lambda cell: cell.x)
    paints = [cell.fill for cell in cells if cell.fill]
    assert [paint.color for paint in paints] == [DARK.interference_low, DARK.interference_high, DARK.interference_high]
    assert paints[0].opacity == paints[1].opacity


@pytest.mark.parametrize("n", [5, 8])
def test_few_features_have_rows_of_equal_height_with_a_gap(n: int) -> None:
    tracks = split(samples.build(np.zeros((n, 50)), np.ones(n), WIDE, UNNAMED, signed=False), n)[1]
    assert len({track.height for track in tracks}) == 1
    steps = {below.y - above.y for above, below in pairwise(tracks)}
    assert len(steps) == 1
    top, bottom = tracks[0].y, 46 - tracks[-1].y - tracks[-1].height
    assert abs(top - bottom) <= 2, "in the middle"


def test_features_without_room_are_left_out_from_the_end() -> None:
    assert [samples.shown_features(n, WIDE) for n in (1, 5, 38, 39, 1000)] == [1, 5, 38, 19, 19]
    assert [samples.shown_features(n, LOW) for n in (5, 14, 15)] == [5, 14, 7]
    assert samples.shown_features(5, Canvas(10, 2, DARK)) == 1
    scene = samples.build(np.ones((1000, 50), dtype=np.float32), np.ones(1000), WIDE, UNNAMED, signed=False)
    assert len(scene.drawables) == 1 + 19 + 19 * 50


def test_a_feature_has_the_colour_it_was_given() -> None:
    display = DisplaySettings(feature_colors={1: "#22cc44"})
    for importance in (0.9 ** np.arange(12), np.ones(12)):
        cells = split(samples.build(np.eye(12), importance, WIDE, display, signed=False), 12)[2]
        plain = split(samples.build(np.eye(12), importance, WIDE, UNNAMED, signed=False), 12)[2]
        changed = [
            one.fill and one.fill.color for one, other in zip(cells, plain, strict=True) if one.fill != other.fill
        ]
        assert changed == ["#22CC44"]
