"""Experiment: defaults, arrays, and every contradiction told by the name of its field."""

from __future__ import annotations

import json
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from superviz.core.errors import RecipeError, SupervizError
from superviz.core.experiment import LIVE_FIELDS, Experiment, is_called_for
from superviz.core.kinds import MODEL_KINDS

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
        ({"learning_rate": 0}, "learning_rate: give more than 0, not 0"),
        ({"learning_rate": float("nan")}, "learning_rate: give more than 0, not nan"),
        ({"weight_decay": float("inf")}, "weight_decay: give at most 10, not inf"),
        (
            {"model": "transformer"},
            "model: give 'linear', 'relu_output', 'relu_hidden' or 'absolute_value', not 'transformer'",
        ),
        ({"optimiser": "lion"}, "optimiser: give 'adamw', 'adam' or 'sgd', not 'lion'"),
        ({"schedule": 1}, "schedule: give 'constant', 'linear' or 'cosine', not 1"),
        ({"bias": 1}, "bias: give true or false, not 1"),
        ({"signed": "yes"}, "signed: give true or false, not 'yes'"),
        ({"l1_penalty": -1}, "l1_penalty: give at least 0, not -1"),
        ({"correlation": 1.1}, "correlation: give at most 1, not 1.1"),
        ({"momentum": 1}, "momentum: give less than 1, not 1"),
        ({"warmup": -1}, "warmup: give at least 0, not -1"),
        ({"best_of": 0}, "best_of: give at least 1, not 0"),
        ({"training_set": 0}, "training_set: give at least 1, not 0"),
        ({"training_set": "all"}, "training_set: give a number, not 'all'"),
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
        (
            {"n_features": 10_000, "n_hidden": 6_000, "model": "absolute_value"},
            "n_instances, n_hidden, n_features: 120,000,000 weights in all; give at most 100,000,000",
        ),
        (
            {"n_features": 1_000, "n_hidden": 1_000, "best_of": 101},
            "n_instances, n_hidden, n_features, best_of: 1,000,000 weights in all, 101 times; give at most 100,000,000",
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
    with pytest.raises(RecipeError, match=r"^n_features: give .*; seed: give "):
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
    untied = Experiment(n_features=3, n_hidden=6, model="absolute_value")
    assert untied.remarks() == [], "a size takes two neurons a feature"
    assert len(untied.changed(n_hidden=7).remarks()) == 1


def test_live_fields_are_those_that_keep_the_shape_of_the_weights() -> None:
    shapely = {"importance", "feature_probability", "learning_rate", "steps", "weight_decay"}
    assert shapely | {"l1_penalty", "correlation"} == LIVE_FIELDS


@pytest.mark.parametrize("kind", MODEL_KINDS)
def test_an_experiment_knows_what_its_model_is_like(kind: Any) -> None:
    experiment = Experiment(**SMALL, model=kind)
    assert experiment.is_tied == (kind != "absolute_value")
    assert experiment.has_privileged_basis == (kind in ("relu_hidden", "absolute_value"))


def test_a_loss_is_named() -> None:
    assert Experiment(**SMALL).loss_words == "mean over features"
    assert Experiment(**SMALL, loss_over_features="sum").loss_words == "sum over features"
    assert Experiment(**SMALL, l1_penalty=0.1).loss_words == "mean over features + L1"


@pytest.mark.parametrize(
    ("name", "values", "called_for"),
    [
        ("seed", {}, True),
        ("momentum", {}, False),
        ("momentum", {"optimiser": "sgd"}, True),
        ("starting_bias", {"bias": False}, False),
        ("feature_probability", {"distribution": "one_hot"}, False),
        ("batch_size", {}, True),
        ("batch_size", {"training_set": 10}, False),
        ("batch_size", {"noise_free": True}, False),
    ],
)
def test_a_field_is_called_for_where_it_means_something(name: str, values: dict[str, Any], called_for: bool) -> None:
    assert is_called_for(name, Experiment(**SMALL, **values)) == called_for


@pytest.mark.parametrize(
    ("values", "often"),
    [
        ({}, [0.2, 0.2, 0.2, 0.2, 0.2]),
        ({"distribution": "correlated"}, [0.2, 0.2, 0.2, 0.2, 0.2]),
        ({"distribution": "anticorrelated"}, [0.2, 0.2, 0.2, 0.2, 0.2]),
        ({"distribution": "anticorrelated", "probability_of": "set"}, [0.1, 0.1, 0.1, 0.1, 0.2]),
        (
            {"distribution": "anticorrelated", "probability_of": "set", "feature_sets": [[0, 1, 4]]},
            [0.2 / 3, 0.2 / 3, 0.2, 0.2, 0.2 / 3],
        ),
        ({"distribution": "one_hot"}, [0.2, 0.2, 0.2, 0.2, 0.2]),
        ({"distribution": "one_hot", "n_features": 4}, [0.25] * 4),
        ({"distribution": "hierarchical"}, [0.2, 0.04, 0.2, 0.04, 0.2]),
        ({"distribution": "hierarchical", "parents": [2, 0, -1, -1, -1]}, [0.04, 0.008, 0.2, 0.2, 0.2]),
    ],
)
def test_activity_is_how_often_a_feature_is_active_whatever_p_stands_for(
    values: dict[str, Any], often: list[float]
) -> None:
    experiment = Experiment(**{**SMALL, "n_instances": 2, "feature_probability": [0.2, 0.4], **values})
    activity = experiment.activity_array()
    np.testing.assert_allclose(activity[0], often, rtol=1e-6)
    activity[:] = 0.0
    assert experiment.activity_array().all(), "the array was its taker's own"


def test_what_may_differ_between_instances() -> None:
    one, each = (
        Experiment(**SMALL, n_instances=2),
        {"seed": [3, 4], "starting_scale": [1, 2], "starting_polygon": [3, 4]},
    )
    assert (one.seeds(), one.starting_scales(), one.polygons()) == ((0, 0), (1.0, 1.0), (5, 5))
    two = one.changed(**each)
    assert (two.seeds(), two.starting_scales(), two.polygons()) == ((3, 4), (1.0, 2.0), (3, 4))


@pytest.mark.parametrize(
    ("value", "rows"),
    [
        (-0.5, [[-0.5] * 5] * 2),
        ([1, 2, 3, 4, 5], [[1, 2, 3, 4, 5]] * 2),
        ([[0] * 5, [1] * 5], [[0] * 5, [1] * 5]),
    ],
)
def test_a_starting_bias_is_a_number_a_list_a_feature_or_nested(value: Any, rows: list[list[float]]) -> None:
    experiment = Experiment(**SMALL, n_instances=2, starting_bias=value)
    np.testing.assert_array_equal(experiment.starting_bias_array(), rows)
    np.testing.assert_array_equal(experiment.changed(bias=False).starting_bias_array(), np.zeros((2, 5)))


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


@pytest.mark.parametrize(
    "values",
    [
        {"seed": [1, 2**63 - 1], "starting_scale": [0.5, 2], "n_instances": 2},
        {"starting_weights": [[0.5, 0, 0, 0, -1], [0, 1, 0, 0, 1e-3]]},
        {"starting_weights": "polygon", "starting_polygon": [4, 5], "n_instances": 2},
        {"distribution": "correlated", "feature_sets": [[0, 2], [1, 3, 4]], "correlation": 0.5},
        {"distribution": "hierarchical", "parents": [-1, 0, 0, 1, 1]},
        {"training_set": 20, "unit_norm": True, "bias": False, "optimiser": "sgd", "momentum": 0.5},
        {"noise_free": True, "schedule": "cosine", "warmup": 100, "best_of": 4, "l1_penalty": 0.01},
    ],
)
def test_json_and_back_keeps_every_field(values: dict[str, Any]) -> None:
    experiment = Experiment(**SMALL, **values)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        text = experiment.model_dump_json()
        plain = json.loads(json.dumps(experiment.model_dump(mode="json")))
    assert Experiment.model_validate_json(text) == Experiment(**plain) == experiment
    assert hash(Experiment(**plain)) == hash(experiment)
