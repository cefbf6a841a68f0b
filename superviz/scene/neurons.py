"""The neurons panel: what each hidden dimension has come to mean, as bars stacked out of the features' weights."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superviz.core.neurons import polysemanticity
from superviz.scene.canvas import Canvas
from superviz.scene.coloring import colors_at
from superviz.scene.drawables import Drawable, Paint, Path, Rect, Scene, Stroke, Text
from superviz.scene.numerals import fixed
from superviz.scene.palette import ink_on
from superviz.scene.selection import Feature, Neuron, Selection
from superviz.scene.text_extent import text_width
from superviz.scene.ticks import even_ticks, short
from superviz.session.display import DisplaySettings
from superviz.session.moment import Moment

_REACHES = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0)
"""How far the axis may reach, so that it rests while the bars move."""
_THINNEST = 1.0
"""Logical pixels: thinner segments of a bar are drawn together, as one neutral segment at its end."""
_UNSELECTED = 0.88


def build(moment: Moment, display: DisplaySettings, selection: Selection, canvas: Canvas) -> Scene:
    """One bar a hidden dimension: W's positive weights stacked up from 0, negative ones down, feature 1 nearest 0."""
    drawables = figure(moment, display.instance, selection, canvas)
    return Scene(canvas.width, canvas.height, canvas.palette.panel, tuple(drawables))


def figure(moment: Moment, instance: int, selection: Selection, canvas: Canvas) -> list[Drawable]:
    """The bars with their axis and names, filling the canvas."""
    W = moment.W[instance]
    colors = colors_at(moment, instance, canvas.palette)
    layout = _Layout.of(canvas, len(W), _reach(moment, instance))
    bars = [_bar(weights, neuron, layout) for neuron, weights in enumerate(np.nan_to_num(W))]
    return [
        *_axis(layout, canvas),
        *(segment for bar in bars for segment in _segments(bar, colors, layout, selection, canvas)),
        *_names(polysemanticity(W), layout, canvas),
        *_outlines(bars, layout, selection, canvas),
    ]


def _reach(moment: Moment, instance: int) -> float:
    """How far the axis must reach either way, for the moment and its trail, rounded up."""
    weights = moment.W[instance]
    if moment.trail_instance == instance and len(moment.trail):
        weights = np.concatenate([weights, moment.trail.reshape(-1, weights.shape[-1])])
    up, down = np.maximum(weights, 0).sum(axis=-1).max(), -np.minimum(weights, 0).sum(axis=-1).min()
    furthest = max(float(np.nan_to_num(up)), float(np.nan_to_num(down)))
    return next((reach for reach in _REACHES if furthest <= reach), 5.0 * math.ceil(furthest / 5.0))


@dataclass(frozen=True, slots=True)
class _Layout:
    left: float
    right: float
    top: float
    bottom: float
    """The plot's edges."""
    first: float
    column: float
    """Where the first neuron's column begins, and how wide each is."""
    reach: float
    text: float

    @classmethod
    def of(cls, canvas: Canvas, count: int, reach: float) -> _Layout:
        text = canvas.text
        left = (34 if canvas.compact else 47) * text
        right = canvas.width - (10 if canvas.compact else 15)
        top = (9 if canvas.compact else 15) * text
        bottom = canvas.height - (45 if canvas.compact else 62) * text
        # Few bars stand closer together than they could, many use the whole width.
        inset = max(0.0, 12 * text * (3 - 0.5 * count)) if count > 1 else 40 * text
        return cls(
            left, right, top, max(bottom, top + 1), left + inset / 2, (right - left - inset) / count, reach, text
        )

    @property
    def bar(self) -> float:
        """A bar's width."""
        share = 0.57 if self.column > 60 * self.text else 0.72
        return min(share * self.column, 120 * self.text)

    def middle(self, neuron: int) -> float:
        """The middle of that neuron's column."""
        return self.first + (neuron + 0.5) * self.column

    def y(self, weight: float) -> float:
        """Where that weight stands."""
        return (self.top + self.bottom) / 2 - weight / self.reach * (self.bottom - self.top) / 2


@dataclass(frozen=True, slots=True)
class _Segment:
    neuron: int
    feature: int | None
    """None for what is too thin to be drawn feature by feature."""
    top: float
    bottom: float


