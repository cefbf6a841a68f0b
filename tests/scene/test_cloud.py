"""The cloud: every live feature without an arrow has one dot, at its tip or at its angle, and that stands for it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from superviz.scene.cloud import cloud_layer
from superviz.scene.drawables import Dots
from superviz.scene.figure import placement_at
from superviz.scene.placement import Place
from superviz.scene.selection import Feature
from superviz.session.display import DisplaySettings

PLACE = Place(300.0, 200.0, 150.0)
GREY = ("#808080",) * 1024
PINNED = DisplaySettings(pinned_feature=16)


def dots(placement, colors=GREY) -> list[Dots]:
    layer = cloud_layer(placement, colors)
    assert all(isinstance(each, Dots) for each in layer)
    return [each for each in layer if isinstance(each, Dots)]


def test_a_few_features_have_no_cloud(make_moment) -> None:
    assert cloud_layer(placement_at(make_moment(), 0, DisplaySettings(), PLACE), ("#808080",) * 5) == []


def test_each_without_an_arrow_has_a_dot_at_its_tip(make_dictionary) -> None:
    lengths = np.ones(1024)
    lengths[7] = 0.0
    placement = placement_at(make_dictionary(lengths=lengths), 0, DisplaySettings(), PLACE)
    (layer,) = dots(placement)
    features = [meaning.index for meaning in layer.meanings if isinstance(meaning, Feature)]
    assert sorted(features) == sorted(set(range(1024)) - {7} - set(placement.order.tolist()))
    np.testing.assert_allclose(layer.points, placement.tips[features])


def test_around_one_they_are_heaped_at_their_angles(make_dictionary) -> None:
    placement = placement_at(make_dictionary(), 0, PINNED, PLACE)
    (layer,) = dots(placement)
    features = [meaning.index for meaning in layer.meanings if isinstance(meaning, Feature)]
    assert not set(features) & {16, 88, 907, 500, 511, 300}
    away, tips = layer.points - (300.0, 200.0), placement.tips[features] - (300.0, 200.0)
    reach = np.hypot(*away.T)
    np.testing.assert_allclose(np.arctan2(*away.T), np.arctan2(*tips.T), atol=1e-6)
    assert reach.max() == pytest.approx(150.0)
    assert 0.75 * 150.0 < reach.min() < 0.85 * 150.0
    assert len(np.unique(np.round(layer.points, 3), axis=0)) > 0.95 * len(features)


def test_a_layer_a_color(make_dictionary) -> None:
    placement = placement_at(make_dictionary(), 0, PINNED, PLACE)
    colors = tuple("#ff0000" if index % 2 else "#808080" for index in range(1024))
    for layer in dots(placement, colors):
        odd = {meaning.index % 2 for meaning in layer.meanings if isinstance(meaning, Feature)}
        assert odd == {int(layer.fill.color == "#ff0000")}


def test_of_many_colors_neighbours_share_one(make_dictionary) -> None:
    placement = placement_at(make_dictionary(), 0, PINNED, PLACE)
    layers = dots(placement, tuple(f"#{index:06x}" for index in range(1024)))
    assert len(layers) == 24
    features = [[meaning.index for meaning in layer.meanings if isinstance(meaning, Feature)] for layer in layers]
    assert sum(map(len, features)) == len(placement.crowd)
    assert all(max(one) < min(other) for one, other in pairwise(features))
