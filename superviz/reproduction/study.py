"""Study: what is trained to see one thing, and the checks of it. Studies are tables; nothing here runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from superviz.reproduction.expected import Expected
from superviz.reproduction.run import Run
from superviz.reproduction.trained import Trained
from superviz.scene.drawables import Scene
from superviz.scene.palette import Palette

Models: TypeAlias = Mapping[str, Trained]
"""The models of every condition of a study, by the condition's name."""
Measure: TypeAlias = Callable[[Models], Sequence[float]]
Draw: TypeAlias = Callable[[Models, Palette], Scene]


@dataclass(frozen=True, slots=True)
class Check:
    """One number, or a few alike, that must come out as published or derived."""

    name: str
    claim: str
    """What it says, in one sentence."""
    source: str
    """Where the expected value comes from."""
    expected: Expected
    measure: Measure


@dataclass(frozen=True, slots=True)
class Picture:
    """What was trained, to be looked at."""

    caption: str
    draw: Draw


@dataclass(frozen=True, slots=True)
class Study:
    """A row of the suite."""

    name: str
    """How it is asked for."""
    title: str
    source: str
    runs: tuple[Run, ...]
    checks: tuple[Check, ...]
    pictures: tuple[Picture, ...] = ()
    quick: bool = True
    """Whether the quick suite has it."""

    @property
    def seeds(self) -> int:
        """How many models each condition has, at most; 0 where nothing is trained."""
        return max((run.seeds for run in self.runs), default=0)


def at(condition: str, measure: Callable[[Trained], Sequence[float]]) -> Measure:
    """`measure` of one condition's models."""
    return lambda models: measure(models[condition])
