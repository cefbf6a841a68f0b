"""The interference panel: what each feature does to each as a heatmap, biases beside it, one pair's numbers below."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from superviz.core.geometry import weight_norms
from superviz.scene import heatmap
from superviz.scene.canvas import Canvas
from superviz.scene.coloring import colors_at
from superviz.scene.crowd import Shown, shown_at
from superviz.scene.drawables import Drawable, Paint, Rect, Scene, Stroke, Text
from superviz.scene.effects import effects
from superviz.scene.feature_names import fitting_name, short_name
from superviz.scene.heatmap import Grid
from superviz.scene.numerals import fixed, signed
from superviz.scene.palette import ink_on, interference_color
from superviz.scene.readout import readout
from superviz.scene.selection import Feature, Pair, Selection
from superviz.scene.text_extent import text_width
from superviz.session.display import DisplaySettings
from superviz.session.moment import Moment

_LARGEST_CELL = 72.0
_LEAST_ROW = 13.0
"""Logical pixels from row to row with which each may have its number."""
_LEAST_BAR = 156.0
"""The colour bar's width at least, at text scale 1."""
_NOTE_ROOM = 18.0
"""What the line below the colour bar takes, at text scale 1."""
_WIDEST_NAME = 6.0
"""Of a row, in ems."""
_NAME_SHARES = (1.0, 0.85, 0.7, 0.6, 0.5, 0.4)
"""How much of that it may take: the most that leaves room for the cells' numbers, and..."""
_LEAST_CELL = 0.82
"""...cells not much smaller than without names."""
_LEAST_BESIDE_WORDS = 0.5
"""Nor may the readout take more of them; else it is left out, hovered or not, so that nothing moves."""
_FOOT = 6.0
"""Below the colour bar's numbers where nothing else is, at text scale 1."""


def build(
    moment: Moment, display: DisplaySettings, selection: Selection, canvas: Canvas, largest: float | None = None
) -> Scene:
    """The `effects` in the instance shown: row i, column j is what activating feature i alone does to feature j.

    `largest` is the value of full colour, rounded up to .1: give the run's (`Timeline.largest_interference`), so that
    colours keep their meaning while it plays. Without it, it is that of the moment and its trail, at least 1.
    """
    colors = colors_at(moment, display.instance, canvas.palette, display)
    below = readout(moment, display, colors, selection, canvas)
    heights = canvas.height - below.height, canvas.height - _FOOT * canvas.text
    shown = shown_at(moment, display.instance, display)
    beside, alone = (_layout(moment, display, shown, canvas, height).grid.cell for height in heights)
    taken = extent(moment, display, canvas, heights[0])[1] - _FOOT * canvas.text
    said = taken <= heights[0] and beside >= _LEAST_BESIDE_WORDS * alone
    drawables = figure(moment, display, selection, canvas, full_color(moment, largest), heights[not said])
    return Scene(canvas.width, canvas.height, canvas.palette.panel, (*drawables, *(below.drawables if said else ())))


_LARGEST = 1e30
"""Weights of a run that diverged may have infinite products; the scale of colours stays a number."""


def full_color(moment: Moment, largest: float | None = None) -> float:
    """The value of full colour: `largest`, else the largest of the moment and its trail, at least 1; rounded up to .1.

    The largest of W^T W is on its diagonal: no dot product exceeds the longer direction's squared length. With a ReLU
    between, effects are far below that, so there the moment's own count, rounded up to the next fifth.
    """
    instance = moment.trail_instance
    if moment.experiment.has_privileged_basis:
        shown = shown_at(moment, instance, DisplaySettings()).features  # a scale that rests, whichever is pinned
        values = np.abs(np.nan_to_num(effects(moment, instance, shown, shown)))
        return max(1.0, math.ceil(5 * round(min(float(values.max(initial=0.0)), _LARGEST), 2)) / 5)
    if not largest:
        own = moment.W[instance]
        largest = max(1.0, *(float(np.max(weight_norms(W), initial=0.0)) ** 2 for W in (own, moment.trail)))
    # Tiny starting weights have next to no interference, but a scale all the same.
    return max(1, math.ceil(round(min(largest, _LARGEST), 3) * 10)) / 10


