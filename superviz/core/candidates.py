"""Candidates: what became of the seeds that were tried for an instance, of which the best was kept."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """One seed that was tried, trained to the end."""

    seed: int
    loss: float
    """Its evaluation loss; infinite where it diverged."""
    shape: str
    """The name of its shape, or "" where it has none."""


def what_became(candidates: Sequence[Candidate]) -> str:
    """What became of the seeds that were tried for an instance, at least one, in one line.

    "kept seed 3, the best of 8 (loss 0.0123, Pentagon); the others: 5 Pentagon, 2 Two digons and a dead feature", say.
    """
    best = min(candidates, key=lambda candidate: candidate.loss)
    others = Counter(_became(candidate) for candidate in candidates if candidate is not best)
    counted = ", ".join(f"{count} {became}" for became, count in others.most_common())
    line = f"kept seed {best.seed}, the best of {len(candidates)} (loss {best.loss:.4g}, {_became(best)})"
    return f"{line}; the others: {counted}" if counted else line


def _became(candidate: Candidate) -> str:
    return "diverged" if math.isinf(candidate.loss) else candidate.shape or "no shape with a name"
