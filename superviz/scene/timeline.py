"""The timeline: the loss curve as the scrub bar, with the run's epochs, edits and bookmarks, and both heads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from superviz.core.bookmark import Bookmark
from superviz.scene.boxes import Box, box_of, overlaps
from superviz.scene.canvas import Canvas
from superviz.scene.drawables import Disc, Drawable, Paint, Path, Points, Rect, Scene, Stroke, Text
from superviz.scene.flags import Flag, card, flag_drawables, place_flags
from superviz.scene.loss_curve import LossCurve, loss_curve, loss_name
from superviz.scene.numerals import count
from superviz.scene.palette import mix
from superviz.scene.selection import Selection, Step
from superviz.scene.text_extent import text_width
from superviz.scene.ticks import even_ticks, log_ticks, short
from superviz.session.display import DisplaySettings
from superviz.session.moment import Moment
from superviz.session.timeline import Timeline

_TINT, _BAND, _AHEAD = 0.13, 0.035, 0.5
"""Opacities: of the tint under what was shown, of every other epoch, of the line past the playhead."""
_FILLED_POINTS = 8
"""Of the curve, in one piece of the tint: the fewer edges a scanline meets, the faster it is filled."""

_FLAG = np.array([[0.0, -4.5], [13.0, -4.5], [10.0, 0.0], [13.0, 4.5], [0.0, 4.5]])
_PENNANT_ROOM = 16.0
_LIVE_ROOM = 36.0
"""On either side of the live head, for the word beside it."""
_PENNANT = np.array([[-8.0, 0.0], [8.0, 0.0], [8.0, 9.0], [0.0, 16.0], [-8.0, 9.0]])


def build(timeline: Timeline, moment: Moment, display: DisplaySettings, selection: Selection, canvas: Canvas) -> Scene:
    """The run so far, with the playhead at `moment`; one sentence while there is nothing to show."""
    hovered = selection.hovered if isinstance(selection.hovered, Bookmark) else None
    drawables = figure(timeline, moment, canvas, hovered=hovered)
    return Scene(canvas.width, canvas.height, canvas.palette.panel, tuple(drawables))


def figure(
    timeline: Timeline, moment: Moment, canvas: Canvas, *, live: bool = True, hovered: Bookmark | None = None
) -> list[Drawable]:
    """The timeline filling the canvas, the playhead at `moment`; `live` marks the live head where it is elsewhere.

    Of a run that can't grow it marks the end. The note of the bookmark that is `hovered` stands there whole.
    """
    if timeline.live_step <= 0:
        return [_nothing_yet(moment, canvas)]
    box = _Box.of(canvas)
    curve = loss_curve(
        timeline.steps, timeline.losses, timeline.horizon, box.edges, 6.0 * box.mark, timeline.test_losses
    )
    playhead = min(max(moment.position, 0.0), float(timeline.live_step))
    ahead = live and timeline.live_step - playhead >= 0.5
    names = _curve_names(curve, box, canvas)
    marks = _marks(timeline, curve, box, canvas, curve.x(timeline.live_step) if ahead else box.right)
    head = _live_head(timeline, curve, box, canvas) if ahead else []
    flags = _flags(timeline, curve, box, [*marks, *head])
    return [
        Rect(box.left, box.top, box.right - box.left, box.bottom - box.top, 0.0, None, Paint(canvas.palette.canvas)),
        *_bands(timeline, curve, box, canvas),
        *_loss_axis(curve, box, canvas),
        *_curve(curve, curve.x(playhead), box, canvas),
        *names,
        *_dividers(timeline, curve, box, canvas),
        *_step_axis(timeline, curve, box, canvas),
        *_epoch_names(timeline, curve, box, canvas, playhead),
        *marks,
        *head,
        *flag_drawables(flags, box.bottom, canvas, hovered),
        *_playhead_line(curve, box, canvas, playhead),
        *_loss_name(timeline, curve, _loss(moment, curve), box, canvas, playhead, names),
        *_playhead_dot(curve, box, canvas, playhead),
        *(drawable for flag in flags if flag.bookmark == hovered for drawable in card(flag, canvas)),
    ]


def flag_at(timeline: Timeline, canvas: Canvas, step: float) -> tuple[float, float]:
    """Where a bookmark at that step hangs, or would, logical pixels from the canvas's top left corner."""
    box = _Box.of(canvas)
    return box.left + step / max(timeline.horizon, 1) * (box.right - box.left), box.top


def position_at(timeline: Timeline, canvas: Canvas, x: float) -> float:
    """The position in steps at `x` logical pixels from the canvas's left, between 0 and the live head."""
    box = _Box.of(canvas)
    share = (x - box.left) / max(box.right - box.left, 1.0)
    return min(max(share * timeline.horizon, 0.0), float(timeline.live_step))


