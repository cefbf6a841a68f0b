"""Polysemanticity, and what counts as monosemantic or silent, against the cases whose answer is plain."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from superviz.core.neurons import is_monosemantic, is_silent, name_neurons, polysemanticity


def test_one_feature_is_one_and_equal_features_are_as_many_as_there_are() -> None:
    W = np.array([[0.0, -2.0, 0.0, 0.0], [0.5, -0.5, 0.5, 0.5], [1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
    np.testing.assert_allclose(polysemanticity(W), [1, 4, 2, 0])


def test_the_pictured_pentagon_mixes_almost_four_and_a_bit_more_than_four() -> None:
    turns = np.radians(90 - 72 * np.arange(5))
    W = np.stack([np.cos(turns), np.sin(turns)])
    across, up = np.abs(W)
    expected = [across.sum() ** 2 / (across**2).sum(), up.sum() ** 2 / (up**2).sum()]
    np.testing.assert_allclose(polysemanticity(W), expected)
    assert polysemanticity(W)[0] == pytest.approx(3.79, abs=0.01)


def test_instances_are_kept_apart() -> None:
    W = np.stack([np.eye(3), np.ones((3, 3))]).astype(np.float32)
    assert polysemanticity(W).shape == (2, 3)
    np.testing.assert_allclose(polysemanticity(W), [[1, 1, 1], [3, 3, 3]], rtol=1e-6)
    assert polysemanticity(W).dtype == np.float32


@given(arrays(np.float64, (2, 7), elements=st.floats(-3, 3, width=32)), st.permutations(range(7)), st.floats(0.1, 10))
def test_order_sign_and_scale_do_not_matter_and_it_lies_between_1_and_n(
    W: np.ndarray, order: list[int], scale: float
) -> None:
    mixed = polysemanticity(W)
    if np.any((np.abs(W).max(axis=1) > 0) & (np.abs(W).max(axis=1) < 1e-6)):
        return
    np.testing.assert_allclose(polysemanticity(-scale * W[:, order]), mixed, rtol=1e-9)
    lively = np.abs(W).max(axis=1) > 0
    assert np.all(mixed[lively] >= 1 - 1e-9)
    assert np.all(mixed <= 7 + 1e-9)


class TestBehindARelu:
    def test_one_weight_is_about_one_feature(self) -> None:
        W = np.array([[1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
        assert is_monosemantic(W).tolist() == [True, False, False, False]
        assert is_monosemantic(W, signed=True).tolist() == [True, False, False, True]

    @pytest.mark.parametrize(("other", "monosemantic"), [(0.2, True), (0.25, False)])
    def test_a_second_feature_may_have_a_twentieth_of_it(self, other: float, monosemantic: bool) -> None:
        assert is_monosemantic(np.array([[1.0, other]])).tolist() == [monosemantic]

    def test_many_small_weights_are_noise(self) -> None:
        """Nine of .05 raise the participation ratio to 2, but hold 2 % of the squares."""
        W = np.array([[1.0, *[0.05] * 9]])
        assert polysemanticity(W)[0] > 2
        assert is_monosemantic(W).all()

    def test_what_is_never_heard_is_silent(self) -> None:
        W = np.array([[-1.0, -2.0], [-1.0, 0.5], [0.05, 0.05]])
        assert is_silent(W).tolist() == [True, False, True]
        assert is_silent(W, signed=True).tolist() == [False, False, True]

    def test_instances_are_kept_apart(self) -> None:
        W = np.stack([np.eye(2), np.ones((2, 2))])
        assert is_monosemantic(W).tolist() == [[True, True], [False, False]]
        assert is_silent(0 * W).all()


def test_weights_of_a_run_that_diverged_are_measured_without_a_word() -> None:
    W = np.array([[3.0, 4.0, 0.0], [0.0, 0.0, 5.0]], dtype=np.float32)
    huge = W * np.float32(1e25)
    assert polysemanticity(huge) == pytest.approx(polysemanticity(W))
    assert is_monosemantic(huge).tolist() == is_monosemantic(W).tolist() == [False, True]
    assert not is_silent(huge).any()


@pytest.mark.parametrize(
    ("W", "name"),
    [
        (np.eye(2), "Monosemantic"),
        (np.array([[1.0, 0.0], [-1.0, 0.0]]), "Monosemantic"),
        (np.array([[1.0, 0.0], [1.0, 1.0]]), "Partly monosemantic"),
        (np.ones((2, 2)), "Polysemantic"),
        (-np.eye(2), "All silent"),
    ],
)
def test_their_name_is_that_of_all_that_ever_fire(W: np.ndarray, name: str) -> None:
    assert name_neurons(W) == name
    assert name_neurons(np.abs(W), signed=True) != "All silent"
