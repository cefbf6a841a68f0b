"""Training without a window: `superviz.train`, and the one loop that it shares with the command line."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from numbers import Integral
from typing import Literal, TypeAlias

from superviz.core.errors import TrainingError
from superviz.core.experiment import MOST_STEPS, Experiment
from superviz.engine.keyframes import KeyframePolicy
from superviz.engine.runner import STACK_BYTES, Runner, RunState
from superviz.engine.trainer import Trainer
from superviz.session.recording import Recording

Device: TypeAlias = Literal["auto", "cpu", "cuda"]
Progress: TypeAlias = Callable[[int, int], None]
"""Told how many steps are done, and of how many, some 20 times a second."""


class Diverged(TrainingError):
    """The weights are no longer finite; the recording ends at the last step at which they were."""


_POLL_SECONDS = 0.05


def train(
    source: Experiment | Recording,
    steps: int | None = None,
    device: Device = "auto",
    progress: Progress | None = None,
) -> Recording:
    """Train an experiment from its random start, or go on from where a recording stopped; a new Recording either way.

    `steps` is how many steps to do now: by default an experiment's own number, and for a recording what is left of it.
    It doesn't change `Experiment.steps`, the schedule's horizon. Raises TrainingError where training can't be done as
    asked or diverges; Ctrl-C stops at a step boundary and raises KeyboardInterrupt.
    """
    require_device(device)
    if isinstance(source, Recording):
        goal = goal_of(source, steps)
        recording = source.continued()
    else:
        recording = Recording.create(source)
        goal = goal_of(recording, steps)
    train_until(recording, goal, progress)
    return recording


def goal_of(recording: Recording, steps: int | None) -> int:
    """The step that training `recording` for `steps` further steps leads to, as `goal_from` has it."""
    done = _steps_done(recording)
    return goal_from(done, recording.experiment_at(done).steps, steps)


def goal_from(done: int, horizon: int, steps: int | None) -> int:
    """The step that `steps` further steps lead to from step `done`; where None is given, the horizon.

    Raises TrainingError where nothing is left to do, and for a number of steps that can't be done.
    """
    goal = horizon if steps is None else done + _whole(steps)
    if goal > max(MOST_STEPS, horizon):
        raise TrainingError(
            f"{steps:,} further steps would lead to step {goal:,}; a run goes to {MOST_STEPS:,} at most"
        )
    if goal <= done:
        raise TrainingError(
            f"nothing to train: {done:,} of {horizon:,} steps are done; give a number of further steps, at least 1"
        )
    return goal


def train_until(recording: Recording, goal: int, progress: Progress | None = None) -> None:
    """Train a writable recording from its last checkpoint until that many steps are done.

    Blocks; the work is done on a thread of its own, so that Ctrl-C is heard at once and answered at a step boundary.
    What was trained until then is kept. Raises TrainingError, Diverged among them, and KeyboardInterrupt.
    """
    start = _steps_done(recording)
    experiment = recording.experiment_at(start)
    threads = min(os.cpu_count() or 1, experiment.n_instances)
    runner = Runner(
        Trainer(experiment, checkpoint=recording.checkpoint, threads=threads),
        [recording],
        until=goal,
        keyframes=KeyframePolicy(recording.last_keyframe, recording.keyframe_count),
    )
    ended = threading.Event()
    thread = _start_thread(runner, ended)
    try:
        # Nobody asks it to pause: it does so by itself where training diverged.
        while not ended.wait(_POLL_SECONDS) and runner.state is not RunState.PAUSED:
            _tell(progress, runner.step - start, goal - start)
        diverged = runner.message if runner.state is RunState.PAUSED else ""
    finally:
        runner.stop()
        ended.wait()
        thread.join()
        recording.flush()
    _tell(progress, runner.step - start, goal - start)
    if diverged:
        raise Diverged(diverged)
    if runner.error is not None:
        raise runner.error


def require_device(device: Device) -> None:
    """Raises TrainingError for a device that this version can't train on."""
    if device not in ("auto", "cpu"):
        raise TrainingError(f"device {device!r}: this version trains on the CPU only; use cpu or auto")


def _whole(steps: object) -> int:
    """`steps` as a plain int, of numpy too. Raises TrainingError for anything but a whole number."""
    if isinstance(steps, bool) or not isinstance(steps, Integral):
        raise TrainingError(f"steps: give a whole number, not {steps!r}")
    return int(steps)


def _steps_done(recording: Recording) -> int:
    return recording.checkpoint.step if recording.checkpoint else 0


def _tell(progress: Progress | None, done: int, total: int) -> None:
    if progress is not None:
        progress(done, total)


def _start_thread(runner: Runner, ended: threading.Event) -> threading.Thread:
    # Its end is told by an event: in CPython 3.11 a join() that Ctrl-C interrupts takes a running thread for ended.
    def run() -> None:
        try:
            runner.run()
        finally:
            ended.set()

    before = threading.stack_size(STACK_BYTES)
    try:
        thread = threading.Thread(target=run, name="training")
        thread.start()
    finally:
        threading.stack_size(before)
    return thread
