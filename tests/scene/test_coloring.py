"""Every view asks the same function for its colours."""

from __future__ import annotations

import numpy as np

from superviz.core.experiment import Experiment
from superviz.core.snapshot import frozen
from superviz.scene.coloring import colors_at
from superviz.scene.feature_names import UNNAMED
from superviz.scene.palette import DARK, LIGHT
from superviz.session.moment import Moment


def moment(W: np.ndarray, importance: object) -> Moment:
    instances, hidden, features = W.shape
    experiment = Experiment(
        n_features=features,
        n_hidden=hidden,
        n_instances=instances,
        importance=importance,  # pyright: ignore[reportArgumentType]
    )
    return Moment(0.0, experiment, frozen(W), frozen(W[:, 0]), frozen(np.zeros(instances)), frozen(W[:1]), 0)


def test_each_instance_by_its_own_importance() -> None:
    at = moment(np.ones((2, 2, 3)), [[1.0, 0.5, 0.1], [0.1, 0.5, 1.0]])
    assert colors_at(at, 0, DARK, UNNAMED) == DARK.few_features[:3]
    assert colors_at(at, 1, DARK, UNNAMED) == DARK.few_features[2::-1]
    assert colors_at(at, 0, LIGHT, UNNAMED) == LIGHT.few_features[:3]


def test_many_equals_by_the_shapes_they_form() -> None:
    W = np.zeros((1, 6, 10))
    W[0, :5, :5], W[0, :4, 5:9] = np.eye(5), -np.eye(4)
    colors = colors_at(moment(W, 1.0), 0, DARK, UNNAMED)
    assert colors == (DARK.shape_digon,) * 4 + (DARK.shape_alone,) + (DARK.shape_digon,) * 4 + (DARK.shape_dead,)
