"""A renamed font is the same font to another reader, sums and all."""

from __future__ import annotations

import struct
from pathlib import Path

import fontpkg_inter
import numpy as np
import pymupdf
import pytest
from PySide6.QtGui import QFontDatabase, QRawFont
from PySide6.QtWidgets import QApplication

from superviz.views.font_file import renamed

INTER = (Path(fontpkg_inter.ROOT) / "files" / "Inter[opsz,wght].ttf").read_bytes()


def tables(font: bytes) -> dict[bytes, tuple[int, bytes]]:
    """Each table's checksum as its entry states it, and its content."""
    (count,) = struct.unpack_from(">H", font, 4)
    entries = struct.iter_unpack(">4s3I", font[12 : 12 + 16 * count])
    return {tag: (checksum, font[start : start + length]) for tag, checksum, start, length in entries}


def words(content: bytes) -> int:
    return int(np.frombuffer(content + bytes(-len(content) % 4), ">u4").sum(dtype=np.uint64)) % 2**32


def test_only_the_name_and_the_sums_change() -> None:
    before, after = tables(INTER), tables(renamed(INTER, "Outer"))
    assert before.keys() == after.keys()
    assert {tag for tag in before if before[tag][1] != after[tag][1]} == {b"name", b"head"}
    changed = [at for at in range(54) if before[b"head"][1][at] != after[b"head"][1][at]]
    assert set(changed) <= {8, 9, 10, 11}


def test_the_sums_are_those_of_the_specification() -> None:
    font = renamed(INTER, "Outer")
    assert words(INTER) == words(font) == 0xB1B0AFBA
    for tag, (checksum, content) in tables(font).items():
        if tag != b"head":
            assert words(content) == checksum, tag


def test_other_readers_know_it_by_its_new_name(qapp: QApplication) -> None:
    font = renamed(INTER, "Outer")
    assert QRawFont(font, 20).familyName() == "Outer"
    assert pymupdf.Font(fontbuffer=font).glyph_count == pymupdf.Font(fontbuffer=INTER).glyph_count
    identifier = QFontDatabase.addApplicationFontFromData(font)
    assert QFontDatabase.applicationFontFamilies(identifier) == ["Outer"]
    QFontDatabase.removeApplicationFont(identifier)


def test_the_copyright_stays() -> None:
    notice = "Copyright 2016 The Inter Project Authors".encode("utf-16-be")
    assert notice in INTER
    assert notice in renamed(INTER, "Outer")


def test_a_name_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="'Longer' must be 5 characters long"):
        renamed(INTER, "Longer")
