"""Legend: each feature's length, bias and share of a dimension in numbers, for as many features as there is room."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from superviz.core.snapshot import Array
from superviz.scene.arrows import Emphasis
from superviz.scene.boxes import Box
from superviz.scene.canvas import Canvas
from superviz.scene.digest import Digest
from superviz.scene.drawables import Drawable, Paint, Path, Rect, Stroke, Text
from superviz.scene.feature_names import feature_name, fitting_name
from superviz.scene.numerals import fixed
from superviz.scene.palette import Palette
from superviz.scene.placement import Placement
from superviz.scene.selection import Feature
from superviz.scene.text_extent import elided, text_width
from superviz.scene.type_sizes import TypeSizes
from superviz.session.display import DisplaySettings

_ROOMY_ROWS = 8
"""Up to this many rows have room between them."""
_SWATCH = 12.0
_NOTES_ROOM = 24.0
"""What notes on a crowd take below the table, at text scale 1."""
_APART = 0.8
"""From the end of a name to its length, in ems."""
_FULL = (28.0, 32.0, 0.875, 112.0, 56.0)
_BRIEF = (18.5, 25.5, 0.9, 43.0, None)
"""At text scale 1: the middle of the heads, the height of a row, how many rows below the heads the first one is, and
how far left of the share's right edge length and bias end. A brief legend has no bias."""


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
    swatch: float
    name: float
    length: float
    bias: float | None
    """Right edges, as of the share; no bias in a brief legend, nor where the model has none."""
    share: float


def legend_width(canvas: Canvas, sizes: TypeSizes) -> float:
    """How wide the legend is, with its margin to the right."""
    return (191.0 if sizes.brief else 292.0) * canvas.text + _right_margin(canvas)


def legend_block(
    placement: Placement,
    b: Array | None,
    colors: tuple[str, ...],
    display: DisplaySettings,
    canvas: Canvas,
    sizes: TypeSizes,
    emphasis: Emphasis,
    *,
    digest: Digest | None = None,
    focus: int | None = None,
) -> tuple[list[Drawable], Box]:
    """The table at the top right, with the box it takes; without biases where the model has none, `b`.

    Rows that don't fit are summed up in "and 8 more". `digest` is that of the weights, where there is one. With a
    `focus` the rows are in the order of the placement and say, in place of biases, each one's angle to that feature.
    """
    palette = canvas.palette
    digest = Digest(placement.W) if digest is None else digest
    columns = _columns(canvas, sizes, len(placement.order), bias=b is not None or focus is not None)
    shares = digest.dimensionality
    notes = _NOTES_ROOM * canvas.text if len(placement.order) < len(colors) else 0.0
    rows = _rows(placement, _rows_that_fit(canvas, columns, notes), emphasis, in_order=focus is not None)
    angles = None if focus is None else np.degrees(np.arccos(np.clip(digest.cosines(focus), -1.0, 1.0)))
    drawables: list[Drawable] = _heads(columns, "Bias" if angles is None else "Angle", palette, sizes)
    y = columns.first
    for feature in rows:
        numbers = [
            (columns.length, fixed(float(placement.norms[feature]))),
            (columns.share, fixed(float(shares[feature]))),
        ]
        if columns.bias is not None and angles is not None:
            numbers.insert(1, (columns.bias, "" if feature == focus else f"{angles[feature]:.0f}°"))
        elif columns.bias is not None and b is not None:
            numbers.insert(1, (columns.bias, fixed(float(b[feature]))))
        strong = feature in emphasis.features
        ink = palette.text1 if strong else palette.text2 if placement.alive[feature] else palette.text3
        name = _name(display, feature, columns, sizes)
        drawables += _row(feature, name, y, numbers, colors[feature], ink, strong, columns, palette, sizes)
        y += columns.row
    hidden = np.delete(shares, rows)
    if len(hidden):
        rest = fixed(float(hidden.sum()))
        drawables.append(Text(columns.name, y, f"and {len(hidden):,} more", sizes.body, palette.text3))
        drawables.append(_cell(columns.share, y, rest, sizes.body, palette.text3))
        y += columns.row
    line = y - 0.5 * columns.row + (4 if sizes.brief else 6) * canvas.text
    drawables.append(Path(np.array([[columns.left, line], [columns.right, line]]), Stroke(palette.line, 1.0)))
    y = line + (14.5 if sizes.brief else 17) * canvas.text
    size = sizes.body if sizes.brief else sizes.note
    whole = f"{fixed(float(shares.sum()))} of {placement.W.shape[0]:,}"
    what = "in all" if sizes.brief else "Share of a dimension, in all"
    drawables += [
        Text(columns.swatch, y, what, size, palette.text3),
        _cell(columns.share, y, whole, size, palette.text2),
    ]
    return drawables, (columns.left, 0.0, canvas.width, y + 0.6 * size)


