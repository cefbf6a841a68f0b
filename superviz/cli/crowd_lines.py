"""Lines on an instance of more features than can be listed: what stands out among them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

_PAIRS = 3


def length_digest(lengths: Sequence[float | None]) -> str:
    """How long features are: "0.41 to 1.20, median 0.98"; None is what is not finite."""
    ranked = sorted(length for length in lengths if length is not None)
    if not ranked:
        return "not finite"
    low, middle, high = (f"{ranked[at]:.2f}" for at in (0, len(ranked) // 2, -1))
    return f"all {middle}" if low == high else f"{low} to {high}, median {middle}"


def crowd_lines(W: NDArray[np.float32], dimensionality: Sequence[float | None]) -> list[str]:
    """What stands out among the features of W, (hidden, features), each with its share of a dimension."""
    from superviz.core.geometry import DEAD_NORM, extreme_pairs, weight_norms

    n_hidden, n_features = W.shape
    dead = int((weight_norms(W) < DEAD_NORM).sum())
    shares = [share for share in dimensionality if share is not None]
    lines = [f"{sum(shares):,.1f} of {n_hidden:,} dimensions used; {dead:,} of {n_features:,} features are dead"]
    found = zip(("nearest to each other", "most opposite"), extreme_pairs(W, _PAIRS), strict=True)
    return lines + [f"{words}: {'; '.join(map(_pair, pairs))}" for words, pairs in found if pairs]


def _pair(pair: tuple[int, int, float]) -> str:
    one, other, cosine = pair
    angle = math.degrees(math.acos(max(-1.0, min(1.0, cosine))))
    return f"{one + 1} and {other + 1}, {angle:.0f}°"
