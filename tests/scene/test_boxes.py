"""Boxes against brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superviz.scene.boxes import box_of, crosses, overlaps
from superviz.scene.drawables import Text
from superviz.scene.text_extent import text_extent

BOX = (10.0, 20.0, 30.0, 40.0)
coordinates = st.floats(0, 60)


def test_touching_is_not_covering() -> None:
    assert not overlaps(BOX, [(30.0, 20.0, 50.0, 40.0), (10.0, 40.0, 30.0, 60.0)])
    assert overlaps(BOX, [(0.0, 0.0, 5.0, 5.0), (29.0, 39.0, 50.0, 60.0)])
    assert not overlaps(BOX, [])


@pytest.mark.parametrize(
    ("start", "end", "met"),
    [
        ((0, 30), (60, 30), True),
        ((20, 0), (20, 60), True),
        ((0, 0), (60, 60), True),
        ((15, 25), (16, 26), True),
        ((0, 30), (9, 30), False),
        ((0, 10), (60, 10), False),
        ((5, 0), (5, 60), False),
        ((0, 45), (60, 41), False),
        ((20, 30), (20, 30), True),
        ((0, 0), (0, 0), False),
    ],
)
def test_segments(start: tuple[float, float], end: tuple[float, float], met: bool) -> None:
    assert crosses(BOX, (start, end)) is met
    assert crosses(BOX, (end, start)) is met


@given(coordinates, coordinates, coordinates, coordinates)
def test_a_segment_meets_the_box_where_one_of_its_points_lies_inside(
    x0: float, y0: float, x1: float, y1: float
) -> None:
    share = np.linspace(0, 1, 2001)
    x, y = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
    inside = (x >= 10) & (x <= 30) & (y >= 20) & (y <= 40)
    if inside.any():
        assert crosses(BOX, ((x0, y0), (x1, y1)))
    elif not ((x > 9.9) & (x < 30.1) & (y > 19.9) & (y < 40.1)).any():
        assert not crosses(BOX, ((x0, y0), (x1, y1)))


def test_the_box_of_a_text_is_its_extent() -> None:
    text = Text(50, 60, "length 1", 12, "#000000", anchor="end")
    left, top, width, height = text_extent(text)
    assert box_of(text) == (left, top, left + width, top + height)
    assert box_of(text)[2] == 50
