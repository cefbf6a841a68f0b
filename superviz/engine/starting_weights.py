"""Where training starts: random weights, a polygon or weights that were given; a function of (seed, instance)."""

from __future__ import annotations

import numpy as np

from superviz.core.experiment import Experiment
from superviz.core.parameters import Parameters
from superviz.core.snapshot import Array
from superviz.engine.random_numbers import Stream, instance_keys, random_bits


def starting_parameters(experiment: Experiment) -> Array:
    """The parameters at step 0, (instances, count), laid out as core.parameters.Parameters has it.

    An untied model that starts from a polygon or from given weights starts with those in both matrices.
    """
    layout = Parameters.of(experiment)
    rows = np.zeros((experiment.n_instances, layout.count), dtype=np.float32)
    W, W_out = layout.W(rows), layout.W_out(rows)
    scale = np.array(experiment.starting_scales(), dtype=np.float32)[:, None, None]
    if experiment.starting_weights == "random":
        matrices = _xavier(experiment, 1 if W_out is None else 2)
        W[:] = scale * matrices[:, 0]
        if W_out is not None:
            W_out[:] = scale * matrices[:, 1]
    else:
        start = _polygons(experiment) if experiment.starting_weights == "polygon" else experiment.starting_weights
        W[:] = scale * np.asarray(start, dtype=np.float32)
        if W_out is not None:
            W_out[:] = W
    layout.b(rows)[:] = experiment.starting_bias_array()
    return rows


def _xavier(experiment: Experiment, matrices: int) -> Array:
    """(instances, matrices, hidden, features), normal of variance 2 / (features + hidden) (Glorot and Bengio 2010).

    TMS's notebook hands torch the whole (instances, features, hidden) tensor, so that its scale depends on
    the number of instances; here every instance starts as it would alone.
    """
    n, m = experiment.n_features, experiment.n_hidden
    deviation = np.sqrt(2 / (n + m))
    start = np.empty((experiment.n_instances, matrices, m, n), dtype=np.float32)
    keys = instance_keys(experiment.seeds(), Stream.STARTING_WEIGHTS)
    for instance in range(experiment.n_instances):
        words = random_bits(keys[instance : instance + 1], matrices * m, 2 * n)
        # Box and Muller 1958: two uniforms to one normal; the half keeps the logarithm from 0.
        radius = np.sqrt(-2 * np.log((words[:, :n] + 0.5) * 2.0**-32))
        angle = 2 * np.pi * (words[:, n:] + 0.5) * 2.0**-32
        start[instance] = (deviation * radius * np.cos(angle)).reshape(matrices, m, n)
    return start


def _polygons(experiment: Experiment) -> Array:
    """Regular polygons of length 1, (instances, 2, features), feature 1 up; features beyond the corners are at 0."""
    start = np.zeros((experiment.n_instances, 2, experiment.n_features), dtype=np.float32)
    for instance, corners in enumerate(experiment.polygons()):
        angle = np.pi / 2 - 2 * np.pi * np.arange(corners) / corners
        start[instance, :, :corners] = np.cos(angle), np.sin(angle)
    return start
