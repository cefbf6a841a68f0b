"""LossRows: how the loss series goes into a store, a row a commit, and comes back."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable

from superviz.core.experiment import Experiment
from superviz.core.origin import Origin
from superviz.core.snapshot import Array
from superviz.session import rows
from superviz.session.journal import MakeRow
from superviz.session.losses import Losses, Stretch


class LossRows:
    """Appends to a series and puts what there is to be kept of it. A thread appends, another one writes the rows."""

    def __init__(self, losses: Losses) -> None:
        self._losses = losses
        self._row: _Row | None = None

    def append(self, losses: Array, test_losses: Array | None, put: Callable[[MakeRow], None]) -> None:
        """Append the next buckets, (buckets, instances), and put them into the row that waits, or into the next."""
        for stretch in self._losses.extend(losses, test_losses):
            self._add(stretch, put)

    def round_off(self, put: Callable[[MakeRow], None]) -> None:
        """Put all that there is, down to the last bucket: training may have to go on from here."""
        for stretch in self._losses.rest():
            self._add(stretch, put)
        self._row = None  # what follows may be dropped

    def read(self, source: sqlite3.Connection, experiment: Experiment, origin: Origin) -> int:
        """Take in what is in a store and not in the series yet; how many pieces. Raises DamageError."""
        count = 0
        if origin != "trained":
            steps = self._losses.series.steps
            for step, values in rows.read_step_losses(source, experiment, int(steps[-1]) if len(steps) else -1):
                self._losses.append_at(step, values)
                count += 1
            return count
        for stretch in rows.read_losses(source, experiment, self._losses.buckets):
            if not self._losses.adopt(stretch):
                raise rows.lacks_losses(self._losses.buckets)
            count += 1
        return count

    def _add(self, stretch: Stretch, put: Callable[[MakeRow], None]) -> None:
        if self._row is None or not self._row.takes(stretch):
            self._row = _Row(stretch)
            put(self._row)


class _Row:
    """Stretches that follow each other, until they are written."""

    def __init__(self, first: Stretch) -> None:
        self._stretches = [first]
        self._lock = threading.Lock()
        self._written = False

    def takes(self, stretch: Stretch) -> bool:
        """Whether it has taken in the next one, too; it can't once it is written, or of another width."""
        with self._lock:
            if self._written or stretch.width != self._stretches[-1].width:
                return False
            self._stretches.append(stretch)
            return True

    def __call__(self) -> rows.Statement:
        with self._lock:
            self._written = True
        return rows.loss_row(self._stretches)
