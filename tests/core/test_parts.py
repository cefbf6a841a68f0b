"""Parts: who belongs together, in what order, and what each part is called."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superviz.core import parts
from superviz.core.parts import Part, is_certainly_mixed, parts_of

SQUARES = np.radians([45.0, 135, 225, 315, 0, 90, 180, 270])
ANTIPRISM = np.stack([np.sqrt(2) * np.cos(SQUARES), np.sqrt(2) * np.sin(SQUARES), [1.0] * 4 + [-1.0] * 4]) / np.sqrt(3)


def shuffled(W: np.ndarray, seed: int) -> np.ndarray:
    """Turned, and its features in another order."""
    rng = np.random.default_rng(seed)
    return (np.linalg.qr(rng.normal(size=(len(W), len(W))))[0] @ W)[:, rng.permutation(W.shape[1])]


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40)
def test_an_antiprisms_features_come_square_by_square(seed: int) -> None:
    W = shuffled(ANTIPRISM, seed)
    ((part,), dead) = parts_of(W)
    assert (part.glyph, part.rank, dead) == ("antiprism", 3, ())
    assert sorted(part.features) == list(range(8))
    for square in (part.features[:4], part.features[4:]):
        around = [round(float(W[:, square[at]] @ W[:, square[(at + 1) % 4]]), 4) for at in range(4)]
        assert around == pytest.approx([1 / 3] * 4, abs=1e-3)
    between = [round(float(W[:, part.features[at]] @ W[:, part.features[4 + at]]), 4) for at in range(4)]
    assert between == pytest.approx([0.1381] * 4, abs=1e-3)
    assert len({frozenset(edge) for edge in part.edges}) == 16


def test_groups_are_those_that_are_not_orthogonal() -> None:
    """A chain: each is linked to the next, the ends to each other by that alone."""
    chain = np.array([[1.0, 0.7, 0.0, 0.0], [0.0, 0.7, 0.7, 0.0], [0.0, 0.0, 0.7, 0.0], [0.0, 0.0, 0.0, 1.0]])
    parts, dead = parts_of(np.hstack([chain, np.zeros((4, 1))]))
    assert parts == (Part("alone", (3,)), Part("mixed", (0, 1, 2)))
    assert dead == (4,)


@pytest.mark.parametrize("cosine", [0.14, 0.16])
def test_directions_count_as_orthogonal_up_to_nine_degrees(cosine: float) -> None:
    W = np.array([[1.0, cosine], [0.0, np.sqrt(1 - cosine**2)]])
    assert len(parts_of(W)[0]) == (2 if cosine < 0.15 else 1)


def test_larger_polygons_come_first() -> None:
    W = np.zeros((4, 13))
    for row, column, count in ((0, 0, 6), (2, 6, 7)):
        turns = 2 * np.pi * np.arange(count) / count
        W[row : row + 2, column : column + count] = np.cos(turns), np.sin(turns)
    assert [part.name for part in parts_of(W)[0]] == ["heptagon", "hexagon"]


@pytest.mark.parametrize(
    ("part", "name", "edges"),
    [
        (Part("digon", (0, 3)), "digon", 1),
        (Part("tetrahedron", (0, 1, 2, 3)), "tetrahedron", 6),
        (Part("pentagon", (2, 0, 4, 1, 3)), "pentagon", 5),
        (Part("polygon", tuple(range(8))), "octagon", 8),
        (Part("polygon", tuple(range(9))), "nonagon", 9),
        (Part("antiprism", tuple(range(8))), "square antiprism", 16),
        (Part("alone", (4,)), "alone", 0),
    ],
)
def test_names_and_edges(part: Part, name: str, edges: int) -> None:
    assert part.name == name
    assert len(set(part.edges)) == edges
    assert {feature for edge in part.edges for feature in edge} <= set(part.features)


class TestCertainlyMixed:
    def test_a_crowd_in_few_dimensions_is(self) -> None:
        W = np.random.default_rng(0).normal(size=(8, 200))
        assert is_certainly_mixed(W)
        assert "mixed" in {part.glyph for part in parts_of(W)[0]}

    @given(seed=st.integers(0, 2**32 - 1), extra=st.integers(0, 400))
    @settings(max_examples=25, deadline=None)
    def test_only_where_a_part_really_is(self, seed: int, extra: int) -> None:
        rng = np.random.default_rng(seed)
        W = np.concatenate([np.eye(70), -np.eye(70), 0.2 * rng.normal(size=(70, extra))], axis=1)
        if is_certainly_mixed(W):
            assert "mixed" in {part.glyph for part in parts_of(W)[0]}

    def test_seventy_digons_may_be_a_shape(self) -> None:
        assert not is_certainly_mixed(np.concatenate([np.eye(70), -np.eye(70)], axis=1))

    def test_more_than_are_looked_at_are(self) -> None:
        W = np.concatenate([np.eye(1100), -np.eye(1100)], axis=1).astype(np.float32)
        assert is_certainly_mixed(W)
        ((part,), dead) = parts_of(W * (np.arange(2200) != 7))
        assert (part.glyph, len(part.features), dead) == ("mixed", 2199, (7,))

    def test_of_large_weights_few_are_remembered(self) -> None:
        weights = [np.random.default_rng(seed).normal(size=(200, 200)) for seed in range(3)]
        for W in weights:
            assert parts_of(W) is parts_of(W)
        assert parts._large_parts.cache_info().currsize == 2  # pyright: ignore[reportPrivateUsage]
