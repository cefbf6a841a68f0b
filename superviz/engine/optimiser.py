"""AdamW as torch.optim.AdamW does it: decoupled weight decay on every parameter, biases included."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from superviz.engine.machine_words import Pointer

BETA_MEAN, BETA_SQUARE, EPSILON = 0.9, 0.999, 1e-8
"""torch's defaults, with which TMS's notebook trains."""

_KEEP_MEAN, _KEEP_SQUARE, _EPSILON = np.float32(BETA_MEAN), np.float32(BETA_SQUARE), np.float32(EPSILON)
_NEW_MEAN, _NEW_SQUARE = np.float32(1 - BETA_MEAN), np.float32(1 - BETA_SQUARE)
_LARGEST = np.finfo(np.float32).max


@njit
def step_sizes(learning_rate: float, weight_decay: float, step: int) -> tuple[np.float32, np.float32, np.float32]:
    """What step number `step`, counted from 1, multiplies by: (the mean, the root of the square, the parameter)."""
    mean_correction = 1 - BETA_MEAN**step
    square_correction = math.sqrt(1 - BETA_SQUARE**step)
    return (
        np.float32(learning_rate / mean_correction),
        np.float32(1 / square_correction),
        np.float32(1 - learning_rate * weight_decay),
    )


@njit(fastmath={"contract"})
def adamw(
    count: int,
    parameter: Pointer,
    gradient: Pointer,
    mean: Pointer,
    square: Pointer,
    sizes: tuple[np.float32, np.float32, np.float32],
) -> bool:
    """One step of `count` parameters, in place; returns whether all of them are finite still.

    Loshchilov and Hutter 2019, algorithm 2.
    """
    stride, correction, keep = sizes
    lost = 0
    for i in range(count):
        g = gradient[i]
        mean[i] = _KEEP_MEAN * mean[i] + _NEW_MEAN * g
        square[i] = _KEEP_SQUARE * square[i] + _NEW_SQUARE * g * g
        parameter[i] = keep * parameter[i] - stride * mean[i] / (np.sqrt(square[i]) * correction + _EPSILON)
        # Not "nan or inf": written so that nan fails it too.
        lost += not (abs(parameter[i]) <= _LARGEST and square[i] <= _LARGEST)
    return lost == 0
