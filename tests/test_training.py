"""superviz.train: the one loop behind the Python surface and the command line."""

from __future__ import annotations

import _thread
import threading

import numpy as np
import pytest

import superviz
from superviz.core.errors import TrainingError
from superviz.core.experiment import Experiment
from superviz.training import Diverged

SMALL = Experiment(n_features=5, n_hidden=2, n_instances=2, batch_size=64, steps=400)


def test_it_trains_to_the_experiments_own_number_of_steps() -> None:
    told: list[tuple[int, int]] = []
    run = superviz.train(SMALL, progress=lambda done, total: told.append((done, total)))
    assert run.snapshots[-1].step == run.live_step == 400
    assert run.snapshots[-1].W.shape == (2, 2, 5)
    assert len(run.losses.steps) == 40
    assert told[-1] == (400, 400)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_going_on_makes_a_new_recording_and_leaves_the_old_one() -> None:
    first = superviz.train(SMALL, steps=150)
    second = superviz.train(first, steps=250)
    assert (first.live_step, second.live_step) == (150, 400)
    assert second.experiment == SMALL
    np.testing.assert_array_equal(second.snapshots[-1].W, superviz.train(SMALL).snapshots[-1].W)
    assert superviz.train(first).live_step == 400


@pytest.mark.parametrize("steps", [0, -5])
def test_no_steps_are_refused(steps: int) -> None:
    with pytest.raises(TrainingError, match="nothing to train: 0 of 400 steps are done"):
        superviz.train(SMALL, steps=steps)


@pytest.mark.parametrize("steps", [1.5, float("nan"), "5", True, [5]])
def test_steps_are_a_whole_number(steps) -> None:
    with pytest.raises(TrainingError, match="steps: give a whole number, not "):
        superviz.train(SMALL, steps=steps)
    assert superviz.train(SMALL, steps=np.int64(7)).live_step == 7  # pyright: ignore[reportArgumentType]


def test_there_is_a_last_step() -> None:
    with pytest.raises(TrainingError, match="a run goes to 1,000,000,000 at most"):
        superviz.train(SMALL, steps=10**30)


def test_a_finished_run_needs_a_number(small_run: superviz.Recording) -> None:
    with pytest.raises(TrainingError, match="nothing to train: 600 of 600 steps are done"):
        superviz.train(small_run)


def test_only_the_cpu() -> None:
    with pytest.raises(TrainingError, match="device 'cuda': this version trains on the CPU only"):
        superviz.train(SMALL, device="cuda")
    assert superviz.train(SMALL, steps=10, device="cpu").live_step == 10


def test_save_and_open(tmp_path) -> None:
    run = superviz.train(SMALL, steps=50)
    run.save(tmp_path / "run.superviz")
    again = superviz.open(tmp_path / "run.superviz")
    assert again.live_step == 50
    np.testing.assert_array_equal(again.snapshots[-1].W, run.snapshots[-1].W)


def test_paths_may_be_text(tmp_path) -> None:
    run = superviz.train(SMALL, steps=10)
    run.save(str(tmp_path / "run.superviz"))
    assert superviz.open(str(tmp_path / "run.superviz")).live_step == 10


def test_divergence_is_an_error_and_leaves_no_thread() -> None:
    wild = SMALL.changed(importance=1e6, learning_rate=10, weight_decay=10, steps=2000)
    with pytest.raises(Diverged, match="diverged at step"):
        superviz.train(wild)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("training")]


def test_ctrl_c_is_answered_at_a_step_boundary() -> None:
    def interrupt(done: int, total: int) -> None:
        if done > 1000:
            _thread.interrupt_main()

    with pytest.raises(KeyboardInterrupt):
        superviz.train(SMALL, steps=10**8, progress=interrupt)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("training")]


def test_an_exception_in_the_worker_reaches_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("deep inside")

    monkeypatch.setattr("superviz.engine.trainer.Trainer.trace", fail)
    with pytest.raises(ZeroDivisionError, match="deep inside"):
        superviz.train(SMALL)
