"""The neurons panel: what each hidden dimension has come to mean, as bars stacked out of the features' weights."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superviz.core.experiment import Experiment
from superviz.scene.canvas import Canvas
from superviz.scene.coloring import colors_at
from superviz.scene.drawables import Drawable, Paint, Path, Rect, Scene, Stroke, Text
from superviz.scene.neuron_names import neuron_names
from superviz.scene.palette import ink_on
from superviz.scene.selection import Feature, Neuron, Selection
from superviz.scene.ticks import even_ticks, short
from superviz.session.display import DisplaySettings
from superviz.session.moment import Moment

_REACHES = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0)
"""How far the axis may reach, so that it rests while the bars move."""
_SHORT_REACHES = (0.1, 0.25)
"""The same to the side where a model with real neurons has next to nothing."""
_THINNEST = 1.0
"""Logical pixels: thinner segments of a bar are drawn together, as one neutral segment at its end..."""
_MOST_SEGMENTS = 1200
"""...and so are the smallest, where all bars together would have more than so many."""
_UNSELECTED = 0.88


def build(moment: Moment, display: DisplaySettings, selection: Selection, canvas: Canvas) -> Scene:
    """One bar a hidden dimension: positive weights stacked up from 0, negative ones down, feature 1 nearest 0.

    Where the model is untied there are two plots: what each neuron reads, W, and below it what it writes, W_out.
    """
    drawables = figure(moment, display.instance, selection, canvas)
    return Scene(canvas.width, canvas.height, canvas.palette.panel, tuple(drawables))


def figure(moment: Moment, instance: int, selection: Selection, canvas: Canvas) -> list[Drawable]:
    """The bars with their axes and names, filling the canvas."""
    W = moment.W[instance]
    privileged = moment.experiment.has_privileged_basis
    matrices = [W] if moment.W_out is None else [W, moment.W_out[instance]]
    past = moment.trail if moment.trail_instance == instance else moment.trail[:0]
    reaches = [_reach(np.concatenate([W, past.reshape(-1, W.shape[1])]), both=not privileged)]
    reaches += [_reach(matrix, both=not privileged) for matrix in matrices[1:]]
    layout = _Layout.of(canvas, len(W), reaches)
    colors = colors_at(moment, instance, canvas.palette)
    drawn: list[Drawable] = []
    for matrix, plot, title in zip(matrices, layout.plots, ("reads, W", "writes, V"), strict=False):
        most = max(4, _MOST_SEGMENTS // len(matrices) // len(matrix))
        bars = [_bar(weights, neuron, plot, most) for neuron, weights in enumerate(np.nan_to_num(matrix))]
        drawn += _axis(plot, layout, canvas)
        if len(matrices) > 1:
            y = plot.top - 10 * layout.text
            drawn.append(Text(layout.left, y, title, 12 * layout.text, canvas.palette.text2))
        drawn += (segment for bar in bars for segment in _segments(bar, colors, layout, selection, canvas))
        drawn += _outlines(bars, layout, selection, canvas)
    centres = [layout.middle(neuron) for neuron in range(len(W))]
    return [
        *drawn,
        *neuron_names(W, moment.experiment, centres, layout.column, layout.left, layout.plots[-1].bottom, canvas),
    ]


def basis_words(experiment: Experiment) -> str:
    """Whether the neurons are anything by themselves, in a plain clause."""
    if experiment.has_privileged_basis:
        return "a real basis: the ReLU acts on each neuron"
    return "this basis is arbitrary: rotating it costs nothing"


def _reach(weights: NDArray[np.floating], *, both: bool) -> tuple[float, float]:
    """How far the axis must reach down and up for the bars of `weights`, (bars, features), rounded up.

    `both`: as far either way, since turning the basis over costs nothing.
    """
    finite = np.nan_to_num(weights)
    down, up = -float(np.minimum(finite, 0).sum(axis=-1).min()), float(np.maximum(finite, 0).sum(axis=-1).max())
    if both:
        down = up = max(down, up)
    return _rounded(down, _REACHES if both else (0.0, *_SHORT_REACHES, *_REACHES)), _rounded(up, _REACHES)


def _rounded(furthest: float, reaches: tuple[float, ...]) -> float:
    return next((reach for reach in reaches if furthest <= reach), 5.0 * math.ceil(furthest / 5.0))


@dataclass(frozen=True, slots=True)
class _Plot:
    """One row of bars: its edges, and the weights at them."""

    top: float
    bottom: float
    down: float
    up: float

    @property
    def scale(self) -> float:
        """Logical pixels for a weight of 1."""
        return (self.bottom - self.top) / (self.down + self.up)

    def y(self, weight: float) -> float:
        """Where that weight stands."""
        return self.top + (self.up - weight) * self.scale


@dataclass(frozen=True, slots=True)
class _Layout:
    left: float
    right: float
    first: float
    column: float
    """Where the first neuron's column begins, and how wide each is."""
    text: float
    plots: tuple[_Plot, ...]

    @classmethod
    def of(cls, canvas: Canvas, count: int, reaches: Sequence[tuple[float, float]]) -> _Layout:
        text = canvas.text
        left = (34 if canvas.compact else 47) * text
        right = canvas.width - (10 if canvas.compact else 15)
        top = (9 if canvas.compact else 15) * text
        bottom = max(canvas.height - (45 if canvas.compact else 62) * text, top + 1)
        # Few bars stand closer together than they could, many use the whole width.
        inset = max(0.0, 12 * text * (3 - 0.5 * count)) if count > 1 else 40 * text
        # Plots under each other need a line for their titles.
        between = 22 * text if len(reaches) > 1 else 0.0
        height = max((bottom - top + 10 * text) / len(reaches) - between, 1.0) if between else bottom - top
        plots = [
            _Plot(bottom - (index + 1) * height - index * between, bottom - index * (height + between), down, up)
            for index, (down, up) in enumerate(reversed(reaches))
        ]
        return cls(left, right, left + inset / 2, (right - left - inset) / count, text, tuple(plots[::-1]))

    @property
    def bar(self) -> float:
        """A bar's width."""
        share = 0.57 if self.column > 60 * self.text else 0.72
        return min(share * self.column, 120 * self.text)

    def middle(self, neuron: int) -> float:
        """The middle of that neuron's column."""
        return self.first + (neuron + 0.5) * self.column