@dataclass(frozen=True, slots=True)
class _Box:
    """The plot's edges; epoch names stand above it, steps below."""

    left: float
    top: float
    right: float
    bottom: float
    text: float
    mark: float

    @classmethod
    def of(cls, canvas: Canvas) -> _Box:
        text, mark = canvas.text, max(1.0, canvas.mark)
        if canvas.compact:
            return cls(
                round(41 * text), round(27 * text), canvas.width - 12, canvas.height - round(21 * text), text, mark
            )
        return cls(round(48 * text), round(31 * text), canvas.width - 24, canvas.height - round(25 * text), text, mark)

    @property
    def edges(self) -> tuple[float, float, float, float]:
        return self.left, self.top, self.right, self.bottom

    @property
    def names_y(self) -> float:
        return self.top - 13.5 * self.text


def _nothing_yet(moment: Moment, canvas: Canvas) -> Text:
    words = "Nothing trained yet. The loss will be drawn here, step by step."
    if not moment.described:
        words = "These are weights of a single step: there is nothing before or after it."
    return Text(canvas.width / 2, canvas.height / 2, words, 13 * canvas.text, canvas.palette.text3, anchor="middle")


def _bands(timeline: Timeline, curve: LossCurve, box: _Box, canvas: Canvas) -> list[Drawable]:
    fill = Paint(canvas.palette.text1, _BAND)
    return [
        Rect(
            curve.x(epoch.start),
            box.top,
            curve.x(epoch.end) - curve.x(epoch.start),
            box.bottom - box.top,
            0.0,
            None,
            fill,
        )
        for epoch in timeline.epochs[1::2]
    ]


def _dividers(timeline: Timeline, curve: LossCurve, box: _Box, canvas: Canvas) -> list[Drawable]:
    stroke = Stroke(canvas.palette.line_strong, 1.2, 0.8)
    return [
        _vertical(curve.x(epoch.start), box.top - 20 * box.text, box.bottom, stroke) for epoch in timeline.epochs[1:]
    ]


def _epoch_names(timeline: Timeline, curve: LossCurve, box: _Box, canvas: Canvas, playhead: float) -> list[Drawable]:
    palette, size = canvas.palette, 13 * box.text
    now = timeline.epoch_at(playhead)
    pennant = curve.x(playhead)
    names: list[Drawable] = []
    for index, epoch in enumerate(timeline.epochs):
        inset = 10.0 * box.text if index else 0.0
        last = index == len(timeline.epochs) - 1
        weight, color = (700, palette.text1) if epoch is now else (400, palette.text2)
        x, width = curve.x(epoch.start) + inset, text_width(epoch.name, size, weight)
        if x - _PENNANT_ROOM * box.text < pennant < x + width + _PENNANT_ROOM * box.text:
            x = pennant + _PENNANT_ROOM * box.text  # beside the pennant, not under it
        if x + width <= (box.right if last else curve.x(epoch.end) - 6):
            names.append(Text(x, box.names_y, epoch.name, size, color, weight, meaning=Step(epoch.start)))
    return names


def _loss_axis(curve: LossCurve, box: _Box, canvas: Canvas) -> list[Drawable]:
    if not curve.high:
        return []
    most = max(1, int((box.bottom - box.top) / (26 * box.text)))
    drawn: list[Drawable] = []
    for tick in log_ticks(curve.low, curve.high, most):
        y = curve.y(tick)
        drawn.append(Path(np.array([[box.left, y], [box.right, y]]), Stroke(canvas.palette.axes, box.mark)))
        label = short(tick, 4 if canvas.compact else 6)
        drawn.append(Text(box.left - 9 * box.text, y, label, 12 * box.text, canvas.palette.text3, anchor="end"))
    return drawn


def _step_axis(timeline: Timeline, curve: LossCurve, box: _Box, canvas: Canvas) -> list[Drawable]:
    palette, text = canvas.palette, box.text
    most = max(2, int((box.right - box.left) / ((130 if canvas.compact else 140) * text)))
    stroke = Stroke(palette.line_strong, box.mark)
    y = box.bottom + (12 if canvas.compact else 14) * text
    drawn: list[Drawable] = []
    for tick in even_ticks(0, timeline.horizon, most, whole=True):
        x = curve.x(tick)
        label = count(tick)
        width = text_width(label, 12 * text)
        drawn.append(_vertical(x, box.bottom, box.bottom + 4, stroke))
        if not tick:
            drawn.append(Text(x, y, label, 12 * text, palette.text3))
        elif x + width / 2 > box.right:
            drawn.append(Text(box.right, y, label, 12 * text, palette.text3, anchor="end"))
        else:
            drawn.append(Text(x, y, label, 12 * text, palette.text3, anchor="middle"))
    last = curve.x(timeline.live_step)
    if box.right - last > 1:
        ahead = Stroke(palette.line_strong, box.mark, dashes=(4.0 * box.mark, 4.0 * box.mark))
        drawn.append(Path(np.array([[last, box.bottom - 0.5], [box.right, box.bottom - 0.5]]), ahead))
    return drawn


