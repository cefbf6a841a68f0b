"""What each hidden neuron has come to mean: over how many features its weights spread."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from superviz.core.geometry import Real


def polysemanticity(W: NDArray[Real]) -> NDArray[Real]:
    """How many features each neuron mixes, (..., hidden), of W (..., hidden, features).

    The participation ratio (sum_i a_i)^2 / sum_i a_i^2 of a_i = |W_ji|: 1 for a monosemantic neuron, the number of
    features where all weigh alike, 0 for a neuron without weights. Means something only where the hidden basis does.
    """
    weights = np.abs(W)
    totals = weights.sum(axis=-1)
    squares = np.einsum("...f,...f->...", weights, weights)
    return np.divide(totals**2, squares, out=np.zeros_like(totals), where=squares > 0)
