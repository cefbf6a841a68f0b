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
    test_values: Array | None = None
    """(buckets, instances): of a finite training set only, the loss on fresh samples where each bucket ends."""


class Losses:
    """Written by one thread, read by any."""

    def __init__(self, instances: int, *, tested: bool) -> None:
        self._none = np.full(instances, np.nan, dtype=np.float32)
        self._none.setflags(write=False)
        self._steps = Growing((), np.int64)
        self._values = Growing((instances,), np.float32)
        self._test_values = Growing((instances,), np.float32) if tested else None

    def __len__(self) -> int:
        return len(self._values)

    def extend(self, values: Array, test_values: Array | None = None) -> None:
        """Append the next buckets, (buckets, instances); the test losses, too, where it is `tested`."""
        assert (test_values is None) == (self._test_values is None), "test losses are of a finite training set only"
        first = len(self) + 1
        self._steps.extend(np.arange(first, first + len(values)) * LOSS_BUCKET_STEPS)
        if self._test_values is not None and test_values is not None:
            self._test_values.extend(test_values)
        self._values.extend(values)  # last: readers cut the others to it

    @property
    def series(self) -> LossSeries:
        """All buckets so far."""
        values = self._values.view
        tests = None if self._test_values is None else self._test_values.view[: len(values)]
        return LossSeries(self._steps.view[: len(values)], values, tests)

    def at(self, position: float) -> tuple[Array, Array | None]:
        """The loss, and the test loss, of the bucket that was complete at a position in steps, each (instances,).

        nan before the first.
        """
        series = self.series
        bucket = min(int(position) // LOSS_BUCKET_STEPS, len(series.values)) - 1
        if bucket < 0:
            return self._none, None if series.test_values is None else self._none
        return series.values[bucket], None if series.test_values is None else series.test_values[bucket]
