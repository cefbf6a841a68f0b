"""The clip: composed at any size with nothing clipped, nothing small, nothing of the window's selection in it."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.scene import clip
from superviz.scene.clip import balanced
from superviz.scene.drawables import Disc, Path, Scene, Text
from superviz.scene.palette import DARK, LIGHT
from superviz.scene.text_extent import break_lines, text_extent, text_width
from superviz.session.display import DisplaySettings
from superviz.session.timeline import Epoch, Timeline

LOSSES = (0.0096 * np.exp(-np.arange(424) / 100) + 0.0014).astype(np.float32)
RUN = Timeline(5000, 4240, 10 * np.arange(1, 425), LOSSES, (Epoch(0, 4240, "Pentagon"),), (), 1.28)
TURNS = np.radians(90 - 72 * np.arange(5))
PENTAGON = 1.13 * np.stack([np.cos(TURNS), np.sin(TURNS)])
JUMBLE = np.array([[1.0, 0.9, 0.3, -0.2, -0.5], [0.0, 0.4, 0.8, 0.6, -0.9]])
DIGONS = np.array([[0.0, 1.0, 0.0, -1.0, 0.0], [1.0, 0.0, -1.0, 0.0, 0.0]])
SIZES = [(1920, 1080), (3840, 2160), (1280, 720), (1080, 1080), (1080, 1920), (1440, 1080), (2560, 1080), (1080, 1350)]
TITLE = "Five features, two dimensions"


@pytest.fixture
def build(make_moment, make_canvas):
    def build(
        size=(1920, 1080),
        W=PENTAGON,
        view: clip.View = "vectors",
        title: str = TITLE,
        palette=DARK,
        display: DisplaySettings | None = None,
        **moment: object,
    ) -> Scene:
        shown = make_moment(W, **moment)
        return clip.build(shown, RUN, display or DisplaySettings(), make_canvas(*size, palette=palette), title, view)

    return build


def texts(scene: Scene) -> list[Text]:
    return [drawable for drawable in scene.drawables if isinstance(drawable, Text)]


def said(scene: Scene) -> list[str]:
    return [text.text for text in texts(scene)]


def find(scene: Scene, words: str) -> Text:
    return next(text for text in texts(scene) if text.text == words)


class TestAsPictured:
    def test_words(self, build) -> None:
        scene = build()
        assert {TITLE, "Pentagon", "Sparsity", "0.95", "Loss", "0.0014", "Step", "3,180"} <= set(said(scene))
        assert {f"Feature {number}" for number in range(1, 6)} <= set(said(scene))
        caption = " ".join(text.text for text in texts(scene) if text.size == 40)
        assert caption == "Five features share two dimensions. Each gets 0.40 of a dimension."

    def test_type(self, build) -> None:
        scene = build()
        sizes = {
            words: (find(scene, words).size, find(scene, words).weight)
            for words in (TITLE, "Pentagon", "Loss", "0.0014")
        }
        assert sizes == {TITLE: (30, 400), "Pentagon": (88, 700), "Loss": (28, 400), "0.0014": (48, 600)}
        assert find(scene, "Feature 1").size == 34
        lines = [text.y for text in texts(scene) if text.size == 40]
        assert lines == [358, 414, 470]

    def test_places(self, build) -> None:
        scene = build()
        assert (find(scene, TITLE).x, find(scene, TITLE).y) == (96, 108)
        assert find(scene, "Pentagon").y == 195
        assert (find(scene, "Sparsity").x, find(scene, "Sparsity").y, find(scene, "0.95").y) == (96, 757, 805)
        circle = max((d for d in scene.drawables if isinstance(d, Disc)), key=lambda disc: disc.radius)
        assert (circle.x, circle.y, circle.radius) == pytest.approx((1300, 484, 318), abs=2)

    def test_the_foot_fills_up_to_the_position(self, build) -> None:
        scene = build()
        done = [d for d in scene.drawables if isinstance(d, Path) and d.stroke and d.stroke.width == 4]
        assert done[-1].points.tolist() == [[96, 1010], [pytest.approx(96 + 1728 * 3180 / 4240), 1010]]
        dot = scene.drawables[-1]
        assert isinstance(dot, Disc)
        assert dot.x == pytest.approx(1392, abs=0.1)

    def test_light(self, build) -> None:
        assert build(palette=LIGHT).background == LIGHT.canvas


@pytest.mark.parametrize("view", ["vectors", "interference", "neurons"])
@pytest.mark.parametrize("size", SIZES)
class TestAnySize:
    def test_nothing_clipped_nothing_small(self, size: tuple[int, int], view: clip.View, build, clipped) -> None:
        smallest = 28 * min(size) / 1080
        for W in (PENTAGON, JUMBLE, DIGONS, np.eye(5)[:2]):
            scene = build(size, W, view)
            assert clipped(scene) == []
            assert min(text.size for text in texts(scene)) >= smallest - 1e-9

    def test_no_words_on_each_other(self, size: tuple[int, int], view: str, build) -> None:
        extents = [(text.text, text_extent(text)) for text in texts(build(size, view=view))]
        for index, (one, (x, y, width, height)) in enumerate(extents):
            for other, (x2, y2, width2, height2) in extents[:index]:
                # Lines may touch within their leading.
                apart = (
                    x + width <= x2 + 1 or x2 + width2 <= x + 1 or y + 0.75 * height <= y2 or y2 + 0.75 * height2 <= y
                )
                assert apart, (one, other)


class TestSteadiness:
    def test_4k_is_1080p_times_two(self, build) -> None:
        one, two = build((1920, 1080)), build((3840, 2160))
        for small, large in zip(one.drawables, two.drawables, strict=True):
            if isinstance(small, Path) and isinstance(large, Path):
                np.testing.assert_allclose(2 * small.points, large.points)
            elif isinstance(small, Text) and isinstance(large, Text):
                assert (2 * small.x, 2 * small.y, 2 * small.size) == (large.x, large.y, large.size)

    def test_names_of_one_line_stand_in_one_place(self, build) -> None:
        pentagon, unnamed = build(), build(W=JUMBLE)
        assert find(pentagon, "Pentagon").y == find(unnamed, "Mixed").y
        captions = [min(text.y for text in texts(scene) if text.size == 40) for scene in (pentagon, unnamed)]
        assert captions[0] == captions[1]

    def test_columns_of_numbers_don_t_jump(self, build) -> None:
        first, later = build(position=0.0), build(position=99_999.0)
        assert find(first, "Step").x == find(later, "Step").x

    def test_zoom_and_pan_of_the_window_don_t_matter(self, build) -> None:
        plain, zoomed = build(), build(display=DisplaySettings(zoom=4.0, pan=(0.5, 0.2)))
        assert [d for d in plain.drawables if isinstance(d, Disc)] == [
            d for d in zoomed.drawables if isinstance(d, Disc)
        ]

    def test_a_pinned_feature_doesn_t_show(self, build) -> None:
        for view in ("vectors", "interference", "neurons"):
            assert said(build(view=view)) == said(build(view=view, display=DisplaySettings(pinned_feature=2)))

    def test_colours_keep_their_meaning_through_a_film(self, build) -> None:
        small, large = build(view="interference", W=0.2 * PENTAGON), build(view="interference")
        assert "up +1.3" in said(small)
        assert "up +1.3" in said(large)


class TestOddMoments:
    def test_nothing_named_yet(self, build) -> None:
        assert "Finding directions" in said(build(W=JUMBLE, position=100.0))
        assert "Mixed" in said(build(W=JUMBLE))

    def test_no_title(self, build) -> None:
        words = said(build(title=""))
        assert "Pentagon" in words
        assert TITLE not in words
        assert "" not in words

    def test_features_of_different_sparsity_have_none_in_common(self, build) -> None:
        assert "Sparsity" not in said(build(feature_probability=[[0.1, 0.2, 0.3, 0.4, 0.5]]))

    def test_no_loss_yet(self, make_moment, make_canvas) -> None:
        empty = Timeline(5000, 0, np.empty(0, np.int64), np.empty(0, np.float32), (), (), 0.0)
        for view in ("vectors", "interference", "neurons"):
            scene = clip.build(
                make_moment(JUMBLE, position=0.0), empty, DisplaySettings(), make_canvas(1920, 1080), TITLE, view
            )
            assert all(np.isfinite(d.points).all() for d in scene.drawables if isinstance(d, Path))

    @pytest.mark.parametrize(("hidden", "features"), [(1, 2), (3, 6), (5, 20), (20, 80)])
    @pytest.mark.parametrize("view", ["vectors", "interference", "neurons"])
    def test_any_model(self, hidden: int, features: int, view: clip.View, build, clipped) -> None:
        W = np.random.default_rng(0).normal(size=(hidden, features)) / np.sqrt(hidden)
        assert clipped(build(W=W, view=view)) == []

    def test_neurons_say_whether_their_basis_means_anything(self, build) -> None:
        assert "rotating it costs nothing." in " ".join(said(build(view="neurons")))
        words = " ".join(said(build(view="neurons", model="relu_hidden")))
        assert "A real basis: the ReLU acts on each neuron." in words
        assert "rotating" not in words

    @pytest.mark.parametrize("view", ["vectors", "interference", "neurons"])
    def test_an_untied_model(self, view: clip.View, build, clipped) -> None:
        W = np.random.default_rng(0).normal(size=(6, 3))
        scene = build(W=W, W_out=np.abs(W), model="absolute_value", signed=True, view=view)
        assert clipped(scene) == []

    @pytest.mark.parametrize("size", SIZES)
    @pytest.mark.parametrize(
        ("recipe", "name"),
        [
            ({}, "loss, mean over features"),
            ({"loss_over_features": "sum", "l1_penalty": 0.1}, "loss, sum over features + L1"),
            ({"noise_free": True}, "expected loss, noise-free, mean over features"),
            ({"training_set": 9}, "loss, mean over features; dashed: on new samples"),
        ],
    )
    def test_the_loss_says_which_it_is(self, size: tuple[int, int], recipe: dict, name: str, build, clipped) -> None:
        scene = build(size, **recipe)
        assert name in " ".join(said(scene))
        assert clipped(scene) == []

    def test_a_one_hot_models_sparsity_is_what_its_samples_have(self, build) -> None:
        assert "0.80" in said(build(distribution="one_hot", feature_probability=0.05))


class TestBalanced:
    def test_no_word_alone_on_the_last_line(self) -> None:
        caption = "Five features share two dimensions. Each gets 0.40 of a dimension."
        lines = balanced(caption, 40, 620)
        assert len(lines) == len(break_lines(caption, 40, 620))
        assert len(lines[-1].split()) > 1
        assert " ".join(lines) == caption

    @pytest.mark.parametrize("width", [60, 200, 620, 5000])
    def test_keeps_within_the_width_and_the_number_of_lines(self, width: float) -> None:
        text = "What each hidden dimension has come to mean."
        lines = balanced(text, 40, width)
        assert len(lines) <= len(break_lines(text, 40, width))
        assert all(text_width(line, 40) <= width or " " not in line for line in lines)
        assert " ".join(lines) == text

    def test_nothing(self) -> None:
        assert balanced("", 40, 600) == ()
