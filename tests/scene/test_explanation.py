"""What the words say fits what the weights are."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pytest

from superviz.core.experiment import Experiment
from superviz.core.geometry import feature_dimensionality
from superviz.core.shapes import UNNAMED
from superviz.core.snapshot import frozen
from superviz.engine.sampling import sample
from superviz.scene.explanation import Explanation, explain
from superviz.scene.naming import name_arrangement
from superviz.session.moment import Moment


def polygon(count: int, length: float = 1.0) -> np.ndarray:
    turns = np.radians(90 - 360 / count * np.arange(count))
    return length * np.stack([np.cos(turns), np.sin(turns)])


def union(*parts: np.ndarray, dead: int = 0) -> np.ndarray:
    W = np.zeros((sum(len(part) for part in parts) or 1, sum(part.shape[1] for part in parts) + dead))
    row = column = 0
    for part in parts:
        W[row : row + len(part), column : column + part.shape[1]] = part
        row, column = row + len(part), column + part.shape[1]
    return W


DIGON = np.array([[1.0, -1.0]])
JUMBLE = polygon(6) * [1.0, 0.5, 1.0, 1.2, 0.7, 1.0]


def words(
    W: np.ndarray,
    p: float = 0.05,
    model: str = "relu_output",
    trail: np.ndarray | None = None,
    position: float = 5_000.0,
    **recipe: Any,
) -> Explanation:
    hidden, features = W.shape
    settings = {"feature_probability": p, "model": model, **recipe}
    experiment = Experiment(n_features=features, n_hidden=hidden, **settings)  # pyright: ignore[reportArgumentType]
    path = W[None] if trail is None else trail
    moment = Moment(
        position, experiment, frozen(W[None]), frozen(np.zeros((1, features))), frozen(np.zeros(1)), frozen(path), 0
    )
    said = explain(moment, 0)
    # Whatever has a name in the timeline has the same one here.
    name = name_arrangement(moment.W[0], experiment, 0, position)
    assert said.title in ((UNNAMED, "Mixed") if name is None else (name,))
    return said


def test_looks_own_words() -> None:
    said = words(polygon(5, 1.13))
    assert said.title == "Pentagon"
    assert said.glyph == "pentagon"
    assert said.caption == "Five features share two dimensions. Each gets 0.40 of a dimension."
    assert said.brief == "Five features share two dimensions: 0.40 each."
    assert said.why == "Features are rarely active together here, so sharing costs little."


@pytest.mark.parametrize(
    ("W", "caption", "brief"),
    [
        (
            union(DIGON, DIGON, dead=1),
            "Four features share two dimensions in opposite pairs. Each gets 0.50 of a dimension. "
            "One more is left out.",
            "Four features share two dimensions: 0.50 each.",
        ),
        (
            union(DIGON),
            "Two features share one dimension. Each gets 0.50 of a dimension.",
            "Two features share one dimension: 0.50 each.",
        ),
        (
            union(np.eye(2), dead=3),
            "Two features each have a dimension to themselves. Three more are left out.",
            "Two features, a dimension each.",
        ),
        (
            union(np.eye(1), dead=1),
            "One feature has a dimension to itself. One more is left out.",
            "One feature, one dimension.",
        ),
        (
            union(polygon(3), DIGON),
            "A triangle and a digon at right angles. Five features share three dimensions. "
            "Shares run from 0.50 to 0.67 of a dimension.",
            "Five features share three dimensions.",
        ),
        (
            union(DIGON, DIGON, DIGON),
            "Three digons at right angles. Six features share three dimensions. Each gets 0.50 of a dimension.",
            "Six features share three dimensions: 0.50 each.",
        ),
        (
            union(polygon(6, 1.32)),
            "Six features share two dimensions. Each gets 0.33 of a dimension.",
            "Six features share two dimensions: 0.33 each.",
        ),
        (
            union(dead=3),
            "Every feature is shorter than 0.1. The model represents none of them.",
            "Every feature is shorter than 0.1.",
        ),
    ],
)
def test_captions(W: np.ndarray, caption: str, brief: str) -> None:
    said = words(W)
    assert (said.caption, said.brief) == (caption, brief)


@pytest.mark.parametrize(
    ("W", "p", "model", "why"),
    [
        (union(np.eye(2)), 0.05, "relu_output", "There is a dimension for each"),
        (union(np.eye(2), dead=3), 1.0, "relu_output", "often active together"),
        (union(np.eye(2), dead=3), 0.1, "relu_output", "matter too little"),
        (union(np.eye(2), dead=3), 0.1, "linear", "Without a ReLU sharing never pays"),
        (union(DIGON, DIGON), 0.42, "relu_output", "the ReLU cuts that off"),
        (union(DIGON, DIGON), 0.42, "linear", "leaving features out would cost more"),
        (polygon(5), 0.6, "relu_output", "leaving features out would cost more"),
        (union(dead=2), 0.05, "relu_output", "biases alone"),
    ],
)
def test_whys(W: np.ndarray, p: float, model: str, why: str) -> None:
    assert why in words(W, p, model).why


@pytest.mark.parametrize(
    ("recipe", "why"),
    [
        ({"distribution": "one_hot"}, "Only one feature is active at a time here, so sharing costs little."),
        (
            {"distribution": "anticorrelated", "feature_sets": 2},
            "Features of a set are never active together here, so they can share.",
        ),
        (
            {"distribution": "correlated", "feature_sets": 2},
            "Features that come together keep clear of each other; those that don't can share.",
        ),
        ({"distribution": "hierarchical"}, "Features are rarely active together here, so sharing costs little."),
    ],
)
def test_whys_of_features_that_come_together(recipe: dict[str, Any], why: str) -> None:
    assert words(polygon(4), **recipe).why == why


def test_how_rare_features_are_is_what_the_samples_have() -> None:
    """A set of four fires always, so each feature is active a quarter of the time."""
    W = union(np.eye(2), dead=2)
    set_of_four = {"distribution": "anticorrelated", "feature_sets": 4, "probability_of": "set"}
    assert "matter too little" in words(W, 1.0, **set_of_four).why
    assert "often active together" in words(W, 1.0).why


class TestNeurons:
    """Where the hidden layer has a ReLU the words are about neurons."""

    @pytest.mark.parametrize(
        ("W", "title", "caption"),
        [
            (np.eye(3), "Monosemantic", "Each of three neurons is about one feature."),
            (
                np.eye(3, 5),
                "Monosemantic",
                "Each of three neurons is about one feature. Two more are left out.",
            ),
            (
                np.array([[1.0, 0.9, 0.0], [0.0, 0.0, 1.0]]),
                "Partly monosemantic",
                "One of two neurons is about one feature; the others mix 2.0 on average.",
            ),
            (np.ones((2, 4)), "Polysemantic", "Each of two neurons mixes features: 4.0 on average."),
            (
                np.array([[1.0, 0.0, -0.1], [-1.0, -0.4, 0.0], [0.0, 1.0, 0.1]]),
                "Monosemantic",
                "Each of two neurons is about one feature. One neuron never fires.",
            ),
            (-np.eye(2), "All silent", "No neuron ever fires."),
        ],
    )
    def test_what_they_are_about(self, W: np.ndarray, title: str, caption: str) -> None:
        said = words(W, model="relu_hidden")
        assert (said.title, said.caption) == (title, caption)

    def test_absolute_values_take_two_neurons_a_feature(self) -> None:
        W = np.hstack([np.eye(3), -np.eye(3)]).T
        said = words(W, model="absolute_value", signed=True)
        assert said.caption == "Each of six neurons is about one feature, two neurons a feature."

    @pytest.mark.parametrize(
        ("W", "p", "why"),
        [
            (np.eye(2), 0.9, "would confuse"),
            (np.eye(2), 0.1, "neurons enough"),
            (np.ones((2, 3)), 0.1, "one neuron can serve several"),
            (np.ones((2, 3)), 0.9, "Mixing costs something"),
        ],
    )
    def test_whys(self, W: np.ndarray, p: float, why: str) -> None:
        assert why in words(W, p, model="relu_hidden").why

    def test_a_run_that_has_only_begun(self) -> None:
        assert words(np.ones((2, 3)), model="relu_hidden", position=100.0).title == "Finding directions"


class TestExamples:
    """With few training examples the model memorises those (Henighan et al.)."""

    RECIPE: ClassVar[dict[str, Any]] = {"training_set": 5, "seed": 1}

    def memorising(self, hidden: np.ndarray) -> np.ndarray:
        """Weights that send the five examples there."""
        x = sample(Experiment(n_features=40, n_hidden=2, feature_probability=0.2, **self.RECIPE), 0, 0)  # pyright: ignore[reportArgumentType]
        return hidden @ np.linalg.pinv(x)

    def test_a_shape_that_they_form_is_theirs(self) -> None:
        said = words(self.memorising(polygon(5)), 0.2, **self.RECIPE)
        assert said.title == "Pentagon"
        assert said.glyph == "pentagon"
        assert said.caption == (
            "Five training examples form it, not the features: the model memorises them. Each gets 0.40 of a dimension."
        )

    def test_without_one_their_share_stands_beside_the_features(self) -> None:
        hidden = polygon(5) * [1, 0.4, 1, 1, 0.6]
        W, share = self.memorising(hidden), feature_dimensionality(hidden).mean()
        said = words(W, 0.2, **self.RECIPE)
        assert said.title == "Mixed"
        assert said.why == f"Each training example has {share:.2f} of a dimension."
        assert words(W, 0.2, position=100.0, **self.RECIPE).title == "Finding directions"


def test_from_late_on_what_moves_is_mixed_all_the_same() -> None:
    trail = np.linspace(0.2, 1.0, 30)[:, None, None] * JUMBLE
    assert words(JUMBLE, trail=trail, position=7_000.0).title == "Mixed"


def test_without_a_past_an_unnamed_arrangement_is_being_found() -> None:
    said = words(JUMBLE)
    assert said.title == "Finding directions"
    assert said.glyph == "mixed"
    assert said.caption == "Six features in two dimensions, not settled yet."
    assert words(np.hstack([JUMBLE, np.zeros((2, 1))])).brief.startswith("Six of seven features, two dimensions")


def test_an_unnamed_arrangement_that_rests_is_mixed() -> None:
    said = words(JUMBLE, trail=np.repeat(JUMBLE[None], 10, axis=0))
    assert said.title == "Mixed"
    assert said.caption == "Six features share two dimensions: 0.32 of a dimension each, on average."
    assert said.brief == "Six features share two dimensions: 0.32 each, on average."


def test_a_run_that_has_only_begun_has_not_come_to_rest() -> None:
    still = np.repeat(JUMBLE[None], 10, axis=0)
    assert words(JUMBLE, trail=still, position=900.0).title == "Finding directions"


def test_an_unnamed_arrangement_that_still_moves_is_not() -> None:
    trail = np.linspace(0.2, 1.0, 30)[:, None, None] * JUMBLE
    assert words(JUMBLE, trail=trail).title == "Finding directions"


def test_another_instances_trail_says_nothing_about_this_one() -> None:
    W = np.stack([JUMBLE, JUMBLE])
    experiment = Experiment(n_features=6, n_hidden=2, n_instances=2)
    still = np.repeat(JUMBLE[None], 10, axis=0)
    moment = Moment(5e3, experiment, frozen(W), frozen(np.zeros((2, 6))), frozen(np.zeros(2)), frozen(still), 1)
    assert explain(moment, 0).title == "Finding directions"
    assert explain(moment, 1).title == "Mixed"


def test_a_crowd_of_which_nothing_is_known_is_told_by_its_numbers(make_dictionary) -> None:
    moment = make_dictionary()
    told = explain(moment, 0)
    mean = float(feature_dimensionality(moment.W[0]).mean())
    assert told.title == "1,024 directions"
    assert told.caption == f"1,024 features share 128 dimensions: {mean:.2f} of a dimension each, on average."
    assert "active" not in told.why
    assert "pulls" not in told.why
