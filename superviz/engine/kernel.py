"""The training kernel: k steps of a range of instances in one compiled call that lets go of the interpreter's lock.

It is generic in every size, so it is compiled once a machine and kept in numba's cache.
"""

from __future__ import annotations

import hashlib
import inspect
import math
from typing import Any

import numpy as np
from numba import njit, types

from superviz.core.snapshot import LOSS_BUCKET_STEPS
from superviz.engine import lanes, optimiser, random_numbers
from superviz.engine.lanes import LANE, draw_sparse_uniform, tied_gradient
from superviz.engine.optimiser import adamw, step_sizes
from superviz.engine.state import Settings, State, Trace

_scramble: Any = njit(random_numbers.scramble)
_GOLDEN = random_numbers.GOLDEN


def _build(sources: str) -> Any:
    # Numba's cache knows a kernel by its own file and by what it closes over: by closing over a digest of the sources
    # of all that it calls, a change of any of them makes it a new one.
    def train(first: int, last: int, done: int, steps: int, settings: Settings, state: State, trace: Trace) -> None:
        """Take `steps` steps after the `done` already taken, of the instances from `first` to `last`, excluded."""
        _ = sources
        _, m, n = state.W.shape
        x, y = np.empty((n, LANE), np.float32), np.empty((n, LANE), np.float32)
        hidden, grad_hidden = np.empty((m, LANE), np.float32), np.empty((m, LANE), np.float32)
        transposed = np.empty((n, m), np.float32)
        grad_W, grad_b = np.empty((m, n), np.float32), np.empty(n, np.float32)
        weight = np.empty(n, np.float32)
        flat_grad_W = grad_W.ravel()
        keys, scale, importance, loss_sum = settings.keys, settings.scale, settings.importance, state.loss_sum
        losses, trace_steps = trace.losses, trace.steps
        for instance in range(first, last):
            W, b = state.W[instance], state.b[instance]
            flat_W, mean_W, square_W = W.ravel(), state.mean_W[instance].ravel(), state.square_W[instance].ravel()
            mean_b, square_b = state.mean_b[instance], state.square_b[instance]
            for i in range(n):
                weight[i] = 2.0 * importance[instance, i] / (n * settings.batch_size)
            trace.sound[instance] = steps
            bucket = traced = 0
            for step in range(done, done + steps):
                key = _scramble(keys[instance] + _GOLDEN * np.uint64(step))
                for i in range(n):
                    grad_b[i] = 0
                    for j in range(m):
                        grad_W[j, i] = 0
                        transposed[i, j] = W[j, i]
                loss = 0.0
                for start in range(0, settings.batch_size, LANE):
                    for i in range(n):
                        row_key = _scramble(key + _GOLDEN * np.uint64(i + 1))
                        draw_sparse_uniform(x, i, row_key, start, scale[instance, i])
                    count = min(LANE, settings.batch_size - start)
                    loss += tied_gradient(
                        settings.rectified, W, transposed, b, weight, x, count, y, hidden, grad_hidden, grad_W, grad_b
                    )
                sizes = step_sizes(settings.learning_rate, settings.weight_decay, step + 1)
                finite = adamw(flat_W, flat_grad_W, mean_W, square_W, sizes)
                finite &= adamw(b, grad_b, mean_b, square_b, sizes)
                if not (finite and math.isfinite(loss)):
                    trace.sound[instance] = step - done
                    break
                loss_sum[instance] += 0.5 * loss
                if (step + 1) % LOSS_BUCKET_STEPS == 0:
                    losses[bucket, instance] = loss_sum[instance] / LOSS_BUCKET_STEPS
                    loss_sum[instance] = 0
                    bucket += 1
                if traced < len(trace_steps) and trace_steps[traced] == step + 1:
                    trace.W[traced, instance] = W
                    trace.b[traced, instance] = b
                    traced += 1

    return njit(train, nogil=True, cache=True)


_VECTORS, _WEIGHTS = types.float32[:, ::1], types.float32[:, :, ::1]
_SETTINGS = types.NamedTuple(
    (types.uint64[::1], types.boolean, types.int64, types.float64, types.float64, _VECTORS, _VECTORS), Settings
)
_STATE = types.NamedTuple((_WEIGHTS, _VECTORS) * 3 + (types.float64[::1],), State)
_TRACE = types.NamedTuple(
    (_VECTORS, types.int64[::1], types.float32[:, :, :, ::1], _WEIGHTS, types.int64[::1]), Trace
)
_SIGNATURE = types.void(*(types.int64,) * 4, _SETTINGS, _STATE, _TRACE)

train: Any = _build(hashlib.sha256("".join(map(inspect.getsource, (lanes, optimiser, random_numbers))).encode()).hexdigest())
"""train(first, last, done, steps, settings, state, trace): contiguous arrays of the very types that `state` names."""


def compile_kernel() -> None:
    """Compile the kernel, some seconds, or load it from numba's cache, some .1 s. Does nothing the second time."""
    if not train.signatures:
        train.compile(_SIGNATURE)
        train.disable_compile()


def kernel_is_cached() -> bool:
    """Whether `compile_kernel` will be quick: an earlier start of this program left its work in numba's cache."""
    return bool(train.signatures) or bool(train._cache._cache_file._load_index())
