"""The clip: a frame for a talk. Few words in large type, one picture, and the loss at the foot; at any size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from superviz.core.experiment import Experiment
from superviz.scene import interference, neurons
from superviz.scene.boxes import Box
from superviz.scene.canvas import Canvas
from superviz.scene.drawables import Disc, Drawable, Paint, Path, Scene, Stroke, Text
from superviz.scene.explanation import explain
from superviz.scene.figure import figure, ring_at, room_at
from superviz.scene.glyphs import glyph_drawables
from superviz.scene.inset import inset, scaled
from superviz.scene.labels import LabelStyle
from superviz.scene.loss_curve import loss_curve, loss_name
from superviz.scene.numerals import count, loss_text, probability_text
from superviz.scene.palette import Palette, mix
from superviz.scene.placement import Place
from superviz.scene.selection import Selection
from superviz.scene.text_extent import break_lines, text_width
from superviz.session.display import DisplaySettings
from superviz.session.moment import Moment
from superviz.session.timeline import Timeline

View: TypeAlias = Literal["vectors", "interference", "neurons"]

SHORT_SIDE = 1080.0
"""A frame is composed with its shorter side this long and then scaled: 4K is 1080p times two."""
_WHOLE = {"zoom": 1.0, "pan": (0.0, 0.0)}
"""A film shows all of the figure, however it was last looked at in the window."""
INTERFERENCE_CAPTION = "What activating one feature does to every other."
DIRECTIONS_CAPTION = "How far each direction goes along every other."
NEURONS_CAPTION = "What each hidden dimension has come to mean."

_WIDE = 1.5
"""From this ratio of width to height on, the words stand beside the picture, otherwise above it."""
_MARK = 1.9
_SMALLEST = 28.0
_PANEL_TEXT = _SMALLEST / 12
"""Panels set their smallest type at 12."""
_LABEL = 34.0
_NAME_SIZES = ((88.0, 1), (72.0, 1), (62.0, 1), (62.0, 2), (48.0, 3))
"""The name's sizes, and how many lines each may take: the first that fits."""
_AHEAD = 0.4
"""Opacity of the loss past the position shown."""


