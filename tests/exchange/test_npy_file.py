"""numpy's headers: what numpy writes is read, what it wouldn't is refused, and nothing is evaluated."""

from __future__ import annotations

import io
import struct
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from superviz.core.errors import WeightsError
from superviz.exchange.npy_file import NpyHeader, read_header, stored_array


def header_of(content: bytes) -> NpyHeader:
    return read_header("W", io.BytesIO(content), len(content))


def made(text: str, body: bytes = b"", version: int = 1) -> bytes:
    """An .npy file with that text for a header."""
    coded = text.encode("latin-1")
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", len(coded)) + coded + body


numbers = arrays.arrays(
    st.one_of(
        arrays.floating_dtypes(endianness="?"), arrays.integer_dtypes(endianness="?"), arrays.unsigned_integer_dtypes()
    ).filter(lambda dtype: dtype.itemsize <= 8),
    arrays.array_shapes(min_dims=0, max_dims=8, max_side=4),
)


@given(numbers, st.booleans())
def test_what_numpy_saves_is_read_back(values: np.ndarray, turned: bool) -> None:
    values = values.T if turned else values
    buffer = io.BytesIO()
    np.save(buffer, values)
    buffer.seek(0)
    found = stored_array("W", buffer, len(buffer.getvalue()))
    assert found.shape == values.shape
    assert found.dtype == values.dtype
    if not np.all(np.abs(values.astype(np.float64)) <= 1e15):
        with pytest.raises(WeightsError):
            found.numbers()
    else:
        np.testing.assert_array_equal(found.numbers(), values.astype(np.float32))


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize(
    "text",
    [
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 5), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 5)}",
        '{"shape":(2,5),"fortran_order":False,"descr":"<f4"}',
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 5L), }   \n",
    ],
)
def test_what_other_programs_write_is_read(text: str, version: int) -> None:
    header = header_of(made(text, bytes(40), version))
    assert (header.shape, header.kind, header.column_major) == ((2, 5), "float32", False)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (np.array([[None]]), "Python objects"),
        (np.array(["a"]), "text"),
        (np.array([b"a"]), "text"),
        (np.array([True]), "true and false"),
        (np.array([1j]), "complex numbers"),
        (np.array(["2020"], "M8[Y]"), "something unknown"),
        (np.zeros(2, [("a", "<f4", (2,)), ("b", "<i2")]), "records"),
        (np.array([b"ab"], "V2"), "raw bytes, two a number"),
        (np.array([b"abc"], "V3"), "raw bytes"),
        (np.zeros(2, np.longdouble), "numbers of an unusual size" if np.longdouble(0).nbytes > 8 else "float64"),
    ],
)
def test_what_holds_no_numbers_says_what_it_holds(values: np.ndarray, kind: str) -> None:
    buffer = io.BytesIO()
    np.save(buffer, values, allow_pickle=True)
    found = header_of(buffer.getvalue())
    assert found.kind == kind
    assert (found.dtype is None) == (kind != "float64")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "{'descr': '<f4', 'fortran_order': False}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': 5, }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-2, 5), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 5, , ), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2.0, 5), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': '(2, 5)', }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 5), 'more': True}",
        "{'descr': '<f4', 'fortran_order': 1, 'shape': (2, 5), }",
        "{'descr': ['<f4', [1]], 'fortran_order': False, 'shape': (2, 5), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 5), } or 1",
        "__import__('os').system('true')",
        f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({'9' * 20}, 5), }}",
        f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({'1, ' * 9}), }}",
    ],
)
def test_other_headers_are_refused(text: str) -> None:
    with pytest.raises(WeightsError, match=r"^W has a header that describes no array of plain numbers$"):
        header_of(made(text, bytes(40)))


@pytest.mark.parametrize(
    "content",
    [
        b"\x93NUMPY",
        b"\x93NUMPX\x01\x00v\x00",
        b"\x93NUMPY\x09\x00v\x00",
        b"\x93NUMPY\x02\x00\xff\xff\xff\x7f",
    ],
)
def test_other_beginnings_are_refused(content: bytes) -> None:
    with pytest.raises(WeightsError, match=r"^damaged: "):
        header_of(content)


@pytest.mark.parametrize(
    ("shape", "line"),
    [
        ("(2, 6)", "damaged: W claims 48 bytes of numbers, but has 40"),
        ("(2, 4)", "damaged: W claims 32 bytes of numbers, but has 40"),
        ("()", "damaged: W claims 4 bytes of numbers, but has 40"),
        ("(10000000, 10000000)", "damaged: W claims 400,000,000,000,000 bytes of numbers, but has 40"),
    ],
)
def test_a_shape_must_be_borne_out_by_the_bytes(shape: str, line: str) -> None:
    with pytest.raises(WeightsError) as caught:
        header_of(made(f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}", bytes(40)))
    assert str(caught.value) == line


@pytest.mark.parametrize("filler", [" ", ",", "1", "1,", "(", "'descr': ", "L", "{", "9" * 20])
def test_no_header_takes_long_to_refuse(filler: str) -> None:
    begun = time.perf_counter()
    for text in (f"{{{filler * 9000}", f"{{'shape': ({filler * 9000}", f"{{'descr': '<f4'{filler * 9000}}}"):
        with pytest.raises(WeightsError):
            header_of(made(text[:9990]))
    assert time.perf_counter() - begun < 1