@dataclass(frozen=True, slots=True)
class _Segment:
    neuron: int
    feature: int | None
    """None for what is too thin to be drawn feature by feature."""
    top: float
    bottom: float


def _bar(weights: NDArray[np.floating], neuron: int, plot: _Plot, most: int) -> list[_Segment]:
    sizes = np.abs(weights) * plot.scale
    thinnest = max(_THINNEST, float(np.partition(sizes, -most)[-most])) if len(sizes) > most else _THINNEST
    segments: list[_Segment] = []
    for sign in (1, -1):
        at = plot.y(0.0)
        rest = 0.0
        for feature in np.flatnonzero(sign * weights > 0).tolist():
            length = float(sizes[feature])
            if length < thinnest:
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


def _axis(plot: _Plot, layout: _Layout, canvas: Canvas) -> list[Drawable]:
    drawn: list[Drawable] = []
    most = max(2, min(5, int((plot.bottom - plot.top) / (18 * layout.text))))
    for tick in even_ticks(-plot.down, plot.up, most):
        y = plot.y(tick)
        stroke = Stroke(canvas.palette.axes if tick else canvas.palette.circle, max(1.0, canvas.mark))
        drawn.append(Path(np.array([[layout.left, y], [layout.right, y]]), stroke))
        label = short(tick)
        drawn.append(
            Text(layout.left - 9 * layout.text, y, label, 12 * layout.text, canvas.palette.text3, anchor="end")
        )
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
