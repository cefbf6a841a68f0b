"""On a real GPU: graphs, pinned copies, memory that runs out, speed. By hand: pytest -m gpu -s tests/engine."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from superviz.core.experiment import Experiment
from superviz.core.snapshot import Checkpoint
from superviz.engine import torch_run
from superviz.engine.auto import make_trainer
from superviz.engine.cuda_graphs import Direct, Graphs
from superviz.engine.devices import find_gpu, find_torch, why_no_cuda
from superviz.engine.torch_trainer import OutOfMemory, TorchTrainer
from superviz.engine.trainer import Diverged, Trainer

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")]

SMALL = Experiment(n_features=20, n_hidden=5, n_instances=4, batch_size=256, feature_probability=0.2, steps=500)
KINDS = [
    {},
    {"model": "linear", "distribution": "hierarchical", "schedule": "cosine", "warmup": 20},
    {"model": "relu_hidden", "distribution": "correlated", "optimiser": "adam", "l1_penalty": 0.001},
    {"model": "absolute_value", "distribution": "one_hot", "signed": True, "optimiser": "sgd", "learning_rate": 0.1},
    {"distribution": "anticorrelated", "training_set": 50, "unit_norm": True},
    {"n_features": 5, "n_hidden": 2, "noise_free": True},
]


@pytest.fixture(autouse=True)
def _bare() -> Iterator[None]:
    """Nothing is left on the GPU by the test before, nor by this one."""
    torch.cuda.empty_cache()
    before = torch.cuda.memory_allocated()
    yield
    torch.cuda.synchronize()
    assert torch.cuda.memory_allocated() <= before + 64 * 2**20  # cuBLAS keeps a workspace for each stream


def parts(checkpoint: Checkpoint) -> list[bytes]:
    return [getattr(checkpoint, name).tobytes() for name in ("parameters", "mean", "square", "loss_sum")]


def test_the_driver_and_torch_name_the_same_gpu() -> None:
    gpu, build = find_gpu(), find_torch()
    assert gpu is not None
    assert build is not None
    assert why_no_cuda() is None
    assert gpu.name == torch.cuda.get_device_name(0)
    assert abs(gpu.memory / torch.cuda.get_device_properties(0).total_memory - 1) < 0.1
    assert build.cuda == torch.version.cuda
    assert TorchTrainer(SMALL).backend == f"torch on {gpu.name}"


@pytest.mark.parametrize("changes", KINDS, ids=lambda changes: " ".join(changes) or "default")
def test_it_goes_the_kernels_way(changes: dict[str, object]) -> None:
    experiment, at = SMALL.changed(**changes), np.array([1, 10, 120])
    ours = TorchTrainer(experiment)
    noted, kernel = ours.trace(120, at), Trainer(experiment).trace(120, at)
    ours.close()
    np.testing.assert_allclose(noted.parameters, kernel.parameters, atol=1e-4 * np.abs(kernel.parameters).max())
    np.testing.assert_allclose(noted.losses, kernel.losses, rtol=1e-4)
    np.testing.assert_allclose(noted.test_losses, kernel.test_losses, rtol=1e-4)


@pytest.mark.parametrize("changes", KINDS, ids=lambda changes: " ".join(changes) or "default")
def test_graphs_are_what_they_captured(changes: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bytes with and without graphs, in one go, in pieces, across edits and a checkpoint."""
    experiment, told = SMALL.changed(**changes), list[list[bytes]]()
    for launch, chunk, resumed in ((Graphs, 137, False), (Direct, 137, False), (Graphs, 23, True)):
        monkeypatch.setattr(torch_run, "launcher", launch)
        ours = TorchTrainer(experiment)
        traces = [ours.trace(50, np.arange(1, 51), chunk)]
        if resumed:
            ours.close()
            ours = TorchTrainer(experiment, checkpoint=ours.checkpoint())
        for field, value in (("learning_rate", 0.01), ("feature_probability", 0.4), ("weight_decay", 0.1)):
            ours.edit(field, value)
        traces.append(ours.trace(87, np.arange(51, 138, 4), chunk))
        told.append([array.tobytes() for trace in traces for array in trace[:4]] + parts(ours.checkpoint()))
        ours.close()
    assert told[0] == told[1]
    assert told[0] == told[2]


