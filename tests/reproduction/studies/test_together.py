"""Who is whose antipode."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.reproduction.studies.together import OCTAHEDRON, PAIRS

ACROSS = np.hstack([np.eye(3), -np.eye(3)])
"""Feature i of one set opposite to feature i of the other."""


@pytest.mark.parametrize(
    ("W", "antipodes"),
    [
        (ACROSS, 6),
        (ACROSS[:, [0, 3, 1, 4, 2, 5]], 2),
        (ACROSS * [1, 1, 1, 0.5, 0.5, 0.5], 6),
        (np.random.default_rng(0).normal(size=(3, 6)), 0),
    ],
    ids=["across", "within", "of other lengths", "none"],
)
def test_antipodes_are_counted_across_the_sets(make_trained, W: np.ndarray, antipodes: int) -> None:
    (check,) = [check for check in OCTAHEDRON.checks if check.name == "antipodes"]
    assert list(check.measure({"p = 0.1": make_trained(W[None], feature_probability=0.1)})) == [antipodes]


def test_an_octahedron_is_one_whatever_its_sets(make_trained) -> None:
    (check,) = [check for check in OCTAHEDRON.checks if check.name == "octahedron"]
    assert list(check.measure({"p = 0.1": make_trained(ACROSS[None], feature_probability=0.1)})) == [1]


def test_the_cosine_is_that_within_each_set(make_trained) -> None:
    W = np.array([[[1.0, 0.0, -1.0, 0.0], [0.0, 1.0, 0.0, -1.0]]])
    correlated, anticorrelated = PAIRS.checks
    right = {"correlated": make_trained(W, feature_probability=0.05)}
    assert correlated.expected.admits(correlated.measure(right))
    swapped = {"anticorrelated": make_trained(W, feature_probability=0.05)}
    assert not anticorrelated.expected.admits(anticorrelated.measure(swapped))
    opposite = {"anticorrelated": make_trained(W[..., [0, 2, 1, 3]], feature_probability=0.05)}
    assert anticorrelated.expected.admits(anticorrelated.measure(opposite))
