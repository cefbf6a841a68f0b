"""The published numbers, trained: pentagons, and a dense model that keeps what matters most."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.core.experiment import Experiment, ModelKind
from superviz.engine.evaluation import evaluation_loss
from superviz.engine.trainer import Trainer


def test_most_seeds_find_the_pentagon() -> None:
    """SCIENCE 10: lengths 1.13, biases -.25, dimensionality 2/5; about nine seeds in ten by 10,000 steps."""
    experiment = Experiment(n_features=5, n_hidden=2, n_instances=8, feature_probability=0.05)
    trainer = Trainer(experiment, threads=2)
    losses = trainer.advance(10_000)
    end = trainer.snapshot()
    trainer.close()
    pentagons = []
    for W, b in zip(end.W.astype(np.float64), end.b, strict=True):
        lengths = np.linalg.norm(W, axis=0)
        crowding = ((W / lengths).T @ W) ** 2
        dimensionality = lengths**2 / crowding.sum(axis=1)
        angles = np.sort(np.degrees(np.arctan2(W[1], W[0])))
        pentagons.append(
            bool(
                np.all(np.abs(lengths - 1.13) < 0.02)
                and np.all(np.abs(b + 0.25) < 0.02)
                and np.all(np.abs(dimensionality - 0.4) < 0.01)
                and np.all(np.abs(np.diff(angles) - 72) < 2)
            )
        )
    assert sum(pentagons) >= 5
    evaluation = evaluation_loss(experiment, end.W, end.b)
    assert pentagons[int(evaluation.argmin())]
    # The training loss, averaged over the last 1,000 steps, is the evaluation loss up to noise.
    assert losses[-100:].mean(axis=0) == pytest.approx(evaluation, rel=0.03)


@pytest.mark.parametrize("model", ["linear", "relu_output"])
def test_a_dense_model_keeps_the_most_important(model: ModelKind) -> None:
    """SCIENCE 2: n = 20, m = 5, I = .7^i at p = 1: the five most important features, and E[x] for the others."""
    experiment = Experiment(
        n_features=20, n_hidden=5, model=model, importance=0.7, feature_probability=1.0, steps=10_000
    )
    trainer = Trainer(experiment)
    trainer.advance(10_000)
    W, b = trainer.snapshot().W[0], trainer.snapshot().b[0]
    lengths = np.linalg.norm(W, axis=0)
    assert float((W**2).sum()) == pytest.approx(5.0, abs=0.02)
    assert lengths[:5] == pytest.approx(np.ones(5), abs=0.01)
    assert lengths[5:].max() < 0.05
    assert b[:5] == pytest.approx(np.zeros(5), abs=0.02)
    assert b[5:] == pytest.approx(np.full(15, 0.5), abs=0.02)


def test_two_orthogonal_features_where_all_are_dense() -> None:
    """SCIENCE 1, p = 1: lengths (1, 1, 0, 0, 0), at a right angle."""
    trainer = Trainer(Experiment(n_features=5, n_hidden=2, importance=0.9, feature_probability=1.0))
    trainer.advance(10_000)
    W = trainer.snapshot().W[0]
    assert np.linalg.norm(W, axis=0) == pytest.approx([1, 1, 0, 0, 0], abs=0.05)
    assert float(W[:, 0] @ W[:, 1]) == pytest.approx(0, abs=0.05)
