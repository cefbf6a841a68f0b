"""The training kernel: k steps of a range of instances in one compiled call that lets go of the interpreter's lock.

It is generic in every size, so it is compiled once a machine and kept in numba's cache.
"""

from __future__ import annotations

import hashlib
import inspect
import math
import threading
from typing import Any

import numpy as np
from numba import njit, types

from superviz.core.snapshot import LOSS_BUCKET_STEPS, Array
from superviz.engine import drawing, gradient, lanes, machine_words, optimiser, random_numbers, schedule, state
from superviz.engine.drawing import draw_independent, draw_row, gate, read, scale_to_unit
from superviz.engine.gradient import model_gradient
from superviz.engine.lanes import ONE, ZERO
from superviz.engine.machine_words import IndexPointer, Pointer, offset, pointer
from superviz.engine.optimiser import adam, decay, descend
from superviz.engine.state import Flag, Kind, Room, Settings, State, Trace

_scramble: Any = njit(random_numbers.scramble)
_GOLDEN = random_numbers.GOLDEN


@njit
def _draw(
    plain: bool,
    signed: bool,
    key: np.uint64,
    sample: int,
    lane: int,
    x: Pointer,
    rows: int,
    order: IndexPointer,
    word: IndexPointer,
    parent: IndexPointer,
    shift: IndexPointer,
    scale: Pointer,
) -> None:
    """A lane of fresh samples from number `sample` on."""
    if plain:
        for row in range(rows):
            row_key = _scramble(key + _GOLDEN * np.uint64(row + 1))
            draw_independent(offset(x, row * lane), lane, row_key, sample, scale[row])
        return
    for place in range(rows):
        row = int(order[place])
        row_key = _scramble(key + _GOLDEN * np.uint64(word[row] + 1))
        draw_row(offset(x, row * lane), lane, row_key, sample, scale[row], shift[row], signed)
        if parent[row] >= 0:
            gate(offset(x, row * lane), offset(x, parent[row] * lane), lane)


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
        sizes: Array,
        state: State,
        trace: Trace,
        room: Room,
    ) -> None:
        """Take `steps` steps after the `done` already taken, of the instances from `first` to `last`, excluded.

        `sizes` are theirs, as schedule.step_sizes has them. Ends sooner, after a whole chunk, where `halt` was raised
        meanwhile or an instance was no longer finite.
        """
        _ = sources
        kind, batch, keys, test_keys = settings.kind, settings.batch_size, settings.keys, settings.test_keys
        m, n = room.hidden.shape[0], room.y.shape[0]
        lane, count = room.x.shape[1], state.parameters.shape[1]
        parameters, trace_steps, loss_sum = state.parameters, trace.steps, state.loss_sum
        losses, test_losses, loss_steps = trace.losses, trace.test_losses, LOSS_BUCKET_STEPS
        x, y, hidden, grad_hidden = pointer(room.x), pointer(room.y), pointer(room.hidden), pointer(room.grad_hidden)
        share, transposed = pointer(room.share), pointer(room.transposed)
        gradient, zeros = pointer(room.gradient), pointer(room.zeros)
        grad_W, grad_b = gradient, offset(gradient, count - n)
        grad_W_out = gradient if kind.tied else offset(gradient, m * n)
        rows, order, word, parent = (
            room.x.shape[0],
            pointer(settings.order),
            pointer(settings.word),
            pointer(settings.parent),
        )
        plain, signed, step_size = kind.plain, kind.signed, pointer(sizes)
        penalty, decay_strength = np.float32(settings.penalty), np.float32(settings.decay)
        momentum, samples = np.float32(settings.momentum), settings.share.shape[1] if kind.weighted else batch
        for s in range(lane):
            share[s] = ONE
        for j in range(m):
            zeros[j] = ZERO
        for instance in range(first, last):
            trace.sound[instance] = steps
        start, noted, sound = done, 0, True
        while start < done + steps and sound and (start == done or halt[0] == 0):
            end = min(start + chunk, done + steps)
            for instance in range(first, last):
                W = pointer(parameters[instance])
                b, W_out = offset(W, count - n), W if kind.tied else offset(W, m * n)
                mean, square = pointer(state.mean[instance]), pointer(state.square[instance])
                weight, scale = pointer(settings.weight[instance]), pointer(settings.scale[instance])
                shift, table_share = pointer(settings.shift[instance]), pointer(settings.share[instance])
                examples = pointer(settings.table[instance if len(settings.table) > 1 else 0])
                bucket, traced = start // loss_steps - done // loss_steps, noted
                for step in range(start, end):
                    for i in range(n):
                        for j in range(m):
                            transposed[i * m + j] = W_out[j * n + i]
                    for w in range(count):
                        gradient[w] = ZERO
                    loss = 0.0
                    key = _scramble(keys[instance] + _GOLDEN * np.uint64(step))
                    for sample in range(0, samples, lane):
                        taken = min(lane, samples - sample)
                        if kind.weighted:
                            for i in range(n):
                                read(offset(x, i * lane), offset(examples, i * samples + sample), taken, lane)
                            read(share, offset(table_share, sample), taken, lane)
                        else:
                            _draw(plain, signed, key, sample, lane, x, rows, order, word, parent, shift, scale)
                        loss += model_gradient(
                            kind, m, n, lane, W, W_out, transposed, b, zeros, weight, penalty, x, share, taken, y,
                            hidden, grad_hidden, grad_W, grad_W_out, grad_b,
                        )  # fmt: skip
                    if not kind.biased:
                        for i in range(n):
                            grad_b[i] = ZERO
                    if decay_strength > ZERO:
                        decay(count, W, gradient, decay_strength)
                    size = offset(step_size, 3 * (step - done))
                    if kind.adaptive:
                        finite = adam(count, W, gradient, mean, square, size[0], size[1], size[2])
                    else:
                        finite = descend(count, W, gradient, mean, size[0], momentum)
                    if not (finite and math.isfinite(loss)):
                        trace.sound[instance] = step - done
                        sound = False
                        break
                    loss_sum[instance] += 0.5 * loss
                    if (step + 1) % loss_steps == 0:
                        losses[bucket, instance] = loss_sum[instance] / loss_steps
                        loss_sum[instance] = 0
                        if kind.tested:
                            # The gradient's room is free again; what is written there now means nothing.
                            for i in range(n):
                                for j in range(m):
                                    transposed[i * m + j] = W_out[j * n + i]
                            for s in range(lane):
                                share[s] = ONE / np.float32(batch)
                            key = _scramble(test_keys[instance] + _GOLDEN * np.uint64(step))
                            loss = 0.0
                            for sample in range(0, batch, lane):
                                _draw(plain, signed, key, sample, lane, x, rows, order, word, parent, shift, scale)
                                if kind.normed:
                                    scale_to_unit(x, n, lane, y)
                                loss += model_gradient(
                                    kind, m, n, lane, W, W_out, transposed, b, zeros, weight, penalty, x, share,
                                    min(lane, batch - sample), y, hidden, grad_hidden, grad_W, grad_W_out, grad_b,
                                )  # fmt: skip
                            test_losses[bucket, instance] = 0.5 * loss
                        bucket += 1
                    if traced < len(trace_steps) and trace_steps[traced] == step + 1:
                        trace.parameters[traced, instance] = parameters[instance]
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


