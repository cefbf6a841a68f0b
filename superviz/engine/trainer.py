"""Trainer: an experiment and its state, advanced any number of steps; how they are cut into calls changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import cast

import numpy as np
from numpy.typing import NDArray

from superviz.core.errors import TrainingError
from superviz.core.experiment import LIVE_FIELDS, Experiment
from superviz.core.snapshot import LOSS_BUCKET_STEPS, Array, Checkpoint, Edit, LiveValue, Snapshot, frozen
from superviz.engine.state import Room, Settings, State, Trace


class Diverged(TrainingError):
    """A step made the weights or the loss no longer finite. The trainer stands at its last finite state.

    `trace` is what the steps up to there left.
    """

    def __init__(self, line: str, trace: Trace) -> None:
        super().__init__(line)
        self.trace = trace


class Trainer:
    """Trains every instance of an experiment by AdamW on fresh batches, on the CPU, in the compiled kernel.

    The same experiment gives the same bytes on the same kind of processor, whatever the chunks, the number of threads
    and the number of instances beside it, and across a checkpoint. To be used from one thread at a time.

    The kernel is imported where it is first needed, so that whoever only looks at a session never loads numba.
    """

    backend = "numba"

    def __init__(self, experiment: Experiment, *, checkpoint: Checkpoint | None = None, threads: int = 1) -> None:
        """Start afresh, or go on from `checkpoint`. Raises TrainingError where that is of another shape."""
        self.experiment = experiment
        """As in force now, edits applied."""
        self.step = 0
        """Steps done."""
        self._rooms = [Room.of(experiment) for _ in range(min(threads, experiment.n_instances))]
        self._pool: ThreadPoolExecutor | None = None
        self._settings = Settings.of(experiment)
        self._halt = np.zeros(1, dtype=np.int64)
        if checkpoint is None:
            self._state = State.start(experiment)
        else:
            self._state = State.resume(experiment, checkpoint)
            self.step = checkpoint.step

    def is_prepared(self) -> bool:
        """Whether `prepare` will be quick, since the kernel was compiled before."""
        from superviz.engine import kernel

        return kernel.kernel_is_cached()

    def prepare(self) -> None:
        """Compile the kernel, some seconds the first time on a machine; `advance` does so where this was not called."""
        from superviz.engine import kernel

        kernel.compile_kernel()

    def advance(self, steps: int) -> Array:
        """Take that many steps; returns the loss of each completed bucket, (buckets, instances). Raises Diverged."""
        return self.trace(steps, np.empty(0, dtype=np.int64)).losses

    def trace(self, steps: int, at: NDArray[np.int64], chunk: int | None = None) -> Trace:
        """As `advance`, noting the weights at the steps `at`: ascending, after the present step, none beyond the last.

        With `chunk` it ends sooner, after a whole chunk of that many steps, once it is interrupted. On Diverged the
        trainer has taken the steps before the one that failed.
        """
        start = self._state.copy()
        trace = self._run(steps, at, chunk or steps)
        taken, sound = int(trace.taken[0]), int(trace.sound.min())
        if sound < taken:
            self._state.restore(start)
            trace = self._run(sound, at[at <= self.step + sound], sound)
            self.step += sound
            raise Diverged(
                f"training diverged at step {self.step + 1:,}: the weights are no longer finite; "
                f"try a learning rate smaller than {self.experiment.learning_rate:g}",
                trace,
            )
        self.step += taken
        if taken < steps:
            buckets = _buckets(self.step - taken, self.step)
            trace = trace.cut(buckets, int(np.searchsorted(at, self.step, side="right")))
        return trace

    def interrupt(self) -> None:
        """End the `trace` in hand, or the next one, after the chunk at hand. From any thread."""
        self._halt[0] = 1

    def uninterrupt(self) -> None:
        """Take an interruption back: whoever interrupted was heard."""
        self._halt[0] = 0

    def snapshot(self) -> Snapshot:
        """The weights now."""
        return Snapshot(self.step, frozen(self._state.W), frozen(self._state.b))

    def checkpoint(self) -> Checkpoint:
        """All that is needed to go on from here."""
        return self._state.checkpoint(self.step)

    def edit(self, field: str, value: LiveValue) -> Edit:
        """Change a live field from the next step on. Raises TrainingError or RecipeError, and then changes nothing."""
        if field not in LIVE_FIELDS:
            raise TrainingError(f"{field}: can't change while training; what can is {', '.join(sorted(LIVE_FIELDS))}")
        self.experiment = self.experiment.changed(**{field: value})
        self._settings = Settings.of(self.experiment)
        return Edit(self.step, field, _plain(getattr(self.experiment, field)))

    def close(self) -> None:
        """Let go of the threads; a later `advance` starts them again."""
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None

    def _run(self, steps: int, at: NDArray[np.int64], chunk: int) -> Trace:
        """Take steps in place, without counting them."""
        from superviz.engine import kernel

        kernel.compile_kernel()
        trace = Trace.empty(self._state, _buckets(self.step, self.step + steps), at)
        threads, instances = len(self._rooms), len(self._state.W)
        # Threads would heed an interruption at different steps: several of them go through to the end.
        chunk = chunk if threads == 1 else steps
        work = (self.step, steps, chunk, self._halt, self._settings, self._state, trace)
        if threads == 1:
            kernel.train(0, instances, *work, self._rooms[0])
        else:
            self._pool = self._pool or ThreadPoolExecutor(threads, thread_name_prefix="training")
            bounds = pairwise(instances * part // threads for part in range(threads + 1))
            parts = zip(bounds, self._rooms, strict=True)
            for part in [self._pool.submit(kernel.train, *ends, *work, room) for ends, room in parts]:
                part.result()
        return trace


def _buckets(start: int, end: int) -> int:
    """How many loss buckets end after step `start` and up to `end`."""
    return end // LOSS_BUCKET_STEPS - start // LOSS_BUCKET_STEPS


def _plain(value: object) -> LiveValue:
    """A validated live value with lists for tuples, as it is kept in files."""
    if isinstance(value, Sequence):
        return cast(LiveValue, [_plain(entry) for entry in cast(Sequence[object], value)])
    return cast(LiveValue, value)
