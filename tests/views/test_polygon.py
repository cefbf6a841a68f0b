"""Qt's polygons hold numpy's points."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from numpy.typing import NDArray

from superviz.views.polygon import polygon


@given(npst.arrays(np.float64, st.tuples(st.integers(0, 50), st.just(2)), elements=st.floats(-1e6, 1e6)))
def test_a_polygon_holds_its_points(points: NDArray[np.float64]) -> None:
    made = polygon(points)
    assert [(point.x(), point.y()) for point in made.toList()] == [tuple(point) for point in points.tolist()]


def test_a_polygon_outlives_the_array_it_came_from() -> None:
    points = np.arange(20.0).reshape(10, 2)
    made = polygon(points[::-1])
    points[:] = -1
    assert made.at(0).x() == 18
