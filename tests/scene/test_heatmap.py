"""Heatmaps: colours and places say the values, merged or not, and what is drawn stays bounded."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superviz.scene import heatmap
from superviz.scene.drawables import Rect, Text
from superviz.scene.heatmap import Grid
from superviz.scene.palette import DARK, LIGHT, Palette, ink_on, interference_color
from superviz.scene.selection import Feature, Pair


def rects(drawables: object) -> list[Rect]:
    return [drawable for drawable in drawables if isinstance(drawable, Rect)]  # pyright: ignore[reportGeneralTypeIssues]


def color_at(drawn: list[Rect], x: float, y: float) -> str:
    """What the last rectangle painted over that point shows."""
    covering = [r for r in drawn if r.x <= x <= r.x + r.width and r.y <= y <= r.y + r.height and r.fill]
    assert covering[-1].fill is not None
    return covering[-1].fill.color


def channels(color: str) -> np.ndarray:
    return np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)])


def test_grid_as_pictured() -> None:
    grid = Grid(52, 27, 47, 2, 5)
    assert (grid.pitch, grid.size) == (49, 243)
    assert (grid.across(2), grid.down(4)) == (150, 223)


@pytest.mark.parametrize("palette", [DARK, LIGHT])
def test_single_cells(palette: Palette) -> None:
    values = np.array([[1.3, -0.4], [0.0, -1.3]])
    grid = Grid(0, 0, 40, 2, 2)
    cells = rects(heatmap.cells(grid, values, 1.3, [0, 1], palette, 2.0))
    assert [cell.meaning for cell in cells] == [Pair(0, 0), Pair(0, 1), Pair(1, 0), Pair(1, 1)]
    assert [(cell.x, cell.y) for cell in cells] == [(0, 0), (42, 0), (0, 42), (42, 42)]
    for cell, value in zip(cells, values.ravel(), strict=True):
        assert cell.fill is not None
        wanted = channels(interference_color(palette, float(value), 1.3))
        assert np.abs(channels(cell.fill.color) - wanted).max() <= 2


def test_cells_carry_the_features_they_stand_for() -> None:
    cells = heatmap.cells(Grid(0, 0, 10, 1, 2), np.eye(2), 1.0, [3, 17], DARK, 0.0)
    assert [cell.meaning for cell in cells] == [Pair(3, 3), Pair(3, 17), Pair(17, 3), Pair(17, 17)]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30])
def test_any_value_has_a_colour(value: float) -> None:
    (cell,) = rects(heatmap.cells(Grid(0, 0, 10, 1, 1), np.array([[value]]), 1.0, [0], DARK, 0.0))
    assert cell.fill is not None
    assert len(cell.fill.color) == 7
    (number,) = heatmap.numbers(Grid(0, 0, 10, 1, 1), np.array([[value]]), 1.0, DARK, 13, 2, None)
    assert isinstance(number, Text)


def test_numbers_in_readable_ink() -> None:
    values = np.array([[1.3, 0.37], [-1.07, 0.0]])
    grid = Grid(52, 27, 47, 2, 2)
    texts = [text for text in heatmap.numbers(grid, values, 1.3, DARK, 13, 2, 1) if isinstance(text, Text)]
    assert [text.text for text in texts] == ["1.30", "0.37", "−1.07", "0.00"]
    assert [text.weight for text in texts] == [500, 700, 700, 700]
    assert (texts[1].x, texts[1].y, texts[1].anchor) == (124.5, 50.5, "middle")
    for text, value in zip(texts, values.ravel(), strict=True):
        assert text.color == ink_on(interference_color(DARK, float(value), 1.3))


@settings(max_examples=25, deadline=None)
@given(st.integers(33, 48), st.integers(0, 1000))
def test_merged_cells_paint_what_single_ones_would(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.where(rng.random((count, count)) < 0.1, rng.uniform(-1, 1, (count, count)), 0.0)
    grid = Grid(0, 0, 3, 0, count)
    drawn = rects(heatmap.cells(grid, values, 1.0, range(count), DARK, 0.0))
    assert len(drawn) < count * count
    for row, column in rng.integers(0, count, (20, 2)).tolist():
        wanted = channels(interference_color(DARK, float(values[row, column]), 1.0))
        # 32 shades on either side, so half a shade off at most; steepest near 0.
        assert np.abs(channels(color_at(drawn, grid.across(column) + 1.5, grid.down(row) + 1.5)) - wanted).max() <= 8


def test_a_run_stands_for_its_row_a_lone_cell_for_its_pair() -> None:
    values = np.zeros((40, 40))
    values[3, 5] = 1.0
    values[7, 10:20] = -1.0
    drawn = rects(heatmap.cells(Grid(0, 0, 3, 0, 40), values, 1.0, range(100, 140), DARK, 0.0))
    ground, lone, run = drawn
    assert (ground.meaning, ground.width, ground.height) == (None, 120, 120)
    assert (lone.meaning, lone.width) == (Pair(103, 105), 3)
    assert (run.meaning, run.x, run.y, run.width) == (Feature(107), 30, 21, 30)


def test_runs_end_with_their_row() -> None:
    drawn = rects(heatmap.cells(Grid(0, 0, 3, 0, 40), np.ones((40, 40)), 1.0, range(40), DARK, 0.0))
    assert len(drawn) == 41
    assert all(rect.width == 120 for rect in drawn)


@pytest.mark.parametrize("spread", [0.02, 0.2, 1.0])
def test_what_is_drawn_is_bounded_for_usual_matrices(spread: float) -> None:
    W = np.random.default_rng(1).normal(size=(30, 128)) * spread / np.sqrt(30)
    gram = W.T @ W
    drawn = heatmap.cells(Grid(0, 0, 2, 0, 128), gram, float(gram.max()), range(128), DARK, 0.0)
    assert len(drawn) <= 8000


def test_color_bar_runs_from_low_to_high_without_seams() -> None:
    *parts, frame = heatmap.color_bar(DARK, 52, 287, 243, 8)
    assert all(one.x + one.width >= other.x + 1 for one, other in itertools.pairwise(parts))
    assert (parts[0].x, parts[-1].x + parts[-1].width) == (52, pytest.approx(295))
    colors = [part.fill.color for part in parts if part.fill]
    assert np.abs(channels(colors[0]) - channels(DARK.interference_low)).max() <= 3
    assert np.abs(channels(colors[-1]) - channels(DARK.interference_high)).max() <= 3
    middle = np.abs(channels(colors[len(colors) // 2]) - channels(DARK.interference_zero)).max()
    assert middle <= 8
    assert (frame.x, frame.width, frame.fill) == (52, 243, None)
