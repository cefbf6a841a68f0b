"""The neurons panel: stacked weights add up, are labelled where there is room, and rest on an axis that holds."""

from __future__ import annotations

import itertools
import timeit

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superviz.core.experiment import Experiment
from superviz.core.kinds import MODEL_KINDS
from superviz.scene import neurons
from superviz.scene.canvas import Canvas
from superviz.scene.drawables import Path, Rect, Scene, Text
from superviz.scene.palette import DARK
from superviz.scene.picking import pick
from superviz.scene.selection import Feature, Neuron, Selection
from superviz.scene.text_extent import text_extent
from superviz.session.display import DisplaySettings
from superviz.session.moment import Moment

DISPLAY = DisplaySettings()


def texts(scene: Scene) -> list[str]:
    return [drawable.text for drawable in scene.drawables if isinstance(drawable, Text)]


def segments(scene: Scene) -> list[Rect]:
    return [d for d in scene.drawables if isinstance(d, Rect) and d.fill is not None]


def rows(scene: Scene) -> dict[float, float]:
    """Weight to y, off the axis's own lines and labels."""
    lines = [d.points[0, 1] for d in scene.drawables if isinstance(d, Path)]
    labels = [d for d in scene.drawables if isinstance(d, Text) and d.anchor == "end" and d.text != "mixes"]
    values = [float(label.text.replace("−", "-")) for label in labels]
    return dict(zip(values, lines, strict=True))


def test_as_pictured(make_moment, make_canvas) -> None:
    W = [[0.3, -0.4, 0.0, 0.0, 0.0], [1.0, 0.0, -1.2, 0.5, 0.0]]
    scene = neurons.build(make_moment(W), DISPLAY, Selection(), make_canvas(384, 348))
    assert [t for t in texts(scene) if "eur" in t or "feat" in t] == [
        "Neuron 1",
        "mixes 2.0 features",
        "Neuron 2",
        "mixes 2.7 features",
    ]
    up = rows(scene)
    unit = up[0.0] - up[1.0]
    first, *_ = (s for s in segments(scene) if s.meaning == Feature(0) and s.x > 192)
    assert first.y + first.height == pytest.approx(up[0.0], abs=1)
    assert first.height == pytest.approx(unit, abs=2)
    fourth, *_ = (s for s in segments(scene) if s.meaning == Feature(3))
    assert fourth.y + fourth.height == pytest.approx(up[1.0], abs=1)
    third, *_ = (s for s in segments(scene) if s.meaning == Feature(2))
    assert third.y == pytest.approx(up[0.0], abs=1)


def test_bars_stand_where_pictured(make_moment, make_canvas) -> None:
    scene = neurons.build(make_moment(), DISPLAY, Selection(), make_canvas(384, 348))
    lefts = sorted({round(segment.x) for segment in segments(scene)})
    assert lefts == pytest.approx([92, 240], abs=2)
    assert [segment.width for segment in segments(scene)] == pytest.approx([84.5] * len(segments(scene)), abs=0.6)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 5), st.integers(1, 12), st.integers(0, 10_000))
def test_heights_add_up_to_the_weights(hidden: int, features: int, seed: int) -> None:
    W = np.random.default_rng(seed).normal(size=(1, hidden, features)).astype(np.float32)
    experiment = Experiment(n_features=features, n_hidden=hidden)
    moment = Moment(1.0, experiment, W, np.zeros((1, features), np.float32), np.zeros(1, np.float32), W, 0)
    scene = neurons.build(moment, DISPLAY, Selection(), Canvas(900, 900, DARK))
    up = rows(scene)
    highest = max(up)
    scale = (up[0.0] - up[highest]) / highest
    bars = sorted({segment.x for segment in segments(scene)})
    assert len(bars) == hidden
    for x, weights in zip(bars, W[0], strict=True):
        bar = [segment for segment in segments(scene) if segment.x == x]
        top, bottom = min(s.y for s in bar), max(s.y + s.height for s in bar)
        assert up[0.0] - top == pytest.approx(np.maximum(weights, 0).sum() * scale, abs=2.5)
        assert bottom - up[0.0] == pytest.approx(np.maximum(-weights, 0).sum() * scale, abs=2.5)
        assert all(scene.height >= s.y + s.height and s.y >= 0 for s in bar)


def test_feature_1_nearest_zero(make_moment, make_canvas) -> None:
    scene = neurons.build(make_moment([[0.5] * 4]), DISPLAY, Selection(), make_canvas(384, 348))
    order = [s.meaning for s in sorted(segments(scene), key=lambda s: -s.y)]
    assert order == [Feature(0), Feature(1), Feature(2), Feature(3)]