def figure(
    moment: Moment, display: DisplaySettings, selection: Selection, canvas: Canvas, maximum: float, height: float
) -> list[Drawable]:
    """The heatmap with heads, biases and colour bar, in the canvas's width and the upper `height` of it."""
    instance = display.instance
    shown = shown_at(moment, instance, display)
    features = list(shown.features)
    matrix = _Matrix(
        features,
        effects(moment, instance, features, features),
        moment.b[instance][features] if moment.experiment.bias else None,
        colors_at(moment, instance, canvas.palette, display),
        display,
        maximum,
        shown.words,
    )
    layout = _layout(moment, display, shown, canvas, height)
    return [
        *_column_heads(matrix, layout, selection, canvas),
        *_row_heads(matrix, layout, selection, canvas),
        *_cells(matrix, layout, selection, canvas),
        *_biases(matrix, layout, selection, canvas),
        *_color_bar(matrix, layout, canvas),
        *_outlines(matrix, layout, selection, canvas),
    ]


def extent(moment: Moment, display: DisplaySettings, canvas: Canvas, height: float) -> tuple[float, float]:
    """Width and height that `figure` really takes of what it is given, margins included."""
    shown = shown_at(moment, display.instance, display)
    layout = _layout(moment, display, shown, canvas, height)
    below = (46 + (_NOTE_ROOM if shown.is_part else 0)) * layout.text
    size = 12 * layout.text
    bar = layout.grid.left + max(_LEAST_BAR * layout.text, text_width(shown.words, size))
    return max(layout.bias_x + layout.bias_width, bar) + 16, layout.grid.top + layout.grid.size + below


@dataclass(frozen=True, eq=False, slots=True)
class _Matrix:
    """What is drawn: the features shown, by index, what each does to each, and their biases where there are any."""

    features: list[int]
    values: NDArray[np.floating]
    biases: NDArray[np.floating] | None
    colors: tuple[str, ...]
    """One a feature of the model, drawn or not."""
    display: DisplaySettings
    maximum: float
    words: str
    """Which features these are, where they are not all."""

    def place(self, feature: int | None) -> int | None:
        """Where that feature stands, None where it isn't drawn."""
        return self.features.index(feature) if feature in self.features else None


@dataclass(frozen=True, slots=True)
class _Layout:
    grid: Grid
    bias_x: float
    bias_width: float
    text: float
    """The canvas's factor on text, and on the room it takes."""
    digits: int
    """Of the longest number in a head."""
    lone: bool = False
    """Whether heads follow no order that one could count along: then each row has its number, or none."""

    @classmethod
    def of(
        cls,
        canvas: Canvas,
        height: float,
        count: int,
        digits: int,
        *,
        bias: bool,
        noted: bool,
        lone: bool,
        names: float = 0.0,
    ) -> _Layout:
        """With heads of rows as wide as their numbers, or as `names` logical pixels; `noted` has a line at its foot."""
        text = canvas.text
        margin, bias_gap = (10.0, 13.0) if canvas.compact else (16.0, 22.0)
        left = round(margin + 28 * text + max(8 * text * digits, names))
        top = round(text * (23 if canvas.compact else 27))
        right = canvas.width - (12.0 if canvas.compact else 16.0) - bias_gap * text
        below = text * ((40 if canvas.compact else 50) + (_NOTE_ROOM if noted else 0))
        narrow, numbered = (16 * text, 39 * text) if bias else (0.0, 0.0)
        cell, gap, strip = 1.0, 0.0, narrow
        # With a bias strip as wide as a cell, and at least as wide as its numbers where they fit.
        for least in (numbered, narrow):
            pitch = min((right - left) / (count + bias), (right - left - least) / count, (height - top - below) / count)
            gap = 2.0 if pitch >= 16 else 1.0 if pitch >= 6 else 0.0
            cell = max(min(1.0, max(0.1, pitch)), min(math.floor(pitch - gap), _LARGEST_CELL * text))
            strip = max(least, cell) if bias else 0.0
            if cell >= 17 * text:
                break
        grid = Grid(left, top, cell, gap, count)
        return cls(grid, left + grid.size + (bias_gap * text if bias else 0.0), strip, text, digits, lone)

    @property
    def decimals(self) -> int | None:
        """Of the numbers in cells; None where these are too small for any."""
        return None if self.grid.cell < 28 * self.text else 2 if self.grid.cell >= 40 * self.text else 1

    @property
    def radius(self) -> float:
        return 2.0 if self.grid.cell >= 16 else 0.0

    @property
    def bias_numbered(self) -> bool:
        return self.bias_width >= 39 * self.text

    @property
    def head_room(self) -> float:
        """What a head's number takes with some air, across and down."""
        return max(16, 8 * self.digits + 3) * self.text

    @property
    def rows_numbered(self) -> bool:
        """Whether each row has room for its number, and for a square of its colour."""
        return self.grid.pitch >= (_LEAST_ROW * self.text if self.lone else self.head_room)

    @property
    def label_every(self) -> int:
        """Every how many features a head has room for its number."""
        return next((every for every in (1, 2, 5, 10, 20, 50) if every * self.grid.pitch >= self.head_room), 100)


