"""numpy's .npy: its header, read without evaluating it and held against the bytes that follow."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO

import numpy as np

from superviz.core.errors import WeightsError
from superviz.exchange.stored_array import MOST_DIMENSIONS, RAW_BFLOAT16, StoredArray, Stream, opened_at, quoted

MAGIC = b"\x93NUMPY"
_LENGTH_BYTES = {1: 2, 2: 4, 3: 4}
"""Of the header's length, by the format's version."""
_LONGEST_HEADER = 10_000
"""numpy itself reads no longer ones of files it doesn't trust."""
_FIELD = re.compile(
    r"""\s*+['"](\w++)['"]\s*+:\s*+('[^']*+'|"[^"]*+"|True|False|\([^()]*+\)|\[[^][]*+\])\s*+(?:,|\Z)"""
)
_COUNT = re.compile(r"\s*+(\d{1,19})L?\s*+")
_TYPE = re.compile(r"[<>=|]?([A-Za-z])(\d{0,9})")
_SIZES = {"f": (2, 4, 8), "i": (1, 2, 4, 8), "u": (1, 2, 4, 8)}
"""Bytes that a number of each kind may have."""
_OTHER_KINDS = {
    "O": "Python objects",
    "U": "text",
    "S": "text",
    "b": "true and false",
    "c": "complex numbers",
    "V": "raw bytes",
    "f": "numbers of an unusual size",
}


@dataclass(frozen=True, slots=True)
class NpyHeader:
    """What an array's header says, and how many bytes it takes itself."""

    length: int
    descr: str
    kind: str
    """What the numbers are, such as "float32"."""
    dtype: np.dtype[Any] | None
    """None where they are no numbers that can be read."""
    shape: tuple[int, ...]
    column_major: bool


def stored_array(name: str, file: BinaryIO, size: int) -> StoredArray:
    """The array of a file of `size` bytes. Raises WeightsError."""
    header = read_header(name, file, size)
    opened = partial(opened_at, file, header.length)
    return StoredArray(name, header.shape, header.kind, header.dtype, opened, header.column_major)


def read_header(name: str, stream: Stream, size: int) -> NpyHeader:
    """The header of an array of `size` bytes in all, from a stream at its first byte.

    Raises WeightsError where it is none, and where its numbers would take more or fewer bytes than there are.
    """
    start = stream.read(len(MAGIC) + 2)
    length_bytes = _LENGTH_BYTES.get(start[-2]) if len(start) == len(MAGIC) + 2 else None
    if not start.startswith(MAGIC) or length_bytes is None:
        raise WeightsError(f"damaged: {quoted(name)} is no array of numpy's")
    length = int.from_bytes(stream.read(length_bytes), "little")
    if length > _LONGEST_HEADER:
        raise WeightsError(f"damaged: the header of {quoted(name)} claims {length:,} bytes")
    fields = _fields(name, stream.read(length).decode("latin-1"))
    descr = fields["descr"].strip("'\"")
    kind, dtype = _number_kind(descr)
    header = NpyHeader(
        length=len(start) + length_bytes + length,
        descr=descr,
        kind=kind,
        dtype=dtype,
        shape=_shape(name, fields["shape"]),
        column_major=fields["fortran_order"] == "True",
    )
    claimed = None if dtype is None else math.prod(header.shape) * dtype.itemsize
    if claimed is not None and claimed != size - header.length:
        raise WeightsError(
            f"damaged: {quoted(name)} claims {claimed:,} bytes of numbers, but has {max(0, size - header.length):,}"
        )
    return header


def _fields(name: str, text: str) -> dict[str, str]:
    """The values of a header as they are written, by key."""
    text = text.strip()
    inner, at = text[1:-1], 0
    fields: dict[str, str] = {}
    while match := _FIELD.match(inner, at):
        fields[match[1]] = match[2]
        at = match.end()
    if text[:1] + text[-1:] != "{}" or inner[at:].strip() or set(fields) != {"descr", "fortran_order", "shape"}:
        raise WeightsError(f"{quoted(name)} has a header that describes no array of plain numbers")
    return fields


def _shape(name: str, text: str) -> tuple[int, ...]:
    counts = text[1:-1].split(",")
    if not counts[-1].strip():  # a single count ends in a comma, and no count is a single number's
        counts.pop()
    matches = [_COUNT.fullmatch(count) for count in counts]
    shape = tuple(int(match[1]) for match in matches if match is not None)
    if not text.startswith("(") or len(shape) < len(counts) or len(shape) > MOST_DIMENSIONS:
        raise WeightsError(f"{quoted(name)} has a header that describes no array of plain numbers")
    return shape


def _number_kind(descr: str) -> tuple[str, np.dtype[Any] | None]:
    """What the numbers are, and how they lie in the file, if they can be read."""
    match = _TYPE.fullmatch(descr)
    letter, size = (match[1], int(match[2] or 0)) if match else ("", 0)
    if size in _SIZES.get(letter, ()):
        dtype = np.dtype(descr)
        return dtype.name, dtype
    if (letter, size) == ("V", 2):
        return RAW_BFLOAT16, None
    return "records" if descr.startswith("[") else _OTHER_KINDS.get(letter, "something unknown"), None
