"""Fields: what people may write for each, as plain tuples of plain numbers, and one line for all else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superviz.core.errors import RecipeError
from superviz.core.experiment import Experiment
from superviz.core.fields import per_instance, spread_out

SCALE = "a scale above 0 and at most 1,000"
SEED = "a whole number from 0 to 2^63 - 1, or a list with one an instance"
CORNERS = "a number of corners, at least 2, or a list with one an instance"
SETS = "a size, at least 2, or lists of features, counted from 0, such as [[0, 1], [2, 3]]"
PARENTS = "a list with one parent a feature, counted from 0, and -1 for none"
START = "random, polygon, or a matrix of numbers, one list a hidden dimension, for all instances or for each"
LISTS = "lists of different lengths; give one list an instance, one number a feature"


def value_of(name: str, value: object) -> object:
    """What an experiment of 3 features in 2 dimensions, twice, makes of a field's value."""
    return getattr(Experiment(**{"n_features": 3, "n_hidden": 2, "n_instances": 2, name: value}), name)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("name", "value", "taken"),
    [
        ("feature_probability", np.float32(0.5), 0.5),
        ("feature_probability", np.array([0.5, 1]), (0.5, 1.0)),
        ("importance", [[1, 2, 3], (4, 5, 6)], ((1.0, 2.0, 3.0), (4.0, 5.0, 6.0))),
        ("starting_bias", -1, -1.0),
        ("starting_bias", [0, -0.5, 1], (0.0, -0.5, 1.0)),
        ("starting_scale", 2, 2.0),
        ("starting_scale", np.array([0.1, 10]), (0.1, 10.0)),
        ("seed", np.int64(7), 7),
        ("seed", 7.0, 7),
        ("seed", [0, 2**63 - 1], (0, 2**63 - 1)),
        ("seed", np.array([3, 4]), (3, 4)),
        ("starting_polygon", (2, 3), (2, 3)),
        ("feature_sets", 3, 3),
        ("feature_sets", [[0, 2]], ((0, 2),)),
        ("feature_sets", np.array([[0, 2]]), ((0, 2),)),
        ("parents", [], ()),
        ("parents", np.array([-1, 0, 0]), (-1, 0, 0)),
        ("starting_weights", "random", "random"),
        ("starting_weights", [[1, 2, 3], [4, 5, 6.5]], ((1.0, 2.0, 3.0), (4.0, 5.0, 6.5))),
        ("starting_weights", np.ones((2, 3), dtype=np.float32), ((1.0,) * 3,) * 2),
        ("starting_weights", np.ones((2, 2, 3)), (((1.0,) * 3,) * 2,) * 2),
    ],
)
def test_what_is_taken(name: str, value: object, taken: object) -> None:
    found = value_of(name, value)
    assert found == taken
    hash(found)
    if not isinstance(found, (tuple, str)):
        assert type(found) is type(taken)


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("feature_probability", [[0.1] * 3, [0.1] * 2], LISTS),
        ("feature_probability", [[0.1] * 3, 0.1], LISTS),
        ("feature_probability", [[], []], LISTS),
        ("starting_bias", "low", "give a bias between -1,000,000 and 1,000,000, not 'low'"),
        ("starting_bias", float("-inf"), "give a bias between -1,000,000 and 1,000,000, not -inf"),
        ("starting_scale", 0, f"give {SCALE}, not 0"),
        ("starting_scale", [1, 1e4], f"give {SCALE}, not 10000.0"),
        ("starting_scale", [[1], [2]], f"nested lists; give {SCALE}, or a list with one an instance"),
        ("starting_scale", [], f"an empty list; give {SCALE}"),
        ("seed", -1, f"give {SEED}, not -1"),
        ("seed", 2**63, f"give {SEED}, not 9223372036854775808"),
        ("seed", 0.5, f"give {SEED}, not 0.5"),
        ("seed", True, f"give {SEED}, not True"),
        ("seed", float("nan"), f"give {SEED}, not nan"),
        ("seed", "1", f"give {SEED}, not '1'"),
        ("seed", [], f"an empty list; give {SEED}"),
        ("seed", [[1, 2]], f"give {SEED}, not [1, 2]"),
        ("starting_polygon", 1, f"give {CORNERS}, not 1"),
        ("feature_sets", 1, f"give {SETS}, not 1"),
        ("feature_sets", "pairs", f"give {SETS}, not 'pairs'"),
        ("feature_sets", [0, 1], f"give {SETS}"),
        ("feature_sets", [], f"an empty list; give {SETS}"),
        ("feature_sets", [[0, -1]], f"give {SETS}, not -1"),
        ("parents", 0, f"give {PARENTS}"),
        ("parents", "none", f"give {PARENTS}"),
        ("parents", [-2, 0, 0], f"give {PARENTS}, not -2"),
        ("starting_weights", "spiral", f"give {START}"),
        ("starting_weights", 1, f"give {START}"),
        ("starting_weights", None, f"give {START}"),
        ("starting_weights", {"W": 1}, f"give {START}"),
        ("starting_weights", [], f"give {START}"),
        ("starting_weights", [[]], f"give {START}"),
        ("starting_weights", [1, 2], f"give {START}"),
        ("starting_weights", [[[[1]]]], f"give {START}"),
        ("starting_weights", [[1, 2, 3], [1, 2]], f"lists of different lengths; give {START}"),
        ("starting_weights", [[1, 2, 3], 1], f"lists of different lengths; give {START}"),
        ("starting_weights", [["a"] * 3] * 2, f"give {START}, not 'a'"),
        ("starting_weights", [[True] * 3] * 2, f"give {START}, not True"),
        ("starting_weights", [[float("nan")] * 3] * 2, f"give {START}, not nan"),
        ("starting_weights", [[1e39] * 3] * 2, f"give {START}, not 1e+39"),
        ("starting_weights", [[-1e300] * 3] * 2, f"give {START}, not -1e+300"),
    ],
)
def test_what_is_refused(name: str, value: object, line: str) -> None:
    with pytest.raises(RecipeError) as caught:
        value_of(name, value)
    assert str(caught.value) == f"{name}: {line}"