def _layout(moment: Moment, display: DisplaySettings, shown: Shown, canvas: Canvas, height: float) -> _Layout:
    """With room for names beside the rows, as much as leaves the cells their numbers."""
    size, count, digits = 13 * canvas.text, len(shown.features), len(str(max(shown.features) + 1))
    part, focus = shown.is_part, shown.focus is not None
    of = partial(_Layout.of, canvas, height, count, digits, bias=moment.experiment.bias, noted=part, lone=focus)
    bare = of()
    named = [feature for feature in shown.features if feature in display.feature_names]
    widths = [text_width(short_name(display, feature), size, 700) for feature in named]
    widest = min(max(widths, default=0.0), _WIDEST_NAME * size)
    for share in _NAME_SHARES if named and bare.rows_numbered else ():
        layout = of(names=share * widest)
        if layout.decimals == bare.decimals and layout.grid.cell >= _LEAST_CELL * bare.grid.cell:
            seen = (fitting_name(display, feature, share * widest, size, 700) != str(feature + 1) for feature in named)
            return layout if any(seen) else bare
    return bare


def _labelled(matrix: _Matrix, layout: _Layout, selected: int | None) -> list[int]:
    """Places whose head says its number: every so many, and the selected one in the place of its neighbours."""
    if layout.lone and layout.label_every > 1:
        return []
    every, apart = layout.label_every, layout.head_room / layout.grid.pitch
    places = [place for place in range(len(matrix.features)) if every == 1 or place == 0 or (place + 1) % every == 0]
    if every > 1 and len(places) > 1 and places[1] < apart:
        del places[0]
    if selected is None:
        return places
    return [
        *(place for place in places if place != selected and (every == 1 or abs(place - selected) >= apart)),
        selected,
    ]


def _column_heads(matrix: _Matrix, layout: _Layout, selection: Selection, canvas: Canvas) -> list[Drawable]:
    grid, palette = layout.grid, canvas.palette
    selected = matrix.place(selection.feature)
    y = grid.top - 14 * layout.text
    size = 13 * layout.text
    named = _columns_named(matrix, layout, size)
    heads = [
        Text(
            grid.across(place) + grid.cell / 2,
            y,
            short_name(matrix.display, matrix.features[place]) if named else str(matrix.features[place] + 1),
            size,
            palette.text1 if place == selected else palette.text2,
            700 if place == selected else 400,
            "middle",
            meaning=Feature(matrix.features[place]),
        )
        for place in _labelled(matrix, layout, selected)
    ]
    if not heads:
        return _column_squares(matrix, layout)
    if matrix.biases is None:
        return [*heads]
    bias = Text(layout.bias_x + layout.bias_width / 2, y, "bias", size, palette.text2, anchor="middle")
    room = bias.x - text_width("bias", size) / 2 - 4 * layout.text
    return [*(head for head in heads if head.x + text_width(head.text, size, head.weight) / 2 <= room), bias]


def _column_squares(matrix: _Matrix, layout: _Layout) -> list[Drawable]:
    """Colours alone, where there is no room for numbers: those of the rows."""
    grid, side = layout.grid, min(10 * layout.text, layout.grid.cell)
    y = grid.top - 14 * layout.text - side / 2
    return [
        Rect(
            grid.across(place) + (grid.cell - side) / 2, y, side, side, 0.3 * side, None, Paint(color), Feature(feature)
        )
        for place, feature in enumerate(matrix.features)
        for color in (matrix.colors[feature],)
    ]


def _columns_named(matrix: _Matrix, layout: _Layout, size: float) -> bool:
    """Whether columns have room for every name: some names and some numbers would be read as an order."""
    room = layout.grid.pitch - 4 * layout.text
    names = (short_name(matrix.display, feature) for feature in matrix.features)
    return layout.label_every == 1 and all(text_width(name, size, 700) <= room for name in names)


def _row_heads(matrix: _Matrix, layout: _Layout, selection: Selection, canvas: Canvas) -> list[Drawable]:
    grid, palette, text = layout.grid, canvas.palette, layout.text
    selected = matrix.place(selection.feature)
    heads: list[Drawable] = []
    squares = layout.rows_numbered
    side = 10 * text
    for place, feature in enumerate(matrix.features):
        fill, middle = Paint(matrix.colors[feature]), grid.down(place) + grid.cell / 2
        if squares:
            x = 10 if canvas.compact else 18
            heads.append(Rect(x, middle - side / 2, side, side, 3 * text, None, fill, Feature(feature)))
        else:
            heads.append(
                Rect(grid.left - 7 * text, grid.down(place), 4 * text, grid.cell, 0.0, None, fill, Feature(feature))
            )
    inset = (9.5 if squares else 11) * text
    room = grid.left - inset - ((10 if canvas.compact else 18) + side + 6 * text if squares else 4)
    heads += [
        Text(
            grid.left - inset,
            grid.down(place) + grid.cell / 2,
            fitting_name(matrix.display, matrix.features[place], room, 13 * text, 700),
            13 * text,
            palette.text1 if place == selected else palette.text2,
            700 if place == selected else 400,
            "end",
            meaning=Feature(matrix.features[place]),
        )
        for place in (range(len(matrix.features)) if squares else _labelled(matrix, layout, selected))
    ]
    return heads


