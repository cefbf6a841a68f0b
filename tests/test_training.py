"""superviz.train: the one loop behind the Python surface and the command line."""

from __future__ import annotations

import _thread
import threading
from collections.abc import Iterator

import numpy as np
import pytest
import torch

import superviz
from superviz.core.errors import TrainingError
from superviz.core.experiment import Experiment
from superviz.engine import devices
from superviz.engine.race import race
from superviz.engine.torch_trainer import OutOfMemory, TorchTrainer
from superviz.engine.trainer import Diverged, Trainer
from superviz.training import choose_seeds, goal_from, steps_of_race, train_until

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


def test_a_device_that_is_not_there_is_refused_before_anything_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "find_gpu", lambda: None)
    for source in (SMALL, SMALL.changed(best_of=1000)):
        with pytest.raises(TrainingError, match="device 'cuda': no NVIDIA GPU was found"):
            superviz.train(source, device="cuda")
    assert superviz.train(SMALL, steps=10, device="cpu").backend == "numba"


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """A GPU, which is torch's CPU really, on one thread: small work is slower on several."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    monkeypatch.setattr("superviz.training.require_device", lambda device: None)
    monkeypatch.setattr(
        "superviz.training.make_trainer",
        lambda experiment, device, checkpoint, threads: (
            TorchTrainer(experiment, checkpoint=checkpoint, device="cpu")
            if device == "cuda"
            else Trainer(experiment, checkpoint=checkpoint)
        ),
    )
    yield monkeypatch
    torch.set_num_threads(before)


@pytest.mark.usefixtures("gpu")
def test_the_recording_says_what_trained_it(tmp_path) -> None:
    run = superviz.train(SMALL, steps=60, device="cuda")
    assert run.backend == "torch on cpu"
    run.save(tmp_path / "run.superviz")
    assert superviz.open(tmp_path / "run.superviz").backend == "torch on cpu"
    went_on = superviz.train(run, steps=60, device="cpu")
    assert (went_on.backend, went_on.live_step) == ("numba", 120)
    np.testing.assert_allclose(went_on.snapshots[-1].W, superviz.train(SMALL, steps=120).snapshots[-1].W, atol=1e-5)


def test_out_of_memory_is_an_error_and_keeps_the_run(gpu: pytest.MonkeyPatch) -> None:
    run = superviz.train(SMALL, steps=50).continued()

    def fail(*_: object) -> None:
        raise RuntimeError("CUDA error: out of memory")

    gpu.setattr("superviz.engine.torch_steps.Steps.take", fail)
    with pytest.raises(OutOfMemory, match="try a batch size of 32, or the CPU"):
        train_until(run, 100, device="cuda")
    train_until(run, 100, device="cpu")
    assert run.snapshots[-1].W.tobytes() == superviz.train(SMALL, steps=100).snapshots[-1].W.tobytes()


def test_the_best_of_several_is_recorded_and_the_others_are_told() -> None:
    several = SMALL.changed(best_of=3, steps=200, seed=[5, 9])
    told: list[tuple[int, int]] = []
    run = superviz.train(several, progress=lambda done, total: told.append((done, total)))
    raced = race(several)
    assert run.experiment == raced.experiment
    assert run.experiment.best_of == 1
    assert run.candidates == raced.candidates
    assert [[candidate.seed for candidate in tried] for tried in run.candidates] == [[5, 6, 7], [9, 10, 11]]
    np.testing.assert_array_equal(run.snapshots[-1].W, superviz.train(raced.experiment).snapshots[-1].W)
    assert steps_of_race(several) == 600
    assert told[-1] == (800, 800)
    assert {total for _, total in told} == {800}
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    went_on = superviz.train(run, steps=10)
    assert (went_on.live_step, went_on.candidates) == (210, run.candidates)


def test_one_seed_needs_no_race() -> None:
    assert steps_of_race(SMALL) == 0
    assert choose_seeds(SMALL, 100).experiment is SMALL


def test_ctrl_c_calls_the_race_off() -> None:
    def interrupt(done: int, total: int) -> None:
        if done > 1000:
            _thread.interrupt_main()

    with pytest.raises(KeyboardInterrupt):
        superviz.train(SMALL.changed(best_of=4, steps=10**8), progress=interrupt)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith(("training", "race"))]


def test_all_seeds_diverging_is_an_error() -> None:
    wild = SMALL.changed(learning_rate=10, weight_decay=10, best_of=2)
    with pytest.raises(TrainingError, match="instance 0: all 2 seeds diverged"):
        superviz.train(wild)


@pytest.mark.parametrize("schedule", ["linear", "cosine"])
def test_beyond_a_schedule_nothing_is_learned(schedule: str) -> None:
    scheduled = SMALL.changed(schedule=schedule, steps=60)
    begun = superviz.train(scheduled, steps=50)
    line = f"^schedule: the {schedule} one brings the learning rate to 0 at step 60; "
    with pytest.raises(TrainingError, match=f"{line}give at most 10 further steps, or begin anew with more steps or a"):
        superviz.train(begun, steps=11)
    done = superviz.train(begun, steps=10)
    for steps in (None, 1):
        with pytest.raises(TrainingError, match=f"{line}nothing is left to train: begin anew with more steps or a "):
            superviz.train(done, steps=steps)
    with pytest.raises(TrainingError, match=f"{line}give at most 60 further steps, or"):
        superviz.train(scheduled, steps=61)
    with pytest.raises(TrainingError, match="nothing to train: 50 of 60 steps are done"):
        goal_from(50, scheduled, 0)
    assert superviz.train(superviz.train(SMALL, steps=400), steps=5).live_step == 405


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


@pytest.mark.parametrize("source", ["pentagon", None, 5])
def test_what_is_nothing_to_train_is_refused(source: object) -> None:
    with pytest.raises(TrainingError, match=r"^source: give an Experiment or a Recording, not .*load_recipe"):
        superviz.train(source)  # pyright: ignore[reportArgumentType]
