"""How far each step goes: the learning rate over a run, and what an optimiser multiplies by at each step."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from superviz.core.experiment import Experiment
from superviz.core.snapshot import Array

BETA_MEAN, BETA_SQUARE, EPSILON = 0.9, 0.999, 1e-8
"""Adam's constants: torch's defaults, with which TMS's notebook trains."""


def learning_rates(experiment: Experiment, first: int, steps: int) -> NDArray[np.float64]:
    """The learning rate of each of `steps` steps after the first `first`, (steps,).

    It rises in a straight line over the warm-up, then falls from `learning_rate` to 0 at the experiment's last step:
    with t from 0 to 1, as 1 - t ("linear") or as cos(t pi / 2) ("cosine"), as TMS's notebook has them. Beyond
    the last step it stays at 0.
    """
    done = np.arange(first, first + steps, dtype=np.float64)
    warmup = experiment.warmup
    t = np.clip((done - warmup) / max(1, experiment.steps - warmup), 0.0, 1.0)
    falls = {"constant": np.ones_like(t), "linear": 1 - t, "cosine": np.where(t < 1, np.cos(t * np.pi / 2), 0.0)}
    rises = np.minimum(1.0, (done + 1) / warmup) if warmup else 1.0
    return experiment.learning_rate * rises * falls[experiment.schedule]


def step_sizes(experiment: Experiment, first: int, steps: int) -> Array:
    """What each of those steps multiplies by, (steps, 3).

    Adam: the mean, 1 / root of the square's correction, and the parameter itself (less than 1 where weight decay is
    decoupled). SGD: the mean, 1, and the parameter.
    """
    rate = learning_rates(experiment, first, steps)
    count = np.arange(first + 1, first + steps + 1, dtype=np.float64)
    sizes = np.ones((steps, 3))
    sizes[:, 0] = rate
    if experiment.optimiser != "sgd":
        sizes[:, 0] /= 1 - BETA_MEAN**count
        sizes[:, 1] = 1 / np.sqrt(1 - BETA_SQUARE**count)
    if experiment.optimiser == "adamw":
        sizes[:, 2] = 1 - rate * experiment.weight_decay
    return sizes.astype(np.float32)
