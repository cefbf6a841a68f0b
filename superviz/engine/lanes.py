"""What the kernel does to a lane of samples: draw it, run the model on it, gather its gradient.

Everything is feature-major, (features, lane), so that the inner loops run along the lane in vector registers. Arrays
are passed as pointers to their first number: numba counts references to an array at every call, a quarter of the time.
`rows[i * lane + s]` is row i's sample s; `W[j * n + i]` is hidden dimension j's weight of feature i.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from superviz.engine.machine_words import Pointer, add_words, mix, offset

# No "nnan" and no "ninf", which would let the compiler assume divergence away.
FAST = {"contract", "reassoc", "nsz", "arcp"}
ZERO = np.float32(0)
ONE = np.float32(1)


@njit
def draw_sparse_uniform(x: Pointer, lane: int, key: np.uint64, first: int, scale: np.float32) -> None:
    """One feature of the `lane` samples from `first` on: `sampling.sparse_uniform`, to the last bit."""
    # All in 32 bits, the stride added rather than multiplied by s: counting in 64 bits makes some registers 512 bits
    # wide, which closes one of the processor's ports to all the others, and this three times slower.
    odd = (key >> np.uint64(32)) | np.uint64(1)
    word, stride = np.uint32(key + odd * np.uint64(first)), np.uint32(odd)
    for s in range(lane):
        bits = mix(word)
        word = add_words(word, stride)
        value = ONE - np.float32(np.int32(bits >> np.uint32(8))) * scale
        x[s] = value if value > ZERO else ZERO


@njit(fastmath=FAST)
def combine(out: Pointer, start: np.float32, coefficients: Pointer, rows: Pointer, count: int, lane: int) -> None:
    """out = start + coefficients @ rows, four of the `count` rows at a time so that `out` is loaded and stored less."""
    for s in range(lane):
        out[s] = start
    i = 0
    while i + 4 <= count:
        c0, c1, c2, c3 = coefficients[i], coefficients[i + 1], coefficients[i + 2], coefficients[i + 3]
        r0, r1, r2, r3 = i * lane, (i + 1) * lane, (i + 2) * lane, (i + 3) * lane
        for s in range(lane):
            out[s] += c0 * rows[r0 + s] + c1 * rows[r1 + s] + (c2 * rows[r2 + s] + c3 * rows[r3 + s])
        i += 4
    if i + 2 <= count:
        c0, c1 = coefficients[i], coefficients[i + 1]
        r0, r1 = i * lane, (i + 1) * lane
        for s in range(lane):
            out[s] += c0 * rows[r0 + s] + c1 * rows[r1 + s]
        i += 2
    if i < count:
        c0, r0 = coefficients[i], i * lane
        for s in range(lane):
            out[s] += c0 * rows[r0 + s]


@njit(fastmath=FAST)
def accumulate(
    grad_W: Pointer, grad_y: Pointer, hidden: Pointer, grad_hidden: Pointer, x: Pointer, n: int, lane: int
) -> None:
    """grad_W[i] += grad_y[i] . hidden + grad_hidden . x[i] for one hidden dimension's n features, four at a time."""
    i = 0
    while i + 4 <= n:
        r0, r1, r2, r3 = i * lane, (i + 1) * lane, (i + 2) * lane, (i + 3) * lane
        g0 = g1 = g2 = g3 = ZERO
        for s in range(lane):
            h, d = hidden[s], grad_hidden[s]
            g0 += grad_y[r0 + s] * h + d * x[r0 + s]
            g1 += grad_y[r1 + s] * h + d * x[r1 + s]
            g2 += grad_y[r2 + s] * h + d * x[r2 + s]
            g3 += grad_y[r3 + s] * h + d * x[r3 + s]
        grad_W[i] += g0
        grad_W[i + 1] += g1
        grad_W[i + 2] += g2
        grad_W[i + 3] += g3
        i += 4
    while i < n:
        r0, g0 = i * lane, ZERO
        for s in range(lane):
            g0 += grad_y[r0 + s] * hidden[s] + grad_hidden[s] * x[r0 + s]
        grad_W[i] += g0
        i += 1


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


@njit
def tied_gradient(
    rectified: bool,
    m: int,
    n: int,
    lane: int,
    W: Pointer,
    transposed: Pointer,
    b: Pointer,
    weight: Pointer,
    x: Pointer,
    count: int,
    y: Pointer,
    hidden: Pointer,
    grad_hidden: Pointer,
    grad_W: Pointer,
    grad_b: Pointer,
) -> float:
    """Add the gradient over a lane's first `count` samples, for `toy_models.TiedModel`; returns twice their loss.

    W is (hidden, features), `transposed` its transpose, `weight` 2 I / (features batch); x (features, lane) is the
    input; y (features, lane), `hidden` and `grad_hidden` (hidden, lane) are room.
    """
    for j in range(m):
        combine(offset(hidden, j * lane), ZERO, offset(W, j * n), x, n, lane)
    loss = 0.0
    for i in range(n):
        row = offset(y, i * lane)
        combine(row, b[i], offset(transposed, i * m), hidden, m, lane)
        twice, slope = compare(row, offset(x, i * lane), lane, count, weight[i], rectified)
        loss += twice
        grad_b[i] += slope
    for j in range(m):
        row = offset(grad_hidden, j * lane)
        combine(row, ZERO, offset(W, j * n), y, n, lane)
        accumulate(offset(grad_W, j * n), y, offset(hidden, j * lane), row, x, n, lane)
    return loss
