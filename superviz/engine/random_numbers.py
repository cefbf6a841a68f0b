"""Counter-based random bits: a pure function of (seed, instance, step, row, index), with no state to keep."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

Keys: TypeAlias = NDArray[np.uint64]
Bits: TypeAlias = NDArray[np.uint32]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
"""2^64 over the golden ratio, splitmix64's stride: neighbouring seeds, instances and steps get unrelated keys."""
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_30, _27, _31, _32 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(32)


class Stream(IntEnum):
    """What random numbers are for: each use has its own, whatever the seed."""

    SAMPLES = 1
    STARTING_WEIGHTS = 2
    EVALUATION = 3
    TEST = 4


def scramble(key: Keys) -> Keys:
    """Splitmix64's finaliser (Steele, Lea and Flood 2014): a bijection in which every bit sways every other.

    The kernel compiles this very function, for single words.
    """
    key = (key ^ (key >> _30)) * _FIRST
    key = (key ^ (key >> _27)) * _SECOND
    return key ^ (key >> _31)


def mix(word: Bits) -> Bits:
    """Random bits for each word: a bijection of two multiply-xorshift rounds with constants found by search.

    They are those of TheIronBorn in Wellons's "Prospecting for hash functions", 2018. The kernel traces this very
    function for a lane of samples.
    """
    word = cast(Bits, (word ^ (word >> 16)) * 0x21F0AAAD)
    word = cast(Bits, (word ^ (word >> 15)) * 0x735A2D97)
    return cast(Bits, word ^ (word >> 15))


def instance_keys(seeds: Sequence[int], stream: Stream) -> Keys:
    """A key for each instance, (instances,), from its seed and its index: however many there are."""
    roots = scramble(np.array(seeds, dtype=np.uint64) + GOLDEN * np.array([stream], dtype=np.uint64))
    return scramble(roots + GOLDEN * np.arange(1, len(seeds) + 1, dtype=np.uint64))


def step_key(instance_key: Keys, step: int) -> Keys:
    """The key under which an instance draws what it needs at `step`, counted from 0."""
    return scramble(instance_key + GOLDEN * np.array([step], dtype=np.uint64))


def random_bits(key: Keys, rows: int, count: int, first: int = 0) -> Bits:
    """Random bits (rows, count) under one `key`, (1,); `first` is the index of the first column.

    Each row walks from its own start with its own odd stride (Steele, Lea and Flood's "gamma"), so that no two rows
    share a stretch of numbers.
    """
    row_keys = scramble(key + GOLDEN * np.arange(1, rows + 1, dtype=np.uint64))[:, None]
    start, stride = row_keys.astype(np.uint32), (row_keys >> _32).astype(np.uint32) | np.uint32(1)
    return mix(start + stride * np.arange(first, first + count, dtype=np.uint32))
