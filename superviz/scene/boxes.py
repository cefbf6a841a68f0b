"""Boxes: who covers whom on a canvas, so that no words come to lie on others."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from superviz.scene.drawables import Text
from superviz.scene.text_extent import text_extent

Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom, in logical pixels."""
Segment: TypeAlias = tuple[Sequence[float], Sequence[float]]
"""From point to point."""


def box_of(text: Text) -> Box:
    """The box that `text` covers."""
    left, top, width, height = text_extent(text)
    return left, top, left + width, top + height


def overlaps(box: Box, others: Iterable[Box]) -> bool:
    """Whether `box` covers any part of `others`; touching is not covering."""
    left, top, right, bottom = box
    return any(left < other[2] and other[0] < right and top < other[3] and other[1] < bottom for other in others)


def crosses(box: Box, segment: Segment) -> bool:
    """Whether the segment meets the box: Liang and Barsky's clipping (1984)."""
    start, end = segment
    enters, leaves = 0.0, 1.0
    for axis in (0, 1):
        step = end[axis] - start[axis]
        low, high = box[axis] - start[axis], box[axis + 2] - start[axis]
        if math.isclose(step, 0.0, abs_tol=1e-9):
            if low > 0 or high < 0:
                return False
            continue
        first, last = (low / step, high / step) if step > 0 else (high / step, low / step)
        enters, leaves = max(enters, first), min(leaves, last)
    return enters <= leaves
