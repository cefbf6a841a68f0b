"""Flags: bookmarks as ribbons hanging into the timeline, with as much of their notes as there is room for."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from superviz.core.bookmark import Bookmark
from superviz.scene.boxes import Box, overlaps
from superviz.scene.canvas import Canvas
from superviz.scene.drawables import Drawable, Paint, Path, Rect, Stroke, Text
from superviz.scene.numerals import count
from superviz.scene.text_extent import break_lines, elided, text_width

_WIDTH, _HEIGHT, _NOTCH = 9.0, 15.0, 4.0
_RIBBON = np.array([[-0.5, 0.0], [0.5, 0.0], [0.5, 1.0], [0.0, 1.0 - _NOTCH / _HEIGHT], [-0.5, 1.0]])
"""In widths and heights, from the middle of its upper edge."""
_ROW = 18.0
_LOWEST = 0.62
"""Rows of ribbons take at most this much of the plot's height."""
_TYPE, _GAP, _APART = 12.0, 5.0, 8.0
"""Of notes: their size, the room before one, and the least after it."""
_LONGEST, _SHORTEST = 260.0, 44.0
"""Logical pixels of a note that is shown; with less room than that the ribbon hangs alone."""
_CARD, _CARD_PADDING = 300.0, 10.0


@dataclass(frozen=True, slots=True)
class Flag:
    """A bookmark, where its step is, the middle of its ribbon's upper edge, and what is to be read beside that."""

    bookmark: Bookmark
    step_x: float
    x: float
    y: float
    note: str
    anchor: Literal["start", "end"] = "start"
    """Which of the note's ends is at the ribbon: "end" where it stands to the left."""


@lru_cache(maxsize=8)
def place_flags(
    bookmarks: tuple[Bookmark, ...], xs: tuple[float, ...], plot: Box, taken: tuple[Box, ...], text: float
) -> tuple[Flag, ...]:
    """Flags for `bookmarks` at `xs`, ascending, in rows from the plot's upper edge down.

    Ribbons keep clear of each other and of what is `taken`: where they crowd, some hang a little aside. Notes take what
    room is left, to the right of them, or else to the left.
    """
    left, top, right, bottom = plot
    rows = [top + row * _ROW * text for row in range(max(1, int(_LOWEST * (bottom - top) / (_ROW * text))))]
    widths = [min(text_width(bookmark.note, _TYPE * text), _LONGEST * text) for bookmark in bookmarks]
    ends = dict.fromkeys(rows, -math.inf)
    """Where the last note in each row would end if it had all the room it wants."""
    ribbons: list[tuple[float, float, Box]] = []
    for step_x, width in zip(xs, widths, strict=True):
        covered = [*taken, *(box for _, _, box in ribbons)]
        # The first row whose last note is over by then; else that whose last note is cut the least.
        ranked = sorted(rows, key=lambda y: (max(0.0, ends[y] - step_x), y))
        places = ((step_x + aside * text, y) for aside in _asides() for y in ranked)
        x, y = next((x, y) for x, y in places if not overlaps(_ribbon_box(x, y, text), covered))
        box = _ribbon_box(x, y, text)
        ends[y] = box[2] + (_GAP + _APART) * text + width if width else box[2]
        ribbons.append((x, y, box))
    obstacles = [*taken, *(box for _, _, box in ribbons)]
    flags: list[Flag] = []
    notes: list[Box] = []
    for bookmark, step_x, width, (x, y, box) in zip(bookmarks, xs, widths, ribbons, strict=True):
        beside = (other for other in obstacles if other[1] < box[3] and y < other[3])
        end = min([right, *(other[0] for other in beside if other[0] >= box[2])])
        right_room = end - (_APART + _GAP) * text - box[2]
        before = (other for other in (*obstacles, *notes) if other[1] < box[3] and y < other[3])
        start = max([left, *(other[2] for other in before if other[2] <= box[0])])
        left_room = box[0] - (_APART + _GAP) * text - start
        least = min(width, _SHORTEST * text)
        anchor: Literal["start", "end"] = "start" if right_room >= least or left_room < least else "end"
        room = min(right_room if anchor == "start" else left_room, width)
        note = elided(bookmark.note, _TYPE * text, room) if room >= least else ""
        if note and anchor == "start":
            notes.append((box[2], y, box[2] + _GAP * text + room, box[3]))
        flags.append(Flag(bookmark, step_x, x, y, note, anchor))
    return tuple(flags)


def _asides() -> Iterator[float]:
    """How far a ribbon may hang from where its step is, the nearest first."""
    yield 0.0
    for aside in itertools.count(2.0, 2.0):
        yield aside
        yield -aside


def _ribbon_box(x: float, y: float, text: float) -> Box:
    half = 0.5 * _WIDTH * text + 1
    return x - half, y, x + half, y + _HEIGHT * text


def flag_drawables(
    flags: Sequence[Flag], bottom: float, canvas: Canvas, singled_out: Bookmark | None
) -> list[Drawable]:
    """Threads down to the plot's `bottom`, then ribbons with their notes, that of the one singled out brighter."""
    palette, text = canvas.palette, canvas.text
    thread = Stroke(palette.text2, max(1.0, 0.8 * canvas.mark), 0.45)
    drawn: list[Drawable] = []
    for flag in flags:
        knee = flag.y + (_HEIGHT + abs(flag.x - flag.step_x)) * text
        line = [[flag.x, flag.y], [flag.x, flag.y + _HEIGHT * text], [flag.step_x, knee], [flag.step_x, bottom]]
        drawn.append(Path(np.array(line), thread))
    for flag in flags:
        strong = flag.bookmark == singled_out
        ribbon = _RIBBON * (_WIDTH * text, _HEIGHT * text) + (flag.x, flag.y)
        fill, edge = Paint(palette.text1 if strong else palette.text2), Stroke(palette.canvas, 1.0)
        drawn.append(Path(ribbon, edge, fill, closed=True, meaning=flag.bookmark))
        if flag.note:
            aside = (0.5 * _WIDTH + _GAP) * text * (1 if flag.anchor == "start" else -1)
            x, y = flag.x + aside, flag.y + 0.5 * _HEIGHT * text
            color = palette.text1 if strong else palette.text2
            drawn.append(Text(x, y, flag.note, _TYPE * text, color, anchor=flag.anchor, meaning=flag.bookmark))
    return drawn


def card(flag: Flag, canvas: Canvas) -> list[Drawable]:
    """The whole note of a flag, and its step, on a card beside it, within the canvas."""
    palette, text = canvas.palette, canvas.text
    size, padding = _TYPE * text, _CARD_PADDING * text
    lines = break_lines(flag.bookmark.note, size, _CARD * text)
    lines = [elided(line, size, _CARD * text) for line in lines]
    head = f"Step {count(flag.bookmark.step)}"
    width = max(text_width(head, size, 600), *(text_width(line, size) for line in lines), 0.0) + 2 * padding
    pitch = 1.45 * size
    height = (1 + len(lines)) * pitch + 1.4 * padding
    left = min(max(flag.x + 12 * text, 4.0), canvas.width - width - 4.0)
    top = min(max(flag.y, 4.0), max(4.0, canvas.height - height - 4.0))
    y = top + 0.7 * padding + 0.5 * pitch
    return [
        Rect(left, top, width, height, 6.0, Stroke(palette.line_strong, 1.0), Paint(palette.raised)),
        Text(left + padding, y, head, size, palette.text1, 600),
        *(Text(left + padding, y + row * pitch, line, size, palette.text2) for row, line in enumerate(lines, start=1)),
    ]