def test_an_integer_too_long_for_any_float_is_refused_too() -> None:
    for name in ("starting_weights", "starting_scale", "seed", "feature_sets"):
        with pytest.raises(RecipeError, match=rf"^{name}: .*, not so long a number$"):
            value_of(name, [[10**5000] * 3] * 2 if name in ("starting_weights", "feature_sets") else [10**5000])


def test_lists_nested_without_end_are_refused_before_they_are_gone_through() -> None:
    value: list[Any] = []
    for _ in range(10_000):
        value = [value]
    for name in ("starting_weights", "feature_sets", "parents", "importance", "seed", "starting_scale"):
        with pytest.raises(RecipeError, match=rf"^{name}: ") as caught:
            value_of(name, value)
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 300


@given(st.lists(st.integers(0, 9), min_size=1, max_size=6), st.integers(1, 6))
def test_one_entry_an_instance(entries: list[int], n_instances: int) -> None:
    assert per_instance("seed", entries[0], n_instances) == (entries[0],) * n_instances
    if len(entries) == n_instances:
        assert per_instance("seed", entries, n_instances) == tuple(entries)
    else:
        with pytest.raises(RecipeError) as caught:
            per_instance("seed", entries, n_instances)
        line = f"seed: a list of {len(entries)}, but n_instances is {n_instances}: give one number for each"
        assert str(caught.value) == line


def test_a_plain_list_is_spread_along_what_it_has_one_of() -> None:
    by_instance = spread_out("p", [1.0, 2.0], 2, 2, per_list="instance")
    by_feature = spread_out("I", [1.0, 2.0], 2, 2, per_list="feature")
    np.testing.assert_array_equal(by_instance, [[1, 1], [2, 2]])
    np.testing.assert_array_equal(by_feature, [[1, 2], [1, 2]])
    assert by_instance.dtype == by_feature.dtype == np.float32


@pytest.mark.parametrize(
    ("given", "per_list", "line"),
    [
        ([1.0], "instance", "p: a list of 1, but n_instances is 2: give one number for each"),
        ([1.0], "feature", "p: a list of 1, but n_features is 3: give one number for each"),
        (
            [[1.0], [1.0]],
            "feature",
            "p: 2 lists of 1, but there are 2 instances of 3 features: give one list an instance, one number a feature",
        ),
    ],
)
def test_lists_of_another_size_are_refused(given, per_list, line: str) -> None:
    with pytest.raises(RecipeError) as caught:
        spread_out("p", given, 2, 3, per_list=per_list)
    assert str(caught.value) == line
