"""The evaluation loss: one fixed set of samples on which models can be compared."""

from __future__ import annotations

import numpy as np

from superviz.core.experiment import Experiment
from superviz.core.snapshot import Array
from superviz.engine.sampling import evaluation_bits, scales, sparse_uniform
from superviz.engine.toy_models import MODELS

EVALUATION_SAMPLES = 65_536
"""Enough that the loss of a pentagon at p = .05 is known to about 1 %, where a batch of 1024 wobbles by a quarter."""
_NUMBERS_AT_ONCE = 4_000_000


def evaluation_loss(experiment: Experiment, W: Array, b: Array) -> Array:
    """The mean over samples and features of I_i (x_i - x'_i)^2, (instances,).

    W is (instances, hidden, features), b (instances, features). All instances see the same 65,536 draws, each through
    its own feature probability; the draws are fixed, so no seed, step or order of calls changes the loss.
    """
    model = MODELS[experiment.model]
    scale = scales(experiment.probability_array())[..., None]
    importance = experiment.importance_array().astype(np.float64)
    total = np.zeros(experiment.n_instances)
    # A power of two, so that the blocks divide the samples.
    block = 1 << int(np.clip(np.log2(_NUMBERS_AT_ONCE / W.shape[0] / W.shape[2]), 6, 16))
    for first in range(0, EVALUATION_SAMPLES, block):
        x = sparse_uniform(evaluation_bits(experiment.n_features, first, block), scale)
        error = model.reconstruct(W, b, x) - x
        total += (importance * np.einsum("ifs,ifs->if", error, error, dtype=np.float64)).sum(axis=1)
    return (total / (EVALUATION_SAMPLES * experiment.n_features)).astype(np.float32)
