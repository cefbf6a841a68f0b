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


def what_became(candidates: Sequence[Candidate], kept: int) -> str:
    """What became of the seeds that were tried for an instance, of which the seed `kept` was the best, in one line.

    Such as "best of 8: kept seed 3 (loss 0.0123, Pentagon); the others: 5 Pentagon, 2 Two digons and a dead feature".
    """
    best = next(candidate for candidate in candidates if candidate.seed == kept)
    others = Counter(_became(candidate) for candidate in candidates if candidate is not best)
    counted = ", ".join(f"{count} {became}" for became, count in others.most_common())
    line = f"best of {len(candidates)}: kept seed {kept} (loss {best.loss:.4g}, {_became(best)})"
    return f"{line}; the others: {counted}" if counted else line


def _became(candidate: Candidate) -> str:
    return "diverged" if math.isinf(candidate.loss) else candidate.shape or "no shape with a name"
