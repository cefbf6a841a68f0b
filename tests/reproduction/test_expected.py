"""What counts as near enough, and how numbers are said."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superviz.reproduction.expected import at_least, at_most, between, in_words, near, number


def test_one_value_stands_for_all_that_is_measured() -> None:
    expected = near(1.13, 0.02)
    assert expected.admits([1.11, 1.13, 1.15])
    assert not expected.admits([1.13, 1.1501])
    assert not expected.admits([1.1099, 1.13])


def test_several_values_stand_for_one_number_each() -> None:
    expected = near([1, 1, 0], 0.05)
    assert expected.admits([0.96, 1.04, 0.03])
    assert not expected.admits([0, 1, 1])
    assert not expected.admits([1, 1])
    assert not expected.admits([1, 1, 0, 0])


def test_nothing_measured_and_no_number_are_no_pass() -> None:
    for expected in (near(0, 1), at_least(-1), at_most(1), between(-1, 1)):
        assert not expected.admits([])
        assert not expected.admits([math.nan])
        assert not expected.admits([0.0, math.inf])


def test_bounds_are_included() -> None:
    assert at_least(3).admits([3, 4])
    assert not at_least(3).admits([2.999])
    assert at_most(3).admits([3, -4])
    assert not at_most(3).admits([3.001])
    assert between(0.38, 0.41).admits([0.38, 0.41])
    assert not between(0.38, 0.41).admits([0.375])
    assert near(4, 0).admits([4.0])
    assert not near(4, 0).admits([4.0000001])


@given(st.floats(-1e3, 1e3), st.floats(1e-6, 10), st.floats(-3, 3))
def test_near_is_a_distance(value: float, tolerance: float, share: float) -> None:
    if abs(abs(share) - 1) > 1e-6:
        assert near(value, tolerance).admits([value + share * tolerance]) == (abs(share) < 1)


@pytest.mark.parametrize(
    ("expected", "words", "tolerance"),
    [
        (near(1.13, 0.02), "1.13", "± 0.02"),
        (near([1, 1, 0, 0, 0], 0.05), "1, 1, 0, 0, 0", "± 0.05"),
        (near([0.5, 0.5], 0.05), "0.5", "± 0.05"),
        (near(-0.25, 1e-6), "−0.25", "± 1e−6"),
        (near(4, 0), "4", "exactly"),
        (between(0.38, 0.41), "0.38 to 0.41", ""),
        (at_least(0.95), "at least 0.95", ""),
        (at_most(1e-4), "at most 0.0001", ""),
    ],
)
def test_how_it_is_said(expected, words: str, tolerance: str) -> None:
    assert (expected.words, expected.tolerance) == (words, tolerance)


@pytest.mark.parametrize(
    ("tolerance", "said"),
    [
        (0.02, "1.135"),
        (0.5, "1.13"),
        (1, "1"),
        (7, "1"),
        (10, "1"),
        (1e-4, "1.13457"),
        (1e-9, "1.134568"),
        (0, "1.13"),
    ],
)
def test_what_was_measured_is_told_one_place_beyond_the_tolerance(tolerance: float, said: str) -> None:
    assert in_words([1.1345678], near(1, tolerance).decimals, figures=3) == said


def test_many_numbers_are_told_by_their_ends_and_equals_once() -> None:
    assert in_words([0.1, 0.2, 0.3]) == "0.1, 0.2, 0.3"
    assert in_words([0.5] * 20) == "0.5"
    assert in_words([*range(9, 0, -1)]) == "1 to 9"
    assert in_words([0.49951, 0.50049], 2) == "0.50"
    assert in_words([]) == "nothing"


def test_numbers() -> None:
    assert number(-0.0012345) == "−0.0012345"
    assert number(-0.0012345, figures=3) == "−0.00123"
    assert number(1e-15) == "0"
    assert number(-0.0001, 2) == "0.00"
    assert number(1.5e7, figures=3) == "1.5e7"
