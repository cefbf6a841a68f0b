"""A stored array: what a file says of its numbers, already checked against its size, and read piece by piece."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from superviz.core.errors import WeightsError
from superviz.core.snapshot import Array

LARGEST = 1e15
"""Larger numbers are no weights: the lengths and products that are shown would not fit into 32 bits."""
MOST_ARRAYS = 4_096
"""In one file; to look at more takes too long."""
MOST_DIMENSIONS = 8
BFLOAT16 = "bfloat16"
RAW_BFLOAT16 = "raw bytes, two a number"
"""What numpy makes of bfloat16, a type it lacks."""
_PIECE = 2**16
"""Numbers that are read and checked at a time."""
_LONGEST_NAME = 60


class Stream(Protocol):
    """What bytes are read from."""

    def read(self, size: int, /) -> bytes:
        """So many bytes; fewer only at the end."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class StoredArray:
    """An array in a file, unread. Its bytes are those of its shape, in row-major order or in column-major order."""

    name: str
    shape: tuple[int, ...]
    kind: str
    """What its numbers are, such as "float32", or, where it holds none that can be read, what else."""
    dtype: np.dtype[Any] | None
    """How a number lies in the file, bfloat16 as unsigned; None where there are none that can be read."""
    open: Callable[[], AbstractContextManager[Stream]]
    """Its bytes, from the first number on; raises WeightsError where they can't be read."""
    column_major: bool = False

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return math.prod(self.shape)

    def check_readable(self) -> None:
        """Raises WeightsError where it holds no numbers that can be read."""
        if self.dtype is None:
            hint = "; where they are bfloat16, save them as float32" if self.kind == RAW_BFLOAT16 else ""
            raise WeightsError(f"{quoted(self.name)} holds {self.kind}; give numbers{hint}")

    def numbers(self) -> Array:
        """All of it as 32-bit numbers, which its shape was looked at for. Raises WeightsError.

        So it does where one of them is not finite or above LARGEST, naming where.
        """
        values = np.empty(self.size, np.float32)
        for start, piece in self._pieces():
            with np.errstate(over="ignore"):
                part = piece.astype(np.float32)
            odd = ~(np.abs(part) <= LARGEST)
            if odd.any():
                place = int(odd.argmax())
                raise WeightsError(self._no_weight(start + place, float(piece[place])))
            values[start : start + len(part)] = part
        return values.reshape(self.shape, order=self._order)

    def whole_numbers(self) -> list[int]:
        """All of it as integers. Raises WeightsError where one of them is none."""
        values = [value for _, piece in self._pieces() for value in piece.tolist()]
        for place, value in enumerate(values):
            if not (math.isfinite(value) and value == int(value)):
                raise WeightsError(f"{quoted(self.name)}[{place:,}] is {value:g}; give whole numbers")
        return [int(value) for value in values]

    def _pieces(self) -> Iterator[tuple[int, NDArray[Any]]]:
        """Where a piece begins, and its numbers."""
        assert self.dtype is not None, "check_readable() comes first"
        with self.open() as stream:
            for start in range(0, self.size, _PIECE):
                size = min(_PIECE, self.size - start) * self.dtype.itemsize
                content = stream.read(size)
                if len(content) < size:
                    raise WeightsError("cut short: it ends within its numbers")
                piece = np.frombuffer(content, self.dtype)
                yield start, _from_bfloat16(piece) if self.kind == BFLOAT16 else piece

    @property
    def _order(self) -> Any:
        return "F" if self.column_major else "C"

    def _no_weight(self, index: int, value: float) -> str:
        place = ", ".join(str(at) for at in np.unravel_index(index, self.shape, order=self._order))
        wanted = f"give numbers up to {LARGEST:g} in size" if math.isfinite(value) else "give finite numbers"
        return f"{quoted(self.name)}[{place}] is {value:g}; {wanted}"


def quoted(name: str) -> str:
    """A name from a file as an error line quotes it, however long it is and whatever it holds."""
    shown = name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}..."
    return shown if shown.replace(".", "_").isidentifier() else repr(shown)


def check_names(names: list[str]) -> None:
    """Raises WeightsError where there are too many arrays, or two of one name."""
    if len(names) > MOST_ARRAYS:
        raise WeightsError(f"{len(names):,} arrays; give a file of at most {MOST_ARRAYS:,}")
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise WeightsError(f"refused: it has two arrays called {quoted(name)}")
        seen.add(name)


@contextmanager
def opened_at(file: BinaryIO, place: int) -> Generator[Stream]:
    """An open file from `place` on; it stays open."""
    file.seek(place)
    yield file


def _from_bfloat16(halves: NDArray[Any]) -> Array:
    """A bfloat16 is the upper half of a float32."""
    return (halves.astype(np.uint32) << 16).view(np.float32)
