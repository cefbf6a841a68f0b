"""Recipes that contradict themselves are refused by field and reason; what only looks odd is let through."""

from __future__ import annotations

from typing import Any

import pytest

from superviz.core.consistency import MOST_EXACT_FEATURES, MOST_ONE_HOT_FEATURES
from superviz.core.errors import RecipeError
from superviz.core.experiment import Experiment

SMALL: dict[str, Any] = {"n_features": 5, "n_hidden": 2, "n_instances": 2}
CORRELATED: dict[str, Any] = {"distribution": "correlated"}
ANTICORRELATED: dict[str, Any] = {"distribution": "anticorrelated"}
UNEQUAL = [[0.1, 0.2, 0.1, 0.1, 0.1]] * 2


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"seed": [1, 2, 3]}, "seed: a list of 3, but n_instances is 2: give one number for each"),
        ({"starting_scale": [1.0]}, "starting_scale: a list of 1, but n_instances is 2: give one number for each"),
        ({"starting_bias": [0, 0]}, "starting_bias: a list of 2, but n_features is 5: give one number for each"),
        (
            {**CORRELATED, "feature_probability": UNEQUAL},
            "feature_probability: the features of a set are correlated, so give them the same, not 0.1 to 0.2",
        ),
        (
            {**CORRELATED, "feature_sets": [[0, 1], [1, 2]]},
            "feature_sets: feature 1 is there twice; give each once, sets can't overlap",
        ),
        (
            {**ANTICORRELATED, "feature_probability": [0.5, 0.6]},
            "feature_probability: the 2 features of a set exclude each other, but their probabilities add up to 1.2; "
            'give at most 0.5 each, or probability_of = "set"',
        ),
        (
            {**ANTICORRELATED, "probability_of": "set", "feature_probability": UNEQUAL},
            "feature_probability: the features of a set fire as one, so give them the same, not 0.1 to 0.2",
        ),
        (
            {"distribution": "hierarchical", "parents": [5, -1, -1, -1, -1]},
            "parents: no feature 5; give features from 0 to 4, or -1 for none",
        ),
        (
            {"distribution": "hierarchical", "parents": [1, 0, -1, -1, -1]},
            "parents: feature 0 is its own ancestor; give one of its line -1 for none",
        ),
        (
            {"unit_norm": True},
            "unit_norm: scales the examples of a training set; give training_set, a number of examples",
        ),
        (
            {"noise_free": True, "training_set": 10},
            "noise_free: is the loss over all possible samples, so training_set can't be given as well",
        ),
        (
            {"noise_free": True, "n_features": 9},
            "noise_free: 9 features have too many sets that may be active; give at most 8, or train on samples",
        ),
        (
            {"noise_free": True, "n_features": 101, "distribution": "one_hot"},
            "noise_free: 101 features have too many sets that may be active; give at most 100, or train on samples",
        ),
        (
            {"training_set": 1_000_000, "n_features": 100},
            "training_set: 200,000,000 numbers in all, its examples times n_features times n_instances; "
            "give at most 100,000,000",
        ),
        (
            {"starting_weights": "polygon", "n_hidden": 3},
            'starting_weights: a polygon lies in 2 dimensions, but n_hidden is 3; give "random"',
        ),
        (
            {"starting_weights": "polygon", "starting_polygon": [5, 6]},
            "starting_polygon: 6 corners, but n_features is 5; give at most as many",
        ),
        (
            {"starting_weights": "polygon", "starting_polygon": [5]},
            "starting_polygon: a list of 1, but n_instances is 2: give one number for each",
        ),
        (
            {"starting_weights": [[1, 2, 3]]},
            "starting_weights: 1 by 3 numbers; give 2 lists of 5, or one such matrix for each of 2 instances",
        ),
        (
            {"starting_weights": [[[1] * 5] * 2] * 3},
            "starting_weights: 3 by 2 by 5 numbers; give 2 lists of 5, or one such matrix for each of 2 instances",
        ),
        ({"warmup": 11, "steps": 10}, "warmup: 11 steps, but steps is 10; give at most as many"),
    ],
)
def test_a_contradiction_is_told_by_its_field_and_the_reason(values: dict[str, Any], line: str) -> None:
    with pytest.raises(RecipeError) as caught:
        Experiment(**{**SMALL, **values})
    assert str(caught.value) == line


@pytest.mark.parametrize(
    "values",
    [
        {**CORRELATED, "feature_probability": UNEQUAL, "feature_sets": [[2, 3]]},
        {**ANTICORRELATED, "feature_probability": 0.5},
        {**ANTICORRELATED, "feature_probability": 1.0, "probability_of": "set"},
        {"distribution": "hierarchical", "parents": [4, 0, 1, 2, -1]},
        {"noise_free": True, "n_features": MOST_EXACT_FEATURES},
        {"noise_free": True, "n_features": MOST_ONE_HOT_FEATURES, "distribution": "one_hot"},
        {"training_set": 1, "unit_norm": True},
        {"starting_weights": "polygon", "starting_polygon": 2},
        {"starting_weights": [[1] * 5] * 2},
        {"starting_weights": [[[1] * 5] * 2] * 2},
        {"warmup": 10, "steps": 10},
    ],
)
def test_what_fits_together_is_let_through(values: dict[str, Any]) -> None:
    Experiment(**{**SMALL, **values})


@pytest.mark.parametrize(
    "values",
    [
        {"feature_sets": [[0, 1], [1, 9]]},
        {"parents": [9]},
        {"starting_polygon": 9},
        {"probability_of": "set", "feature_probability": 1.0},
        {"starting_bias": [1.0], "bias": False},
    ],
)
def test_what_is_not_called_for_is_not_looked_at(values: dict[str, Any]) -> None:
    """It waits until it means something, so that fields can be set in any order."""
    Experiment(**{**SMALL, **values})


def test_a_step_is_not_too_long_to_be_stopped() -> None:
    with pytest.raises(RecipeError) as caught:
        Experiment(n_features=100_000, n_hidden=2, batch_size=1_000_000)
    line = "batch_size: 100,000,000,000 numbers, its samples times n_features; give at most 10,000"
    assert str(caught.value) == line
