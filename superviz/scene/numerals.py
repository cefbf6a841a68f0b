"""How numbers are written: true minus, thousands apart, as many digits as say something."""

from __future__ import annotations

import math

MINUS = "\N{MINUS SIGN}"
_HUGE = 1e6


def fixed(value: float, decimals: int = 2) -> str:
    """`value` with that many decimals, a true minus, and no minus before a zero; an en dash where it is no number.

    Numbers that only a run that diverged can have are in powers of ten: "1.3e8".
    """
    if not math.isfinite(value):
        return "\N{EN DASH}"
    if abs(value) >= _HUGE:
        return _in_powers_of_ten(value)
    text = f"{abs(value):.{decimals}f}"
    return MINUS + text if value < 0 and text.strip("0.") else text


def signed(value: float, decimals: int = 2) -> str:
    """As `fixed`, with a plus before what is above zero."""
    text = fixed(value, decimals)
    return "+" + text if 0 < value < math.inf and text.strip("0.") else text


def count(value: float) -> str:
    """A whole number, thousands apart by commas: "3,180"."""
    return f"{round(value):,}".replace("-", MINUS)


def loss_text(value: float) -> str:
    """A loss with two figures that count: "0.0014", "0.12", "1.5e−6"; an en dash where there is none."""
    if not math.isfinite(value):
        return "\N{EN DASH}"
    if value != 0 and not 1e-5 <= abs(value) < _HUGE:
        return _in_powers_of_ten(value)
    decimals = 2 if value == 0 else max(0, 1 - math.floor(math.log10(abs(value))))
    return fixed(value, decimals)


def _in_powers_of_ten(value: float) -> str:
    mantissa, _, exponent = f"{value:.1e}".partition("e")
    return f"{mantissa}e{int(exponent)}".replace("-", MINUS)


def probability_text(value: float) -> str:
    """A probability or sparsity with two decimals, more where two would round it to 0 or to 1: "0.05", "0.998"."""
    decimals = 2
    while decimals < 5 and 0 < value < 1 and float(f"{value:.{decimals}f}") in (0.0, 1.0):
        decimals += 1
    return fixed(value, decimals)
