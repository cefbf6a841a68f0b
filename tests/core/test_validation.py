"""Numbers are taken strictly, and whatever pydantic finds wrong is told in one line that names the field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from superviz.core.errors import RecipeError
from superviz.core.experiment import Experiment
from superviz.core.recipe import parse_recipe
from superviz.core.validation import Number, Whole, in_one_line, number_within, whole_within


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    count: Annotated[Whole, Field(ge=1, lt=10)] = 1
    rate: Annotated[Number, Field(gt=0)] = 0.5


def _line(**values: object) -> str:
    with pytest.raises(ValidationError) as caught:
        _Settings(**values)  # pyright: ignore[reportArgumentType]
    return in_one_line(caught.value, list(_Settings.model_fields))


@pytest.mark.parametrize(
    ("value", "kind"),
    [(3, int), (np.int64(3), int), (np.uint8(3), int), (3.0, int), (np.float32(3), int), (np.array(3), int)],
)
def test_whole_numbers_of_any_maker_become_plain_ints(value: object, kind: type) -> None:
    count = _Settings(count=value).count  # pyright: ignore[reportArgumentType]
    assert count == 3
    assert type(count) is kind


@pytest.mark.parametrize("value", [1, 0.25, np.float32(0.25), np.float64(1e-3)])
def test_numbers_of_any_maker_become_plain_floats(value: float) -> None:
    rate = _Settings(rate=value).rate
    assert type(rate) is float
    assert rate == value


@pytest.mark.parametrize("value", [True, False, "3", None, [3], {}, np.array([3]), np.bool_(True), 3j])
def test_what_is_no_number_is_refused_by_name(value: object) -> None:
    assert _line(count=value).startswith("count: give a number, not ")
    assert _line(rate=value).startswith("rate: give a number, not ")


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"count": 0}, "count: give at least 1, not 0"),
        ({"count": 10}, "count: give less than 10, not 10"),
        ({"count": 2.5}, "count: give a whole number, not 2.5"),
        ({"count": float("nan")}, "count: give a whole number, not nan"),
        ({"count": float("inf")}, "count: give a whole number, not inf"),
        ({"rate": -1}, "rate: give more than 0, not -1"),
        ({"rate": float("nan")}, "rate: give more than 0, not nan"),
        ({"speed": 1}, "speed: no such field; the fields are count, rate"),
        ({"a\nb": 1}, "a b: no such field; the fields are count, rate"),
        ({"count": 0, "rate": 0}, "count: give at least 1, not 0; rate: give more than 0, not 0"),
    ],
)
def test_lines(values: dict[str, object], line: str) -> None:
    assert _line(**values) == line


def test_a_number_too_long_to_print_is_still_refused_in_one_short_line() -> None:
    assert _line(count=10**5000) == "count: give less than 10, not so long a number"
    assert _line(rate=10**5000) == "rate: give a smaller number, not so long a number"


def test_the_table_is_named() -> None:
    with pytest.raises(ValidationError) as caught:
        _Settings(count=0)
    assert in_one_line(caught.value, [], "about") == "about.count: give at least 1, not 0"


@given(st.floats(allow_nan=False, min_value=1e-30, max_value=1.0))
def test_number_within_lets_through_what_is_within(value: float) -> None:
    assert number_within(value, 0.0, 1.0, "a probability") == value


@given(
    st.one_of(st.floats(max_value=0.0), st.floats(min_value=1.0, exclude_min=True), st.just(float("nan")), st.text())
)
def test_number_within_refuses_the_rest(value: object) -> None:
    with pytest.raises(ValueError, match="give a probability, not "):
        number_within(value, 0.0, 1.0, "a probability")


def test_number_within_refuses_what_float32_rounds_to_zero() -> None:
    with pytest.raises(ValueError, match="not 1e-60"):
        number_within(1e-60, 0.0, 1.0, "a probability")


@given(st.integers(-5, 5) | st.sampled_from([2.0, np.int64(3), np.float32(-1)]))
def test_whole_within_lets_through_what_is_within(value: float) -> None:
    number = whole_within(value, -5, 5, "a few")
    assert number == value
    assert type(number) is int


@pytest.mark.parametrize("value", [-6, 6, 0.5, float("nan"), float("inf"), True, "3", None, [3], 10**400])
def test_whole_within_refuses_the_rest(value: object) -> None:
    with pytest.raises(ValueError, match=r"^give a few, not "):
        whole_within(value, -5, 5, "a few")


@pytest.mark.parametrize("value", [1e30, 2.0**63, -1e300])
def test_a_whole_number_written_as_a_huge_float(value: float) -> None:
    with pytest.raises(RecipeError, match=r"^steps: give a smaller number, not "):
        Experiment(n_features=5, n_hidden=2, steps=value)  # pyright: ignore[reportArgumentType]


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*Experiment.model_fields, "about", "other"]), _json, max_size=5))
def test_whatever_a_recipe_holds_it_is_an_experiment_or_one_line(values: dict[str, object]) -> None:
    line = _line_of(lambda: Experiment(**{"n_features": 5, "n_hidden": 2, **values}))  # pyright: ignore[reportArgumentType]
    assert "\n" not in line


@given(st.text(max_size=60))
def test_whatever_a_file_says_it_is_a_recipe_or_one_line(text: str) -> None:
    line = _line_of(lambda: parse_recipe("n_features = 5\nn_hidden = 2\n" + text, "r"))
    assert line.startswith("r: ") or not line
    assert "\n" not in line


def _line_of(read: Callable[[], object]) -> str:
    """The line of the RecipeError that reading raises, or "" where it raises none."""
    try:
        read()
    except RecipeError as error:
        return str(error)
    return ""
