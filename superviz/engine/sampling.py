"""What the model is shown: the distribution of features, and the very samples that any step of a run trained on."""

from __future__ import annotations

import numpy as np

from superviz.core.experiment import Experiment
from superviz.core.snapshot import Array
from superviz.engine.random_numbers import Bits, Stream, instance_keys, random_bits, step_key

UNIT = np.float32(2**-24)
"""What the last of a random word's upper 24 bits stands for: all of them fit a float32 exactly."""


def uniform(bits: Bits) -> Array:
    """Whole numbers 0 to 2^24 - 1 as float32: times UNIT, they are uniform on [0, 1)."""
    return (bits >> 8).astype(np.float32)


def scales(feature_probability: Array) -> Array:
    """UNIT / p: what `uniform` is multiplied by to give u / p in one operation."""
    return UNIT / feature_probability


def sparse_uniform(bits: Bits, scale: Array) -> Array:
    """Features that are 0 with probability 1 - p, else uniform on [0, 1], from one random word each.

    relu(1 - u / p) has exactly that distribution (TMS, "Demonstrating superposition", with one uniform for two).
    `scale` is that of `scales`, of a shape that broadcasts with `bits`.
    """
    return np.maximum(np.float32(0), np.float32(1) - uniform(bits) * scale)


def sample(experiment: Experiment, instance: int, step: int) -> Array:
    """The batch, (features, batch), from which `instance` takes the step after `step`; the kernel's, bit for bit."""
    keys = instance_keys(experiment.seed, experiment.n_instances, Stream.SAMPLES)
    bits = random_bits(step_key(keys[instance : instance + 1], step), experiment.n_features, experiment.batch_size)
    return sparse_uniform(bits, scales(experiment.probability_array()[instance])[:, None])


def evaluation_bits(n_features: int, first: int, count: int) -> Bits:
    """Samples `first` to `first + count` of the one fixed evaluation set, as random words (features, count)."""
    return random_bits(instance_keys(0, 1, Stream.EVALUATION), n_features, count, first)
