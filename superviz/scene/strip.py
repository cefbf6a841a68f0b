"""The instance strip: the models trained side by side, a card each, with what their features have come to form."""

from __future__ import annotations

import math
from dataclasses import dataclass

from superviz.core.geometry import DEAD_NORM, weight_norms
from superviz.core.neurons import is_monosemantic
from superviz.core.shapes import UNNAMED, Shape
from superviz.scene.canvas import Canvas
from superviz.scene.coloring import colors_at
from superviz.scene.differences import differences
from superviz.scene.drawables import Drawable, Paint, Rect, Scene, Stroke, Text
from superviz.scene.examples import hidden_examples
from superviz.scene.naming import is_beginning, shape_at
from superviz.scene.selection import Instance, Selection
from superviz.scene.text_extent import elided, text_width
from superviz.scene.thumbnails import thumbnails
from superviz.session.display import DisplaySettings
from superviz.session.moment import Moment

_WIDEST = 176.0
"""A card's width at most, at text scale 1: few instances don't stretch."""
_NARROWEST = 74.0
"""A card's width at least; where not all have that, some instances go without."""
_LEAST_ABOVE = 0.45
"""The thumbnail's room, as a part of the card's height, for which the name is given up."""
_PAGER = 46.0
"""Width of what stands for the instances on either side that have no card."""


def build(moment: Moment, display: DisplaySettings, selection: Selection, canvas: Canvas) -> Scene:
    """A card an instance: thumbnail, name, what sets it apart. The window around the picked one where not all fit."""
    drawables = figure(moment, display, selection, canvas)
    return Scene(canvas.width, canvas.height, canvas.palette.panel, tuple(drawables))


def figure(moment: Moment, display: DisplaySettings, selection: Selection, canvas: Canvas) -> list[Drawable]:
    """The cards, filling the canvas."""
    layout = _Layout.of(canvas, moment.experiment.n_instances, display.instance)
    shown = range(layout.first, layout.first + layout.shown)
    shapes = [shape_at(moment.W[index], moment.experiment, index) for index in shown]
    pictures = thumbnails(
        moment.W[layout.first : layout.first + layout.shown],
        moment.experiment.importance_array()[layout.first : layout.first + layout.shown],
        shapes,
        [colors_at(moment, index, canvas.palette, display) for index in shown],
        [(layout.x(index) + layout.width / 2, layout.centre_y) for index in shown],
        layout.unit,
        display,
        canvas.palette,
        privileged=moment.experiment.has_privileged_basis,
        examples=[hidden_examples(moment.W[index], moment.experiment, index) for index in shown],
    )
    notes = differences(moment.experiment, display, described=moment.described).notes
    drawn: list[Drawable] = []
    for index, shape, picture in zip(shown, shapes, pictures, strict=True):
        names = _names(moment, index, shape)
        drawn += _card(index, names, notes[index], picture, layout, canvas, display.instance == index, selection)
    return [*drawn, *_more(layout, canvas)]


