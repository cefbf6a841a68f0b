"""The expected loss by quadrature: against closed forms, a brute-force grid, samples, and published levels."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from superviz.core.experiment import Experiment
from superviz.core.kinds import ModelKind
from superviz.core.snapshot import Array
from superviz.engine import quadrature
from superviz.engine.evaluation import evaluation_loss
from superviz.engine.quadrature import TRAINING_NODES, Rule, expected_loss, quadrature_error, rule, subset_probabilities
from superviz.engine.sampling import plan, sample
from superviz.engine.tables import table
from superviz.engine.toy_models import MODELS, loss

EVERY_KIND: list[dict[str, Any]] = [
    {"distribution": "independent", "n_features": 4},
    {"distribution": "correlated", "n_features": 5, "correlation": 0.4},
    {"distribution": "anticorrelated", "n_features": 5, "feature_sets": [[1, 4], [3, 0]]},
    {"distribution": "anticorrelated", "n_features": 4, "feature_sets": 3, "probability_of": "set"},
    {"distribution": "one_hot", "n_features": 6},
    {"distribution": "hierarchical", "n_features": 4, "parents": [2, -1, 1, 1]},
]
kinds = pytest.mark.parametrize("fields", EVERY_KIND, ids=lambda fields: fields["distribution"])


def experiment_of(**fields: Any) -> Experiment:
    return Experiment(**{"n_hidden": 2, "feature_probability": 0.2, "noise_free": True, **fields})


def weights_of(experiment: Experiment, seed: int = 0) -> tuple[Array, Array, Array | None]:
    """W, b and W_out as they may stand in the midst of training."""
    generator = np.random.default_rng(seed)
    shape = (experiment.n_instances, experiment.n_hidden, experiment.n_features)
    W = (0.7 * generator.normal(size=shape)).astype(np.float32)
    b = (0.2 * generator.normal(size=shape[::2])).astype(np.float32)
    W_out = (W + 0.3 * generator.normal(size=shape)).astype(np.float32)
    return W, b, None if experiment.is_tied else W_out


def polygon(corners: int, n_features: int, length: float, bias: float) -> tuple[Array, Array]:
    """A regular polygon and dead features."""
    angle = 2 * np.pi * np.arange(corners) / corners
    W, b = np.zeros((1, 2, n_features), dtype=np.float32), np.zeros((1, n_features), dtype=np.float32)
    W[0, :, :corners] = length * np.stack([np.cos(angle), np.sin(angle)])
    b[0, :corners] = bias
    return W, b


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.floats(0.01, 1), min_size=4, max_size=4), min_size=1, max_size=3))
def test_subsets_of_independent_features(p: list[list[float]]) -> None:
    experiment = experiment_of(n_features=4, n_instances=len(p), feature_probability=p)
    subsets, probability = subset_probabilities(plan(experiment))
    found = {tuple(subset): probability[:, index] for index, subset in enumerate(subsets.tolist())}
    for subset in product([False, True], repeat=4):
        expected = np.where(subset, p, 1 - np.array(p)).prod(axis=1)
        assert found.get(subset, np.zeros(len(p))) == pytest.approx(expected, abs=1e-6)


@kinds
def test_subsets_are_those_of_the_samples(fields: dict[str, Any]) -> None:
    """A million samples, five deviations: a set's probability of .05 that is wrong by .0011 is found."""
    experiment = experiment_of(**fields)
    subsets, probability = subset_probabilities(plan(experiment))
    assert probability.sum(axis=1) == pytest.approx([1])
    assert (probability @ subsets)[0] == pytest.approx(experiment.activity_array()[0], rel=1e-6)
    active = sample(experiment.changed(batch_size=1_000_000), 0, 0) > 0
    codes = 2 ** np.arange(experiment.n_features)
    counts = np.bincount(codes @ active, minlength=2**experiment.n_features)
    for subset, expected in zip(subsets, probability[0], strict=True):
        share = counts[codes @ subset] / 1e6
        assert abs(share - expected) <= 5 * np.sqrt(expected * (1 - expected) / 1e6)
    assert counts[codes @ subsets.T].sum() == 1_000_000


