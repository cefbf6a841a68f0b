"""Samples: what a model is shown, features as rows and samples as columns, so that what comes together is seen."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from superviz.scene.canvas import Canvas
from superviz.scene.coloring import own_colors
from superviz.scene.drawables import Drawable, Paint, Rect, Scene, Stroke
from superviz.scene.palette import Palette, colored_by_shape, feature_colors
from superviz.session.display import DisplaySettings

_SHADES = 10
_FAINTEST = 0.4
"""The opacity of what is barely active: still told from what isn't."""
_PADDING, _RADIUS = 4, 5
_LOW, _LOW_PADDING, _LOW_RADIUS = 30, 2, 2
"""A picture lower than that has a narrower frame."""
_TRACK = 0.5
_GAPPED_WIDTH, _GAPPED_HEIGHT, _EQUAL_HEIGHT = 4, 5, 4
"""Logical pixels from which on cells have a pixel between them, beside each other and one below the other, and from
which on they are all of the same height."""


def shown_features(n_features: int, canvas: Canvas) -> int:
    """How many features are shown: all while a pixel each is enough, else the first that have two, to be told apart."""
    room = int(canvas.height) - 2 * _padding(canvas)
    return n_features if n_features <= room else max(1, room // 2)


def build(
    samples: NDArray[np.floating],
    importance: NDArray[np.floating],
    canvas: Canvas,
    display: DisplaySettings,
    *,
    signed: bool,
) -> Scene:
    """Samples (features, count) as cells on the panel's ground, shaded by their size, in their feature's colour.

    Signed ones have the two colours of the interference map instead, and many features of equal `importance`,
    (features,), all one neutral colour: which shape each is in, by which other views tell them apart, isn't known here.
    """
    palette = canvas.palette
    rows, count = shown_features(len(samples), canvas), samples.shape[1]
    padding, radius = _padding(canvas), _LOW_RADIUS if canvas.height < _LOW else _RADIUS
    across = _edges(padding, canvas.width - 2 * padding, count)
    down = _rows(padding, canvas.height - 2 * padding, rows)
    edge, ground = Stroke(palette.line, 1.0), Paint(palette.canvas)
    drawn: list[Drawable] = [Rect(0.5, 0.5, canvas.width - 1, canvas.height - 1, radius, edge, ground)]
    # Tracks of the features, so that one that is never active is seen as well.
    track = Paint(palette.axes, _TRACK)
    drawn += [Rect(across[0], y, across[-1] - across[0], height, 0.0, None, track) for y, height in down]
    gap = int(canvas.width / count >= _GAPPED_WIDTH)
    columns = [(x, right - x - gap) for x, right in pairwise(across)]
    colors = _colors(palette, importance, display, rows, signed)
    shades = np.rint(np.clip(samples[:rows], -1, 1) * _SHADES).astype(np.int64)
    for (y, height), ends, row, shade in zip(down, colors, samples, shades, strict=False):
        # By shade, since a painter is quicker where colours change less.
        active = np.flatnonzero(row)
        order: list[int] = active[np.argsort(shade[active], kind="stable")].tolist()
        for column in order:
            x, width = columns[column]
            paint = _paint(ends[int(row[column] > 0)], abs(int(shade[column])))
            drawn.append(Rect(x, y, width, height, 0.0, None, paint))
    return Scene(canvas.width, canvas.height, palette.panel, tuple(drawn))


def _colors(
    palette: Palette, importance: NDArray[np.floating], display: DisplaySettings, rows: int, signed: bool
) -> Sequence[tuple[str, str]]:
    """What is below 0 and what is above it, by feature."""
    if signed:
        return [(palette.interference_low, palette.interference_high)] * rows
    by_shape = colored_by_shape(importance)
    colors = (palette.text2,) * len(importance) if by_shape else feature_colors(palette, importance)
    return [(color, color) for color in own_colors(colors, palette, display)[:rows]]


def _rows(start: float, room: float, count: int) -> list[tuple[float, float]]:
    """Where each row begins and how high it is: whole pixels, equal where there are enough to share out."""
    pitch = room // count
    if pitch < _EQUAL_HEIGHT:
        edges = _edges(start, room, count)
    else:
        top = start + (room - pitch * count) // 2
        edges = [top + row * pitch for row in range(count + 1)]
    gap = int(pitch >= _GAPPED_HEIGHT)
    return [(y, below - y - gap) for y, below in pairwise(edges)]


def _edges(start: float, room: float, count: int) -> list[float]:
    """Where `count` cells begin in that much room, and where the last one ends: on whole pixels, so none is blurred."""
    return [start + round(index * room / count) for index in range(count + 1)]


def _padding(canvas: Canvas) -> int:
    return _LOW_PADDING if canvas.height < _LOW else _PADDING


@lru_cache(maxsize=4096)
def _paint(color: str, shade: int) -> Paint:
    return Paint(color, _FAINTEST + (1 - _FAINTEST) * shade / _SHADES)