_ROWS, _CUBE, _LINE, _WORDS = types.float32[:, ::1], types.float32[:, :, ::1], types.float64[::1], types.int64[::1]
_KIND = types.NamedUniTuple(types.boolean, len(Kind._fields), Kind)
_SETTINGS = types.NamedTuple(
    (
        *(_KIND, types.uint64[::1], types.uint64[::1], _WORDS, types.uint32[:, ::1], _ROWS, _WORDS, _WORDS),
        *(_CUBE, _ROWS, types.int64, _ROWS, types.float64, types.float64, types.float64),
    ),
    Settings,
)
_STATE = types.NamedTuple((_ROWS, _ROWS, _ROWS, _LINE), State)
_TRACE = types.NamedTuple((_ROWS, _ROWS, _WORDS, _CUBE, _WORDS, _WORDS), Trace)
_ROOM = types.NamedUniTuple(_ROWS, len(Room._fields), Room)
_SIGNATURE = types.void(*(types.int64,) * 5, _WORDS, _SETTINGS, _ROWS, _STATE, _TRACE, _ROOM)

_SOURCES = "".join(
    inspect.getsource(module)
    for module in (drawing, gradient, lanes, machine_words, optimiser, random_numbers, schedule, state)
)

train: Any = _build(hashlib.sha256(_SOURCES.encode()).hexdigest())
"""train(first, last, done, steps, chunk, halt, settings, sizes, state, trace, room): contiguous arrays, as above."""


_compiling = threading.Lock()


def compile_kernel() -> None:
    """Compile the kernel, some seconds, or load it from numba's cache, some .1 s. Does nothing the second time."""
    with _compiling:  # a race of seeds and the run before it may both come here first
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
