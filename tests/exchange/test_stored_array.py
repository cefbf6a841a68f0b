"""Numbers out of bytes: every kind that fits into 32 bits, none that doesn't."""

from __future__ import annotations

import io
from contextlib import nullcontext
from typing import Literal

import numpy as np
import pytest

from superviz.core.errors import WeightsError
from superviz.exchange.stored_array import MOST_ARRAYS, StoredArray, check_names, quoted


def stored(values: np.ndarray, content: bytes | None = None) -> StoredArray:
    """An array whose bytes lie in memory."""
    column_major = values.flags.f_contiguous and not values.flags.c_contiguous
    content = values.tobytes(order="A") if content is None else content
    return StoredArray(
        "W", values.shape, values.dtype.name, values.dtype, lambda: nullcontext(io.BytesIO(content)), column_major
    )


@pytest.mark.parametrize("kind", ["<f2", ">f4", "<f4", ">f8", "|i1", "<i2", ">i8", "|u1", "<u4", "<u8"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_every_kind_of_number_becomes_32_bits(kind: str, order: Literal["C", "F"]) -> None:
    values = np.arange(24).reshape(2, 3, 4).astype(np.dtype(kind), order=order)
    read = stored(values).numbers()
    assert read.dtype == np.float32
    np.testing.assert_array_equal(read, np.arange(24).reshape(2, 3, 4))


def test_many_pieces_are_one_array() -> None:
    values = np.random.default_rng(0).normal(size=(300, 700))
    np.testing.assert_array_equal(stored(values).numbers(), values.astype(np.float32))
    np.testing.assert_array_equal(stored(np.asfortranarray(values)).numbers(), values.astype(np.float32))


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize(
    ("value", "line"),
    [
        (np.nan, "W[1, 250, 3] is nan; give finite numbers"),
        (-np.inf, "W[1, 250, 3] is -inf; give finite numbers"),
        (1e300, "W[1, 250, 3] is 1e+300; give numbers up to 1e+15 in size"),
        (-2e15, "W[1, 250, 3] is -2e+15; give numbers up to 1e+15 in size"),
    ],
)
def test_what_is_no_weight_is_named_by_its_place(order: Literal["C", "F"], value: float, line: str) -> None:
    values = np.zeros((2, 300, 200), order=order)
    values[1, 250, 3] = value
    with pytest.raises(WeightsError) as caught:
        stored(values).numbers()
    assert str(caught.value) == line


def test_bytes_that_end_too_soon_are_told() -> None:
    with pytest.raises(WeightsError, match="cut short"):
        stored(np.zeros((2, 5)), bytes(79)).numbers()


def test_whole_numbers_keep_every_digit() -> None:
    assert stored(np.array([0, 2**62 + 1])).whole_numbers() == [0, 2**62 + 1]
    assert stored(np.array([0.0, 500.0])).whole_numbers() == [0, 500]


@pytest.mark.parametrize("value", [0.5, np.nan, np.inf])
def test_what_is_no_whole_number_is_named(value: float) -> None:
    with pytest.raises(WeightsError, match=rf"^W\[1\] is {value:g}; give whole numbers$"):
        stored(np.array([1.0, value])).whole_numbers()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("W", "W"),
        ("blocks.3.mlp", "blocks.3.mlp"),
        ("a b", "'a b'"),
        ("", "''"),
        ("a\x1b[31m", r"'a\x1b[31m'"),
        ("x" * 100, f"{'x' * 60}..."),
    ],
)
def test_names_are_quoted_where_they_need_it(name: str, shown: str) -> None:
    assert quoted(name) == shown


def test_names_are_few_and_each_is_one_arrays() -> None:
    check_names([str(i) for i in range(MOST_ARRAYS)])
    with pytest.raises(WeightsError, match="two arrays called b"):
        check_names(["a", "b", "c", "b"])
    with pytest.raises(WeightsError, match="4,097 arrays"):
        check_names([str(i) for i in range(MOST_ARRAYS + 1)])
