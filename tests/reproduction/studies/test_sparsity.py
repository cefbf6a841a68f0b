"""Pentagons, plateaus and what dense models keep, on weights made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.reproduction.studies.sparsity import DENSE, INTRO, PENTAGON, SCALED
from superviz.reproduction.study import Study

PLATEAU = np.array([[1.04, -1.01, 0.0, 0.0, 0.37], [0.0, 0.0, 1.0, -1.0, 0.0]])
"""As training leaves it: two digons, and a fifth feature that leans on one of them."""


def measured(study: Study, name: str, models) -> list[float]:
    (check,) = [check for check in study.checks if check.name == name]
    return list(check.measure(models))


@pytest.fixture
def seeds(make_trained, pentagon: np.ndarray):
    """Four pentagons in the end, three by step 10,000, and one on the plateau."""
    halfway = np.stack([pentagon] * 3 + [PLATEAU] * 2)
    end = np.stack([pentagon] * 4 + [PLATEAU])
    b = np.concatenate([np.full((4, 5), -0.25), np.zeros((1, 5))])
    return {"p = 0.05": make_trained(halfway, end, steps=(10_000, 20_000), b=b, feature_probability=0.05)}


def test_pentagons_are_counted_halfway_and_at_the_end(seeds) -> None:
    assert measured(PENTAGON, "seeds by step 10,000", seeds) == [3]
    assert measured(PENTAGON, "seeds by step 20,000", seeds) == [4]


def test_the_plateau_is_known_by_every_share_not_by_their_mean(seeds, make_trained) -> None:
    assert measured(PENTAGON, "the others", seeds) == [5]
    digons = np.array([[1.0, -1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0, 0.0]])
    lost = np.random.default_rng(0).normal(size=(2, 5))
    models = {"p = 0.05": make_trained(np.stack([digons, lost]), feature_probability=0.05)}
    assert measured(PENTAGON, "the others", models) == [1]


def test_only_pentagons_are_measured(seeds) -> None:
    assert measured(PENTAGON, "lengths", seeds) == pytest.approx([1.13] * 20)
    assert measured(PENTAGON, "biases", seeds) == pytest.approx([-0.25] * 20)
    assert measured(PENTAGON, "dimensionality", seeds) == pytest.approx([0.4] * 20)


def test_the_intro_by_hand(make_trained, pentagon: np.ndarray) -> None:
    two = np.zeros((1, 2, 5))
    two[0, 0, 0] = two[0, 1, 1] = 1
    models = {
        "p = 1": make_trained(two, b=[0, 0, 0.5, 0.5, 0.5], feature_probability=1.0),
        "p = 0.26": make_trained(PLATEAU[None] * [[[1, 1, 1, 1, 0]]], feature_probability=0.26),
        "p = 0.05": make_trained(pentagon[None], b=-0.25, feature_probability=0.05),
    }
    verdicts = {check.name: check.expected.admits(check.measure(models)) for check in INTRO.checks}
    assert verdicts == {
        "lengths, dense": True,
        "right angle, dense": True,
        "digons": True,
        "four live": True,
        "pentagon": True,
        "seeds that find it": False,
    }


@pytest.mark.parametrize(("study", "n", "m"), [(DENSE, 20, 5), (SCALED, 80, 20)])
def test_a_model_that_keeps_what_matters_most_passes_and_one_that_keeps_others_fails(
    make_trained, study: Study, n: int, m: int
) -> None:
    W, b = np.eye(m, n), np.where(np.arange(n) < m, 0.0, 0.5)
    right = {"p = 1": make_trained(W[None], b=b, feature_probability=1.0)}
    wrong = {"p = 1": make_trained(W[None, :, ::-1], b=b[::-1], feature_probability=1.0)}
    checks = [check for check in study.checks if "sparse" not in check.name]
    assert all(check.expected.admits(check.measure(right)) for check in checks)
    # Its size is right all the same.
    assert [check.name for check in checks if check.expected.admits(check.measure(wrong))] == ["size, dense"]


def test_one_seeds_size_is_looked_for_among_all(make_trained) -> None:
    nine, ten = np.zeros((2, 5, 20)), np.zeros((2, 5, 20))
    nine[:, 0, :9] = 1
    ten[:, 0, :10] = 1
    for W, found in ((np.concatenate([nine, ten]), 9), (ten, 10)):
        models = {"p = 0.1": make_trained(W, feature_probability=0.1)}
        assert measured(DENSE, "size, sparse", models) == [found]
    assert not next(check for check in DENSE.checks if check.name == "size, sparse").expected.admits([10.0])