def _bar(weights: NDArray[np.floating], neuron: int, layout: _Layout) -> list[_Segment]:
    scale = (layout.bottom - layout.top) / 2 / layout.reach
    segments: list[_Segment] = []
    for sign in (1, -1):
        at = layout.y(0.0)
        rest = 0.0
        lengths = np.maximum(sign * weights, 0) * scale
        for feature in np.flatnonzero(lengths > 0).tolist():
            length = float(lengths[feature])
            if length < _THINNEST:
                rest += length
                continue
            end = at - sign * length
            segments.append(_Segment(neuron, feature, min(at, end), max(at, end)))
            at = end
        if rest >= 2 * _THINNEST:
            end = at - sign * rest
            segments.append(_Segment(neuron, None, min(at, end), max(at, end)))
    return segments


def _segments(
    bar: list[_Segment], colors: Sequence[str], layout: _Layout, selection: Selection, canvas: Canvas
) -> list[Drawable]:
    text, palette = layout.text, canvas.palette
    drawn: list[Drawable] = []
    for segment in bar:
        height = segment.bottom - segment.top
        gap = min(0.8 * max(1.0, text), 0.1 * height)
        x = layout.middle(segment.neuron) - layout.bar / 2
        lone = selection.feature is None or segment.feature == selection.feature
        color = palette.text3 if segment.feature is None else colors[segment.feature]
        meaning = Neuron(segment.neuron) if segment.feature is None else Feature(segment.feature)
        radius = min(2 * max(1.0, text), 0.15 * height)
        fill = Paint(color, 1.0 if lone else _UNSELECTED)
        drawn.append(Rect(x, segment.top + gap, layout.bar, height - 2 * gap, radius, None, fill, meaning))
        if segment.feature is not None and height >= 17 * text and layout.bar >= 17 * text:
            middle = (segment.top + segment.bottom) / 2
            label = str(segment.feature + 1)
            drawn.append(Text(layout.middle(segment.neuron), middle, label, 13 * text, ink_on(color), 600, "middle"))
    return drawn


def _axis(layout: _Layout, canvas: Canvas) -> list[Drawable]:
    drawn: list[Drawable] = []
    for tick in even_ticks(-layout.reach, layout.reach, 5):
        y = layout.y(tick)
        stroke = Stroke(canvas.palette.axes if tick else canvas.palette.circle, max(1.0, canvas.mark))
        drawn.append(Path(np.array([[layout.left, y], [layout.right, y]]), stroke))
        label = short(tick)
        drawn.append(
            Text(layout.left - 9 * layout.text, y, label, 12 * layout.text, canvas.palette.text3, anchor="end")
        )
    return drawn


def _names(mixed: NDArray[np.floating], layout: _Layout, canvas: Canvas) -> list[Drawable]:
    text, palette = layout.text, canvas.palette
    upper, lower = layout.bottom + 20 * text, layout.bottom + (35 if canvas.compact else 40) * text
    size = 12.5 * text
    forms = ("{} features", "{}") if canvas.compact else ("mixes {} features", "{} features", "{}")
    widest = fixed(float(np.nan_to_num(mixed).max(initial=1.0)), 1)
    form = next((form for form in forms if text_width(form.format(widest), size) <= layout.column - 6 * text), "{}")
    named = text_width(f"Neuron {len(mixed)}", 13 * text, 600) <= layout.column - 6 * text
    every = next(every for every in (1, 2, 5, 10, 20, 50, 100) if every * layout.column >= 30 * text or every == 100)
    drawn: list[Drawable] = []
    for neuron in range(every - 1, len(mixed), every):
        x, name, amount = layout.middle(neuron), str(neuron + 1), form.format(fixed(float(mixed[neuron]), 1))
        if x + max(text_width(amount, size), text_width(name, 13 * text, 600)) / 2 > canvas.width:
            continue
        drawn.append(
            Text(
                x,
                upper,
                f"Neuron {name}" if named else name,
                13 * text,
                palette.text1,
                600,
                "middle",
                meaning=Neuron(neuron),
            )
        )
        drawn.append(Text(x, lower, amount, size, palette.text2, anchor="middle"))
    if form == "{}" and text_width("mixes", 12 * text) <= layout.left - 13 * text:
        drawn.append(Text(layout.left - 9 * text, lower, "mixes", 12 * text, palette.text3, anchor="end"))
    return drawn


def _outlines(bars: list[list[_Segment]], layout: _Layout, selection: Selection, canvas: Canvas) -> list[Drawable]:
    stroke = Stroke(canvas.palette.text1, 1.8 * max(1.0, canvas.mark))
    grown = 2.0
    return [
        Rect(
            layout.middle(segment.neuron) - layout.bar / 2 - grown,
            segment.top - 1,
            layout.bar + 2 * grown,
            segment.bottom - segment.top + 2,
            3.0,
            stroke,
        )
        for bar in bars
        for segment in bar
        if segment.feature is not None and segment.feature == selection.feature
    ]
