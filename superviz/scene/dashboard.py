"""The dashboard as one frame: vectors, interference, neurons, instances and loss, each under its header."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from superviz.scene import interference, neurons, strip
from superviz.scene import timeline as loss_timeline
from superviz.scene.boxes import Box
from superviz.scene.canvas import Canvas
from superviz.scene.clip import balanced, figure_in
from superviz.scene.drawables import Drawable, Paint, Rect, Scene, Text
from superviz.scene.effects import effects_clause
from superviz.scene.explanation import explain
from superviz.scene.glyphs import glyph_drawables
from superviz.scene.inset import inset, scaled
from superviz.scene.loss_curve import loss_name
from superviz.scene.numerals import count, loss_text, probability_text
from superviz.scene.palette import Palette
from superviz.scene.selection import Selection
from superviz.scene.text_extent import break_lines, text_width
from superviz.session.display import DisplaySettings
from superviz.session.moment import Moment
from superviz.session.timeline import Timeline

_WIDE = 1.3
"""From this ratio of width to height on, panels stand as in the window; otherwise above each other."""
_WIDE_TEXT, _TALL_TEXT = 1.7, 1.4
_MARK = 1.4
_TITLE, _MARGIN = 76.0, 32.0
_HEADER = 31.0
"""A panel's header, at text scale 1."""
_LINE = 1.5