@dataclass(frozen=True, slots=True)
class _Layout:
    count: int
    first: int
    shown: int
    """Which instances have a card."""
    left: float
    width: float
    gap: float
    top: float
    height: float
    text: float

    @classmethod
    def of(cls, canvas: Canvas, count: int, picked: int) -> _Layout:
        text = canvas.text
        margin, gap, top, below = (10.0, 6.0, 9.0, 7.0) if canvas.compact else (16.0, 8.0, 0.0, 12.0)
        room = canvas.width - 2 * margin
        least, pager = _NARROWEST * text, _PAGER * text + gap
        shown = count
        if count * (least + gap) - gap > room:
            shown = max(1, min(count, math.floor((room - 2 * pager + gap) / (least + gap))))
        first = min(max(picked - shown // 2, 0), count - shown)
        before, after = first > 0, first + shown < count
        room -= pager * (before + after)
        width = min((room + gap) / shown - gap, _WIDEST * text)
        left = margin + pager * before
        return cls(count, first, shown, left, width, gap, top, max(canvas.height - top - below, 1.0), text)

    def x(self, index: int) -> float:
        """Where that instance's card begins."""
        return self.left + (index - self.first) * (self.width + self.gap)

    @property
    def named(self) -> bool:
        """Whether there is room for names: else they would take the thumbnails'."""
        return self.note_y - 25 * self.text - self.top >= _LEAST_ABOVE * self.height

    @property
    def note_y(self) -> float:
        """Where what sets an instance apart stands."""
        return self.top + self.height - 14 * self.text

    @property
    def name_y(self) -> float:
        """Where the shape's name stands."""
        return self.note_y - 16 * self.text

    @property
    def above(self) -> float:
        """The room above the words."""
        return max((self.name_y if self.named else self.note_y) - 9 * self.text - self.top, 1.0)

    @property
    def unit(self) -> float:
        """The unit circle's radius."""
        return max(1.0, min(0.258 * self.height, 0.33 * self.width, 0.4 * self.above))

    @property
    def centre_y(self) -> float:
        """The unit circle's centre: low enough for a vector longer than 1 that points up."""
        return self.top + 0.55 * self.above


def _card(
    index: int,
    names: tuple[str, ...],
    notes: tuple[str, ...],
    picture: list[Drawable],
    layout: _Layout,
    canvas: Canvas,
    picked: bool,
    selection: Selection,
) -> list[Drawable]:
    palette, x, meaning = canvas.palette, layout.x(index), Instance(index)
    inner = 1.0 if picked else 0.5
    edge = Stroke(palette.accent, 2.0) if picked else Stroke(palette.line, 1.0)
    if selection.hovered == meaning and not picked:
        edge = Stroke(palette.line_strong, 1.0)
    ground = Paint(palette.selected if picked else palette.canvas)
    middle = x + layout.width / 2
    weight, room, size = 600 if picked else 400, layout.width - 10, (12 if canvas.compact else 13) * layout.text
    name = _fitting(names[1:] if canvas.compact and len(names) > 1 else names, size, room, weight)
    note = _fitting(notes[-1:] if canvas.compact else notes, 12 * layout.text, room, 400)
    name_color, note_color = (palette.text1, palette.text2) if picked else (palette.text2, palette.text3)
    return [
        Rect(
            x + inner,
            layout.top + inner,
            layout.width - 2 * inner,
            layout.height - 2 * inner,
            6.0,
            edge,
            ground,
            meaning,
        ),
        *picture,
        *([Text(middle, layout.name_y, name, size, name_color, weight, "middle")] if layout.named else []),
        Text(middle, layout.note_y, note, 12 * layout.text, note_color, anchor="middle"),
    ]


def _names(moment: Moment, instance: int, shape: Shape | None) -> tuple[str, ...]:
    """What has become of an instance, the longest words first."""
    W, experiment = moment.W[instance], moment.experiment
    beginning = moment.described and is_beginning(moment.position, experiment)
    if beginning and (shape is None or experiment.has_privileged_basis):
        return UNNAMED, "Starting"
    if experiment.has_privileged_basis:
        some = f"{int(is_monosemantic(W, signed=experiment.signed).sum())} of {len(W)}"
        return f"{some} monosemantic", f"{some} mono", some
    if shape is not None:
        return shape.name, shape.short
    some = f"{int((weight_norms(W) >= DEAD_NORM).sum()):,} of {W.shape[1]:,}"
    return f"{some} features", some


def _fitting(words: tuple[str, ...], size: float, room: float, weight: int) -> str:
    """The first of the words that fits; the last, cut off, where none does."""
    found = next((text for text in words if text_width(text, size, weight) <= room), None)
    return elided(words[-1], size, room, weight) if found is None else found


def _more(layout: _Layout, canvas: Canvas) -> list[Drawable]:
    """How many instances stand outside on either side; a click on the number goes there."""
    before, after = layout.first, layout.count - layout.first - layout.shown
    wide, text = _PAGER * layout.text, layout.text
    sides = (
        (before, "before", layout.left - layout.gap - wide, layout.first - 1),
        (after, "more", layout.x(layout.first + layout.shown), layout.first + layout.shown),
    )
    y = layout.top + layout.height / 2
    drawn: list[Drawable] = []
    for number, word, x, goal in sides:
        if number:
            middle = x + wide / 2
            drawn += [
                Rect(x, layout.top, wide, layout.height, 6.0, None, Paint(canvas.palette.raised, 0.6), Instance(goal)),
                Text(middle, y - 9 * text, str(number), 13 * text, canvas.palette.text2, 600, "middle"),
                Text(middle, y + 9 * text, word, 12 * text, canvas.palette.text3, anchor="middle"),
            ]
    return drawn