def test_numbers_in_segments_tall_enough(make_moment, make_canvas) -> None:
    scene = neurons.build(make_moment([[1.0, 0.3, 0.05], [0.0, 0.0, 0.0]]), DISPLAY, Selection(), make_canvas(384, 348))
    tall = [segment for segment in segments(scene) if segment.height > 18]
    numbers = [d for d in scene.drawables if isinstance(d, Text) and d.text in "123" and d.weight == 600]
    assert len(numbers) == len(tall) == 2


def test_selected_segments_are_outlined_others_recede(make_moment, make_canvas) -> None:
    scene = neurons.build(make_moment(), DISPLAY, Selection(Feature(1)), make_canvas(384, 348))
    rings = [d for d in scene.drawables if isinstance(d, Rect) and d.stroke is not None]
    assert len(rings) == 2
    assert all(ring.stroke and (ring.stroke.width, ring.stroke.color) == (1.8, DARK.text1) for ring in rings)
    assert {(s.meaning, s.fill.opacity) for s in segments(scene) if s.fill} == {
        (Feature(index), 1.0 if index == 1 else 0.88) for index in range(5)
    }


def test_nothing_recedes_without_a_selection(make_moment, make_canvas) -> None:
    scene = neurons.build(make_moment(), DISPLAY, Selection(), make_canvas(384, 348))
    assert {s.fill.opacity for s in segments(scene) if s.fill} == {1.0}


def test_picked_where_seen(make_moment, make_canvas) -> None:
    scene = neurons.build(make_moment(), DISPLAY, Selection(), make_canvas(384, 348))
    for segment in segments(scene):
        assert pick(scene, segment.x + 3, segment.y + segment.height / 2) == segment.meaning
    assert pick(scene, 134, 306) == Neuron(0)


class TestAxis:
    def test_rests_while_bars_move(self, make_moment, make_canvas) -> None:
        seen = set()
        for length in np.linspace(0.95, 1.2, 30):
            W = length * np.array([[1.0, 0.6, -1.0, 0, 0], [0, 0.4, 0, -1.0, 0.2]])
            seen.add(tuple(rows(neurons.build(make_moment(W), DISPLAY, Selection(), make_canvas(384, 348)))))
        assert seen == {(-2.0, -1.0, 0.0, 1.0, 2.0)}

    def test_holds_the_trail_too(self, make_moment, make_canvas) -> None:
        past = np.stack([3 * np.eye(2), np.eye(2)])
        scene = neurons.build(make_moment(np.eye(2), trail=past), DISPLAY, Selection(), make_canvas(384, 348))
        assert max(rows(scene)) == 2.0
        # The axis reaches to 3, ticks stand at every second.
        assert rows(scene)[0.0] - rows(scene)[2.0] == pytest.approx((348 - 62 - 15) / 3)

    @pytest.mark.parametrize("largest", [0.01, 0.7, 9.0, 37.0])
    def test_any_size(self, largest: float, make_moment, make_canvas) -> None:
        scene = neurons.build(make_moment([[largest, -largest / 2]]), DISPLAY, Selection(), make_canvas(384, 348))
        assert all(s.y >= 0 and s.y + s.height <= 348 for s in segments(scene))

    def test_diverged(self, make_moment, make_canvas) -> None:
        with np.errstate(invalid="ignore"):
            scene = neurons.build(make_moment([[np.nan, 1.0]]), DISPLAY, Selection(), make_canvas(384, 348))
        assert [s.meaning for s in segments(scene)] == [Feature(1)]


class TestManyNeurons:
    @pytest.mark.parametrize("count", [1, 2, 3, 5, 10, 20, 30, 200])
    @pytest.mark.parametrize("compact", [True, False])
    def test_names_stay_apart_and_on_the_canvas(self, count: int, compact: bool, make_moment, make_canvas) -> None:
        W = np.random.default_rng(count).normal(size=(count, 2 * count)) / count
        canvas = make_canvas(268, 226, compact=True, text=0.92) if compact else make_canvas(384, 348)
        scene = neurons.build(make_moment(W), DISPLAY, Selection(), canvas)
        names = [d for d in scene.drawables if isinstance(d, Text) and isinstance(d.meaning, Neuron)]
        assert names
        for line in {name.y for name in names}:
            spans = sorted(text_extent(d) for d in scene.drawables if isinstance(d, Text) and d.y == line)
            assert all(a[0] + a[2] <= b[0] for a, b in itertools.pairwise(spans))
            assert spans[0][0] >= 0
            assert spans[-1][0] + spans[-1][2] <= canvas.width

    @pytest.mark.parametrize(("count", "lower"), [(2, "mixes 1.0 features"), (3, "1.0 features"), (5, "1.0")])
    def test_shorter_words_for_more(self, count: int, lower: str, make_moment, make_canvas) -> None:
        scene = neurons.build(make_moment(np.eye(count)), DISPLAY, Selection(), make_canvas(384, 348))
        assert texts(scene).count(lower) == count

    def test_thin_segments_are_one(self, make_moment, make_canvas) -> None:
        W = np.full((1, 120), 2.9 / 120)
        scene = neurons.build(make_moment(W), DISPLAY, Selection(), make_canvas(384, 248))
        (rest,) = segments(scene)
        assert rest.meaning == Neuron(0)
        assert rest.fill is not None
        assert rest.fill.color == DARK.text3
        # The axis reaches to 3.
        assert rest.height == pytest.approx((248 - 62 - 15) / 2 * 2.9 / 3, abs=2)


