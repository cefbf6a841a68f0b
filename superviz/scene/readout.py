"""The readout under the heatmap: two features, the angle between them and what one does to the other."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superviz.core.geometry import DEAD_NORM
from superviz.scene.canvas import Canvas
from superviz.scene.drawables import Drawable, Paint, Rect, Text
from superviz.scene.effects import effects
from superviz.scene.numerals import fixed
from superviz.scene.selection import Pair, Selection
from superviz.scene.text_extent import text_width
from superviz.session.moment import Moment


@dataclass(frozen=True, eq=False, slots=True)
class Readout:
    """Drawables at the foot of a canvas, and how much of its height they take."""

    height: float
    drawables: tuple[Drawable, ...]


def readout(moment: Moment, instance: int, colors: tuple[str, ...], selection: Selection, canvas: Canvas) -> Readout:
    """What is hovered in an instance's heatmap, in words; an invitation while that is nothing."""
    pair, W = selection.hovered, moment.W[instance]
    if not isinstance(pair, Pair) or max(pair.source, pair.target) >= W.shape[1]:
        return _invitation(canvas)
    value = float(effects(moment, instance, [pair.source], [pair.target])[0, 0])
    words = _ON_EACH_OTHER if moment.experiment.has_privileged_basis else _BETWEEN
    return _compact(W, pair, value, words, canvas) if canvas.compact else _card(W, pair, value, words, colors, canvas)


@dataclass(frozen=True, slots=True)
class _Words:
    """How a pair and its number are called."""

    joint: str
    labels: tuple[str, ...]
    """The longest first."""


_BETWEEN = _Words("and", ("dot product", "dot"))
_ON_EACH_OTHER = _Words("on", ("adds",))


def relation(W: NDArray[np.floating], pair: Pair) -> str:
    """How two directions lie: "146° apart", or why that can't be said."""
    one, other = (W[:, index].astype(np.float64) for index in (pair.source, pair.target))
    for index, direction in ((pair.source, one), (pair.target, other)):
        if not np.linalg.norm(direction) >= DEAD_NORM:
            return f"{index + 1} is dead"
    if pair.source == pair.target:
        return f"length {fixed(float(np.linalg.norm(one)))}"
    cosine = float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))
    return f"{math.degrees(math.acos(max(-1.0, min(1.0, cosine)))):.0f}° apart"


def _card(
    W: NDArray[np.floating], pair: Pair, amount: float, words: _Words, colors: tuple[str, ...], canvas: Canvas
) -> Readout:
    text, palette = canvas.text, canvas.palette
    height, left, right = 44 * text, 16.0, canvas.width - 16.0
    top = canvas.height - 16 - height
    y, side, size = top + height / 2, 10 * text, 14 * text
    drawables: list[Drawable] = [_ground(canvas, top, height)]
    x = left + 13 * text
    ends = ((pair.source, f"{words.joint} itself" if pair.source == pair.target else words.joint), (pair.target, ""))
    for feature, joint in ends[: 1 if pair.source == pair.target else 2]:
        number = str(feature + 1)
        drawables.append(Rect(x, y - side / 2, side, side, 3 * text, None, Paint(colors[feature])))
        drawables.append(Text(x + side + 9 * text, y, number, size, palette.text1, 600))
        x += side + 9 * text + text_width(number, size, 600) + 8 * text
        if joint:
            drawables.append(Text(x, y, joint, 13 * text, palette.text3))
            x += text_width(joint, 13 * text) + 9 * text
    end = right - 13 * text
    value, between = fixed(amount), relation(W, pair)
    label_end = end - text_width(value, size, 600) - 9 * text
    for label in words.labels:
        room = label_end - text_width(label, 13 * text) - x
        if text_width(between, 13 * text) <= room - 9 * text:
            break
    else:
        return _compact(W, pair, amount, words, canvas)
    drawables += [
        Text(x + room / 2 - 4 * text, y, between, 13 * text, palette.text2, anchor="middle"),
        Text(label_end, y, label, 13 * text, palette.text2, anchor="end"),
        Text(end, y, value, size, palette.text1, 600, "end"),
    ]
    return Readout(height + 28, tuple(drawables))


def _compact(W: NDArray[np.floating], pair: Pair, amount: float, words: _Words, canvas: Canvas) -> Readout:
    palette, size = canvas.palette, 13 * canvas.text
    y, right = canvas.height - 18 * canvas.text, canvas.width - 12
    value = fixed(amount)
    names = f"{pair.source + 1} {words.joint} {'itself' if pair.source == pair.target else pair.target + 1}"
    value_start = right - text_width(value, size, 600) - 6
    between = f"{relation(W, pair)}, {words.labels[-1]}"
    if text_width(names, size, 600) + text_width(between, size) + 20 > value_start:
        between = words.labels[-1]
    drawables = (
        Text(12, y, names, size, palette.text1, 600),
        Text(value_start, y, between, size, palette.text2, anchor="end"),
        Text(right, y, value, size, palette.text1, 600, "end"),
    )
    return Readout(34 * canvas.text, drawables)


def _invitation(canvas: Canvas) -> Readout:
    text, palette = canvas.text, canvas.palette
    words = "Point at a cell to compare two features"
    if canvas.compact:
        return Readout(34 * text, (Text(12, canvas.height - 18 * text, words, 12 * text, palette.text3),))
    height = 44 * text
    top = canvas.height - 16 - height
    line = Text(canvas.width / 2, top + height / 2, words, 13 * text, palette.text3, anchor="middle")
    return Readout(height + 28, (_ground(canvas, top, height), line))


def _ground(canvas: Canvas, top: float, height: float) -> Rect:
    return Rect(16, top, canvas.width - 32, height, 6.0, None, Paint(canvas.palette.selected))
