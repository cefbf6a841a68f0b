"""Arrows: their outlines, their order and what they stand for."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.scene.arrows import NO_EMPHASIS, ArrowBuild, Emphasis, arrow_layer, arrow_outlines, halo
from superviz.scene.camera import camera_for
from superviz.scene.drawables import Disc, Paint, Path
from superviz.scene.palette import DARK, feature_colors
from superviz.scene.placement import Place, Placement, place_features
from superviz.scene.selection import Feature, Pair, Selection
from superviz.session.display import DisplaySettings


def placed(W: np.ndarray, importance: np.ndarray | None = None, *, mark: float = 1.0, dimensions: int = 2) -> Placement:
    W = np.asarray(W, dtype=np.float32)
    importance = np.ones(W.shape[1]) if importance is None else importance
    camera = camera_for(W, DisplaySettings(dimensions=dimensions))  # pyright: ignore[reportArgumentType]
    return place_features(W, importance.astype(np.float32), Place(300.0, 300.0, 200.0, mark), camera)


def drawn(placement: Placement, emphasis: Emphasis = NO_EMPHASIS) -> list[Path | Disc]:
    colors = feature_colors(DARK, np.linspace(1, 0.1, len(placement.tips)))
    return [item for item in arrow_layer(placement, colors, DARK, emphasis) if isinstance(item, (Path, Disc))]


def area(points: np.ndarray) -> float:
    x, y = points.T
    return 0.5 * abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1)))


FEW = ArrowBuild(4, 17, 15)


def test_an_arrow_is_a_shaft_and_a_head_as_large_as_said() -> None:
    outline = arrow_outlines(np.array([0.0, 0.0]), np.array([0.0, -200.0]), FEW, 1.0)
    assert outline.shape == (7, 2)
    assert outline[3].tolist() == [0.0, -200.0]
    assert np.ptp(outline[:, 0]) == pytest.approx(15)
    assert outline[[2, 4], 1].tolist() == [-183.0, -183.0]
    assert np.linalg.norm(outline[0] - outline[6]) == pytest.approx(4)
    assert area(outline) == pytest.approx(4 * 183 + 0.5 * 15 * 17)


def test_an_arrow_scales_with_its_mark_and_turns_with_its_direction() -> None:
    outline = arrow_outlines(np.array([0.0, 0.0]), np.array([200.0, 0.0]), FEW, 2.0)
    assert np.ptp(outline[:, 1]) == pytest.approx(30)
    assert outline[3].tolist() == [200.0, 0.0]


@pytest.mark.parametrize("length", [0.5, 3.0, 12.0, 27.0])
def test_a_short_arrow_has_a_smaller_head_and_stays_within_its_length(length: float) -> None:
    outline = arrow_outlines(np.array([0.0, 0.0]), np.array([length, 0.0]), FEW, 1.0)
    assert outline[:, 0].min() >= 0
    assert outline[:, 0].max() == pytest.approx(length)
    assert length - outline[2, 0] <= 0.6 * length + 1e-9
    assert abs(outline[1, 1]) < abs(outline[2, 1])


def test_no_length_draws_nothing_and_no_nan() -> None:
    outline = arrow_outlines(np.zeros(2), np.zeros(2), FEW, 1.0)
    assert np.isfinite(outline).all()
    assert area(outline) == 0


def test_outlines_of_many_instances_at_once() -> None:
    rng = np.random.default_rng(0)
    starts, tips = np.zeros((3, 5, 2)), rng.normal(size=(3, 5, 2))
    together = arrow_outlines(starts, tips, FEW, 1.0)
    assert together.shape == (3, 5, 7, 2)
    np.testing.assert_allclose(together[1, 2], arrow_outlines(starts[1, 2], tips[1, 2], FEW, 1.0))


def test_the_most_important_is_painted_last() -> None:
    items = drawn(placed(np.eye(2)[:, [0, 1, 0]], np.array([0.5, 1.0, 0.8])))
    assert [item.meaning for item in items] == [Feature(0), Feature(2), Feature(1)]
    assert all(item.fill is not None and item.fill.opacity == 1 for item in items)


def test_a_dead_feature_is_a_dot_under_the_arrows() -> None:
    items = drawn(placed(np.array([[0.02, 1.0], [0.0, 0.0]])))
    assert isinstance(items[0], Disc)
    assert items[0].meaning == Feature(0)
    assert items[0].fill == Paint(DARK.text3)
    assert np.hypot(items[0].x - 300, items[0].y - 300) < 0.1 * 200


def test_emphasis_is_larger_on_top_and_dims_the_others() -> None:
    placement = placed(np.eye(3)[:2, [0, 1, 0]], np.array([1.0, 0.9, 0.8]))
    items = drawn(placement, Emphasis(selected=2, hovered=1))
    assert [item.meaning for item in items] == [Feature(0), Feature(1), Feature(2)]
    assert [item.fill.opacity for item in items if item.fill] == [0.88, 1.0, 1.0]
    plain, hovered, selected = (item for item in items if isinstance(item, Path))
    heads = [np.ptp(plain.points[:, 1]), np.ptp(hovered.points[:, 0]), np.ptp(selected.points[:, 1])]
    assert heads == pytest.approx([15, 19, 19])


def test_a_dead_feature_singled_out_stays_a_dot_but_a_larger_one() -> None:
    placement = placed(np.array([[0.02, 1.0], [0.0, 0.0]]))
    *_, dot = drawn(placement, Emphasis(hovered=0))
    assert isinstance(dot, Disc)
    assert dot.radius > 3
    assert dot.meaning == Feature(0)


@pytest.mark.parametrize(("count", "corners"), [(12, 7), (13, 7), (60, 7), (61, 4), (400, 4)])
def test_many_arrows_get_thinner_and_lose_their_heads(count: int, corners: int) -> None:
    turns = np.linspace(0, 6, count)
    items = drawn(placed(np.stack([np.cos(turns), np.sin(turns)])))
    outlines = [item.points for item in items if isinstance(item, Path)]
    assert len(outlines) == count
    assert {len(outline) for outline in outlines} == {corners}
    shafts = {round(float(np.linalg.norm(outline[0] - outline[-1])), 6) for outline in outlines}
    assert shafts == {4.0 if count <= 12 else 2.0 if count <= 60 else 1.0}


def test_one_singled_out_of_many_has_a_head() -> None:
    turns = np.linspace(0, 6, 100)
    *_, chosen = drawn(placed(np.stack([np.cos(turns), np.sin(turns)])), Emphasis(selected=40))
    assert isinstance(chosen, Path)
    assert len(chosen.points) == 7


def test_in_an_orbit_the_furthest_is_painted_first_and_fades() -> None:
    W = np.array([[0.0, 0.0, 0.6], [0.0, 0.0, 0.6], [1.0, -1.0, 0.2]])
    placement = placed(W, np.array([1.0, 0.5, 0.1]), dimensions=3)
    items = drawn(placement)
    depths = [placement.depth[item.meaning.index] for item in items if isinstance(item.meaning, Feature)]
    assert depths == sorted(depths)
    opacities = [item.fill.opacity for item in items if item.fill]
    assert opacities[0] < opacities[-1] == 1.0
    assert opacities[0] >= 0.45


def test_emphasis_of_a_selection() -> None:
    assert Emphasis.of(Selection(), 5) == NO_EMPHASIS
    assert Emphasis.of(Selection(Feature(2), Feature(4)), 5) == Emphasis(2, 4)
    assert Emphasis.of(Selection(Feature(2), Pair(2, 1)), 5) == Emphasis(2, None)
    assert Emphasis.of(Selection(Feature(7), Feature(9)), 5) == NO_EMPHASIS
    assert Emphasis(2, 4).features == (4, 2)
    assert Emphasis(2, 2).features == (2,)


def test_the_halo_lies_along_the_arrow_and_ends_under_its_head() -> None:
    (band,) = halo(placed(np.eye(2)), 0, "#123456")
    assert isinstance(band, Path)
    assert band.fill == Paint("#123456", 0.2)
    assert np.ptp(band.points[:, 1]) == pytest.approx(16)
    assert band.points[:, 0].min() == pytest.approx(300)
    assert 500 - 17 < band.points[:, 0].max() < 500


def test_no_halo_under_the_dead_or_what_points_at_the_viewer() -> None:
    assert halo(placed(np.zeros((2, 2))), 0, "#123456") == []
    assert halo(placed(np.array([[0.0], [0.0], [1.0], [0.0]])), 0, "#123456") == []