def _curve(curve: LossCurve, playhead_x: float, box: _Box, canvas: Canvas) -> list[Drawable]:
    shown, ahead = curve.split(playhead_x)
    accent, width = canvas.palette.accent, 2.2 * box.mark
    drawn: list[Drawable] = []
    if len(shown) > 1:
        for start in range(0, len(shown) - 1, _FILLED_POINTS):
            piece = _down_to(shown[start : start + _FILLED_POINTS + 1], box.bottom)
            drawn.append(Path(piece, None, Paint(accent, _TINT), closed=True))
    if len(ahead) > 1:
        drawn.append(Path(ahead, Stroke(mix(canvas.palette.canvas, accent, _AHEAD), width, round=True)))
    if len(curve.test_points) > 1:
        dashes = (5.0 * box.mark, 4.0 * box.mark)
        drawn.append(Path(curve.test_points, Stroke(canvas.palette.text2, 1.6 * box.mark, dashes=dashes)))
    if len(shown) > 1:
        drawn.append(Path(shown, Stroke(accent, width, round=True)))
    return drawn


def _loss(moment: Moment, curve: LossCurve) -> str:
    """Which loss is drawn."""
    if not (moment.described or len(curve.points)):
        return "no losses were recorded"
    return loss_name(moment.experiment, described=moment.described)


def _loss_name(
    timeline: Timeline,
    curve: LossCurve,
    loss: str,
    box: _Box,
    canvas: Canvas,
    playhead: float,
    names: Sequence[Text],
) -> list[Drawable]:
    """Which loss it is, in a corner without lines or the curves' `names`; on a ground of its own if one crosses it."""
    color, size, inset = canvas.palette.text3, 12 * box.text, 8 * box.text
    beside = _LIVE_ROOM * box.text
    high, low = box.top + 10.5 * box.text, box.bottom - (9 if canvas.compact else 12) * box.text
    left, right = box.left + inset, box.right - beside - 4
    spots = [Text(left, low, loss, size, color), Text(right, low, loss, size, color, anchor="end")]
    if not (timeline.marks or timeline.bookmarks):
        spots.insert(0, Text(right, high, loss, size, color, anchor="end"))
    # Around the live head wherever the playhead is, lest scrubbing moves the name.
    head = curve.x(timeline.live_step)
    steps = [
        *(epoch.start for epoch in timeline.epochs[1:]),
        *(at.step for at in (*timeline.marks, *timeline.bookmarks)),
    ]
    xs = [head - beside, head, head + beside, *(curve.x(step) for step in steps)]
    taken: list[Box] = [*((x, box.top, x, box.bottom) for x in xs), *(box_of(name) for name in names)]
    spot = next((spot for spot in spots if not _is_crossed(box_of(spot), curve, taken)), spots[0])
    words = box_of(spot)
    x = curve.x(playhead)
    if not _is_crossed(words, curve, [*taken, (x, box.top, x, box.bottom)]):
        return [spot]
    margin = 4 * box.text
    width = words[2] - words[0] + 2 * margin
    ground = Paint(canvas.palette.canvas)
    return [Rect(words[0] - margin, words[1], width, words[3] - words[1], 0.0, None, ground), spot]


def _is_crossed(box: Box, curve: LossCurve, taken: Sequence[Box]) -> bool:
    """Whether a line of either curve runs through the box, or it covers anything that is taken."""
    left, top, right, bottom = box
    for points in (curve.points, curve.test_points):
        lowest, highest = np.minimum(points[:-1], points[1:]), np.maximum(points[:-1], points[1:])
        if ((lowest < (right, bottom)) & (highest > (left, top))).all(axis=1).any():
            return True
    return overlaps(box, taken)


def _curve_names(curve: LossCurve, box: _Box, canvas: Canvas) -> list[Text]:
    """Of two curves, each one's name at its end."""
    if not (len(curve.points) and len(curve.test_points)):
        return []
    palette, size = canvas.palette, 12 * box.text
    high = box.top + 10.5 * box.text
    x, apart = float(curve.points[-1, 0]) - 8 * box.text, 11 * box.text
    left = x - text_width("training", size, 600)
    training, test = _reach(curve.points, left), _reach(curve.test_points, left)
    above = curve.test_points[-1, 1] <= curve.points[-1, 1]
    # Between the curves where there is room for both, else on their other sides.
    between = (training[0] - test[1] if above else test[0] - training[1]) > 3 * apart
    below_test = above == between
    y, training_y = (test[1] + apart, training[0] - apart) if below_test else (test[0] - apart, training[1] + apart)
    y, training_y = (min(max(at, high), box.bottom - 0.6 * apart) for at in (y, training_y))
    return [
        Text(x, y, "test", size, palette.text2, 600, "end"),
        Text(x, training_y, "training", size, palette.accent, 600, "end"),
    ]


