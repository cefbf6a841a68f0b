"""Spreads: the one number behind a row, and lists that follow when sizes change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superviz.core.errors import RecipeError
from superviz.core.experiment import Experiment
from superviz.core.spreads import (
    SPREAD_FIELDS,
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
    field=st.sampled_from(SPREAD_FIELDS),
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
