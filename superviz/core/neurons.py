"""What each hidden neuron has come to mean: over how many features its weights spread."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from superviz.core.geometry import DEAD_NORM, Real, scaled_down

MONOSEMANTIC = 0.95
"""A neuron counts as monosemantic where one weight holds this share of its squared weights: small ones are noise."""


def polysemanticity(W: NDArray[Real]) -> NDArray[Real]:
    """How many features each neuron mixes, (..., hidden), of W (..., hidden, features).

    The participation ratio (sum_i a_i)^2 / sum_i a_i^2 of a_i = |W_ji|: 1 for a monosemantic neuron, the number of
    features where all weigh alike, 0 for a neuron without weights. Means something only where the hidden basis does.
    """
    weights = np.abs(scaled_down(W))
    totals = weights.sum(axis=-1)
    squares = np.einsum("...f,...f->...", weights, weights)
    return np.divide(totals**2, squares, out=np.zeros_like(totals), where=squares > 0)


def is_silent(W: NDArray[Real], *, signed: bool = False) -> NDArray[np.bool_]:
    """Which neurons behind a ReLU never fire to speak of, (..., hidden): heard weights shorter than DEAD_NORM.

    Where features are never negative (not `signed`), only positive weights are heard.
    """
    heard = W if signed else np.maximum(W, 0)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.sqrt(np.einsum("...f,...f->...", heard, heard)) < DEAD_NORM


def is_monosemantic(W: NDArray[Real], *, signed: bool = False) -> NDArray[np.bool_]:
    """Which neurons behind a ReLU are about one feature, (..., hidden), of W (..., hidden, features)."""
    squares = scaled_down(W) ** 2
    share = squares.max(axis=-1) >= MONOSEMANTIC * squares.sum(axis=-1)
    return share & ~is_silent(W, signed=signed)


def name_neurons(W: NDArray[Real], *, signed: bool = False) -> str:
    """What neurons behind a ReLU have come to mean all together, of W (hidden, features), in a word or two."""
    heard, alone = ~is_silent(W, signed=signed), is_monosemantic(W, signed=signed)
    if not heard.any():
        return "All silent"
    if not alone.any():
        return "Polysemantic"
    return "Monosemantic" if alone.sum() == heard.sum() else "Partly monosemantic"
