"""Ticks are round, within the axis, few enough, and evenly apart in what the axis counts in."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superviz.scene.ticks import even_ticks, log_ticks, short


@pytest.mark.parametrize(
    ("low", "high", "most", "ticks"),
    [
        (0, 5000, 11, (0, 500, 1000, 1500, 2000, 2500, 3000, 3500, 4000, 4500, 5000)),
        (0, 5000, 7, (0, 1000, 2000, 3000, 4000, 5000)),
        (-2, 2, 5, (-2, -1, 0, 1, 2)),
        (-0.5, 0.5, 5, (-0.4, -0.2, 0, 0.2, 0.4)),
        (0, 4240, 6, (0, 1000, 2000, 3000, 4000)),
    ],
)
def test_even(low: float, high: float, most: int, ticks: tuple[float, ...]) -> None:
    assert even_ticks(low, high, most) == pytest.approx(ticks)


def test_whole_steps_only() -> None:
    assert even_ticks(0, 3, 11, whole=True) == (0, 1, 2, 3)
    assert even_ticks(0, 3, 11) != (0, 1, 2, 3)


@pytest.mark.parametrize(("low", "high", "most"), [(1, 1, 5), (2, 1, 5), (0, 1, 0), (math.nan, 1, 5)])
def test_no_axis_no_ticks(low: float, high: float, most: int) -> None:
    assert even_ticks(low, high, most) == ()


@given(st.floats(-1e4, 1e4), st.floats(1e-3, 1e6), st.integers(2, 20))
def test_even_ticks_are_round_and_few(low: float, span: float, most: int) -> None:
    ticks = even_ticks(low, low + span, most)
    assert len(ticks) <= most
    assert all(low - 1e-6 * span <= tick <= low + span * (1 + 1e-6) for tick in ticks)
    if len(ticks) > 1:
        step = ticks[1] - ticks[0]
        np.testing.assert_allclose(np.diff(ticks), step, rtol=1e-6)
        mantissa = step / 10 ** math.floor(math.log10(step) + 1e-9)
        assert any(mantissa == pytest.approx(digit, rel=1e-4) for digit in (1, 2, 2.5, 5, 10))


@pytest.mark.parametrize(
    ("low", "high", "most", "ticks"),
    [
        (0.00103, 0.01216, 2, (0.003, 0.01)),
        (0.00103, 0.01216, 4, (0.002, 0.005, 0.01)),
        (0.0011, 0.0061, 4, (0.002, 0.005)),
        (1e-6, 1.5, 3, (1e-6, 1e-3, 1.0)),
        (0.02, 0.04, 4, (0.02, 0.03, 0.04)),
    ],
)
def test_log(low: float, high: float, most: int, ticks: tuple[float, ...]) -> None:
    assert log_ticks(low, high, most) == pytest.approx(ticks)


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-1, 1), (1, 1), (math.nan, 1)])
def test_no_log_axis_no_ticks(low: float, high: float) -> None:
    assert log_ticks(low, high, 4) == ()


def test_no_room_no_ticks() -> None:
    assert log_ticks(0.001, 1, 0) == ()


@given(st.floats(-8, 3), st.floats(0.05, 9), st.integers(1, 8))
def test_log_ticks_lie_on_the_axis(exponent: float, decades: float, most: int) -> None:
    low, high = 10**exponent, 10 ** (exponent + decades)
    ticks = log_ticks(low, high, most)
    assert len(ticks) <= most
    assert all(low <= tick <= high for tick in ticks)
    assert list(ticks) == sorted(set(ticks))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.01, ".01"),
        (0.003, ".003"),
        (0.0001, ".0001"),
        (1e-5, "1e−5"),
        (-1, "−1"),
        (0, "0"),
        (0.5, ".5"),
        (-0.5, "−.5"),
        (2.5, "2.5"),
        (10, "10"),
        (1e6, "1e6"),
    ],
)
def test_short(value: float, text: str) -> None:
    assert short(value) == text
