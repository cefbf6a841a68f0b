"""Where an axis has its ticks: round numbers, evenly or on a log scale, and what they say."""

from __future__ import annotations

import math

from superviz.scene.numerals import MINUS, fixed

_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
_LOG_LADDERS = ((1.0,), (1.0, 3.0), (1.0, 2.0, 5.0), (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0))


def even_ticks(low: float, high: float, most: int, *, whole: bool = False) -> tuple[float, ...]:
    """Multiples of a round number within [low, high], `most` of them or fewer; `whole` numbers only, if asked."""
    if not high > low or most < 1:
        return ()
    rough = (high - low) / most
    base = 10.0 ** math.floor(math.log10(rough))
    steps = (base * digit for digit in (*_ROUND, 20.0))
    step = next(
        s for s in steps if math.floor(high / s + 1e-9) - math.ceil(low / s - 1e-9) < most and not (whole and s % 1)
    )
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(step * index for index in range(first, last + 1))


def log_ticks(low: float, high: float, most: int) -> tuple[float, ...]:
    """Readable numbers within [low, high], both above 0: powers of ten, with 3s, 2s and 5s between where there is room.

    The finest ladder that stays within `most`; of decades too many, every second, third... is left out.
    """
    if not 0 < low < high:
        return ()
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    chosen: tuple[float, ...] = ()
    for ladder in _LOG_LADDERS:
        ticks = tuple(t for d in decades for digit in ladder if low <= (t := float(f"{digit}e{d}")) <= high)
        if len(ticks) > most:
            break
        chosen = ticks
    if chosen or most < 1:
        return chosen
    powers = [t for d in decades if low <= (t := float(f"1e{d}")) <= high]
    return tuple(powers[:: max(1, math.ceil(len(powers) / most))])


def short(value: float, longest: int = 6) -> str:
    """A tick's label without what can be left out: ".01", "−1", "0.5" as ".5"; "1e−5" where it would be longer."""
    power = f"{value:.0e}".replace("e-0", "e-").replace("e+0", "e").replace("-", MINUS)
    if value != 0 and not 1e-4 <= abs(value) < 1e6:
        return power
    text = fixed(value, 4).rstrip("0").rstrip(".")
    text = text.replace("0.", ".", 1) if abs(value) < 1 and value else text
    return text if len(text) <= longest else power
