"""Experiment: defaults, arrays, and every contradiction told by the name of its field."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from superviz.core.errors import RecipeError, SupervizError
from superviz.core.experiment import LIVE_FIELDS, MODEL_FORMULAS, MODEL_NAMES, Experiment, FieldNote, field_note

SMALL: dict[str, Any] = {"n_features": 5, "n_hidden": 2}


def test_the_defaults_are_those_of_the_paper() -> None:
    experiment = Experiment(n_features=5, n_hidden=2)
    assert experiment.n_instances == 1
    assert experiment.feature_probability == 0.05
    assert experiment.importance == 1.0
    assert (experiment.batch_size, experiment.learning_rate, experiment.weight_decay) == (1024, 1e-3, 0.01)
    assert (experiment.steps, experiment.seed, experiment.model) == (10_000, 0, "relu_output")


def test_it_is_frozen_and_compares_by_value() -> None:
    experiment = Experiment(**SMALL, feature_probability=[0.5])
    assert experiment == Experiment(**SMALL, feature_probability=(0.5,))
    assert hash(experiment) == hash(Experiment(**SMALL, feature_probability=[0.5]))
    with pytest.raises(ValidationError):
        experiment.seed = 3  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize(
    ("value", "rows"),
    [
        (0.2, [[0.2] * 5, [0.2] * 5]),
        ([0.2, 1], [[0.2] * 5, [1.0] * 5]),
        ([[0.1, 0.2, 0.3, 0.4, 0.5], [1, 1, 1, 1, 1]], [[0.1, 0.2, 0.3, 0.4, 0.5], [1] * 5]),
        (np.array([0.2, 1]), [[0.2] * 5, [1.0] * 5]),
    ],
)
def test_probability_is_a_number_a_list_an_instance_or_nested(value: Any, rows: list[list[float]]) -> None:
    array = Experiment(**SMALL, n_instances=2, feature_probability=value).probability_array()
    assert array.dtype == np.float32
    np.testing.assert_array_equal(array, np.array(rows, dtype=np.float32))


@pytest.mark.parametrize(
    ("value", "rows"),
    [
        (0.9, [[1, 0.9, 0.81, 0.729, 0.6561]] * 2),
        (1, [[1] * 5] * 2),
        ([5, 4, 3, 2, 1], [[5, 4, 3, 2, 1]] * 2),
        ([[1, 1, 1, 1, 1], [1, 1, 1, 1, 2]], [[1] * 5, [1, 1, 1, 1, 2]]),
    ],
)
def test_importance_is_a_base_a_list_a_feature_or_nested(value: Any, rows: list[list[float]]) -> None:
    array = Experiment(**SMALL, n_instances=2, importance=value).importance_array()
    assert array.dtype == np.float32
    assert array.flags.c_contiguous
    np.testing.assert_allclose(array, rows, rtol=1e-6)


@pytest.mark.parametrize("value", [0.5, [0.5], [[0.5, 0.5]]])
def test_arrays_are_their_takers_own(value: Any) -> None:
    experiment = Experiment(n_features=2, n_hidden=1, feature_probability=value)
    for make in (experiment.probability_array, experiment.importance_array):
        assert make().flags.writeable
        make()[:] = 0.0
        assert make().all()


def test_a_list_of_as_many_as_both_is_read_by_the_fields_own_rule() -> None:
    experiment = Experiment(n_features=2, n_hidden=1, n_instances=2, feature_probability=[0.1, 0.2], importance=[3, 4])
    np.testing.assert_allclose(experiment.probability_array(), [[0.1, 0.1], [0.2, 0.2]])
    np.testing.assert_allclose(experiment.importance_array(), [[3, 4], [3, 4]])


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"n_features": 0}, "n_features: give at least 1, not 0"),
        ({"n_features": -3}, "n_features: give at least 1, not -3"),
        ({"n_features": 2.5}, "n_features: give a whole number, not 2.5"),
        ({"n_features": True}, "n_features: give a number, not True"),
        ({"n_features": 10**30}, "n_features: give at most 100,000, not 1000000000000000000000000000000"),
        ({"n_hidden": 0}, "n_hidden: give at least 1, not 0"),
        ({"n_instances": 0}, "n_instances: give at least 1, not 0"),
        ({"batch_size": 0}, "batch_size: give at least 1, not 0"),
        ({"steps": 0}, "steps: give at least 1, not 0"),
        ({"seed": -1}, "seed: give at least 0, not -1"),
        ({"seed": 2**63}, "seed: give less than 9,223,372,036,854,775,808, not 9223372036854775808"),
        ({"learning_rate": 0}, "learning_rate: give more than 0, not 0"),
        ({"learning_rate": float("nan")}, "learning_rate: give more than 0, not nan"),
        ({"weight_decay": float("inf")}, "weight_decay: give at most 10, not inf"),
        ({"model": "transformer"}, "model: give 'linear' or 'relu_output', not 'transformer'"),
        ({"feature_probability": 0}, "feature_probability: give a probability above 0 and at most 1, not 0"),
        ({"feature_probability": 1.5}, "feature_probability: give a probability above 0 and at most 1, not 1.5"),
        (
            {"feature_probability": "often"},
            "feature_probability: give a probability above 0 and at most 1, not 'often'",
        ),
        ({"feature_probability": True}, "feature_probability: give a probability above 0 and at most 1, not True"),
        ({"feature_probability": []}, "feature_probability: an empty list; give a probability above 0 and at most 1"),
        (
            {"feature_probability": [0.1, 0.2]},
            "feature_probability: a list of 2, but n_instances is 1: give one number for each",
        ),
        (
            {"importance": [1, 2, 3]},
            "importance: a list of 3, but n_features is 5: give one number for each",
        ),
        (
            {"importance": [[1, 1], [1, 1]]},
            "importance: 2 lists of 2, but there are 1 instances of 5 features: "
            "give one list an instance, one number a feature",
        ),
        ({"importance": float("nan")}, "importance: give an importance above 0 and at most 1,000,000, not nan"),
        ({"importance": 10**400}, "importance: give an importance above 0 and at most 1,000,000, not 1000"),
        ({"importance": 1e6, "n_features": 50}, "importance: 1000000.0^i is too large by feature 50; give at most 1"),
        ({"sparsity": 0.9}, "sparsity: no such field; the fields are n_features, importance, n_hidden, model, "),
        (
            {"n_features": 100_000, "n_hidden": 1_000, "n_instances": 100_000},
            "n_instances, n_hidden, n_features: 10,000,000,000,000 weights in all; give at most 100,000,000",
        ),
    ],
)
def test_a_contradiction_is_told_by_its_field(values: dict[str, Any], line: str) -> None:
    with pytest.raises(RecipeError) as caught:
        Experiment(**{**SMALL, **values})
    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("value", [[[1, 1, 1, 1, 1], [1]], [1, [1]], [[1], 1], [[]], [[[1]]]])
def test_crooked_lists_are_refused(value: Any) -> None:
    with pytest.raises(RecipeError, match=r"^importance: "):
        Experiment(**SMALL, importance=value)


def test_sizes_have_no_default() -> None:
    with pytest.raises(RecipeError) as caught:
        Experiment()  # pyright: ignore[reportCallIssue]
    assert str(caught.value) == (
        "n_features: missing; give a whole number, at least 1; n_hidden: missing; give a whole number, at least 1"
    )


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(RecipeError, match=r"n_features: .*; seed: "):
        Experiment(n_features=0, n_hidden=2, seed=-1)


def test_a_recipe_error_is_no_value_error_so_pydantic_lets_it_through() -> None:
    assert issubclass(RecipeError, SupervizError)
    assert not issubclass(RecipeError, ValueError)


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(RecipeError, match="give a table of fields, not 5"):
        Experiment.model_validate(5)


def test_changed_validates_the_whole() -> None:
    experiment = Experiment(**SMALL, n_instances=2, feature_probability=[0.1, 0.2])
    assert experiment.changed(seed=3) == Experiment(**SMALL, n_instances=2, feature_probability=[0.1, 0.2], seed=3)
    assert experiment.seed == 0
    with pytest.raises(RecipeError, match=r"^feature_probability: a list of 2, but n_instances is 3"):
        experiment.changed(n_instances=3)
    with pytest.raises(RecipeError, match=r"^sparsity: no such field"):
        experiment.changed(sparsity=1)


def test_more_dimensions_than_features_is_allowed_and_said() -> None:
    assert Experiment(n_features=2, n_hidden=2).remarks() == []
    (remark,) = Experiment(n_features=2, n_hidden=3).remarks()
    assert remark.startswith("n_hidden: 3 dimensions for 2 features")


def test_every_field_tells_how_it_presents_itself() -> None:
    for name in Experiment.model_fields:
        note = field_note(name)
        assert isinstance(note, FieldNote)
        assert note.label
        assert note.help.endswith(".")
        if note.slider is not None:
            low, high = note.slider
            assert 0 < low < high
            assert Experiment(**{**SMALL, name: low})
            assert Experiment(**{**SMALL, name: high})


def test_live_fields_are_those_that_keep_the_shape_of_the_weights() -> None:
    assert {"importance", "feature_probability", "learning_rate", "steps", "weight_decay"} == LIVE_FIELDS


def test_every_kind_has_a_name_and_a_formula() -> None:
    assert MODEL_FORMULAS.keys() == MODEL_NAMES.keys()
    for kind in MODEL_NAMES:
        assert Experiment(**SMALL, model=kind).model == kind  # pyright: ignore[reportArgumentType]


@given(
    st.integers(1, 6),
    st.integers(1, 6),
    st.integers(1, 4),
    st.floats(0.001, 1),
    st.floats(0.1, 1),
    st.integers(0, 2**63 - 1),
)
def test_json_and_back_gives_the_same_experiment(n: int, m: int, instances: int, p: float, r: float, seed: int) -> None:
    experiment = Experiment(
        n_features=n, n_hidden=m, n_instances=instances, feature_probability=[p] * instances, importance=r, seed=seed
    )
    assert Experiment.model_validate_json(experiment.model_dump_json()) == experiment
    assert experiment.probability_array().shape == experiment.importance_array().shape == (instances, n)
