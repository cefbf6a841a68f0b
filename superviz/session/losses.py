"""Losses: the training loss over a run, a mean a bucket of steps, growing as it is trained."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superviz.core.snapshot import LOSS_BUCKET_STEPS, Array
from superviz.session.growing import Growing


@dataclass(frozen=True, eq=False, slots=True)
class LossSeries:
    """Training losses, each a mean over LOSS_BUCKET_STEPS steps; read-only views."""

    steps: NDArray[np.int64]
    """(buckets,): the step each bucket ends at."""
    values: Array
    """(buckets, instances)."""


class Losses:
    """Written by one thread, read by any."""

    def __init__(self, instances: int) -> None:
        self._none = np.full(instances, np.nan, dtype=np.float32)
        self._none.setflags(write=False)
        self._steps = Growing((), np.int64)
        self._values = Growing((instances,), np.float32)

    def __len__(self) -> int:
        return len(self._values)

    def extend(self, values: Array) -> None:
        """Append the next buckets, (buckets, instances)."""
        first = len(self) + 1
        self._steps.extend(np.arange(first, first + len(values)) * LOSS_BUCKET_STEPS)
        self._values.extend(values)  # last: readers cut the steps to it

    @property
    def series(self) -> LossSeries:
        """All buckets so far."""
        values = self._values.view
        return LossSeries(self._steps.view[: len(values)], values)

    def at(self, position: float) -> Array:
        """The bucket that was complete at a position in steps, (instances,); nan before the first."""
        bucket = min(int(position) // LOSS_BUCKET_STEPS, len(self)) - 1
        return self._values.view[bucket] if bucket >= 0 else self._none
