"""The ideal shapes: what share of a dimension each feature has, by the formula alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from superviz.core.geometry import feature_dimensionality
from superviz.core.theory import IDEAL_DIMENSIONALITIES
from superviz.reproduction.expected import near
from superviz.reproduction.study import Check, Measure, Study
from superviz.reproduction.trained import Floats

_SOURCE = "TMS, “The geometry of superposition”"


def polygon(corners: int) -> Floats:
    """A regular polygon, (2, corners)."""
    turns = 2 * np.pi * np.arange(corners) / corners
    return np.stack([np.cos(turns), np.sin(turns)])


def antiprism() -> Floats:
    """The tight square antiprism, (3, 8): two squares, one turned by 45 degrees, that fill space evenly."""
    turns = np.pi / 4 * np.arange(8)
    height = np.sqrt(1 / 3) * (-1.0) ** np.arange(8)
    return np.stack([np.sqrt(2 / 3) * np.cos(turns), np.sqrt(2 / 3) * np.sin(turns), height])


def beside(*parts: Floats) -> Floats:
    """Shapes in dimensions of their own."""
    union = np.zeros((sum(len(part) for part in parts), sum(part.shape[1] for part in parts)))
    row = column = 0
    for part in parts:
        union[row : row + len(part), column : column + part.shape[1]] = part
        row, column = row + len(part), column + part.shape[1]
    return union


_DIGON = np.array([[1.0, -1.0]])
_SHAPES: dict[str, tuple[Floats, Sequence[str]]] = {
    "alone": (np.eye(1), ["alone"]),
    "tetrahedron": (np.array([[1.0, 1, -1, -1], [1, -1, 1, -1], [1, -1, -1, 1]]), ["tetrahedron"]),
    "triangle": (polygon(3), ["triangle"]),
    "digon": (_DIGON, ["digon"]),
    "pentagon": (polygon(5), ["pentagon"]),
    "square antiprism": (antiprism(), ["square antiprism"]),
    "dead feature": (np.zeros((1, 1)), ["dead"]),
    "square": (polygon(4), ["digon"]),
    "octahedron": (beside(_DIGON, _DIGON, _DIGON), ["digon"]),
    "triangular bipyramid": (beside(polygon(3), _DIGON), ["triangle"] * 3 + ["digon"] * 2),
    "pentagonal bipyramid": (beside(polygon(5), _DIGON), ["pentagon"] * 5 + ["digon"] * 2),
}
"""Directions, and which ideal each feature keeps; where there is one, all do."""
_CLAIMS = {
    "alone": "A feature with a dimension to itself has all of it.",
    "dead feature": "A feature that is not represented has nothing.",
    "square": "A square is two digons: each of its features has a half.",
    "octahedron": "An octahedron is three digons: each of its features has a half.",
    "triangular bipyramid": "In a triangular bipyramid the triangle and the digon keep their own shares.",
    "pentagonal bipyramid": "In a pentagonal bipyramid the pentagon and the digon keep their own shares.",
}


def _claim(name: str) -> str:
    return _CLAIMS.get(name, f"Each feature of a {name} has this share of a dimension.")


def _shares(W: Floats) -> Measure:
    return lambda models: feature_dimensionality(W).tolist()


STUDIES = (
    Study(
        name="ideals",
        title="The ideal shapes, by the formula",
        source=_SOURCE,
        runs=(),
        checks=tuple(
            Check(
                name=name,
                claim=_claim(name),
                source=_SOURCE,
                expected=near([IDEAL_DIMENSIONALITIES[part] for part in parts], 1e-9),
                measure=_shares(W),
            )
            for name, (W, parts) in _SHAPES.items()
        ),
    ),
)
