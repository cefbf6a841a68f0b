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
from superviz.engine import lanes, machine_words, optimiser, random_numbers, state
from superviz.engine.lanes import ZERO, draw_sparse_uniform, tied_gradient
from superviz.engine.machine_words import offset, pointer
from superviz.engine.optimiser import adamw, step_sizes
from superviz.engine.state import Flag, Room, Settings, State, Trace

_scramble: Any = njit(random_numbers.scramble)
_GOLDEN = random_numbers.GOLDEN


def _build(sources: str) -> Any:
    # Numba's cache knows a kernel by its own file and by what it closes over: by closing over a digest of the sources
    # of all that it calls, a change of any of them makes it a new one.
    def train(
        first: int,
        last: int,
        done: int,
        steps: int,
        chunk: int,
        halt: Flag,
        settings: Settings,
        state: State,
        trace: Trace,
        room: Room,
    ) -> None:
        """Take `steps` steps after the `done` already taken, of the instances from `first` to `last`, excluded.

        Ends sooner, after a whole chunk, where `halt` was raised meanwhile or an instance was no longer finite.
        """
        _ = sources
        m, n = state.W.shape[1:]
        rectified, batch, lane = settings.rectified, settings.batch_size, room.x.shape[1]
        keys, losses, loss_sum, trace_steps = settings.keys, trace.losses, state.loss_sum, trace.steps
        x, y, hidden, grad_hidden = pointer(room.x), pointer(room.y), pointer(room.hidden), pointer(room.grad_hidden)
        transposed, weight = pointer(room.transposed), pointer(room.weight)
        grad_W, grad_b = pointer(room.grad_W), pointer(room.grad_b)
        for instance in range(first, last):
            trace.sound[instance] = steps
        start, noted, sound = done, 0, True
        while start < done + steps and sound and (start == done or halt[0] == 0):
            end = min(start + chunk, done + steps)
            for instance in range(first, last):
                W, b = pointer(state.W[instance]), pointer(state.b[instance])
                mean_W, mean_b = pointer(state.mean_W[instance]), pointer(state.mean_b[instance])
                square_W, square_b = pointer(state.square_W[instance]), pointer(state.square_b[instance])
                scale, importance = pointer(settings.scale[instance]), pointer(settings.importance[instance])
                for i in range(n):
                    weight[i] = 2.0 * importance[i] / (n * batch)
                bucket, traced = start // LOSS_BUCKET_STEPS - done // LOSS_BUCKET_STEPS, noted
                for step in range(start, end):
                    key = _scramble(keys[instance] + _GOLDEN * np.uint64(step))
                    for i in range(n):
                        grad_b[i] = ZERO
                        for j in range(m):
                            transposed[i * m + j] = W[j * n + i]
                    for w in range(m * n):
                        grad_W[w] = ZERO
                    loss = 0.0
                    for sample in range(0, batch, lane):
                        for i in range(n):
                            row_key = _scramble(key + _GOLDEN * np.uint64(i + 1))
                            draw_sparse_uniform(offset(x, i * lane), lane, row_key, sample, scale[i])
                        count = min(lane, batch - sample)
                        loss += tied_gradient(
                            rectified, m, n, lane, W, transposed, b, weight, x, count, y,
                            hidden, grad_hidden, grad_W, grad_b,
                        )  # fmt: skip
                    sizes = step_sizes(settings.learning_rate, settings.weight_decay, step + 1)
                    finite = adamw(m * n, W, grad_W, mean_W, square_W, sizes)
                    finite &= adamw(n, b, grad_b, mean_b, square_b, sizes)
                    if not (finite and math.isfinite(loss)):
                        trace.sound[instance] = step - done
                        sound = False
                        break
                    loss_sum[instance] += 0.5 * loss
                    if (step + 1) % LOSS_BUCKET_STEPS == 0:
                        losses[bucket, instance] = loss_sum[instance] / LOSS_BUCKET_STEPS
                        loss_sum[instance] = 0
                        bucket += 1
                    if traced < len(trace_steps) and trace_steps[traced] == step + 1:
                        trace.W[traced, instance] = state.W[instance]
                        trace.b[traced, instance] = state.b[instance]
                        traced += 1

            while noted < len(trace_steps) and trace_steps[noted] <= end:
                noted += 1
            start = end
        trace.taken[0] = start - done

    try:
        return njit(train, nogil=True, cache=True)
    except RuntimeError:
        # Neither this folder nor the user's cache can be written to: it is compiled at every start.
        return njit(train, nogil=True)


_VECTORS, _WEIGHTS = types.float32[:, ::1], types.float32[:, :, ::1]
_SETTINGS = types.NamedTuple(
    (types.uint64[::1], types.boolean, types.int64, types.float64, types.float64, _VECTORS, _VECTORS), Settings
)
_STATE = types.NamedTuple((_WEIGHTS, _VECTORS) * 3 + (types.float64[::1],), State)
_TRACE = types.NamedTuple(
    (_VECTORS, types.int64[::1], types.float32[:, :, :, ::1], _WEIGHTS, types.int64[::1], types.int64[::1]), Trace
)
_ROOM = types.NamedTuple((_VECTORS,) * 6 + (types.float32[::1],) * 2, Room)
_SIGNATURE = types.void(*(types.int64,) * 5, types.int64[::1], _SETTINGS, _STATE, _TRACE, _ROOM)

_SOURCES = "".join(inspect.getsource(module) for module in (lanes, machine_words, optimiser, random_numbers, state))

train: Any = _build(hashlib.sha256(_SOURCES.encode()).hexdigest())
"""train(first, last, done, steps, chunk, halt, settings, state, trace, room): contiguous arrays of the types above."""


def compile_kernel() -> None:
    """Compile the kernel, some seconds, or load it from numba's cache, some .1 s. Does nothing the second time."""
    if not train.signatures:
        train.compile(_SIGNATURE)
        train.disable_compile()


def kernel_is_cached() -> bool:
    """Whether `compile_kernel` will be quick: an earlier start of this program left its work in numba's cache."""
    if train.signatures:
        return True
    # Numba has no public way to ask; its dispatcher without a cache has none of these.
    cache = train._cache
    if not hasattr(cache, "_index_key"):
        return False
    return cache._index_key(_SIGNATURE, train.targetctx.codegen()) in cache._cache_file._load_index()
