"""Every panel of a real-shaped dictionary: what is planted is seen, what is left out is said, and nothing explodes."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.scene import interference, neurons, vectors
from superviz.scene.drawables import Dots, Path, Rect, Scene, Text
from superviz.scene.picking import pick
from superviz.scene.selection import Feature, Neuron, Pair, Selection
from superviz.session.display import DisplaySettings

DISPLAY, PINNED = DisplaySettings(), DisplaySettings(pinned_feature=16)
SELECTED = Selection(Feature(16))
NEAREST_FIRST = [16, 88, 907, 500, 511, 300]


def words(scene: Scene) -> str:
    return "\n".join(drawable.text for drawable in scene.drawables if isinstance(drawable, Text))


def arrows(scene: Scene) -> set[int]:
    return {
        drawable.meaning.index
        for drawable in scene.drawables
        if isinstance(drawable, Path) and isinstance(drawable.meaning, Feature)
    }


class TestVectors:
    @pytest.fixture
    def scenes(self, make_dictionary, make_canvas) -> tuple[Scene, Scene]:
        moment, canvas = make_dictionary(), make_canvas(1230, 680)
        return vectors.build(moment, DISPLAY, Selection(), canvas), vectors.build(moment, PINNED, SELECTED, canvas)

    def test_every_feature_is_there_in_few_drawables(self, scenes) -> None:
        for scene in scenes:
            dots = [drawable for drawable in scene.drawables if isinstance(drawable, Dots)]
            in_cloud = {meaning.index for layer in dots for meaning in layer.meanings if isinstance(meaning, Feature)}
            assert in_cloud | arrows(scene) == set(range(1024))
            assert len(scene.drawables) < 500

    def test_arrows_are_the_nearest(self, scenes) -> None:
        free, pinned = scenes
        assert len(arrows(free)) == 128
        assert len(arrows(pinned)) == 20
        assert set(NEAREST_FIRST) < arrows(pinned)

    def test_it_says_what_is_shown(self, scenes) -> None:
        free, pinned = map(words, scenes)
        assert "Arrows: the 128 of 1,024 that interfere most. The others: dots at their tips" in free
        assert "Arrows: 20 of 1,024, nearest to feature 17. The others: dots heaped at their angles" in pinned
        assert "length 1" not in pinned
        assert "1,024 directions" in free

    def test_the_pinned_one_points_up_and_its_opposite_down(self, scenes) -> None:
        paths = [item for item in scenes[1].drawables if isinstance(item, Path)]
        tips = {path.meaning.index: path.points for path in paths if isinstance(path.meaning, Feature)}
        middle = 0.5 * (1230 - 92)
        assert tips[16][:, 0].mean() == pytest.approx(middle, abs=1.0)
        assert tips[16][:, 1].min() < tips[907][:, 1].min() < tips[500][:, 1].min() < 345 < tips[88][:, 1].max()

    def test_the_legend_tells_angles_the_nearest_first(self, scenes) -> None:
        rows = [d for d in scenes[1].drawables if isinstance(d, Text) and isinstance(d.meaning, Feature) and d.x > 900]
        names = [row.text for row in rows if row.text.startswith("Feature")]
        assert names[:6] == [f"Feature {index + 1}" for index in NEAREST_FIRST]
        angles = [row.text for row in rows if row.text.endswith("°")]
        assert angles[:5] == ["172°", "14°", "37°", "53°", "123°"]

    def test_a_dot_can_be_picked(self, scenes) -> None:
        (dots,) = [drawable for drawable in scenes[0].drawables if isinstance(drawable, Dots)]
        furthest = int(np.argmax(np.hypot(*(dots.points - dots.points.mean(axis=0)).T)))
        x, y = dots.points[furthest].tolist()
        assert pick(scenes[0], x + 0.5, y) == dots.meanings[furthest]

    def test_one_that_is_hovered_has_an_arrow_of_its_own(self, make_dictionary, make_canvas) -> None:
        scene = vectors.build(make_dictionary(), PINNED, Selection(Feature(16), Feature(700)), make_canvas(1230, 680))
        assert 700 in arrows(scene)
        assert "701" in words(scene)

    def test_three_dimensions(self, make_dictionary, make_canvas) -> None:
        display = DisplaySettings(pinned_feature=16, dimensions=3)
        scene = vectors.build(make_dictionary(), display, SELECTED, make_canvas(1230, 680))
        assert set(NEAREST_FIRST) < arrows(scene)
        assert "This space holds" in words(scene)

    def test_lengths_far_from_one_fill_the_circle_too(self, make_dictionary, make_canvas) -> None:
        for scale, label in ((100.0, "length 50"), (0.3, "length 0.1")):
            scene = vectors.build(make_dictionary(lengths=scale), DISPLAY, Selection(), make_canvas(1230, 680))
            assert label in words(scene)
            (dots,) = [drawable for drawable in scene.drawables if isinstance(drawable, Dots)]
            reach = np.hypot(*(dots.points - np.median(dots.points, axis=0)).T)
            assert 60 < np.quantile(reach, 0.99) < 340


class TestInterference:
    def test_rows_are_the_nearest_first_each_with_its_number(self, make_dictionary, make_canvas) -> None:
        scene = interference.build(make_dictionary(), PINNED, SELECTED, make_canvas(384, 470), 1.0)
        heads = [d for d in scene.drawables if isinstance(d, Text) and d.anchor == "end" and d.meaning]
        assert [head.text for head in heads][:6] == [str(index + 1) for index in NEAREST_FIRST]
        assert "20 of 1,024, nearest to feature 17" in words(scene)

    def test_cells_say_what_one_does_to_the_other(self, make_dictionary, make_canvas) -> None:
        scene = interference.build(make_dictionary(), PINNED, SELECTED, make_canvas(384, 470), 1.0)
        cells = {d.meaning: d for d in scene.drawables if isinstance(d, Rect) and isinstance(d.meaning, Pair)}
        assert len(cells) == 400
        fill, back = cells[Pair(16, 907)].fill, cells[Pair(16, 88)].fill
        assert fill is not None
        assert back is not None
        assert fill.color != back.color

    def test_nothing_pinned(self, make_dictionary, make_canvas) -> None:
        scene = interference.build(make_dictionary(), DISPLAY, Selection(), make_canvas(384, 470), 1.0)
        assert "the 128 of 1,024 that interfere most" in words(scene)
        assert len(scene.drawables) < 6000


class TestNeurons:
    def test_those_that_the_pinned_one_uses_most(self, make_dictionary, make_canvas) -> None:
        moment = make_dictionary(1024, 256)
        scene = neurons.build(moment, PINNED, SELECTED, make_canvas(384, 400))
        named = [d.meaning.index for d in scene.drawables if isinstance(d, Text) and isinstance(d.meaning, Neuron)]
        expected = np.argsort(-np.abs(moment.W[0][:, 16]), kind="stable")[:8].tolist()
        assert named == expected
        assert "8 of 256, where feature 17 is largest; 20 of 1,024 features" in words(scene)
        segments = {d.meaning.index for d in scene.drawables if isinstance(d, Rect) and isinstance(d.meaning, Feature)}
        assert 16 in segments
        assert len(segments) <= 20

    def test_nothing_pinned(self, make_dictionary, make_canvas) -> None:
        moment = make_dictionary(1024, 256)
        scene = neurons.build(moment, DISPLAY, Selection(), make_canvas(384, 400))
        assert "8 of 256, those that hold most; 128 of 1,024 features" in words(scene)
        named = {d.meaning.index for d in scene.drawables if isinstance(d, Text) and isinstance(d.meaning, Neuron)}
        held = (moment.W[0] ** 2).sum(axis=1)
        assert min(held[list(named)]) >= np.delete(held, list(named)).max() - 1e-4

    def test_of_real_neurons_the_most_polysemantic(self, make_moment, make_canvas) -> None:
        W = np.eye(200)
        W[50:58, :40] = 0.5
        moment = make_moment(W, model="relu_hidden")
        scene = neurons.build(moment, DISPLAY, Selection(), make_canvas(384, 400))
        assert "8 of 200, the most polysemantic; 128 of 200 features" in words(scene)

    def test_up_to_128_neurons_all_have_bars(self, make_dictionary, make_canvas) -> None:
        scene = neurons.build(make_dictionary(), PINNED, SELECTED, make_canvas(1200, 400))
        assert "20 of 1,024 features" in words(scene)
        assert "of 128" not in words(scene)
