"""Geometry against closed forms, float64 loops and its own invariances."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from superviz.core.geometry import (
    DEAD_NORM,
    crowding,
    extreme_pairs,
    feature_dimensionality,
    frobenius_norm_squared,
    gram_matrix,
    response,
    weight_norms,
)


def polygon(count: int, length: float = 1.0) -> np.ndarray:
    turns = 2 * np.pi * np.arange(count) / count
    return length * np.stack([np.cos(turns), np.sin(turns)])


def random_rotation(size: int, seed: int) -> np.ndarray:
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(size, size)))[0]


TETRAHEDRON = np.array([[1.0, 1, -1, -1], [1, -1, 1, -1], [1, -1, -1, 1]])

# SCIENCE's ideal values, from TMS: what each feature's share of a dimension is.
IDEALS = {
    "alone": (np.eye(3), 1.0),
    "digon": (np.array([[1.0, -1.0]]), 1 / 2),
    "triangle": (polygon(3), 2 / 3),
    "tetrahedron": (TETRAHEDRON, 3 / 4),
    "pentagon": (polygon(5, 1.13), 2 / 5),
    "square": (polygon(4), 1 / 2),
    "hexagon": (polygon(6), 1 / 3),
    "octahedron": (np.hstack([np.eye(3), -np.eye(3)]), 1 / 2),
    "cube": (np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], dtype=float).T, 3 / 8),
}


@pytest.mark.parametrize("name", IDEALS)
def test_dimensionality_of_ideal_shapes(name: str) -> None:
    W, share = IDEALS[name]
    np.testing.assert_allclose(feature_dimensionality(W), share, rtol=1e-12)


def test_unions_in_orthogonal_subspaces_keep_their_parts_values() -> None:
    bipyramid = np.zeros((3, 5))
    bipyramid[:2, :3] = polygon(3)
    bipyramid[2, 3:] = 1, -1
    np.testing.assert_allclose(feature_dimensionality(bipyramid), [2 / 3] * 3 + [1 / 2] * 2, rtol=1e-12)


def test_everything_agrees_with_the_formulas_written_as_loops() -> None:
    W = np.random.default_rng(1).normal(size=(3, 4, 6))
    for instance in range(3):
        columns = W[instance].T
        for i, w in enumerate(columns):
            unit = w / np.linalg.norm(w)
            total = sum((unit @ other) ** 2 for other in columns)
            others = sum((unit @ other) ** 2 for j, other in enumerate(columns) if j != i)
            assert weight_norms(W)[instance, i] == pytest.approx(np.linalg.norm(w))
            assert feature_dimensionality(W)[instance, i] == pytest.approx(w @ w / total)
            assert crowding(W)[instance, i] == pytest.approx(others)
            for j, other in enumerate(columns):
                assert gram_matrix(W)[instance, i, j] == pytest.approx(w @ other)
        assert frobenius_norm_squared(W)[instance] == pytest.approx(np.linalg.norm(W[instance]) ** 2)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_and_shapes_are_kept(dtype: type) -> None:
    W = np.ones((2, 7, 3, 5), dtype=dtype)
    for values, shape in (
        (gram_matrix(W), (2, 7, 5, 5)),
        (weight_norms(W), (2, 7, 5)),
        (feature_dimensionality(W), (2, 7, 5)),
        (crowding(W), (2, 7, 5)),
        (frobenius_norm_squared(W), (2, 7)),
    ):
        assert values.dtype == dtype
        assert values.shape == shape


def test_dead_features_have_no_share_and_no_crowding() -> None:
    W = np.array([[1.0, 0.0, 0.99 * DEAD_NORM], [0.0, 0.0, 0.0]])
    assert feature_dimensionality(W)[1:].tolist() == [0.0, 0.0]
    assert crowding(W)[1:].tolist() == [0.0, 0.0]
    assert feature_dimensionality(np.zeros((2, 5))).tolist() == [0.0] * 5


def test_crowding_of_orthogonal_and_of_equal_directions() -> None:
    np.testing.assert_allclose(crowding(np.eye(4)), 0.0)
    np.testing.assert_allclose(crowding(np.array([[1.0, 1.0], [0.0, 0.0]])), 1.0)


weights = arrays(np.float64, (3, 6), elements=st.floats(-2, 2, width=32))


@given(weights, st.integers(0, 2**32 - 1))
def test_a_rotation_of_the_hidden_space_changes_nothing(W: np.ndarray, seed: int) -> None:
    turned = random_rotation(3, seed) @ W
    if np.any(np.abs(weight_norms(W) - DEAD_NORM) < 1e-6):
        return
    for quantity in (gram_matrix, weight_norms, feature_dimensionality, crowding, frobenius_norm_squared):
        np.testing.assert_allclose(quantity(turned), quantity(W), atol=1e-9)


@given(weights)
def test_shares_lie_between_0_and_1_and_add_up_to_at_most_the_dimensions(W: np.ndarray) -> None:
    shares = feature_dimensionality(W)
    assert np.all((shares >= 0) & (shares <= 1 + 1e-12))
    # Dead features still take from the others, so only an upper bound holds.
    assert shares.sum() <= 3 + 1e-9


@given(weights, st.floats(0.5, 3.0))
def test_shares_do_not_depend_on_scale(W: np.ndarray, scale: float) -> None:
    alive = (weight_norms(W) > 0.3) & (weight_norms(scale * W) > 0.1)
    if alive.all():
        np.testing.assert_allclose(feature_dimensionality(scale * W), feature_dimensionality(W), rtol=1e-9)


class TestResponse:
    @given(seed=st.integers(0, 2**32 - 1))
    def test_a_row_is_what_one_active_feature_adds_to_each_output(self, seed: int) -> None:
        """Against a loop over neurons and features."""
        rng = np.random.default_rng(seed)
        W, W_out = rng.normal(size=(2, 3, 4))
        for rectified in (False, True):
            found = response(W, W_out, rectified=rectified)
            for source in range(4):
                hidden = [max(0.0, W[j, source]) if rectified else W[j, source] for j in range(3)]
                for target in range(4):
                    wanted = sum(hidden[j] * W_out[j, target] for j in range(3))
                    assert found[source, target] == pytest.approx(wanted, abs=1e-12)

    def test_tied_and_linear_it_is_the_gram_matrix(self) -> None:
        W = np.random.default_rng(0).normal(size=(5, 2, 6)).astype(np.float32)
        np.testing.assert_array_equal(response(W), gram_matrix(W))
        assert response(W).dtype == np.float32

    def test_absolute_values_answer_themselves(self) -> None:
        """Two neurons a feature, one for each sign: V^T W alone would be 0 (TMS, "Computing absolute value")."""
        W = np.array([[1.0], [-1.0]])
        W_out = np.ones((2, 1))
        assert response(W, W_out, rectified=True).tolist() == [[1.0]]
        assert response(W, W_out).tolist() == [[0.0]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_weights_of_a_run_that_diverged_are_measured_without_a_word(dtype: type) -> None:
    """Finite weights whose squares are not: what doesn't depend on scale is as ever, the rest infinite."""
    scale = float(np.sqrt(np.finfo(dtype).max)) * 10
    W = polygon(5).astype(dtype)
    huge = (W * scale).astype(dtype)
    assert feature_dimensionality(huge) == pytest.approx(feature_dimensionality(W), rel=1e-5)
    assert np.isinf(weight_norms(huge)).all()
    assert np.isinf(frobenius_norm_squared(huge))
    assert not np.isfinite(gram_matrix(huge)).any()
    assert np.isinf(response(huge, rectified=True)[0, 0])


