"""The kernel's models: their gradient over a lane of samples, by hand, as `toy_models.ToyModel.gradient` has it."""

from __future__ import annotations

import numpy as np
from numba import njit

from superviz.engine.lanes import FAST, ZERO, accumulate, accumulate_two, combine_all, gather
from superviz.engine.machine_words import Pointer, offset
from superviz.engine.state import Kind


@njit
def rectify(row: Pointer, lane: int) -> None:
    """ReLU, in place. Written so that a nan passes: a ReLU that ends in 0 for nan would hide divergence."""
    for s in range(lane):
        row[s] = ZERO if row[s] < ZERO else row[s]


@njit
def block(gradient: Pointer, hidden: Pointer, lane: int) -> None:
    """Let the gradient pass only where a ReLU let `hidden` pass."""
    for s in range(lane):
        gradient[s] = ZERO if hidden[s] <= ZERO else gradient[s]


@njit(fastmath=FAST)
def penalise(gradient: Pointer, hidden: Pointer, count: int, strength: np.float32, share: Pointer) -> float:
    """Add the L1 penalty's gradient for one hidden dimension's first `count` samples; returns twice the penalty."""
    total = ZERO
    for s in range(count):
        force = strength * share[s]
        total += force * abs(hidden[s])
        gradient[s] += force if hidden[s] > ZERO else (-force if hidden[s] < ZERO else ZERO)
    return np.float64(total) * 2.0


@njit(fastmath=FAST)
def compare(
    y: Pointer, x: Pointer, lane: int, count: int, weight: np.float32, rectified: bool
) -> tuple[float, np.float32]:
    """Turn one feature's output y into the loss's gradient with respect to it, of the lane's first `count` samples.

    Returns twice their loss, the sum of weight (x' - x)^2, and the sum of the gradient.
    """
    for s in range(count, lane):
        y[s] = x[s] = ZERO
    loss, slope = ZERO, ZERO
    if rectified:
        for s in range(lane):
            # Written so that a nan passes: a ReLU that ends in 0 for nan would hide divergence.
            error = (ZERO if y[s] < ZERO else y[s]) - x[s]
            gradient = weight * error if y[s] > ZERO else ZERO
            loss += error * error
            slope += gradient
            y[s] = gradient
    else:
        for s in range(lane):
            error = y[s] - x[s]
            gradient = weight * error
            loss += error * error
            slope += gradient
            y[s] = gradient
    return np.float64(weight) * np.float64(loss), slope


@njit(fastmath=FAST)
def weigh(
    y: Pointer, x: Pointer, lane: int, count: int, weight: np.float32, share: Pointer, rectified: bool, absolute: bool
) -> tuple[float, np.float32]:
    """As `compare`, for samples that count differently, by `share`, and for a target of abs(x) where `absolute`."""
    for s in range(count, lane):
        y[s] = x[s] = ZERO
    loss, slope = ZERO, ZERO
    for s in range(lane):
        output = ZERO if rectified and y[s] < ZERO else y[s]
        error = output - (abs(x[s]) if absolute else x[s])
        gradient = weight * share[s] * error
        loss += gradient * error
        gradient = ZERO if rectified and y[s] <= ZERO else gradient
        slope += gradient
        y[s] = gradient
    return np.float64(loss), slope


@njit
def model_gradient(
    kind: Kind,
    m: int,
    n: int,
    lane: int,
    W: Pointer,
    W_out: Pointer,
    transposed: Pointer,
    b: Pointer,
    zeros: Pointer,
    weight: Pointer,
    penalty: np.float32,
    x: Pointer,
    share: Pointer,
    count: int,
    y: Pointer,
    hidden: Pointer,
    grad_hidden: Pointer,
    grad_W: Pointer,
    grad_W_out: Pointer,
    grad_b: Pointer,
) -> float:
    """Add the gradient over a lane's first `count` samples: `toy_models.ToyModel.gradient`. Returns twice their loss.

    W and W_out are (hidden, features), the same in a tied model; `transposed` is W_out's transpose; `weight` is 2 I
    over whatever the loss is a mean of; x (features, lane) is the input, `share` (lane,) how much each sample counts
    where the kind is `weighted`; y (features, lane), `hidden` and `grad_hidden` (hidden, lane) are room.
    """
    combine_all(hidden, zeros, W, x, m, n, lane)
    if kind.rectifies_hidden:
        rectify(hidden, m * lane)
    combine_all(y, b, transposed, hidden, n, m, lane)
    loss = 0.0
    for i in range(n):
        row = offset(y, i * lane)
        if kind.weighted or kind.reaches_for_size:
            twice, slope = weigh(
                row, offset(x, i * lane), lane, count, weight[i], share, kind.rectifies_output, kind.reaches_for_size
            )
        else:
            twice, slope = compare(row, offset(x, i * lane), lane, count, weight[i], kind.rectifies_output)
        loss += twice
        grad_b[i] += slope
    combine_all(grad_hidden, zeros, W_out, y, m, n, lane)
    for j in range(m):
        row, own = offset(grad_hidden, j * lane), offset(hidden, j * lane)
        if penalty > ZERO:
            loss += penalise(row, own, count, penalty, share)
        if kind.rectifies_hidden:
            block(row, own, lane)
        if not kind.tied:
            gather(offset(grad_W_out, j * n), y, own, n, lane)
            gather(offset(grad_W, j * n), x, row, n, lane)
    if kind.tied:
        for j in range(0, m - 1, 2):
            row, own = offset(grad_hidden, j * lane), offset(hidden, j * lane)
            accumulate_two(offset(grad_W, j * n), y, own, row, x, n, lane)
        if m % 2:
            j = m - 1
            row, own = offset(grad_hidden, j * lane), offset(hidden, j * lane)
            accumulate(offset(grad_W, j * n), y, own, row, x, n, lane)
    return loss
