"""numpy's .npz: a zip of arrays, of which nothing is unpacked that the list of contents doesn't bear out."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from typing import BinaryIO

from superviz.core.errors import WeightsError
from superviz.exchange.npy_file import NpyHeader, read_header
from superviz.exchange.orientation import MARK
from superviz.exchange.stored_array import StoredArray, Stream, check_names, quoted

MAGIC = b"PK\x03\x04"
MOST_UNPACKED = 2**30
"""Bytes that one compressed array may unpack to."""
MOST_RATIO = 200
"""Times its size; zeros compress a thousandfold..."""
FREELY_UNPACKED = 2**24
"""...so up to this many bytes any ratio is believed."""
_LONGEST_READ = 2**20
_ENDING = ".npy"
_ENCRYPTED = 0x1 | 0x40
_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
"""What zipfile makes of files that are not as they should be."""


class _Sips:
    """A file that gives little at a time: zipfile would read a list of contents of any length."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        content = self._file.read(_LONGEST_READ + 1 if size < 0 else min(size, _LONGEST_READ + 1))
        if len(content) > _LONGEST_READ:
            raise zipfile.BadZipFile("its list of contents is too long")
        return content


def open_archive(file: BinaryIO) -> zipfile.ZipFile:
    """The list of contents. Raises WeightsError where it can't be read or is longer than that of any real file."""
    with _zip_faults():
        return zipfile.ZipFile(_Sips(file))  # pyright: ignore[reportArgumentType, reportCallIssue] # it asks for no more


def holds_pickle(archive: zipfile.ZipFile) -> bool:
    """Whether it is what torch.save makes."""
    return any(name == "data.pkl" or name.endswith("/data.pkl") for name in archive.namelist())


def stored_arrays(archive: zipfile.ZipFile) -> tuple[list[StoredArray], str | None]:
    """The arrays, and how W lies if the file says so. Raises WeightsError for what no numpy wrote, and for bombs."""
    members = [member for member in archive.infolist() if member.filename.endswith(_ENDING)]
    check_names([_name(member) for member in members])
    if not members:
        raise WeightsError("a zip without arrays of numpy's; give .npz, .npy or .safetensors")
    arrays: list[StoredArray] = []
    mark: str | None = None
    for member in members:
        _check(member)
        name = _name(member)
        with _opened(archive, member) as stream:
            header = read_header(name, stream, member.file_size)
            if name == MARK:
                mark = _mark(header, stream)
                continue
        opened = partial(_numbers, archive, member, header.length)
        arrays.append(StoredArray(name, header.shape, header.kind, header.dtype, opened, header.column_major))
    return arrays, mark


def _name(member: zipfile.ZipInfo) -> str:
    return member.filename.removesuffix(_ENDING)


def _check(member: zipfile.ZipInfo) -> None:
    """Raises WeightsError where a member is packed as numpy packs none, or claims to unpack to more than is likely."""
    name, size, packed = quoted(_name(member)), member.file_size, member.compress_size
    if member.flag_bits & _ENCRYPTED:
        raise WeightsError(f"{name} is encrypted; save it without a password")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise WeightsError(f"{name} is packed in an unusual way; save it with numpy.savez or numpy.savez_compressed")
    if member.compress_type == zipfile.ZIP_STORED:
        if size != packed:
            raise WeightsError(f"damaged: {name} claims {size:,} bytes, but has {packed:,}")
    elif size > MOST_UNPACKED or size > max(FREELY_UNPACKED, MOST_RATIO * packed):
        raise WeightsError(
            f"refused: {name} claims to unpack from {packed:,} to {size:,} bytes; save it with numpy.savez, unpacked"
        )


@contextmanager
def _opened(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Generator[Stream]:
    with _zip_faults(), archive.open(member) as stream:
        yield stream


@contextmanager
def _numbers(archive: zipfile.ZipFile, member: zipfile.ZipInfo, header_bytes: int) -> Generator[Stream]:
    with _opened(archive, member) as stream:
        stream.read(header_bytes)
        yield stream


@contextmanager
def _zip_faults() -> Generator[None]:
    try:
        yield
    except _FAULTS as error:
        raise WeightsError(f"damaged: {' '.join(str(error).split())[:200] or 'its zip makes no sense'}") from error


def _mark(header: NpyHeader, stream: Stream) -> str:
    """The text in an array of no dimensions, as numpy writes it: four bytes a letter."""
    match = re.fullmatch(r"([<>])U(\d{1,2})", header.descr)
    if match is None or header.shape:
        raise WeightsError(f"{MARK} is no short text; leave it out, and give the axes")
    return stream.read(4 * int(match[2])).decode("utf-32-be" if match[1] == ">" else "utf-32-le").rstrip("\0")
