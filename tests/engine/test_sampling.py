"""What models are shown: every distribution against its probabilities, a million samples at a time.

Five standard deviations throughout: at a million samples a probability of .2 that is wrong by .002 is found, and a
correlation of .3 between features of p = .2 that is wrong by .01.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from superviz.core.experiment import Experiment
from superviz.core.kinds import DISTRIBUTIONS as KINDS
from superviz.engine.random_numbers import Stream, instance_keys, random_bits
from superviz.engine.sampling import DISTRIBUTIONS, draw, evaluation_bits, plan, sample, unit_norm

COUNT = 1_000_000
EVERY_KIND: list[dict[str, Any]] = [
    {"distribution": "independent", "n_features": 4},
    {"distribution": "correlated", "n_features": 5, "correlation": 0.4},
    {"distribution": "anticorrelated", "n_features": 5, "feature_sets": [[1, 4], [3, 0]]},
    {"distribution": "anticorrelated", "n_features": 4, "feature_sets": 3, "probability_of": "set"},
    {"distribution": "one_hot", "n_features": 6},
    {"distribution": "hierarchical", "n_features": 4, "parents": [2, -1, 1, 1]},
]
PROBABILITY = 0.2


def experiment_of(**fields: Any) -> Experiment:
    return Experiment(**{"n_hidden": 2, "feature_probability": PROBABILITY, **fields})


@lru_cache(maxsize=2)
def _drawn(text: str) -> NDArray[np.float32]:
    return sample(Experiment.model_validate_json(text), 0, 3)


def drawn(**fields: Any) -> NDArray[np.float32]:
    """A million samples, (features, samples)."""
    return _drawn(experiment_of(batch_size=COUNT, **fields).model_dump_json())


def assert_share(events: Any, expected: float) -> None:
    deviation = np.sqrt(expected * (1 - expected) / events.size)
    assert abs(events.mean() - expected) <= 5 * deviation + 1e-7


def assert_uniform(drawn: NDArray[np.float32]) -> None:
    """On [0, 1], by mean, second moment and the shares of eighths."""
    values = drawn.astype(np.float64)
    assert values.min() > 0
    assert values.max() <= 1
    assert abs(values.mean() - 1 / 2) < 5 * np.sqrt(1 / 12 / len(values))
    assert abs((values**2).mean() - 1 / 3) < 5 * np.sqrt((1 / 5 - 1 / 9) / len(values))
    for eighth in range(8):
        assert_share((values > eighth / 8) & (values <= (eighth + 1) / 8), 1 / 8)


def test_every_distribution_that_a_recipe_names_exists() -> None:
    assert set(DISTRIBUTIONS) == set(KINDS)


@pytest.mark.parametrize("fields", EVERY_KIND, ids=lambda fields: fields["distribution"])
def test_features_are_as_probable_as_said_and_then_uniform(fields: dict[str, Any]) -> None:
    x, expected = drawn(**fields), experiment_of(**fields).activity_array()[0]
    for row, probability in zip(x, expected, strict=True):
        assert_share(row > 0, float(probability))
        assert_uniform(row[row > 0])


@pytest.mark.parametrize("p", [1.0, 0.5, 0.05, 0.01])
def test_independent_features(p: float) -> None:
    experiment = Experiment(n_features=5, n_hidden=2, feature_probability=p, batch_size=200_000)
    active = sample(experiment, 0, 7) > 0
    for count, ways in enumerate([1, 5, 10, 10, 5, 1]):
        assert_share(active.sum(axis=0) == count, ways * p**count * (1 - p) ** (5 - count))


def test_each_feature_and_instance_has_its_own_probability() -> None:
    probability = [[0.9, 0.1], [0.3, 1.0]]
    experiment = Experiment(
        n_features=2, n_hidden=1, n_instances=2, feature_probability=probability, batch_size=100_000
    )
    for instance in range(2):
        for row, expected in zip(sample(experiment, instance, 0), probability[instance], strict=True):
            assert_share(row > 0, expected)


@pytest.mark.parametrize("p", [0.05, 0.5])
@pytest.mark.parametrize("c", [0.0, 0.3, 1.0])
def test_correlated_sets(p: float, c: float) -> None:
    """Of a set: P(both) = p^2 + c p (1 - p), which is what a correlation of c means, and E[xy] = P(both) / 4."""
    x = drawn(
        distribution="correlated", n_features=6, feature_sets=[[0, 3, 4], [1, 2]], correlation=c, feature_probability=p
    )
    active, both = x > 0, p * p + c * p * (1 - p)
    for one, other in [(0, 3), (0, 4), (3, 4), (1, 2)]:
        assert_share(active[one] & active[other], both)
        product = x[one].astype(np.float64) * x[other]
        assert abs(product.mean() - both / 4) < 5 * np.sqrt(both / 9 / COUNT)
    for one, other in [(0, 1), (2, 4), (3, 5), (1, 5)]:
        assert_share(active[one] & active[other], p * p)
    together = p + c * (1 - p)
    assert_share(active[0] & active[3] & active[4], p * together**2)
    if c == 1:
        assert np.array_equal(active[0], active[3])
        assert not np.any((x[0] == x[3]) & active[0] & (x[0] == x[4]))


@settings(max_examples=60, deadline=None)
@given(st.floats(2**-20, 1, width=32), st.floats(0, 1))
def test_no_correlation_rounds_to_a_probability_above_1(p: float, c: float) -> None:
    scheme = plan(experiment_of(distribution="correlated", n_features=3, correlation=c, feature_probability=p))
    probability = 2.0**-24 / scheme.scale.astype(np.float64)
    assert probability.max() <= 1
    assert probability[0, 0] * probability[0, 3] == pytest.approx(p, rel=1e-6)


@pytest.mark.parametrize("bearer", ["feature", "set"])
def test_anticorrelated_sets(bearer: str) -> None:
    active = drawn(distribution="anticorrelated", n_features=6, feature_sets=[[0, 4, 2], [1, 3]], probability_of=bearer)
    active = active > 0
    assert active[[0, 4, 2]].sum(axis=0).max() == 1
    assert active[[1, 3]].sum(axis=0).max() == 1
    of_set = (0.6, 0.4) if bearer == "feature" else (0.2, 0.2)
    assert_share(active[[0, 4, 2]].any(axis=0), of_set[0])
    assert_share(active[[1, 3]].any(axis=0), of_set[1])
    # Sets, and features in none, know nothing of each other.
    assert_share(active[[0, 4, 2]].any(axis=0) & active[[1, 3]].any(axis=0), of_set[0] * of_set[1])
    assert_share(active[5] & active[[1, 3]].any(axis=0), 0.2 * of_set[1])
    assert_share(active[5], 0.2)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.floats(2**-30, 1, width=32), min_size=2, max_size=7), st.booleans())
def test_features_of_a_set_exclude_each_other_in_every_word_there_is(weights: list[float], filled: bool) -> None:
    """No sample of any size would be sure to find one word in 2^24, so the words at every edge are tried."""
    p = np.array(weights, dtype=np.float64)
    p = np.minimum(p / p.sum() if filled or p.sum() > 1 else p, 1).astype(np.float32)
    n = len(p)
    experiment = Experiment(
        n_features=n, n_hidden=1, distribution="anticorrelated", feature_sets=n, feature_probability=[p.tolist()]
    )
    scheme = plan(experiment)
    assert scheme.n_words == 1
    edges = (-scheme.shift[0][:, None] + np.array([-1, 0, 1])).ravel() % 2**24
    ends = (-scheme.shift[0] + np.rint(2.0**-24 / scheme.scale[0].astype(np.float64) * 2**24).astype(np.int64)) % 2**24
    places = np.concatenate([edges, ends - 1, ends, (ends + 1) % 2**24]) % 2**24
    active = (draw(scheme, (places.astype(np.uint32) << np.uint32(8))[None, None])[0] > 0).sum(axis=0)
    assert active.max() == 1
    if filled and p.max() <= 0.5 and p.sum(dtype=np.float64) > 1 - 2**-26:
        assert active.min() == 1


@pytest.mark.parametrize("n", [1, 2, 3, 7])
def test_one_hot_in_all_words_there_are(n: int) -> None:
    """All 2^24: exactly one feature is active in each, and each feature in as many as the others, give or take one."""
    scheme = plan(Experiment(n_features=n, n_hidden=1, distribution="one_hot"))
    counts = np.zeros(n, dtype=np.int64)
    for first in range(0, 2**24, 2**20):
        words = np.arange(first, first + 2**20, dtype=np.uint32) << np.uint32(8)
        active = draw(scheme, words[None, None])[0] > 0
        assert np.all(active.sum(axis=0) == 1)
        counts += active.sum(axis=1)
    assert counts.sum() == 2**24
    assert np.ptp(counts) <= 1


def test_children_only_with_their_parents() -> None:
    """1 has the children 2 and 3, and 2 the child 0, which is listed before it."""
    active = drawn(distribution="hierarchical", n_features=4, parents=[2, -1, 1, 1]) > 0
    for child, parent in [(0, 2), (2, 1), (3, 1)]:
        assert not np.any(active[child] & ~active[parent])
        assert_share(active[child][active[parent]], PROBABILITY)
    assert_share(active[2] & active[3], PROBABILITY**3)


def test_a_long_line_of_descent() -> None:
    experiment = experiment_of(
        n_features=6, distribution="hierarchical", parents=[1, 2, 3, 4, 5, -1], feature_probability=0.8
    )
    scheme = plan(experiment)
    assert scheme.depth == 5
    assert scheme.order.tolist() == [5, 4, 3, 2, 1, 0]
    active = sample(experiment.changed(batch_size=COUNT), 0, 0) > 0
    for feature in range(6):
        assert_share(active[feature], 0.8 ** (6 - feature))


@pytest.mark.parametrize("fields", EVERY_KIND, ids=lambda fields: fields["distribution"])
def test_both_signs(fields: dict[str, Any]) -> None:
    """A sign each, on its own, that changes no size; a sign read from a bit of the size would have a mean."""
    x, unsigned = drawn(signed=True, **fields), drawn(**fields)
    assert np.array_equal(abs(x), unsigned)
    assert not np.any(np.signbit(x[x == 0]))
    for row in x:
        negative = row[row != 0] < 0
        assert_share(negative, 0.5)
        active = row[row != 0].astype(np.float64)
        assert abs(active.mean()) < 5 * np.sqrt(1 / 3 / len(active))
    for one in range(len(x)):
        for other in range(one):
            both = (x[one] != 0) & (x[other] != 0)
            if both.any():
                assert_share((x[one] < 0)[both] != (x[other] < 0)[both], 0.5)


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("fields", EVERY_KIND, ids=lambda fields: fields["distribution"])
def test_torch_draws_the_same_bits(fields: dict[str, Any], signed: bool) -> None:
    scheme = plan(experiment_of(n_instances=3, feature_probability=[0.1, 0.2, 0.3], signed=signed, **fields))
    words = np.stack([random_bits(key[None], scheme.n_words, 2000) for key in instance_keys((1, 2, 3), Stream.SAMPLES)])
    ours = draw(scheme, words)
    assert ours.dtype == np.float32
    for same in (words.astype(np.int64), words.view(np.int32)):
        by_torch = draw(scheme.carried(torch.from_numpy), torch.from_numpy(same), torch)
        assert by_torch.dtype == torch.float32
        assert ours.tobytes() == by_torch.numpy().tobytes()
        assert unit_norm(by_torch).numpy() == pytest.approx(unit_norm(ours), abs=1e-6)
    one = draw(scheme, words[1:2], instance=slice(1, 2))
    assert one.tobytes() == ours[1:2].tobytes()


def test_a_sample_depends_on_nothing_but_its_place() -> None:
    alone = Experiment(n_features=5, n_hidden=2)
    among = Experiment(n_features=7, n_hidden=3, n_instances=8, batch_size=2000)
    assert np.array_equal(sample(among, 0, 11)[:5, :1024], sample(alone, 0, 11))
    assert not np.array_equal(sample(among, 1, 11)[:5, :1024], sample(alone, 0, 11))
    assert not np.array_equal(sample(alone, 0, 12), sample(alone, 0, 11))


def test_another_seed_gives_other_samples() -> None:
    one, other = (Experiment(n_features=5, n_hidden=2, feature_probability=1.0, seed=seed) for seed in (0, 1))
    assert not np.any(sample(one, 0, 0) == sample(other, 0, 0))
    of_each = Experiment(n_features=5, n_hidden=2, n_instances=2, feature_probability=1.0, seed=[1, 0])
    assert np.array_equal(sample(of_each, 0, 0), sample(other, 0, 0))
    pair = Experiment(n_features=5, n_hidden=2, n_instances=2, feature_probability=1.0)
    assert np.array_equal(sample(of_each, 1, 0), sample(pair, 1, 0))


def test_a_training_set_is_the_same_at_every_step() -> None:
    fresh = Experiment(n_features=5, n_hidden=2, n_instances=2, feature_probability=0.3, batch_size=70)
    finite = fresh.changed(training_set=40)
    for instance in range(2):
        assert np.array_equal(sample(finite, instance, 0), sample(finite, instance, 900))
        assert np.array_equal(sample(finite, instance, 0), sample(fresh, instance, 0)[:, :40])
    scaled = sample(fresh.changed(training_set=40, unit_norm=True), 0, 0)
    lengths = np.linalg.norm(scaled.astype(np.float64), axis=0)
    assert set(np.round(lengths, 6)) == {0, 1}
    assert scaled == pytest.approx(
        sample(finite, 0, 0) / np.where(lengths > 0, np.linalg.norm(sample(finite, 0, 0), axis=0), 1)
    )


def test_noise_free_training_shows_samples_of_its_distribution() -> None:
    fresh = Experiment(n_features=5, n_hidden=2)
    assert np.array_equal(sample(fresh.changed(noise_free=True), 0, 4), sample(fresh, 0, 4))


def test_evaluation_bits_can_be_had_in_parts() -> None:
    whole = evaluation_bits(3, 0, 512)
    assert np.array_equal(evaluation_bits(3, 256, 256), whole[:, 256:])


@pytest.mark.parametrize(("p", "expected"), [(1.0, [1.0, 2.0**-24]), (0.25, [1.0, 0.0])])
def test_the_smallest_word_is_the_largest_feature(p: float, expected: list[float]) -> None:
    ends = np.array([0, 2**32 - 1], dtype=np.uint32)
    assert draw(plan(Experiment(n_features=1, n_hidden=1, feature_probability=p)), ends[None, None]).tolist() == [
        [expected]
    ]
