"""Pictures: a card a condition, the best seed on it, everything within its edges."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.reproduction.pictures import WIDTH, Card, heatmaps, neuron_bars, vectors
from superviz.scene.drawables import Disc, Path, Rect, Scene, Text
from superviz.scene.palette import DARK, LIGHT, PALETTES


def words(scene: Scene) -> list[str]:
    return [drawable.text for drawable in scene.drawables if isinstance(drawable, Text)]


@pytest.fixture
def models(make_trained, pentagon: np.ndarray):
    digons = np.array([[1.0, -1, 0, 0, 0], [0, 0, 1, -1, 0]])
    return {
        "dense": make_trained(digons[None], feature_probability=0.5),
        "sparse": make_trained(np.stack([digons, pentagon]), b=[[0.0] * 5, [-0.25] * 5], feature_probability=0.05),
    }


def test_a_card_says_its_condition_and_the_best_seeds_shape(models) -> None:
    scene = vectors("dense", "sparse")(models, DARK)
    assert {"dense", "Two digons and a dead feature", "sparse", "Pentagon"} <= set(words(scene))
    assert words(scene).count("Feature 3") == 2
    assert scene.width <= WIDTH


def test_a_note_may_stand_for_the_shape(models) -> None:
    said = words(vectors(Card("sparse", "The best of two"))(models, LIGHT))
    assert "The best of two" in said
    assert "Pentagon" not in said


def test_what_has_no_certain_name_has_none(make_trained) -> None:
    muddle = make_trained(np.random.default_rng(0).normal(size=(1, 2, 5)), feature_probability=0.5)
    assert "" in words(vectors("muddle")({"muddle": muddle}, DARK))


@pytest.mark.parametrize("theme", PALETTES)
@pytest.mark.parametrize("draw", [vectors("dense", "sparse"), heatmaps("dense", "sparse")])
def test_everything_lies_on_the_canvas_in_the_themes_colours(models, draw, theme) -> None:
    scene = draw(models, PALETTES[theme])
    assert scene.background == PALETTES[theme].panel
    for drawable in scene.drawables:
        if isinstance(drawable, Path):
            assert (drawable.points >= -1).all()
            assert (drawable.points <= (scene.width + 1, scene.height + 1)).all()
        elif isinstance(drawable, Rect):
            assert drawable.x + drawable.width <= scene.width + 1
            assert drawable.y + drawable.height <= scene.height + 1
        else:
            assert 0 <= drawable.x <= scene.width
            assert 0 <= drawable.y <= scene.height


def test_cards_stand_side_by_side(models) -> None:
    scene = heatmaps("dense", "sparse")(models, DARK)
    cards = [d for d in scene.drawables if isinstance(d, Rect) and d.radius == 6]
    assert len(cards) == 2
    assert cards[1].x - (cards[0].x + cards[0].width) == pytest.approx(13, abs=1)


def test_neurons_that_read_and_write(make_trained) -> None:
    W = np.array([[[1.0, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]]])
    trained = make_trained(W, model="absolute_value", signed=True, feature_probability=0.5)
    said = words(neuron_bars(Card("six", ""), height=420)({"six": trained}, DARK))
    assert {"reads, W", "writes, V"} <= set(said)
    assert said.count("1") >= 2


def test_many_features_go_unlabelled_and_examples_are_dots(make_trained) -> None:
    W = 0.1 * np.random.default_rng(0).normal(size=(1, 2, 40))
    trained = make_trained(W, feature_probability=0.5, training_set=3)
    scene = vectors(Card("few", "Three examples"))({"few": trained}, LIGHT)
    assert not any("Feature" in word for word in words(scene))
    dots = [d for d in scene.drawables if isinstance(d, Disc) and d.radius < 5]
    assert len(dots) >= 3
