"""Spreads: the one number behind a row, and lists that follow when sizes change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superviz.core.errors import RecipeError
from superviz.core.experiment import Experiment
from superviz.core.spreads import (
    PER_LIST,
    refitted,
    spread_number,
    spread_row,
    varies_by_instance,
    with_spread_number,
)

probabilities = st.floats(0.01, 1.0)


def experiment(**values: object) -> Experiment:
    return Experiment(**{"n_features": 5, "n_hidden": 2, "n_instances": 3, **values})  # pyright: ignore[reportArgumentType]


def test_a_number_is_the_number_of_every_instance() -> None:
    plain = experiment(importance=0.9, feature_probability=0.05)
    assert [spread_number(plain, "importance", instance) for instance in range(3)] == [0.9] * 3
    assert spread_number(plain, "feature_probability", 2) == 0.05
    assert not varies_by_instance(plain, "feature_probability")


def test_a_list_of_probabilities_has_an_entry_an_instance() -> None:
    sweep = experiment(feature_probability=[1.0, 0.3, 0.05])
    assert [spread_number(sweep, "feature_probability", instance) for instance in range(3)] == [1.0, 0.3, 0.05]
    assert varies_by_instance(sweep, "feature_probability")
    assert with_spread_number(sweep, "feature_probability", 1, 0.2) == (1.0, 0.2, 0.05)


def test_a_nested_row_has_a_number_where_its_features_agree() -> None:
    mixed = experiment(feature_probability=[[0.1] * 5, [0.1, 0.2, 0.3, 0.4, 0.5], [0.7] * 5])
    assert spread_number(mixed, "feature_probability", 0) == 0.1
    assert spread_number(mixed, "feature_probability", 1) is None
    changed = with_spread_number(mixed, "feature_probability", 1, 0.4)
    assert changed == ((0.1,) * 5, (0.4,) * 5, (0.7,) * 5)
    np.testing.assert_allclose(spread_row(mixed, "feature_probability", 1), [0.1, 0.2, 0.3, 0.4, 0.5], rtol=1e-6)


def test_a_flat_list_of_importances_is_one_a_feature() -> None:
    falling = experiment(importance=[0.8**i for i in range(5)])
    assert not varies_by_instance(falling, "importance")
    assert spread_number(falling, "importance", 1) == pytest.approx(0.8)
    assert with_spread_number(falling, "importance", 1, 0.5) == 0.5
    assert spread_number(experiment(importance=[1.0, 0.1, 1.0, 0.1, 1.0]), "importance", 0) is None
    assert spread_number(experiment(importance=[2.0, 1.0, 0.5, 0.25, 0.125]), "importance", 0) is None


def test_a_nested_importance_changes_for_one_instance_alone() -> None:
    rows = [[0.9**i for i in range(5)], [1.0, 2.0, 1.0, 2.0, 1.0], [1.0] * 5]
    nested = experiment(importance=rows)
    assert varies_by_instance(nested, "importance")
    assert spread_number(nested, "importance", 2) == 1.0
    changed = nested.changed(importance=with_spread_number(nested, "importance", 1, 0.5))
    np.testing.assert_allclose(changed.importance_array()[1], [1, 0.5, 0.25, 0.125, 0.0625])
    np.testing.assert_array_equal(changed.importance_array()[[0, 2]], nested.importance_array()[[0, 2]])


def test_one_feature_is_its_own_first_power() -> None:
    assert spread_number(experiment(n_features=1, importance=[1.0]), "importance", 0) == 1.0
    assert spread_number(experiment(n_features=1, importance=[0.5]), "importance", 0) is None


@given(
    field=st.sampled_from(["feature_probability", "importance"]),
    number=probabilities,
    instance=st.integers(0, 2),
    nested=st.booleans(),
    data=st.data(),
)
def test_what_was_set_is_what_is_read(
    field: str, number: float, instance: int, nested: bool, data: st.DataObject
) -> None:
    number = float(f"{number:.3g}")
    entries = st.lists(probabilities, min_size=5, max_size=5)
    value = data.draw(st.lists(entries, min_size=3, max_size=3)) if nested else data.draw(probabilities)
    before = experiment(**{field: value})
    after = before.changed(**{field: with_spread_number(before, field, instance, number)})
    assert spread_number(after, field, instance) == pytest.approx(number, rel=1e-5)
    others = [other for other in range(3) if other != instance]
    if varies_by_instance(before, field):
        for other in others:
            np.testing.assert_array_equal(spread_row(after, field, other), spread_row(before, field, other))


def test_more_instances_keep_the_ends_and_space_out_anew() -> None:
    sweep = experiment(feature_probability=[1.0, 0.1, 0.01])
    assert refitted(sweep, n_instances=5).feature_probability == (1.0, 0.316, 0.1, 0.0316, 0.01)
    assert refitted(sweep, n_instances=2).feature_probability == (1.0, 0.01)
    assert refitted(sweep, n_instances=1).feature_probability == (0.01,)


def test_features_lose_or_repeat_their_last_entries() -> None:
    falling = experiment(importance=[5.0, 4.0, 3.0, 2.0, 1.0])
    assert refitted(falling, n_features=3).importance == (5.0, 4.0, 3.0)
    assert refitted(falling, n_features=7).importance == (5.0, 4.0, 3.0, 2.0, 1.0, 1.0, 1.0)


def test_nested_rows_follow_both_sizes() -> None:
    nested = experiment(feature_probability=[[1.0] * 5, [0.1] * 5, [0.01] * 5])
    wide = refitted(nested, n_features=6)
    assert wide.probability_array().shape == (3, 6)
    tall = refitted(nested, n_instances=5, n_features=2)
    np.testing.assert_allclose(tall.probability_array()[:, 0], [1.0, 0.316, 0.1, 0.0316, 0.01], rtol=1e-6)


def test_a_size_that_wont_do_is_refused_by_its_own_line() -> None:
    with pytest.raises(RecipeError, match="n_instances"):
        refitted(experiment(feature_probability=[1.0, 0.1, 0.01]), n_instances=0)


def test_what_is_given_is_taken_as_it_is() -> None:
    sweep = experiment(feature_probability=[1.0, 0.1, 0.01])
    assert refitted(sweep, n_instances=2, feature_probability=[0.5, 0.4]).feature_probability == (0.5, 0.4)
    assert refitted(sweep, seed=3).feature_probability == sweep.feature_probability


@given(n_instances=st.integers(1, 9), n_features=st.integers(1, 9), data=st.data())
def test_any_size_can_be_had(n_instances: int, n_features: int, data: st.DataObject) -> None:
    importance = data.draw(st.lists(st.floats(0.1, 5), min_size=5, max_size=5))
    probability = data.draw(st.lists(probabilities, min_size=3, max_size=3))
    fitted = refitted(
        experiment(importance=importance, feature_probability=probability),
        n_instances=n_instances,
        n_features=n_features,
    )
    assert fitted.probability_array().shape == fitted.importance_array().shape == (n_instances, n_features)
    assert min(probability) * 0.99 <= fitted.probability_array().min()
    assert fitted.probability_array().max() <= max(probability) * 1.01


def test_every_field_that_may_be_lists_is_told_of() -> None:
    lists = {
        "importance": [1.0] * 5,
        "feature_probability": [0.5] * 3,
        "starting_bias": [0.0] * 5,
        "starting_scale": [2.0] * 3,
        "starting_polygon": [4] * 3,
        "seed": [1, 2, 3],
    }
    assert set(lists) == set(PER_LIST)
    for field, value in lists.items():
        assert getattr(experiment(**{field: value}), field) == tuple(value)


@pytest.mark.parametrize(
    ("field", "entries", "new"),
    [
        ("seed", [7, 8, 2**62 + 1], 2**62 + 3),
        ("starting_polygon", [5, 4, 3], 2),
        ("starting_scale", [1.0, 2.0, 4.0], 8.0),
    ],
)
def test_an_instance_has_its_own_entry_of_a_flat_list(field: str, entries: list[float], new: float) -> None:
    listed = experiment(**{field: entries})
    assert [spread_number(listed, field, instance) for instance in range(3)] == entries
    assert type(spread_number(listed, field, 0)) is type(entries[0]), "a seed of 63 bits is no float"
    assert with_spread_number(listed, field, 2, new) == (*entries[:2], new)
    assert with_spread_number(experiment(), field, 2, new) == new


def test_a_starting_bias_is_a_number_a_list_a_feature_or_one_an_instance() -> None:
    plain, flat = experiment(starting_bias=-0.5), experiment(starting_bias=[0.0, -0.1, -0.2, -0.3, -0.4])
    assert spread_number(plain, "starting_bias", 1) == -0.5
    assert spread_number(flat, "starting_bias", 1) is None
    np.testing.assert_allclose(spread_row(flat, "starting_bias", 2), [0.0, -0.1, -0.2, -0.3, -0.4], atol=1e-7)
    nested = experiment(starting_bias=[[0.1] * 5, [0.0] * 5, [-0.3] * 5])
    assert [spread_number(nested, "starting_bias", instance) for instance in range(3)] == [0.1, 0.0, -0.3]
    assert with_spread_number(nested, "starting_bias", 0, 1.0) == ((1.0,) * 5, (0.0,) * 5, (-0.3,) * 5)


def test_lists_of_whole_numbers_lose_or_repeat_their_last_and_scales_are_spaced_anew() -> None:
    listed = experiment(seed=[7, 8, 9], starting_polygon=[5, 4, 3], starting_scale=[1.0, 2.0, 4.0])
    fewer, more = refitted(listed, n_instances=2), refitted(listed, n_instances=5)
    assert (fewer.seed, fewer.starting_polygon, fewer.starting_scale) == ((7, 8), (5, 4), (1.0, 4.0))
    assert (more.seed, more.starting_polygon) == ((7, 8, 9, 9, 9), (5, 4, 3, 3, 3))
    assert more.starting_scale == (1.0, 1.41, 2.0, 2.83, 4.0)


def test_a_starting_bias_follows_both_sizes() -> None:
    nested = experiment(starting_bias=[[0.1, -0.1, 0.0, 0.0, 0.2], [0.0] * 5, [-0.3] * 5])
    assert refitted(nested, n_instances=4, n_features=2).starting_bias == (
        (0.1, -0.1),
        (0.0, 0.0),
        (-0.3, -0.3),
        (-0.3, -0.3),
    )
    assert refitted(experiment(starting_bias=[1.0, 2.0, 3.0, 4.0, 5.0]), n_features=2).starting_bias == (1.0, 2.0)


def test_sets_lose_the_features_that_are_no_more() -> None:
    given = experiment(distribution="correlated", feature_sets=[[0, 1], [2, 3, 4]])
    assert refitted(given, n_features=4).feature_sets == ((0, 1), (2, 3))
    assert refitted(given, n_features=3).feature_sets == ((0, 1),)
    assert refitted(given, n_features=9).feature_sets == ((0, 1), (2, 3, 4))
    assert refitted(experiment(feature_sets=[[3, 4]]), n_features=2).feature_sets == 2, "none is left: the default"
    assert refitted(experiment(feature_sets=3), n_features=2).feature_sets == 3


def test_a_child_whose_parent_is_no_more_has_none() -> None:
    given = experiment(distribution="hierarchical", parents=[4, 0, -1, 2, -1])
    assert refitted(given, n_features=4).parents == (-1, 0, -1, 2)
    assert refitted(given, n_features=7).parents == (4, 0, -1, 2, -1, -1, -1)
    assert refitted(experiment(), n_features=7).parents == ()


def test_sizes_are_judged_whatever_the_data_are() -> None:
    exclusive = experiment(distribution="anticorrelated", feature_probability=0.1)
    assert refitted(exclusive, n_features=6).n_features == 6


def test_a_given_start_that_no_longer_fits_becomes_random() -> None:
    shared = experiment(starting_weights=[[1.0] * 5, [2.0] * 5])
    assert refitted(shared, n_instances=7).starting_weights == shared.starting_weights
    assert refitted(shared, n_features=4).starting_weights == "random"
    assert refitted(shared, n_hidden=3).starting_weights == "random"
    assert refitted(experiment(), n_hidden=3).starting_weights == "random"


def test_starts_an_instance_lose_or_repeat_their_last() -> None:
    each = experiment(starting_weights=[[[float(i)] * 5] * 2 for i in range(3)])
    for instances, firsts in ((2, [0.0, 1.0]), (5, [0.0, 1.0, 2.0, 2.0, 2.0])):
        matrices = np.array(refitted(each, n_instances=instances).starting_weights)
        np.testing.assert_array_equal(matrices, np.broadcast_to(np.array(firsts)[:, None, None], (instances, 2, 5)))
    assert refitted(each, n_instances=2, n_hidden=1).starting_weights == "random"


def test_a_polygon_keeps_to_its_plane_and_to_the_features_there_are() -> None:
    polygon = experiment(starting_weights="polygon")
    assert refitted(polygon, n_hidden=3).starting_weights == "random"
    assert refitted(polygon, n_features=1).starting_weights == "random"
    smaller = refitted(polygon, n_features=3)
    assert (smaller.starting_weights, smaller.starting_polygon) == ("polygon", 3)
    several = refitted(polygon.changed(starting_polygon=[5, 4, 2]), n_features=4, n_instances=4)
    assert several.starting_polygon == (4, 4, 2, 2)
    assert refitted(polygon, n_features=9).starting_polygon == 5


def test_who_chooses_a_polygon_need_not_know_of_its_corners() -> None:
    small = experiment(n_features=3)
    assert small.starting_polygon == 5
    assert refitted(small, starting_weights="polygon").starting_polygon == 3
    assert refitted(small, seed=1).starting_polygon == 5, "where there is no polygon, its corners are left alone"
    with pytest.raises(RecipeError, match="starting_polygon: 4 corners, but n_features is 3"):
        refitted(small, starting_weights="polygon", starting_polygon=4)


recipes = st.fixed_dictionaries(
    {},
    optional={
        "importance": st.sampled_from([0.9, (1.0, 2.0, 3.0, 4.0, 5.0), ((1.0,) * 5, (2.0,) * 5, (3.0,) * 5)]),
        "feature_probability": st.sampled_from([0.1, (0.1, 0.2, 0.3)]),
        "distribution": st.sampled_from(["independent", "correlated", "anticorrelated", "one_hot", "hierarchical"]),
        "feature_sets": st.sampled_from([2, 3, ((0, 4), (1, 2))]),
        "parents": st.sampled_from([(), (4, 0, -1, 2, -1)]),
        "starting_weights": st.sampled_from(["random", "polygon", ((1.0,) * 5,) * 2, (((1.0,) * 5,) * 2,) * 3]),
        "starting_polygon": st.sampled_from([5, (5, 4, 3)]),
        "starting_scale": st.sampled_from([1.0, (0.1, 1.0, 10.0)]),
        "starting_bias": st.sampled_from([0.0, (0.0,) * 5, ((-0.5,) * 5,) * 3]),
        "seed": st.sampled_from([0, (3, 2, 1)]),
        "probability_of": st.sampled_from(["feature", "set"]),
        "model": st.sampled_from(["relu_output", "absolute_value"]),
    },
)


@given(recipes, st.integers(1, 9), st.integers(1, 4), st.integers(1, 6))
def test_no_recipe_refuses_other_sizes(recipe: dict[str, object], features: int, hidden: int, instances: int) -> None:
    before = experiment(**{"feature_probability": 0.1, **recipe})
    after = refitted(before, n_features=features, n_hidden=hidden, n_instances=instances)
    assert (after.n_features, after.n_hidden, after.n_instances) == (features, hidden, instances)
    unlisted = set(Experiment.model_fields) - set(PER_LIST)
    for name in unlisted - {"feature_sets", "parents", "starting_weights", "n_features", "n_hidden", "n_instances"}:
        assert getattr(after, name) == getattr(before, name), name
    assert refitted(before) == before
