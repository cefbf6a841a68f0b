"""Glyphs: a small picture of each shape, to stand beside its name."""

from __future__ import annotations

import math

import numpy as np

from superviz.core.parts import Glyph
from superviz.scene.drawables import Disc, Drawable, Paint, Path, Points, Stroke

_POLYGONS: dict[Glyph, int] = {"triangle": 3, "tetrahedron": 3, "pentagon": 5}
_MIXED_RAYS = ((97.0, 1.0), (172.0, 0.66), (243.0, 0.94), (336.0, 0.82))
"""Degrees and lengths."""


def glyph_drawables(
    glyph: Glyph, x: float, y: float, radius: float, color: str, width: float, corners: int = 6
) -> list[Drawable]:
    """The glyph centred on (x, y), inside a circle of `radius`, with a line of `width`; a "polygon" has `corners`."""
    stroke = Stroke(color, width, round=True)
    if glyph == "polygon" or glyph in _POLYGONS:
        points = _corners(x, y, radius, _POLYGONS.get(glyph, corners))
        outline = Path(points, stroke, closed=True)
        if glyph != "tetrahedron":
            return [outline]
        centre = np.array([x, y])
        return [outline, *(Path(np.stack([centre, corner]), stroke) for corner in points)]
    if glyph == "antiprism":  # seen along its axis
        squares = (_corners(x, y, radius, 8)[start::2] for start in (0, 1))
        return [Path(square, stroke, closed=True) for square in squares]
    if glyph == "bipyramid":
        outline = np.array([[0.0, -1.0], [0.8, 0.1], [0.0, 1.0], [-0.8, 0.1]])
        front = np.array([[-0.8, 0.1], [-0.25, 0.32], [0.8, 0.1]])
        ridge = np.array([[0.0, -1.0], [-0.25, 0.32], [0.0, 1.0]])
        lines = [Path(line * radius + (x, y), Stroke(color, 0.7 * width, round=True)) for line in (front, ridge)]
        return [Path(outline * radius + (x, y), stroke, closed=True), *lines]
    if glyph == "digon":
        ends = np.array([[x - 0.72 * radius, y + 0.72 * radius], [x + 0.72 * radius, y - 0.72 * radius]])
        return [Path(ends, stroke), *(Disc(px, py, 1.5 * width, fill=Paint(color)) for px, py in ends.tolist())]
    if glyph == "alone":
        low, high = 0.72 * radius, 0.28 * radius
        axes = np.array([[x - low, y - radius], [x - low, y + low], [x + radius, y + low]])
        square = np.array([[x - low, y + low - high], [x - low + high, y + low - high], [x - low + high, y + low]])
        return [Path(axes, stroke), Path(square, Stroke(color, 0.6 * width))]
    if glyph == "dead":
        return [Disc(x, y, 0.72 * radius, Stroke(color, width, dashes=(2 * width, 2 * width)))]
    return [
        Path(np.array([[x, y], [x + length * radius * math.cos(turn), y - length * radius * math.sin(turn)]]), stroke)
        for turn, length in ((math.radians(degrees), length) for degrees, length in _MIXED_RAYS)
    ]


def _corners(x: float, y: float, radius: float, count: int) -> Points:
    turns = np.radians(90.0 - 360.0 / count * np.arange(count))
    return np.stack([x + radius * np.cos(turns), y - radius * np.sin(turns)], axis=1)
