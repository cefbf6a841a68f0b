"""The evaluation loss: against integrals by hand, and the same whoever asks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from superviz.core.experiment import Experiment
from superviz.core.kinds import ModelKind, Reduction
from superviz.core.snapshot import Array
from superviz.engine.evaluation import EVALUATION_SAMPLES, evaluation_loss
from superviz.engine.quadrature import expected_loss, quadrature_error
from superviz.engine.sampling import draw, evaluation_bits, plan


def weights_of(experiment: Experiment) -> tuple[Array, Array, Array]:
    generator = np.random.default_rng(0)
    shape = (experiment.n_instances, experiment.n_hidden, experiment.n_features)
    W, W_out = (generator.normal(size=shape).astype(np.float32) for _ in range(2))
    return W, generator.normal(size=shape[::2]).astype(np.float32), W_out


def dead(experiment: Experiment) -> tuple[Array, Array, Array]:
    """Weights of 0: what the model then loses is the mean of I_i x_i^2."""
    W = np.zeros((experiment.n_instances, experiment.n_hidden, experiment.n_features), dtype=np.float32)
    return W, W[:, 0], W


def test_a_dead_model_loses_the_second_moment() -> None:
    """With W = b = 0 the loss is the mean of I_i E[x_i^2] = I_i p / 3."""
    experiment = Experiment(n_features=4, n_hidden=2, n_instances=2, feature_probability=[1.0, 0.1], importance=0.5)
    importance = (1 + 0.5 + 0.25 + 0.125) / 4
    assert evaluation_loss(experiment, *dead(experiment)[:2]) == pytest.approx(
        [importance / 3, importance / 30], rel=0.02
    )


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize(
    "fields",
    [
        {"distribution": "correlated", "correlation": 0.5},
        {"distribution": "anticorrelated", "feature_sets": 3},
        {"distribution": "anticorrelated", "probability_of": "set"},
        {"distribution": "one_hot"},
        {"distribution": "hierarchical"},
    ],
)
def test_distributions(fields: dict[str, Any], signed: bool) -> None:
    """The same by each distribution, of samples and noise-free: 65,536 samples know it to 3 %."""
    experiment = Experiment(n_features=4, n_hidden=2, feature_probability=0.3, signed=signed, model="linear", **fields)
    expected = experiment.activity_array().mean() / 3
    W, b, _ = dead(experiment)
    assert evaluation_loss(experiment, W, b) == pytest.approx([expected], rel=0.03)
    assert evaluation_loss(experiment.changed(noise_free=True), W, b) == pytest.approx([expected], rel=1e-6)


def test_a_perfect_model_loses_nothing() -> None:
    experiment = Experiment(n_features=3, n_hidden=3, feature_probability=0.5)
    assert evaluation_loss(experiment, np.eye(3, dtype=np.float32)[None], np.zeros((1, 3), np.float32)) == [0]


def test_two_neurons_a_feature_find_absolute_values() -> None:
    """abs(x) = ReLU(x) + ReLU(-x): what the untied model is there for."""
    eye = np.eye(3, dtype=np.float32)
    W, W_out = np.concatenate([eye, -eye])[None], np.concatenate([eye, eye])[None]
    experiment = Experiment(n_features=3, n_hidden=6, model="absolute_value", signed=True, feature_probability=0.5)
    b = np.zeros((1, 3), np.float32)
    assert evaluation_loss(experiment, W, b, W_out) == [0]
    assert evaluation_loss(experiment, W, b, W) > 0.05


def test_a_constant_guess_in_the_linear_model() -> None:
    """With W = 0 and b = 1/2 at p = 1 the loss is x's variance, 1/12."""
    experiment = Experiment(n_features=3, n_hidden=1, model="linear", feature_probability=1.0)
    loss = evaluation_loss(experiment, np.zeros((1, 1, 3), np.float32), np.full((1, 3), 0.5, np.float32))
    assert loss == pytest.approx([1 / 12], rel=0.01)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("l1", [0.0, 0.3])
@pytest.mark.parametrize("model", ["linear", "relu_output", "relu_hidden", "absolute_value"])
def test_by_its_definition(model: ModelKind, l1: float, reduction: Reduction) -> None:
    """All of it at once, in float64: the same to float32's rounding."""
    experiment = Experiment(
        n_features=4, n_hidden=3, n_instances=2, model=model, importance=0.7, feature_probability=[0.9, 0.2],
        signed=True, loss_over_features=reduction, l1_penalty=l1,
    )  # fmt: skip
    scheme = plan(experiment)
    x = draw(scheme, evaluation_bits(scheme.n_words, 0, EVALUATION_SAMPLES)[None]).astype(np.float64)
    W, b, W_out = weights_of(experiment)
    h = W.astype(np.float64) @ x
    if experiment.has_privileged_basis:
        h = h.clip(0)
    unpack = (W if experiment.is_tied else W_out).astype(np.float64)
    y = unpack.swapaxes(1, 2) @ h + b[..., None]
    y = y if model == "linear" else y.clip(0)
    target = abs(x) if model == "absolute_value" else x
    squares = experiment.importance_array()[..., None] * (y - target) ** 2
    expected = (squares.mean(axis=1) if reduction == "mean" else squares.sum(axis=1)).mean(axis=1)
    expected += l1 * abs(h).sum(axis=1).mean(axis=1)
    assert evaluation_loss(experiment, W, b, None if experiment.is_tied else W_out) == pytest.approx(expected, rel=2e-6)


