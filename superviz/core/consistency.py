"""Whether the fields of an experiment agree with each other: told before anything runs, by field and reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from superviz.core import structure
from superviz.core.errors import RecipeError

if TYPE_CHECKING:
    from superviz.core.experiment import Experiment

MOST_EXAMPLE_NUMBERS = 100_000_000
"""In the training sets of all instances together: 400 MB."""
MOST_BATCH_NUMBERS = 1_000_000_000
"""In one instance's batch: a step of so many takes seconds, and can't be stopped halfway."""
MOST_EXACT_FEATURES = 8
"""Noise-free training goes through every set of features that may be active together: more are too many..."""
MOST_ONE_HOT_FEATURES = 100
"""...but where only one is active at a time there are no more sets than features."""


def check(experiment: Experiment) -> None:
    """Raises RecipeError."""
    _check_lists(experiment)
    _check_distribution(experiment)
    _check_training_data(experiment)
    _check_start(experiment)
    if experiment.warmup > experiment.steps:
        raise RecipeError(
            f"warmup: {experiment.warmup:,} steps, but steps is {experiment.steps:,}; give at most as many"
        )


def _check_lists(experiment: Experiment) -> None:
    experiment.probability_array()
    experiment.importance_array()
    experiment.starting_bias_array()
    experiment.seeds()
    experiment.starting_scales()


def _check_distribution(experiment: Experiment) -> None:
    probability = experiment.probability_array()
    if experiment.distribution == "correlated":
        structure.check_equal(experiment.sets(), probability, "are correlated")
    elif experiment.distribution == "anticorrelated":
        if experiment.probability_of == "set":
            structure.check_equal(experiment.sets(), probability, "fire as one")
        else:
            structure.check_exclusive(experiment.sets(), probability)
    elif experiment.distribution == "hierarchical":
        experiment.ancestry()


def _check_training_data(experiment: Experiment) -> None:
    n = experiment.n_features
    if experiment.unit_norm and experiment.training_set is None:
        raise RecipeError("unit_norm: scales the examples of a training set; give training_set, a number of examples")
    drawn = n * experiment.batch_size
    if drawn > MOST_BATCH_NUMBERS:
        raise RecipeError(
            f"batch_size: {drawn:,} numbers, its samples times n_features; give at most {MOST_BATCH_NUMBERS // n:,}"
        )
    numbers = experiment.n_instances * n * (experiment.training_set or 0)
    if numbers > MOST_EXAMPLE_NUMBERS:
        raise RecipeError(
            f"training_set: {numbers:,} numbers in all, its examples times n_features times n_instances; "
            f"give at most {MOST_EXAMPLE_NUMBERS:,}"
        )
    if not experiment.noise_free:
        return
    if experiment.training_set is not None:
        raise RecipeError("noise_free: is the loss over all possible samples, so training_set can't be given as well")
    most = MOST_ONE_HOT_FEATURES if experiment.distribution == "one_hot" else MOST_EXACT_FEATURES
    if n > most:
        raise RecipeError(
            f"noise_free: {n} features have too many sets that may be active; give at most {most}, or train on samples"
        )


def _check_start(experiment: Experiment) -> None:
    m, n, start = experiment.n_hidden, experiment.n_features, experiment.starting_weights
    if start == "polygon":
        if m != 2:
            raise RecipeError(f'starting_weights: a polygon lies in 2 dimensions, but n_hidden is {m}; give "random"')
        for corners in experiment.polygons():
            if corners > n:
                raise RecipeError(f"starting_polygon: {corners} corners, but n_features is {n}; give at most as many")
    elif start != "random":
        shape = np.shape(start)
        expected = (m, n) if len(shape) == 2 else (experiment.n_instances, m, n)
        if shape != expected:
            raise RecipeError(
                f"starting_weights: {' by '.join(map(str, shape))} numbers; give {m} lists of {n}, "
                f"or one such matrix for each of {experiment.n_instances} instances"
            )
