"""What a script draws has the distribution of what superviz draws: activities, joint activities, sizes, signs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from superviz.core.experiment import Experiment
from superviz.engine.sampling import sample

COUNT = 40_000
TOLERANCE = 0.025
"""Four deviations of a difference of means of the fewest: the sizes of a feature active a tenth of the time."""
BASE: dict[str, Any] = {"n_features": 5, "n_hidden": 2, "n_instances": 2, "batch_size": COUNT}
P = [0.3, 0.1]
KINDS: dict[str, dict[str, Any]] = {
    "independent": {"feature_probability": [[0.1, 0.2, 0.3, 0.4, 1.0], [0.5, 0.5, 0.5, 0.5, 0.5]]},
    "correlated sizes": {"distribution": "correlated", "feature_probability": P, "correlation": 0.6},
    "correlated sets": {"distribution": "correlated", "feature_probability": P, "feature_sets": [[3, 0, 1]]},
    "anticorrelated": {"distribution": "anticorrelated", "feature_probability": P},
    "anticorrelated sets": {
        "distribution": "anticorrelated",
        "feature_probability": [[0.1, 0.2, 0.3, 0.4, 0.5]] * 2,
        "feature_sets": [[4, 1, 2]],
    },
    "one of a set": {
        "distribution": "anticorrelated",
        "probability_of": "set",
        "feature_probability": [1.0, 0.5],
        "feature_sets": 3,
    },
    "one-hot": {"distribution": "one_hot"},
    "hierarchical": {"distribution": "hierarchical", "feature_probability": 0.5},
    "a line of three": {"distribution": "hierarchical", "feature_probability": 0.6, "parents": [-1, 2, 0, -1, 1]},
    "signed": {"feature_probability": 0.4, "signed": True},
    "unit norm": {"feature_probability": 0.3, "training_set": 7, "unit_norm": True},
}


def moments(x: NDArray[np.floating]) -> list[NDArray[np.floating]]:
    """Of (count, features): how often each pair is active together, the sizes, and first and second moments."""
    active = (x != 0).astype(np.float64)
    size = np.abs(x).sum(axis=0) / np.maximum(active.sum(axis=0), 1)
    return [active.T @ active / len(x), size, x.mean(axis=0), x.T @ x / len(x)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_script_draws_what_superviz_draws(script: Callable[..., dict[str, Any]], kind: str) -> None:
    experiment = Experiment(**BASE, **KINDS[kind])
    names = script(experiment)
    torch.manual_seed(1)
    drawn = names["sample"](COUNT)
    assert drawn.shape == (COUNT, 2, 5)
    assert drawn.dtype == torch.float32
    ours = experiment.changed(training_set=COUNT) if experiment.training_set else experiment
    for instance in range(2):
        expected = sample(ours, instance, 0).T.astype(np.float64)
        for told, meant in zip(moments(drawn[:, instance].double().numpy()), moments(expected), strict=True):
            np.testing.assert_allclose(told, meant, atol=TOLERANCE)


def test_exclusive_features_are_never_active_together(script: Callable[..., dict[str, Any]]) -> None:
    names = script(Experiment(**BASE, distribution="anticorrelated", feature_probability=0.2, feature_sets=[[0, 2, 4]]))
    active = names["sample"](COUNT) != 0
    assert int(active[..., [0, 2, 4]].sum(-1).max()) == 1
    family = script(Experiment(**BASE, distribution="hierarchical", feature_probability=0.5))
    active = family["sample"](COUNT) != 0
    assert not (active[..., 1] & ~active[..., 0]).any()


def test_only_what_is_needed_is_drawn() -> None:
    from superviz.core.recipe import Recipe
    from superviz.exchange.script import training_script

    text = training_script(Recipe("any", Experiment(n_features=5, n_hidden=2), "Plain"))
    for word in ("sets", "family", "randint", "normalize", "importance", "l1_penalty", "starting_", "momentum", "math"):
        assert word not in text.replace("starting_weights()", "")
