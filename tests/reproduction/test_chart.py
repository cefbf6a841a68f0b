"""Charts: values land where the axes say, and names stand clear of each other."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superviz.reproduction.chart import HEIGHT, WIDTH, Axis, Curve, Plot, chart, phase_diagram, spread
from superviz.scene.drawables import Disc, Path, Rect, Text
from superviz.scene.palette import DARK, LIGHT


def test_an_even_and_a_logarithmic_axis() -> None:
    assert Axis("", 0, 10).share(np.array([0, 5, 10])).tolist() == [0, 0.5, 1]
    assert Axis("", 0.01, 1, logarithmic=True).share(np.array([0.01, 0.1, 1])) == pytest.approx([0, 0.5, 1])
    assert Axis("", 1, 100, logarithmic=True).ticks(3) == (1, 10, 100)
    assert Axis("", 0, 1).ticks(3) == (0, 0.5, 1)


def test_points_land_where_the_axes_say() -> None:
    plot = Plot(Axis("", 0, 2), Axis("", 1, 100, logarithmic=True), 10, 20, 110, 220)
    np.testing.assert_allclose(
        plot.points(np.array([0, 1, 2.0]), np.array([1, 10, 100.0])), [[10, 220], [60, 120], [110, 20]]
    )


def test_a_curve_is_drawn_in_its_manner_and_named_at_its_end() -> None:
    x = np.linspace(0, 1, 11)
    scene = chart(
        [
            Curve(x, x, "straight", 0),
            Curve(x, x**2, "dots", 1, "points"),
            Curve(np.array([0.0, 1]), np.full(2, 0.5), "half", manner="dashed"),
        ],
        Axis("across", 0, 1),
        Axis("up", 0, 1),
        LIGHT,
    )
    assert (scene.width, scene.height, scene.background) == (WIDTH, HEIGHT, LIGHT.canvas)
    words = [drawable.text for drawable in scene.drawables if isinstance(drawable, Text)]
    assert {"across", "up", "straight", "dots", "half"} <= set(words)
    discs = [drawable for drawable in scene.drawables if isinstance(drawable, Disc)]
    assert len(discs) == 11 + 1
    assert {disc.fill.color for disc in discs if disc.fill} == {LIGHT.few_features[1]}
    lines = [drawable for drawable in scene.drawables if isinstance(drawable, Path) and drawable.stroke]
    assert sum(line.stroke.color == LIGHT.few_features[0] for line in lines if line.stroke) == 2
    assert any(line.stroke.dashes for line in lines if line.stroke)
    for line in lines:
        assert (line.points >= 0).all()
        assert (line.points <= (WIDTH, HEIGHT)).all()


def test_what_lies_outside_is_left_out() -> None:
    curve = Curve(np.array([0.5, 2.0]), np.array([0.5, 0.5]), "half in", 2, "points")
    nowhere = Curve(np.array([5.0]), np.array([5.0]), "nowhere", 3)
    scene = chart([curve, nowhere], Axis("", 0, 1), Axis("", 0, 1), DARK)
    assert sum(isinstance(drawable, Disc) for drawable in scene.drawables) == 2
    assert "nowhere" not in [drawable.text for drawable in scene.drawables if isinstance(drawable, Text)]


@given(st.lists(st.floats(0, 300), min_size=1, max_size=12))
def test_names_keep_a_line_apart_and_near_where_they_belong(wanted: list[float]) -> None:
    wanted.sort()
    places = spread(wanted)
    assert len(places) == len(wanted)
    assert all(later - sooner >= 17 - 1e-6 for sooner, later in pairwise(places))
    assert np.mean(places) == pytest.approx(np.mean(wanted), abs=1e-6)


def test_names_with_room_stay_where_they_are() -> None:
    assert spread([10, 40, 80]) == [10, 40, 80]
    assert spread([50, 50]) == [41.5, 58.5]
    assert spread([]) == []


def test_a_phase_diagram_has_a_cell_a_point_and_its_boundaries() -> None:
    importances, probabilities = [0.1, 1.0, 10.0], [1.0, 0.1]
    phases = [["first", "mixed", "second"], ["pair", "pair", "pair"]]
    boundary = [0.2, 0.7, 0.2]
    scene = phase_diagram(phases, importances, probabilities, [("one", boundary), ("other", boundary)], DARK)
    cells = [drawable for drawable in scene.drawables if isinstance(drawable, Rect)][:6]
    colors = [cell.fill.color for cell in cells if cell.fill]
    assert colors == [DARK.shape_alone, DARK.shape_mixed, DARK.shape_tetrahedron] + [DARK.shape_digon] * 3
    assert cells[0].x < cells[1].x
    assert cells[0].y < cells[3].y
    curves = [d for d in scene.drawables if isinstance(d, Path) and len(d.points) == 3]
    middle = curves[0].points[1]
    # At equal importance the boundary lies in the middle column, within the row of p = 1: nearer 1 than .1.
    assert cells[1].x < middle[0] < cells[1].x + cells[1].width + 1
    assert cells[1].y < middle[1] < cells[1].y + cells[1].height + 1
    assert [bool(curve.stroke.dashes) for curve in curves if curve.stroke] == [False, False, False, True]
    assert "Derived boundary, other" in [d.text for d in scene.drawables if isinstance(d, Text)]
