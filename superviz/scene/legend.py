"""Legend: each feature's length, bias and share of a dimension in numbers, the most important first where room is scarce."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from superviz.core.geometry import feature_dimensionality
from superviz.core.snapshot import Array
from superviz.scene.arrows import Emphasis
from superviz.scene.boxes import Box
from superviz.scene.canvas import Canvas
from superviz.scene.drawables import Drawable, Paint, Path, Rect, Stroke, Text
from superviz.scene.numerals import fixed
from superviz.scene.placement import Placement
from superviz.scene.selection import Feature
from superviz.scene.type_sizes import TypeSizes

_ROOMY_ROWS = 8
"""Up to this many rows have room between them."""
_SWATCH = 12.0


@dataclass(frozen=True, slots=True)
class _Columns:
    """Measures in logical pixels."""

    left: float
    right: float
    head: float
    """Where the heads are centred..."""
    first: float
    """...and the first row."""
    row: float
    name: float
    length: float
    bias: float | None
    """Right edges; no bias on a compact canvas."""
    share: float


def legend_width(canvas: Canvas) -> float:
    """How wide the legend is, with its margin to the right."""
    return (191.0 if canvas.compact else 292.0) * canvas.text + _right_margin(canvas)


def legend_block(
    placement: Placement, b: Array, colors: tuple[str, ...], canvas: Canvas, sizes: TypeSizes, emphasis: Emphasis
) -> tuple[list[Drawable], Box]:
    """The table at the top right, with the box it takes. Rows that don't fit are summed up in "and 8 more"."""
    palette = canvas.palette
    columns = _columns(canvas, len(colors))
    shares = feature_dimensionality(placement.W)
    rows = _rows(placement, _rows_that_fit(canvas, columns), emphasis)
    drawables: list[Drawable] = [_cell(columns.length, columns.head, "Length", sizes.note, palette.text3)]
    if columns.bias is not None:
        drawables.append(_cell(columns.bias, columns.head, "Bias", sizes.note, palette.text3))
    drawables.append(_cell(columns.share, columns.head, "Share", sizes.note, palette.text3))
    y = columns.first
    for feature in rows:
        drawables += _row(placement, b, shares, feature, y, colors, columns, canvas, sizes, feature in emphasis.features)
        y += columns.row
    hidden = sorted(set(range(len(colors))) - set(rows))
    if hidden:
        rest = fixed(float(shares[hidden].sum()))
        drawables.append(Text(columns.name, y, f"and {len(hidden):,} more", sizes.body, palette.text3))
        drawables.append(_cell(columns.share, y, rest, sizes.body, palette.text3))
        y += columns.row
    line = y - 0.5 * columns.row + (6 if not canvas.compact else 4) * canvas.text
    drawables.append(Path(np.array([[columns.left, line], [columns.right, line]]), Stroke(palette.line, 1.0)))
    y = line + (17 if not canvas.compact else 14.5) * canvas.text
    whole = "in all" if canvas.compact else "Share of a dimension, in all"
    size = sizes.note if not canvas.compact else sizes.body
    drawables.append(Text(columns.left + 8 * canvas.text, y, whole, sizes.note if not canvas.compact else size, palette.text3))
    drawables.append(_cell(columns.share, y, f"{fixed(float(shares.sum()))} of {placement.W.shape[0]}", size, palette.text2))
    return drawables, (columns.left, 0.0, canvas.width, y + 0.6 * size)


def _row(
    placement: Placement,
    b: Array,
    shares: Array,
    feature: int,
    y: float,
    colors: tuple[str, ...],
    columns: _Columns,
    canvas: Canvas,
    sizes: TypeSizes,
    strong: bool,
) -> list[Drawable]:
    palette = canvas.palette
    meaning = Feature(feature)
    ground = Paint(palette.selected) if strong else Paint(palette.canvas, 0.0)
    ink = palette.text1 if strong else palette.text2 if placement.alive[feature] else palette.text3
    swatch = _SWATCH * (canvas.text if canvas.text > 1 else 1.0)
    top = y - 0.5 * columns.row
    name = f"{feature + 1}" if canvas.compact else f"Feature {feature + 1}"
    numbers = [(columns.length, float(placement.norms[feature])), (columns.share, float(shares[feature]))]
    if columns.bias is not None:
        numbers.insert(1, (columns.bias, float(b[feature])))
    return [
        Rect(columns.left, top, columns.right - columns.left, columns.row, 6.0, fill=ground, meaning=meaning),
        Rect(columns.left + 8 * canvas.text, y - 0.5 * swatch, swatch, swatch, 3.0, fill=Paint(colors[feature]), meaning=meaning),
        Text(columns.name, y, name, sizes.body, ink, weight=600 if strong else 500, meaning=meaning),
        *(
            Text(right, y, fixed(number), sizes.body, ink, weight=600 if strong else 400, anchor="end", meaning=meaning)
            for right, number in numbers
        ),
    ]


def _cell(right: float, y: float, text: str, size: float, color: str) -> Text:
    return Text(right, y, text, size, color, anchor="end")


def _rows(placement: Placement, most: int, emphasis: Emphasis) -> list[int]:
    """The features that get a row, in their own order: the most important, and those singled out."""
    ranked = placement.order.tolist()
    if len(ranked) > most:
        singled_out = [index for index in emphasis.features if index not in ranked[:most]]
        ranked = ranked[: max(0, most - len(singled_out))] + singled_out
    return sorted(ranked)


def _rows_that_fit(canvas: Canvas, columns: _Columns) -> int:
    room = canvas.height - columns.first - 2.5 * columns.row - 24 * canvas.text
    return max(1, int(room / columns.row))


def _columns(canvas: Canvas, n_features: int) -> _Columns:
    text = canvas.text
    right = canvas.width - _right_margin(canvas)
    left = canvas.width - legend_width(canvas)
    share = right - 8 * text
    if canvas.compact:
        row = (25.5 if n_features <= _ROOMY_ROWS else 20.5) * text
        return _Columns(left, right, 18.5 * text, 18.5 * text + 0.9 * row, row, left + 32 * text, share - 43 * text, None, share)
    row = (32 if n_features <= _ROOMY_ROWS else 24) * text
    first = 28 * text + (28 if n_features <= _ROOMY_ROWS else 24) * text
    return _Columns(left, right, 28 * text, first, row, left + 32 * text, share - 112 * text, share - 56 * text, share)


def _right_margin(canvas: Canvas) -> float:
    return 10.0 if canvas.compact else 16.0
