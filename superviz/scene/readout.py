"""The readout under the heatmap: two features, the angle between them and what one does to the other."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from superviz.core.geometry import DEAD_NORM
from superviz.scene.canvas import Canvas
from superviz.scene.drawables import Drawable, Paint, Rect, Text
from superviz.scene.effects import effects
from superviz.scene.feature_names import fitting_name, short_name
from superviz.scene.numerals import fixed
from superviz.scene.selection import Pair, Selection
from superviz.scene.text_extent import text_width
from superviz.session.display import DisplaySettings
from superviz.session.moment import Moment

_NAMES = (7.0, 4.5, 0.0)
"""In ems: how long the names of a pair may be; the next where there is no room, and at last only their numbers."""


@dataclass(frozen=True, eq=False, slots=True)
class Readout:
    """Drawables at the foot of a canvas, and how much of its height they take."""

    height: float
    drawables: tuple[Drawable, ...]


def readout(
    moment: Moment, display: DisplaySettings, colors: tuple[str, ...], selection: Selection, canvas: Canvas
) -> Readout:
    """What is hovered in the heatmap of the instance looked at, in words; an invitation while that is nothing."""
    instance = display.instance
    pair, W = selection.hovered, moment.W[instance]
    if not isinstance(pair, Pair) or max(pair.source, pair.target) >= W.shape[1]:
        return _invitation(canvas)
    value = float(effects(moment, instance, [pair.source], [pair.target])[0, 0])
    words = _ON_EACH_OTHER if moment.experiment.has_privileged_basis else _BETWEEN
    told = _Told(pair, value, relation(W, pair, display), words, display)
    card = None if canvas.compact else _card(told, colors, canvas)
    return card or _compact(told, canvas)


@dataclass(frozen=True, slots=True)
class _Words:
    """How a pair and its number are called."""

    joint: str
    labels: tuple[str, ...]
    """The longest first."""


_BETWEEN = _Words("and", ("dot product", "dot"))
_ON_EACH_OTHER = _Words("on", ("adds",))


@dataclass(frozen=True, slots=True)
class _Told:
    """What is said of a pair."""

    pair: Pair
    value: float
    between: str
    words: _Words
    display: DisplaySettings

    def names(self, room: float, size: float) -> tuple[str, ...]:
        """What its features are called in that much room each: one name for a pair of the same."""
        pair = self.pair
        ends = (pair.source,) if pair.source == pair.target else (pair.source, pair.target)
        return tuple(fitting_name(self.display, feature, room, size, 600) for feature in ends)

    def joined(self, room: float, size: float) -> str:
        """The same as words: "3 and 5"."""
        first, *second = self.names(room, size)
        return f"{first} {self.words.joint} {second[0] if second else 'itself'}"


def relation(W: NDArray[np.floating], pair: Pair, display: DisplaySettings) -> str:
    """How two directions lie: "146° apart", or why that can't be said."""
    one, other = (W[:, index].astype(np.float64) for index in (pair.source, pair.target))
    for index, direction in ((pair.source, one), (pair.target, other)):
        if not np.linalg.norm(direction) >= DEAD_NORM:
            return f"{short_name(display, index)} is dead"
    if pair.source == pair.target:
        return f"length {fixed(float(np.linalg.norm(one)))}"
    cosine = float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))
    return f"{math.degrees(math.acos(max(-1.0, min(1.0, cosine)))):.0f}° apart"


def _card(told: _Told, colors: tuple[str, ...], canvas: Canvas) -> Readout | None:
    """The pair on a ground of its own, in the longest words that fit; None where none do."""
    text, palette, pair = canvas.text, canvas.palette, told.pair
    height, left, right = 44 * text, 16.0, canvas.width - 16.0
    top = canvas.height - 16 - height
    y, side, size, small = top + height / 2, 10 * text, 14 * text, 13 * text
    joint = told.words.joint if pair.source != pair.target else f"{told.words.joint} itself"
    end, value = right - small, fixed(told.value)
    label_end = end - text_width(value, size, 600) - 9 * text
    between = text_width(told.between, small)
    for longest, label in product(_NAMES, told.words.labels):
        names = told.names(longest * size, size)
        taken = sum(text_width(name, size, 600) for name in names) + len(names) * (side + 17 * text)
        taken += text_width(joint, small) + 9 * text
        room = label_end - text_width(label, small) - (left + small + taken)
        if between <= room - 9 * text:
            break
    else:
        return None
    drawables: list[Drawable] = [_ground(canvas, top, height)]
    x = left + small
    for feature, name, words in zip((pair.source, pair.target), names, (joint, ""), strict=False):
        drawables.append(Rect(x, y - side / 2, side, side, 3 * text, None, Paint(colors[feature])))
        drawables.append(Text(x + side + 9 * text, y, name, size, palette.text1, 600))
        x += side + 17 * text + text_width(name, size, 600)
        if words:
            drawables.append(Text(x, y, words, small, palette.text3))
            x += text_width(words, small) + 9 * text
    drawables += [
        Text(x + room / 2 - 4 * text, y, told.between, small, palette.text2, anchor="middle"),
        Text(label_end, y, label, small, palette.text2, anchor="end"),
        Text(end, y, value, size, palette.text1, 600, "end"),
    ]
    return Readout(height + 28, tuple(drawables))


def _compact(told: _Told, canvas: Canvas) -> Readout:
    palette, size = canvas.palette, 13 * canvas.text
    y, right = canvas.height - 18 * canvas.text, canvas.width - 12
    value, label = fixed(told.value), told.words.labels[-1]
    value_start = right - text_width(value, size, 600) - 6
    pairs = [(told.joined(longest * size, size), label) for longest in _NAMES]
    forms = [(pair, f"{told.between}, {label}") for pair, _ in pairs] + pairs
    widths = (text_width(pair, size, 600) + text_width(between, size) + 20 for pair, between in forms)
    pair, between = next((form for form, width in zip(forms, widths, strict=True) if width <= value_start), forms[-1])
    drawables = (
        Text(12, y, pair, size, palette.text1, 600),
        Text(value_start, y, between, size, palette.text2, anchor="end"),
        Text(right, y, value, size, palette.text1, 600, "end"),
    )
    return Readout(34 * canvas.text, drawables)


def _invitation(canvas: Canvas) -> Readout:
    text, palette = canvas.text, canvas.palette
    words = "Point at a cell to compare two features"
    if canvas.compact:
        line = Text(12, canvas.height - 18 * text, words, 12 * text, palette.text3)
        fits = text_width(words, line.size) <= canvas.width - 24
        return Readout(34 * text, (line,) if fits else ())
    height = 44 * text
    top = canvas.height - 16 - height
    line = Text(canvas.width / 2, top + height / 2, words, 13 * text, palette.text3, anchor="middle")
    return Readout(height + 28, (_ground(canvas, top, height), line))


def _ground(canvas: Canvas, top: float, height: float) -> Rect:
    return Rect(16, top, canvas.width - 32, height, 6.0, None, Paint(canvas.palette.selected))
