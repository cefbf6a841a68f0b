"""A font file under another family name, so that a version of it installed on the machine isn't mixed with it."""

from __future__ import annotations

import struct

import numpy as np

_FAMILY_IDS = {1, 16}
_NAME_RECORD = struct.Struct(">6H")


def renamed(font: bytes, family: str) -> bytes:
    """A copy of a TrueType `font` whose family is `family`, which must be as long as the old name; its checksums fit.

    OpenType specification, "Font file" and "name - Naming table"; of the names, those of Unicode are changed.
    """
    copy = bytearray(font)
    (count,) = struct.unpack_from(">H", copy, 4)
    directory = {bytes(copy[entry : entry + 4]): entry for entry in range(12, 12 + 16 * count, 16)}
    checksum, start, length = struct.unpack_from(">3I", copy, directory[b"name"] + 4)
    _, records, strings = struct.unpack_from(">3H", copy, start)
    new = family.encode("utf-16-be")
    for record in range(start + 6, start + 6 + records * _NAME_RECORD.size, _NAME_RECORD.size):
        platform, _, _, name, size, offset = _NAME_RECORD.unpack_from(copy, record)
        if platform in (0, 3) and name in _FAMILY_IDS:
            if size != len(new):
                raise ValueError(f"{family!r} must be {size // 2} characters long")
            at = start + strings + offset
            copy[at : at + size] = new
    change = _checksum(copy[start : start + length]) - checksum
    _add(copy, directory[b"name"] + 4, change)
    # The file's own sum is kept by its head, which takes back what the table and its entry have gained.
    (head,) = struct.unpack_from(">I", copy, directory[b"head"] + 8)
    _add(copy, head + 8, -2 * change)
    return bytes(copy)


def _checksum(table: bytes | bytearray) -> int:
    padded = bytes(table) + bytes(-len(table) % 4)
    return int(np.frombuffer(padded, ">u4").sum(dtype=np.uint64)) & 0xFFFFFFFF


def _add(font: bytearray, at: int, change: int) -> None:
    (value,) = struct.unpack_from(">I", font, at)
    struct.pack_into(">I", font, at, (value + change) & 0xFFFFFFFF)
