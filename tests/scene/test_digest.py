"""A digest says what geometry says, keeps it, and never holds a square of the features."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.core.geometry import feature_dimensionality, gram_matrix, weight_norms
from superviz.core.neurons import polysemanticity
from superviz.scene.digest import Digest, digest_of


@pytest.fixture
def W() -> np.ndarray:
    made = np.random.default_rng(0).normal(size=(7, 30)).astype(np.float32)
    made[:, 4] *= 0.001
    return made


def test_it_says_what_geometry_says(W: np.ndarray) -> None:
    digest = Digest(W)
    np.testing.assert_array_equal(digest.norms, weight_norms(W))
    np.testing.assert_array_equal(digest.dimensionality, feature_dimensionality(W))
    np.testing.assert_array_equal(digest.polysemanticity, polysemanticity(W))
    np.testing.assert_allclose(digest.weight_of_neurons, (W.astype(float) ** 2).sum(axis=1), rtol=1e-5)
    assert np.flatnonzero(~digest.alive).tolist() == [4]


def test_its_rows_are_those_of_the_gram_matrix(W: np.ndarray) -> None:
    digest = Digest(W)
    rows = np.stack([digest.products(feature) for feature in range(30)])
    np.testing.assert_allclose(rows, gram_matrix(W), rtol=1e-5, atol=1e-5)


def test_cosines_and_none_with_the_dead(W: np.ndarray) -> None:
    cosines = Digest(W).cosines(2)
    units = W / np.linalg.norm(W, axis=0)
    np.testing.assert_allclose(np.delete(cosines, 4), np.delete(units[:, 2] @ units, 4), atol=1e-5)
    assert cosines[4] == 0.0
    assert not Digest(W).cosines(4).any()


def test_a_row_is_worked_out_once_and_few_are_kept(W: np.ndarray) -> None:
    digest = Digest(W)
    first = digest.products(0)
    assert digest.products(0) is first
    for feature in range(1, 30):
        digest.products(feature)
    again = digest.products(0)
    assert again is not first
    np.testing.assert_array_equal(again, first)


def test_one_a_moment_and_instance(make_moment) -> None:
    moment = make_moment(np.ones((2, 3, 5)))
    assert digest_of(moment, 0) is digest_of(moment, 0)
    assert digest_of(moment, 1) is not digest_of(moment, 0)
    assert digest_of(moment, 1).W.base is moment.W.base or np.shares_memory(digest_of(moment, 1).W, moment.W)
    assert digest_of(make_moment(np.ones((2, 3, 5))), 0) is not digest_of(moment, 0)


def test_weights_that_diverged_warn_nobody() -> None:
    digest = Digest(np.array([[np.inf, 1.0], [3e38, 1.0]], dtype=np.float32))
    assert not np.isfinite(digest.products(0)[0])
    assert digest.weight_of_neurons.shape == (2,)
