"""Canvas: how much room a scene has, and in what manner it is to be drawn there."""

from __future__ import annotations

from dataclasses import dataclass

from superviz.scene.palette import Palette


@dataclass(frozen=True, slots=True)
class Canvas:
    """Room in logical pixels and the sizes that go with it.

    `mark` multiplies arrows, lines and dots; `text` multiplies fonts. The window uses (1, 1), a window under 1600 wide
    (.72, about .92) and `compact`; films use 1.9 and their own text sizes.
    """

    width: float
    height: float
    palette: Palette
    mark: float = 1.0
    text: float = 1.0
    compact: bool = False
    """Drop what LOOK calls droppable: the sentence, the legend's bias, long words."""
