"""Picking: what is under the pointer wins, then what is near; the painter's shapes decide what holds a point."""

from __future__ import annotations

import math
from time import perf_counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superviz.scene.drawables import Disc, Dots, Drawable, Paint, Path, Rect, Scene, Stroke, Text, TextBox
from superviz.scene.picking import pick
from superviz.scene.selection import Feature, Instance, Pair, Step

FILL = Paint("#FFFFFF")
ONE, TWO = Feature(0), Feature(1)


def scene(*drawables: Drawable) -> Scene:
    return Scene(400, 300, "#000000", drawables)


def points(*pairs: tuple[float, float]) -> np.ndarray:
    return np.array(pairs, dtype=np.float64)


def test_nothing_there() -> None:
    assert pick(scene(), 10, 10) is None
    assert pick(scene(Rect(0, 0, 50, 50, fill=FILL, meaning=ONE)), 100, 100) is None


def test_what_means_nothing_lets_the_pointer_through() -> None:
    card = Rect(0, 0, 100, 100, fill=FILL, meaning=Instance(3))
    arrow = Path(points((0, 0), (100, 100)), Stroke("#FFFFFF", 4))
    assert pick(scene(card, arrow), 50, 50) == Instance(3)


def test_the_topmost_of_two_wins() -> None:
    assert pick(scene(Rect(0, 0, 50, 50, meaning=ONE), Rect(25, 0, 50, 50, meaning=TWO)), 30, 10) == TWO


def test_a_cell_is_never_taken_by_its_neighbour() -> None:
    cells = [Rect(49 * column, 0, 47, 47, meaning=Pair(0, column)) for column in range(3)]
    assert pick(scene(*cells), 46, 20) == Pair(0, 0)
    assert pick(scene(*cells), 49.5, 20) == Pair(0, 1)


def test_the_nearest_within_reach() -> None:
    cells = [Rect(49 * column, 0, 47, 47, meaning=Pair(0, column)) for column in range(3)]
    assert pick(scene(*cells), 47.5, 20) == Pair(0, 0)
    assert pick(scene(*cells), 48.5, 20) == Pair(0, 1)
    assert pick(scene(*cells), 20, 53) == Pair(0, 0)
    assert pick(scene(*cells), 20, 53.1) is None
    assert pick(scene(*cells), 20, 60, reach=20) == Pair(0, 0)


def test_a_thin_line_is_easy_to_hit() -> None:
    line = Path(points((0, 0), (100, 0)), Stroke("#FFFFFF", 2), meaning=ONE)
    assert [pick(scene(line), 50, y) for y in (0, 1, 6.9, 7.1)] == [ONE, ONE, ONE, None]
    assert pick(scene(line), 106.9, 0) == ONE
    assert pick(scene(line), 108, 0) is None


def test_an_open_line_has_no_inside_a_closed_one_has_an_edge() -> None:
    corners = points((0, 0), (100, 0), (100, 100), (0, 100))
    stroke = Stroke("#FFFFFF", 2)
    assert pick(scene(Path(corners, stroke, meaning=ONE)), 50, 50) is None
    assert pick(scene(Path(corners, stroke, meaning=ONE)), 0, 50) is None
    assert pick(scene(Path(corners, stroke, closed=True, meaning=ONE)), 0, 50) == ONE
    assert pick(scene(Path(corners, stroke, FILL, meaning=ONE)), 50, 50) == ONE


def test_a_concave_outline_holds_only_its_inside() -> None:
    flag = points((0, 0), (40, 0), (20, 20), (40, 40), (0, 40))
    assert pick(scene(Path(flag, None, FILL, closed=True, meaning=ONE)), 10, 20) == ONE
    assert pick(scene(Path(flag, None, FILL, closed=True, meaning=ONE)), 38, 20, reach=1) is None


def test_winding_fill_as_painted() -> None:
    # A pentagram's heart is wound round twice: filled, where an even-odd rule would leave a hole.
    turns = np.radians(-90 + 144 * np.arange(5))
    star = 100 + 80 * np.stack([np.cos(turns), np.sin(turns)], axis=1)
    assert pick(scene(Path(star, None, FILL, closed=True, meaning=ONE)), 100, 100, reach=0) == ONE


def test_discs() -> None:
    dot = Disc(100, 100, 4, fill=FILL, meaning=ONE)
    assert [pick(scene(dot), 100 + dx, 100) for dx in (0, 4, 10, 10.1)] == [ONE, ONE, ONE, None]


def test_degenerate_paths() -> None:
    empty = Path(np.empty((0, 2)), Stroke("#FFFFFF", 2), meaning=ONE)
    dot = Path(points((50, 50)), Stroke("#FFFFFF", 2), meaning=TWO)
    flat = Path(points((50, 50), (50, 50)), Stroke("#FFFFFF", 2), meaning=TWO)
    assert pick(scene(empty), 0, 0) is None
    assert pick(scene(dot), 52, 50) == TWO
    assert pick(scene(flat), 52, 50) == TWO


