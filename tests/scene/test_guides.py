"""Guides: feet stand where the dot products say, in any number of dimensions."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.scene.boxes import Box, box_of, crosses, overlaps
from superviz.scene.camera import camera_for
from superviz.scene.drawables import Disc, Path, Text
from superviz.scene.guides import feet_of, foot_layer, guide_layer, tag_layer
from superviz.scene.palette import DARK
from superviz.scene.placement import Place, Placement, place_features
from superviz.scene.selection import Pair
from superviz.session.display import DisplaySettings


def polygon(count: int, length: float) -> np.ndarray:
    turns = np.radians(90 - 360 / count * np.arange(count))
    return length * np.stack([np.cos(turns), np.sin(turns)])


def placed(W: np.ndarray, dimensions: int = 2, mark: float = 1.0) -> Placement:
    W = np.asarray(W, dtype=np.float32)
    camera = camera_for(W, DisplaySettings(dimensions=dimensions))  # pyright: ignore[reportArgumentType]
    return place_features(W, np.ones(W.shape[1], dtype=np.float32), Place(500.0, 400.0, 200.0, mark), camera)


PENTAGON = placed(polygon(5, 1.13))


def tags(placement: Placement, feature: int, taken: list[Box]) -> list[Text]:
    feet = feet_of(placement, feature)[1]
    return [item for item in tag_layer(feet, placement, feature, DARK, 13.0, taken) if isinstance(item, Text)]


def test_a_pentagons_feet_merge_in_two() -> None:
    reach, feet = feet_of(PENTAGON, 0)
    assert len(reach) == 4
    behind, ahead = feet
    square = 1.13**2
    assert behind.product == pytest.approx(square * np.cos(np.radians(144)), rel=1e-5)
    assert ahead.product == pytest.approx(square * np.cos(np.radians(72)), rel=1e-5)
    # Feature 1 points up: its feet lie on the vertical through the origin.
    assert behind.x == ahead.x == pytest.approx(500.0)
    assert behind.y > 400 > ahead.y
    assert {behind.pair, ahead.pair} <= {Pair(0, index) for index in range(1, 5)}


def test_merged_feet_say_the_mean() -> None:
    W = polygon(5, 1.0) * [1, 1.02, 1, 1, 0.99]
    products = (W.T @ W)[0]
    ahead = feet_of(placed(W), 0)[1][-1]
    assert ahead.product == pytest.approx((products[1] + products[4]) / 2, rel=1e-5)
    assert ahead.pair == Pair(0, 1)


def test_feet_apart_stay_apart() -> None:
    W = np.array([[1.0, 0.5, 0.6], [0.0, 0.5, -0.5]])
    assert [foot.product for foot in feet_of(placed(W), 0)[1]] == pytest.approx([0.5, 0.6])


@pytest.mark.parametrize("dimensions", [2, 3])
def test_perpendiculars_are_perpendicular_in_the_hidden_space_whatever_is_seen_of_it(dimensions: int) -> None:
    W = np.random.default_rng(0).normal(size=(5, 6))
    placement = placed(W, dimensions)
    reach, _ = feet_of(placement, 2)
    for index, at in reach:
        assert (W[:, index] - at * W[:, 2]) @ W[:, 2] == pytest.approx(0.0, abs=1e-5)
    drawables = guide_layer(placement, 2, reach, "#123456", DARK)
    dotted = [item for item in drawables if isinstance(item, Path) and item.stroke and item.stroke.dashes == (2.0, 4.0)]
    for (index, at), line in zip(reach, dotted, strict=True):
        foot = placement.camera.project((at * W[:, [2]]).astype(np.float32))[:2, 0] * (200, -200) + (500, 400)
        np.testing.assert_allclose(line.points, [placement.tips[index], foot], atol=1e-3)


def test_the_selected_line_is_extended_to_the_furthest_foot() -> None:
    reach, feet = feet_of(PENTAGON, 0)
    dashed = next(item for item in guide_layer(PENTAGON, 0, reach, "#123456", DARK) if isinstance(item, Path))
    assert dashed.stroke is not None
    assert (dashed.stroke.color, dashed.stroke.dashes) == ("#123456", (6.0, 5.0))
    np.testing.assert_allclose(dashed.points, [[500, 400], [feet[0].x, feet[0].y]], atol=1e-4)


def test_it_is_extended_beyond_its_tip_where_another_reaches_further() -> None:
    W = np.array([[0.5, 1.0], [0.0, 0.3]])
    reach, _ = feet_of(placed(W), 0)
    beyond, perpendicular = (
        item for item in guide_layer(placed(W), 0, reach, "#123456", DARK) if isinstance(item, Path)
    )
    np.testing.assert_allclose(beyond.points, [[600, 400], [700, 400]], atol=1e-4)
    np.testing.assert_allclose(perpendicular.points, [[700, 340], [700, 400]], atol=1e-4)


def test_what_hardly_interferes_has_no_foot() -> None:
    W = np.array([[1.0, 0.01, 0.06], [0.0, 1.0, 1.0]])
    assert [index for index, _ in feet_of(placed(W), 0)[0]] == [2]
    assert feet_of(placed(np.eye(2)), 0) == ([], [])
    assert guide_layer(placed(np.eye(2)), 0, [], "#123456", DARK) == []
    assert tags(placed(np.eye(2)), 0, []) == []


def test_the_dead_and_a_line_have_no_guides() -> None:
    assert feet_of(placed(np.array([[0.05, 1.0], [0.0, 0.0]])), 0) == ([], [])
    assert feet_of(placed(np.array([[1.0, 0.06], [0.0, 0.0]])), 0) == ([], [])
    assert feet_of(placed(np.array([[1.0, -1.0]])), 0) == ([], [])


def test_of_many_only_the_strongest_have_feet() -> None:
    W = np.random.default_rng(0).normal(size=(3, 40))
    reach, _ = feet_of(placed(W), 0)
    products = np.abs(np.delete((W.T @ W)[0], 0))
    assert len(reach) == 8
    square = W[:, 0] @ W[:, 0]
    assert min(abs(at) for _, at in reach) * square == pytest.approx(np.sort(products)[-8], rel=1e-4)


def test_feet_are_dots_in_the_colours_of_up_and_down() -> None:
    _, feet = feet_of(PENTAGON, 0)
    down, up = (item for item in foot_layer(feet, PENTAGON, DARK) if isinstance(item, Disc))
    assert down.fill is not None
    assert up.fill is not None
    assert (down.fill.color, up.fill.color) == (DARK.interference_low, DARK.interference_high)
    assert isinstance(up.meaning, Pair)


def test_tags_say_the_dot_product_with_its_sign_and_a_true_minus() -> None:
    taken: list[Box] = []
    found = tags(PENTAGON, 0, taken)
    assert [tag.text for tag in found] == ["−1.03", "+0.39"]
    assert all(isinstance(tag.meaning, Pair) and tag.box is not None for tag in found)
    assert taken == [box_of(tag) for tag in found]


@pytest.mark.parametrize("feature", range(5))
def test_tags_cover_neither_arrows_nor_each_other_nor_what_is_taken(feature: int) -> None:
    turned = np.array([[np.cos(0.3), -np.sin(0.3)], [np.sin(0.3), np.cos(0.3)]]) @ polygon(5, 1.13)
    placement = placed(turned)
    taken: list[Box] = [(0.0, 0.0, 480.0, 150.0)]
    found = tags(placement, feature, taken)
    arrows = list(zip(placement.starts.tolist(), placement.tips.tolist(), strict=True))
    for index, tag in enumerate(found):
        assert not any(crosses(box_of(tag), arrow) for arrow in arrows)
        assert not overlaps(box_of(tag), taken[: 1 + index])


def test_the_furthest_tag_stands_outward_on_the_line() -> None:
    _, feet = feet_of(PENTAGON, 0)
    furthest = min(feet, key=lambda foot: foot.along)
    tag = tags(PENTAGON, 0, [])[0]
    assert tag.x == pytest.approx(furthest.x)
    assert tag.y == pytest.approx(furthest.y + 37)


def test_a_tag_that_would_cover_words_is_left_out() -> None:
    assert tags(PENTAGON, 0, [(0.0, 0.0, 1000.0, 800.0)]) == []
    assert [tag.text for tag in tags(PENTAGON, 0, [(0.0, 420.0, 1000.0, 800.0)])] == ["+0.39"]


def test_a_foot_knows_where_it_stands() -> None:
    assert feet_of(PENTAGON, 0)[1][0].along == pytest.approx(np.cos(np.radians(144)), rel=1e-5)