class TestExtremePairs:
    @given(seed=st.integers(0, 2**32 - 1), features=st.integers(2, 40), count=st.integers(1, 6))
    def test_they_are_those_of_the_whole_matrix(self, seed: int, features: int, count: int) -> None:
        W = np.random.default_rng(seed).normal(size=(5, features))
        units = W / np.linalg.norm(W, axis=0)
        pairs = [(float(units[:, i] @ units[:, j]), i, j) for j in range(features) for i in range(j)]
        near, opposite = extreme_pairs(W, count)
        for found, expected in (
            (near, sorted((pair for pair in pairs if pair[0] > 0), reverse=True)[:count]),
            (opposite, sorted(pair for pair in pairs if pair[0] < 0)[:count]),
        ):
            assert [(i, j) for i, j, _ in found] == [(i, j) for _, i, j in expected]
            np.testing.assert_allclose([cosine for *_, cosine in found], [cosine for cosine, *_ in expected])

    def test_planted_ones_among_many_in_several_blocks(self) -> None:
        W = np.random.default_rng(1).normal(size=(200, 1300)).astype(np.float32)
        W[:, 1200], W[:, 700], W[:, 1299] = 3 * W[:, 3], W[:, 600], -W[:, 1100]
        near, opposite = extreme_pairs(W, 2)
        assert {pair[:2] for pair in near} == {(3, 1200), (600, 700)}
        assert opposite[0][:2] == (1100, 1299)
        assert opposite[0][2] == pytest.approx(-1.0, abs=1e-5)

    def test_the_dead_and_what_diverged_are_in_none(self) -> None:
        W = np.array([[1.0, 0.05, 1.0, np.nan, -1.0], [0.0, 0.0, 1.0, 1.0, 0.0]])
        near, opposite = extreme_pairs(W, 5)
        assert [pair[:2] for pair in near] == [(0, 2)]
        assert [pair[:2] for pair in opposite] == [(0, 4), (2, 4)]
        assert extreme_pairs(np.zeros((2, 3)), 5) == ([], [])
