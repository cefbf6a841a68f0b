"""The runner: every way through its states, and that none of them changes what is recorded."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from superviz.core.experiment import Experiment
from superviz.core.snapshot import Snapshot
from superviz.engine import runner as runners
from superviz.engine.keyframes import KeyframePolicy
from superviz.engine.runner import CHECKPOINT_STEPS, Runner, RunState
from superviz.engine.trainer import Diverged, Trainer

if TYPE_CHECKING:
    from conftest import KeepingSink

EXPERIMENT = Experiment(n_features=5, n_hidden=2, n_instances=2, batch_size=64, steps=400)
UNSTABLE = EXPERIMENT.changed(learning_rate=10.0, weight_decay=10.0)


@contextmanager
def running(runner: Runner) -> Iterator[threading.Thread]:
    """The runner in a thread; stopped at the end, where nothing may be left of it."""
    before = set(threading.enumerate())
    thread = threading.Thread(target=runner.run)
    thread.start()
    try:
        yield thread
    finally:
        runner.stop()
        thread.join(10)
        assert not thread.is_alive()
        assert not set(threading.enumerate()) - before  # others' may end meanwhile


def until(condition: Callable[[], bool]) -> None:
    """Wait for it, some seconds at most."""
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.001)


def run(sink: KeepingSink, experiment: Experiment = EXPERIMENT, **options: Any) -> Runner:
    runner = Runner(Trainer(experiment), [sink], **options)
    runner.run()
    return runner


def test_a_run_from_start_to_finish(sink: KeepingSink) -> None:
    states: list[tuple[RunState, str]] = []
    runner = run(sink, on_state=lambda state, message: states.append((state, message)))
    assert [state for state, message in states if not message] == [
        RunState.COMPILING,
        RunState.RUNNING,
        RunState.FINISHED,
    ]
    assert runner.state is RunState.FINISHED
    assert runner.step == 400
    assert runner.error is None
    assert sink.keyframes[0].step == 0
    assert [checkpoint.step for checkpoint in sink.checkpoints] == [0, 400]
    assert np.concatenate(sink.losses).shape == (40, 2)
    assert sink.live[-1].step == 400
    assert sink.edits == []


def test_keyframes_are_ascending_and_on_the_trainers_way(sink: KeepingSink) -> None:
    run(sink)
    steps = [frame.step for frame in sink.keyframes]
    assert steps == sorted(set(steps))
    assert 250 in steps
    trainer = Trainer(EXPERIMENT)
    for frame in sink.keyframes:
        trainer.advance(frame.step - trainer.step)
        assert trainer.snapshot().W.tobytes() == frame.W.tobytes()
        assert trainer.snapshot().b.tobytes() == frame.b.tobytes()


def test_pace_pauses_and_steps_change_nothing_that_is_recorded(sink: KeepingSink, make_sink: type[KeepingSink]) -> None:
    run(sink)
    other = make_sink()
    runner = Runner(Trainer(EXPERIMENT, threads=2), [other], pace=1500.0, paused=True, stay=True)
    with running(runner):
        until(lambda: runner.state is RunState.PAUSED)
        runner.advance()
        until(lambda: runner.step == 1)
        runner.advance(6)
        until(lambda: runner.step == 7)
        runner.resume()
        until(lambda: runner.step > 60)
        runner.pause()
        until(lambda: runner.state is RunState.PAUSED)
        runner.set_pace(None)
        runner.resume()
        until(lambda: runner.state is RunState.FINISHED)
    assert other.record() == sink.record()
    assert other.checkpoints[-1].parameters.tobytes() == sink.checkpoints[-1].parameters.tobytes()


@pytest.mark.parametrize("stop_at", [1, 137, 399])
def test_stopping_and_resuming_change_nothing_that_is_recorded(
    sink: KeepingSink, make_sink: type[KeepingSink], stop_at: int
) -> None:
    run(sink)
    other = make_sink()
    run(other, until=stop_at)
    policy = KeyframePolicy(other.keyframes[-1], len(other.keyframes))
    resumed = Runner(Trainer(EXPERIMENT, checkpoint=other.checkpoints[-1]), [other], keyframes=policy)
    resumed.run()
    assert other.record() == sink.record()
    assert [checkpoint.step for checkpoint in other.checkpoints] == [0, stop_at, 400]


def test_pause_rests_with_a_checkpoint_and_the_weights_shown(sink: KeepingSink) -> None:
    runner = Runner(Trainer(EXPERIMENT.changed(steps=10**9)), [sink], stay=True)
    with running(runner):
        until(lambda: runner.step > 100)
        runner.pause()
        until(lambda: runner.state is RunState.PAUSED)
        step = runner.step
        assert sink.checkpoints[-1].step == step
        assert sink.live[-1].step == step
        assert runner.rate == 0
        time.sleep(0.05)
        assert runner.step == step


def test_advance_pauses_and_takes_so_many_steps(sink: KeepingSink) -> None:
    runner = Runner(Trainer(EXPERIMENT.changed(steps=10**9)), [sink], pace=50.0)
    with running(runner):
        until(lambda: runner.state is RunState.RUNNING and runner.step > 0)
        runner.advance(3)
        until(lambda: len(sink.checkpoints) == 3)  # at step 0, at the pause, and three steps on
        assert runner.state is RunState.PAUSED
        before = sink.checkpoints[2].step
        assert before == sink.checkpoints[1].step + 3
        runner.advance(500)
        until(lambda: runner.step == before + 500)
        until(lambda: sink.live[-1].step == before + 500)
        assert runner.state is RunState.PAUSED


def test_advances_add_up_and_a_pause_calls_them_off(sink: KeepingSink) -> None:
    runner = Runner(Trainer(EXPERIMENT.changed(steps=10**9)), [sink], paused=True)
    for _ in range(3):
        runner.advance(2)
    with running(runner):
        until(lambda: runner.step == 6)
        runner.advance(10**8)
        until(lambda: runner.step > 6)
        runner.pause()
        runner.advance(1)
        until(lambda: sink.checkpoints[-1].step == runner.step > 6)
        assert runner.step < 10**8


def test_advance_goes_no_further_than_the_horizon(sink: KeepingSink) -> None:
    runner = Runner(Trainer(EXPERIMENT), [sink], paused=True)
    with running(runner) as thread:
        runner.advance(1000)
        thread.join(10)
        assert runner.state is RunState.FINISHED
    assert runner.step == 400


def test_a_pace_is_kept(sink: KeepingSink) -> None:
    runner = Runner(Trainer(EXPERIMENT), [sink], pace=800.0)
    Trainer(EXPERIMENT).prepare()
    start = time.monotonic()
    runner.run()
    assert time.monotonic() - start > 0.45
    assert runner.pace == 800.0


def test_commands_before_run_are_obeyed(sink: KeepingSink) -> None:
    runner = Runner(Trainer(EXPERIMENT), [sink])
    runner.stop()
    assert runner.state is RunState.READY
    runner.run()
    assert runner.state is RunState.STOPPED
    assert runner.step == 0


def test_stop_leaves_a_checkpoint(sink: KeepingSink) -> None:
    runner = Runner(Trainer(EXPERIMENT.changed(steps=10**9)), [sink])
    with running(runner):
        until(lambda: runner.step > 50)
    assert runner.state is RunState.STOPPED
    assert sink.checkpoints[-1].step == runner.step == sink.live[-1].step


def test_checkpoints_come_on_a_stride(sink: KeepingSink) -> None:
    run(sink, EXPERIMENT.changed(steps=2 * CHECKPOINT_STEPS + 7))
    expected = [0, CHECKPOINT_STEPS, 2 * CHECKPOINT_STEPS, 2 * CHECKPOINT_STEPS + 7]
    assert [checkpoint.step for checkpoint in sink.checkpoints] == expected


def test_without_a_checkpoint_for_a_while_there_is_one_in_passing_that_changes_nothing(
    sink: KeepingSink, monkeypatch
) -> None:
    monkeypatch.setattr(runners, "_PASSING_SECONDS", 0.0)
    run(sink, pace=20_000.0)
    other = type(sink)()
    monkeypatch.setattr(runners, "_PASSING_SECONDS", 1000.0)
    run(other)
    assert len(sink.passing) > 2
    assert not other.passing
    assert sink.record() == other.record()
    assert [checkpoint.step for checkpoint in sink.checkpoints] == [checkpoint.step for checkpoint in other.checkpoints]
    middle = sink.passing[len(sink.passing) // 2]
    resumed = Trainer(EXPERIMENT, checkpoint=middle)
    resumed.advance(EXPERIMENT.steps - middle.step)
    assert resumed.checkpoint().parameters.tobytes() == other.checkpoints[-1].parameters.tobytes()


def test_edits_are_recorded_with_a_checkpoint_and_replay_exactly(sink: KeepingSink) -> None:
    runner = Runner(Trainer(EXPERIMENT), [sink], paused=True, stay=True)
    with running(runner):
        runner.advance(40)
        until(lambda: runner.step == 40)
        runner.edit("feature_probability", 0.5)
        runner.edit("feature_probability", 0.5)
        runner.resume()
        until(lambda: runner.state is RunState.FINISHED)
    assert [(edit.step, edit.field, edit.value) for edit in sink.edits] == [(40, "feature_probability", 0.5)]
    assert 40 in [checkpoint.step for checkpoint in sink.checkpoints]
    replay = Trainer(EXPERIMENT)
    replay.advance(40)
    replay.edit("feature_probability", 0.5)
    replay.advance(360)
    assert replay.snapshot().W.tobytes() == sink.live[-1].W.tobytes()


def test_an_edit_that_does_not_fit_is_told_and_training_goes_on(sink: KeepingSink) -> None:
    told: list[tuple[RunState, str]] = []
    runner = Runner(Trainer(EXPERIMENT), [sink], on_state=lambda state, message: told.append((state, message)))
    runner.edit("feature_probability", 7)
    runner.edit("n_features", 7)
    runner.run()
    lines = [message for state, message in told if state is RunState.RUNNING and message]
    assert len(lines) == 2
    assert "feature_probability" in lines[0]
    assert "n_features" in lines[1]
    assert runner.state is RunState.FINISHED
    assert sink.edits == []


def test_editing_steps_moves_the_horizon(sink: KeepingSink) -> None:
    runner = Runner(Trainer(EXPERIMENT), [sink], stay=True)
    with running(runner):
        until(lambda: runner.state is RunState.FINISHED)
        runner.edit("steps", 600)
        until(lambda: runner.state is RunState.FINISHED and runner.step == 600)
        runner.edit("steps", 100)
        runner.edit("steps", 700)
        until(lambda: runner.state is RunState.FINISHED and runner.step == 700)
    assert [edit.value for edit in sink.edits] == [600, 100, 700]


def test_until_goes_before_the_experiments_steps(sink: KeepingSink) -> None:
    assert run(sink, until=1000).step == 1000
    assert sink.checkpoints[-1].step == 1000


def test_finished_stays_for_commands_only_if_asked(sink: KeepingSink) -> None:
    runner = Runner(Trainer(EXPERIMENT), [sink], stay=True)
    with running(runner) as thread:
        until(lambda: runner.state is RunState.FINISHED)
        runner.pause()
        runner.resume()
        runner.advance(5)
        time.sleep(0.05)
        assert thread.is_alive()
        assert runner.state is RunState.FINISHED
        assert runner.step == 400
    assert runner.state is RunState.STOPPED


def test_a_finished_run_opened_again_is_finished(sink: KeepingSink) -> None:
    run(sink)
    policy = KeyframePolicy(sink.keyframes[-1], len(sink.keyframes))
    kept = sink.record()
    checkpoints = len(sink.checkpoints)
    again = Runner(Trainer(EXPERIMENT, checkpoint=sink.checkpoints[-1]), [sink], paused=True, keyframes=policy)
    again.run()
    assert again.state is RunState.FINISHED
    assert sink.record() == kept
    assert len(sink.checkpoints) == checkpoints


def test_divergence_pauses_at_the_last_finite_step(sink: KeepingSink) -> None:
    runner = Runner(Trainer(UNSTABLE), [sink])
    with running(runner):
        until(lambda: runner.state is RunState.PAUSED)
        assert "smaller than 10" in runner.message
        step = runner.step
        assert step > 0
        assert sink.checkpoints[-1].step == sink.live[-1].step == step
        assert np.all(np.isfinite(sink.live[-1].W))
        assert all(np.all(np.isfinite(frame.W)) for frame in sink.keyframes)
        runner.resume()
        until(lambda: runner.state is RunState.PAUSED)
        runner.advance(3)
        until(lambda: runner.state is RunState.PAUSED)
        assert runner.step == step
    assert isinstance(runner.error, Diverged)


def test_divergence_is_recorded_alike_at_any_pace(sink: KeepingSink, make_sink: type[KeepingSink]) -> None:
    other = make_sink()
    for each, pace in ((sink, None), (other, 300.0)):
        runner = Runner(Trainer(UNSTABLE), [each], pace=pace)
        with running(runner):
            until(lambda runner=runner: runner.state is RunState.PAUSED)
    assert [frame.W.tobytes() for frame in sink.keyframes] == [frame.W.tobytes() for frame in other.keyframes]
    assert sink.checkpoints[-1].parameters.tobytes() == other.checkpoints[-1].parameters.tobytes()


def test_an_exception_fails_the_run_and_is_told(sink: KeepingSink) -> None:
    def break_down(snapshot: Snapshot) -> None:
        if snapshot.step:
            raise OSError(28, "No space left on device")

    sink.on_live = break_down
    told: list[tuple[RunState, str]] = []
    runner = run(sink, on_state=lambda state, message: told.append((state, message)))
    assert runner.state is RunState.FAILED
    assert isinstance(runner.error, OSError)
    assert told[-1] == (RunState.FAILED, "OSError: [Errno 28] No space left on device")
    assert runner.message == told[-1][1]


def test_what_the_trainer_prepares_is_told_before_it_happens(
    sink: KeepingSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[RunState, str, bool]] = []
    prepared: list[bool] = []
    monkeypatch.setattr(Trainer, "preparation", lambda self: "warming up")
    monkeypatch.setattr(Trainer, "prepare", lambda self: prepared.append(True))
    run(sink, on_state=lambda state, message: told.append((state, message, bool(prepared))), until=1)
    assert told[:3] == [
        (RunState.COMPILING, "", False),
        (RunState.COMPILING, "warming up", False),
        (RunState.RUNNING, "", True),
    ]


def test_several_sinks_share_what_is_immutable(sink: KeepingSink, make_sink: type[KeepingSink]) -> None:
    other = make_sink()
    Runner(Trainer(EXPERIMENT), [sink, other]).run()
    assert sink.record() == other.record()
    assert sink.keyframes[3] is other.keyframes[3]
    with pytest.raises(ValueError, match="read-only"):
        sink.live[-1].W[:] = 0


def test_live_weights_come_at_the_rate_of_a_screen(sink: KeepingSink) -> None:
    runner = Runner(Trainer(EXPERIMENT.changed(steps=10**9)), [sink])
    with running(runner):
        until(lambda: runner.state is RunState.RUNNING)
        before, start = len(sink.live), time.monotonic()
        time.sleep(0.5)
        seconds = time.monotonic() - start
        frames = len(sink.live) - before
        assert runner.rate > 0
    assert 2 < frames <= seconds * 100 + 2
    assert sink.threads != {threading.get_ident()}


def test_sleeping_costs_no_time(sink: KeepingSink) -> None:
    """Paused or slow it waits on the commands: no loop burns a core."""
    runner = Runner(Trainer(EXPERIMENT), [sink], pace=20.0)
    with running(runner):
        until(lambda: runner.state is RunState.RUNNING)
        start = time.process_time()
        time.sleep(0.3)
        assert time.process_time() - start < 0.15
