"""Losses: the training loss over a run, growing as it is trained; the longer the run, the wider its later means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superviz.core.snapshot import LOSS_BUCKET_STEPS, Array
from superviz.session.growing import Growing, last_until

_MOST_ENTRIES, _FEWEST_ENTRIES = 8_192, 1_024
_MOST_BYTES = 2**25
"""So many entries, or as few as fit into so many bytes, are kept before each covers twice as many steps: what a run
takes grows with the logarithm of its length, and its beginning stays as it was."""


@dataclass(frozen=True, eq=False, slots=True)
class LossSeries:
    """Training losses, each a mean over LOSS_BUCKET_STEPS steps or, late in a long run, 2, 4, 8... times as many.

    Of weights trained elsewhere: whatever came with them, at whatever steps. Read-only views.
    """

    steps: NDArray[np.int64]
    """(entries,): the step each entry ends at."""
    values: Array
    """(entries, instances)."""
    test_values: Array | None = None
    """(entries, instances): of a finite training set only, the loss on fresh samples where each entry ends."""

    def until(self, step: int) -> LossSeries:
        """The entries that end at `step` at the latest."""
        count = last_until(self.steps, step) + 1
        tests = None if self.test_values is None else self.test_values[:count]
        return LossSeries(self.steps[:count], self.values[:count], tests)


@dataclass(frozen=True, eq=False, slots=True)
class Stretch:
    """Consecutive losses as they lie in a session file."""

    first_bucket: int
    """Buckets of LOSS_BUCKET_STEPS steps before it."""
    width: int
    """How many buckets each of its means covers."""
    means: Array
    """(means, instances)."""
    test_means: Array | None

    @property
    def end_bucket(self) -> int:
        """Buckets before the stretch that follows."""
        return self.first_bucket + self.width * len(self.means)


class Losses:
    """Written by one thread, read by any. What it keeps depends on the losses alone, not on how they were cut."""

    def __init__(self, instances: int, *, tested: bool) -> None:
        self._none = np.full(instances, np.nan, dtype=np.float32)
        self._none.setflags(write=False)
        self._level = min(_MOST_ENTRIES, max(_FEWEST_ENTRIES, _MOST_BYTES // (4 * instances)))
        self._steps = Growing((), np.int64)
        self._values = Growing((instances,), np.float32)
        self._test_values = Growing((instances,), np.float32) if tested else None
        self.buckets = 0
        """How many buckets of LOSS_BUCKET_STEPS steps it covers, the unfinished entry's included."""
        self._sum = np.zeros(instances)
        self._summed = 0
        """Buckets of the unfinished entry."""
        self._unwritten: list[tuple[Array, Array | None]] = []
        """Those of them that are in no stretch yet."""

    def __len__(self) -> int:
        return len(self._values)

    def extend(self, values: Array, test_values: Array | None = None) -> Iterator[Stretch]:
        """Append the next buckets, (buckets, instances), test losses too where it is `tested`.

        Yields them as they are to be kept in a file, and must be exhausted. What is of an unfinished entry comes later.
        """
        assert (test_values is None) == (self._test_values is None), "test losses are of a finite training set only"
        while len(values):
            width, room = self._width, self._level - len(self) % self._level
            count = width - self._summed if self._summed else room * width
            if not self._summed and len(values) >= width:
                count = min(count, len(values) // width * width)
            part, tests = values[:count], None if test_values is None else test_values[:count]
            yield from self._take(part, tests, width)
            values, test_values = values[count:], None if test_values is None else test_values[count:]

    def rest(self) -> Iterator[Stretch]:
        """What of the unfinished entry is in no stretch yet: to be kept where training may have to go on from here."""
        if self._unwritten:
            yield self._written(self.buckets)

    def adopt(self, stretch: Stretch) -> bool:
        """Take in a stretch as it was kept in a file; False where it can't be the next."""
        tests = stretch.test_means
        if stretch.first_bucket != self.buckets:
            return False
        if stretch.width == 1:
            for _ in self.extend(stretch.means, tests):
                pass
            self._unwritten.clear()
            return True
        room = self._level - len(self) % self._level
        if stretch.width != self._width or self._summed or len(stretch.means) > room:
            return False
        self._push(stretch.means, tests, stretch.width)
        self.buckets = stretch.end_bucket
        return True

    def append_at(self, step: int, values: Array) -> None:
        """Append the losses, (instances,), that came with weights trained elsewhere."""
        self._steps.extend(np.array([step]))
        self._values.extend(values[None])

    @property
    def series(self) -> LossSeries:
        """All entries so far."""
        values = self._values.view
        tests = None if self._test_values is None else self._test_values.view[: len(values)]
        return LossSeries(self._steps.view[: len(values)], values, tests)

    def at(self, position: float) -> tuple[Array, Array | None]:
        """The loss, and the test loss, of the entry that was complete at a position in steps, each (instances,).

        nan before the first.
        """
        series = self.series
        entry = last_until(series.steps, position)
        if entry < 0:
            return self._none, None if series.test_values is None else self._none
        return series.values[entry], None if series.test_values is None else series.test_values[entry]

    @property
    def _width(self) -> int:
        """Buckets an entry, of the next one."""
        return 1 << (len(self) // self._level)

    def _take(self, values: Array, tests: Array | None, width: int) -> Iterator[Stretch]:
        """Buckets of one unfinished entry, or of whole ones."""
        first = self.buckets
        self.buckets += len(values)
        if self._summed == 0 and len(values) % width == 0:
            means = values if width == 1 else _means(values, width)
            ends = None if tests is None else tests[width - 1 :: width]
            self._push(means, ends, width)
            yield Stretch(first, width, means, ends)
            return
        # In one order, however the buckets were cut: floating-point sums depend on it.
        self._sum = np.add.accumulate([self._sum, *values.astype(np.float64)])[-1]
        self._summed += len(values)
        self._unwritten.append((values, tests))
        if self._summed == width:
            mean = (self._sum / width).astype(np.float32)[None]
            last = None if tests is None else tests[-1:]
            whole = sum(len(part) for part, _ in self._unwritten) == width
            fine = self._written(self.buckets)
            self._push(mean, last, width)
            self._sum, self._summed = np.zeros_like(self._sum), 0
            yield Stretch(fine.first_bucket, width, mean, last) if whole else fine

    def _written(self, end: int) -> Stretch:
        values = np.concatenate([part for part, _ in self._unwritten])
        tests = [test for _, test in self._unwritten if test is not None]
        self._unwritten.clear()
        return Stretch(end - len(values), 1, values, np.concatenate(tests) if tests else None)

    def _push(self, means: Array, tests: Array | None, width: int) -> None:
        last = int(self._steps.view[-1]) if len(self) else 0
        self._steps.extend(last + np.arange(1, len(means) + 1) * (width * LOSS_BUCKET_STEPS))
        if self._test_values is not None and tests is not None:
            self._test_values.extend(tests)
        self._values.extend(means)  # last: readers cut the others to it


def _means(values: Array, width: int) -> Array:
    """(entries, instances): the means of `width` buckets each, summed one after the other."""
    sums = np.add.accumulate(values.reshape(-1, width, values.shape[1]).astype(np.float64), axis=1)[:, -1]
    return (sums / width).astype(np.float32)
