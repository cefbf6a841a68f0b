"""Pictures of what was trained: cards in a row, one a condition, with its best seed's vectors, neurons or W^T W."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from superviz.core.shapes import name_shape
from superviz.reproduction.study import Draw, Models
from superviz.reproduction.trained import Trained
from superviz.scene import interference, neurons
from superviz.scene.boxes import Box
from superviz.scene.canvas import Canvas
from superviz.scene.clip import figure_in
from superviz.scene.drawables import Drawable, Paint, Rect, Scene, Stroke, Text
from superviz.scene.figure import figure, room_at
from superviz.scene.inset import inset
from superviz.scene.palette import Palette
from superviz.scene.placement import Place
from superviz.scene.selection import Selection
from superviz.scene.text_extent import text_width
from superviz.session.display import DisplaySettings, dimensions_for

WIDTH = 960.0
"""Of every picture, in logical pixels: the report's column."""
_GAP, _PADDING, _RADIUS = 12.0, 14.0, 6.0
_HEADING, _NOTE = 14.0, 12.0
_HEAD = 52.0
"""Height of a card's words."""
_WIDEST = 316.0
_LABEL, _MARK = 13.0, 0.8
_MOST_LABELS = 8
"""Features that have room for their names."""
_LARGEST_INTERFERENCE = 1.0

_Fill: TypeAlias = Callable[[Trained, Box, Palette], list[Drawable]]


@dataclass(frozen=True, slots=True)
class Card:
    """One condition's best seed, and what stands under its name; by default its shape."""

    condition: str
    note: str | None = None


def vectors(*cards: str | Card) -> Draw:
    """The feature vectors of each condition's best seed."""
    return _row(cards, _vectors, 280.0)


def neuron_bars(*cards: str | Card, height: float = 300.0) -> Draw:
    """What each neuron of each condition's best seed means."""
    return _row(cards, _neurons, height)


def heatmaps(*cards: str | Card) -> Draw:
    """W^T W and the bias of each condition's best seed."""
    return _row(cards, _heatmap, 316.0)


def _row(cards: Sequence[str | Card], fill: _Fill, height: float) -> Draw:
    dealt = [card if isinstance(card, Card) else Card(card) for card in cards]
    width = min(_WIDEST if fill is _vectors else WIDTH, (WIDTH + _GAP) / len(dealt) - _GAP)

    def draw(models: Models, palette: Palette) -> Scene:
        drawn: list[Drawable] = []
        for place, card in enumerate(dealt):
            trained, left = models[card.condition], place * (width + _GAP)
            drawn.append(
                Rect(left + 0.5, 0.5, width - 1, height - 1, _RADIUS, Stroke(palette.line, 1.0), Paint(palette.canvas))
            )
            drawn += _words(trained, card, left + _PADDING, width - 2 * _PADDING, palette)
            box = (left + _PADDING, _HEAD, left + width - _PADDING, height - _PADDING)
            drawn += fill(trained, box, palette)
        return Scene(len(dealt) * (width + _GAP) - _GAP, height, palette.panel, tuple(drawn))

    return draw


def _words(trained: Trained, card: Card, left: float, width: float, palette: Palette) -> list[Drawable]:
    note = card.note
    if note is None:
        shape = name_shape(trained.W[trained.best])
        note = "" if shape is None else shape.name if text_width(shape.name, _NOTE) <= width else shape.short
    return [
        Text(left, 20.0, card.condition, _HEADING, palette.text1, 600),
        Text(left, 39.0, note, _NOTE, palette.text2),
    ]


def _vectors(trained: Trained, box: Box, palette: Palette) -> list[Drawable]:
    moment, instance = trained.outcome.moment, trained.instances.start + trained.best
    display = DisplaySettings(
        theme=palette.name, instance=instance, trails=False, dimensions=dimensions_for(moment.W.shape[1])
    )
    if moment.W.shape[2] <= _MOST_LABELS:
        return figure_in(box, moment, display, palette, _LABEL, _MARK)
    left, top, right, bottom = box
    unit = 0.4 * min(right - left, bottom - top) / room_at(moment, instance, display)
    place = Place((left + right) / 2, (top + bottom) / 2, unit, _MARK)
    return figure(moment, instance, display, place, palette, axes=True)


def _neurons(trained: Trained, box: Box, palette: Palette) -> list[Drawable]:
    moment, instance = trained.outcome.moment, trained.instances.start + trained.best
    left, top, right, bottom = box
    canvas = Canvas(right - left + _PADDING, bottom - top + _PADDING, palette, compact=True)
    return inset(neurons.figure(moment, DisplaySettings(instance=instance), Selection(), canvas), left - _PADDING, top)


def _heatmap(trained: Trained, box: Box, palette: Palette) -> list[Drawable]:
    moment, instance = trained.outcome.moment, trained.instances.start + trained.best
    left, top, right, bottom = box
    canvas = Canvas(right - left, bottom - top, palette, compact=True)
    shown = DisplaySettings(instance=instance)
    maximum = interference.full_color(moment, _LARGEST_INTERFERENCE)
    return inset(interference.figure(moment, shown, Selection(), canvas, maximum, canvas.height), left, top)
