"""Colour arithmetic against published values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superviz.scene.color_space import (
    contrast,
    from_hex,
    from_linear,
    from_oklab,
    luminance,
    to_hex,
    to_linear,
    to_oklab,
)

colors = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06X}")


@pytest.mark.parametrize(
    ("color", "lab"),
    # Reference values of CSS Color 4's oklab() for the sRGB primaries.
    [
        ("#FFFFFF", (1.0, 0.0, 0.0)),
        ("#FF0000", (0.62796, 0.22486, 0.12585)),
        ("#00FF00", (0.86644, -0.23389, 0.17950)),
        ("#0000FF", (0.45201, -0.03246, -0.31153)),
        ("#000000", (0.0, 0.0, 0.0)),
    ],
)
def test_oklab_of_the_primaries(color: str, lab: tuple[float, float, float]) -> None:
    np.testing.assert_allclose(to_oklab(from_hex(color)), lab, atol=2e-4)


@given(colors)
def test_every_colour_survives_the_way_through_oklab(color: str) -> None:
    assert to_hex(from_oklab(to_oklab(from_hex(color)))) == color


@given(st.floats(0, 1))
def test_the_transfer_function_is_undone(value: float) -> None:
    assert from_linear(to_linear(np.array([value])))[0] == pytest.approx(value, abs=1e-6)


def test_contrast_of_wcag_examples() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)
    assert contrast("#FF0000", "#FFFFFF") == pytest.approx(4.0, abs=0.005)
    assert luminance("#00FF00") == pytest.approx(0.7152)


@given(colors, colors)
def test_contrast_has_no_order(one: str, other: str) -> None:
    assert contrast(one, other) == contrast(other, one)
    assert 1.0 <= contrast(one, other) <= 21.0 + 1e-9


def test_what_the_screen_cannot_show_is_clipped() -> None:
    assert to_hex(np.array([1.2, -0.1, 0.5])) == "#FF0080"
