""".safetensors: its header, every number of it checked before one is used, and where each array lies."""

from __future__ import annotations

import json
import math
from functools import partial
from typing import Any, BinaryIO, cast

import numpy as np

from superviz.core.errors import WeightsError
from superviz.exchange.orientation import MARK
from superviz.exchange.stored_array import BFLOAT16, MOST_DIMENSIONS, StoredArray, check_names, opened_at, quoted

LONGEST_HEADER = 2**20
"""Bytes of a header; those of real models' files have a fraction of that."""
_LENGTH_BYTES = 8
_ABOUT = "__metadata__"
_NUMBERS = {
    "F64": ("float64", "<f8"),
    "F32": ("float32", "<f4"),
    "F16": ("float16", "<f2"),
    "BF16": (BFLOAT16, "<u2"),
    "I64": ("int64", "<i8"),
    "I32": ("int32", "<i4"),
    "I16": ("int16", "<i2"),
    "I8": ("int8", "|i1"),
    "U64": ("uint64", "<u8"),
    "U32": ("uint32", "<u4"),
    "U16": ("uint16", "<u2"),
    "U8": ("uint8", "|u1"),
}
"""The format's word for a kind of number -> ours, and how it lies in the file."""


def is_header(start: bytes) -> bool:
    """Whether a file that starts so may be one."""
    return start[_LENGTH_BYTES : _LENGTH_BYTES + 1] == b"{"


def stored_arrays(file: BinaryIO, size: int) -> tuple[list[StoredArray], str | None]:
    """The arrays of a file of `size` bytes, and how W lies if the file says so. Raises WeightsError."""
    header, begin = _header(file, size)
    about = header.pop(_ABOUT, {})
    check_names(list(header))
    arrays = [_stored_array(file, name, entry, begin) for name, entry in header.items()]
    end = 0
    for first, last in sorted(span for _, span in arrays):
        if first != end or last < first:
            raise WeightsError("damaged: its arrays overlap, or leave gaps")
        end = last
    if end != size - begin:
        raise WeightsError(f"damaged: its arrays take {end:,} bytes, but it has {size - begin:,}")
    mark = cast("dict[str, object]", about).get(MARK) if isinstance(about, dict) else None
    return [array for array, _ in arrays], mark if isinstance(mark, str) else None


def _header(file: BinaryIO, size: int) -> tuple[dict[str, Any], int]:
    """The header, and where the numbers begin."""
    length = int.from_bytes(file.read(_LENGTH_BYTES), "little")
    if _LENGTH_BYTES + length > size:
        raise WeightsError(f"damaged: its header claims {length:,} bytes, of {size:,} in all")
    if length > LONGEST_HEADER:
        raise WeightsError(f"refused: its header has {length:,} bytes; give a file with at most {LONGEST_HEADER:,}")
    try:
        header = json.loads(file.read(length).decode(), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise WeightsError("damaged: its header makes no sense") from None
    if not isinstance(header, dict):
        raise WeightsError("damaged: its header makes no sense")
    return cast("dict[str, Any]", header), _LENGTH_BYTES + length


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    check_names([name for name, _ in pairs])
    return dict(pairs)


def _stored_array(file: BinaryIO, name: str, entry: Any, begin: int) -> tuple[StoredArray, tuple[int, int]]:
    """An array, and the bytes it says it has, counted from `begin` on."""
    match entry:
        case {"dtype": str(word), "shape": [*shape], "data_offsets": [first, last]} if _are_counts(shape, first, last):
            counted = tuple(cast("list[int]", shape))
        case _:
            raise WeightsError(f"damaged: what it says of {quoted(name)} makes no sense")
    kind, code = _NUMBERS.get(word, (f"numbers of the kind {quoted(word)}", None))
    dtype = None if code is None else np.dtype(code)
    claimed = None if dtype is None else math.prod(counted) * dtype.itemsize
    if claimed is not None and claimed != last - first:
        raise WeightsError(f"damaged: {quoted(name)} claims {claimed:,} bytes of numbers, but has {last - first:,}")
    return StoredArray(name, counted, kind, dtype, partial(opened_at, file, begin + first)), (first, last)


def _are_counts(shape: list[object], first: object, last: object) -> bool:
    """Whether a shape and two places are that, all of them numbers that an array can have."""
    counts = [*shape, first, last]
    return len(shape) <= MOST_DIMENSIONS and all(type(count) is int and 0 <= count < 2**63 for count in counts)
