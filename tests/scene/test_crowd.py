"""Of a crowd those are shown that were planted around the pinned one, and else the chief ones, and it says which."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superviz.scene.coloring import colors_at
from superviz.scene.crowd import COMPANY, MOST_FEATURES, nearest, shown_at
from superviz.scene.digest import Digest
from superviz.scene.palette import DARK
from superviz.session.display import DisplaySettings

DISPLAY, PINNED = DisplaySettings(), DisplaySettings(pinned_feature=16)
NEAREST_FIRST = (16, 88, 907, 500, 511, 300)


def test_few_are_all_shown(make_moment) -> None:
    moment = make_moment(np.eye(4), importance=[0.1, 1.0, 0.5, 0.5])
    shown = shown_at(moment, 0, DISPLAY)
    assert (shown.features, shown.ranked) == ((0, 1, 2, 3), (1, 2, 3, 0))
    assert (shown.is_part, shown.words, shown.focus) == (False, "", None)
    assert shown_at(moment, 0, DisplaySettings(pinned_feature=2)).focus is None


def test_the_planted_neighbours_are_found(make_dictionary) -> None:
    shown = shown_at(make_dictionary(), 0, PINNED)
    assert shown.features[:6] == NEAREST_FIRST
    assert len(set(shown.features)) == COMPANY
    assert shown.focus == 16
    assert shown.words == f"{COMPANY} of 1,024, nearest to feature 17"


def test_a_feature_is_called_by_its_name(make_dictionary) -> None:
    named = DisplaySettings(pinned_feature=16, feature_names={16: "bridges"})
    assert shown_at(make_dictionary(), 0, named).words.endswith("nearest to bridges")


@given(seed=st.integers(0, 2**32 - 1), feature=st.integers(0, 59))
@settings(max_examples=30)
def test_nearest_agrees_with_sorting_all_cosines(seed: int, feature: int) -> None:
    rng = np.random.default_rng(seed)
    W = (rng.normal(size=(8, 60)) * rng.uniform(0.5, 3.0, size=60)).astype(np.float32)
    units = W / np.linalg.norm(W, axis=0)
    closeness = np.abs(units.T @ units)[feature]
    found = nearest(Digest(W), feature, 10)
    assert feature not in found
    others = np.delete(closeness, [feature, *found])
    assert closeness[list(found)].min() >= others.max() - 1e-5
    assert (np.diff(closeness[list(found)]) <= 1e-5).all()


class TestTheChiefOnes:
    def test_the_longest(self, make_dictionary) -> None:
        lengths = np.linspace(0.5, 1.5, 1024)
        shown = shown_at(make_dictionary(lengths=lengths), 0, DISPLAY)
        assert shown.features == tuple(range(1024 - MOST_FEATURES, 1024))
        assert shown.ranked[0] == 1023
        assert shown.words == "the 128 longest of 1,024"

    def test_of_equal_length_those_that_interfere_most(self, make_dictionary) -> None:
        moment = make_dictionary()
        shown = shown_at(moment, 0, DISPLAY)
        units = moment.W[0] / np.linalg.norm(moment.W[0], axis=0)
        crowding = ((units.T @ units) ** 2).sum(axis=0)
        inside = crowding[list(shown.features)]
        assert inside.min() >= np.delete(crowding, shown.features).max() - 1e-3
        assert {16, 88, 907} <= set(shown.features)
        assert shown.words == "the 128 of 1,024 that interfere most"

    def test_the_most_important_where_it_is_known(self, make_moment) -> None:
        W = np.random.default_rng(0).normal(size=(4, 300))
        shown = shown_at(make_moment(W, importance=np.linspace(0.1, 1, 300).tolist()), 0, DISPLAY)
        assert shown.features == tuple(range(172, 300))
        assert shown.words == "the 128 most important of 300"
        assert shown_at(make_moment(W, importance=1.0), 0, DISPLAY).words == "the first 128 of 300"

    @pytest.mark.parametrize("pinned", [5, 4096])
    def test_also_while_a_dead_one_is_pinned_or_one_that_is_not_there(self, pinned: int, make_dictionary) -> None:
        lengths = np.ones(1024)
        lengths[5] = 0.0
        shown = shown_at(make_dictionary(lengths=lengths), 0, DisplaySettings(pinned_feature=pinned))
        assert (shown.focus, len(shown.features)) == (None, MOST_FEATURES)
        assert 5 not in shown.features


class TestColors:
    def test_those_around_the_pinned_one_stand_out(self, make_dictionary) -> None:
        moment = make_dictionary()
        colors = colors_at(moment, 0, DARK, PINNED)
        assert colors[16] == DARK.few_features[0]
        bright = {index for index, color in enumerate(colors) if color != DARK.text3}
        assert bright == set(shown_at(moment, 0, PINNED).features)
        assert len({colors[index] for index in bright}) == COMPANY

    def test_nobody_stands_out_by_number(self, make_dictionary) -> None:
        assert set(colors_at(make_dictionary(), 0, DARK, DISPLAY)) == {DARK.text3}

    def test_given_colors_are_kept(self, make_dictionary) -> None:
        given = DisplaySettings(pinned_feature=16, feature_colors={3: "#12ab99", 88: "#ff0088"})
        colors = colors_at(make_dictionary(), 0, DARK, given)
        assert [color.lower() for color in (colors[3], colors[88])] == ["#12ab99", "#ff0088"]
        assert colors[4] == DARK.text3

    def test_importance_is_told_where_it_is_known(self, make_moment) -> None:
        moment = make_moment(np.eye(300)[:5], importance=0.99)
        assert len(set(colors_at(moment, 0, DARK, PINNED))) > 200


def test_a_scene_asks_for_it_again_at_no_price(make_dictionary) -> None:
    moment = make_dictionary()
    assert shown_at(moment, 0, PINNED) is shown_at(moment, 0, PINNED.model_copy(update={"zoom": 2.0}))