class TestUntied:
    """What a neuron reads above what it writes."""

    W, W_out = np.array([[[1.0, 0.0], [-0.8, 0.0], [0.0, 2.2]], [[0.5, 0.0], [1.4, -0.3], [0.0, 0.4]]])

    def scene(self, make_moment, make_canvas, *size: float, selection: Selection | None = None) -> Scene:
        moment = make_moment(self.W, W_out=self.W_out, model="absolute_value", signed=True)
        return neurons.build(moment, DISPLAY, selection or Selection(), make_canvas(*(size or (384, 348))))

    def test_each_matrix_has_a_plot_of_its_own(self, make_moment, make_canvas) -> None:
        scene = self.scene(make_moment, make_canvas)
        titles = [d for d in scene.drawables if isinstance(d, Text) and d.text in ("reads, W", "writes, V")]
        assert [title.text for title in titles] == ["reads, W", "writes, V"]
        border = titles[1].y
        upper = [s for s in segments(scene) if s.y + s.height < border]
        lower = [s for s in segments(scene) if s.y > border]
        assert [s.meaning for s in upper] == [Feature(0), Feature(0), Feature(1)]
        assert [s.meaning for s in lower] == [Feature(0), Feature(0), Feature(1), Feature(1)]
        # Read 1 and -0.8, written .5 and 1.4: heights keep the proportions within a plot.
        assert upper[1].height / upper[0].height == pytest.approx(0.8, abs=0.05)
        assert lower[1].height / lower[0].height == pytest.approx(2.8, abs=0.2)
        assert {round(s.x) for s in upper} == {round(s.x) for s in lower}

    def test_selection_reaches_both(self, make_moment, make_canvas) -> None:
        scene = self.scene(make_moment, make_canvas, selection=Selection(Feature(0)))
        rings = [d for d in scene.drawables if isinstance(d, Rect) and d.stroke is not None]
        assert len(rings) == 4

    @pytest.mark.parametrize("size", [(384, 348), (268, 226), (1200, 800), (40, 30)])
    def test_it_fits(self, size: tuple[float, float], make_moment, make_canvas) -> None:
        scene = self.scene(make_moment, make_canvas, *size)
        if size[0] > 200:
            assert all(s.y >= 0 and s.y + s.height <= size[1] for s in segments(scene))
        assert all(np.isfinite([s.y, s.height]).all() for s in segments(scene))

    def test_little_below_zero_takes_little_room(self, make_moment, make_canvas) -> None:
        W = np.abs(self.W)
        real, arbitrary = (
            neurons.build(make_moment(W, model=model), DISPLAY, Selection(), make_canvas(384, 348))
            for model in ("relu_hidden", "relu_output")
        )
        assert min(rows(real)) == 0.0
        assert min(rows(arbitrary)) < -1.0


def test_what_the_basis_is() -> None:
    made = [Experiment(n_features=3, n_hidden=2, model=model) for model in MODEL_KINDS]  # pyright: ignore[reportArgumentType]
    words = {experiment.model: neurons.basis_words(experiment, described=True) for experiment in made}
    assert words["linear"] == words["relu_output"] == "this basis is arbitrary: rotating it costs nothing"
    assert words["relu_hidden"] == words["absolute_value"] == "a real basis: the ReLU acts on each neuron"


def test_experiment_19_stays_quick_and_keeps_the_largest(make_moment, make_canvas) -> None:
    """40 neurons, 100 features: a bar shows its largest weights, the rest of it is one neutral piece."""
    rng = np.random.default_rng(0)
    W, W_out = rng.normal(0, 0.2, size=(2, 40, 100))
    W[:, 7] = 1.5
    moment = make_moment(W, W_out=W_out, model="absolute_value", signed=True)
    scene = neurons.build(moment, DISPLAY, Selection(), make_canvas(384, 700))
    assert len(segments(scene)) < 1500
    assert sum(s.meaning == Feature(7) for s in segments(scene)) >= 40
    assert (
        1e3
        * min(
            timeit.repeat(
                lambda: neurons.build(moment, DISPLAY, Selection(), make_canvas(384, 700)), number=1, repeat=5
            )
        )
        < 60
    )
