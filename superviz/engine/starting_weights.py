"""Where training starts: Xavier-normal weights, a pure function of (seed, instance) and the sizes."""

from __future__ import annotations

import numpy as np

from superviz.core.experiment import Experiment
from superviz.core.snapshot import Array
from superviz.engine.random_numbers import Stream, instance_keys, random_bits


def starting_weights(experiment: Experiment) -> Array:
    """W at step 0, (instances, hidden, features), normal of variance 2 / (features + hidden) (Glorot and Bengio 2010).

    TMS's notebook hands torch the whole (instances, features, hidden) tensor, so that its scale depends on
    the number of instances; here every instance starts as it would alone.
    """
    n, m = experiment.n_features, experiment.n_hidden
    deviation = np.sqrt(2 / (n + m))
    W = np.empty((experiment.n_instances, m, n), dtype=np.float32)
    keys = instance_keys(experiment.seed, experiment.n_instances, Stream.STARTING_WEIGHTS)
    for instance in range(experiment.n_instances):
        words = random_bits(keys[instance : instance + 1], m, 2 * n)
        # Box and Muller 1958: two uniforms to one normal; the half keeps the logarithm from 0.
        radius = np.sqrt(-2 * np.log((words[:, :n] + 0.5) * 2.0**-32))
        angle = 2 * np.pi * (words[:, n:] + 0.5) * 2.0**-32
        W[instance] = deviation * radius * np.cos(angle)
    return W
