"""The counted random words of random_numbers, bit for bit, on a torch device.

It imports torch, so it is imported where training is prepared, never before.
"""

from __future__ import annotations

import torch
from torch import Tensor

from superviz.engine import random_numbers

# torch does no arithmetic on unsigned words: signed ones wrap round alike, and their right shifts are masked to be so.
_GOLDEN = int(random_numbers.GOLDEN.astype("int64"))
_FIRST, _SECOND = (0xBF58476D1CE4E5B9 - 2**64, 0x94D049BB133111EB - 2**64)


def step_words(keys: Tensor, step: Tensor, n_words: int, count: int) -> Tensor:
    """random_numbers.random_bits of every instance at `step`, (instances, n_words, count), as int32.

    `keys` is (instances,) and `step` (1,), both int64 on the device: nothing is asked of their values.
    """
    rows = torch.arange(1, n_words + 1, device=keys.device)
    row_keys = _scramble(_scramble(keys + _GOLDEN * step)[:, None] + _GOLDEN * rows)[..., None]
    start, stride = row_keys.to(torch.int32), (row_keys >> 32).to(torch.int32) | 1
    return _mix(start + stride * torch.arange(count, dtype=torch.int32, device=keys.device))


def _scramble(key: Tensor) -> Tensor:
    """random_numbers.scramble, of int64."""
    key = (key ^ _shifted(key, 30, 64)) * _FIRST
    key = (key ^ _shifted(key, 27, 64)) * _SECOND
    return key ^ _shifted(key, 31, 64)


def _mix(word: Tensor) -> Tensor:
    """random_numbers.mix, of int32, in place: these are the largest arrays of a step."""
    word ^= _shifted(word, 16, 32)
    word *= 0x21F0AAAD
    word ^= _shifted(word, 15, 32)
    word *= 0x735A2D97
    word ^= _shifted(word, 15, 32)
    return word


def _shifted(word: Tensor, by: int, bits: int) -> Tensor:
    """`word` shifted right, zeros coming in."""
    return (word >> by).bitwise_and_((1 << bits - by) - 1)
