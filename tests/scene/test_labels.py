"""Labels stand by their arrows and never on each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superviz.scene.arrows import NO_EMPHASIS, Emphasis
from superviz.scene.boxes import Box, box_of, overlaps
from superviz.scene.camera import camera_for
from superviz.scene.drawables import Path, Text
from superviz.scene.labels import LabelStyle, label_layer, label_reach, label_rise
from superviz.scene.palette import DARK
from superviz.scene.placement import Place, Placement, place_features
from superviz.scene.selection import Feature
from superviz.scene.text_extent import text_height, text_width
from superviz.session.display import DisplaySettings

ROOM = (0.0, 0.0, 800.0, 800.0)
STYLE = LabelStyle(15.0, ROOM)


def placed(W: np.ndarray, importance: np.ndarray | None = None) -> Placement:
    W = np.asarray(W, dtype=np.float32)
    importance = np.linspace(1, 0.5, W.shape[1]) if importance is None else importance
    camera = camera_for(W, DisplaySettings())
    return place_features(W, importance.astype(np.float32), Place(400.0, 400.0, 200.0), camera)


def texts(placement: Placement, style: LabelStyle = STYLE, emphasis: Emphasis = NO_EMPHASIS) -> list[Text]:
    return [item for item in label_layer(placement, DARK, style, emphasis) if isinstance(item, Text)]


def fan(*degrees: float) -> np.ndarray:
    turns = np.radians(degrees)
    return np.stack([np.cos(turns), np.sin(turns)])


def test_a_label_stands_18_px_past_its_tip_along_the_arrow() -> None:
    (label,) = texts(placed(fan(20)))
    assert label.text == "Feature 1"
    assert label.meaning == Feature(0)
    reach = np.array([label.x - 400, 400 - label.y])
    np.testing.assert_allclose(reach, 218 * fan(20)[:, 0], rtol=1e-6)


@pytest.mark.parametrize(
    ("degrees", "anchor"), [(0, "start"), (70, "start"), (80, "middle"), (90, "middle"), (120, "end"), (-90, "middle")]
)
def test_anchors_by_the_lean_of_the_arrow(degrees: float, anchor: str) -> None:
    (label,) = texts(placed(fan(degrees)))
    assert label.anchor == anchor


def test_a_label_above_a_tip_has_a_little_more_room() -> None:
    (label,) = texts(placed(fan(90)))
    assert 200 - 18 - 6 < label.y < 200 - 18


def test_a_label_slides_along_its_circle_with_a_leader_and_the_less_important_does() -> None:
    drawables = label_layer(placed(fan(0, 3)), DARK, STYLE, NO_EMPHASIS)
    first, second = (item for item in drawables if isinstance(item, Text))
    assert first.y == pytest.approx(400.0)
    assert abs(second.y - 400) > 15
    assert np.hypot(second.x - 400, second.y - 400) == pytest.approx(218.0)
    leaders = [item for item in drawables if isinstance(item, Path)]
    assert all(leader.points[1].tolist() == [second.x, second.y] for leader in leaders)


def test_a_leader_goes_to_what_slid_far() -> None:
    drawables = label_layer(placed(fan(0, 0.5)), DARK, STYLE, NO_EMPHASIS)
    (leader,) = (item for item in drawables if isinstance(item, Path))
    np.testing.assert_allclose(leader.points[0], [600.0, 400.0 - 200 * np.sin(np.radians(0.5))], atol=0.1)


def test_what_finds_no_room_is_dropped_the_least_important_first() -> None:
    importance = np.array([0.1, 0.9, 0.5, 0.4, 0.3, 0.2])
    labels = texts(placed(fan(0, 0.2, 0.4, 0.6, 0.8, 1.0), importance))
    assert labels[0].meaning == Feature(1)
    assert Feature(0) not in {label.meaning for label in labels}
    assert len(labels) < 6


@given(
    st.lists(st.floats(-180, 180), min_size=1, max_size=20), st.lists(st.floats(0.15, 1.4), min_size=20, max_size=20)
)
@settings(max_examples=60)
def test_no_label_covers_another_or_leaves_its_room(degrees: list[float], lengths: list[float]) -> None:
    W = fan(*degrees) * np.array(lengths[: len(degrees)])
    taken: tuple[Box, ...] = ((0.0, 0.0, 300.0, 150.0),)
    boxes = [box_of(label) for label in texts(placed(W), LabelStyle(15.0, ROOM, taken))]
    for index, box in enumerate(boxes):
        assert not overlaps(box, [*taken, *boxes[:index]])
        assert box[0] >= 0
        assert box[1] >= 0
        assert box[2] <= 800
        assert box[3] <= 800


@pytest.mark.parametrize(
    ("count", "first", "labels"), [(8, "Feature 1", 8), (9, "1", 9), (20, "1", 20), (21, "1", 5), (80, "1", 5)]
)
def test_more_features_have_shorter_and_fewer_labels(count: int, first: str, labels: int) -> None:
    W = fan(*np.linspace(0, 340, count))
    found = texts(placed(W))
    assert found[0].text == first
    assert len(found) == labels


def test_of_many_the_selected_and_the_hovered_are_labelled_too() -> None:
    W = fan(*np.linspace(0, 340, 80))
    found = texts(placed(W), emphasis=Emphasis(selected=70, hovered=40))
    assert [label.text for label in found[:2]] == ["71", "41"]
    assert len(found) == 7


def test_a_singled_out_label_is_large_and_the_others_step_back() -> None:
    strong, plain = texts(placed(fan(0, 90)), emphasis=Emphasis(selected=1))
    assert (strong.text, strong.weight, strong.size, strong.color) == ("Feature 2", 700, 17.0, DARK.text1)
    assert (plain.weight, plain.size, plain.color) == (500, 15.0, DARK.text2)
    assert texts(placed(fan(0)))[0].color == DARK.text1


def test_a_singled_out_label_is_never_dropped() -> None:
    blocked = LabelStyle(15.0, ROOM, ((0.0, 0.0, 800.0, 800.0),))
    (label,) = texts(placed(fan(0, 90)), blocked, Emphasis(hovered=1))
    assert label.text == "Feature 2"


def test_the_dead_are_not_labelled_unless_singled_out() -> None:
    W = np.array([[1.0, 0.05], [0.0, 0.0]])
    assert [label.text for label in texts(placed(W))] == ["Feature 1"]
    assert "Feature 2" in {label.text for label in texts(placed(W), emphasis=Emphasis(selected=1))}
    (label,) = texts(placed(np.zeros((2, 1))), emphasis=Emphasis(selected=0))
    assert label.y < 400


def test_what_points_out_of_the_plane_is_not_labelled() -> None:
    W = np.array([[1.0, 0.1], [0.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    assert [label.text for label in texts(placed(W))] == ["Feature 1"]
    # In a plane of its own dimensions a short arrow is simply short.
    assert len(texts(placed(np.array([[1.0, 0.0], [0.0, 0.12]])))) == 2


def test_on_a_line_labels_stay_in_their_lanes() -> None:
    W = np.array([[1.0, -1.0, 0.3]])
    placement = placed(W)
    for label in texts(placement):
        assert isinstance(label.meaning, Feature)
        assert label.y == pytest.approx(placement.starts[label.meaning.index, 1])


def test_reach_is_the_gap_and_the_longest_name() -> None:
    assert label_reach(5, 15, 1.0) == pytest.approx(18 + text_width("Feature 5", 15, 500) + 4)
    assert label_reach(80, 15, 2.0) < label_reach(5, 15, 2.0)
    # The label of a tip at the top, half its height and a little above the end of the gap.
    assert label_rise(15, 1.0) == pytest.approx(18 + 0.7 * text_height(15) + 4)
