"""The evaluation loss: one fixed set of samples on which models can be compared."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from superviz.core.experiment import Experiment
from superviz.core.snapshot import Array
from superviz.engine.quadrature import expected_loss
from superviz.engine.sampling import draw, evaluation_bits, plan, unit_norm
from superviz.engine.toy_models import at_once, loss

EVALUATION_SAMPLES = 65_536
"""Enough that the loss of a pentagon at p = .05 is known to about 1 %, where a batch of 1024 wobbles by a quarter."""


def evaluation_loss(
    experiment: Experiment, W: Array, b: Array, W_out: Array | None = None, *, heed: Callable[[], None] = lambda: None
) -> Array:
    """The loss as the experiment has it (`loss_words`), (instances,), without the noise of a batch.

    W and W_out are (instances, hidden, features), b (instances, features). All instances see the same 65,536 draws,
    each through its own feature probability; the draws are fixed, so no seed, step or order of calls changes the loss.
    With a finite training set it is thus the test loss. Where training is noise-free, it is the expected loss.

    `heed` is called before each block of samples and may raise, to call it off: thousands of instances take a while.
    """
    if experiment.noise_free:
        return expected_loss(experiment, W, b, W_out, heed=heed)
    scheme, total = plan(experiment), np.zeros(experiment.n_instances)
    block = at_once(experiment)
    weight = np.full((1, block), 1 / EVALUATION_SAMPLES, dtype=np.float32)
    with np.errstate(over="ignore", invalid="ignore"):  # where training diverged, the loss is infinite, or nan
        for first in range(0, EVALUATION_SAMPLES, block):
            heed()
            x = draw(scheme, evaluation_bits(scheme.n_words, first, block)[None])
            total += loss(experiment, W, b, W_out, unit_norm(x) if experiment.unit_norm else x, weight)
        return total.astype(np.float32)