@pytest.mark.parametrize(("anchor", "inside", "outside"), [("start", 110, 90), ("end", 90, 110), ("middle", 105, 140)])
def test_text_by_its_extent(anchor, inside: float, outside: float) -> None:
    label = Text(100, 100, "1,500", 13, "#FFFFFF", anchor=anchor, meaning=Step(1500))
    assert pick(scene(label), inside, 100, reach=2) == Step(1500)
    assert pick(scene(label), outside, 100, reach=2) is None
    assert pick(scene(label), inside, 115, reach=2) is None


def test_text_with_its_box() -> None:
    box = TextBox(30, 20, 4, FILL)
    assert pick(scene(Text(100, 100, "+0.39", 13, "#FFFFFF", box=box, meaning=ONE)), 75, 100, reach=1) == ONE
    assert pick(scene(Text(100, 100, "+0.39", 13, "#FFFFFF", meaning=ONE)), 75, 100, reach=1) is None


@given(st.floats(0, 400), st.floats(0, 300), st.floats(0, 400), st.floats(0, 300), st.floats(0, 400), st.floats(0, 300))
def test_distance_to_a_segment(x0: float, y0: float, x1: float, y1: float, x: float, y: float) -> None:
    line = Path(points((x0, y0), (x1, y1)), Stroke("#FFFFFF", 2), meaning=ONE)
    samples = np.linspace(0, 1, 2001)[:, None]
    walked = points((x0, y0)) * (1 - samples) + points((x1, y1)) * samples
    nearest = float(np.hypot(*(walked - (x, y)).T).min()) - 1
    if abs(nearest - 6) > 0.3:
        assert (pick(scene(line), x, y) == ONE) == (nearest < 6)


@given(st.integers(3, 12), st.floats(20, 180), st.floats(0, 2 * math.pi))
def test_inside_a_polygon(sides: int, away: float, turn: float) -> None:
    corners = np.radians(360 / sides * np.arange(sides))
    outline = 200 + 100 * np.stack([np.cos(corners), np.sin(corners)], axis=1)
    shape = Path(outline, None, FILL, closed=True, meaning=ONE)
    wedge = turn % (2 * math.pi / sides) - math.pi / sides
    edge = 100 * math.cos(math.pi / sides) / math.cos(wedge)
    if abs(away - edge) > 0.01:
        x, y = 200 + away * math.cos(turn), 200 + away * math.sin(turn)
        assert (pick(scene(shape), x, y, reach=0) == ONE) == (away < edge)


def test_quick_enough_for_every_move_of_the_pointer() -> None:
    cells: list[Drawable] = [Rect(10 * (i % 20), 10 * (i // 20), 9, 9, meaning=Feature(i)) for i in range(200)]
    lines: list[Drawable] = [
        Path(np.random.default_rng(i).uniform(0, 300, (9, 2)), Stroke("#FFFFFF", 1), meaning=Feature(i))
        for i in range(100)
    ]
    busy = scene(*cells, *lines)
    best = math.inf
    for _ in range(5):
        start = perf_counter()
        pick(busy, 350, 290)
        best = min(best, perf_counter() - start)
    assert best < 0.01


class TestDots:
    DOTS = Dots(points((20, 20), (24, 20), (100, 50)), 4.0, FILL, (Feature(0), Feature(1), Feature(2)))

    def test_the_nearest_of_them(self) -> None:
        assert pick(scene(self.DOTS), 21, 20) == Feature(0)
        assert pick(scene(self.DOTS), 23, 21) == Feature(1)
        assert pick(scene(self.DOTS), 105, 52) == Feature(2)
        assert pick(scene(self.DOTS), 140, 50) is None

    def test_what_is_painted_over_them_wins(self) -> None:
        over = Disc(21, 20, 6, fill=FILL, meaning=Feature(7))
        assert pick(scene(self.DOTS, over), 24, 20) == Feature(7)
        assert pick(scene(over, self.DOTS), 24, 20) == Feature(1)

    def test_a_dot_that_holds_the_point_wins_over_what_is_near(self) -> None:
        assert pick(scene(self.DOTS, Disc(30, 20, 2, fill=FILL, meaning=Feature(7))), 25, 20) == Feature(1)

    def test_without_meanings_they_let_the_pointer_through(self) -> None:
        under = Rect(0, 0, 50, 50, fill=FILL, meaning=ONE)
        assert pick(scene(under, Dots(self.DOTS.points, 4.0, FILL)), 20, 20) == ONE

    def test_one_that_diverged_is_not_there(self) -> None:
        dots = Dots(points((math.nan, 20), (24, 20)), 4.0, FILL, (ONE, TWO))
        assert pick(scene(dots), 24, 20) == TWO
