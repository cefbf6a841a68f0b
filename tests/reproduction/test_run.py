"""Runs: which instances are which condition's, and what each is trained on."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.core.errors import RecipeError
from superviz.reproduction.run import probabilities, sweep


def test_every_condition_has_every_seed() -> None:
    run = sweep(probabilities(1.0, 0.05), seeds=3, n_features=5, n_hidden=2, importance=0.9, steps=50)
    assert run.conditions == ("p = 1", "p = 0.05")
    assert run.experiment.n_instances == 6
    assert run.experiment.seeds() == (0, 1, 2, 0, 1, 2)
    assert (run.seeds, run.model_steps) == (3, 300)
    assert [run.instances(condition) for condition in run.conditions] == [slice(0, 3), slice(3, 6)]
    p = run.experiment.probability_array()
    assert np.unique(p[:3]).tolist() == [1.0]
    assert np.unique(p[3:]).tolist() == [np.float32(0.05)]
    np.testing.assert_allclose(run.experiment.importance_array(), np.tile(0.9 ** np.arange(5), (6, 1)), rtol=1e-6)


def test_a_condition_may_differ_in_several_fields() -> None:
    conditions = {
        "a": {"feature_probability": 0.5, "importance": (1.0, 0.5)},
        "b": {"feature_probability": 0.1, "importance": (1.0, 2.0)},
    }
    experiment = sweep(conditions, seeds=2, n_features=2, n_hidden=1).experiment
    assert experiment.importance_array().tolist() == [[1, 0.5]] * 2 + [[1, 2]] * 2
    np.testing.assert_allclose(experiment.probability_array()[:, 0], [0.5, 0.5, 0.1, 0.1])


def test_a_condition_that_differs_in_nothing() -> None:
    run = sweep({"all": {}}, seeds=4, n_features=3, n_hidden=2, feature_probability=0.2)
    assert run.seeds == 4
    assert run.instances("all") == slice(0, 4)


def test_a_condition_that_is_not_there() -> None:
    with pytest.raises(ValueError, match="not in tuple"):
        sweep({"all": {}}, seeds=1, n_features=3, n_hidden=2).instances("none")


def test_a_contradictory_run_is_refused_when_the_table_is_made() -> None:
    with pytest.raises(RecipeError, match="starting_polygon"):
        sweep({"7": {"starting_polygon": 7}}, seeds=1, n_features=6, n_hidden=2, starting_weights="polygon")
