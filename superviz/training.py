"""Training without a window: `superviz.train`, and the one loop that it shares with the command line."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from numbers import Integral
from typing import TypeAlias, TypeVar

from superviz.core.errors import TrainingError
from superviz.core.experiment import MOST_STEPS, Experiment
from superviz.engine.auto import make_trainer
from superviz.engine.devices import Device, require_device
from superviz.engine.keyframes import KeyframePolicy
from superviz.engine.race import Race, race
from superviz.engine.runner import STACK_BYTES, Runner, RunState
from superviz.engine.trainer import Trainer
from superviz.session.recording import Recording

Progress: TypeAlias = Callable[[int, int], None]
"""Told how many steps are done, and of how many, some 20 times a second."""
Answer = TypeVar("Answer")


_POLL_SECONDS = 0.05


def train(
    source: Experiment | Recording,
    steps: int | None = None,
    device: Device = "auto",
    progress: Progress | None = None,
) -> Recording:
    """Train an experiment from its random start, or go on from where a recording stopped; a new Recording either way.

    `steps` is how many steps to do now: by default an experiment's own number, and for a recording what is left of it.
    It doesn't change `Experiment.steps`, the schedule's horizon. Where an experiment asks for the best of several
    seeds, they are tried first. `device` is "auto", "cpu" or "cuda": `Recording.backend` says what was taken. Raises
    TrainingError where training can't be done as asked or diverges; Ctrl-C stops at a step boundary and raises
    KeyboardInterrupt.
    """
    require_device(device)
    _require_source(source)
    if isinstance(source, Recording):
        goal, before = goal_of(source, steps), 0
        recording = source.continued()
    else:
        goal, before = goal_from(0, source, steps), steps_of_race(source)
        chosen = choose_seeds(source, goal, progress)
        recording = Recording.create(chosen.experiment, candidates=chosen.candidates)
    train_until(recording, goal, progress, device=device, before=before)
    return recording


def goal_of(recording: Recording, steps: int | None) -> int:
    """The step that training `recording` for `steps` further steps leads to, as `goal_from` has it."""
    done = _steps_done(recording)
    return goal_from(done, recording.experiment_at(done), steps)


def goal_from(done: int, experiment: Experiment, steps: int | None) -> int:
    """The step that `steps` further steps lead to from step `done`; where None is given, the experiment's last.

    Raises TrainingError where nothing is left to do or to learn, and for a number of steps that can't be done.
    """
    horizon, schedule = experiment.steps, experiment.schedule
    goal = horizon if steps is None else done + _whole(steps)
    if goal > max(MOST_STEPS, horizon):
        raise TrainingError(
            f"{steps:,} further steps would lead to step {goal:,}; a run goes to {MOST_STEPS:,} at most"
        )
    if schedule != "constant" and max(goal, done + 1) > horizon:
        left = f"give at most {horizon - done:,} further steps, or" if done < horizon else "nothing is left to train:"
        raise TrainingError(
            f"schedule: the {schedule} one brings the learning rate to 0 at step {horizon:,}; {left} begin anew with "
            "more steps or a constant one"
        )
    if goal <= done:
        raise TrainingError(
            f"nothing to train: {done:,} of {horizon:,} steps are done; give a number of further steps, at least 1"
        )
    return goal


def steps_of_race(experiment: Experiment) -> int:
    """How many steps `choose_seeds` takes in all."""
    return experiment.best_of * experiment.steps if experiment.best_of > 1 else 0


def choose_seeds(experiment: Experiment, following: int, progress: Progress | None = None) -> Race:
    """The experiment to train: with the best of its seeds, all of them tried first, where it asks for that.

    Blocks, as `train_until` does; `progress` counts the `following` steps too. Raises TrainingError where all seeds of
    an instance diverge, and KeyboardInterrupt.
    """
    if experiment.best_of == 1:
        return Race(experiment, ())
    total, told, ended = steps_of_race(experiment) + following, [0], threading.Event()

    def run() -> Race:
        Trainer(experiment).prepare()  # here, where there is room on the stack: the race's own threads may have little
        return race(experiment, threads=os.cpu_count() or 1, progress=tell, cancelled=ended.is_set)

    def tell(done: int, _: int) -> None:
        told[0] = max(told[0], done)

    return _watched(run, lambda: _tell(progress, told[0], total), ended.set)


def train_until(
    recording: Recording, goal: int, progress: Progress | None = None, *, device: Device = "auto", before: int = 0
) -> None:
    """Train a writable recording from its last checkpoint until that many steps are done.

    Blocks; the work is done on a thread of its own, so that Ctrl-C is heard at once and answered at a step boundary.
    What was trained until then is kept. `progress` counts `before` steps as done. Raises TrainingError, among them
    engine.trainer's Diverged and engine.torch_trainer's OutOfMemory, and KeyboardInterrupt.
    """
    start = _steps_done(recording)
    experiment = recording.experiment_at(start)
    threads = min(os.cpu_count() or 1, experiment.n_instances)
    trainer = make_trainer(experiment, device, checkpoint=recording.checkpoint, threads=threads)

    def heed(state: RunState, message: str) -> None:
        if state is RunState.RUNNING and recording.backend != trainer.backend:
            recording.note_backend(trainer.backend)
        elif state is RunState.PAUSED:  # by itself, where training diverged: nobody else asks for it
            runner.stop()

    keyframes = KeyframePolicy(recording.last_keyframe, recording.keyframe_count)
    runner = Runner(trainer, [recording], until=goal, keyframes=keyframes, on_state=heed)
    try:
        _watched(runner.run, lambda: _tell(progress, before + runner.step - start, before + goal - start), runner.stop)
    finally:
        recording.flush()
    if runner.error is not None:
        raise runner.error


def _require_source(source: object) -> None:
    """Raises TrainingError for anything but an Experiment or a Recording."""
    if not isinstance(source, (Experiment, Recording)):
        raise TrainingError(
            f"source: give an Experiment or a Recording, not {source!r}; of a preset it is load_recipe(name).experiment"
        )


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


def _watched(work: Callable[[], Answer], look: Callable[[], None], stop: Callable[[], None]) -> Answer:
    """What `work` returns or raises, done on a thread of its own; `look` is called now and then, and once at the end.

    Where this thread is interrupted, `stop` is to end the work, which is waited for.
    """
    outcome: Future[Answer] = Future()

    def run() -> None:
        try:
            outcome.set_result(work())
        except BaseException as error:
            outcome.set_exception(error)

    thread = _start_thread(run)
    try:
        while not wait([outcome], _POLL_SECONDS).done:
            look()
    finally:
        stop()
        # Not by join() alone: in CPython 3.11 one that Ctrl-C interrupts takes a running thread for ended.
        wait([outcome])
        thread.join()
    look()
    return outcome.result()


def _start_thread(work: Callable[[], None]) -> threading.Thread:
    before = threading.stack_size(STACK_BYTES)
    try:
        thread = threading.Thread(target=work, name="training")
        thread.start()
    finally:
        threading.stack_size(before)
    return thread
