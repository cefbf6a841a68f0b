"""Geometry of feature directions: gram matrix, responses, norms, feature dimensionality, crowding.

W is (..., hidden, features): column i is feature i's direction W_i, and What_i its unit vector. All is computed in W's
own precision; where training diverged, finite weights may have infinite products, which is no reason to warn.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Real = TypeVar("Real", np.float32, np.float64)

DEAD_NORM = 0.1
"""A feature whose direction is shorter counts as dead: the model does not represent it."""
_ROWS_AT_ONCE = 512
"""Of a gram matrix: of 16,384 features so many take 32 MB, where all of it would take a gigabyte."""


def gram_matrix(W: NDArray[Real]) -> NDArray[Real]:
    """W^T W, (..., features, features). Off the diagonal, G_ij is the interference of features i and j."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.matmul(np.swapaxes(W, -1, -2), W)


def response(W: NDArray[Real], W_out: NDArray[Real] | None = None, *, rectified: bool = False) -> NDArray[Real]:
    """What each feature does to each output, (..., features, features): row i is what x_i = 1 adds when alone.

    W_out^T f(W e_i), before bias and output ReLU; W_out is W where the model is tied, and f a ReLU where the hidden
    layer is `rectified`. In a tied model without that it is the gram matrix, and its rows add up for several features.
    """
    hidden = np.maximum(W, 0) if rectified else W
    with np.errstate(over="ignore", invalid="ignore"):
        return np.matmul(np.swapaxes(hidden, -1, -2), W if W_out is None else W_out)


def weight_norms(W: NDArray[Real]) -> NDArray[Real]:
    """Each direction's length ||W_i||, (..., features)."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.sqrt(np.einsum("...hf,...hf->...f", W, W))


def frobenius_norm_squared(W: NDArray[Real]) -> NDArray[Real]:
    """||W||_F^2, (...): about how many features are represented (TMS, "The geometry of superposition")."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.einsum("...hf,...hf->...", W, W)


def feature_dimensionality(W: NDArray[Real]) -> NDArray[Real]:
    """D_i = ||W_i||^2 / sum_j (What_i . W_j)^2, (..., features): the share of a dimension feature i has.

    0 for a dead feature (norm under DEAD_NORM), where the quotient means nothing. TMS, "The geometry of superposition";
    the same as Scherlis et al.'s capacity. The sum over features is at most the number of hidden dimensions.
    """
    alive = weight_norms(W) >= DEAD_NORM
    squared_norms, totals = _overlaps(scaled_down(W))
    return np.divide(squared_norms**2, totals, out=np.zeros_like(totals), where=alive)


def crowding(W: NDArray[Real]) -> NDArray[Real]:
    """How crowded feature i is: sum over j != i of (What_i . W_j)^2, (..., features).

    0 where i is orthogonal to all others, 1 or more where it is swamped, 0 for a dead feature. TMS, "Superposition as a
    phase change" (the colours of its bars).
    """
    squared_norms, totals = _overlaps(W)
    alive = squared_norms >= DEAD_NORM**2
    others = np.maximum(totals - squared_norms**2, 0)
    return np.divide(others, squared_norms, out=np.zeros_like(others), where=alive)


def scaled_down(W: NDArray[Real]) -> NDArray[Real]:
    """W over a power of two, where its squares might overflow: what is asked of it must not depend on its scale."""
    largest = np.abs(W).max(axis=(-2, -1), keepdims=True, initial=0)
    return np.ldexp(W, -np.where(largest > 1e4, np.frexp(largest)[1], 0))


def _overlaps(W: NDArray[Real]) -> tuple[NDArray[Real], NDArray[Real]]:
    """Each feature's ||W_i||^2 and sum_j (W_i . W_j)^2, (..., features).

    The sum is W_i^T (W W^T) W_i, so the large gram matrix of many features is never made.
    """
    second_moment = np.matmul(W, np.swapaxes(W, -1, -2))
    totals = np.einsum("...hf,...hf->...f", W, np.matmul(second_moment, W))
    return np.einsum("...hf,...hf->...f", W, W), totals


def extreme_pairs(W: NDArray[Real], count: int) -> tuple[list[tuple[int, int, float]], list[tuple[int, int, float]]]:
    """Of W (hidden, features): the `count` pairs nearest to each other, nearest first, and those most opposite.

    Each is (i, j, cosine) with i < j; near pairs have positive cosines, opposite ones negative. Dead features are in no
    pair. The large gram matrix of many features is made a few rows at a time.
    """
    norms = weight_norms(W)
    alive = np.flatnonzero((norms >= DEAD_NORM) & np.isfinite(norms))
    units = np.ascontiguousarray(W[:, alive] / norms[alive])
    near: list[tuple[int, int, float]] = []
    opposite: list[tuple[int, int, float]] = []
    for start in range(0, len(alive), _ROWS_AT_ONCE):
        cosines = units[:, start : start + _ROWS_AT_ONCE].T @ units[:, start:]
        cosines[np.tril_indices(len(cosines), m=cosines.shape[1])] = 0  # each pair once, none with itself
        for found, sign in ((near, 1), (opposite, -1)):
            floor = abs(found[-1][2]) if len(found) == count else 0.0
            places = np.flatnonzero(sign * cosines > floor)
            places = places[np.argsort(-sign * cosines.ravel()[places], kind="stable")[:count]]
            rows, columns = np.divmod(places, cosines.shape[1])
            ends = alive[start + rows].tolist(), alive[start + columns].tolist()
            found += zip(*ends, cosines[rows, columns].tolist(), strict=True)
            found.sort(key=lambda pair: -abs(pair[2]))
            del found[count:]
    return near, opposite
