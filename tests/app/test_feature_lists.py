"""Sets and parents are typed as the window counts, from 1, and what can't be meant is refused in those words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superviz.app.feature_lists import matrix_shown, parents_shown, read_parents, read_sets, sets_shown
from superviz.core import structure
from superviz.core.errors import RecipeError
from superviz.core.experiment import Experiment


@pytest.mark.parametrize(
    ("text", "sets"),
    [
        ("2", 2),
        ("1 2, 3 4 5", ((0, 1), (2, 3, 4))),
        ("1 2", ((0, 1),)),
        ("  5   1 ;2 3 ", ((4, 0), (1, 2))),
        ("1 2,", ((0, 1),)),
    ],
)
def test_sets_are_read(text: str, sets: object) -> None:
    assert read_sets(text, 5) == sets


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1 2, 2 3", "feature 2 is there twice"),
        ("1 1", "feature 1 is there twice"),
        ("1 6", "no feature 6; give features from 1 to 5"),
        ("0 1", "no feature 0; give features from 1 to 5"),
        ("1 2, 3", "a set of 1; give at least 2"),
        ("1,2", "a set of 1; give at least 2"),
        ("one two", "one is no whole number"),
        ("1.5", "1.5 is no whole number"),
        ("-1 2", "-1 is no whole number"),
        (", ,", "nothing given"),
        ("9" * 5000, "is no whole number"),
    ],
)
def test_sets_that_cant_be_are_refused(text: str, says: str) -> None:
    with pytest.raises(RecipeError) as refused:
        read_sets(text, 5)
    line = str(refused.value)
    assert line.startswith("feature_sets: ")
    assert says in line
    assert "give " in line
    assert len(line) < 150


@given(st.integers(4, 12).flatmap(lambda n: st.tuples(st.just(n), st.permutations(range(n)), st.integers(2, n - 2))))
def test_sets_come_back_as_they_were_shown(drawn: tuple[int, list[int], int]) -> None:
    n, order, cut = drawn
    sets = (tuple(order[:cut]), tuple(order[cut:]))
    read = read_sets(sets_shown(sets), n)
    assert read == sets
    assert Experiment(n_features=n, n_hidden=2, distribution="correlated", feature_sets=read).sets() == sets


def test_a_size_is_shown_as_itself() -> None:
    assert sets_shown(3) == "3"
    assert read_sets(sets_shown(3), 5) == 3


def test_parents_are_read_with_0_for_none() -> None:
    assert read_parents("0 1 1 0 4", 5) == (-1, 0, 0, -1, 3)
    assert read_parents("0, 1, 1", 3) == (-1, 0, 0)
    assert read_parents("2 0", 2) == (1, -1)
    assert read_parents("", 3) == structure.parents((), 3)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0 1", "2 given for 3 features"),
        ("0 1 x", "x is no whole number"),
        ("0 1 9", "no feature 9; give features from 1 to 3, or 0 for none"),
        ("1 0 0", "feature 1 is its own ancestor"),
        ("3 1 2", "feature 1 is its own ancestor"),
        ("0 3 2", "feature 2 is its own ancestor"),
    ],
)
def test_parents_that_cant_be_are_refused(text: str, says: str) -> None:
    with pytest.raises(RecipeError) as refused:
        read_parents(text, 3)
    assert str(refused.value).startswith("parents: ")
    assert says in str(refused.value)


@given(st.integers(1, 7).flatmap(lambda n: st.lists(st.integers(-1, n - 1), min_size=n, max_size=n)))
def test_they_are_refused_where_the_recipe_would_refuse_them_and_nowhere_else(parents: list[int]) -> None:
    n, text = len(parents), parents_shown(parents, len(parents))
    try:
        expected: object = structure.parents(parents, n)
    except RecipeError:
        expected = None
    if expected is None:
        with pytest.raises(RecipeError, match="own ancestor"):
            read_parents(text, n)
    else:
        assert read_parents(text, n) == expected


def test_parents_that_arent_given_are_shown_as_they_are_taken() -> None:
    assert parents_shown((), 5) == "0 1 0 3 0"
    assert read_parents(parents_shown((), 5), 5) == structure.parents((), 5)


def test_given_weights_are_told_by_their_size() -> None:
    matrix = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
    assert matrix_shown(matrix) == "2 × 3"
    assert matrix_shown((matrix,) * 8) == "8 of 2 × 3"
