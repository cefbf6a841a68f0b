"""Figures: numbers as people read and type them."""

from __future__ import annotations

import math


def shown(value: float) -> str:
    """A whole number with its thousands parted; any other with four digits that count, two decimals at the least."""
    if isinstance(value, int):
        return f"{value:,}".replace("-", "−")
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    decimals = max(2, 3 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{decimals}f}"
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction.rstrip('0').ljust(2, '0')}".replace("-", "−")


def read(text: str) -> int | float | None:
    """The number in `text`, thousands parted or not, or None where it holds none."""
    plain = text.strip().replace(",", "").replace("−", "-").replace("\u00a0", "").removesuffix("%")
    try:
        number = float(plain)
    except ValueError:
        return None
    if text.strip().endswith("%"):
        return number / 100
    return int(plain) if plain.lstrip("+-").isdigit() else number


def rounded(value: float, digits: int = 2) -> float:
    """`value` to that many digits that count: what a slider lands on."""
    return float(f"{value:.{digits - 1}e}")


def nudged(value: float, direction: int) -> float:
    """One notch up or down from `value`: in its second digit that counts, whole numbers by 1 at the least."""
    if isinstance(value, int):
        return value + direction * max(1, 10 ** (len(str(abs(value))) - 2))
    if value < 0:
        return -nudged(-value, -direction)
    if value == 0:
        return 0.001 if direction > 0 else 0.0
    exponent = math.floor(math.log10(value) + 1e-9)
    if direction < 0 and value <= 1.0000001 * 10**exponent:
        exponent -= 1
    return rounded(value + direction * 10.0 ** (exponent - 1), 3)
