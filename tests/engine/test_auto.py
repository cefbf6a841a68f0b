"""Choosing a backend: as asked for, and by what was measured; the GPU is a TorchTrainer on torch's CPU."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch

from superviz.core.errors import TrainingError
from superviz.core.experiment import Experiment
from superviz.engine import auto, devices
from superviz.engine.auto import AutoTrainer, make_trainer
from superviz.engine.backend import Backend
from superviz.engine.devices import Gpu, TorchBuild
from superviz.engine.runner import Runner, RunState
from superviz.engine.torch_trainer import OutOfMemory, TorchTrainer
from superviz.engine.trainer import Trainer

SMALL = Experiment(n_features=5, n_hidden=2, n_instances=2, batch_size=32, steps=100)
LARGE = SMALL.changed(n_features=60, n_hidden=8, batch_size=1024)


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """A machine with a GPU, which is torch's CPU really; quick trials."""
    monkeypatch.setattr(devices, "find_gpu", lambda: Gpu("GPU of the test", 2**33))
    monkeypatch.setattr(devices, "find_torch", lambda: TorchBuild("2.13.0", "12.8"))
    monkeypatch.setattr(auto, "_TRIAL_SECONDS", 0.003)
    monkeypatch.setattr(auto, "TorchTrainer", partial(TorchTrainer, device="cpu"))
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield monkeypatch
    torch.set_num_threads(before)


def _measured(monkeypatch: pytest.MonkeyPatch, *, gpu: float, cpu: float) -> None:
    monkeypatch.setattr(auto, "_step_seconds", lambda trainer: gpu if isinstance(trainer, TorchTrainer) else cpu)


def test_the_cpu_when_asked_for_or_without_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    assert type(make_trainer(LARGE, "cpu")) is Trainer
    monkeypatch.setattr(devices, "find_gpu", lambda: None)
    assert type(make_trainer(LARGE, "auto")) is Trainer
    with pytest.raises(TrainingError, match=r"^device 'cuda': no NVIDIA GPU was found"):
        make_trainer(LARGE, "cuda")
    with pytest.raises(TrainingError, match=r"^device 'tpu': give auto, cpu or cuda$"):
        make_trainer(LARGE, "tpu")  # pyright: ignore[reportArgumentType]


def test_the_cpu_where_it_plainly_wins(gpu: pytest.MonkeyPatch) -> None:
    assert type(make_trainer(SMALL)) is Trainer
    assert type(make_trainer(LARGE, "cpu")) is Trainer
    assert isinstance(make_trainer(LARGE), AutoTrainer)
    assert isinstance(make_trainer(LARGE, "cuda"), TorchTrainer)
    # Two instances on two threads take as long as one.
    middling = SMALL.changed(n_features=25, batch_size=4000)
    assert isinstance(make_trainer(middling, threads=1), AutoTrainer)
    assert type(make_trainer(middling, threads=2)) is Trainer
    # What counts is what a step takes, whatever the batch would be.
    assert isinstance(make_trainer(LARGE.changed(training_set=2000, batch_size=1)), AutoTrainer)
    assert type(make_trainer(LARGE.changed(training_set=5))) is Trainer


@pytest.mark.parametrize(("seconds", "backend"), [((1e-3, 2e-3), "torch on cpu"), ((2e-3, 1e-3), "numba")])
def test_what_was_measured_faster_is_taken(gpu: pytest.MonkeyPatch, seconds: tuple[float, float], backend: str) -> None:
    _measured(gpu, gpu=seconds[0], cpu=seconds[1])
    trainer = make_trainer(LARGE)
    assert trainer.preparation().startswith("timing the CPU and the GPU")
    trainer.prepare()
    assert trainer.preparation() == ""
    assert trainer.backend == backend
    trainer.close()


def test_measuring_leaves_the_run_as_it_was(gpu: pytest.MonkeyPatch) -> None:
    begun = Trainer(LARGE)
    begun.advance(12)
    begun.edit("learning_rate", 0.01)
    trainer: Backend = make_trainer(begun.experiment, checkpoint=begun.checkpoint())
    before = trainer.checkpoint()
    trainer.prepare()
    after = trainer.checkpoint()
    assert trainer.step == after.step == 12
    for name in ("parameters", "mean", "square", "loss_sum"):
        np.testing.assert_array_equal(getattr(after, name), getattr(before, name))
    trainer.advance(5)
    begun.advance(5)
    np.testing.assert_allclose(trainer.snapshot().W, begun.snapshot().W, atol=1e-5)
    trainer.close()


def test_a_gpu_that_fails_is_not_taken(gpu: pytest.MonkeyPatch) -> None:
    for fault in (OutOfMemory(LARGE), RuntimeError("CUDA error: no kernel image is available")):

        def fail(*_: object, fault: Exception = fault) -> None:
            raise fault

        gpu.setattr(TorchTrainer, "prepare", fail)
        trainer = make_trainer(LARGE)
        trainer.prepare()
        assert trainer.backend == "numba"


def test_what_diverges_at_once_is_left_to_the_cpu(gpu: pytest.MonkeyPatch) -> None:
    start = Trainer(LARGE).checkpoint()
    trainer = make_trainer(LARGE, checkpoint=replace(start, parameters=start.parameters * 1e30))
    trainer.prepare()
    assert trainer.backend == "numba"


def test_commands_and_edits_reach_whatever_was_taken(gpu: pytest.MonkeyPatch) -> None:
    _measured(gpu, gpu=1, cpu=2)
    trainer = make_trainer(LARGE)
    trainer.edit("learning_rate", 0.02)
    trainer.interrupt()
    trainer.prepare()
    assert trainer.backend == "torch on cpu"
    assert trainer.experiment.learning_rate == 0.02
    assert len(trainer.trace(60, np.array([3]), chunk=4).losses) == 0
    assert trainer.step == 4
    trainer.uninterrupt()
    assert len(trainer.advance(20)) == 2
    assert trainer.edit("l1_penalty", 0.1).step == 24
    assert trainer.snapshot().step == trainer.checkpoint().step == 24


def test_a_runner_drives_it_and_no_thread_is_left(gpu: pytest.MonkeyPatch, sink) -> None:
    before = set(threading.enumerate())
    trainer = make_trainer(LARGE, threads=2)
    assert isinstance(trainer, AutoTrainer)
    runner = Runner(trainer, [sink], until=40)
    runner.run()
    assert runner.state is RunState.FINISHED
    assert sink.checkpoints[-1].step == 40
    assert not set(threading.enumerate()) - before  # others' may end meanwhile
