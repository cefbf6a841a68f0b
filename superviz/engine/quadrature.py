"""Quadrature: the expected loss, without samples, from nodes on each set of features that may be active together.

Given which features are active, their values are independent and uniform, and the loss is quadratic in them but for
the kinks of its ReLUs. So some thousand nodes do what millions of samples can't, as long as there are few sets.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.polynomial.legendre import leggauss
from numpy.typing import NDArray

from superviz.core.experiment import Experiment
from superviz.core.snapshot import Array
from superviz.engine.sampling import UNIT, Plan, plan
from superviz.engine.toy_models import at_once, loss

TRAINING_NODES = 4096
"""The most that a step of training takes."""
_LONGEST_PANEL = 5
_ROUNDING = 1e-6
"""What float32 may leave of probabilities that add up to 1."""

Numbers: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, eq=False, slots=True)
class Rule:
    """Nodes that all instances share, and how much each counts."""

    x: Array
    """(features, nodes)."""
    subset: Indices
    """(nodes,), which set of active features a node belongs to."""
    share: Numbers
    """(nodes,), how much it counts among that set's nodes; those add up to 1."""
    probability: Numbers
    """(instances, sets), how often just those features are active."""

    def weight(self, part: slice = slice(None)) -> Array:
        """How much each of a part of the nodes counts, (instances, nodes); all of an instance's add up to 1."""
        return (self.probability[:, self.subset[part]] * self.share[part]).astype(np.float32)


def expected_loss(
    experiment: Experiment,
    W: Array,
    b: Array,
    W_out: Array | None = None,
    *,
    fine: bool = True,
    heed: Callable[[], None] = lambda: None,
) -> Array:
    """The loss by the fine rule, or by the one that training takes, (instances,); arguments as in evaluation_loss."""
    nodes, block, total = rule(experiment, fine=fine), at_once(experiment), np.zeros(experiment.n_instances)
    with np.errstate(over="ignore", invalid="ignore"):  # where training diverged, the loss is infinite, or nan
        for first in range(0, len(nodes.subset), block):
            heed()
            part = slice(first, first + block)
            total += loss(experiment, W, b, W_out, nodes.x[None, :, part], nodes.weight(part))
        return total.astype(np.float32)


def quadrature_error(experiment: Experiment, W: Array, b: Array, W_out: Array | None = None) -> Array:
    """By how much the loss that training sees is wrong at these weights, (instances,): an estimate.

    It is the distance to the fine rule. An error goes with the square of the distance between nodes, so that rule's own
    is about a quarter of this one's, or less.
    """
    seen = expected_loss(experiment, W, b, W_out, fine=False)
    with np.errstate(invalid="ignore"):
        return abs(seen - expected_loss(experiment, W, b, W_out))


def rule(experiment: Experiment, *, fine: bool = False) -> Rule:
    """Nodes for the experiment's distribution: at most TRAINING_NODES.

    A `fine` rule has about twice as many along each feature, or more, and so 16 to 128 times as many in all.
    """
    subsets, probability = subset_probabilities(plan(experiment))
    sizes = subsets.sum(axis=1)
    most_nodes = TRAINING_NODES * (2 ** int(np.clip(sizes.max(), 4, 7)) if fine else 1)
    counts = _points_along(probability.max(axis=0), sizes, experiment.signed, most_nodes)
    grids = [_grid(size, count, experiment.signed) for size, count in zip(sizes.tolist(), counts, strict=True)]
    lengths = [len(share) for _, share in grids]
    x = np.zeros((experiment.n_features, sum(lengths)), dtype=np.float32)
    for active, (grid, share), end in zip(subsets, grids, np.cumsum(lengths).tolist(), strict=True):
        x[active, end - len(share) : end] = grid
    subset = np.repeat(np.arange(len(lengths)), lengths)
    return Rule(x, subset, np.concatenate([share for _, share in grids]), probability)


