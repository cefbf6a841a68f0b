"""What models are shown: a feature is active with probability p, and then uniform."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.core.experiment import Experiment
from superviz.engine.sampling import evaluation_bits, sample, scales, sparse_uniform


@pytest.mark.parametrize("p", [1.0, 0.5, 0.05, 0.01])
def test_sparse_uniform_has_its_distribution(p: float) -> None:
    experiment = Experiment(n_features=8, n_hidden=2, feature_probability=p, batch_size=100_000)
    x = sample(experiment, 0, 0).astype(np.float64)
    count = x.size
    active = x[x > 0]
    assert abs(len(active) / count - p) < 5 * np.sqrt(p * (1 - p) / count) + 1e-6
    assert abs(active.mean() - 0.5) < 5 * np.sqrt(1 / 12 / len(active))
    assert abs((active**2).mean() - 1 / 3) < 5 * np.sqrt((1 / 5 - 1 / 9) / len(active))
    assert x.min() >= 0
    assert x.max() <= 1


def test_features_are_active_independently() -> None:
    experiment = Experiment(n_features=5, n_hidden=2, feature_probability=0.2, batch_size=200_000)
    together = (sample(experiment, 0, 7) > 0).sum(axis=0)
    binomial = [0.32768, 0.4096, 0.2048, 0.0512, 0.0064, 0.00032]
    shares = np.bincount(together, minlength=6) / experiment.batch_size
    for share, expected in zip(shares, binomial, strict=True):
        assert abs(share - expected) < 5 * np.sqrt(expected * (1 - expected) / experiment.batch_size)


def test_each_feature_and_instance_has_its_own_probability() -> None:
    probability = [[0.9, 0.1], [0.3, 1.0]]
    experiment = Experiment(
        n_features=2, n_hidden=1, n_instances=2, feature_probability=probability, batch_size=100_000
    )
    for instance in range(2):
        active = (sample(experiment, instance, 0) > 0).mean(axis=1)
        assert active == pytest.approx(probability[instance], abs=0.008)


def test_a_sample_depends_on_nothing_but_its_place() -> None:
    alone = Experiment(n_features=5, n_hidden=2)
    among = Experiment(n_features=7, n_hidden=3, n_instances=8, batch_size=2000)
    assert np.array_equal(sample(among, 0, 11)[:5, :1024], sample(alone, 0, 11))
    assert not np.array_equal(sample(among, 1, 11)[:5, :1024], sample(alone, 0, 11))
    assert not np.array_equal(sample(alone, 0, 12), sample(alone, 0, 11))


def test_another_seed_gives_other_samples() -> None:
    one, other = (Experiment(n_features=5, n_hidden=2, feature_probability=1.0, seed=seed) for seed in (0, 1))
    assert not np.any(sample(one, 0, 0) == sample(other, 0, 0))


def test_evaluation_bits_can_be_had_in_parts() -> None:
    whole = evaluation_bits(3, 0, 512)
    assert np.array_equal(evaluation_bits(3, 256, 256), whole[:, 256:])


def test_the_smallest_word_is_the_largest_feature() -> None:
    ends = np.array([0, 2**32 - 1], dtype=np.uint32)
    assert sparse_uniform(ends, scales(np.array([1.0], dtype=np.float32))).tolist() == [1.0, 2.0**-24]
    assert sparse_uniform(ends, scales(np.array([0.25], dtype=np.float32))).tolist() == [1.0, 0.0]
