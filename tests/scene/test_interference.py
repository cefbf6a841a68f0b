"""The interference panel: right values in right places, emphasis, held colours, and any number of features."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from superviz.scene import interference
from superviz.scene.boxes import box_of
from superviz.scene.drawables import Rect, Scene, Text
from superviz.scene.palette import DARK, LIGHT, interference_color
from superviz.scene.picking import pick
from superviz.scene.selection import Feature, Pair, Selection
from superviz.scene.text_extent import text_extent
from superviz.session.display import DisplaySettings

DISPLAY = DisplaySettings()


def texts(scene: Scene) -> list[Text]:
    return [drawable for drawable in scene.drawables if isinstance(drawable, Text)]


def outlines(scene: Scene, width: float) -> list[Rect]:
    return [
        d for d in scene.drawables if isinstance(d, Rect) and d.fill is None and d.stroke and d.stroke.width == width
    ]


def cell(scene: Scene, source: int, target: int) -> Rect:
    (found,) = [d for d in scene.drawables if isinstance(d, Rect) and d.meaning == Pair(source, target)]
    return found


class TestAsPictured:
    def test_places(self, make_moment, make_canvas) -> None:
        scene = interference.build(make_moment(), DISPLAY, Selection(), make_canvas(384, 424))
        first, last = cell(scene, 0, 0), cell(scene, 4, 4)
        assert (first.x, first.y, first.width, first.height, first.radius) == (52, 27, 47, 47, 2)
        assert (last.x, last.y) == (52 + 4 * 49, 27 + 4 * 49)
        biases = [d for d in scene.drawables if isinstance(d, Rect) and d.x == 317 and d.width == 47]
        assert [bias.meaning for bias in biases] == [Feature(index) for index in range(5)]

    def test_compact(self, make_moment, make_canvas) -> None:
        canvas = make_canvas(268, 269, compact=True, text=0.92, mark=0.72)
        scene = interference.build(make_moment(), DISPLAY, Selection(), canvas)
        said = [text.text for text in texts(scene)]
        assert "1.3" in said
        assert "−1.3" in said
        assert "+1.3" in said
        assert "1.28" not in said
        assert cell(scene, 0, 0).width == pytest.approx(30, abs=1)

    def test_values_are_the_gram_matrix(self, make_moment, make_canvas) -> None:
        W = np.random.default_rng(0).normal(size=(2, 5)).astype(np.float32)
        scene = interference.build(make_moment(W), DISPLAY, Selection(), make_canvas(), 2.0)
        gram = W.T @ W
        by_place = {(round(text.x), round(text.y)): text for text in texts(scene)}
        for row in range(5):
            for column in range(5):
                square = cell(scene, row, column)
                number = by_place[round(square.x + square.width / 2), round(square.y + square.height / 2)]
                assert float(number.text.replace("−", "-")) == pytest.approx(gram[row, column], abs=0.0051)
                assert square.fill is not None
                wanted = interference_color(DARK, float(gram[row, column]), 2.0)
                assert abs(int(square.fill.color[1:3], 16) - int(wanted[1:3], 16)) <= 2

    def test_words(self, make_moment, make_canvas) -> None:
        said = [
            text.text for text in texts(interference.build(make_moment(), DISPLAY, Selection(), make_canvas(), 1.28))
        ]
        assert {"bias", "−0.25", "−1.3 down", "0", "up +1.3"} <= set(said)
        assert said.count("3") == 2

    @pytest.mark.parametrize(("text", "height"), [(1.84, 170), (1.84, 95), (0.92, 60)])
    @pytest.mark.parametrize("n_features", [5, 60])
    @pytest.mark.parametrize("hovered", [None, Pair(0, 1)])
    def test_without_room_the_matrix_goes_before_the_readout(
        self, make_moment, make_canvas, text: float, height: float, n_features: int, hovered: Pair | None
    ) -> None:
        moment = make_moment(np.ones((2, n_features), np.float32) / 2)
        canvas = make_canvas(268, height, compact=True, text=text, mark=0.72)
        scene = interference.build(moment, DISPLAY, Selection(hovered=hovered), canvas)
        assert not {"Point at a cell to compare two features", "1 and 2"} & {found.text for found in texts(scene)}

    def test_its_cells_then_have_the_room(self, make_moment, make_canvas) -> None:
        canvas = make_canvas(268, 180, compact=True, text=1.84, mark=0.72)
        scene = interference.build(make_moment(), DISPLAY, Selection(), canvas)
        assert cell(scene, 0, 0).width >= 8
        assert all(bottom <= 180 for _, _, _, bottom in map(box_of, texts(scene)))

    def test_the_colour_bar_stays_inside(self, make_moment, make_canvas) -> None:
        canvas = make_canvas(268, 400, compact=True, text=1.84, mark=0.72)
        scene = interference.build(make_moment(), DISPLAY, Selection(), canvas)
        assert all(d.x + d.width <= 268 for d in scene.drawables if isinstance(d, Rect))

    def test_many_features_in_hardly_any_room(self, make_moment, make_canvas) -> None:
        canvas = make_canvas(268, 188, compact=True, text=1.84, mark=0.72)
        scene = interference.build(make_moment(np.ones((2, 90)) / 2), DISPLAY, Selection(), canvas)
        assert max(box_of(text)[3] for text in texts(scene)) <= 188

    def test_light(self, make_moment, make_canvas) -> None:
        scene = interference.build(make_moment(), DISPLAY, Selection(), make_canvas(palette=LIGHT))
        assert scene.background == LIGHT.panel


class TestEmphasis:
    def test_selected_row_column_and_bias(self, make_moment, make_canvas) -> None:
        scene = interference.build(make_moment(), DISPLAY, Selection(Feature(2)), make_canvas())
        places = [(rect.x, rect.y, rect.width, rect.height) for rect in outlines(scene, 1.6)]
        assert places == [(149, 26, 49, 245), (51, 124, 245, 49), (316, 124, 49, 49)]
        heads = [text for text in texts(scene) if text.text == "3"]
        assert {(head.weight, head.color) for head in heads} == {(700, DARK.text1)}

    def test_hovered_feature_as_selected(self, make_moment, make_canvas) -> None:
        scene = interference.build(make_moment(), DISPLAY, Selection(hovered=Feature(2)), make_canvas())
        assert len(outlines(scene, 1.6)) == 3

    def test_hovered_cell(self, make_moment, make_canvas) -> None:
        scene = interference.build(make_moment(), DISPLAY, Selection(Feature(2), Pair(2, 1)), make_canvas())
        (ring,) = outlines(scene, 3.0)
        assert (ring.x, ring.y, ring.width) == (100.5, 124.5, 48)

    @pytest.mark.parametrize("selection", [Selection(), Selection(Feature(9)), Selection(hovered=Pair(0, 9))])
    def test_nothing_to_emphasise(self, selection: Selection, make_moment, make_canvas) -> None:
        scene = interference.build(make_moment(), DISPLAY, selection, make_canvas())
        assert not outlines(scene, 1.6)
        assert not outlines(scene, 3.0)

    def test_picked_where_seen(self, make_moment, make_canvas) -> None:
        scene = interference.build(make_moment(), DISPLAY, Selection(Feature(2)), make_canvas())
        square = cell(scene, 3, 1)
        assert pick(scene, square.x + 5, square.y + 5) == Pair(3, 1)
        assert pick(scene, 340, square.y + 20) == Feature(3)
        assert pick(scene, 23, square.y + 20) == Feature(3)
        assert pick(scene, square.x + 23, 13) == Feature(1)
        assert pick(scene, 340, 13) is None


class TestFullColor:
    @pytest.mark.parametrize(
        ("largest", "wanted"), [(1.28, 1.3), (1.3, 1.3), (1.301, 1.4), (1e-6, 0.1), (0.03, 0.1), (12.34, 12.4)]
    )
    def test_rounded_up(self, largest: float, wanted: float, make_moment) -> None:
        assert interference.full_color(make_moment(), largest) == pytest.approx(wanted)

    def test_of_the_moment_and_its_trail(self, make_moment) -> None:
        small = np.full((2, 5), 0.1)
        assert interference.full_color(make_moment(small)) == 1.0
        assert interference.full_color(make_moment(small, trail=np.full((3, 2, 5), 1.0))) == 2.0
        assert interference.full_color(make_moment(), 0.0) == pytest.approx(1.3)

    def test_holds_through_a_run(self, make_moment, make_canvas) -> None:
        bars = set()
        for length in (0.3, 0.8, 1.13):
            scene = interference.build(make_moment(np.eye(2) * length), DISPLAY, Selection(), make_canvas(), 1.277)
            bars |= {text.text for text in texts(scene) if "up" in text.text}
        assert bars == {"up +1.3"}

    def test_behind_a_relu_it_is_the_effects_own(self, make_moment) -> None:
        W, W_out = [[3.0, 0.0], [0.0, -3.0]], [[0.5, 0.1], [2.0, 2.0]]
        moment = make_moment(W, W_out=W_out, model="absolute_value", signed=True)
        # 3 * 0.5, not the 9 that the run's lengths would have allowed.
        assert interference.full_color(moment, 9.0) == pytest.approx(1.6)
        assert interference.full_color(make_moment(0 * np.eye(2), model="relu_hidden"), 9.0) == 1.0


class TestOtherModels:
    def test_a_row_is_what_its_feature_does_behind_the_relu(self, make_moment, make_canvas) -> None:
        W, W_out = np.random.default_rng(0).normal(size=(2, 4, 3))
        moment = make_moment(W, W_out=W_out, model="absolute_value", signed=True)
        scene = interference.build(moment, DISPLAY, Selection(), make_canvas())
        wanted = np.maximum(W, 0).T @ W_out
        by_place = {(round(text.x), round(text.y)): text.text for text in texts(scene)}
        for row in range(3):
            for column in range(3):
                square = cell(scene, row, column)
                number = by_place[round(square.x + square.width / 2), round(square.y + square.height / 2)]
                assert float(number.replace("−", "-")) == pytest.approx(wanted[row, column], abs=0.0051)

    def test_without_a_bias_there_is_no_strip_and_more_room(self, make_moment, make_canvas) -> None:
        plain, bare = (
            interference.build(make_moment(bias=bias), DISPLAY, Selection(Feature(1)), make_canvas(384, 600))
            for bias in (True, False)
        )
        assert "bias" in {text.text for text in texts(plain)}
        assert "bias" not in {text.text for text in texts(bare)}
        assert len(outlines(plain, 1.6)) == 3
        assert len(outlines(bare, 1.6)) == 2
        assert cell(bare, 0, 0).width > cell(plain, 0, 0).width


class TestManyFeatures:
    @pytest.mark.parametrize("count", [1, 2, 8, 20, 33, 80, 128, 400])
    @pytest.mark.parametrize("size", [(384, 424), (268, 269)])
    def test_stays_on_its_canvas(self, count: int, size: tuple[int, int], make_moment, make_canvas, clipped) -> None:
        W = np.random.default_rng(count).normal(size=(min(count, 20), count)) / np.sqrt(count)
        compact = size[0] < 300
        canvas = make_canvas(*size, compact=compact, text=0.92 if compact else 1.0)
        assert clipped(interference.build(make_moment(W), DISPLAY, Selection(Feature(0), Pair(0, 0)), canvas)) == []

    @pytest.mark.parametrize("count", [9, 20, 80, 128])
    def test_heads_don_t_collide(self, count: int, make_moment, make_canvas) -> None:
        W = np.eye(count)[:20]
        for selected in (None, 0, 6, count - 1):
            selection = Selection(None if selected is None else Feature(selected))
            scene = interference.build(make_moment(W), DISPLAY, selection, make_canvas())
            heads = [text for text in texts(scene) if isinstance(text.meaning, Feature) and text.anchor == "middle"]
            spans = sorted((left, left + width) for left, _, width, _ in map(text_extent, heads))
            assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))
            if selected is not None and selected < count - 1:
                assert str(selected + 1) in {head.text for head in heads}

    def test_the_most_important_of_many(self, make_moment, make_canvas) -> None:
        importance = np.linspace(0.1, 1.0, 300).tolist()
        scene = interference.build(
            make_moment(np.eye(300)[:4], importance=importance), DISPLAY, Selection(), make_canvas()
        )
        assert "the 128 most important of 300" in {text.text for text in texts(scene)}
        heads = {d.meaning.index for d in scene.drawables if isinstance(d, Rect) and isinstance(d.meaning, Feature)}
        assert heads == set(range(172, 300))

    def test_numbers_only_where_they_fit(self, make_moment, make_canvas) -> None:
        scene = interference.build(make_moment(np.eye(20)[:5]), DISPLAY, Selection(), make_canvas())
        assert not [text for text in texts(scene) if "." in text.text and "1.0" not in text.text]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_weights_that_diverged_are_drawn_all_the_same(bad: float, make_moment, make_canvas) -> None:
    W = np.eye(2)
    W[0, 0] = bad
    with np.errstate(invalid="ignore"):
        scene = interference.build(make_moment(W, b=[bad, 0.0]), DISPLAY, Selection(), make_canvas(), 1.0)
    assert "–" in {text.text for text in texts(scene)}


def test_extent_holds_the_figure(make_moment, make_canvas) -> None:
    for count in (1, 5, 20, 200):
        canvas = make_canvas(740, 400, text=1.7)
        moment = make_moment(np.eye(count)[:3], bias=count != 20)
        width, height = interference.extent(moment, DISPLAY, canvas, 400)
        drawn = interference.figure(moment, DISPLAY, Selection(), canvas, 1.0, 400)
        assert max(d.x + d.width for d in drawn if isinstance(d, Rect)) <= width
        assert max(sum(text_extent(d)[1::2]) for d in drawn if isinstance(d, Text)) <= height + 1


def test_the_scale_of_a_run_that_diverged_is_a_number(make_moment) -> None:
    W = np.full((1, 2, 5), 1e27, dtype=np.float32)
    assert np.isfinite(interference.full_color(make_moment(W)))
