"""Tables: the samples of an experiment that takes the same ones at every step, and how much each counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from superviz.core.errors import RecipeError
from superviz.core.experiment import Experiment
from superviz.core.snapshot import Array
from superviz.engine.quadrature import rule
from superviz.engine.sampling import sample

MOST_NUMBERS = 100_000_000
"""In the weights of all instances' nodes: 400 MB. Only the rule tells how many nodes there are."""


@dataclass(frozen=True, eq=False, slots=True)
class Table:
    """What every step trains on."""

    x: Array
    """(instances, features, nodes), or (1, features, nodes) where all instances share them."""
    weight: Array
    """(instances, nodes), how much each counts in the loss; an instance's add up to 1."""


def table(experiment: Experiment) -> Table | None:
    """Its training set (Henighan et al. 2023), or the nodes of its expected loss; none where samples are fresh.

    Raises RecipeError where the nodes are too many.
    """
    instances, examples = experiment.n_instances, experiment.training_set
    if experiment.noise_free:
        nodes = rule(experiment)
        numbers = instances * len(nodes.subset)
        if numbers > MOST_NUMBERS:
            raise RecipeError(
                f"noise_free, n_instances: {numbers:,} numbers to train on; give at most {MOST_NUMBERS:,}"
            )
        return Table(nodes.x[None], nodes.weight())
    if examples is None:
        return None
    x = np.stack([sample(experiment, instance, 0) for instance in range(instances)])
    return Table(x, np.full((instances, examples), 1 / examples, dtype=np.float32))
