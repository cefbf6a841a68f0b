"""Type sizes of the vectors view, in logical pixels."""

from __future__ import annotations

from dataclasses import dataclass

from superviz.scene.canvas import Canvas

_ROOMY = 1000.0
"""The width in which all words fit beside the figure, logical pixels at text scale 1."""


@dataclass(frozen=True, slots=True)
class TypeSizes:
    """Sizes of one canvas, its text scale applied."""

    title: float
    caption: float
    body: float
    """The line why, the sentence, the legend."""
    label: float
    tag: float
    note: float
    """Axis names, table heads."""
    brief: bool
    """Whether there is room for short words only: a compact canvas, or large type on any other."""

    @classmethod
    def of(cls, canvas: Canvas) -> TypeSizes:
        """The sizes that go with a canvas; a compact one sets titles smaller, but nothing below what can be read."""
        sizes = (22.0, 13.5, 13.0, 13.5, 12.0, 12.0) if canvas.compact else (28.0, 16.0, 13.0, 15.0, 13.0, 12.0)
        return cls(*(size * canvas.text for size in sizes), brief=canvas.compact or canvas.width < _ROOMY * canvas.text)
