"""Theory: what the papers derive, and what follows from their formulas without training anything.

Losses here are sums over features, in float64, and exact up to the outer integrals' quadrature (about 1e-8).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, product
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Vector: TypeAlias = NDArray[np.float64]
Objective: TypeAlias = Callable[[Vector], tuple[float, Vector]]
"""A function and its gradient."""

IDEAL_DIMENSIONALITIES: Mapping[str, float] = MappingProxyType(
    {
        "alone": 1.0,
        "tetrahedron": 3 / 4,
        "triangle": 2 / 3,
        "digon": 1 / 2,
        "pentagon": 2 / 5,
        "square antiprism": 3 / 8,
        "dead": 0.0,
    }
)
"""D_i of each feature of a shape (TMS, "The geometry of superposition"); the antiprism's is that of the tight one."""


def zero_bias_boundary(importance: float) -> float:
    """The p at which an antipodal pair and the more important feature alone lose the same, where b = 0 and |W_i| = 1.

    `importance` is the second feature's beside the first's 1; n = 2, m = 1 (TMS, "Superposition as a phase change").
    With both active the pair gives only the difference: it loses 2 E[min^2] = 1/3 for one error it does not have.
    """
    least = min(1.0, importance)
    return 4 * least / (2 * (1 + importance) + 3 * least)


# Two points are exact for a piece of a parabola; sixteen see the kinks that are left in the outer integrals.
_INNER = np.polynomial.legendre.leggauss(2)
_OUTER = np.polynomial.legendre.leggauss(16)


def expected_loss(
    W: Vector, b: Vector, probability: float, importance: Sequence[float]
) -> tuple[float, Vector, Vector]:
    """(loss, dW, db) of x' = ReLU(W^T W x + b) for W (hidden, features), where features are active with `probability`.

    loss = sum_i I_i E (x'_i - x_i)^2, the sum over every set of active features. Over one of them the integral is
    exact, split at the ReLU's kink; over the others it is a product of Gauss-Legendre rules: for a few features only.
    """
    n = W.shape[1]
    gram = W.T @ W
    loss, dgram, db = 0.0, np.zeros_like(gram), np.zeros(n)
    for count in range(n + 1):
        share = probability**count * (1 - probability) ** (n - count)
        points, weights = _cube(count - 1)
        for active in combinations(range(n), count):
            for i in range(n):
                x, weight = _nodes(active, gram[i], b[i], points, weights)
                u = gram[i, list(active)] @ x + b[i]
                error = np.maximum(u, 0.0) - (x[active.index(i)] if i in active else 0.0)
                slope = share * importance[i] * weight * error
                loss += float(slope @ error)
                slope = 2 * slope * (u > 0)
                db[i] += slope.sum()
                dgram[i, list(active)] += x @ slope
    return loss, W @ (dgram + dgram.T), db


def _nodes(active: Sequence[int], row: Vector, bias: float, points: Vector, weights: Vector) -> tuple[Vector, Vector]:
    """Nodes x (active, nodes) and weights: the last coordinate is split where the row's activation passes 0."""
    if not active:
        return np.empty((0, 1)), np.ones(1)
    before = row[list(active[:-1])] @ points + bias
    slope = row[active[-1]]
    kink = np.clip(-before / slope, 0.0, 1.0) if abs(slope) > 1e-12 else np.zeros_like(before)
    at, share = (_INNER[0] + 1) / 2, _INNER[1] / 2
    last = np.concatenate([np.outer(at, kink), kink + np.outer(at, 1 - kink)])
    weight = np.concatenate([np.outer(share, kink * weights), np.outer(share, (1 - kink) * weights)])
    return np.concatenate([np.tile(points, len(last)), last.reshape(1, -1)]), weight.ravel()


@lru_cache(maxsize=8)
def _cube(dimensions: int) -> tuple[Vector, Vector]:
    """The outer rule on the unit cube: points (dimensions, nodes) and their weights."""
    dimensions = max(dimensions, 0)
    at, share = (_OUTER[0] + 1) / 2, _OUTER[1] / 2
    points = np.array(list(product(at, repeat=dimensions))).T
    return points, np.array([math.prod(weights) for weights in product(share, repeat=dimensions)])


@dataclass(frozen=True, eq=False, slots=True)
class Optimum:
    """A minimum of the expected loss."""

    W: Vector
    """(hidden, features)."""
    b: Vector
    loss: float


def optimum(W: Vector, b: Vector, probability: float, importance: Sequence[float]) -> Optimum:
    """The minimum of `expected_loss` that lies downhill from W, (hidden, features), and b."""

    def objective(at: Vector) -> tuple[float, Vector]:
        loss, dW, db = expected_loss(at[: W.size].reshape(W.shape), at[W.size :], probability, importance)
        return loss, np.concatenate([dW.ravel(), db])

    at, loss = minimise(objective, np.concatenate([W.ravel(), b]))
    return Optimum(at[: W.size].reshape(W.shape), at[W.size :], loss)


def two_feature_optimum(probability: float, importance: float) -> Optimum:
    """The best model of two features in one dimension, with importances 1 and `importance`, W and b optimised.

    The rivals: an antipodal pair; either feature alone; a mixed pair on the same side.
    """
    starts = (
        ([1.0, -1.0], [0.1, 0.1]),
        ([1.0, 0.0], [0.0, probability / 2]),
        ([0.0, 1.0], [probability / 2, 0.0]),
        ([0.97, 0.39], [-0.13, 0.15]),
        ([0.39, 0.97], [0.15, -0.13]),
    )
    found = [optimum(np.array([W]), np.array(b), probability, (1.0, importance)) for W, b in starts]
    return min(found, key=lambda one: one.loss)