def _cells(matrix: _Matrix, layout: _Layout, selection: Selection, canvas: Canvas) -> list[Drawable]:
    grid = layout.grid
    drawn = heatmap.cells(grid, matrix.values, matrix.maximum, matrix.features, canvas.palette, layout.radius)
    if layout.decimals is not None:
        bold = matrix.place(selection.feature)
        size = min(13 * layout.text, 0.42 * grid.cell)
        drawn += heatmap.numbers(grid, matrix.values, matrix.maximum, canvas.palette, size, layout.decimals, bold)
    return drawn


def _biases(matrix: _Matrix, layout: _Layout, selection: Selection, canvas: Canvas) -> list[Drawable]:
    grid, palette = layout.grid, canvas.palette
    bold = matrix.place(selection.feature)
    drawn: list[Drawable] = []
    biases: list[float] = [] if matrix.biases is None else matrix.biases.tolist()
    for place, bias in enumerate(biases):
        color = interference_color(palette, bias, matrix.maximum) if math.isfinite(bias) else palette.raised
        meaning, y = Feature(matrix.features[place]), grid.down(place)
        drawn.append(Rect(layout.bias_x, y, layout.bias_width, grid.cell, layout.radius, None, Paint(color), meaning))
        if layout.bias_numbered and grid.cell >= 16 * layout.text:
            x, y = layout.bias_x + layout.bias_width / 2, y + grid.cell / 2
            drawn.append(
                Text(x, y, fixed(bias), 13 * layout.text, ink_on(color), 700 if place == bold else 500, "middle")
            )
    return drawn


def _color_bar(matrix: _Matrix, layout: _Layout, canvas: Canvas) -> list[Drawable]:
    grid, palette, text = layout.grid, canvas.palette, layout.text
    width = max(grid.size, min(_LEAST_BAR * text, canvas.width - grid.left - 12))
    y = grid.top + grid.size + 17 * text
    size, low = 12 * text, y + 20 * text
    left, right = fixed(-matrix.maximum, 1), signed(matrix.maximum, 1)
    if not canvas.compact and 2 * text_width(f"{left} down", size) + 24 * text <= width:
        left, right = f"{left} down", f"up {right}"
    drawn: list[Drawable] = [
        *heatmap.color_bar(palette, grid.left, y, width, 8 * text),
        Text(grid.left, low, left, size, palette.text2),
        Text(grid.left + width / 2, low, "0", size, palette.text2, anchor="middle"),
        Text(grid.left + width, low, right, size, palette.text2, anchor="end"),
    ]
    if matrix.words:
        drawn.append(Text(grid.left, low + _NOTE_ROOM * text, matrix.words, size, palette.text3))
    return drawn


def _outlines(matrix: _Matrix, layout: _Layout, selection: Selection, canvas: Canvas) -> list[Drawable]:
    grid = layout.grid
    drawn: list[Drawable] = []
    place = matrix.place(selection.feature)
    if place is not None:
        stroke = Stroke(canvas.palette.text1, 1.6 * max(1.0, canvas.mark))
        x, y, thick, long = grid.across(place) - 1, grid.down(place) - 1, grid.cell + 2, grid.size + 2
        drawn = [
            Rect(x, grid.top - 1, thick, long, 3.0, stroke),
            Rect(grid.left - 1, y, long, thick, 3.0, stroke),
        ]
        if matrix.biases is not None:
            drawn.append(Rect(layout.bias_x - 1, y, layout.bias_width + 2, thick, 3.0, stroke))
    hovered = selection.hovered
    if isinstance(hovered, Pair):
        row, column = matrix.place(hovered.source), matrix.place(hovered.target)
        if row is not None and column is not None:
            stroke = Stroke(canvas.palette.text1, 3.0 * max(1.0, canvas.mark))
            drawn.append(
                Rect(grid.across(column) - 0.5, grid.down(row) - 0.5, grid.cell + 1, grid.cell + 1, 3.0, stroke)
            )
    return drawn
