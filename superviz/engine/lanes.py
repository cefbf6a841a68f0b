"""What the kernel does to a lane of samples: draw it, run the model on it, gather its gradient.

Everything is feature-major, (features, LANE), so that the inner loops run along the lane in vector registers. Arrays
are indexed, never sliced: a slice counts references, which costs more than a lane's arithmetic.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from superviz.core.snapshot import Array
from superviz.engine import random_numbers

LANE = 512
"""Samples worked on at once: long enough to hide the loops' overhead, short enough to stay in the first cache."""

# No "nnan" and no "ninf", which would let the compiler assume divergence away.
FAST = {"contract", "reassoc", "nsz", "arcp"}
ZERO = np.float32(0)
ONE = np.float32(1)


class _Word:
    """A 32-bit word of a program being written: `random_numbers.mix` applied to these writes machine code.

    Numba itself would widen every operation to 64 bits, at a third of the speed.
    """

    def __init__(self, builder: Any, value: Any) -> None:
        self.builder, self.value = builder, value

    def _write(self, operation: str, other: _Word | int) -> _Word:
        operand = other.value if isinstance(other, _Word) else ir.Constant(ir.IntType(32), other)
        return _Word(self.builder, getattr(self.builder, operation)(self.value, operand))

    def __add__(self, other: _Word | int) -> _Word:
        return self._write("add", other)

    def __mul__(self, other: _Word | int) -> _Word:
        return self._write("mul", other)

    def __xor__(self, other: _Word | int) -> _Word:
        return self._write("xor", other)

    def __rshift__(self, other: int) -> _Word:
        return self._write("lshr", other)


@intrinsic
def _mix(typing_context: Any, counter: Any, low: Any, high: Any) -> Any:
    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return random_numbers.mix(*(_Word(builder, argument) for argument in arguments)).value

    return types.uint32(types.uint32, types.uint32, types.uint32), write


@intrinsic
def _next(typing_context: Any, counter: Any) -> Any:
    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return (_Word(builder, arguments[0]) + 1).value

    return types.uint32(types.uint32), write


@njit(forceinline=True)
def draw_sparse_uniform(x: Array, feature: int, key: int, first: int, scale: float) -> None:
    """Feature `feature` of samples `first` to `first + LANE`: `sampling.sparse_uniform`, to the last bit."""
    low, high = np.uint32(key), np.uint32(key >> np.uint64(32))
    counter = np.uint32(first)
    for s in range(LANE):
        bits = _mix(counter, low, high)
        # Counted in 32 bits apart from s: with s itself some registers would be 512 bits wide, which closes one of the
        # processor's ports to all the others and makes this three times slower.
        counter = _next(counter)
        value = ONE - np.float32(np.int32(bits >> np.uint32(8))) * scale
        x[feature, s] = value if value > ZERO else ZERO


@njit(fastmath=FAST, forceinline=True)
def combine(out: Array, row: int, start: float, coefficients: Array, rows: Array) -> None:
    """out[row] = start + coefficients[row] @ rows, four rows at a time so that `out` is loaded and stored less."""
    count = coefficients.shape[1]
    for s in range(LANE):
        out[row, s] = start
    i = 0
    while i + 4 <= count:
        c0, c1 = coefficients[row, i], coefficients[row, i + 1]
        c2, c3 = coefficients[row, i + 2], coefficients[row, i + 3]
        for s in range(LANE):
            out[row, s] += c0 * rows[i, s] + c1 * rows[i + 1, s] + (c2 * rows[i + 2, s] + c3 * rows[i + 3, s])
        i += 4
    if i + 2 <= count:
        c0, c1 = coefficients[row, i], coefficients[row, i + 1]
        for s in range(LANE):
            out[row, s] += c0 * rows[i, s] + c1 * rows[i + 1, s]
        i += 2
    if i < count:
        c0 = coefficients[row, i]
        for s in range(LANE):
            out[row, s] += c0 * rows[i, s]


@njit(fastmath=FAST, forceinline=True)
def accumulate(grad_W: Array, j: int, grad_y: Array, hidden: Array, grad_hidden: Array, x: Array) -> None:
    """grad_W[j, i] += grad_y[i] . hidden[j] + grad_hidden[j] . x[i] for all i, four features at a time."""
    n = grad_W.shape[1]
    i = 0
    while i + 4 <= n:
        g0 = g1 = g2 = g3 = ZERO
        for s in range(LANE):
            h, d = hidden[j, s], grad_hidden[j, s]
            g0 += grad_y[i, s] * h + d * x[i, s]
            g1 += grad_y[i + 1, s] * h + d * x[i + 1, s]
            g2 += grad_y[i + 2, s] * h + d * x[i + 2, s]
            g3 += grad_y[i + 3, s] * h + d * x[i + 3, s]
        grad_W[j, i] += g0
        grad_W[j, i + 1] += g1
        grad_W[j, i + 2] += g2
        grad_W[j, i + 3] += g3
        i += 4
    while i < n:
        g0 = ZERO
        for s in range(LANE):
            g0 += grad_y[i, s] * hidden[j, s] + grad_hidden[j, s] * x[i, s]
        grad_W[j, i] += g0
        i += 1


@njit(fastmath=FAST, forceinline=True)
def compare(y: Array, x: Array, i: int, count: int, weight: float, rectified: bool, grad_b: Array) -> float:
    """Turn feature i's output y[i] into the loss's gradient with respect to it, add that to grad_b[i].

    Returns the loss of the lane's first `count` samples times 2: the sum of weight (x' - x)^2.
    """
    for s in range(count, LANE):
        y[i, s] = x[i, s] = ZERO
    loss, slope = ZERO, ZERO
    if rectified:
        for s in range(LANE):
            # Written so that a nan passes: a ReLU that ends in 0 for nan would hide divergence.
            error = (ZERO if y[i, s] < ZERO else y[i, s]) - x[i, s]
            gradient = weight * error if y[i, s] > ZERO else ZERO
            loss += error * error
            slope += gradient
            y[i, s] = gradient
    else:
        for s in range(LANE):
            error = y[i, s] - x[i, s]
            gradient = weight * error
            loss += error * error
            slope += gradient
            y[i, s] = gradient
    grad_b[i] += slope
    return np.float64(weight) * np.float64(loss)


@njit(forceinline=True)
def tied_gradient(
    rectified: bool,
    W: Array,
    transposed: Array,
    b: Array,
    weight: Array,
    x: Array,
    count: int,
    y: Array,
    hidden: Array,
    grad_hidden: Array,
    grad_W: Array,
    grad_b: Array,
) -> float:
    """Add the gradient over a lane's first `count` samples, for `toy_models.TiedModel`; returns twice their loss.

    W is (hidden, features), `transposed` its transpose, `weight` 2 I / (features batch); x (features, LANE) is the
    input, y, `hidden` and `grad_hidden` room for the output's gradient, Wx and its gradient.
    """
    m, n = W.shape
    for j in range(m):
        combine(hidden, j, ZERO, W, x)
    loss = 0.0
    for i in range(n):
        combine(y, i, b[i], transposed, hidden)
        loss += compare(y, x, i, count, weight[i], rectified, grad_b)
    for j in range(m):
        combine(grad_hidden, j, ZERO, W, y)
        accumulate(grad_W, j, y, hidden, grad_hidden, x)
    return loss