def test_what_lands_in_pinned_memory_is_what_was_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Notes of one piece are copied while the next one trains: many short pieces, each filled to the brim."""
    experiment, at = SMALL.changed(n_features=300, n_hidden=50, batch_size=64), np.arange(1, 201)
    whole = TorchTrainer(experiment).trace(200, at)
    monkeypatch.setattr("superviz.engine.torch_steps._NOTES", 3)
    ours = TorchTrainer(experiment)
    pieces = ours.trace(200, at, chunk=7)
    run = ours._run
    assert run is not None
    assert all(landing.is_pinned() for landing in run._landing if len(landing))
    assert pieces.parameters.tobytes() == whole.parameters.tobytes()
    assert pieces.losses.tobytes() == whole.losses.tobytes()
    ours.close()


def test_what_the_process_chose_for_its_products_changes_nothing() -> None:
    experiment, chosen = SMALL.changed(n_features=256, n_hidden=64, batch_size=1024), []
    before = torch.backends.cuda.matmul.fp32_precision
    try:
        for precision in ("ieee", "tf32"):
            torch.backends.cuda.matmul.fp32_precision = precision
            ours = TorchTrainer(experiment)
            ours.advance(20)
            chosen.append(parts(ours.checkpoint()))
            ours.close()
            assert torch.backends.cuda.matmul.fp32_precision == precision
    finally:
        torch.backends.cuda.matmul.fp32_precision = before
    assert chosen[0] == chosen[1]


def test_divergence_leaves_the_last_finite_state() -> None:
    ours, kernel = (make(SMALL.changed(learning_rate=10, weight_decay=10)) for make in (TorchTrainer, Trainer))
    for each in (ours, kernel):
        with pytest.raises(Diverged):
            each.advance(1000)
    assert ours.step == kernel.step
    assert np.isfinite(ours.checkpoint().parameters).all()
    ours.close()


def test_several_trainers_share_the_gpu() -> None:
    """Graphs of one that are let go take nothing from another's."""
    experiment = SMALL.changed(n_features=100, n_hidden=20)
    first, second, alone = (TorchTrainer(experiment) for _ in range(3))
    first.advance(30)
    second.advance(30)
    second.close()
    torch.zeros(2**26, device="cuda").normal_()
    first.advance(70)
    alone.advance(100)
    assert parts(first.checkpoint()) == parts(alone.checkpoint())
    first.close()
    alone.close()


@pytest.mark.parametrize("left", [2**20, 48 * 2**20, 300 * 2**20], ids=lambda left: f"{left >> 20} MiB left")
def test_memory_that_runs_out_is_given_back_and_the_run_goes_on(left: int) -> None:
    experiment = SMALL.changed(n_features=400, n_hidden=30, n_instances=20, batch_size=1024)
    begun = TorchTrainer(experiment)
    begun.advance(20)
    begun.close()
    free, _ = torch.cuda.mem_get_info()
    ballast = torch.empty(free - left, dtype=torch.uint8, device="cuda")
    held = torch.cuda.memory_allocated()
    with pytest.raises(OutOfMemory, match="try a batch size of 512, or the CPU") as caught:
        begun.advance(10)
    assert caught.value.__context__ is None
    assert torch.cuda.memory_allocated() <= held + 64 * 2**20
    on_cpu = Trainer(experiment, checkpoint=begun.checkpoint())
    on_cpu.advance(10)
    del ballast
    torch.cuda.empty_cache()
    begun.advance(10)
    assert begun.step == 30
    np.testing.assert_allclose(begun.snapshot().W, on_cpu.snapshot().W, atol=1e-4)
    begun.close()


def test_how_fast_it_is() -> None:
    """Not a check: a table, and what auto takes. Each row's two are timed in turns, the best of three counted."""
    print(f"\n{find_gpu()}; torch {find_torch()}")
    print(f"{'size':<36}{'kernel, us':>12}{'GPU, us':>12}{'ratio':>8}  auto takes")
    for n, m, instances in (
        (5, 2, 1),
        (5, 2, 64),
        (80, 20, 1),
        (200, 20, 20),
        (400, 30, 100),
        (2, 1, 4096),
        (1000, 50, 64),
    ):
        experiment = Experiment(n_features=n, n_hidden=m, n_instances=instances)
        trainers = (Trainer(experiment), TorchTrainer(experiment))
        best = [min(_step_seconds(trainer) for _ in range(3)) for trainer in trainers]
        trainers[1].close()
        auto = make_trainer(experiment)
        auto.prepare()
        size = f"n={n} m={m}, {instances} instances"
        print(f"{size:<36}{best[0] * 1e6:>12,.1f}{best[1] * 1e6:>12,.1f}{best[0] / best[1]:>8.2f}  {auto.backend}")
        auto.close()


def _step_seconds(trainer: Trainer | TorchTrainer) -> float:
    trainer.prepare()
    steps = 1
    while True:
        begun = time.perf_counter()
        trainer.trace(steps, np.arange(trainer.step + 25, trainer.step + steps + 1, 25))
        took = time.perf_counter() - begun
        if took > 0.2:
            return took / steps
        steps *= 2
