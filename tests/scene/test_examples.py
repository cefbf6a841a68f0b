"""Training examples are the engine's own, where the model puts them."""

from __future__ import annotations

import timeit
from functools import partial

import numpy as np
import pytest

from superviz.core.experiment import Experiment
from superviz.core.geometry import feature_dimensionality
from superviz.core.snapshot import frozen
from superviz.engine.tables import table
from superviz.scene.examples import MOST_EXAMPLES, hidden_examples, shape_of_examples, share_of_examples
from superviz.session.moment import Moment


def moment_of(W: np.ndarray, **recipe: object) -> Moment:
    """Of weights (instances, hidden, features)."""
    instances, hidden, features = W.shape
    settings = {"n_features": features, "n_hidden": hidden, "n_instances": instances, **recipe}
    zeros = np.zeros((instances, features))
    return Moment(1.0, Experiment(**settings), frozen(W), frozen(zeros), frozen(zeros[:, 0]), frozen(W[:1]), 0)  # pyright: ignore[reportArgumentType]


def random_weights(instances: int = 2, hidden: int = 2, features: int = 30) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(instances, hidden, features))


@pytest.mark.parametrize("model", ["relu_output", "relu_hidden", "absolute_value"])
@pytest.mark.parametrize("unit_norm", [False, True])
def test_they_are_what_the_model_makes_of_the_table_it_trains_on(model: str, unit_norm: bool) -> None:
    W = random_weights()
    moment = moment_of(W, training_set=7, model=model, unit_norm=unit_norm, feature_probability=0.2)
    found = table(moment.experiment)
    assert found is not None
    for instance in (0, 1):
        wanted = W[instance] @ found.x[instance]
        if model != "relu_output":
            wanted = np.maximum(wanted, 0)
        shown = hidden_examples(moment.W[instance], moment.experiment, instance)
        assert shown is not None
        np.testing.assert_allclose(shown, wanted, atol=1e-5)


def test_of_many_the_first_are_shown() -> None:
    moment = moment_of(random_weights(1), training_set=1000, seed=3)
    found, shown = table(moment.experiment), hidden_examples(moment.W[0], moment.experiment, 0)
    assert found is not None
    assert shown is not None
    assert shown.shape == (2, MOST_EXAMPLES)
    np.testing.assert_allclose(shown, moment.W[0] @ found.x[0][:, :MOST_EXAMPLES], atol=1e-5)
    assert share_of_examples(moment.W[0], moment.experiment, 0) is None
    assert shape_of_examples(moment.W[0], moment.experiment, 0) is None


def test_fresh_samples_are_no_examples() -> None:
    moment = moment_of(random_weights())
    assert hidden_examples(moment.W[0], moment.experiment, 0) is None
    assert shape_of_examples(moment.W[0], moment.experiment, 0) is None
    assert share_of_examples(moment.W[0], moment.experiment, 0) is None


def sent_to(corners: np.ndarray) -> Moment:
    """A model that sends its training examples there, (hidden, examples)."""
    recipe = {"training_set": corners.shape[1], "feature_probability": 0.2}
    found = table(moment_of(random_weights(1), **recipe).experiment)
    assert found is not None
    return moment_of((corners @ np.linalg.pinv(found.x[0]))[None], **recipe)


def polygon(count: int) -> np.ndarray:
    turns = 2 * np.pi * np.arange(count) / count
    return np.stack([np.cos(turns), np.sin(turns)])


def test_their_shape_and_share() -> None:
    moment = sent_to(polygon(6))
    shape = shape_of_examples(moment.W[0], moment.experiment, 0)
    assert shape is not None
    assert shape.name == "Hexagon"
    assert share_of_examples(moment.W[0], moment.experiment, 0) == pytest.approx(1 / 3, abs=1e-4)
    uneven = sent_to(polygon(6) * [1, 1, 1, 0.5, 1, 1])
    assert shape_of_examples(uneven.W[0], uneven.experiment, 0) is None
    assert share_of_examples(uneven.W[0], uneven.experiment, 0) == pytest.approx(
        float(feature_dimensionality(polygon(6) * [1, 1, 1, 0.5, 1, 1]).mean()), abs=1e-4
    )


def test_an_example_without_a_trace_leaves_them_unnamed() -> None:
    corners = np.hstack([polygon(5), np.zeros((2, 1))])
    moment = sent_to(corners)
    assert shape_of_examples(moment.W[0], moment.experiment, 0) is None


def test_looking_again_draws_nothing_anew() -> None:
    """A frame asks several times. The bound is generous: the machine may be busy."""
    moment = moment_of(random_weights(1, 2, 1000), training_set=200)
    look = partial(hidden_examples, moment.W[0], moment.experiment, 0)
    look()
    assert min(timeit.repeat(look, number=10, repeat=5)) / 10 < 3e-3
