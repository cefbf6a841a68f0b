"""Tables: training sets and noise-free nodes, as what a step trains on."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.core.errors import RecipeError
from superviz.core.experiment import Experiment
from superviz.engine import tables
from superviz.engine.quadrature import rule
from superviz.engine.sampling import sample
from superviz.engine.tables import table


def test_fresh_samples_need_none() -> None:
    assert table(Experiment(n_features=5, n_hidden=2)) is None


@pytest.mark.parametrize("unit_norm", [False, True])
def test_a_training_set(unit_norm: bool) -> None:
    experiment = Experiment(
        n_features=6, n_hidden=2, n_instances=3, feature_probability=0.3, training_set=50, unit_norm=unit_norm
    )
    finite = table(experiment)
    assert finite is not None
    assert finite.x.shape == (3, 6, 50)
    assert finite.x.dtype == finite.weight.dtype == np.float32
    assert finite.weight.shape == (3, 50)
    assert finite.weight == pytest.approx(np.full((3, 50), 0.02))
    for instance in range(3):
        assert np.array_equal(finite.x[instance], sample(experiment, instance, 123))
    lengths = np.linalg.norm(finite.x.astype(np.float64), axis=1)
    assert (set(np.round(lengths.ravel(), 5)) <= {0, 1}) == unit_norm
    assert not np.array_equal(finite.x[0], finite.x[1])


def test_the_examples_are_of_the_distribution() -> None:
    experiment = Experiment(n_features=6, n_hidden=2, distribution="one_hot", training_set=5000)
    finite = table(experiment)
    assert finite is not None
    counts = (finite.x[0] > 0).sum(axis=1)
    assert counts.sum() == 5000
    assert abs(counts / 5000 - 1 / 6).max() < 5 * np.sqrt(5 / 36 / 5000)


def test_more_examples_begin_with_the_same() -> None:
    """So that runs with more and more examples (Henighan et al. 2023) differ by what was added alone."""
    few, many = (table(Experiment(n_features=6, n_hidden=2, training_set=size)) for size in (10, 1000))
    assert few is not None
    assert many is not None
    assert np.array_equal(many.x[:, :, :10], few.x)


def test_noise_free_nodes() -> None:
    experiment = Experiment(
        n_features=4, n_hidden=2, n_instances=3, feature_probability=[1, 0.3, 0.05], noise_free=True
    )
    nodes = table(experiment)
    assert nodes is not None
    assert nodes.x.shape == (1, 4, len(rule(experiment).subset))
    assert nodes.x.dtype == nodes.weight.dtype == np.float32
    assert nodes.weight.shape == (3, nodes.x.shape[2])
    assert nodes.weight.sum(axis=1, dtype=np.float64) == pytest.approx(np.ones(3), abs=1e-6)
    dense = (nodes.x[0] > 0).all(axis=0)
    assert nodes.weight[0, ~dense].sum() == 0


def test_too_many_nodes_are_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_NUMBERS", 100)
    with pytest.raises(RecipeError, match=r"^noise_free, n_instances: [\d,]+ numbers .* at most 100$"):
        table(Experiment(n_features=4, n_hidden=2, noise_free=True))
