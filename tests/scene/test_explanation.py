"""What the words say fits what the weights are."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.core.experiment import Experiment
from superviz.core.snapshot import frozen
from superviz.scene.explanation import Explanation, explain
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


def words(
    W: np.ndarray,
    p: float = 0.05,
    model: str = "relu_output",
    trail: np.ndarray | None = None,
    position: float = 9_000.0,
) -> Explanation:
    hidden, features = W.shape
    experiment = Experiment(n_features=features, n_hidden=hidden, feature_probability=p, model=model)  # pyright: ignore[reportArgumentType]
    path = W[None] if trail is None else trail
    moment = Moment(
        position, experiment, frozen(W[None]), frozen(np.zeros((1, features))), frozen(np.zeros(1)), frozen(path), 0
    )
    return explain(moment, 0)


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
            "Five features share three dimensions. Shares run from 0.50 to 0.67 of a dimension.",
            "Five features share three dimensions.",
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


def test_without_a_past_an_unnamed_arrangement_is_being_found() -> None:
    said = words(polygon(6))
    assert said.title == "Finding directions"
    assert said.glyph == "mixed"
    assert said.caption == "Six features in two dimensions, not settled yet."
    assert words(np.hstack([polygon(6), np.zeros((2, 1))])).brief.startswith("Six of seven features, two dimensions")


def test_an_unnamed_arrangement_that_rests_is_mixed() -> None:
    said = words(polygon(6), trail=np.repeat(polygon(6)[None], 10, axis=0))
    assert said.title == "Mixed"
    assert said.caption == "Six features share two dimensions: 0.33 of a dimension each, on average."
    assert said.brief == "Six features share two dimensions: 0.33 each, on average."


def test_a_run_that_has_only_begun_has_not_come_to_rest() -> None:
    still = np.repeat(polygon(6)[None], 10, axis=0)
    assert words(polygon(6), trail=still, position=900.0).title == "Finding directions"


def test_an_unnamed_arrangement_that_still_moves_is_not() -> None:
    trail = np.linspace(0.2, 1.0, 30)[:, None, None] * polygon(6)
    assert words(polygon(6), trail=trail).title == "Finding directions"


def test_another_instances_trail_says_nothing_about_this_one() -> None:
    W = np.stack([polygon(6), polygon(6)])
    experiment = Experiment(n_features=6, n_hidden=2, n_instances=2)
    still = np.repeat(polygon(6)[None], 10, axis=0)
    moment = Moment(9e3, experiment, frozen(W), frozen(np.zeros((2, 6))), frozen(np.zeros(2)), frozen(still), 1)
    assert explain(moment, 0).title == "Finding directions"
    assert explain(moment, 1).title == "Mixed"
