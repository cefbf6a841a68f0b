"""Measures: what several checks ask of a condition's models."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from superviz.core.geometry import feature_dimensionality, frobenius_norm_squared, weight_norms
from superviz.core.shapes import name_shape
from superviz.reproduction.trained import Floats, Trained


def lengths(trained: Trained) -> Sequence[float]:
    """Every ||W_i|| of the best seed."""
    return weight_norms(trained.W[trained.best]).tolist()


def dimensionalities(trained: Trained) -> Sequence[float]:
    """Every D_i of the best seed."""
    return feature_dimensionality(trained.W[trained.best]).tolist()


def live_dimensionalities(trained: Trained) -> Sequence[float]:
    """The D_i of the best seed's features that live."""
    return [share for share in dimensionalities(trained) if share > 0]


def size(trained: Trained) -> Sequence[float]:
    """||W||_F^2 of each seed."""
    return frobenius_norm_squared(trained.W).tolist()


def shape_names(W: Floats) -> list[str]:
    """What each model of W, (models, hidden, features), is called; "" where that is not certain."""
    shapes = [name_shape(weights) for weights in W]
    return ["" if shape is None else shape.name for shape in shapes]


def named(name: str) -> Callable[[Trained], Sequence[float]]:
    """How many seeds have that shape."""
    return lambda trained: [float(shape_names(trained.W).count(name))]


def cosines(trained: Trained, pairs: Sequence[tuple[int, int]]) -> Floats:
    """The cosine of the angle between two features, for each pair: (seeds, pairs)."""
    directions = trained.W / np.maximum(weight_norms(trained.W), 1e-12)[:, None]
    return np.stack([np.einsum("sh,sh->s", directions[:, :, i], directions[:, :, j]) for i, j in pairs], axis=1)
