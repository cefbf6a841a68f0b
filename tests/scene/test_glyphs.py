"""Glyphs stay in their circle and can be told from each other."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from superviz.core.parts import Glyph
from superviz.scene.drawables import Disc, Drawable, Path
from superviz.scene.glyphs import glyph_drawables

GLYPHS = get_args(Glyph)


def furthest(drawable: Drawable) -> float:
    if isinstance(drawable, Path):
        return float(np.hypot(*(drawable.points - (50.0, 60.0)).T).max())
    assert isinstance(drawable, Disc)
    return float(np.hypot(drawable.x - 50, drawable.y - 60)) + drawable.radius


@pytest.mark.parametrize("glyph", GLYPHS)
def test_a_glyph_keeps_within_its_room(glyph: Glyph) -> None:
    drawables = glyph_drawables(glyph, 50, 60, 14, "#123456", 2)
    assert drawables
    assert max(map(furthest, drawables)) <= 14 * 1.25


def test_no_two_glyphs_are_alike() -> None:
    pictures = {
        repr(
            [
                item.points.round(3).tolist() if isinstance(item, Path) else item
                for item in glyph_drawables(glyph, 0, 0, 10, "#000000", 2)
            ]
        )
        for glyph in GLYPHS
    }
    assert len(pictures) == len(GLYPHS)


def test_a_pentagon_stands_on_its_side_with_a_corner_up() -> None:
    (outline,) = glyph_drawables("pentagon", 50, 60, 14, "#123456", 2)
    assert isinstance(outline, Path)
    assert outline.closed
    assert len(outline.points) == 5
    np.testing.assert_allclose(outline.points[0], [50.0, 46.0])
    assert sorted(outline.points[:, 1])[-1] == pytest.approx(sorted(outline.points[:, 1])[-2])


@pytest.mark.parametrize("corners", [6, 9, 12])
def test_a_polygon_has_its_corners(corners: int) -> None:
    (outline,) = glyph_drawables("polygon", 0, 0, 14, "#123456", 2, corners)
    assert isinstance(outline, Path)
    assert len(outline.points) == corners


def test_a_tetrahedron_is_a_triangle_with_its_inner_edges() -> None:
    assert len(glyph_drawables("tetrahedron", 0, 0, 10, "#000000", 2)) == 4


def test_an_antiprism_is_two_squares_turned() -> None:
    one, other = glyph_drawables("antiprism", 0, 0, 10, "#000000", 2)
    assert isinstance(one, Path)
    assert isinstance(other, Path)
    turns = [np.degrees(np.arctan2(path.points[:, 1], path.points[:, 0])) % 90 for path in (one, other)]
    np.testing.assert_allclose(np.abs(turns[0] - turns[1]), 45.0)