def _heads(columns: _Columns, middle: str, palette: Palette, sizes: TypeSizes) -> list[Drawable]:
    heads = [(columns.length, "Length"), (columns.bias, middle), (columns.share, "Share")]
    return [_cell(right, columns.head, head, sizes.note, palette.text3) for right, head in heads if right is not None]


def _name(display: DisplaySettings, feature: int, columns: _Columns, sizes: TypeSizes) -> str:
    """What the row calls its feature, as much of it as there is room for left of the length."""
    room = columns.length - text_width("0.00", sizes.body, 600) - _APART * sizes.body - columns.name
    if sizes.brief:
        return fitting_name(display, feature, room, sizes.body, 600)
    return elided(feature_name(display, feature), sizes.body, room, 600)


def _row(
    feature: int,
    name: str,
    y: float,
    numbers: list[tuple[float, str]],
    color: str,
    ink: str,
    strong: bool,
    columns: _Columns,
    palette: Palette,
    sizes: TypeSizes,
) -> list[Drawable]:
    """One feature's row, centred on `y`; `numbers` are right edges and values. All of it stands for the feature."""
    meaning = Feature(feature)
    # Even where it isn't seen, the ground makes the whole row one thing to point at.
    ground = Paint(palette.selected) if strong else Paint(palette.canvas, 0.0)
    side, width = max(_SWATCH, 0.9 * sizes.body), columns.right - columns.left
    weight = 600 if strong else 400
    return [
        Rect(columns.left, y - 0.5 * columns.row, width, columns.row, 6.0, fill=ground, meaning=meaning),
        Rect(columns.swatch, y - 0.5 * side, side, side, 3.0, fill=Paint(color), meaning=meaning),
        Text(columns.name, y, name, sizes.body, ink, 600 if strong else 500, meaning=meaning),
        *(Text(right, y, value, sizes.body, ink, weight, "end", meaning=meaning) for right, value in numbers),
    ]


def _cell(right: float, y: float, text: str, size: float, color: str) -> Text:
    return Text(right, y, text, size, color, anchor="end")


def _rows(placement: Placement, most: int, emphasis: Emphasis, *, in_order: bool) -> list[int]:
    """The features that get a row: the most important, and those singled out; by number or in the placement's order."""
    ranked = placement.order.tolist()
    if len(ranked) > most:
        singled_out = [index for index in emphasis.features if index not in ranked[:most]]
        ranked = ranked[: max(0, most - len(singled_out))] + singled_out
    return ranked if in_order else sorted(ranked)


def _rows_that_fit(canvas: Canvas, columns: _Columns, notes: float) -> int:
    """How many do, above so much room for further notes at the foot."""
    room = canvas.height - columns.first - 2.5 * columns.row - 24 * canvas.text - notes
    return max(1, int(room / columns.row))


def _columns(canvas: Canvas, sizes: TypeSizes, n_features: int, *, bias: bool) -> _Columns:
    text = canvas.text
    right = canvas.width - _right_margin(canvas)
    left = canvas.width - legend_width(canvas, sizes)
    roomy = n_features <= _ROOMY_ROWS
    head, row, first, length, bias_end = _BRIEF if sizes.brief else _FULL
    row = (row if roomy else 0.78 * row) * text
    share = right - 8 * text
    return _Columns(
        left=left,
        right=right,
        head=head * text,
        first=head * text + first * row,
        row=row,
        swatch=left + 8 * text,
        name=left + 32 * text,
        length=share - (length if bias or bias_end is None else bias_end) * text,
        bias=share - bias_end * text if bias and bias_end is not None else None,
        share=share,
    )


def _right_margin(canvas: Canvas) -> float:
    return 10.0 if canvas.compact else 16.0