def _reach(points: Points, left: float) -> tuple[float, float]:
    """From where to where a curve goes in height, from `left` to its end."""
    heights = points[points[:, 0] >= min(left, points[-1, 0]), 1]
    return float(heights.min()), float(heights.max())


def _down_to(points: Points, bottom: float) -> Points:
    return np.concatenate([points, [[points[-1, 0], bottom], [points[0, 0], bottom]]])


def _marks(timeline: Timeline, curve: LossCurve, box: _Box, canvas: Canvas, end: float) -> list[Drawable]:
    """A flag a mark; a label that would run into the next flag, or past `end`, is left out, its flag stays."""
    palette, text, y = canvas.palette, box.text, box.top + 10.5 * box.text
    dotted = Stroke(palette.text3, box.mark, dashes=(2.0 * box.mark, 4.0 * box.mark))
    places = [curve.x(mark.step) for mark in timeline.marks]
    drawn: list[Drawable] = []
    for index, (mark, x) in enumerate(zip(timeline.marks, places, strict=True)):
        meaning = Step(float(mark.step))
        drawn.append(_vertical(x, box.top, box.bottom, dotted))
        flag = _FLAG * text + np.array([x, y])
        drawn.append(Path(flag, None, Paint(palette.text2), closed=True, meaning=meaning))
        begins = x + 19 * text
        ends = begins + text_width(mark.text, 12 * text)
        following = [place for place in (*places[index + 1 :], end) if place > x]
        if ends + 4 <= min(following, default=box.right):
            drawn.append(Text(begins, y, mark.text, 12 * text, palette.text2, meaning=meaning))
    return drawn


def _flags(timeline: Timeline, curve: LossCurve, box: _Box, others: Sequence[Drawable]) -> tuple[Flag, ...]:
    """The bookmarks' flags, clear of the flags and words of `others`."""
    if not timeline.bookmarks:
        return ()
    words = [box_of(other) for other in others if isinstance(other, Text)]
    outlines = [other.points for other in others if isinstance(other, Path) and other.closed]
    shapes: list[Box] = [(*points.min(axis=0).tolist(), *points.max(axis=0).tolist()) for points in outlines]
    xs = tuple(curve.x(bookmark.step) for bookmark in timeline.bookmarks)
    return place_flags(timeline.bookmarks, xs, box.edges, (*words, *shapes), box.text)


def _live_head(timeline: Timeline, curve: LossCurve, box: _Box, canvas: Canvas) -> list[Drawable]:
    mark, text = box.mark, box.text
    word, color = ("live", canvas.palette.accent) if timeline.may_grow else ("end", canvas.palette.text2)
    x = curve.x(timeline.live_step)
    y = curve.y_at(x)
    fits = x + 10 * text + text_width(word, 12 * text, 600) <= canvas.width - 2
    beside, anchor = (x + 10 * text, "start") if fits else (x - 8 * text, "end")
    meaning = Step(float(timeline.live_step))
    return [
        _vertical(x, box.top, box.bottom, Stroke(color, 1.8 * mark, 0.9, dashes=(4.0 * mark, 4.0 * mark))),
        Disc(x, y, 9.5 * mark, None, Paint(color, 0.22)),
        Disc(x, y, 5.5 * mark, None, Paint(canvas.palette.canvas)),
        Disc(x, y, 4.2 * mark, None, Paint(color)),
        Text(beside, box.top + 10.5 * text, word, 12 * text, color, 600, anchor, meaning=meaning),
    ]


def _playhead_line(curve: LossCurve, box: _Box, canvas: Canvas, playhead: float) -> list[Drawable]:
    ink, text = canvas.palette.text1, box.text
    x, top = curve.x(playhead), box.top - 22 * text
    pennant = _PENNANT * text + np.array([x, top])
    return [
        _vertical(x, top + 12 * text, box.bottom, Stroke(ink, 2.0 * box.mark)),
        Path(pennant, None, Paint(ink), closed=True),
    ]


def _playhead_dot(curve: LossCurve, box: _Box, canvas: Canvas, playhead: float) -> list[Drawable]:
    palette, mark = canvas.palette, box.mark
    x = curve.x(playhead)
    y = curve.y_at(x)
    return [
        Disc(x, y, 6.0 * mark, None, Paint(palette.canvas)),
        Disc(x, y, 4.7 * mark, None, Paint(palette.text1)),
    ]


def _vertical(x: float, top: float, bottom: float, stroke: Stroke) -> Path:
    return Path(np.array([[x, top], [x, bottom]]), stroke)
