"""A prepared run on a torch device: pieces of training launched one after the other, what they leave brought over.

It imports torch, so it is imported where training is prepared, never before.
"""

from __future__ import annotations

from collections.abc import Callable, Generator

import numpy as np
import torch
from numpy.typing import NDArray

from superviz.core.experiment import Experiment
from superviz.core.snapshot import LOSS_BUCKET_STEPS, Array
from superviz.engine.cuda_graphs import Launcher, launcher
from superviz.engine.schedule import step_sizes
from superviz.engine.state import State, Trace
from superviz.engine.torch_steps import PIECE_STEPS, Notes, Steps, agenda
from superviz.engine.trainer import completed_buckets

GRAPH_STEPS = LOSS_BUCKET_STEPS
"""Steps in one graph; what is left over is launched a step at a time."""


def is_available(device: str) -> bool:
    """Whether torch can use that device of this machine."""
    return device == "cpu" or torch.cuda.is_available()


class Run:
    """An experiment's state on a device, and how it is advanced there. To be used from one thread at a time.

    While one piece trains, what the piece before it noted is copied to the host.
    """

    def __init__(self, experiment: Experiment, step: int, state: State, device: str) -> None:
        """Takes all the memory on the device that it will ever need."""
        self._launcher: Launcher = launcher(torch.device(device))
        with self._launcher.launching():
            steps = self._steps = Steps(experiment, self._launcher.device)
        self._one = self._launcher.capture(steps.take, warm_up=steps.take)
        self._many = self._launcher.capture(lambda: _repeat(steps.take, GRAPH_STEPS), warm_up=steps.take)
        self._test = self._launcher.capture(steps.test, warm_up=steps.test) if steps.tested else None
        self._agendas = self._launcher.landing((2, PIECE_STEPS, 6), torch.float64)
        self._landing = Notes._make(self._launcher.landing(notes.shape, notes.dtype) for notes in steps.notes)
        with self._launcher.launching():
            steps.load(step, state)

    def read(self) -> State:
        """The state, copied to the host."""
        with self._launcher.launching():
            return self._steps.read()

    def parameters(self) -> Array:
        """The parameters, (instances, count), copied to the host."""
        with self._launcher.launching():
            return self._steps.parameters()

    def keep(self) -> None:
        """Keep the state, to go back to it."""
        with self._launcher.launching():
            self._steps.keep()

    def go_back(self, step: int) -> None:
        """Stand at `step` in the state that was kept then."""
        with self._launcher.launching():
            self._steps.go_back(step)

    def is_finite(self) -> bool:
        """Whether the state is finite; what once was not stays so."""
        with self._launcher.launching():
            return self._steps.is_finite()

    def adopt(self, experiment: Experiment) -> bool:
        """Train by the live fields of `experiment` from here on; False where its arrays are of other sizes."""
        with self._launcher.launching():
            return self._steps.adopt(experiment)

    def train(
        self,
        experiment: Experiment,
        first: int,
        steps: int,
        at: NDArray[np.int64],
        chunk: int,
        is_halted: Callable[[], bool] = lambda: False,
    ) -> Trace:
        """Take `steps` steps after the `first`, fewer after any whole chunk once halted: how many, `Trace.taken` says.

        `at` are the steps after which the parameters are noted, ascending.
        """
        instances, count = experiment.n_instances, self._landing.parameters.shape[-1]
        buckets = completed_buckets(first, first + steps)
        trace = Trace.empty(instances, count, buckets, at, tested=self._steps.tested)
        done, half = first, 0
        land: Callable[[], None] = lambda: None  # noqa: E731
        with self._launcher.launching():
            while done < first + steps and (done == first or not is_halted()):
                end = min(done + chunk, first + steps)
                for stop in self._stops(done, end, at):
                    following = self._launch(experiment, done, stop, trace, completed_buckets(first, done), half)
                    land()
                    land, done, half = following, stop, 1 - half
            land()
        trace.taken[0] = done - first
        trace.sound[:] = done - first
        return trace.cut(completed_buckets(first, done), int(np.searchsorted(at, done, side="right")))

    def close(self) -> None:
        """Let go of the graphs; the memory goes with the run itself."""
        self._launcher.close()

    def _stops(self, start: int, end: int, at: NDArray[np.int64]) -> Generator[int]:
        """Where the pieces end that lead from step `start` to `end`, none with more steps or notes than fit."""
        while start < end:
            stop = min(start + PIECE_STEPS, end)
            following = np.searchsorted(at, start, side="right") + self._steps.most_notes
            start = stop if following >= len(at) else min(stop, int(at[following]) - 1)
            yield start

    def _launch(
        self, experiment: Experiment, start: int, stop: int, trace: Trace, bucket: int, half: int
    ) -> Callable[[], None]:
        """Launch the steps from `start` to `stop`; returns what waits for them and puts what they noted into `trace`.

        `bucket` is the trace's first bucket that they may end. A half is used again once it was waited for.
        """
        first, last = np.searchsorted(trace.steps, (start, stop), side="right")
        todo = self._agendas[half, : stop - start]
        sizes = step_sizes(experiment, start, stop - start)
        todo.numpy()[:] = agenda(sizes, start, trace.steps[first:last], half, self._steps.most_notes)
        self._steps.begin(todo)
        self._replay(start, stop)
        buckets = completed_buckets(start, stop)
        there = self._steps.notes.half(half, buckets, last - first)
        here = self._landing.half(half, buckets, last - first)
        arrive = self._launcher.bring_over([pair for pair in zip(there, here, strict=True) if len(pair[0])])

        def land() -> None:
            arrive()
            trace.losses[bucket : bucket + buckets] = here.losses.numpy()
            trace.test_losses[bucket : bucket + buckets] = here.test_losses.numpy()
            trace.parameters[first:last] = here.parameters.numpy()

        return land

    def _replay(self, start: int, stop: int) -> None:
        while start < stop:
            end = stop if self._test is None else min(stop, start + LOSS_BUCKET_STEPS - start % LOSS_BUCKET_STEPS)
            graphs, rest = divmod(end - start, GRAPH_STEPS)
            _repeat(self._many, graphs)
            _repeat(self._one, rest)
            if self._test is not None and end % LOSS_BUCKET_STEPS == 0:
                self._test()
            start = end


def _repeat(work: Callable[[], None], times: int) -> None:
    for _ in range(times):
        work()
