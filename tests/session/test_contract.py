"""The recording's contract: however a run was trained, interrupted and resumed, it leaves the same bytes.

Weights, keyframes, the gauge of each, losses and the last checkpoint: pace, pauses, chunks, threads, a save and a
resume change none of them.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from superviz.core.experiment import Experiment
from superviz.engine.keyframes import KeyframePolicy
from superviz.engine.runner import Runner, RunState
from superviz.engine.trainer import Trainer
from superviz.session.recording import Recording

STEPS = 1_500
EXPERIMENTS = {
    "pentagon": Experiment(n_features=5, n_hidden=2, n_instances=3, feature_probability=[1, 0.2, 0.05]),
    "many": Experiment(n_features=12, n_hidden=5, n_instances=2, importance=0.8, learning_rate=0.01, batch_size=128),
    "untied": Experiment(
        n_features=3,
        n_hidden=6,
        n_instances=2,
        model="absolute_value",
        signed=True,
        training_set=40,
        learning_rate=0.01,
    ),
}


def runner_for(recording: Recording, until: int, *, threads: int = 1, **options) -> Runner:
    """A runner that goes on from wherever the recording stands."""
    checkpoint = recording.checkpoint
    experiment = recording.experiment_at(checkpoint.step if checkpoint else 0)
    trainer = Trainer(experiment, checkpoint=checkpoint, threads=threads)
    keyframes = KeyframePolicy(recording.last_keyframe, recording.keyframe_count)
    return Runner(trainer, [recording], until=until, keyframes=keyframes, **options)


def train(recording: Recording, until: int, **options) -> None:
    runner = runner_for(recording, until, **options)
    runner.run()
    assert runner.state is RunState.FINISHED, runner.message


def directed(recording: Recording, direct: Callable[[Runner], None], until: int = STEPS, **options) -> None:
    """Train on a thread while `direct` gives commands from this one, as the window does."""
    runner = runner_for(recording, until, **options)
    thread = threading.Thread(target=runner.run)
    thread.start()
    try:
        direct(runner)
        wait_for(lambda: runner.state is RunState.FINISHED)
    finally:
        runner.stop()
        thread.join()


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def advance_to(runner: Runner, step: int) -> None:
    runner.advance(step - runner.step)
    wait_for(lambda: runner.step == step)


def trace(path: Path) -> dict[str, Any]:
    """All that a run left, read without superviz."""
    with closing(sqlite3.connect(path)) as connection:
        return {
            "keyframes": connection.execute("SELECT step FROM snapshot ORDER BY step").fetchall(),
            "W": connection.execute("SELECT W, W_out, b FROM snapshot ORDER BY step").fetchall(),
            "rotations": connection.execute("SELECT rotation FROM snapshot ORDER BY step").fetchall(),
            "losses": _joined(connection, "means"),
            "test losses": _joined(connection, "test_means"),
            "edits": connection.execute("SELECT step, field, value FROM edit ORDER BY id").fetchall(),
            "checkpoint": connection.execute("SELECT * FROM checkpoint ORDER BY step DESC LIMIT 1").fetchall(),
        }


def _joined(connection: sqlite3.Connection, column: str) -> bytes:
    return b"".join(blob or b"" for (blob,) in connection.execute(f"SELECT {column} FROM loss ORDER BY first_bucket"))


def assert_same(path: Path, reference: dict[str, Any]) -> None:
    found = trace(path)
    for what, expected in reference.items():
        assert found[what] == expected, what


@pytest.fixture(scope="module", params=EXPERIMENTS)
def experiment(request) -> Experiment:
    return EXPERIMENTS[request.param]


@pytest.fixture(scope="module")
def reference(experiment, tmp_path_factory) -> dict[str, Any]:
    """What one go, flat out on one thread, leaves."""
    path = tmp_path_factory.mktemp("reference") / "run.superviz"
    recording = Recording.create(experiment, path)
    train(recording, STEPS)
    recording.close()
    return trace(path)


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "run.superviz"


def test_the_reference_is_worth_comparing_with(reference, experiment) -> None:
    keyframes = [step for (step,) in reference["keyframes"]]
    assert keyframes[0] == 0
    assert len(keyframes) > 30
    assert len(reference["losses"]) == 4 * experiment.n_instances * STEPS // 10
    assert len(reference["test losses"]) == (0 if experiment.training_set is None else len(reference["losses"]))
    rotations = [np.frombuffer(blob, "<f4") for (blob,) in reference["rotations"]]
    turned = np.abs(rotations[-1] - rotations[0]).max()
    assert turned == 0 if experiment.has_privileged_basis else turned > 0.01, "the gauge has moved"


@pytest.mark.parametrize("threads", [2, 3])
def test_the_number_of_threads_changes_nothing(experiment, reference, path, threads) -> None:
    recording = Recording.create(experiment, path)
    train(recording, STEPS, threads=threads)
    recording.close()
    assert_same(path, reference)


def test_pace_changes_nothing(experiment, reference, path) -> None:
    recording = Recording.create(experiment, path)
    train(recording, STEPS, pace=2_000.0)
    recording.close()
    assert_same(path, reference)


def test_chunks_pauses_and_changes_of_pace_change_nothing(experiment, reference, path) -> None:
    recording = Recording.create(experiment, path)

    def direct(runner: Runner) -> None:
        for step in (1, 2, 9, 10, 11, 137, 400):
            advance_to(runner, step)
        runner.set_pace(5_000.0)
        for _ in range(5):
            runner.resume()
            time.sleep(0.01)
            runner.pause()
        runner.set_pace(None)
        runner.resume()

    directed(recording, direct, paused=True, stay=True)
    recording.close()
    assert_same(path, reference)


@pytest.mark.parametrize("stops", [(750,), (3, 10, 444, 1_201)])
def test_saving_and_resuming_changes_nothing(experiment, reference, path, tmp_path, stops) -> None:
    recording = Recording.create(experiment, tmp_path / "0.superviz")
    for part, stop in enumerate(stops):
        train(recording, stop)
        recording.close()
        opened = Recording.open(tmp_path / f"{part}.superviz")
        recording = opened.continued(tmp_path / f"{part + 1}.superviz")
    train(recording, STEPS)
    recording.close()
    assert_same(tmp_path / f"{len(stops)}.superviz", reference)


def test_resuming_in_memory_and_saving_afterwards_changes_nothing(experiment, reference, path) -> None:
    first = Recording.create(experiment)
    train(first, 700, threads=2)
    second = first.continued()
    train(second, STEPS)
    second.save(path)
    assert_same(path, reference)
    first.close()
    second.close()


def test_what_a_killed_run_lost_is_made_again(experiment, reference, path, tmp_path) -> None:
    """Its file as it is in the middle of training, beyond the last checkpoint, goes on to the same end."""
    recording = Recording.create(experiment, tmp_path / "killed.superviz")

    def direct(runner: Runner) -> None:
        advance_to(runner, 600)
        runner.resume()
        wait_for(lambda: runner.step > 800)
        recording.save(tmp_path / "found.superviz")

    directed(recording, direct, paused=True, stay=True, pace=3_000.0)
    recording.close()
    found = Recording.open(tmp_path / "found.superviz")
    assert found.checkpoint is not None
    assert found.live_step > found.checkpoint.step == 600
    resumed = found.continued(path)
    train(resumed, STEPS)
    resumed.close()
    assert_same(path, reference)


def test_edits_are_replayed_across_a_resume(experiment, path, tmp_path) -> None:
    """Two edits, one of them where the run is also saved and resumed."""

    def edit_first(runner: Runner) -> None:
        advance_to(runner, 300)
        runner.edit("feature_probability", 0.5)
        advance_to(runner, 605)

    def edit_second(runner: Runner) -> None:
        runner.edit("learning_rate", 0.003)
        runner.resume()

    def edit_both(runner: Runner) -> None:
        edit_first(runner)
        edit_second(runner)

    whole = Recording.create(experiment, tmp_path / "whole.superviz")
    directed(whole, edit_both, paused=True, stay=True)
    whole.close()
    first = Recording.create(experiment, tmp_path / "first.superviz")
    directed(first, edit_first, until=605, paused=True, stay=True)
    first.close()
    second = Recording.open(tmp_path / "first.superviz").continued(path)
    assert second.experiment_at(605).feature_probability == 0.5
    directed(second, edit_second, paused=True, stay=True)
    second.close()
    reference = trace(tmp_path / "whole.superviz")
    assert [step for step, _, _ in reference["edits"]] == [300, 605]
    assert_same(path, reference)


def test_what_is_shown_does_not_depend_on_how_it_was_reached(experiment, reference, path) -> None:
    """Frames of a recording that was watched while it trained are those of its file."""
    recording = Recording.create(experiment, path)

    def watch(runner: Runner) -> None:
        while runner.state is not RunState.FINISHED:
            if recording.keyframe_count:
                recording.moment(runner.step, 1)

    directed(recording, watch, pace=5_000.0, stay=True)
    recording.close()
    opened = Recording.open(path)
    for position in np.linspace(0, STEPS, 37):
        watched, read = recording.moment(float(position), 1), opened.moment(float(position), 1)
        assert watched.W.tobytes() == read.W.tobytes()
        assert watched.trail.tobytes() == read.trail.tobytes()
    assert_same(path, reference)
