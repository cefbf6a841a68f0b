"""The strip: a card an instance with what sets it apart, the picked one found, more instances than fit paged."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.core.experiment import Experiment
from superviz.engine.sampling import sample
from superviz.scene import strip
from superviz.scene.drawables import Disc, Path, Rect, Scene, Text
from superviz.scene.palette import DARK
from superviz.scene.picking import pick
from superviz.scene.selection import Instance, Selection
from superviz.scene.text_extent import text_extent
from superviz.session.display import DisplaySettings

TURNS = np.radians(90 - 72 * np.arange(5))
PENTAGON = 1.13 * np.stack([np.cos(TURNS), np.sin(TURNS)])
DIGONS = np.array([[0.0, 1.0, 0.0, -1.0, 0.0], [1.0, 0.0, -1.0, 0.0, 0.0]])
JUMBLE = np.array([[1.0, 0.9, 0.3, -0.2, -0.5], [0.0, 0.4, 0.8, 0.6, -0.9]])
SPARSITIES = np.geomspace(1, 0.05, 8).tolist()


def eight(make_moment):
    return make_moment(
        np.stack([JUMBLE, JUMBLE, DIGONS, DIGONS, DIGONS, PENTAGON, PENTAGON, PENTAGON]), feature_probability=SPARSITIES
    )


def texts(scene: Scene) -> list[Text]:
    return [drawable for drawable in scene.drawables if isinstance(drawable, Text)]


def cards(scene: Scene) -> list[Rect]:
    return [d for d in scene.drawables if isinstance(d, Rect) and d.stroke is not None]


def build(moment, canvas, instance: int = 0, selection: Selection | None = None) -> Scene:
    return strip.build(moment, DisplaySettings(instance=instance), selection or Selection(), canvas)


def test_as_pictured(make_moment, make_canvas) -> None:
    scene = build(eight(make_moment), make_canvas(1232, 140), 7)
    assert [card.x for card in cards(scene)] == pytest.approx([16 + 151 * index for index in range(8)], abs=1)
    assert [card.width for card in cards(scene)] == pytest.approx([142] * 8, abs=1)
    assert {round(card.y + card.height) for card in cards(scene)} <= {127, 128}
    said = [text.text for text in texts(scene)]
    assert said[::2] == ["5 of 5 features"] * 2 + ["Two digons"] * 3 + ["Pentagon"] * 3
    assert (said[1], said[-1]) == ("p 1.00 · S 0.00", "p 0.05 · S 0.95")


def test_the_picked_card_is_framed_in_accent(make_moment, make_canvas) -> None:
    scene = build(eight(make_moment), make_canvas(1232, 140), 3)
    framed = [card for card in cards(scene) if card.stroke and card.stroke.color == DARK.accent]
    assert [(card.meaning, card.stroke and card.stroke.width) for card in framed] == [(Instance(3), 2.0)]
    bold = [text for text in texts(scene) if text.weight == 600]
    assert [text.text for text in bold] == ["Two digons"]


def test_a_hovered_card_answers(make_moment, make_canvas) -> None:
    moment, canvas = eight(make_moment), make_canvas(1232, 140)
    scene = build(moment, canvas, 3, Selection(hovered=Instance(5)))
    assert cards(scene)[5].stroke != cards(build(moment, canvas, 3))[5].stroke
    assert cards(scene)[4].stroke == cards(build(moment, canvas, 3))[4].stroke


def test_compact(make_moment, make_canvas) -> None:
    scene = build(eight(make_moment), make_canvas(780, 118, compact=True, text=0.92, mark=0.72), 7)
    said = [text.text for text in texts(scene)]
    assert said[-2:] == ["Pentagon", "p 0.05"]
    assert len(cards(scene)) == 8


def test_thumbnails_hold_arrows_and_shape_and_mean_their_card(make_moment, make_canvas) -> None:
    scene = build(make_moment(PENTAGON), make_canvas(400, 140))
    arrows = [d for d in scene.drawables if isinstance(d, Path) and d.fill and d.stroke is None]
    assert len(arrows) == 5
    (card,) = cards(scene)
    for arrow in arrows:
        tip = arrow.points[3]
        assert pick(scene, *tip.tolist()) == Instance(0)
        assert card.x < tip[0] < card.x + card.width
        assert card.y < tip[1] < card.y + card.height


def test_arrows_point_where_the_features_do(make_moment, make_canvas) -> None:
    scene = build(make_moment(PENTAGON, importance=1.0), make_canvas(400, 140))
    (circle,) = [d for d in scene.drawables if isinstance(d, Disc)]
    tips = [d.points[3] for d in scene.drawables if isinstance(d, Path) and d.fill and d.stroke is None]
    wanted = np.array([circle.x, circle.y]) + circle.radius * PENTAGON.T * (1, -1)
    for tip in tips:
        assert np.hypot(*(wanted - tip).T).min() < 1e-4


def test_thumbnails_clear_the_words(make_moment, make_canvas) -> None:
    sizes = ((1232, 140, False, 1.0), (780, 118, True, 0.92), (1100, 120, False, 1.7), (1232, 180, False, 1.5))
    for width, height, compact, text in sizes:
        scene = build(eight(make_moment), make_canvas(width, height, compact=compact, text=text), 7)
        lowest = max(d.points[:, 1].max() for d in scene.drawables if isinstance(d, Path))
        assert lowest <= min(text_extent(d)[1] for d in texts(scene)) + 4
        highest = min(d.points[:, 1].min() for d in scene.drawables if isinstance(d, Path))
        assert highest >= cards(scene)[0].y


def test_copies_of_one_experiment_are_numbered(make_moment, make_canvas) -> None:
    scene = build(make_moment(np.stack([PENTAGON] * 3)), make_canvas(1232, 140))
    assert [text.text for text in texts(scene)][1::2] == ["copy 1", "copy 2", "copy 3"]


def test_what_has_no_name_yet_is_being_found(make_moment, make_canvas) -> None:
    early = make_moment(np.stack([JUMBLE, PENTAGON]), position=100.0)
    assert [text.text for text in texts(build(early, make_canvas(1232, 140)))][::2] == [
        "Finding directions",
        "Pentagon",
    ]
    narrow = build(make_moment(np.stack([JUMBLE] * 8), position=100.0), make_canvas(800, 140))
    assert texts(narrow)[0].text == "Starting"


def test_real_neurons_count_those_that_are_about_one_feature(make_moment, make_canvas) -> None:
    mixed = np.array([[1.0, 0.8, 0.0], [0.0, 0.0, 1.0]])
    W = np.stack([np.eye(2, 3), mixed, -np.eye(2, 3)])
    scene = build(make_moment(W, model="relu_hidden"), make_canvas(1232, 140))
    # Negative weights alone are never heard.
    assert [text.text for text in texts(scene)][::2] == [f"{count} of 2 monosemantic" for count in (2, 1, 0)]
    early = build(make_moment(W, model="relu_hidden", position=10.0), make_canvas(1232, 140))
    assert texts(early)[0].text == "Finding directions"


def test_memorised_examples_are_dots_that_may_have_a_name(make_moment, make_canvas) -> None:
    """Weights that send the five examples to a pentagon's corners."""
    recipe = {"training_set": 5, "feature_probability": 0.2, "seed": 1}
    x = sample(Experiment(n_features=40, n_hidden=2, **recipe), 0, 0)
    W = PENTAGON @ np.linalg.pinv(x)
    moment = make_moment(W, **recipe)
    np.testing.assert_allclose(moment.W[0] @ x, PENTAGON, atol=1e-4)
    scene = build(moment, make_canvas(400, 140))
    assert texts(scene)[0].text == "Pentagon"
    dots = [d for d in scene.drawables if isinstance(d, Disc) and d.fill and d.fill.color == DARK.text1]
    assert len(dots) == 5