ANTIPODAL_SHARE = 0.6
"""Of an antipodal pair, the shorter vector is at least this share of the longer. For importances of .1 to 10 the best
model has .67 or more on one side of the phase boundary and .54 or less, mostly 0, on the other."""


def is_antipodal(W: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Whether each pair W (..., 1, 2) stores both features, one against the other: the "superposition" phase."""
    first, second = W[..., 0, 0], W[..., 0, 1]
    lengths = np.abs(first), np.abs(second)
    return (first * second < 0) & (np.minimum(*lengths) > ANTIPODAL_SHARE * np.maximum(*lengths))


@lru_cache(maxsize=256)
def phase_boundary(importance: float, tolerance: float = 1e-4) -> float:
    """The p up to which an antipodal pair is the best model of two features in one dimension, W and b optimised.

    The same at 1 / importance, the features' names exchanged.
    """
    if importance > 1:
        return phase_boundary(1 / importance, tolerance)
    low, high = 0.5 * zero_bias_boundary(importance), 1.0
    while high - low > tolerance:
        middle = (low + high) / 2
        if is_antipodal(two_feature_optimum(middle, importance).W):
            low = middle
        else:
            high = middle
    return (low + high) / 2


def held_pair_boundary(tolerance: float = 1e-4) -> float:
    """The p at which two equal features' pair, with W held at (1, -1) and b optimised, loses what a mixed pair does."""
    held, mixed = np.array([[1.0, -1.0]]), np.array([[0.97, 0.39]])

    def pair_loss(probability: float) -> float:
        def objective(b: Vector) -> tuple[float, Vector]:
            loss, _, db = expected_loss(held, b, probability, (1.0, 1.0))
            return loss, db

        return minimise(objective, np.full(2, 0.1))[1]

    low, high = 0.3, 0.9
    while high - low > tolerance:
        middle = (low + high) / 2
        rival = optimum(mixed, np.array([-0.13, 0.15]), middle, (1.0, 1.0)).loss
        low, high = (middle, high) if pair_loss(middle) < rival else (low, middle)
    return (low + high) / 2


@dataclass(frozen=True, slots=True)
class Polygon:
    """A critical point of the one-hot model: a regular polygon (Chen et al. 2023, "k-gons")."""

    corners: int
    length: float
    """l, each corner's ||W_i||."""
    bias: float
    """b, the same at each corner."""
    height: float
    """h_k: three times what its corners lose together."""


@lru_cache(maxsize=16)
def critical_polygon(corners: int) -> Polygon:
    """The polygon that loses least, among those with as much length and bias at each corner.

    Inputs are mu e_i with mu uniform on [0, 1]. Raises ValueError for fewer than 4 corners.
    """
    if corners < 4:
        raise ValueError(f"{corners} corners: polygons of this model have 4 or more")
    cosines = np.cos(2 * np.pi * np.arange(corners) / corners)

    def objective(at: Vector) -> tuple[float, Vector]:
        length, bias = at
        loss, slope = 0.0, np.zeros(2)
        for corner, cosine in enumerate(cosines):
            x, weight = _nodes((0,), np.array([length**2 * cosine]), bias, *_cube(0))
            u = length**2 * cosine * x[0] + bias
            error = np.maximum(u, 0.0) - (x[0] if corner == 0 else 0.0)
            loss += float(weight @ error**2)
            back = 2 * weight * error * (u > 0)
            slope += np.array([2 * length * cosine * float(back @ x[0]), back.sum()])
        return 3 * corners * loss, 3 * corners * slope

    # A square lies on the edge of what stays at 0, where no step finds it lower: it is known in closed form.
    if corners == 4:
        return Polygon(4, 1.0, 0.0, objective(np.array([1.0, 0.0]))[0])
    (length, bias), height = minimise(objective, np.array([1.2, -0.3]))
    return Polygon(corners, float(length), float(bias), height)


def polygon_level(corners: int, features: int, spare_biases: int = 0) -> float:
    """L of a critical polygon among `features`, the rest dead, `spare_biases` of these with b = 1 / (2 features).

    L = (h_k + c - k) / (3c) - spare / (4c^2): the mean over the c one-hot inputs of the squared error summed over
    features (Chen et al. 2023). Raises ValueError where there aren't as many features.
    """
    if corners + spare_biases > features:
        raise ValueError(f"{corners} corners and {spare_biases} biases, but {features} features")
    level = (critical_polygon(corners).height + features - corners) / (3 * features)
    return level - spare_biases / (4 * features**2)


def minimise(
    objective: Objective, start: Vector, tolerance: float = 1e-10, most_steps: int = 500
) -> tuple[Vector, float]:
    """A local minimum downhill from `start`, and its value: BFGS with backtracking (Nocedal and Wright, chapter 6).

    Ends where no entry of the gradient is larger than `tolerance`, or where no step goes down any more.
    """
    at, unit = start, np.eye(len(start))
    value, slope = objective(at)
    inverse = 0.5 * unit
    for _ in range(most_steps):
        direction = -inverse @ slope
        descent = float(direction @ slope)
        if np.abs(slope).max() <= tolerance or descent >= 0:
            break
        length = 1.0
        tried, tried_slope = objective(at + direction)
        while tried > value + 1e-4 * length * descent and length > 1e-12:
            length /= 2
            tried, tried_slope = objective(at + length * direction)
        if tried >= value:
            break
        step, bend = length * direction, tried_slope - slope
        at, value, slope = at + step, tried, tried_slope
        if (curvature := float(step @ bend)) > 0:
            shear = unit - np.outer(step, bend) / curvature
            inverse = shear @ inverse @ shear.T + np.outer(step, step) / curvature
    return at, value
