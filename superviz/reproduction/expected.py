"""Expected: what a check must measure, and how numbers are said."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from superviz.scene.numerals import MINUS, fixed


@dataclass(frozen=True, slots=True)
class Expected:
    """Bounds for what is measured: one pair for all of it, or one for each number."""

    low: tuple[float, ...]
    high: tuple[float, ...]
    words: str
    """The published or derived value."""
    tolerance: str = ""
    """How far from it is near enough; empty where the words say it."""
    decimals: int | None = None
    """With how many what was measured is told; None for three figures."""

    def admits(self, measured: Sequence[float]) -> bool:
        """Whether all that was measured, and that is at least one number, lies within the bounds."""
        count = len(measured)
        if not count or len(self.low) not in (1, count):
            return False
        low, high = (bounds * count if len(bounds) == 1 else bounds for bounds in (self.low, self.high))
        return all(
            math.isfinite(value) and bottom <= value <= top
            for bottom, value, top in zip(low, measured, high, strict=True)
        )


def near(values: float | Sequence[float], tolerance: float) -> Expected:
    """A value for all that is measured, or one for each number, and how far off is near enough."""
    ideals = tuple(values) if isinstance(values, Sequence) else (values,)
    # One place beyond the tolerance's own; counts stay whole.
    decimals = None if not tolerance else 0 if tolerance >= 1 else min(6, 1 - math.floor(math.log10(tolerance)))
    return Expected(
        tuple(ideal - tolerance for ideal in ideals),
        tuple(ideal + tolerance for ideal in ideals),
        in_words(ideals),
        f"± {number(tolerance)}" if tolerance else "exactly",
        decimals,
    )


def between(low: float, high: float) -> Expected:
    """A range, both ends included."""
    return Expected((low,), (high,), f"{number(low)} to {number(high)}", decimals=3)


def at_least(low: float) -> Expected:
    """A lower bound."""
    return Expected((low,), (math.inf,), f"at least {number(low)}")


def at_most(high: float) -> Expected:
    """An upper bound."""
    return Expected((-math.inf,), (high,), f"at most {number(high)}")


_MOST_NUMBERS = 6
_NOTHING = 1e-12
"""Rounding alone leaves as much."""


def in_words(values: Sequence[float], decimals: int | None = None, figures: int = 5) -> str:
    """Numbers as a row of a table has them: each of a few, or the smallest and the largest of many; equals once.

    With so many decimals, or in so many figures at most.
    """
    words = [number(value, decimals, figures) for value in values]
    if not words:
        return "nothing"
    if len(set(words)) == 1:
        return words[0]
    if len(words) <= _MOST_NUMBERS:
        return ", ".join(words)
    return f"{number(min(values), decimals, figures)} to {number(max(values), decimals, figures)}"


def number(value: float, decimals: int | None = None, figures: int = 5) -> str:
    """A number with so many decimals, or in so many figures at most; with the true minus."""
    if decimals is not None:
        return fixed(value, decimals)
    if abs(value) < _NOTHING:
        return "0"
    text = f"{value:.{figures}g}".replace("e-0", "e-").replace("e+0", "e")
    return text.replace("-", MINUS)