def test_features_of_different_sparsity(make_moment, make_canvas) -> None:
    probabilities = [[0.1, 0.2, 0.3, 0.4, 0.5], [0.05] * 5]
    scene = build(make_moment(np.stack([PENTAGON] * 2), feature_probability=probabilities), make_canvas(1232, 140))
    assert [text.text for text in texts(scene)][1::2] == ["p 0.10 to 0.50", "p 0.05 · S 0.95"]


def test_one_instance_is_one_card_of_usual_width(make_moment, make_canvas) -> None:
    (card,) = cards(build(make_moment(PENTAGON), make_canvas(1232, 140)))
    assert card.width <= 176
    assert card.meaning == Instance(0)


class TestMoreThanFit:
    @pytest.mark.parametrize(("picked", "before", "more"), [(0, None, 1), (11, 1, 1), (23, 1, None)])
    def test_a_window_around_the_picked_one(
        self, picked: int, before: int | None, more: int | None, make_moment, make_canvas
    ) -> None:
        scene = build(make_moment(np.stack([PENTAGON] * 24)), make_canvas(1232, 140), picked)
        shown = [card.meaning.index for card in cards(scene) if isinstance(card.meaning, Instance)]
        assert picked in shown
        assert shown == list(range(shown[0], shown[0] + len(shown)))
        said = [text.text for text in texts(scene)]
        assert ("before" in said, "more" in said) == (before is not None, more is not None)
        if before:
            assert str(shown[0]) in said
        if more:
            assert str(23 - shown[-1]) in said

    def test_a_click_on_what_is_left_out_goes_there(self, make_moment, make_canvas) -> None:
        scene = build(make_moment(np.stack([PENTAGON] * 24)), make_canvas(1232, 140), 11)
        shown = [card.meaning.index for card in cards(scene) if isinstance(card.meaning, Instance)]
        assert pick(scene, 30, 60) == Instance(shown[0] - 1)
        assert pick(scene, 1200, 60) == Instance(shown[-1] + 1)

    @pytest.mark.parametrize("count", [1, 2, 7, 8, 9, 15, 16, 17, 100])
    @pytest.mark.parametrize("width", [60, 300, 780, 1232])
    def test_stays_on_the_canvas(self, count: int, width: int, make_moment, make_canvas) -> None:
        for picked in {0, count // 2, count - 1}:
            scene = build(make_moment(np.stack([PENTAGON] * count)), make_canvas(width, 140), picked)
            assert picked in {card.meaning.index for card in cards(scene) if isinstance(card.meaning, Instance)}
            if width >= 300:
                assert all(card.x >= 0 and card.x + card.width <= width for card in cards(scene))


@pytest.mark.parametrize(("hidden", "features"), [(1, 2), (2, 1), (3, 6), (5, 20), (20, 80)])
def test_any_model(hidden: int, features: int, make_moment, make_canvas) -> None:
    W = np.random.default_rng(0).normal(size=(4, hidden, features)) / np.sqrt(hidden)
    scene = build(make_moment(W), make_canvas(1232, 140), 2)
    for drawable in scene.drawables:
        if isinstance(drawable, Path):
            assert np.isfinite(drawable.points).all()
    assert len(scene.drawables) < 4 * 40


def test_long_vectors_shrink_into_their_card(make_moment, make_canvas) -> None:
    scene = build(make_moment(PENTAGON * 10), make_canvas(400, 140))
    (card,) = cards(scene)
    points = np.concatenate([d.points for d in scene.drawables if isinstance(d, Path)])
    assert (points[:, 1] >= card.y).all()
    assert (points[:, 1] <= card.y + card.height).all()


def test_diverged_weights(make_moment, make_canvas) -> None:
    W = PENTAGON.copy()
    W[0, 0] = np.nan
    with np.errstate(invalid="ignore"):
        scene = build(make_moment(W), make_canvas(400, 140))
    assert all(np.isfinite(d.points).all() for d in scene.drawables if isinstance(d, Path))


def test_names_give_way_to_the_thumbnails(make_moment, make_canvas) -> None:
    moment = eight(make_moment)
    roomy = build(moment, make_canvas(640, 147, compact=True, text=1.38, mark=0.72), 7)
    tight = build(moment, make_canvas(640, 136, compact=True, text=1.84, mark=0.72), 7)
    assert "Pentagon" in {text.text for text in texts(roomy)}
    assert {text.text for text in texts(tight)} & {"Pentagon", "p 0.05"} == {"p 0.05"}
    circle = max((disc for disc in tight.drawables if isinstance(disc, Disc)), key=lambda disc: disc.radius)
    assert circle.radius > 0.2 * 136
    assert circle.y + circle.radius < min(text_extent(text)[1] for text in texts(tight) if text.text.startswith("p "))
