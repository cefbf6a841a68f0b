"""The evaluation loss: against integrals by hand, and the same whoever asks."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.core.experiment import Experiment
from superviz.engine.evaluation import evaluation_loss


def test_a_dead_model_loses_the_second_moment() -> None:
    """With W = b = 0 the loss is the mean of I_i E[x_i^2] = I_i p / 3."""
    experiment = Experiment(n_features=4, n_hidden=2, n_instances=2, feature_probability=[1.0, 0.1], importance=0.5)
    loss = evaluation_loss(experiment, np.zeros((2, 2, 4), np.float32), np.zeros((2, 4), np.float32))
    importance = (1 + 0.5 + 0.25 + 0.125) / 4
    assert loss == pytest.approx([importance / 3, importance * 0.1 / 3], rel=0.02)


def test_a_perfect_model_loses_nothing() -> None:
    experiment = Experiment(n_features=3, n_hidden=3, feature_probability=0.5)
    assert evaluation_loss(experiment, np.eye(3, dtype=np.float32)[None], np.zeros((1, 3), np.float32)) == [0]


def test_a_constant_guess_in_the_linear_model() -> None:
    """With W = 0 and b = 1/2 at p = 1 the loss is x's variance, 1/12."""
    experiment = Experiment(n_features=3, n_hidden=1, model="linear", feature_probability=1.0)
    loss = evaluation_loss(experiment, np.zeros((1, 1, 3), np.float32), np.full((1, 3), 0.5, np.float32))
    assert loss == pytest.approx([1 / 12], rel=0.01)


def test_instances_seeds_and_company_change_nothing() -> None:
    generator = np.random.default_rng(0)
    W = generator.normal(size=(3, 2, 5)).astype(np.float32)
    b = generator.normal(size=(3, 5)).astype(np.float32)
    together = evaluation_loss(Experiment(n_features=5, n_hidden=2, n_instances=3), W, b)
    assert together.shape == (3,)
    for instance in range(3):
        alone = Experiment(n_features=5, n_hidden=2, seed=instance)
        part = slice(instance, instance + 1)
        assert evaluation_loss(alone, W[part], b[part]) == pytest.approx(together[part], rel=1e-6)
    same = np.repeat(W[:1], 3, axis=0)
    losses = evaluation_loss(Experiment(n_features=5, n_hidden=2, n_instances=3), same, np.repeat(b[:1], 3, axis=0))
    assert losses[0] == losses[1] == losses[2]