@dataclass(frozen=True, slots=True)
class _Layout:
    """Every panel's box, its header included, on a canvas 1080 long on its shorter side or 1920 on its longer."""

    factor: float
    text: float
    width: float
    height: float
    vectors: Box
    interference: Box
    neurons: Box
    strip: Box | None
    loss: Box

    @classmethod
    def of(cls, width: float, height: float, with_strip: bool) -> _Layout:
        if width >= _WIDE * height:
            factor = min(width / 1920, height / 1080)
            width, height = width / factor, height / factor
            middle, foot = 0.62 * width, height - 200
            across = _TITLE + 0.59 * (foot - _TITLE)
            strip_top = foot - 216 if with_strip else foot
            return cls(
                factor,
                _WIDE_TEXT,
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
        foot = height - max(150, 0.13 * height)
        strip_top = foot - max(174, 0.12 * height) if with_strip else foot
        pair_top = strip_top - 0.335 * height
        return cls(
            factor,
            _TALL_TEXT,
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
    drawn += _interference(moment, timeline, display, layout, palette)
    drawn += _neurons(moment, display, layout, palette)
    if layout.strip is not None:
        drawn += _strip(moment, display, layout.strip, layout.text, palette)
    drawn += _loss(moment, timeline, layout, palette)
    drawn += _lines(layout, palette)
    return Scene(canvas.width, canvas.height, palette.panel, tuple(scaled(drawn, layout.factor)))


def _title_bar(moment: Moment, instance: int, title: str, layout: _Layout, palette: Palette) -> list[Drawable]:
    name = loss_name(moment.experiment, described=moment.described)
    # Where that is too much, the loss is named in full at the foot alone.
    for loss in (name, "loss"):
        drawn, room = _values(moment, instance, loss, layout, palette)
        if text_width(title, 30, 600) <= room:
            return [*drawn, Text(_MARGIN, _TITLE / 2, title, 30, palette.text1, 600)]
    return drawn


def _values(
    moment: Moment, instance: int, loss: str, layout: _Layout, palette: Palette
) -> tuple[list[Drawable], float]:
    """Sparsity, loss and step at the right of the title bar, and the room they leave for the title."""
    y, right = _TITLE / 2, layout.width - _MARGIN
    drawn: list[Drawable] = []
    probability = moment.experiment.activity_array()[instance].astype(float)
    widest_step = count(max(moment.experiment.steps, moment.position))
    values = [("step", count(moment.position), widest_step)]
    if moment.described or np.isfinite(moment.loss[instance]):
        values.insert(0, (loss, loss_text(float(moment.loss[instance])), "0.0000"))
    if moment.described and probability.min() == probability.max():
        values.insert(0, ("sparsity", probability_text(1 - float(probability[0])), "0.00"))
    for label, value, widest in reversed(values):
        start = right - max(text_width(widest, 28, 600), text_width(value, 28, 600))
        drawn.append(Text(start, y, value, 28, palette.text1, 600))
        drawn.append(Text(start - 12, y, label, 24, palette.text3, anchor="end"))
        right = start - 12 - text_width(label, 24) - 40
    return drawn, right - _MARGIN


def _vectors(moment: Moment, display: DisplaySettings, box: Box, palette: Palette) -> list[Drawable]:
    left, top, right, bottom = box
    explanation = explain(moment, display.instance)
    above = bottom - top > 0.62 * (right - left)
    size, y = 44.0, top + 50
    room = (0.9 if above else 0.36) * (right - left) - _MARGIN
    lines = break_lines(explanation.title, size, room - 1.35 * size, 700)
    if len(lines) > 1:
        size = 34.0
        lines = break_lines(explanation.title, size, room - 1.35 * size, 700)
    drawn: list[Drawable] = [Rect(left, top, right - left, bottom - top, fill=Paint(palette.canvas))]
    x, width = left + _MARGIN + size / 2, size / 16
    drawn += glyph_drawables(explanation.glyph, x, y, size / 2, palette.text1, width, explanation.corners)
    for line in lines:
        drawn.append(Text(left + _MARGIN + 1.35 * size, y, line, size, palette.text1, 700))
        y += 1.18 * size
    y += 12
    for line in balanced(explanation.caption, 26, room):
        drawn.append(Text(left + _MARGIN, y, line, 26, palette.text2))
        y += 38
    inner = (
        (left + 24, y, right - 24, bottom - 16)
        if above
        else (left + 0.36 * (right - left), top + 14, right - 24, bottom - 14)
    )
    return [*drawn, *figure_in(inner, moment, display, palette, 26.0, _MARK)]


def _interference(
    moment: Moment, timeline: Timeline, display: DisplaySettings, layout: _Layout, palette: Palette
) -> list[Drawable]:
    box = layout.interference
    canvas = _canvas(box, layout.text, palette)
    maximum = interference.full_color(moment, timeline.largest_interference)
    taken, _ = interference.extent(moment, display, canvas, canvas.height)
    drawn = interference.figure(moment, display, Selection(), canvas, maximum, canvas.height)
    return [
        *_header("Interference", effects_clause(moment), box, layout.text, palette),
        *inset(drawn, box[0] + max(0.0, (canvas.width - taken) / 2), box[1] + _HEADER * layout.text),
    ]


def _neurons(moment: Moment, display: DisplaySettings, layout: _Layout, palette: Palette) -> list[Drawable]:
    box = layout.neurons
    drawn = neurons.figure(moment, display, Selection(), _canvas(box, layout.text, palette))
    header = _header(
        "Neurons", neurons.basis_words(moment.experiment, described=moment.described), box, layout.text, palette
    )
    return [*header, *inset(drawn, box[0], box[1] + _HEADER * layout.text)]


def _strip(moment: Moment, display: DisplaySettings, box: Box, text: float, palette: Palette) -> list[Drawable]:
    drawn = strip.figure(moment, display, Selection(), _canvas(box, text, palette))
    count = moment.experiment.n_instances
    clause = f"the same model, {count} times" if moment.described else f"{count} matrices of weights"
    return [*_header("Instances", clause, box, text, palette), *inset(drawn, box[0], box[1] + _HEADER * text)]


def _loss(moment: Moment, timeline: Timeline, layout: _Layout, palette: Palette) -> list[Drawable]:
    left, top, right, bottom = layout.loss
    whole = replace(timeline, horizon=max(timeline.live_step, 1), bookmarks=())
    canvas = Canvas(right - left, bottom - top, palette, _MARK, layout.text)
    return inset(loss_timeline.figure(whole, moment, canvas, live=False), left, top)


def _canvas(box: Box, text: float, palette: Palette) -> Canvas:
    """The room under a panel's header."""
    return Canvas(box[2] - box[0], box[3] - box[1] - _HEADER * text, palette, _MARK, text)


def _header(noun: str, clause: str, box: Box, text: float, palette: Palette) -> list[Drawable]:
    left, y = box[0] + _MARGIN, box[1] + _HEADER / 2 * text
    size, small = 14.5 * text, 13 * text
    drawn: list[Drawable] = [Text(left, y, noun, size, palette.text1, 600)]
    after = left + text_width(noun, size, 600) + 9 * text
    if after + text_width(clause, small) <= box[2] - 16:
        drawn.append(Text(after, y, clause, small, palette.text2))
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