def build(
    moment: Moment, timeline: Timeline, display: DisplaySettings, canvas: Canvas, title: str, view: View = "vectors"
) -> Scene:
    """One frame: `title`, the shape's name and caption, the picture of `view`, sparsity, loss and step, and the loss.

    `canvas` gives size and palette; type follows from the shorter side. No selection, guides or axis names.
    """
    factor = min(canvas.width, canvas.height) / SHORT_SIDE
    layout = _Layout.of(canvas.width / factor, canvas.height / factor)
    palette = canvas.palette
    words, words_end = _words(moment, display.instance, title, view, layout, palette)
    picture = layout.picture if layout.wide else (layout.left, words_end, layout.right, layout.picture[3])
    drawables = [
        *_PICTURES[view](moment, timeline, display, palette, picture),
        *words,
        *_numbers(moment, display.instance, layout, palette),
        *_loss(timeline, moment, layout.loss, palette),
    ]
    return Scene(canvas.width, canvas.height, palette.canvas, tuple(scaled(drawables, factor)))


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where what stands, the shorter side being SHORT_SIDE long."""

    wide: bool
    left: float
    right: float
    words_right: float
    title_y: float
    picture: Box
    """The top counts where the frame is wide; otherwise the picture begins where the words end."""
    numbers_y: float
    loss: Box

    @classmethod
    def of(cls, width: float, height: float) -> _Layout:
        if width >= _WIDE * height:
            left, right = 96.0, width - 96.0
            picture = (0.383 * width, 44.0, width - 56.0, height - 156.0)
            loss = (left, height - 146.0, right, height - 70.0)
            return cls(True, left, right, left + 620, 108.0, picture, height - 323, loss)
        # As tall as wide there is little room to spare, far taller there is plenty.
        roomy = min(1.0, height / width - 1) if height > width else 0.0
        left, right, top = 72.0, width - 72.0, 72.0 + 70 * roomy
        foot = height - 44 - 80 * roomy
        loss = (left, foot - 72, right, foot)
        picture = (left, top, right, foot - 210 - 40 * roomy)
        return cls(False, left, right, right, top, picture, foot - 168 - 24 * roomy, loss)


def _words(
    moment: Moment, instance: int, title: str, view: View, layout: _Layout, palette: Palette
) -> tuple[list[Drawable], float]:
    """Title, glyph, name and caption from the top down, and where they end."""
    explanation = explain(moment, instance)
    left, y = layout.left, layout.title_y
    drawn: list[Drawable] = [Text(left, y, title, 30, palette.text2)] if title else []
    size, lines = _fitting(explanation.title, layout.words_right - left)
    y += 87 if layout.wide else 80
    radius = 0.44 * size
    drawn += glyph_drawables(explanation.glyph, left + radius, y, radius, palette.text1, size / 18, explanation.corners)
    # A name of one line stands in the same place whatever its size, so nothing moves when the shape changes its name.
    for row, line in enumerate(lines):
        drawn.append(Text(left + 1.17 * size, y + row * 1.15 * size, line, size, palette.text1, 700))
    y += (len(lines) - 1) * 1.15 * size + (163 if layout.wide else 96)
    type_size, pitch, most = (40, 56, 6) if layout.wide else (36, 50, 3)
    for row in balanced(_caption(moment, explanation.caption, view), type_size, layout.words_right - left)[:most]:
        drawn.append(Text(left, y, row, type_size, palette.text1))
        y += pitch
    return drawn, y - 10


def _fitting(name: str, room: float) -> tuple[float, tuple[str, ...]]:
    for size, most in _NAME_SIZES:
        lines = break_lines(name, size, room - 1.17 * size, 700)
        if len(lines) <= most and all(text_width(line, size, 700) <= room - 1.17 * size for line in lines):
            return size, lines
    size = _NAME_SIZES[-1][0]
    return size, break_lines(name, size, room - 1.17 * size, 700)


def balanced(text: str, size: float, width: float) -> tuple[str, ...]:
    """`text` in as few lines as fit into `width`, of about the same length: no line of one word at the end."""
    lines = break_lines(text, size, width)
    for share in range(95, 45, -5):
        narrower = break_lines(text, size, share / 100 * width)
        if len(narrower) > len(lines) or any(text_width(line, size) > share / 100 * width for line in narrower):
            break
        lines = narrower
    return lines


def _caption(moment: Moment, about_shape: str, view: View) -> str:
    if view == "vectors":
        return about_shape
    if view == "interference":
        return INTERFERENCE_CAPTION if moment.described else DIRECTIONS_CAPTION
    if not moment.described:
        return NEURONS_CAPTION
    basis = neurons.basis_words(moment.experiment, described=True)
    return f"{NEURONS_CAPTION} {basis[0].upper()}{basis[1:]}."


def _vectors(moment: Moment, _: Timeline, display: DisplaySettings, palette: Palette, box: Box) -> list[Drawable]:
    return figure_in(box, moment, display, palette, _LABEL, _MARK)


def figure_in(
    box: Box, moment: Moment, display: DisplaySettings, palette: Palette, label: float, mark: float
) -> list[Drawable]:
    """The bare figure of the instance shown, with axes, trails and labels of size `label`, as large as `box` allows."""
    left, top, right, bottom = box
    n_features = moment.W.shape[2]
    beside = text_width(f"Feature {n_features}" if n_features <= 8 else str(n_features), label, 500) + 18 * mark
    unit = max(min(((right - left) / 2 - beside) / 1.1, ((bottom - top) / 2 - label - 18 * mark) / 1.165), label)
    whole = display.model_copy(update=_WHOLE)
    unit /= room_at(moment, display.instance, whole)
    ring = ring_at(moment, display.instance, whole)
    place = Place((left + right) / 2, (top + bottom) / 2, unit, mark, ring)
    # Labels may hang over a little: long vectors are rare, and a label let go is gone.
    bounds = (left - label, top - label, right + label, bottom + label)
    labels = LabelStyle(label, bounds, display=display)
    return figure(moment, display.instance, whole, place, palette, axes=True, trails=display.trails, labels=labels)


def _interference(
    moment: Moment, timeline: Timeline, display: DisplaySettings, palette: Palette, box: Box
) -> list[Drawable]:
    canvas = _panel(palette, box)
    maximum = interference.full_color(moment, timeline.largest_interference)
    drawn = interference.figure(moment, display, Selection(), canvas, maximum, canvas.height)
    wide, high = interference.extent(moment, display, canvas, canvas.height)
    return inset(drawn, box[0] + (canvas.width - wide) / 2, box[1] + (canvas.height - high) / 2)


def _neurons(moment: Moment, _: Timeline, display: DisplaySettings, palette: Palette, box: Box) -> list[Drawable]:
    return inset(neurons.figure(moment, display, Selection(), _panel(palette, box)), box[0], box[1])


def _panel(palette: Palette, box: Box) -> Canvas:
    return Canvas(box[2] - box[0], box[3] - box[1], palette, _MARK, _PANEL_TEXT)


def _numbers(moment: Moment, instance: int, layout: _Layout, palette: Palette) -> list[Drawable]:
    probability = moment.experiment.activity_array()[instance].astype(float)
    numbers: list[tuple[str, str, str]] = []
    if moment.described and probability.min() == probability.max():
        numbers.append(("Sparsity", probability_text(1 - float(probability[0])), "0.00"))
    has_loss = moment.described or bool(np.isfinite(moment.loss[instance]))
    if has_loss:
        numbers.append(("Loss", loss_text(float(moment.loss[instance])), "0.0000"))
    numbers.append(("Step", count(moment.position), "0"))
    x, drawn = layout.left, list[Drawable]()
    for label, value, usual in numbers:
        drawn.append(Text(x, layout.numbers_y, label, 28, palette.text2))
        drawn.append(Text(x, layout.numbers_y + 48, value, 48, palette.text1, 600))
        # Columns stay where they are while their numbers change in length.
        x += max(text_width(usual, 48, 600), text_width(value, 48, 600), text_width(label, 28)) + 75
    name = _loss_words(moment.experiment, described=moment.described) if has_loss else ""
    if layout.wide:
        return [*drawn, Text(layout.left, layout.loss[1] - 26, name, _SMALLEST, palette.text3)]
    rows = break_lines(name, _SMALLEST, layout.right - x)
    foot = layout.numbers_y + 52 - 34 * len(rows)
    names = [
        Text(layout.right, foot + 34 * row, line, _SMALLEST, palette.text3, anchor="end")
        for row, line in enumerate(rows)
    ]
    return [*drawn, *names]


def _loss(timeline: Timeline, moment: Moment, box: Box, palette: Palette) -> list[Drawable]:
    """The loss of the whole run over a line that fills up to the moment, in the box of logical pixels."""
    left, top, right, bottom = box
    horizon = max(timeline.live_step, 1)
    edges = (left, top, right, bottom - 8)
    curve = loss_curve(timeline.steps, timeline.losses, horizon, edges, 20.0, timeline.test_losses)
    x = curve.x(min(max(moment.position, 0.0), horizon))
    shown, ahead = curve.split(x)
    drawn: list[Drawable] = []
    if len(curve.test_points) > 1:
        drawn.append(Path(curve.test_points, Stroke(palette.text2, 3.0, dashes=(12.0, 9.0))))
    drawn += [
        Path(line, Stroke(color, 4.2, round=True))
        for line, color in ((ahead, mix(palette.canvas, palette.accent, _AHEAD)), (shown, palette.accent))
        if len(line) > 1
    ]
    drawn.append(Path(np.array([[left, bottom], [right, bottom]]), Stroke(palette.line_strong, 2.0)))
    drawn.append(Path(np.array([[left, bottom], [max(x, left), bottom]]), Stroke(palette.text1, 4.0)))
    if len(curve.points):
        y = curve.y_at(x)
        drawn += [Disc(x, y, 11.0, None, Paint(palette.canvas)), Disc(x, y, 7.6, None, Paint(palette.text1))]
    return drawn


def _loss_words(experiment: Experiment, *, described: bool) -> str:
    """Which loss it is, and which line is which."""
    return loss_name(experiment, described=described) + (
        "; dashed: on new samples" if experiment.training_set is not None else ""
    )


_Picture: TypeAlias = Callable[[Moment, Timeline, DisplaySettings, Palette, Box], list[Drawable]]
_PICTURES: dict[View, _Picture] = {"vectors": _vectors, "interference": _interference, "neurons": _neurons}