def test_subsets_of_correlated_sets() -> None:
    p, c = 0.1, 0.25
    together = p + c * (1 - p)
    experiment = experiment_of(
        n_features=3, distribution="correlated", feature_sets=3, correlation=c, feature_probability=p
    )
    subsets, probability = subset_probabilities(plan(experiment))
    of_size = np.bincount(subsets.sum(axis=1), weights=probability[0])
    fires = p / together
    expected = fires * np.array([(1 - together) ** 3, 3 * together * (1 - together) ** 2, 0, together**3])
    expected[0] += 1 - fires
    expected[2] = fires * 3 * together**2 * (1 - together)
    assert of_size == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("fine", [False, True])
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("p", [0.01, 0.3, 1.0])
@pytest.mark.parametrize("n", [1, 3, 8])
def test_every_rule_is_exact_for_quadratics(n: int, p: float, signed: bool, fine: bool) -> None:
    """Means, squares and products of independent uniform numbers, however few the nodes."""
    experiment = experiment_of(n_features=n, feature_probability=p, signed=signed)
    nodes = rule(experiment, fine=fine)
    weight = nodes.weight()[0].astype(np.float64)
    x = nodes.x.astype(np.float64)
    assert len(weight) <= TRAINING_NODES * (128 if fine else 1)
    assert weight.min() >= 0
    assert weight.sum() == pytest.approx(1, abs=1e-6)
    mean = 0 if signed else p / 2
    assert x @ weight == pytest.approx(np.full(n, mean), abs=1e-6)
    assert abs(x).max() <= 1
    assert signed or x.min() >= 0
    expected = np.where(np.eye(n) > 0, p / 3, mean**2)
    assert (x * weight) @ x.T == pytest.approx(expected, abs=1e-6)


@kinds
def test_sets_that_are_alike_have_as_many_nodes(fields: dict[str, Any]) -> None:
    nodes = rule(experiment_of(**fields))
    counts = np.bincount(nodes.subset)
    chance = np.round(nodes.probability[0], 5)
    sizes = [int((nodes.x[:, nodes.subset == index] != 0).any(axis=1).sum()) for index in range(len(counts))]
    assert len({*zip(chance, sizes, counts, strict=True)}) == len({*zip(chance, sizes, strict=True)})


def test_instances_share_nodes() -> None:
    together = experiment_of(n_features=3, n_instances=2, feature_probability=[0.9, 0.1])
    W, b, _ = weights_of(together)
    for instance, p in enumerate([0.9, 0.1]):
        part = slice(instance, instance + 1)
        alone = expected_loss(experiment_of(n_features=3, feature_probability=p), W[part], b[part])
        assert expected_loss(together, W, b)[part] == pytest.approx(alone, rel=1e-5)


@pytest.mark.parametrize("model", ["linear", "relu_output", "relu_hidden", "absolute_value"])
def test_against_a_brute_force_grid(model: ModelKind) -> None:
    """Two features, by 1,500 by 1,500 midpoints: right to 1e-6, and the estimated error is the error."""
    experiment = experiment_of(n_features=2, n_hidden=2, n_instances=12, model=model, feature_probability=0.4)
    W, b, W_out = weights_of(experiment)
    points = ((np.arange(1500) + 0.5) / 1500).astype(np.float32)
    zero = np.zeros_like(points)
    parts = [
        (0.16, np.stack([grid.ravel() for grid in np.meshgrid(points, points)])),
        (0.24, np.stack([points, zero])),
        (0.24, np.stack([zero, points])),
        (0.36, np.zeros((2, 1), dtype=np.float32)),
    ]
    brute = np.zeros(12)
    for chance, x in parts:
        share = np.full((1, x.shape[1]), chance / x.shape[1], dtype=np.float32)
        brute += loss(experiment, W, b, W_out, x[None], share)
    assert expected_loss(experiment, W, b, W_out) == pytest.approx(brute, abs=1e-6)
    error = abs(expected_loss(experiment, W, b, W_out, fine=False) - brute)
    assert quadrature_error(experiment, W, b, W_out) == pytest.approx(error, abs=1e-6)


HARD: list[dict[str, Any]] = [
    {"n_features": 5, "feature_probability": 0.3},
    {"n_features": 5, "feature_probability": 1.0},
    {"n_features": 8, "feature_probability": 0.5, "n_hidden": 3},
    {"n_features": 5, "feature_probability": 0.5, "signed": True, "model": "absolute_value"},
    {"n_features": 8, "feature_probability": 0.2, "distribution": "correlated", "correlation": 0.5},
]


