"""Drawables: frozen shapes in logical pixels, each carrying what it stands for. Scenes are made of these alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from superviz.scene.selection import Meaning

Points: TypeAlias = NDArray[np.float64]
"""(points, 2): x to the right, y down, logical pixels from the canvas's top left corner."""


@dataclass(frozen=True, slots=True)
class Paint:
    """A colour with its opacity."""

    color: str
    """"#RRGGBB"."""
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line's paint, its width in logical pixels, and its dashes as lengths on, off, on..., in logical pixels."""

    color: str
    width: float
    opacity: float = 1.0
    dashes: tuple[float, ...] = ()
    round: bool = False
    """Round caps and joins; otherwise flat caps and mitred joins."""


@dataclass(frozen=True, eq=False, slots=True)
class Path:
    """A polyline, or a polygon where closed."""

    points: Points
    stroke: Stroke | None = None
    fill: Paint | None = None
    closed: bool = False
    meaning: Meaning | None = None


@dataclass(frozen=True, slots=True)
class Rect:
    x: float
    y: float
    width: float
    height: float
    radius: float = 0.0
    stroke: Stroke | None = None
    fill: Paint | None = None
    meaning: Meaning | None = None


@dataclass(frozen=True, slots=True)
class Disc:
    """A circle, filled or outlined."""

    x: float
    y: float
    radius: float
    stroke: Stroke | None = None
    fill: Paint | None = None
    meaning: Meaning | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Dots:
    """Many small marks that look the same, painted at once: squares, since thousands of discs would take too long."""

    points: Points
    """Their middles."""
    side: float
    fill: Paint
    meanings: Sequence[Meaning] = ()
    """What each stands for; none where they stand for nothing."""

    @property
    def meaning(self) -> None:
        """That of all together: it is each one's own."""


@dataclass(frozen=True, slots=True)
class Text:
    """Text set in Inter at a baseline-free anchor: (x, y) is the point `anchor` and `rise` speak of.

    With `wrap` (logical pixels) it breaks into lines `line_height` apart; y is the top, centre or bottom of the whole.
    With `box` it stands on a rounded rectangle grown by that padding around the text's own extent.
    """

    x: float
    y: float
    text: str
    size: float
    color: str
    weight: Literal[400, 500, 600, 700] = 400
    anchor: Literal["start", "middle", "end"] = "start"
    rise: Literal["top", "middle", "bottom"] = "middle"
    opacity: float = 1.0
    wrap: float | None = None
    line_height: float | None = None
    box: TextBox | None = None
    meaning: Meaning | None = None


@dataclass(frozen=True, slots=True)
class TextBox:
    """The label behind a text."""

    padding_x: float
    padding_y: float
    radius: float
    fill: Paint
    stroke: Stroke | None = None


Drawable: TypeAlias = Path | Rect | Disc | Dots | Text


@dataclass(frozen=True, eq=False, slots=True)
class Scene:
    """Drawables in the order they are painted, on a canvas of that many logical pixels."""

    width: float
    height: float
    background: str
    drawables: tuple[Drawable, ...]
