"""TorchTrainer: what Trainer does, on a GPU; or on torch's CPU, where it is tested."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from superviz.core.errors import TrainingError
from superviz.core.experiment import Experiment
from superviz.core.parameters import Parameters
from superviz.core.snapshot import Array, Checkpoint, Edit, LiveValue, Snapshot
from superviz.engine.devices import find_gpu
from superviz.engine.edits import edited
from superviz.engine.state import State, Trace
from superviz.engine.trainer import Diverged

if TYPE_CHECKING:
    from superviz.engine.torch_run import Run

Answer = TypeVar("Answer")


class OutOfMemory(TrainingError):
    """The device has too little memory. The trainer has let go of it, and stands where the call found it.

    Its checkpoint goes on elsewhere. `batch_size` is one that may still fit; None where there is none to try.
    """

    def __init__(self, experiment: Experiment) -> None:
        fixed = experiment.noise_free or experiment.training_set is not None
        self.batch_size = None if fixed or experiment.batch_size == 1 else experiment.batch_size // 2
        smaller = "" if self.batch_size is None else f"a batch size of {self.batch_size:,}, or "
        super().__init__(f"the GPU has too little memory for this experiment; try {smaller}the CPU")


class TorchTrainer:
    """Trains every instance of an experiment in torch, in CUDA graphs where the device is a GPU.

    It draws the kernel's very samples and does the same arithmetic in float32, so that its runs are the Trainer's but
    for rounding, and either goes on from the other's checkpoints. On one device and version of torch the same
    experiment gives the same bytes, whatever the chunks and across a checkpoint. To be used from one thread at a time.

    All memory is taken in prepare(). torch is imported there: that takes seconds, and stalls a window's thread.
    """

    def __init__(self, experiment: Experiment, *, checkpoint: Checkpoint | None = None, device: str = "cuda") -> None:
        """Start afresh, or go on from `checkpoint`; `device` is torch's. Raises TrainingError as Trainer does."""
        self.experiment = experiment
        """As in force now, edits applied."""
        self.step = 0
        """Steps done."""
        self._device = device
        self._layout = Parameters.of(experiment)
        self._run: Run | None = None
        self._halted = False
        # The state while there is no run; while there is one, on the device.
        if checkpoint is None:
            self._state = State.start(experiment)
        else:
            self._state = State.resume(experiment, checkpoint)
            self.step = checkpoint.step

    @property
    def backend(self) -> str:
        """Such as "torch on NVIDIA H100"."""
        gpu = find_gpu() if self._device == "cuda" else None
        return f"torch on {self._device if gpu is None else gpu.name}"

    def preparation(self) -> str:
        """See Backend."""
        return "loading torch and preparing the GPU: a few seconds" if self._run is None else ""

    def prepare(self) -> None:
        """Import torch, take memory and capture the graphs. Raises OutOfMemory, and TrainingError without torch."""
        self._guard(self._prepared)

    def advance(self, steps: int) -> Array:
        """Take that many steps; returns the loss of each completed bucket, (buckets, instances). Raises Diverged."""
        return self.trace(steps, np.empty(0, dtype=np.int64)).losses

    def trace(self, steps: int, at: NDArray[np.int64], chunk: int | None = None) -> Trace:
        """As `advance`, noting the weights at the steps `at`: ascending, after the present step, none beyond the last.

        With `chunk` it ends sooner, after a whole chunk of that many steps, once it is interrupted. On Diverged the
        trainer has taken the steps before the one that failed. Raises OutOfMemory.
        """
        return self._guard(lambda: self._trace(self._prepared(), steps, at, chunk or max(1, steps)))

    def interrupt(self) -> None:
        """End the `trace` in hand, or the next one, after the chunk at hand. From any thread."""
        self._halted = True

    def uninterrupt(self) -> None:
        """Take an interruption back: whoever interrupted was heard."""
        self._halted = False

    def snapshot(self) -> Snapshot:
        """The weights now."""
        rows = self._state.parameters if self._run is None else self._run.parameters()
        return self._layout.snapshot(self.step, rows)

    def checkpoint(self) -> Checkpoint:
        """All that is needed to go on from here."""
        state = self._state if self._run is None else self._run.read()
        return state.checkpoint(self.step)

    def edit(self, field: str, value: LiveValue) -> Edit:
        """Change a live field from the next step on. Raises TrainingError or RecipeError, and then changes nothing."""
        self.experiment, edit = edited(self.experiment, self.step, field, value)
        if self._run is not None and not self._run.adopt(self.experiment):
            self.close()
        return edit

    def close(self) -> None:
        """Let go of the device's memory; a later `advance` takes it again."""
        if self._run is not None:
            self._state = self._run.read()
            self._run.close()
            self._run = None
            _give_back()

    def _prepared(self) -> Run:
        if self._run is None:
            try:
                from superviz.engine.torch_run import Run, is_available
            except (ImportError, OSError) as error:
                raise TrainingError(f"torch can't be loaded: {error}; train on the CPU") from None
            if not is_available(self._device):
                raise TrainingError("torch can't use this machine's GPU, its driver may be too old; train on the CPU")
            self._run = Run(self.experiment, self.step, self._state, self._device)
        return self._run

    def _trace(self, run: Run, steps: int, at: NDArray[np.int64], chunk: int) -> Trace:
        run.keep()
        trace = run.train(self.experiment, self.step, steps, at, chunk, lambda: self._halted)
        taken = int(trace.taken[0])
        if run.is_finite():
            self.step += taken
            return trace
        sound = self._sound_steps(run, taken)
        run.go_back(self.step)
        trace = run.train(self.experiment, self.step, sound, at[at <= self.step + sound], max(1, sound))
        self.step += sound
        raise Diverged(self.experiment, self.step, trace)

    def _sound_steps(self, run: Run, lost: int) -> int:
        """How many steps can be taken from the state that was kept before it is no longer finite; `lost` are too many.

        By halves, since steps are the same each time they are taken.
        """
        sound, nowhere = 0, np.empty(0, dtype=np.int64)
        while lost - sound > 1:
            middle = (sound + lost) // 2
            run.go_back(self.step)
            run.train(self.experiment, self.step, middle, nowhere, middle)
            sound, lost = (middle, lost) if run.is_finite() else (sound, middle)
        return sound

    def _guard(self, work: Callable[[], Answer]) -> Answer:
        """What `work` returns; where it runs out of memory, the state is saved and OutOfMemory raised."""
        try:
            return work()
        except RuntimeError as error:
            from superviz.engine.cuda_graphs import is_out_of_memory

            if not is_out_of_memory(error):
                raise
        # Out here, since the error's traceback holds on to the arrays of all that it came through.
        if self._run is not None:
            self._run.go_back(self.step)
            self.close()
        _give_back()
        raise OutOfMemory(self.experiment)


def _give_back() -> None:
    """Return to the GPU's driver what torch keeps of memory that nothing uses any more."""
    import torch

    torch.cuda.empty_cache()
