"""Trainer: an experiment and its state, advanced any number of steps; how they are cut into calls changes nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from superviz.core.errors import TrainingError
from superviz.core.experiment import Experiment
from superviz.core.parameters import Parameters
from superviz.core.snapshot import LOSS_BUCKET_STEPS, Array, Checkpoint, Edit, LiveValue, Snapshot
from superviz.engine.edits import edited
from superviz.engine.schedule import step_sizes
from superviz.engine.state import Room, Settings, State, Trace


class Diverged(TrainingError):
    """A step made the weights or the loss no longer finite. The trainer stands at its last finite state.

    `trace` is what the steps up to there left.
    """

    def __init__(self, experiment: Experiment, step: int, trace: Trace) -> None:
        """`step` is the last one that was finite."""
        super().__init__(
            f"training diverged at step {step + 1:,}: the weights are no longer finite; "
            f"try a learning rate smaller than {experiment.learning_rate:g}"
        )
        self.trace = trace


class Trainer:
    """Trains every instance of an experiment on the CPU, in the compiled kernel.

    The same experiment gives the same bytes on the same kind of processor, whatever the chunks, the number of threads
    and the number of instances beside it, and across a checkpoint. To be used from one thread at a time.

    The kernel is imported where it is first needed, so that whoever only looks at a session never loads numba.
    """

    backend = "numba"

    def __init__(
        self,
        experiment: Experiment,
        *,
        checkpoint: Checkpoint | None = None,
        threads: int = 1,
        only: int | None = None,
    ) -> None:
        """Start afresh, or go on from `checkpoint`. Raises TrainingError where that is of another shape.

        With `only`, that instance alone is trained; the others stay as they start.
        """
        self.experiment = experiment
        """As in force now, edits applied."""
        self.step = 0
        """Steps done."""
        self._layout = Parameters.of(experiment)
        self._instances = range(experiment.n_instances) if only is None else range(only, only + 1)
        self._settings = Settings.of(experiment)
        self._rooms = [Room.of(experiment, self._settings) for _ in range(min(threads, len(self._instances)))]
        self._pool: ThreadPoolExecutor | None = None
        self._halt = np.zeros(1, dtype=np.int64)
        if checkpoint is None:
            self._state = State.start(experiment)
        else:
            self._state = State.resume(experiment, checkpoint)
            self.step = checkpoint.step

    @property
    def samples(self) -> int:
        """How many an instance takes in a step."""
        return self._settings.samples

    def preparation(self) -> str:
        """See Backend; "" where the kernel was compiled before."""
        from superviz.engine import kernel

        return "" if kernel.kernel_is_cached() else "compiling the training kernel: a few seconds, once on this machine"

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
            raise Diverged(self.experiment, self.step, trace)
        self.step += taken
        if taken < steps:
            buckets = completed_buckets(self.step - taken, self.step)
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
        return self._layout.snapshot(self.step, self._state.parameters)

    def checkpoint(self) -> Checkpoint:
        """All that is needed to go on from here."""
        return self._state.checkpoint(self.step)

    def edit(self, field: str, value: LiveValue) -> Edit:
        """Change a live field from the next step on. Raises TrainingError or RecipeError, and then changes nothing."""
        self.experiment, edit = edited(self.experiment, self.step, field, value)
        self._settings = Settings.of(self.experiment)
        return edit

    def close(self) -> None:
        """Let go of the threads; a later `advance` starts them again."""
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None

    def _run(self, steps: int, at: NDArray[np.int64], chunk: int) -> Trace:
        """Take steps in place, without counting them."""
        from superviz.engine import kernel

        kernel.compile_kernel()
        buckets, threads = completed_buckets(self.step, self.step + steps), len(self._rooms)
        tested = self._settings.kind.tested
        trace = Trace.empty(self.experiment.n_instances, self._layout.count, buckets, at, tested=tested)
        trace.sound[:] = steps
        sizes = step_sizes(self.experiment, self.step, steps)
        # Threads would heed an interruption at different steps: several of them go through to the end.
        chunk = chunk if threads == 1 else steps
        work = (self.step, steps, chunk, self._halt, self._settings, sizes, self._state, trace)
        first, instances = self._instances.start, len(self._instances)
        if threads == 1:
            kernel.train(first, first + instances, *work, self._rooms[0])
        else:
            self._pool = self._pool or ThreadPoolExecutor(threads, thread_name_prefix="training")
            bounds = pairwise(first + instances * part // threads for part in range(threads + 1))
            parts = zip(bounds, self._rooms, strict=True)
            for part in [self._pool.submit(kernel.train, *ends, *work, room) for ends, room in parts]:
                part.result()
        return trace


def completed_buckets(start: int, end: int) -> int:
    """How many loss buckets end after step `start` and up to `end`."""
    return end // LOSS_BUCKET_STEPS - start // LOSS_BUCKET_STEPS
