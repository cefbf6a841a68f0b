"""The dashboard as one frame: vectors, interference, neurons, instances and loss, each under its header."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from superviz.core.geometry import weight_norms
from superviz.scene import interference, neurons, strip, timeline as loss_timeline
from superviz.scene.canvas import Canvas
from superviz.scene.clip import ARBITRARY_BASIS, WHOLE
from superviz.scene.drawables import Drawable, Paint, Rect, Scene, Text
from superviz.scene.explanation import explain
from superviz.scene.figure import figure
from superviz.scene.glyphs import glyph_drawables
from superviz.scene.inset import inset, scaled
from superviz.scene.labels import LabelStyle
from superviz.scene.numerals import count, loss_text, probability_text
from superviz.scene.palette import Palette
from superviz.scene.placement import Place
from superviz.scene.selection import Selection
from superviz.scene.text_extent import break_lines, text_width
from superviz.scene.vectors import scale_step
from superviz.session.display import DisplaySettings
from superviz.session.moment import Moment
from superviz.session.timeline import Timeline

_WIDE = 1.3
"""From this ratio of width to height on, panels stand as in the window; otherwise above each other."""
_TEXT, _MARK = 1.7, 1.5
_HEADER, _TITLE, _MARGIN = 54.0, 84.0, 32.0
_LINE = 1.5

_Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """Every panel's box, its header included, on a canvas 1080 long on its shorter side or 1920 on its longer."""

    factor: float
    width: float
    height: float
    vectors: _Box
    interference: _Box
    neurons: _Box
    strip: _Box | None
    loss: _Box

    @classmethod
    def of(cls, width: float, height: float, with_strip: bool) -> _Layout:
        if width >= _WIDE * height:
            factor = min(width / 1920, height / 1080)
            width, height = width / factor, height / factor
            middle, foot = 0.62 * width, height - 214
            across = _TITLE + 0.575 * (foot - _TITLE)
            strip_top = foot - 222 if with_strip else foot
            return cls(
                factor,
                width,
                height,
                (0, _TITLE, middle, strip_top),
                (middle, _TITLE, width, across),
                (middle, across, width, foot),
                (0, strip_top, middle, foot) if with_strip else None,
                (0, foot, width, height),
            )
        factor = min(width, height) / 1080
        width, height = width / factor, height / factor
        foot = height - max(160, 0.13 * height)
        strip_top = foot - max(150, 0.12 * height) if with_strip else foot
        pair_top = strip_top - 0.31 * height
        return cls(
            factor,
            width,
            height,
            (0, _TITLE, width, pair_top),
            (0, pair_top, 0.5 * width, strip_top),
            (0.5 * width, pair_top, width, strip_top),
            (0, strip_top, width, foot) if with_strip else None,
            (0, foot, width, height),
        )


def build(moment: Moment, timeline: Timeline, display: DisplaySettings, canvas: Canvas, title: str) -> Scene:
    """One frame with every panel, at any size; nothing selected."""
    palette = canvas.palette
    layout = _Layout.of(canvas.width, canvas.height, with_strip=moment.experiment.n_instances > 1)
    drawn: list[Drawable] = [Rect(0, 0, layout.width, layout.height, fill=Paint(palette.panel))]
    drawn += _title_bar(moment, display.instance, title, layout, palette)
    drawn += _vectors(moment, display, layout.vectors, palette)
    drawn += _interference(moment, timeline, display, layout.interference, palette)
    drawn += _neurons(moment, display, layout.neurons, palette)
    if layout.strip is not None:
        drawn += _strip(moment, display, layout.strip, palette)
    drawn += _loss(moment, timeline, layout.loss, palette)
    drawn += _lines(layout, palette)
    return Scene(canvas.width, canvas.height, palette.panel, tuple(scaled(drawn, layout.factor)))


def _title_bar(moment: Moment, instance: int, title: str, layout: _Layout, palette: Palette) -> list[Drawable]:
    y, right = _TITLE / 2, layout.width - _MARGIN
    drawn: list[Drawable] = []
    probability = moment.experiment.probability_array()[instance].astype(float)
    values = [("loss", loss_text(float(moment.loss[instance])), "0.0000"), ("step", count(moment.position), "")]
    if probability.min() == probability.max():
        values.insert(0, ("sparsity", probability_text(1 - float(probability[0])), "0.00"))
    values[-1] = ("step", values[-1][1], count(max(moment.experiment.steps, moment.position)))
    for label, value, widest in reversed(values):
        start = right - max(text_width(widest, 28, 600), text_width(value, 28, 600))
        drawn.append(Text(start, y, value, 28, palette.text1, 600))
        drawn.append(Text(start - 12, y, label, 24, palette.text3, anchor="end"))
        right = start - 12 - text_width(label, 24) - 40
    if text_width(title, 30, 600) <= right - _MARGIN:
        drawn.append(Text(_MARGIN, y, title, 30, palette.text1, 600))
    return drawn