def test_instances_seeds_and_company_change_nothing() -> None:
    W, b, _ = weights_of(Experiment(n_features=5, n_hidden=2, n_instances=3))
    together = evaluation_loss(Experiment(n_features=5, n_hidden=2, n_instances=3), W, b)
    assert together.shape == (3,)
    assert together.dtype == np.float32
    for instance in range(3):
        alone = Experiment(n_features=5, n_hidden=2, seed=instance)
        part = slice(instance, instance + 1)
        assert evaluation_loss(alone, W[part], b[part]) == pytest.approx(together[part], rel=1e-6)
    same = np.repeat(W[:1], 3, axis=0)
    losses = evaluation_loss(Experiment(n_features=5, n_hidden=2, n_instances=3), same, np.repeat(b[:1], 3, axis=0))
    assert losses[0] == losses[1] == losses[2]


def test_the_loss_is_that_of_earlier_versions() -> None:
    """Sessions and reports of different versions can be compared: frozen before there was any other distribution."""
    experiment = Experiment(n_features=5, n_hidden=2, n_instances=2, importance=0.9, feature_probability=[0.05, 0.5])
    W, b, _ = weights_of(experiment)
    assert evaluation_loss(experiment, W, b) == pytest.approx([0.8306825160980225, 5.142238140106201], rel=1e-6)


def test_noise_free_training_has_the_expected_loss() -> None:
    experiment = Experiment(n_features=5, n_hidden=2, n_instances=2, feature_probability=[0.1, 0.5], noise_free=True)
    W, b, _ = weights_of(experiment)
    exact = evaluation_loss(experiment, W, b)
    assert np.array_equal(exact, expected_loss(experiment, W, b))
    assert exact == pytest.approx(evaluation_loss(experiment.changed(noise_free=False), W, b), rel=0.02)
    seen = expected_loss(experiment, W, b, fine=False)
    assert quadrature_error(experiment, W, b) == pytest.approx(abs(seen - exact))
    assert np.all(abs(seen / exact - 1) < 1e-3)


def test_a_training_set_is_judged_on_samples_it_does_not_have() -> None:
    fresh = Experiment(n_features=5, n_hidden=2, feature_probability=0.2)
    W, b, _ = weights_of(fresh)
    assert np.array_equal(evaluation_loss(fresh.changed(training_set=3), W, b), evaluation_loss(fresh, W, b))


def test_test_samples_are_of_unit_norm_where_the_training_set_is() -> None:
    """A dead model then loses 1 for each sample that isn't 0: 1 - (1 - p)^n in all."""
    experiment = Experiment(
        n_features=5, n_hidden=2, feature_probability=0.2, training_set=9, unit_norm=True, loss_over_features="sum"
    )
    deviation = np.sqrt(0.8**5 * (1 - 0.8**5) / EVALUATION_SAMPLES)
    assert evaluation_loss(experiment, *dead(experiment)[:2]) == pytest.approx([1 - 0.8**5], abs=5 * deviation)


@pytest.mark.parametrize("noise_free", [False, True])
def test_it_can_be_called_off_before_any_block(noise_free: bool) -> None:
    experiment = Experiment(n_features=8, n_hidden=2, n_instances=300, noise_free=noise_free)
    W, b, _ = weights_of(experiment)
    heeded: list[int] = []

    def heed() -> None:
        heeded.append(1)
        if len(heeded) == 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        evaluation_loss(experiment, W, b, heed=heed)


@pytest.mark.parametrize("model", ["linear", "relu_output", "relu_hidden"])
def test_a_diverged_model_has_no_loss(model: ModelKind) -> None:
    experiment = Experiment(n_features=5, n_hidden=2, n_instances=2, model=model, feature_probability=1.0)
    W, b, _ = weights_of(experiment)
    W[1] = np.nan
    losses = evaluation_loss(experiment, W, b)
    assert np.isfinite(losses[0])
    assert np.isnan(losses[1])


@pytest.mark.parametrize("noise_free", [False, True])
def test_weights_of_a_run_that_diverged_have_a_loss_that_is_not_finite(noise_free: bool) -> None:
    experiment = Experiment(n_features=5, n_hidden=2, model="linear", noise_free=noise_free)
    W, b = np.full((1, 2, 5), 1e25, dtype=np.float32), np.zeros((1, 5), dtype=np.float32)
    assert not np.isfinite(evaluation_loss(experiment, W, b)).any()
