"""Random words in torch, against numpy's."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from superviz.engine.random_numbers import Stream, instance_keys, random_bits, step_key
from superviz.engine.torch_random import step_words


@settings(max_examples=40, deadline=None)
@given(
    seeds=st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=3),
    stream=st.sampled_from(Stream),
    step=st.integers(0, 10**9),
    n_words=st.integers(1, 40),
    count=st.integers(1, 70),
)
def test_words_are_numpys_bit_for_bit(seeds: list[int], stream: Stream, step: int, n_words: int, count: int) -> None:
    keys = instance_keys(seeds, stream)
    words = step_words(torch.from_numpy(keys.view(np.int64)), torch.tensor([step]), n_words, count)
    assert words.dtype == torch.int32
    for index in range(len(seeds)):
        expected = random_bits(step_key(keys[index : index + 1], step), n_words, count)
        np.testing.assert_array_equal(words[index].numpy().view(np.uint32), expected)
