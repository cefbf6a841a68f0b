"""Growing: an array that one thread extends while others read it, without a lock."""

from __future__ import annotations

import math
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Scalar = TypeVar("Scalar", bound=np.generic)


class Growing(Generic[Scalar]):
    """Rows of one shape. Data are written first and the length last, so a reader never sees half a row."""

    def __init__(self, row_shape: tuple[int, ...], dtype: type[Scalar], room: int = 16) -> None:
        """With room for so many rows, before more is made."""
        self._rows: NDArray[Scalar] = np.empty((room, *row_shape), dtype=dtype)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def extend(self, rows: NDArray[Any]) -> None:
        """Append `rows`, (some, *row_shape)."""
        count = self._count + len(rows)
        if count > len(self._rows):
            larger = np.empty((max(count, len(self._rows) * 3 // 2), *self._rows.shape[1:]), dtype=self._rows.dtype)
            larger[: self._count] = self._rows[: self._count]
            self._rows = larger
        self._rows[self._count : count] = rows
        self._count = count

    @property
    def view(self) -> NDArray[Scalar]:
        """All rows so far, (count, *row_shape), read-only; costs nothing and never changes."""
        count = self._count  # before the rows: those may be replaced by more, never by fewer
        view = self._rows[:count]
        view.setflags(write=False)
        return view


def last_until(steps: NDArray[np.int64], position: float) -> int:
    """The index of the last of some growing `steps` that isn't after `position`; -1 where all are."""
    # As a whole number: for a fraction numpy would turn all steps into fractions first, in every frame of a long run.
    return int(np.searchsorted(steps, math.floor(position), side="right")) - 1
