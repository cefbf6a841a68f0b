"""Insets move and scale drawables as a painter's transform would."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from superviz.scene.drawables import Disc, Dots, Drawable, Paint, Path, Rect, Stroke, Text, TextBox
from superviz.scene.inset import inset, scaled
from superviz.scene.selection import Feature

STROKE = Stroke("#FFFFFF", 2.0, 0.5, (2.0, 4.0), round=True)
LINE = Path(np.array([[1.0, 2.0], [3.0, 4.0]]), STROKE, Paint("#FF0000"), closed=True, meaning=Feature(1))
BOX = TextBox(3, 4, 5, Paint("#000000"), STROKE)
LABEL = Text(1, 2, "a", 12, "#FFFFFF", 600, "end", "top", 0.5, 100, 18, BOX, Feature(4))
EVERYTHING: list[Drawable] = [
    LINE,
    Path(np.array([[1.0, 2.0]])),
    Rect(1, 2, 3, 4, 5, STROKE, Paint("#FF0000"), Feature(2)),
    Disc(1, 2, 3, STROKE, None, Feature(3)),
    LABEL,
    Text(1, 2, "a", 12, "#FFFFFF"),
]


def test_inset_moves_and_changes_nothing_else() -> None:
    path, bare, rect, disc, text, plain = inset(EVERYTHING, 10, 20)
    assert isinstance(path, Path)
    assert isinstance(bare, Path)
    assert path.points.tolist() == [[11, 22], [13, 24]]
    assert (path.stroke, path.closed, path.meaning) == (STROKE, True, Feature(1))
    assert rect == Rect(11, 22, 3, 4, 5, STROKE, Paint("#FF0000"), Feature(2))
    assert disc == Disc(11, 22, 3, STROKE, None, Feature(3))
    assert text == replace(LABEL, x=11, y=22)
    assert plain == Text(11, 22, "a", 12, "#FFFFFF")


def test_scaled_scales_all_lengths() -> None:
    double = Stroke("#FFFFFF", 4.0, 0.5, (4.0, 8.0), round=True)
    path, bare, rect, disc, text, plain = scaled(EVERYTHING, 2)
    assert isinstance(path, Path)
    assert isinstance(bare, Path)
    assert path.points.tolist() == [[2, 4], [6, 8]]
    assert (path.stroke, bare.stroke, path.meaning) == (double, None, Feature(1))
    assert rect == Rect(2, 4, 6, 8, 10, double, Paint("#FF0000"), Feature(2))
    assert disc == Disc(2, 4, 6, double, None, Feature(3))
    box = TextBox(6, 8, 10, Paint("#000000"), double)
    assert text == Text(2, 4, "a", 24, "#FFFFFF", 600, "end", "top", 0.5, 200, 36, box, Feature(4))
    assert plain == Text(2, 4, "a", 24, "#FFFFFF")


def test_scaled_by_1_is_the_same() -> None:
    assert all(one is other for one, other in zip(scaled(EVERYTHING, 1), EVERYTHING, strict=True))


def test_originals_stay_as_they_are() -> None:
    before = LINE.points.copy()
    inset(EVERYTHING, 5, 5)
    scaled(EVERYTHING, 3)
    np.testing.assert_array_equal(LINE.points, before)


@pytest.mark.parametrize("factor", [0.5, 1.5, 4.0])
def test_there_and_back(factor: float) -> None:
    for one, other in zip(scaled(scaled(EVERYTHING, factor), 1 / factor), EVERYTHING, strict=True):
        if isinstance(one, Path) and isinstance(other, Path):
            np.testing.assert_allclose(one.points, other.points)
        else:
            assert one == other


def test_dots_too() -> None:
    dots = Dots(np.array([[1.0, 2.0], [3.0, 4.0]]), 2.0, Paint("#FF0000"), (Feature(1), Feature(2)))
    (moved,), (grown,) = inset([dots], 10, 20), scaled([dots], 3)
    assert isinstance(moved, Dots)
    assert isinstance(grown, Dots)
    assert (moved.points.tolist(), moved.side) == ([[11, 22], [13, 24]], 2.0)
    assert (grown.points.tolist(), grown.side) == ([[3, 6], [9, 12]], 6.0)
    assert grown.meanings == moved.meanings == dots.meanings
