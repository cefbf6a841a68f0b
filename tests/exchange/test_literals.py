"""Literals: Python and TOML read the same numbers from them, and no line is long."""

from __future__ import annotations

import ast
import tomllib

from hypothesis import given
from hypothesis import strategies as st

from superviz.exchange.literals import count, literal

numbers = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
nested = st.recursive(numbers, lambda inner: st.lists(inner, min_size=1, max_size=30), max_leaves=60)


@given(nested)
def test_python_and_toml_read_the_same(value) -> None:
    text = literal(value)
    assert ast.literal_eval(text) == value
    assert tomllib.loads(f"value = {text}")["value"] == value
    assert max(map(len, text.splitlines())) <= 120


def test_what_people_read() -> None:
    assert literal(10_000) == "10_000"
    assert literal(0.05) == "0.05"
    assert literal([1.0, 0.5]) == "[1.0, 0.5]"
    assert literal([[0, 1], [2, 3]]) == "[[0, 1], [2, 3]]"
    rows = [[0.123456789] * 4] * 2
    row = "[0.123456789, 0.123456789, 0.123456789, 0.123456789]"
    assert literal(rows) == f"[\n    {row},\n    {row},\n]"
    wrapped = literal([0.123456789] * 20).splitlines()
    assert (wrapped[0], wrapped[-1], len(wrapped)) == ("[", "]", 5)


def test_counting() -> None:
    assert count([1, [2, 3], [[4], "five"]]) == 5
    assert count(7) == 1
