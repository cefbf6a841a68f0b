"""The readout says of two features what the heatmap only shows."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superviz.scene.drawables import Text
from superviz.scene.feature_names import UNNAMED
from superviz.scene.readout import Readout, readout, relation
from superviz.scene.selection import Feature, Pair, Selection
from superviz.scene.text_extent import text_extent

TURNS = np.radians(72 * np.arange(5))
PENTAGON = 1.13 * np.stack([np.cos(TURNS), np.sin(TURNS)])
COLORS = ("#AA0000", "#00AA00", "#0000AA", "#AAAA00", "#00AAAA")


def words(shown: Readout) -> list[str]:
    return [drawable.text for drawable in shown.drawables if isinstance(drawable, Text)]


def test_as_pictured(make_moment, make_canvas) -> None:
    shown = readout(make_moment(PENTAGON), UNNAMED, COLORS, Selection(hovered=Pair(2, 0)), make_canvas())
    assert words(shown) == ["3", "and", "1", "144° apart", "dot product", "−1.03"]
    assert shown.height == 72


def test_compact(make_moment, make_canvas) -> None:
    shown = readout(
        make_moment(PENTAGON),
        UNNAMED,
        COLORS,
        Selection(hovered=Pair(2, 1)),
        make_canvas(268, 269, compact=True, text=0.92),
    )
    assert words(shown) == ["3 and 2", "72° apart, dot", "0.39"]


def test_a_feature_with_itself(make_moment, make_canvas) -> None:
    selection = Selection(hovered=Pair(1, 1))
    assert words(readout(make_moment(PENTAGON), UNNAMED, COLORS, selection, make_canvas())) == [
        "2",
        "and itself",
        "length 1.13",
        "dot product",
        "1.28",
    ]
    assert (
        words(readout(make_moment(PENTAGON), UNNAMED, COLORS, selection, make_canvas(compact=True)))[0]
        == "2 and itself"
    )


def test_behind_a_relu_one_adds_to_the_other_and_not_the_other_way_round(make_moment, make_canvas) -> None:
    W = [[1.0, -0.5], [0.0, 1.0]]
    one_on_two, two_on_one = (
        words(
            readout(make_moment(W, model="relu_hidden"), UNNAMED, COLORS, Selection(hovered=Pair(*pair)), make_canvas())
        )
        for pair in ((0, 1), (1, 0))
    )
    # ReLU(1) writes W: -0.5 to feature 2. Feature 2 reaches neuron 1 with -0.5, which the ReLU cuts off.
    assert one_on_two == ["1", "on", "2", "117° apart", "adds", "−0.50"]
    assert two_on_one == ["2", "on", "1", "117° apart", "adds", "0.00"]


def test_an_untied_model_writes_with_its_other_matrix(make_moment, make_canvas) -> None:
    moment = make_moment([[2.0, 0.0], [0.0, 1.0]], W_out=[[0.25, 0.1], [0.0, 1.0]], model="absolute_value", signed=True)
    shown = readout(moment, UNNAMED, COLORS, Selection(hovered=Pair(0, 1)), make_canvas(268, 269, compact=True))
    assert words(shown) == ["1 on 2", "90° apart, adds", "0.20"]


@pytest.mark.parametrize(
    "selection", [Selection(), Selection(Feature(2)), Selection(hovered=Feature(1)), Selection(hovered=Pair(0, 7))]
)
@pytest.mark.parametrize("compact", [True, False])
def test_an_invitation_while_no_pair_is_hovered(selection: Selection, compact: bool, make_moment, make_canvas) -> None:
    shown = readout(make_moment(PENTAGON), UNNAMED, COLORS, selection, make_canvas(compact=compact))
    assert words(shown) == ["Point at a cell to compare two features"]


def test_takes_the_same_room_whatever_it_says(make_moment, make_canvas) -> None:
    for compact in (True, False):
        canvas = make_canvas(compact=compact)
        shown = (Selection(), Selection(hovered=Pair(0, 1)))
        heights = {readout(make_moment(PENTAGON), UNNAMED, COLORS, selection, canvas).height for selection in shown}
        assert len(heights) == 1


def test_dead_features_have_no_angle() -> None:
    W = np.array([[1.0, 0.05, 0.0], [0.0, 0.0, np.nan]])
    assert relation(W, Pair(0, 1), UNNAMED) == "2 is dead"
    assert relation(W, Pair(1, 0), UNNAMED) == "2 is dead"
    assert relation(W, Pair(0, 2), UNNAMED) == "3 is dead"


@given(st.floats(0, 180), st.floats(0.2, 5), st.floats(0.2, 5), st.floats(0, 6.3))
def test_angle_whatever_the_lengths_and_the_turn(degrees: float, one: float, other: float, turn: float) -> None:
    end = turn + np.radians(degrees)
    W = np.array([[one * np.cos(turn), other * np.cos(end)], [one * np.sin(turn), other * np.sin(end)]])
    said = relation(W, Pair(0, 1), UNNAMED)
    assert said == relation(W, Pair(1, 0), UNNAMED)
    assert float(said.removesuffix("° apart")) == pytest.approx(degrees, abs=0.51)


@pytest.mark.parametrize("width", [240, 268, 300, 384, 480])
@pytest.mark.parametrize("text", [0.92, 1.0, 1.3])
def test_no_words_on_top_of_each_other(width: float, text: float, make_moment, make_canvas) -> None:
    shown = readout(
        make_moment(PENTAGON), UNNAMED, COLORS, Selection(hovered=Pair(2, 0)), make_canvas(width, text=text)
    )
    extents = sorted(text_extent(drawable) for drawable in shown.drawables if isinstance(drawable, Text))
    assert all(left + across <= after for (left, _, across, _), (after, *_) in itertools.pairwise(extents))


def test_an_invitation_that_does_not_fit_is_left_out_and_keeps_its_room(make_moment, make_canvas) -> None:
    wide, narrow = (make_canvas(width, 200, compact=True, text=1.84) for width in (420, 300))
    said, silent = (readout(make_moment(PENTAGON), UNNAMED, COLORS, Selection(), canvas) for canvas in (wide, narrow))
    assert (words(said), words(silent)) == (["Point at a cell to compare two features"], [])
    assert said.height == silent.height
