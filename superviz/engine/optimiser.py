"""Optimisers as the kernel runs them, one step of an instance's parameters: torch.optim's AdamW, Adam and SGD.

Weight decay acts on every parameter, biases included.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from superviz.engine.machine_words import Pointer
from superviz.engine.schedule import BETA_MEAN, BETA_SQUARE, EPSILON

_KEEP_MEAN, _KEEP_SQUARE, _EPSILON = np.float32(BETA_MEAN), np.float32(BETA_SQUARE), np.float32(EPSILON)
_NEW_MEAN, _NEW_SQUARE = np.float32(1 - BETA_MEAN), np.float32(1 - BETA_SQUARE)
_LARGEST = np.finfo(np.float32).max


@njit
def decay(count: int, parameter: Pointer, gradient: Pointer, strength: np.float32) -> None:
    """Add what pulls the parameters towards 0 to their gradient: Adam's and SGD's weight decay."""
    for i in range(count):
        gradient[i] += strength * parameter[i]


@njit(fastmath={"contract"})
def adam(
    count: int,
    parameter: Pointer,
    gradient: Pointer,
    mean: Pointer,
    square: Pointer,
    stride: np.float32,
    correction: np.float32,
    keep: np.float32,
) -> bool:
    """One step of `count` parameters, in place, with `schedule.step_sizes`; returns whether all are finite still.

    Kingma and Ba 2015, algorithm 1; with `keep` below 1, Loshchilov and Hutter 2019, algorithm 2.
    """
    lost = 0
    for i in range(count):
        g = gradient[i]
        mean[i] = _KEEP_MEAN * mean[i] + _NEW_MEAN * g
        square[i] = _KEEP_SQUARE * square[i] + _NEW_SQUARE * g * g
        parameter[i] = keep * parameter[i] - stride * mean[i] / (np.sqrt(square[i]) * correction + _EPSILON)
        # Not "nan or inf": written so that nan fails it too.
        lost += not (abs(parameter[i]) <= _LARGEST and square[i] <= _LARGEST)
    return lost == 0


@njit(fastmath={"contract"})
def descend(
    count: int, parameter: Pointer, gradient: Pointer, mean: Pointer, stride: np.float32, momentum: np.float32
) -> bool:
    """One step of gradient descent with momentum, in place; returns whether all are finite still."""
    lost = 0
    for i in range(count):
        mean[i] = momentum * mean[i] + gradient[i]
        parameter[i] -= stride * mean[i]
        lost += not (abs(parameter[i]) <= _LARGEST)
    return lost == 0
