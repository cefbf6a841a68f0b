"""Backend: what a runner drives, whatever does the arithmetic."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from superviz.core.experiment import Experiment
from superviz.core.snapshot import Array, Checkpoint, Edit, LiveValue, Snapshot
from superviz.engine.state import Trace


class Backend(Protocol):
    """An experiment and its state, advanced any number of steps. To be used from one thread at a time."""

    @property
    def experiment(self) -> Experiment:
        """As in force now, edits applied."""
        ...

    @property
    def backend(self) -> str:
        """What does the arithmetic, as it is shown and kept in the session: "numba", or "torch" and its device."""
        ...

    @property
    def step(self) -> int:
        """Steps done."""
        ...

    def preparation(self) -> str:
        """What `prepare` is to do, in a line for people; "" where it will be quick."""
        ...

    def prepare(self) -> None:
        """Compile or import what training needs; in the thread that will train."""
        ...

    def advance(self, steps: int) -> Array:
        """Take that many steps; returns the loss of each completed bucket, (buckets, instances). Raises Diverged."""
        ...

    def trace(self, steps: int, at: NDArray[np.int64], chunk: int | None = None) -> Trace:
        """As `advance`, noting the weights at the steps `at`; may end after any whole chunk once interrupted."""
        ...

    def interrupt(self) -> None:
        """End the `trace` in hand, or the next one, after the chunk at hand. From any thread."""
        ...

    def uninterrupt(self) -> None:
        """Take an interruption back."""
        ...

    def snapshot(self) -> Snapshot:
        """The weights now."""
        ...

    def checkpoint(self) -> Checkpoint:
        """All that is needed to go on from here."""
        ...

    def edit(self, field: str, value: LiveValue) -> Edit:
        """Change a live field from the next step on."""
        ...

    def close(self) -> None:
        """Let go of threads and memory."""
        ...
