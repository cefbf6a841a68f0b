"""Numbers as people read them: true minus, thousands, digits that count."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superviz.scene.numerals import count, fixed, loss_text, probability_text, signed


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (1.294, 2, "1.29"),
        (-1.066, 2, "−1.07"),
        (-0.001, 2, "0.00"),
        (0.0, 2, "0.00"),
        (-0.96, 1, "−1.0"),
        (-0.04, 1, "0.0"),
    ],
)
def test_fixed(value: float, decimals: int, text: str) -> None:
    assert fixed(value, decimals) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.386, "+0.39"), (-1.04, "−1.04"), (0.004, "0.00"), (-0.004, "0.00"), (0.0, "0.00")]
)
def test_signed(value: float, text: str) -> None:
    assert signed(value) == text


@pytest.mark.parametrize("write", [fixed, signed, loss_text])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_a_dash(write, value: float) -> None:
    assert write(value) == "–"


@pytest.mark.parametrize(("value", "text"), [(0, "0"), (3180.4, "3,180"), (1_000_000, "1,000,000"), (-1234, "−1,234")])
def test_count(value: float, text: str) -> None:
    assert count(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.00142, "0.0014"),
        (0.0139, "0.014"),
        (0.12, "0.12"),
        (3.04, "3.0"),
        (42.0, "42"),
        (1.5e-6, "1.5e−6"),
        (0.0, "0.00"),
        (2e7, "2.0e7"),
    ],
)
def test_loss(value: float, text: str) -> None:
    assert loss_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.05, "0.05"), (1.0, "1.00"), (0.0, "0.00"), (0.998, "0.998"), (0.0021, "0.002"), (0.99999999, "1.00000")],
)
def test_probability(value: float, text: str) -> None:
    assert probability_text(value) == text


@given(st.floats(-1e6, 1e6), st.integers(0, 4))
def test_reads_back(value: float, decimals: int) -> None:
    text = fixed(value, decimals)
    assert float(text.replace("−", "-")) == pytest.approx(value, abs=0.5 * 10**-decimals + 1e-9)
    assert "-" not in text
    assert text != "−0"
    assert not (text.startswith("−") and not text.strip("−0."))


@given(st.floats(1e-5, 1e5))
def test_a_loss_keeps_two_figures(value: float) -> None:
    assert float(loss_text(value)) == pytest.approx(value, rel=0.051)


@pytest.mark.parametrize(("value", "text"), [(127_795_888.0, "1.3e8"), (-3.2e27, "−3.2e27"), (999_999.0, "999999.00")])
def test_what_only_a_run_that_diverged_can_have_is_short(value: float, text: str) -> None:
    assert fixed(value) == text
