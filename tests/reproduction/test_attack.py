"""The attack against what is known of it in closed form, and against random changes."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.reproduction.attack import vulnerability


def test_a_model_that_gives_everything_back_has_1(make_trained) -> None:
    """x' = ReLU(x): whatever is added comes back, where it is not below 0, and the best attack adds."""
    trained = make_trained(np.eye(4)[None], feature_probability=1.0)
    assert vulnerability(trained) == pytest.approx(1, abs=0.02)


def test_a_model_that_ignores_its_input_can_not_be_harmed(make_trained) -> None:
    assert vulnerability(make_trained(np.zeros((1, 2, 4)), feature_probability=0.5)) == 0


def test_longer_directions_harm_by_the_fourth_power(make_trained) -> None:
    """A linear stretch: gram = s^2, the change comes back s^2 times as long; what is lost without it also counts."""
    once = vulnerability(make_trained(np.eye(3)[None], feature_probability=1.0))
    trained = make_trained(2**0.5 * np.eye(3)[None], b=-0.0, feature_probability=1.0)
    assert vulnerability(trained) > 4 * once


def test_superposition_is_more_vulnerable(make_trained, pentagon: np.ndarray) -> None:
    digons = np.array([[1.0, -1, 0, 0, 0], [0, 0, 1, -1, 0]])
    alone = np.array([[1.0, 0, 0, 0, 0], [0, 1, 0, 0, 0]])
    harm = [
        vulnerability(make_trained(W[None], b=b, feature_probability=0.05))
        for W, b in ((alone, 0.0), (digons, 0.0), (pentagon, -0.25))
    ]
    assert harm[0] < harm[1] < harm[2]


def test_no_random_change_of_that_length_does_worse_on_average(make_trained, pentagon: np.ndarray) -> None:
    trained = make_trained(pentagon[None], b=-0.25, feature_probability=0.3)
    rng = np.random.default_rng(1)
    x = np.where(rng.random((5, 4096)) < 0.3, rng.random((5, 4096)), 0)
    length = 0.1 * np.linalg.norm(x, axis=0).mean()
    gram = pentagon.T @ pentagon

    def loss(change: np.ndarray) -> np.ndarray:
        return ((np.maximum(gram @ (x + change) - 0.25, 0) - x) ** 2).sum(axis=0)

    worst = loss(np.zeros_like(x))
    for _ in range(30):
        change = rng.normal(size=x.shape)
        worst = np.maximum(worst, loss(length * change / np.linalg.norm(change, axis=0)))
    found = (worst - loss(np.zeros_like(x))).mean() / length**2
    assert 0.7 * vulnerability(trained) < found < 1.02 * vulnerability(trained)