@pytest.mark.parametrize("fields", HARD, ids=lambda fields: f"{fields['n_features']}, {fields['feature_probability']}")
def test_the_estimated_error_is_honest(fields: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nodes are few, against a rule of over a million: the mean over eight models within a fifth."""
    experiment = experiment_of(n_instances=8, **fields)
    W, b, W_out = weights_of(experiment)
    estimate, seen = quadrature_error(experiment, W, b, W_out), expected_loss(experiment, W, b, W_out, fine=False)
    monkeypatch.setattr(quadrature, "TRAINING_NODES", 1_500_000)
    best = expected_loss(experiment, W, b, W_out, fine=False)
    error = abs(seen - best)
    assert estimate.mean() == pytest.approx(error.mean(), rel=0.2)
    assert (error / best).max() < 0.02


@kinds
@pytest.mark.parametrize("model", ["linear", "relu_output", "relu_hidden", "absolute_value"])
@pytest.mark.parametrize("signed", [False, True])
def test_agrees_with_samples(fields: dict[str, Any], model: ModelKind, signed: bool) -> None:
    """200,000 of them, five deviations: about 1 % of the loss, whatever the distribution and the model."""
    experiment = experiment_of(model=model, signed=signed, l1_penalty=0.1, importance=0.8, **fields)
    W, b, W_out = weights_of(experiment)
    x = sample(experiment.changed(batch_size=200_000), 0, 0).reshape(1, experiment.n_features, 200, 1000)
    weight = np.full((1, 1000), 1e-3, dtype=np.float32)
    blocks = [loss(experiment, W, b, W_out, x[:, :, block], weight)[0] for block in range(200)]
    assert abs(expected_loss(experiment, W, b, W_out)[0] - np.mean(blocks)) < 5 * np.std(blocks) / np.sqrt(200)


def gradient(experiment: Experiment, W: Array, b: Array, nodes: Rule | Array) -> NDArray[np.float64]:
    """By a rule or over a batch, flat, in float64."""
    x, weight = (nodes.x, nodes.weight()) if isinstance(nodes, Rule) else (nodes, np.full((1, 1024), 1 / 1024))
    per_feature = weight[:, None] / (1 if experiment.loss_over_features == "sum" else experiment.n_features)
    wide = W.astype(np.float64)
    none = np.zeros((1, 1, 1))
    _, dW, dW_out, db = MODELS[experiment.model].gradient(wide, wide, b, x[None], per_feature, none)
    return np.concatenate([(dW + dW_out).ravel(), db.ravel()])


@pytest.mark.parametrize(
    ("corners", "length", "bias", "level"),
    [(4, 1.0, 0.0, 0.0), (5, 1.17046, -0.28230, 0.23738), (6, 1.32053, -0.61814, 0.86746)],
)
def test_published_levels(corners: int, length: float, bias: float, level: float) -> None:
    """Chen et al. 2023: the loss of a k-gon among c = 6 one-hot features, to 1e-6, and that it is a critical point."""
    experiment = experiment_of(n_features=6, distribution="one_hot", loss_over_features="sum")
    W, b = polygon(corners, 6, length, bias)
    published = (level + 6 - corners) / 18
    assert evaluation_loss(experiment, W, b) == pytest.approx([published], abs=1e-6)
    nodes = table(experiment)
    assert nodes is not None
    assert loss(experiment, W, b, None, nodes.x, nodes.weight) == pytest.approx([published], abs=1e-6)
    assert quadrature_error(experiment, W, b) < 5e-7
    fine, coarse = rule(experiment, fine=True), rule(experiment)
    assert np.linalg.norm(gradient(experiment, W, b, fine)) < 2e-5
    assert np.linalg.norm(gradient(experiment, W, b, coarse)) < 2e-4
    # A hundredth longer, the gradient is a hundred times as long.
    assert np.linalg.norm(gradient(experiment, W * np.float32(1.01), b, coarse)) > 1e-2
    if corners == 5:
        b[0, 5] = 1 / 12
        assert evaluation_loss(experiment, W, b) == pytest.approx([published - 1 / 144], abs=1e-6)


def test_a_step_is_less_noisy_than_a_batch() -> None:
    """SPEED: at p = .05, n = 5 the gradient at a pentagon errs ten times less than a batch of 1024 does."""
    experiment = experiment_of(n_features=5, feature_probability=0.05)
    W, b = polygon(5, 5, 1.13, -0.25)

    right = gradient(experiment, W, b, rule(experiment, fine=True))
    batches = [gradient(experiment, W, b, sample(experiment, 0, step)) - right for step in range(50)]
    error = np.linalg.norm(gradient(experiment, W, b, rule(experiment)) - right)
    assert error < np.mean([np.linalg.norm(batch) for batch in batches]) / 10
