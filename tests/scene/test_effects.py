"""The sentence says what W^T W says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superviz.core.snapshot import frozen
from superviz.scene.effects import effect_sentence


def sentence(gram_row: list[float], bias: float = -0.25, model: str = "relu_output") -> tuple[str, str]:
    """Of feature 1, whose dot products with itself and the others are given."""
    W = np.zeros((len(gram_row), len(gram_row)))
    W[0, 0] = np.sqrt(gram_row[0])
    W[0, 1:] = np.array(gram_row[1:]) / W[0, 0]
    return effect_sentence(frozen(W), frozen(np.full(len(gram_row), bias)), 0, model)  # pyright: ignore[reportArgumentType]


def test_looks_own_sentence() -> None:
    turns = np.radians([90, 18, 162, 234, 306])
    W = frozen(1.13 * np.stack([np.cos(turns), np.sin(turns)]))
    heading, body = effect_sentence(W, frozen(np.full(5, -0.25)), 2, "relu_output")
    assert heading == "When feature 3 is active"
    assert body == "1 and 4 are pushed up by 0.39. 2 and 5 are pushed down by 1.03, which the ReLU cuts off."


def test_the_linear_model_cuts_nothing_off() -> None:
    assert sentence([1.0, -1.0], model="linear")[1] == "2 is pushed down by 1.00."
    assert sentence([1.0, -1.0])[1] == "2 is pushed down by 1.00, which the ReLU cuts off."


def test_nothing_is_cut_off_that_its_bias_holds_up() -> None:
    assert sentence([1.0, -0.3], bias=0.5)[1] == "2 is pushed down by 0.30."
    assert sentence([1.0, -0.6], bias=0.5)[1] == "2 is pushed down by 0.60, which the ReLU cuts off."


@pytest.mark.parametrize(
    ("row", "body"),
    [
        ([1.0, 0.4, 0.4, 0.4], "2, 3 and 4 are pushed up by 0.40."),
        ([1.0, *[0.4] * 5], "Five others are pushed up by 0.40."),
        ([1.0, *[0.4] * 20], "20 others are pushed up by 0.40."),
        ([1.0, 0.2, 0.6], "2 and 3 are pushed up by 0.20 to 0.60."),
        ([1.0, 0.04, -0.04, 0.3], "4 is pushed up by 0.30."),
        ([1.0, 0.04, -0.04], "no other feature moves: its direction is its own."),
        ([1.0], "nothing else can move."),
        ([0.004, 0.0], "the model hardly sees it: its length is under 0.1."),
    ],
)
def test_in_words(row: list[float], body: str) -> None:
    assert sentence(row)[1] == body


@given(st.integers(1, 30), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_every_noticeable_push_is_spoken_of(n_features: int, n_hidden: int, seed: int) -> None:
    W = frozen(np.random.default_rng(seed).normal(size=(n_hidden, n_features)))
    _, body = effect_sentence(W, frozen(np.zeros(n_features)), 0, "relu_output")
    pushes = (W.T @ W)[0, 1:]
    if W[:, 0] @ W[:, 0] >= 0.01:
        assert ("up" in body) == bool((pushes >= 0.05).any())
        assert ("down" in body) == bool((pushes <= -0.05).any())
    assert "nan" not in body
