"""safetensors: what the library writes is read, and every number of a header is checked before it is used."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
import torch
from safetensors.numpy import save
from safetensors.torch import save as save_torch

from superviz.core.errors import WeightsError
from superviz.exchange.safetensors_file import LONGEST_HEADER, is_header, stored_arrays
from superviz.exchange.stored_array import StoredArray

W = np.random.default_rng(0).normal(size=(2, 5)).astype(np.float32)
ENTRY = {"dtype": "F32", "shape": [2, 5], "data_offsets": [0, 40]}


def read(content: bytes) -> tuple[dict[str, StoredArray], str | None]:
    arrays, mark = stored_arrays(io.BytesIO(content), len(content))
    return {array.name: array for array in arrays}, mark


def made(header: object, body: bytes = bytes(40)) -> bytes:
    coded = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(coded).to_bytes(8, "little") + coded + body


def test_what_the_library_saves_is_read_back() -> None:
    kinds = ["f8", "f4", "f2", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1"]
    given = {kind: np.arange(10).reshape(2, 5).astype(kind) for kind in kinds}
    content = save(given, metadata={"format": "np"})
    assert is_header(content[:16])
    found, mark = read(content)
    assert set(found) == set(given)
    assert mark is None
    for kind, values in given.items():
        assert found[kind].kind == values.dtype.name
        np.testing.assert_array_equal(found[kind].numbers(), values)


def test_bfloat16_is_read_as_torch_reads_it() -> None:
    values = torch.randn(20, 30, generator=torch.Generator().manual_seed(0)).bfloat16()
    found, _ = read(save_torch({"W": values}))
    assert found["W"].kind == "bfloat16"
    np.testing.assert_array_equal(found["W"].numbers(), values.float().numpy())


def test_numbers_of_other_kinds_are_listed_but_not_read() -> None:
    found, _ = read(save_torch({"W": torch.ones(2, 2), "tiny": torch.ones(3).to(torch.float8_e4m3fn)}))
    assert found["tiny"].kind == "numbers of the kind F8_E4M3"
    with pytest.raises(WeightsError, match=r"^tiny holds numbers of the kind F8_E4M3; give numbers$"):
        found["tiny"].check_readable()
    np.testing.assert_array_equal(found["W"].numbers(), np.ones((2, 2)))


def test_a_mark_says_how_the_weights_lie() -> None:
    assert read(save({"W": W}, metadata={"superviz_axes": "hidden,features"}))[1] == "hidden,features"
    assert read(made({"__metadata__": {"superviz_axes": 7}, "W": ENTRY}))[1] is None
    assert read(made({"__metadata__": [], "W": ENTRY}))[1] is None


@pytest.mark.parametrize(
    ("header", "line"),
    [
        (b"{", "its header makes no sense"),
        (b'"text"', "its header makes no sense"),
        (b"{\xff}", "its header makes no sense"),
        (b'{"W":' + b"[" * 100_000, "its header makes no sense"),
        (b'{"W":' + b"9" * 10_000 + b"}", "its header makes no sense"),
        ({"W": 7}, "what it says of W makes no sense"),
        ({"W": {**ENTRY, "shape": "2"}}, "what it says of W makes no sense"),
        ({"W": {**ENTRY, "shape": [2, -5]}}, "what it says of W makes no sense"),
        ({"W": {**ENTRY, "shape": [2, 5.0]}}, "what it says of W makes no sense"),
        ({"W": {**ENTRY, "shape": [2, True]}}, "what it says of W makes no sense"),
        ({"W": {**ENTRY, "shape": [1] * 9}}, "what it says of W makes no sense"),
        ({"W": {**ENTRY, "shape": [2**63, 5]}}, "what it says of W makes no sense"),
        ({"W": {**ENTRY, "data_offsets": [0, 40, 40]}}, "what it says of W makes no sense"),
        (
            {"W": {**ENTRY, "shape": [2**62, 2**62]}},
            "W claims 85,070,591,730,234,615,865,843,651,857,942,052,864 bytes",
        ),
        ({"W": {**ENTRY, "shape": [2, 4]}}, "W claims 32 bytes of numbers, but has 40"),
        ({"W": {**ENTRY, "data_offsets": [4, 44]}}, "its arrays overlap, or leave gaps"),
        ({"W": {**ENTRY, "dtype": "F8_E5M2", "data_offsets": [40, 0]}}, "its arrays overlap, or leave gaps"),
        ({"W": ENTRY, "V": ENTRY}, "its arrays overlap, or leave gaps"),
        ({"W": {**ENTRY, "shape": [1, 5], "data_offsets": [0, 20]}}, "its arrays take 20 bytes, but it has 40"),
        ({}, "its arrays take 0 bytes, but it has 40"),
    ],
)
def test_a_header_that_can_not_be_is_damage(header: object, line: str) -> None:
    with pytest.raises(WeightsError) as caught:
        read(made(header))
    assert str(caught.value).startswith(f"damaged: {line}")


def test_two_arrays_of_one_name_are_refused() -> None:
    entry = json.dumps(ENTRY).encode()
    with pytest.raises(WeightsError, match="two arrays called W"):
        read(made(b'{"W":' + entry + b',"W":' + entry + b"}"))


@pytest.mark.parametrize("length", [2**63, 2**64 - 1, 10_000])
def test_a_header_longer_than_the_file_is_not_read(length: int) -> None:
    with pytest.raises(WeightsError, match=f"^damaged: its header claims {length:,} bytes, of 50 in all$"):
        read(length.to_bytes(8, "little") + b"{" + bytes(41))


def test_a_header_without_end_is_not_read() -> None:
    with pytest.raises(WeightsError, match=r"^refused: its header has 1,048,577 bytes"):
        read(made(b"{" + b" " * LONGEST_HEADER))
