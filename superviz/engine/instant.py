"""Instant training: one instance of an experiment alone, from scratch and flat out, for as long as anyone waits."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from superviz.core.experiment import Experiment
from superviz.core.parameters import Parameters
from superviz.core.snapshot import Snapshot, SnapshotSink
from superviz.engine.keyframes import KeyframePolicy, grid_steps
from superviz.engine.state import Trace
from superviz.engine.trainer import Diverged, Trainer

_FIRST_STEPS, _GROWTH = 32, 16
_STRETCH_SECONDS = 0.02
"""Between two looks at whether the training is still wanted. At each the kernel's thread, this one and the window's
wait for one another: with twice as many, and more on the way there, a change took 104 ms, not 86."""


class _Stretch(NamedTuple):
    """Some steps of training, and what they leave."""

    trace: Trace
    end: Snapshot
    steps: int
    seconds: float
    sound: bool
    """Whether all of them were finite."""


def train_alone(experiment: Experiment, instance: int, sink: SnapshotSink, wanted: Callable[[], bool]) -> bool:
    """Train `instance` to its last step and hand it to `sink`, to which it is a run of a single instance.

    Its weights and losses are those that it would have with all the others beside it, byte for byte. Ends early where
    it diverges, after its last finite step, and where it is no longer `wanted`, which is asked every 20 ms or so:
    then, and only then, it returns False. The kernel goes on beside the sink, and beside whoever is asked.
    """
    trainer = Trainer(experiment, only=instance)
    layout, own, keyframes = Parameters.of(experiment), slice(instance, instance + 1), KeyframePolicy()
    for start in keyframes.start(_alone(trainer.snapshot(), own)):
        sink.append(start)
    if not wanted():
        return False
    trainer.prepare()  # here, not on the kernel's own thread: it may be given too small a stack for the compiler
    with ThreadPoolExecutor(1, thread_name_prefix="instant") as kernel:
        training = kernel.submit(_train, trainer, min(_FIRST_STEPS, experiment.steps))
        while True:
            stretch = training.result()
            goes_on = stretch.sound and stretch.end.step < experiment.steps
            if goes_on:
                fitting = int(stretch.steps * _STRETCH_SECONDS / stretch.seconds)
                steps = max(1, min(_GROWTH * stretch.steps, fitting, experiment.steps - stretch.end.step))
                training = kernel.submit(_train, trainer, steps)
            trace = stretch.trace
            if len(trace.losses):
                sink.append_losses(trace.losses[:, own], trace.test_losses[:, own] if len(trace.test_losses) else None)
            for keyframe in keyframes.select(trace.steps, trace.parameters[:, own], layout):
                sink.append(keyframe)
            sink.show_live(_alone(stretch.end, own))
            if not goes_on:
                return True
            if not wanted():
                return False


def _train(trainer: Trainer, steps: int) -> _Stretch:
    began = time.perf_counter()
    try:
        trace, sound = trainer.trace(steps, grid_steps(trainer.step, trainer.step + steps)), True
    except Diverged as error:
        trace, sound = error.trace, False
    return _Stretch(trace, trainer.snapshot(), steps, time.perf_counter() - began, sound)


def _alone(snapshot: Snapshot, own: slice) -> Snapshot:
    W_out = None if snapshot.W_out is None else snapshot.W_out[own]
    return Snapshot(snapshot.step, snapshot.W[own], snapshot.b[own], W_out)
