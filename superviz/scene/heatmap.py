"""A heatmap of signed values as rectangles: one a cell while that is quick, one a run of equals where it is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from superviz.scene.drawables import Drawable, Paint, Rect, Stroke, Text
from superviz.scene.numerals import fixed
from superviz.scene.palette import Palette, ink_on, interference_color
from superviz.scene.selection import Feature, Pair

_MOST_SINGLE_CELLS = 1024
_MOST_RUNS = 2400
_SHADES = 200
"""Shades on either side of 0 where every cell is drawn."""
_MERGED_SHADES = (32, 16, 10, 6, 4)
"""The same where equal neighbours are drawn as one: the finest that stays within _MOST_RUNS is taken."""
_BAR_PARTS = 72


@dataclass(frozen=True, slots=True)
class Grid:
    """Square cells, rows and columns alike, one a feature."""

    left: float
    top: float
    cell: float
    gap: float
    count: int

    @property
    def pitch(self) -> float:
        """From one cell to the next."""
        return self.cell + self.gap

    @property
    def size(self) -> float:
        """From the first cell's edge to the last one's."""
        return self.count * self.pitch - self.gap

    def across(self, column: int) -> float:
        """Where that column begins."""
        return self.left + column * self.pitch

    def down(self, row: int) -> float:
        """Where that row begins."""
        return self.top + row * self.pitch


def cells(
    grid: Grid, values: NDArray[np.floating], maximum: float, features: Sequence[int], palette: Palette, radius: float
) -> list[Drawable]:
    """`values` (count, count) as filled cells, each standing for the pair of `features` of its row and its column.

    Above 1024 cells, what is 0 is left to the ground and equal neighbours in a row are one rectangle, which then stands
    for its row's feature; a cell of its own still stands for its pair.
    """
    if values.size > _MOST_SINGLE_CELLS:
        return _runs(grid, values, maximum, features, palette)
    paints = _paints(palette, _SHADES)
    levels: list[list[int]] = _levels(values, maximum, _SHADES).tolist()
    size = grid.cell
    columns = [(grid.across(column), features[column]) for column in range(grid.count)]
    return [
        Rect(x, grid.down(row), size, size, radius, None, paints[level], Pair(features[row], target))
        for row, line in enumerate(levels)
        for level, (x, target) in zip(line, columns, strict=True)
    ]


def numbers(
    grid: Grid,
    values: NDArray[np.floating],
    maximum: float,
    palette: Palette,
    size: float,
    decimals: int,
    bold: int | None,
) -> list[Drawable]:
    """What stands in the cells, in the ink that contrasts with each; row and column `bold` in bold."""
    inks = _inks(palette, _SHADES)
    half = grid.cell / 2
    lines: list[list[float]] = values.tolist()
    levels: list[list[int]] = _levels(values, maximum, _SHADES).tolist()
    return [
        Text(
            grid.across(column) + half,
            grid.down(row) + half,
            fixed(value, decimals),
            size,
            inks[level],
            700 if bold in (row, column) else 500,
            "middle",
        )
        for row, line in enumerate(lines)
        for column, (value, level) in enumerate(zip(line, levels[row], strict=True))
    ]


@lru_cache(maxsize=32)
def color_bar(palette: Palette, x: float, y: float, width: float, height: float) -> tuple[Rect, ...]:
    """The map's colours from -max on the left over 0 to +max on the right, in a thin frame."""
    part = width / _BAR_PARTS
    colors = [interference_color(palette, (index + 0.5) * 2 / _BAR_PARTS - 1, 1.0) for index in range(_BAR_PARTS)]
    # Each part lies under the next, so no seam shows between them at any scale.
    parts = [
        Rect(x + index * part, y, min(2 * part, width - index * part), height, 0.0, None, Paint(color))
        for index, color in enumerate(colors)
    ]
    return (*parts, Rect(x, y, width, height, 1.0, Stroke(palette.line, 1.0)))


def _runs(
    grid: Grid, values: NDArray[np.floating], maximum: float, features: Sequence[int], palette: Palette
) -> list[Drawable]:
    levels, shades = _merged_levels(values, maximum)
    begins = np.flatnonzero(_run_begins(levels))
    lengths = np.diff(begins, append=levels.size)
    of_run = levels.ravel()[begins]
    seen = of_run != shades
    rows, columns = np.divmod(begins[seen], grid.count)
    paints = _paints(palette, shades)
    drawn: list[Drawable] = [Rect(grid.left, grid.top, grid.size, grid.size, 0.0, None, paints[shades])]
    runs: list[list[int]] = np.stack([rows, columns, lengths[seen], of_run[seen]], axis=1).tolist()
    for row, column, length, level in runs:
        meaning = Pair(features[row], features[column]) if length == 1 else Feature(features[row])
        width = length * grid.pitch - grid.gap
        drawn.append(Rect(grid.across(column), grid.down(row), width, grid.cell, 0.0, None, paints[level], meaning))
    return drawn


def _merged_levels(values: NDArray[np.floating], maximum: float) -> tuple[NDArray[np.intp], int]:
    """Shades coarse enough for _MOST_RUNS, or the coarsest there are, and how many there are on either side of 0."""
    for shades in _MERGED_SHADES[:-1]:
        levels = _levels(values, maximum, shades)
        if np.count_nonzero(_run_begins(levels) & (levels != shades)) <= _MOST_RUNS:
            return levels, shades
    return _levels(values, maximum, _MERGED_SHADES[-1]), _MERGED_SHADES[-1]


def _run_begins(levels: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Where a shade differs from the one on its left, (rows, columns)."""
    begins = np.ones(levels.shape, dtype=np.bool_)
    begins[:, 1:] = levels[:, 1:] != levels[:, :-1]
    return begins


def _levels(values: NDArray[np.floating], maximum: float, shades: int) -> NDArray[np.intp]:
    """Each value's shade, 0 for -maximum and below, `shades` for 0, twice that for +maximum and above."""
    shares = np.nan_to_num(np.clip(values / maximum, -1.0, 1.0))
    return np.rint(shares * shades).astype(np.intp) + shades


@lru_cache(maxsize=32)
def _paints(palette: Palette, shades: int) -> tuple[Paint, ...]:
    return tuple(Paint(interference_color(palette, level / shades - 1, 1.0)) for level in range(2 * shades + 1))


@lru_cache(maxsize=8)
def _inks(palette: Palette, shades: int) -> tuple[str, ...]:
    return tuple(ink_on(paint.color) for paint in _paints(palette, shades))
