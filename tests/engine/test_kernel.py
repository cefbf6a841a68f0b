"""The kernel against torch: gradients by float64 autograd and AdamW by torch.optim, on the kernel's own samples."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from superviz.core.experiment import Experiment, ModelKind
from superviz.core.snapshot import Checkpoint
from superviz.engine import kernel
from superviz.engine.sampling import sample
from superviz.engine.starting_weights import starting_weights
from superviz.engine.trainer import Trainer

SIZES = [
    {"n_features": 5, "n_hidden": 2},
    {"n_features": 20, "n_hidden": 5, "batch_size": 1000},
    {"n_features": 7, "n_hidden": 3, "batch_size": 77},
    {"n_features": 13, "n_hidden": 9, "batch_size": 513},
    {"n_features": 3, "n_hidden": 6},
    {"n_features": 1, "n_hidden": 1, "batch_size": 1, "feature_probability": 1.0},
]


def oracle_loss(experiment: Experiment, instance: int, step: int, W: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """The loss of one batch in float64, by the definition in TMS and no more cleverly than that."""
    x = torch.from_numpy(sample(experiment, instance, step).T.astype(np.float64))
    importance = torch.from_numpy(experiment.importance_array()[instance].astype(np.float64))
    output = x @ W.T @ W + b
    if experiment.model == "relu_output":
        output = torch.relu(output)
    return (importance * (x - output) ** 2).mean()


def tensor(array: NDArray[np.float32]) -> torch.Tensor:
    return torch.tensor(array.astype(np.float64), requires_grad=True)


def standing_at(experiment: Experiment, W: NDArray[np.float32], b: NDArray[np.float32], step: int = 0) -> Checkpoint:
    """A checkpoint with those weights and moments of 0."""
    no_W, no_b = np.zeros_like(W), np.zeros_like(b)
    return Checkpoint(step, W, b, no_W, no_b, no_W, no_b, np.zeros(experiment.n_instances))


@pytest.mark.parametrize("model", ["linear", "relu_output"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: "-".join(map(str, size.values())))
def test_gradient_and_loss(model: ModelKind, size: dict[str, Any]) -> None:
    settings: dict[str, Any] = {"n_instances": 2, "importance": 0.8, "feature_probability": [0.3, 1.0], **size}
    if isinstance(settings["feature_probability"], float):
        settings["feature_probability"] = [settings["feature_probability"]] * 2
    experiment = Experiment(model=model, **settings)
    generator = np.random.default_rng(1)
    W = generator.normal(size=(2, experiment.n_hidden, experiment.n_features)).astype(np.float32)
    b = generator.normal(0.1, 0.3, size=(2, experiment.n_features)).astype(np.float32)
    trainer = Trainer(experiment, checkpoint=standing_at(experiment, W, b, step=40))
    trainer.advance(1)
    after = trainer.checkpoint()
    for instance in range(2):
        weights, bias = tensor(W[instance]), tensor(b[instance])
        loss = oracle_loss(experiment, instance, 40, weights, bias)
        loss.backward()
        assert after.loss_sum[instance] == pytest.approx(loss.item(), rel=1e-5)
        # From moments of 0 the new mean is a tenth of the gradient.
        for mean, leaf in ((after.mean_W[instance], weights), (after.mean_b[instance], bias)):
            gradient = leaf.grad
            assert gradient is not None
            error = np.abs(mean.astype(np.float64) * 10 - gradient.numpy()).max()
            assert error < 1e-5 * max(float(gradient.abs().max()), 1e-12)


@pytest.mark.parametrize(("steps", "tolerance"), [(1, 1e-7), (50, 2e-6)])
@pytest.mark.parametrize("weight_decay", [0.0, 0.01, 1.0])
@pytest.mark.parametrize("model", ["linear", "relu_output"])
def test_adamw_is_torchs(model: ModelKind, weight_decay: float, steps: int, tolerance: float) -> None:
    experiment = Experiment(
        n_features=5, n_hidden=2, model=model, feature_probability=0.2, importance=0.9, weight_decay=weight_decay
    )
    W, b = tensor(starting_weights(experiment)[0]), tensor(np.zeros(5, dtype=np.float32))
    optimiser = torch.optim.AdamW([W, b], lr=experiment.learning_rate, weight_decay=weight_decay)
    for step in range(steps):
        optimiser.zero_grad()
        oracle_loss(experiment, 0, step, W, b).backward()
        optimiser.step()
    trainer = Trainer(experiment)
    trainer.advance(steps)
    ours = trainer.snapshot()
    assert np.abs(ours.W[0] - W.detach().numpy()).max() < tolerance
    assert np.abs(ours.b[0] - b.detach().numpy()).max() < tolerance


def test_the_kernel_trains_on_what_sample_says() -> None:
    """At W = 0 the loss is the mean of x^2, so the loss alone tells whether the samples are the very same."""
    experiment = Experiment(n_features=6, n_hidden=2, n_instances=3, feature_probability=0.1, batch_size=1500)
    W, b = np.zeros((3, 2, 6), dtype=np.float32), np.zeros((3, 6), dtype=np.float32)
    for step in (0, 12_345):
        trainer = Trainer(experiment, checkpoint=standing_at(experiment, W, b, step))
        trainer.advance(1)
        for instance, loss in enumerate(trainer.checkpoint().loss_sum):
            x = sample(experiment, instance, step).astype(np.float64)
            assert loss == pytest.approx((x**2).mean(), rel=1e-6)


def test_long_batches_are_drawn_in_lanes_without_a_seam() -> None:
    """A batch of 10,000 takes many lanes; its gradient is that of the whole."""
    experiment = Experiment(n_features=5, n_hidden=2, batch_size=10_000, feature_probability=0.5)
    W = starting_weights(experiment)
    b = np.full((1, 5), 0.1, dtype=np.float32)
    trainer = Trainer(experiment, checkpoint=standing_at(experiment, W, b))
    trainer.advance(1)
    leaf = tensor(W[0])
    oracle_loss(experiment, 0, 0, leaf, tensor(b[0])).backward()
    assert leaf.grad is not None
    assert trainer.checkpoint().mean_W[0] * 10 == pytest.approx(leaf.grad.numpy(), rel=1e-4, abs=1e-7)


def test_once_compiled_it_is_cached_and_compiles_for_nothing_else() -> None:
    kernel.compile_kernel()
    assert kernel.kernel_is_cached()
    assert len(kernel.train.signatures) == 1
    Trainer(Experiment(n_features=9, n_hidden=4, n_instances=3, batch_size=31)).advance(2)
    assert len(kernel.train.signatures) == 1
    with pytest.raises(TypeError):
        kernel.train(0, 1)


def test_without_a_place_for_the_cache_it_still_works() -> None:
    code = "import sys; from superviz.engine import kernel; sys.exit(kernel.kernel_is_cached() or kernel.train is None)"
    environment = {**os.environ, "NUMBA_CACHE_LOCATOR_CLASSES": "ZipCacheLocator"}
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0