def _vectors(moment: Moment, display: DisplaySettings, box: _Box, palette: Palette) -> list[Drawable]:
    left, top, right, bottom = box
    explanation = explain(moment, display.instance)
    W = moment.W[display.instance]
    wide = right - left >= 1.5 * (bottom - top)
    words_right = left + (0.4 if wide else 0.5) * (right - left)
    size, y = 44.0, top + 52
    room = words_right - left - _MARGIN - 1.3 * size
    lines = break_lines(explanation.title, size, room, 700)
    if len(lines) > 1:
        size = 34.0
        lines = break_lines(explanation.title, size, room, 700)
    drawn: list[Drawable] = [Rect(left, top, right - left, bottom - top, fill=Paint(palette.canvas))]
    drawn += glyph_drawables(explanation.glyph, left + _MARGIN + size / 2, y, size / 2, palette.text1, size / 16)
    for line in lines:
        drawn.append(Text(left + _MARGIN + 1.35 * size, y, line, size, palette.text1, 700))
        y += 1.18 * size
    y += 10
    for line in break_lines(explanation.caption if wide else explanation.brief, 26, words_right - left - _MARGIN - 20):
        drawn.append(Text(left + _MARGIN, y, line, 26, palette.text2))
        y += 38
    label = 26.0
    unit = max(40.0, ((bottom - top) / 2 - label - 18 * _MARK) / 1.14)
    longest = float(np.nan_to_num(max(weight_norms(part).max(initial=0.0) for part in (W, moment.trail))))
    middle = (left + right) / 2 + (0.13 if wide else 0.2) * (right - left)
    place = Place(middle, (top + bottom) / 2 + 5, unit / scale_step(longest), _MARK)
    labels = LabelStyle(label, (left + 8, top + 6, right - 8, bottom - 6))
    whole = display.model_copy(update=WHOLE)
    drawn += figure(
        moment, display.instance, whole, place, palette, axes=True, trails=display.trails, labels=labels
    )
    return drawn


def _interference(
    moment: Moment, timeline: Timeline, display: DisplaySettings, box: _Box, palette: Palette
) -> list[Drawable]:
    left, top, right, bottom = box
    canvas, height = _canvas(box, palette), bottom - top - _HEADER
    maximum = interference.full_color(moment, timeline.largest_interference)
    taken, _ = interference.extent(canvas, height, moment.W.shape[2])
    drawn = interference.figure(moment, display.instance, Selection(), canvas, maximum, height)
    aside = max(0.0, (right - left - taken) / 2)
    clause = "what activating one feature does to another"
    return [*_header("Interference", clause, box, palette), *inset(drawn, left + aside, top + _HEADER)]


def _neurons(moment: Moment, display: DisplaySettings, box: _Box, palette: Palette) -> list[Drawable]:
    drawn = neurons.figure(moment, display.instance, Selection(), _canvas(box, palette))
    clause = ARBITRARY_BASIS[0].lower() + ARBITRARY_BASIS[1:-1]
    return [*_header("Neurons", clause, box, palette), *inset(drawn, box[0], box[1] + _HEADER)]


def _strip(moment: Moment, display: DisplaySettings, box: _Box, palette: Palette) -> list[Drawable]:
    count_text = f"the same model, {moment.experiment.n_instances} times"
    drawn = strip.figure(moment, display, Selection(), _canvas(box, palette))
    return [*_header("Instances", count_text, box, palette), *inset(drawn, box[0], box[1] + _HEADER)]


def _loss(moment: Moment, timeline: Timeline, box: _Box, palette: Palette) -> list[Drawable]:
    canvas = Canvas(box[2] - box[0], box[3] - box[1], palette, _MARK, _TEXT)
    whole = replace(timeline, horizon=max(timeline.live_step, 1))
    return inset(loss_timeline.figure(whole, moment.position, canvas, live=False), box[0], box[1])


def _canvas(box: _Box, palette: Palette) -> Canvas:
    """The room under a panel's header."""
    return Canvas(box[2] - box[0], box[3] - box[1] - _HEADER, palette, _MARK, _TEXT)


def _header(noun: str, clause: str, box: _Box, palette: Palette) -> list[Drawable]:
    left, y = box[0] + _MARGIN, box[1] + _HEADER / 2
    drawn: list[Drawable] = [Text(left, y, noun, 25, palette.text1, 600)]
    after = left + text_width(noun, 25, 600) + 16
    if after + text_width(clause, 22) <= box[2] - 16:
        drawn.append(Text(after, y, clause, 22, palette.text2))
    return drawn


def _lines(layout: _Layout, palette: Palette) -> list[Drawable]:
    """Panels meet at thin lines."""
    boxes = [layout.vectors, layout.interference, layout.neurons, layout.loss]
    if layout.strip is not None:
        boxes.append(layout.strip)
    ink = Paint(palette.line)
    drawn: list[Drawable] = []
    for left, top, right, bottom in boxes:
        drawn.append(Rect(left, top, right - left, _LINE, fill=ink))
        if left > 0:
            drawn.append(Rect(left, top, _LINE, bottom - top, fill=ink))
    return drawn
