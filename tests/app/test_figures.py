"""Figures: numbers as people read and type them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superviz.app.figures import nudged, read, rounded, shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5, "5"),
        (1024, "1,024"),
        (-3, "−3"),
        (0.9, "0.90"),
        (1.0, "1.00"),
        (0.05, "0.05"),
        (0.001, "0.001"),
        (1e-5, "0.00001"),
        (0.652, "0.652"),
        (1234.5, "1,234.50"),
        (-0.25, "−0.25"),
        (0.0, "0"),
        (math.inf, "inf"),
    ],
)
def test_numbers_are_shown_as_people_write_them(value: float, text: str) -> None:
    assert shown(value) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("1,024", 1024),
        (" 0.05 ", 0.05),
        ("5%", 0.05),
        ("−3", -3),
        ("1e-3", 0.001),
        ("+7", 7),
        (".5", 0.5),
        ("five", None),
        ("", None),
        ("1 2", None),
    ],
)
def test_numbers_are_read_as_people_type_them(text: str, value: float | None) -> None:
    assert read(text) == value
    assert type(read(text)) is type(value)


@given(st.integers(-(10**12), 10**12))
def test_whole_numbers_come_back(value: int) -> None:
    assert read(shown(value)) == value


@given(st.floats(1e-7, 1e6))
def test_other_numbers_come_back_but_for_the_last_digits(value: float) -> None:
    back = read(shown(value))
    assert back is not None
    assert back == pytest.approx(value, rel=5.01e-4)
    assert "e" not in shown(value)


@pytest.mark.parametrize(
    ("value", "direction", "expected"),
    [
        (5, 1, 6),
        (5, -1, 4),
        (1024, 1, 1124),
        (20, 1, 21),
        (0.05, 1, 0.051),
        (0.001, 1, 0.0011),
        (0.001, -1, 0.00099),
        (0.9, 1, 0.91),
        (1.0, -1, 0.99),
        (0.0, 1, 0.001),
        (0.0, -1, 0.0),
    ],
)
def test_a_notch_is_in_the_second_digit(value: float, direction: int, expected: float) -> None:
    assert nudged(value, direction) == pytest.approx(expected)
    assert type(nudged(value, direction)) is type(value)


@given(st.floats(1e-6, 1e6), st.sampled_from([-1, 1]))
def test_a_notch_goes_the_right_way_and_never_far(value: float, direction: int) -> None:
    value = rounded(value, 3)
    after = nudged(value, direction)
    assert (after - value) * direction > 0
    assert after == pytest.approx(value, rel=0.11)


@given(st.floats(1e-9, 1e9))
def test_rounding_keeps_two_digits(value: float) -> None:
    assert rounded(value) == pytest.approx(value, rel=0.05)
    assert len(f"{rounded(value):.12e}".split("e")[0].rstrip("0").replace(".", "")) <= 2


@given(st.floats(1e-6, 1e6), st.sampled_from([-1, 1]))
def test_below_zero_a_notch_is_the_same_the_other_way_round(value: float, direction: int) -> None:
    assert nudged(-value, direction) == -nudged(value, -direction)
