"""An arrangement's name: its shape's, its examples', or what its neurons have come to mean."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from superviz.core.experiment import Experiment
from superviz.engine.sampling import sample
from superviz.scene.naming import name_arrangement, shape_at

TURNS = 2 * np.pi * np.arange(5) / 5
PENTAGON = np.stack([np.cos(TURNS), np.sin(TURNS)])


def experiment_for(W: np.ndarray, **recipe: Any) -> Experiment:
    return Experiment(n_hidden=W.shape[0], n_features=W.shape[1], steps=1000, **recipe)


@pytest.mark.parametrize("position", [0.0, 500.0])
def test_it_is_the_shapes_from_the_first_step_on(position: float) -> None:
    experiment = experiment_for(PENTAGON)
    assert name_arrangement(PENTAGON, experiment, 0, position) == "Pentagon"
    assert name_arrangement(PENTAGON * [1, 0.5, 1, 0.7, 1], experiment, 0, position) is None


def test_it_is_that_of_the_training_examples_where_the_features_have_none() -> None:
    experiment = Experiment(n_features=40, n_hidden=2, feature_probability=0.2, training_set=5, seed=1)
    memorising = PENTAGON @ np.linalg.pinv(sample(experiment, 0, 0))
    assert name_arrangement(memorising, experiment, 0, 500.0) == "Pentagon"
    assert shape_at(memorising, experiment.changed(training_set=None), 0) is None


@pytest.mark.parametrize("model", ["relu_hidden", "absolute_value"])
def test_neurons_that_are_a_basis_are_named_once_they_have_had_time(model: str) -> None:
    experiment = experiment_for(PENTAGON, model=model)
    assert name_arrangement(PENTAGON, experiment, 0, 99.0) is None
    assert name_arrangement(PENTAGON, experiment, 0, 100.0) == "Polysemantic"
