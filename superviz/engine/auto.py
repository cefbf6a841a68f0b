"""Which backend trains: the one that was asked for, or what was measured faster for the experiment at hand."""

from __future__ import annotations

import math
import time
from contextlib import closing

import numpy as np
from numpy.typing import NDArray

from superviz.core.errors import TrainingError
from superviz.core.experiment import Experiment
from superviz.core.snapshot import Array, Checkpoint, Edit, LiveValue, Snapshot
from superviz.engine.backend import Backend
from superviz.engine.devices import Device, require_device, why_no_cuda
from superviz.engine.state import Trace
from superviz.engine.torch_trainer import TorchTrainer
from superviz.engine.trainer import Trainer

_TRIAL_SECONDS = 0.1
"""Of training on each, to be timed; where a step takes longer, that step."""
_TRIAL = "timing the CPU and the GPU, to train on the faster one: a few seconds"
_QUICK_PRODUCTS = 500_000
"""Products of a step that one core does in some 100 us: a GPU takes as long to launch the step's kernels."""


def make_trainer(
    experiment: Experiment, device: Device = "auto", *, checkpoint: Checkpoint | None = None, threads: int = 1
) -> Backend:
    """What trains `experiment` on that device, afresh or from `checkpoint`; on the CPU, with so many threads.

    Imports neither torch nor numba: prepare() does. Raises TrainingError where the device can't be had.
    """
    require_device(device)
    if device == "cuda":
        return TorchTrainer(experiment, checkpoint=checkpoint)
    trainer = Trainer(experiment, checkpoint=checkpoint, threads=threads)
    if device == "cpu" or why_no_cuda() is not None or _is_quick(trainer, threads):
        return trainer
    return AutoTrainer(trainer, threads)


class AutoTrainer:
    """A Trainer until it is prepared; from then on a TorchTrainer, where that was measured faster."""

    def __init__(self, trainer: Trainer, threads: int) -> None:
        self._trainer: Backend = trainer
        self._threads = threads
        self._chosen = False
        self._interrupted = False

    @property
    def experiment(self) -> Experiment:
        """As in force now, edits applied."""
        return self._trainer.experiment

    @property
    def backend(self) -> str:
        """What does the arithmetic; it is known once prepared."""
        return self._trainer.backend

    @property
    def step(self) -> int:
        """Steps done."""
        return self._trainer.step

    def preparation(self) -> str:
        """See Backend."""
        return self._trainer.preparation() if self._chosen else _TRIAL

    def prepare(self) -> None:
        """The first time, train copies of the experiment on either device for a moment, and take the faster one."""
        if not self._chosen:
            checkpoint = self._trainer.checkpoint()
            gpu = TorchTrainer(self.experiment, checkpoint=checkpoint)
            if _step_seconds(gpu) < _step_seconds(
                Trainer(self.experiment, checkpoint=checkpoint, threads=self._threads)
            ):
                self._trainer.close()
                self._trainer = TorchTrainer(self.experiment, checkpoint=checkpoint)
                if self._interrupted:
                    self._trainer.interrupt()
            self._chosen = True
        self._trainer.prepare()

    def advance(self, steps: int) -> Array:
        """See Backend."""
        return self._trainer.advance(steps)

    def trace(self, steps: int, at: NDArray[np.int64], chunk: int | None = None) -> Trace:
        """See Backend."""
        return self._trainer.trace(steps, at, chunk)

    def interrupt(self) -> None:
        """End the `trace` in hand, or the next one, after the chunk at hand. From any thread."""
        self._interrupted = True  # first: whoever takes another trainer looks at it afterwards
        self._trainer.interrupt()

    def uninterrupt(self) -> None:
        """Take an interruption back."""
        self._interrupted = False
        self._trainer.uninterrupt()

    def snapshot(self) -> Snapshot:
        """The weights now."""
        return self._trainer.snapshot()

    def checkpoint(self) -> Checkpoint:
        """All that is needed to go on from here."""
        return self._trainer.checkpoint()

    def edit(self, field: str, value: LiveValue) -> Edit:
        """Change a live field from the next step on. Raises TrainingError or RecipeError, and then changes nothing."""
        return self._trainer.edit(field, value)

    def close(self) -> None:
        """Let go of threads and memory."""
        self._trainer.close()


def _is_quick(trainer: Trainer, threads: int) -> bool:
    """Whether the kernel takes so little time for a step that no GPU can take less."""
    experiment = trainer.experiment
    products = experiment.n_instances * experiment.n_features * (experiment.n_hidden + 2) * trainer.samples
    return products <= _QUICK_PRODUCTS * min(threads, experiment.n_instances)


def _step_seconds(trainer: Backend) -> float:
    """How long a step takes, the trainer being thrown away then; infinite where it can't train at all."""
    try:
        with closing(trainer):
            return _timed(trainer)
    except (TrainingError, RuntimeError):  # torch's own faults are RuntimeErrors: a GPU that fails isn't faster
        return math.inf


def _timed(trainer: Backend) -> float:
    trainer.prepare()
    steps = 1
    while True:
        begun = time.perf_counter()
        trainer.advance(steps)
        took = time.perf_counter() - begun
        if took >= _TRIAL_SECONDS:
            return took / steps
        steps = min(8 * steps, 1 + int(1.2 * steps * _TRIAL_SECONDS / took))
