"""What a drawable stands for, and the one selection that all views share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from superviz.core.bookmark import Bookmark


@dataclass(frozen=True, slots=True)
class Feature:
    """Feature `index`, counted from 0; shown to people counted from 1."""

    index: int


@dataclass(frozen=True, slots=True)
class Pair:
    """What activating feature `source` does to feature `target`: one cell of W^T W."""

    source: int
    target: int


@dataclass(frozen=True, slots=True)
class Neuron:
    """Hidden dimension `index`."""

    index: int


@dataclass(frozen=True, slots=True)
class Instance:
    """One of the models trained side by side."""

    index: int


@dataclass(frozen=True, slots=True)
class Step:
    """A position in training."""

    position: float


Meaning: TypeAlias = Feature | Pair | Neuron | Instance | Step | Bookmark


@dataclass(frozen=True, slots=True)
class Selection:
    """One for the whole window: `pinned` by a click, `hovered` by the pointer."""

    pinned: Feature | None = None
    hovered: Meaning | None = None

    @property
    def feature(self) -> int | None:
        """The feature to emphasise: the pinned one, else the hovered one."""
        if self.pinned is not None:
            return self.pinned.index
        return self.hovered.index if isinstance(self.hovered, Feature) else None
