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
from superviz.scene.crowd import shown_at
from superviz.scene.digest import digest_of
from superviz.scene.drawables import Drawable, Paint, Path, Rect, Scene, Stroke, Text
from superviz.scene.feature_names import feature_word, fitting_name
from superviz.scene.neuron_names import neuron_names
from superviz.scene.palette import ink_on
from superviz.scene.selection import Feature, Neuron, Selection
from superviz.scene.text_extent import elided, text_width
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
_LONG_NUMBER = 4
"""Digits: a number of so many doesn't fit into every bar that is wide enough for others."""
_UNSELECTED = 0.88
_MOST_NEURONS, _FEW_NEURONS = 128, 8
"""Of more neurons than bars could be told apart, so few are shown that each has its name."""


def build(moment: Moment, display: DisplaySettings, selection: Selection, canvas: Canvas) -> Scene:
    """One bar a hidden dimension: positive weights stacked up from 0, negative ones down, feature 1 nearest 0.

    Where the model is untied there are two plots: what each neuron reads, W, and below it what it writes, W_out.
    """
    drawables = figure(moment, display, selection, canvas)
    return Scene(canvas.width, canvas.height, canvas.palette.panel, tuple(drawables))


def figure(moment: Moment, display: DisplaySettings, selection: Selection, canvas: Canvas) -> list[Drawable]:
    """The bars with their axes and names, filling the canvas."""
    instance = display.instance
    privileged = moment.experiment.has_privileged_basis
    chosen, words = _chosen(moment, display)
    shown = list(shown_at(moment, instance, display).features)
    note = _note(moment, len(chosen), words, len(shown))
    both = [moment.W[instance]] if moment.W_out is None else [moment.W[instance], moment.W_out[instance]]
    matrices = [_part(matrix, chosen, shown) for matrix in both]
    past = moment.trail if moment.trail_instance == instance else moment.trail[:0]
    rows = np.concatenate([matrices[0], _part(past, chosen, shown).reshape(-1, len(shown))])
    reaches = [_reach(rows, both=not privileged)]
    reaches += [_reach(matrix, both=not privileged) for matrix in matrices[1:]]
    layout = _Layout.of(canvas, len(chosen), reaches, noted=bool(note))
    colors = colors_at(moment, instance, canvas.palette, display)
    drawn: list[Drawable] = []
    for matrix, plot, title in zip(matrices, layout.plots, ("reads, W", "writes, V"), strict=False):
        most = max(4, _MOST_SEGMENTS // len(matrices) // len(matrix))
        bars = [_bar(weights, at, shown, plot, most) for at, weights in enumerate(np.nan_to_num(matrix))]
        drawn += _axis(plot, layout, canvas)
        if len(matrices) > 1:
            y = plot.top - 10 * layout.text
            drawn.append(Text(layout.left, y, title, 12 * layout.text, canvas.palette.text2))
        drawn += (
            segment for bar in bars for segment in _segments(bar, chosen, colors, display, layout, selection, canvas)
        )
        drawn += _outlines(bars, layout, selection, canvas)
    centres = [layout.middle(at) for at in range(len(chosen))]
    bottom = layout.plots[-1].bottom
    drawn += neuron_names(
        moment.W[instance], moment.experiment, display, centres, layout.column, layout.left, bottom, canvas, chosen
    )
    if note:
        x = 12.0 if canvas.compact else 16.0
        size = 12 * layout.text
        note = elided(note, size, canvas.width - 2 * x)
        y = bottom + (52 if canvas.compact else 62) * layout.text
        drawn.append(Text(x, y, note, size, canvas.palette.text3))
    return drawn


def _note(moment: Moment, neurons: int, which: str, features: int) -> str:
    """What the bars leave out."""
    _, n_hidden, n_features = moment.W.shape
    lines = [f"{neurons} of {n_hidden:,}, {which}"] if neurons < n_hidden else []
    lines += [f"{features} of {n_features:,} features"] if features < n_features else []
    return "; ".join(lines)


def _chosen(moment: Moment, display: DisplaySettings) -> tuple[list[int], str]:
    """The neurons that have a bar, and which these are where they are not all.

    Of many: those that the pinned feature uses most, the most first; or else the most polysemantic or, where a basis
    means nothing, those that hold most.
    """
    n_hidden = moment.W.shape[1]
    if n_hidden <= _MOST_NEURONS:
        return list(range(n_hidden)), ""
    digest, pinned = digest_of(moment, display.instance), display.pinned_feature
    if pinned is not None and pinned < moment.W.shape[2]:
        used = np.abs(np.nan_to_num(digest.W[:, pinned]))
        first = np.argsort(-used, kind="stable")[:_FEW_NEURONS].tolist()
        return first, f"where {feature_word(display, pinned)} is largest"
    privileged = moment.experiment.has_privileged_basis
    rank = digest.polysemanticity if privileged else digest.weight_of_neurons
    first = np.argsort(-np.nan_to_num(rank), kind="stable")[:_FEW_NEURONS]
    return np.sort(first).tolist(), "the most polysemantic" if privileged else "those that hold most"


def _part(matrices: NDArray[np.floating], neurons: list[int], features: list[int]) -> NDArray[np.floating]:
    """Those rows and columns of (..., hidden, features)."""
    if len(neurons) == matrices.shape[-2] and len(features) == matrices.shape[-1]:
        return matrices
    return matrices[..., np.array(neurons)[:, None], features]


def basis_words(experiment: Experiment, *, described: bool) -> str:
    """Whether the neurons are anything by themselves, in a plain clause."""
    if not described:
        return "what each hidden dimension holds"
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
    def of(cls, canvas: Canvas, count: int, reaches: Sequence[tuple[float, float]], *, noted: bool = False) -> _Layout:
        """With room for one more line at the foot where it is `noted`."""
        text = canvas.text
        left = (34 if canvas.compact else 47) * text
        right = canvas.width - (10 if canvas.compact else 15)
        top = (9 if canvas.compact else 15) * text
        below = (45 if canvas.compact else 62) + (18 if noted else 0)
        bottom = max(canvas.height - below * text, top + 1)
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
    place: int
    """Which of the bars it is part of."""
    feature: int | None
    """None for what is too thin to be drawn feature by feature."""
    top: float
    bottom: float


def _bar(weights: NDArray[np.floating], place: int, features: list[int], plot: _Plot, most: int) -> list[_Segment]:
    """The segments of the bar at that place, a neuron's `weights` for these features."""
    sizes = np.abs(weights) * plot.scale
    thinnest = max(_THINNEST, float(np.partition(sizes, -most)[-most])) if len(sizes) > most else _THINNEST
    segments: list[_Segment] = []
    for sign in (1, -1):
        at = plot.y(0.0)
        rest = 0.0
        for column in np.flatnonzero(sign * weights > 0).tolist():
            length = float(sizes[column])
            if length < thinnest:
                rest += length
                continue
            end = at - sign * length
            segments.append(_Segment(place, features[column], min(at, end), max(at, end)))
            at = end
        if rest >= 2 * _THINNEST:
            end = at - sign * rest
            segments.append(_Segment(place, None, min(at, end), max(at, end)))
    return segments


def _segments(
    bar: list[_Segment],
    neurons: list[int],
    colors: Sequence[str],
    display: DisplaySettings,
    layout: _Layout,
    selection: Selection,
    canvas: Canvas,
) -> list[Drawable]:
    text, palette = layout.text, canvas.palette
    drawn: list[Drawable] = []
    for segment in bar:
        height = segment.bottom - segment.top
        gap = min(0.8 * max(1.0, text), 0.1 * height)
        x = layout.middle(segment.place) - layout.bar / 2
        lone = selection.feature is None or segment.feature == selection.feature
        color = palette.text3 if segment.feature is None else colors[segment.feature]
        meaning = Neuron(neurons[segment.place]) if segment.feature is None else Feature(segment.feature)
        radius = min(2 * max(1.0, text), 0.15 * height)
        fill = Paint(color, 1.0 if lone else _UNSELECTED)
        drawn.append(Rect(x, segment.top + gap, layout.bar, height - 2 * gap, radius, None, fill, meaning))
        if segment.feature is not None and height >= 17 * text and layout.bar >= 17 * text:
            middle = (segment.top + segment.bottom) / 2
            label = fitting_name(display, segment.feature, layout.bar - 8 * text, 13 * text, 600)
            if text_width(label, 13 * text, 600) <= layout.bar - 2 * text or len(label) < _LONG_NUMBER:
                drawn.append(Text(layout.middle(segment.place), middle, label, 13 * text, ink_on(color), 600, "middle"))
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
            layout.middle(segment.place) - layout.bar / 2 - grown,
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
