"""Insets: drawables built on a canvas of their own, set into a larger scene or scaled up to a film's size."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from superviz.scene.drawables import Disc, Dots, Drawable, Path, Rect, Stroke, Text


def inset(drawables: Iterable[Drawable], x: float, y: float) -> list[Drawable]:
    """`drawables` with their canvas's top left corner at (x, y)."""
    corner = np.array([x, y])
    return [
        replace(drawable, points=drawable.points + corner)
        if isinstance(drawable, (Path, Dots))
        else replace(drawable, x=drawable.x + x, y=drawable.y + y)
        for drawable in drawables
    ]


def scaled(drawables: Iterable[Drawable], factor: float) -> list[Drawable]:
    """`drawables` with everything `factor` times as large: places, lines, dashes, type."""
    if factor == 1:
        return list(drawables)
    return [_scaled(drawable, factor) for drawable in drawables]


def _scaled(drawable: Drawable, by: float) -> Drawable:
    match drawable:
        case Path():
            return replace(drawable, points=drawable.points * by, stroke=_stroke(drawable.stroke, by))
        case Rect(x=x, y=y, width=width, height=height, radius=radius):
            stroke = _stroke(drawable.stroke, by)
            return replace(
                drawable, x=x * by, y=y * by, width=width * by, height=height * by, radius=radius * by, stroke=stroke
            )
        case Disc(x=x, y=y, radius=radius):
            return replace(drawable, x=x * by, y=y * by, radius=radius * by, stroke=_stroke(drawable.stroke, by))
        case Dots():
            return replace(drawable, points=drawable.points * by, side=drawable.side * by)
        case Text():
            return _text(drawable, by)


def _text(text: Text, by: float) -> Text:
    box = text.box
    if box is not None:
        sides = {"padding_x": box.padding_x * by, "padding_y": box.padding_y * by, "radius": box.radius * by}
        box = replace(box, **sides, stroke=_stroke(box.stroke, by))
    return replace(
        text,
        x=text.x * by,
        y=text.y * by,
        size=text.size * by,
        wrap=None if text.wrap is None else text.wrap * by,
        line_height=None if text.line_height is None else text.line_height * by,
        box=box,
    )


def _stroke(stroke: Stroke | None, by: float) -> Stroke | None:
    if stroke is None:
        return None
    return replace(stroke, width=stroke.width * by, dashes=tuple(length * by for length in stroke.dashes))