def subset_probabilities(plan: Plan) -> tuple[NDArray[np.bool_], Numbers]:
    """The sets of features that may be active together, and how often they are.

    Returns (sets, features), true where active, and (instances, sets), each instance's adding up to 1.
    """
    p = np.minimum(UNIT / plan.scale.astype(np.float64), 1)
    active, probability = np.zeros((1, len(plan.word)), dtype=np.bool_), np.ones((len(p), 1))
    for word in range(plan.n_words):
        # At most one of the rows that read a word is active; words are independent.
        rows = np.flatnonzero(plan.word == word)
        none = 1 - p[:, rows].sum(axis=1, keepdims=True)
        chances = np.concatenate([np.where(none < _ROUNDING, 0, none), p[:, rows]], axis=1)
        outcomes = np.zeros((len(rows) + 1, len(plan.word)), dtype=np.bool_)
        outcomes[np.arange(1, len(rows) + 1), rows] = True
        active = (active[:, None] | outcomes).reshape(-1, len(plan.word))
        probability = (probability[:, :, None] * chances[:, None]).reshape(len(p), -1)
        possible = probability.any(axis=0)
        active, probability = active[possible], probability[:, possible]
    for row in plan.order.tolist():
        if plan.parent[row] >= 0:
            active[:, row] &= active[:, plan.parent[row]]
    subsets, which = np.unique(active[:, : plan.n_features], axis=0, return_inverse=True)
    merged = np.zeros((len(subsets), len(p)))
    np.add.at(merged, which, probability.T)
    return subsets, (merged / merged.sum(axis=0)).T


def _points_along(probability: Numbers, sizes: Indices, signed: bool, most_nodes: int) -> list[int]:
    """How many points each set has along each of its features, (sets,), 1 for `_design`, for the least error in all.

    A set's error goes with probability / points^2 and its nodes are points^size: for so many nodes in all, the errors'
    sum is least where points^(size + 2) goes with probability.
    """
    # Sets that are alike, up to rounding, must get the same, or the features' symmetry would be lost.
    log_probability = np.round(np.log(probability), 2)
    fewest = np.array([_design(size, signed)[1].size for size in sizes.tolist()])

    def points(log_price: float) -> Numbers:
        log_points = np.clip((log_probability - log_price) / (sizes + 2), 0, math.log(most_nodes))
        count = np.rint(np.exp(log_points))
        in_pairs = (count > 1) if signed else (count > _LONGEST_PANEL)
        return np.where(in_pairs, count - count % 2, count)

    low, high = -60.0, 60.0
    for _ in range(60):
        price = (low + high) / 2
        count = points(price)
        nodes = np.where(count > 1, count**sizes, fewest).sum()
        low, high = (price, high) if nodes > most_nodes else (low, price)
    return points(high).astype(np.int64).tolist()


@lru_cache(maxsize=256)
def _grid(size: int, count: int, signed: bool) -> tuple[Numbers, Numbers]:
    """Nodes (size, nodes) and their shares (nodes,): the product of `count` points along each of `size` features."""
    if count == 1:
        return _design(size, signed)
    if not signed:
        points, shares = _points(count)
    elif count == 2:
        points, shares = np.array([-1, 1]) / math.sqrt(3), np.full(2, 0.5)
    else:
        # Where a model is to find abs(x), its loss has a kink at 0.
        half, shares = _points(count // 2)
        points, shares = np.concatenate([-half, half]), np.tile(shares / 2, 2)
    indices = np.indices((len(points),) * size).reshape(size, len(points) ** size)
    return points[indices], shares[indices].prod(axis=0)


def _design(size: int, signed: bool) -> tuple[Numbers, Numbers]:
    """The fewest nodes that are exact where the loss is quadratic: rows of Hadamard's matrix, as Sylvester built it.

    They have the means, variances and covariances of independent uniform numbers.
    """
    nodes = 1 << size.bit_length()
    common = np.bitwise_count(np.arange(1, size + 1)[:, None] & np.arange(nodes))
    points = (1 - 2.0 * (common % 2)) / math.sqrt(3)
    return points if signed else (1 + points) / 2, np.full(nodes, 1 / nodes)


def _points(count: int) -> tuple[Numbers, Numbers]:
    """Points on [0, 1] and their shares: Gauss and Legendre's, of two in each of many panels where there are many.

    Two points are exact where the loss is quadratic, and in short panels a kink spoils but its own.
    """
    panel = count if count <= _LONGEST_PANEL else 2
    nodes, weights = leggauss(panel)
    starts = np.arange(count // panel)
    points = ((starts[:, None] + (nodes + 1) / 2) / len(starts)).ravel()
    return points, np.tile(weights / 2 / len(starts), len(starts))
