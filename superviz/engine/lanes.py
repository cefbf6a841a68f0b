"""Linear algebra on lanes of samples, which is most of what the kernel does.

Everything is feature-major, (features, lane), so that the inner loops run along the lane in vector registers. Arrays
are passed as pointers to their first number: numba counts references to an array at every call, a quarter of the time.
`rows[i * lane + s]` is row i's sample s; `W[j * n + i]` is hidden dimension j's weight of feature i.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from superviz.engine.machine_words import Pointer, offset

# No "nnan" and no "ninf", which would let the compiler assume divergence away.
FAST = {"contract", "reassoc", "nsz", "arcp"}
ZERO = np.float32(0)
ONE = np.float32(1)


@njit(fastmath=FAST)
def combine(out: Pointer, start: np.float32, coefficients: Pointer, rows: Pointer, count: int, lane: int) -> None:
    """out = start + coefficients @ rows, four of the `count` rows at a time so that `out` is loaded and stored less.

    What doesn't divide by four comes first, together with `start`.
    """
    i = (count - 1) % 4 + 1
    c0 = coefficients[0]
    if i == 1:
        for s in range(lane):
            out[s] = start + c0 * rows[s]
    elif i == 2:
        c1, r1 = coefficients[1], lane
        for s in range(lane):
            out[s] = start + c0 * rows[s] + c1 * rows[r1 + s]
    elif i == 3:
        c1, c2, r1, r2 = coefficients[1], coefficients[2], lane, 2 * lane
        for s in range(lane):
            out[s] = start + c0 * rows[s] + (c1 * rows[r1 + s] + c2 * rows[r2 + s])
    else:
        c1, c2, c3, r1, r2, r3 = coefficients[1], coefficients[2], coefficients[3], lane, 2 * lane, 3 * lane
        for s in range(lane):
            out[s] = start + c0 * rows[s] + c1 * rows[r1 + s] + (c2 * rows[r2 + s] + c3 * rows[r3 + s])
    while i < count:
        c0, c1, c2, c3 = coefficients[i], coefficients[i + 1], coefficients[i + 2], coefficients[i + 3]
        r0, r1, r2, r3 = i * lane, (i + 1) * lane, (i + 2) * lane, (i + 3) * lane
        for s in range(lane):
            out[s] += c0 * rows[r0 + s] + c1 * rows[r1 + s] + (c2 * rows[r2 + s] + c3 * rows[r3 + s])
        i += 4


@njit(fastmath=FAST)
def combine_two(
    out: Pointer,
    start: np.float32,
    other_start: np.float32,
    coefficients: Pointer,
    rows: Pointer,
    count: int,
    lane: int,
) -> None:
    """As `combine`, for two rows of `out` and of `coefficients` at once: what is loaded of `rows` serves both."""
    i, o, k = (count - 1) % 4 + 1, lane, count
    c0, d0 = coefficients[0], coefficients[k]
    if i == 1:
        for s in range(lane):
            x0 = rows[s]
            out[s] = start + c0 * x0
            out[o + s] = other_start + d0 * x0
    elif i == 2:
        c1, d1, r1 = coefficients[1], coefficients[k + 1], lane
        for s in range(lane):
            x0, x1 = rows[s], rows[r1 + s]
            out[s] = start + c0 * x0 + c1 * x1
            out[o + s] = other_start + d0 * x0 + d1 * x1
    elif i == 3:
        c1, c2, d1, d2 = coefficients[1], coefficients[2], coefficients[k + 1], coefficients[k + 2]
        r1, r2 = lane, 2 * lane
        for s in range(lane):
            x0, x1, x2 = rows[s], rows[r1 + s], rows[r2 + s]
            out[s] = start + c0 * x0 + (c1 * x1 + c2 * x2)
            out[o + s] = other_start + d0 * x0 + (d1 * x1 + d2 * x2)
    else:
        i = 0
        for s in range(lane):
            out[s] = start
            out[o + s] = other_start
    while i < count:
        c0, c1, c2, c3 = coefficients[i], coefficients[i + 1], coefficients[i + 2], coefficients[i + 3]
        d0, d1, d2, d3 = coefficients[k + i], coefficients[k + i + 1], coefficients[k + i + 2], coefficients[k + i + 3]
        r0, r1, r2, r3 = i * lane, (i + 1) * lane, (i + 2) * lane, (i + 3) * lane
        for s in range(lane):
            x0, x1, x2, x3 = rows[r0 + s], rows[r1 + s], rows[r2 + s], rows[r3 + s]
            out[s] += c0 * x0 + c1 * x1 + (c2 * x2 + c3 * x3)
            out[o + s] += d0 * x0 + d1 * x1 + (d2 * x2 + d3 * x3)
        i += 4


@njit
def combine_all(
    out: Pointer, start: Pointer, coefficients: Pointer, rows: Pointer, outputs: int, count: int, lane: int
) -> None:
    """out[j] = start[j] + coefficients[j] @ rows for each of the `outputs` rows, two at a time."""
    for j in range(0, outputs - 1, 2):
        combine_two(offset(out, j * lane), start[j], start[j + 1], offset(coefficients, j * count), rows, count, lane)
    if outputs % 2:
        j = outputs - 1
        combine(offset(out, j * lane), start[j], offset(coefficients, j * count), rows, count, lane)


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
def accumulate_two(
    grad_W: Pointer, grad_y: Pointer, hidden: Pointer, grad_hidden: Pointer, x: Pointer, n: int, lane: int
) -> None:
    """As `accumulate`, for two hidden dimensions at once: what is loaded of grad_y and x serves both."""
    i, other = 0, lane
    while i + 4 <= n:
        r0, r1, r2, r3 = i * lane, (i + 1) * lane, (i + 2) * lane, (i + 3) * lane
        g0 = g1 = g2 = g3 = f0 = f1 = f2 = f3 = ZERO
        for s in range(lane):
            h, d, k, e = hidden[s], grad_hidden[s], hidden[other + s], grad_hidden[other + s]
            y0, y1, y2, y3 = grad_y[r0 + s], grad_y[r1 + s], grad_y[r2 + s], grad_y[r3 + s]
            x0, x1, x2, x3 = x[r0 + s], x[r1 + s], x[r2 + s], x[r3 + s]
            g0 += y0 * h + d * x0
            g1 += y1 * h + d * x1
            g2 += y2 * h + d * x2
            g3 += y3 * h + d * x3
            f0 += y0 * k + e * x0
            f1 += y1 * k + e * x1
            f2 += y2 * k + e * x2
            f3 += y3 * k + e * x3
        grad_W[i] += g0
        grad_W[i + 1] += g1
        grad_W[i + 2] += g2
        grad_W[i + 3] += g3
        grad_W[n + i] += f0
        grad_W[n + i + 1] += f1
        grad_W[n + i + 2] += f2
        grad_W[n + i + 3] += f3
        i += 4
    while i < n:
        r0, g0, f0 = i * lane, ZERO, ZERO
        for s in range(lane):
            g0 += grad_y[r0 + s] * hidden[s] + grad_hidden[s] * x[r0 + s]
            f0 += grad_y[r0 + s] * hidden[other + s] + grad_hidden[other + s] * x[r0 + s]
        grad_W[i] += g0
        grad_W[n + i] += f0
        i += 1


@njit(fastmath=FAST)
def gather(sums: Pointer, rows: Pointer, row: Pointer, n: int, lane: int) -> None:
    """sums[i] += rows[i] . row for each of n rows."""
    for i in range(n):
        total = ZERO
        for s in range(lane):
            total += rows[i * lane + s] * row[s]
        sums[i] += total
