"""The kernel against torch: gradients by float64 autograd, on the kernel's own samples."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from superviz.core.experiment import Experiment
from superviz.core.kinds import DISTRIBUTIONS, MODEL_KINDS
from superviz.core.parameters import Parameters
from superviz.core.snapshot import Checkpoint
from superviz.engine import kernel
from superviz.engine.random_numbers import Stream, instance_keys, random_bits, step_key
from superviz.engine.sampling import draw, plan, sample
from superviz.engine.tables import table
from superviz.engine.trainer import Trainer

SIZES = [
    {"n_features": 5, "n_hidden": 2},
    {"n_features": 20, "n_hidden": 5, "batch_size": 1000},
    {"n_features": 7, "n_hidden": 3, "batch_size": 77},
    {"n_features": 13, "n_hidden": 9, "batch_size": 513},
    {"n_features": 3, "n_hidden": 6},
    {"n_features": 1, "n_hidden": 1, "batch_size": 1},
]
DATA: dict[str, dict[str, Any]] = {
    "signed": {"signed": True},
    "correlated": {"distribution": "correlated", "correlation": 0.4},
    "anticorrelated": {"distribution": "anticorrelated"},
    "exclusive sets": {"distribution": "anticorrelated", "probability_of": "set", "feature_sets": [[0, 4, 2], [1, 3]]},
    "one-hot": {"distribution": "one_hot"},
    "hierarchical": {"distribution": "hierarchical", "parents": [3, -1, 0, 1, -1, 0, 2]},
    "signed hierarchy": {"distribution": "hierarchical", "signed": True},
    "training set": {"training_set": 37, "distribution": "correlated"},
    "unit norm": {"training_set": 300, "unit_norm": True, "signed": True},
    "noise-free": {"noise_free": True},
    "noise-free one-hot": {"noise_free": True, "distribution": "one_hot", "signed": True},
}
LOSSES: list[dict[str, Any]] = [
    {"loss_over_features": "mean"},
    {"loss_over_features": "sum", "l1_penalty": 0.3},
    {"bias": False, "l1_penalty": 0.01},
]


def check_gradient(experiment: Experiment, start: Checkpoint, oracle: Any) -> None:
    """One step of plain gradient descent leaves the gradient itself as its momentum."""
    trainer = Trainer(experiment.changed(optimiser="sgd", momentum=0, weight_decay=0), checkpoint=start)
    trainer.advance(1)
    after = trainer.checkpoint()
    for instance in range(experiment.n_instances):
        truth = oracle(experiment, instance, start.parameters[instance])
        gradient = truth.gradient(start.step)
        assert after.loss_sum[instance] == pytest.approx(truth.loss(start.step).item(), rel=1e-5)
        error = np.abs(after.mean[instance].astype(np.float64) - gradient).max()
        assert error < 1e-5 * max(np.abs(gradient).max(), 1e-12)


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: "-".join(map(str, loss.values())))
@pytest.mark.parametrize("size", SIZES, ids=lambda size: "-".join(map(str, size.values())))
@pytest.mark.parametrize("model", MODEL_KINDS)
def test_gradient_and_loss(
    model: str, size: dict[str, Any], loss: dict[str, Any], standing: Callable[..., Checkpoint], oracle: Any
) -> None:
    settings: dict[str, Any] = {"n_instances": 2, "importance": 0.8, "feature_probability": [0.3, 1.0], **size, **loss}
    experiment = Experiment(model=model, **settings)  # pyright: ignore[reportArgumentType]
    check_gradient(experiment, standing(experiment, step=40), oracle)


@pytest.mark.parametrize("model", MODEL_KINDS)
@pytest.mark.parametrize("data", DATA.values(), ids=DATA)
def test_gradient_on_all_data(
    model: str, data: dict[str, Any], standing: Callable[..., Checkpoint], oracle: Any
) -> None:
    experiment = Experiment(
        n_features=7,
        n_hidden=3,
        n_instances=2,
        model=model,  # pyright: ignore[reportArgumentType]
        importance=0.8,
        feature_probability=[0.3, 0.1],
        batch_size=700,
        l1_penalty=0.02,
        **data,
    )
    check_gradient(experiment, standing(experiment, step=40), oracle)


def test_all_distributions_are_tested() -> None:
    assert {data.get("distribution", "independent") for data in DATA.values()} == set(DISTRIBUTIONS)


@pytest.mark.parametrize("data", DATA.values(), ids=DATA)
def test_the_kernel_trains_on_what_sample_says(data: dict[str, Any]) -> None:
    """At W = 0 the loss is the mean of x^2, so the loss alone tells whether the samples are the very same."""
    experiment = Experiment(n_features=7, n_hidden=2, n_instances=3, feature_probability=0.1, batch_size=1500, **data)
    nothing = np.zeros((3, Parameters.of(experiment).count), dtype=np.float32)
    fixed = table(experiment)
    for step in (0, 12_345):
        trainer = Trainer(experiment, checkpoint=Checkpoint(step, nothing, nothing, nothing, np.zeros(3)))
        trainer.advance(1)
        for instance, loss in enumerate(trainer.checkpoint().loss_sum):
            if fixed is None:
                expected = (sample(experiment, instance, step).astype(np.float64) ** 2).mean()
            else:
                x = fixed.x[min(instance, len(fixed.x) - 1)].astype(np.float64)
                expected = ((x**2).mean(0) * fixed.weight[instance]).sum()
            assert loss == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("unit_norm", [False, True])
def test_the_test_loss_is_on_fresh_samples_at_the_end_of_a_bucket(unit_norm: bool, oracle: Any) -> None:
    experiment = Experiment(
        n_features=6, n_hidden=2, n_instances=2, training_set=5, unit_norm=unit_norm, batch_size=700, l1_penalty=0.1
    )
    trainer = Trainer(experiment)
    trace = trainer.trace(25, np.array([10, 20]))
    assert trace.test_losses.shape == trace.losses.shape == (2, 2)
    scheme = plan(experiment)
    keys = instance_keys(experiment.seeds(), Stream.TEST)
    for bucket, step in enumerate((9, 19)):
        for instance in range(2):
            words = random_bits(step_key(keys[instance : instance + 1], step), scheme.n_words, experiment.batch_size)
            x = draw(scheme, words[None].astype(np.int64), instance=slice(instance, instance + 1))[0]
            if unit_norm:
                size = np.linalg.norm(x, axis=0)
                x = np.divide(x, size, out=np.zeros_like(x), where=size > 0)
            truth = oracle(experiment, instance, trace.parameters[bucket, instance])
            import torch

            samples = torch.from_numpy(x.T.astype(np.float64))
            expected = truth.loss_on(samples, torch.full((700,), 1 / 700, dtype=torch.float64))
            assert trace.test_losses[bucket, instance] == pytest.approx(expected.item(), rel=1e-5)


def test_long_batches_are_drawn_in_lanes_without_a_seam(standing: Callable[..., Checkpoint], oracle: Any) -> None:
    """A batch of 10,000 takes many lanes; its gradient is that of the whole."""
    experiment = Experiment(n_features=5, n_hidden=2, batch_size=10_000, feature_probability=0.5)
    check_gradient(experiment, standing(experiment), oracle)


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


def test_threads_that_come_at_once_compile_it_once() -> None:
    code = (
        "from concurrent.futures import ThreadPoolExecutor; from superviz.engine import kernel;"
        "pool = ThreadPoolExecutor(4); jobs = [pool.submit(kernel.compile_kernel) for _ in range(4)];"
        "[job.result() for job in jobs]; assert len(kernel.train.signatures) == 1"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_cache_knows_all_that_the_kernel_calls() -> None:
    """A change of any module of compiled code must make another kernel."""
    from pathlib import Path

    sources = [path.read_text(encoding="utf-8") for path in Path(kernel.__file__).parent.glob("*.py")]
    compiled = [text for text in sources if "@njit" in text and text != Path(kernel.__file__).read_text("utf-8")]
    assert len(compiled) >= 4
    assert all(text in kernel._SOURCES for text in compiled)
