"""Examples: where a finite training set lies in the hidden space, and the shape that its points have come to form."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import cast

from superviz.core.experiment import Experiment
from superviz.core.geometry import feature_dimensionality
from superviz.core.shapes import Shape, name_shape
from superviz.core.snapshot import Array
from superviz.engine.sampling import sample
from superviz.engine.toy_models import MODELS

MOST_EXAMPLES = 200
"""More are not shown: they would only cover each other."""


def hidden_examples(W: Array, experiment: Experiment, instance: int) -> Array | None:
    """What an instance's W, (hidden, features), makes of its training examples, (hidden, examples).

    Of more than MOST_EXAMPLES, these are the first; None where each step has fresh ones.
    """
    if experiment.training_set is None:
        return None
    x = _first_inputs(cast(Hashable, experiment), instance)  # it is frozen, so it is, though pydantic doesn't tell
    hidden: Array = MODELS[experiment.model].hidden(W, x)
    return hidden


def shape_of_examples(W: Array, experiment: Experiment, instance: int) -> Shape | None:
    """The shape that all of an instance's training examples form; None where it has no certain name.

    Nor has it one where some of the examples leave no trace.
    """
    hidden = _all_of_them(W, experiment, instance)
    shape = None if hidden is None else name_shape(hidden)
    return None if shape is None or shape.dead else shape


def share_of_examples(W: Array, experiment: Experiment, instance: int) -> float | None:
    """The share of a dimension that each training example has, on average; None where they are too many to be shown.

    It is a feature's, with hidden vectors for directions (Henighan et al. 2023).
    """
    hidden = _all_of_them(W, experiment, instance)
    return None if hidden is None else float(feature_dimensionality(hidden).mean())


def _all_of_them(W: Array, experiment: Experiment, instance: int) -> Array | None:
    return None if (experiment.training_set or 0) > MOST_EXAMPLES else hidden_examples(W, experiment, instance)


@lru_cache(maxsize=64)
def _first_inputs(experiment: Hashable, instance: int) -> Array:
    """The first examples of an Experiment, (features, examples)."""
    assert isinstance(experiment, Experiment)
    count = min(experiment.training_set or 0, MOST_EXAMPLES)
    # A smaller set of the same seed is the beginning of a larger one.
    return sample(experiment.changed(training_set=count), instance, 0)
