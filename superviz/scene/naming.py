"""Naming: what an instance's arrangement is called; heading, strip and timeline all say the same."""

from __future__ import annotations

from superviz.core.experiment import Experiment
from superviz.core.neurons import name_neurons
from superviz.core.shapes import Shape, name_shape
from superviz.core.snapshot import Array
from superviz.scene.examples import shape_of_examples

_BEGINNING = 0.1
"""Part of a run: up to it, it has only just begun."""


def name_arrangement(W: Array, experiment: Experiment, instance: int, position: float) -> str | None:
    """The name of one instance's weights (hidden, features) at a position in steps; None while none is certain.

    It is the shape's, that of the features or else of the training examples. Where neurons are a basis of their own it
    tells what those have come to mean, once they have had time to.
    """
    if experiment.has_privileged_basis:
        return None if is_beginning(position, experiment) else name_neurons(W, signed=experiment.signed)
    shape = shape_at(W, experiment, instance)
    return None if shape is None else shape.name


def shape_at(W: Array, experiment: Experiment, instance: int) -> Shape | None:
    """The shape that an instance's features form, W (hidden, features), or else its training examples."""
    return name_shape(W) or shape_of_examples(W, experiment, instance)


def is_beginning(position: float, experiment: Experiment) -> bool:
    """Whether training has only just begun: what stands still has only just started."""
    return position < _BEGINNING * experiment.steps
