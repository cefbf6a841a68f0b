"""Adversarial attack: the small change of an input that harms a model most (TMS)."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from superviz.reproduction.trained import Floats, Trained

_SAMPLES = 2048
_LENGTH = 0.1
"""Of an attack, beside the mean input's."""
_ROUNDS = 20


@lru_cache(maxsize=64)
def vulnerability(trained: Trained, seed: int = 0) -> float:
    """What the attack adds to the loss of a ReLU-output model, summed over features, for its squared length.

    A model that gives back whatever is added within its subspace has 1. Divided so, dense and sparse inputs, which
    differ in length, can be compared.
    """
    W, b, p = trained.W[seed], trained.b[seed], trained.probability[seed][:, None]
    rng = np.random.default_rng(0)
    x = (rng.random((len(p), _SAMPLES)) < p) * rng.random((len(p), _SAMPLES))
    length = _LENGTH * float(np.linalg.norm(x, axis=0).mean())
    harmed = _attacked(W, b, x, length, rng)
    return float((harmed - _loss(W.T @ W, b, x, x)).mean()) / length**2


def _attacked(W: Floats, b: Floats, x: Floats, length: float, rng: np.random.Generator) -> Floats:
    """Each sample's worst loss on the way uphill from a random change of that length."""
    gram = W.T @ W
    change = _scaled(rng.normal(size=x.shape), length)
    worst = _loss(gram, b, x, x)
    for _ in range(_ROUNDS):
        y = np.maximum(gram @ (x + change) + b[:, None], 0)
        slope = gram @ ((y - x) * (y > 0))
        # Where the slope is 0 every output is cut off, and any other direction may be better.
        change = np.where(np.linalg.norm(slope, axis=0) > 0, _scaled(slope, length), change)
        worst = np.maximum(worst, _loss(gram, b, x + change, x))
    return worst


def _loss(gram: Floats, b: Floats, x: Floats, target: Floats) -> Floats:
    """The squared error of each sample, summed over features."""
    return ((np.maximum(gram @ x + b[:, None], 0) - target) ** 2).sum(axis=0)


def _scaled(directions: Floats, length: float) -> Floats:
    return length * directions / np.maximum(np.linalg.norm(directions, axis=0), 1e-300)
