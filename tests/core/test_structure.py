"""Sets and parents: filled in where a recipe leaves them to the program, and refused where they make no sense."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superviz.core.errors import RecipeError
from superviz.core.structure import check_equal, check_exclusive, feature_sets, parents


@pytest.mark.parametrize(
    ("given", "n_features", "sets"),
    [
        (2, 6, ((0, 1), (2, 3), (4, 5))),
        (2, 5, ((0, 1), (2, 3), (4,))),
        (3, 2, ((0, 1),)),
        ([[0, 2], [4, 1, 3]], 6, ((0, 2), (4, 1, 3))),
    ],
)
def test_a_size_stands_for_consecutive_sets(given, n_features: int, sets) -> None:
    assert feature_sets(given, n_features) == sets


@given(st.integers(2, 9), st.integers(1, 40))
def test_consecutive_sets_hold_each_feature_once(size: int, n_features: int) -> None:
    sets = feature_sets(size, n_features)
    assert [feature for members in sets for feature in members] == list(range(n_features))
    assert all(len(members) == size for members in sets[:-1])
    assert 1 <= len(sets[-1]) <= size


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ([[0, 1], [2]], "feature_sets: a set of 1; give at least 2 features to a set"),
        ([[]], "feature_sets: a set of 0; give at least 2 features to a set"),
        ([[0, 5]], "feature_sets: no feature 5; give features from 0 to 4"),
        (
            [[0, 1], [2, 3], [4, 1]],
            "feature_sets: feature 1 is there twice; give each once, sets can't overlap",
        ),
        ([[3, 3]], "feature_sets: feature 3 is there twice; give each once, sets can't overlap"),
    ],
)
def test_sets_that_make_no_sense_are_refused(given, line: str) -> None:
    with pytest.raises(RecipeError) as caught:
        feature_sets(given, 5)
    assert str(caught.value) == line


def test_without_parents_each_second_feature_is_the_child_of_the_one_before() -> None:
    assert parents((), 5) == (-1, 0, -1, 2, -1)
    assert parents((), 1) == (-1,)


@pytest.mark.parametrize("given", [(-1, 0, 1, 2, 3), (4, 3, -1, 2, 2), (-1,) * 5])
def test_parents_may_come_after_their_children(given: tuple[int, ...]) -> None:
    assert parents(list(given), 5) == given


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ([-1, 0], "parents: 2 given for 5 features; give a parent for each, or -1 for none"),
        (
            [-1, 0, 1, 2, 5],
            "parents: no feature 5; give features from 0 to 4, or -1 for none",
        ),
        (
            [-1, 1, -1, -1, -1],
            "parents: feature 1 is its own ancestor; give one of its line -1 for none",
        ),
        (
            [-1, 4, 1, 2, 3],
            "parents: feature 1 is its own ancestor; give one of its line -1 for none",
        ),
        (
            [1, 2, 1, -1, -1],
            "parents: feature 1 is its own ancestor; give one of its line -1 for none",
        ),
    ],
)
def test_parents_that_make_no_sense_are_refused(given: list[int], line: str) -> None:
    with pytest.raises(RecipeError) as caught:
        parents(given, 5)
    assert str(caught.value) == line


@given(st.data(), st.integers(1, 12))
def test_parents_are_refused_just_where_somebody_is_his_own_ancestor(data: st.DataObject, n: int) -> None:
    """Against the n-th power of the relation, which is empty where there is no cycle."""
    given = data.draw(st.lists(st.integers(-1, n - 1), min_size=n, max_size=n))
    relation = np.zeros((n, n), dtype=np.int64)
    for feature, parent in enumerate(given):
        relation[feature, parent] = parent >= 0
    power = np.eye(n, dtype=np.int64)
    for _ in range(n):
        power = np.minimum(power @ relation, 1)
    if power.any():
        with pytest.raises(RecipeError, match="is its own ancestor"):
            parents(given, n)
    else:
        assert parents(given, n) == tuple(given)


def test_a_long_line_of_descent_takes_no_long_time() -> None:
    """Each feature is looked at once: a check of every line to its end would take 5 billion looks."""
    assert parents(list(range(-1, 99_999)), 100_000)[-1] == 99_998


def test_features_that_go_together_need_the_same_probability() -> None:
    probability = np.array([[0.1, 0.1, 0.3], [0.2, 0.2, 0.3]], dtype=np.float32)
    check_equal(((0, 1), (2,)), probability, "are correlated")
    with pytest.raises(RecipeError) as caught:
        check_equal(((0, 1, 2),), probability, "are correlated")
    assert str(caught.value) == (
        "feature_probability: the features of a set are correlated, so give them the same, not 0.1 to 0.3"
    )


@pytest.mark.parametrize("p", [0.5, 1 / 3, 0.1, 1e-6])
def test_probabilities_that_add_up_to_one_are_not_too_much(p: float) -> None:
    count = round(1 / p) if p > 1e-3 else 100
    check_exclusive((tuple(range(count)),), np.full((2, count), p, dtype=np.float32))


def test_probabilities_that_add_up_to_more_are_refused() -> None:
    probability = np.array([[0.2, 0.2, 0.2], [0.5, 0.5, 0.25]], dtype=np.float32)
    check_exclusive(((0, 1), (2,)), probability)
    with pytest.raises(RecipeError) as caught:
        check_exclusive(((0, 1, 2),), probability)
    assert str(caught.value) == (
        "feature_probability: the 3 features of a set exclude each other, but their probabilities add up to 1.25; "
        'give at most 0.333 each, or probability_of = "set"'
    )
