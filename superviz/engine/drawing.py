"""Lanes of samples, drawn from random words or read from a table: what the kernel trains on."""

from __future__ import annotations

import numpy as np
from numba import njit

from superviz.engine.lanes import FAST, ONE, ZERO
from superviz.engine.machine_words import Pointer, add_words, mix


@njit
def draw_independent(x: Pointer, lane: int, key: np.uint64, first: int, scale: np.float32) -> None:
    """One row of the `lane` samples from `first` on, as `sampling.draw` has it, where it has no shift and no sign."""
    # All in 32 bits, the stride added rather than multiplied by s: counting in 64 bits makes some registers 512 bits
    # wide, which closes one of the processor's ports to all the others, and this three times slower.
    odd = (key >> np.uint64(32)) | np.uint64(1)
    word, stride = np.uint32(key + odd * np.uint64(first)), np.uint32(odd)
    for s in range(lane):
        bits = mix(word)
        word = add_words(word, stride)
        value = ONE - np.float32(np.int32(bits >> np.uint32(8))) * scale
        x[s] = value if value > ZERO else ZERO


@njit
def draw_row(
    x: Pointer, lane: int, key: np.uint64, first: int, scale: np.float32, shift: np.uint32, signed: bool
) -> None:
    """One row of the `lane` samples from `first` on, as `sampling.draw` has it but for its parent."""
    odd = (key >> np.uint64(32)) | np.uint64(1)
    word, stride = np.uint32(key + odd * np.uint64(first)), np.uint32(odd)
    for s in range(lane):
        bits = mix(word)
        word = add_words(word, stride)
        position = add_words(np.uint32(bits >> np.uint32(8)), shift) & np.uint32(0xFFFFFF)
        value = ONE - np.float32(np.int32(position)) * scale
        value = value if value > ZERO else ZERO
        x[s] = -value if signed and bits & np.uint32(1) else value


@njit
def gate(x: Pointer, parent: Pointer, lane: int) -> None:
    """Silence a row wherever its parent is."""
    for s in range(lane):
        x[s] = x[s] if parent[s] != ZERO else ZERO


@njit
def read(x: Pointer, table: Pointer, count: int, lane: int) -> None:
    """One row of a table's next `count` samples; beyond them it is 0."""
    for s in range(count):
        x[s] = table[s]
    for s in range(count, lane):
        x[s] = ZERO


@njit(fastmath=FAST)
def scale_to_unit(x: Pointer, n: int, lane: int, size: Pointer) -> None:
    """Divide each sample by its length, where it has one; `size` is room for a lane."""
    for s in range(lane):
        size[s] = ZERO
    for i in range(n):
        for s in range(lane):
            size[s] += x[i * lane + s] * x[i * lane + s]
    for s in range(lane):
        size[s] = ONE / np.sqrt(size[s]) if size[s] > ZERO else ZERO
    for i in range(n):
        for s in range(lane):
            x[i * lane + s] *= size[s]
