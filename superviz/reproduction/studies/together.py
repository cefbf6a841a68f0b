"""Features that come together or exclude each other: which of them share a line (TMS)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from superviz.core.geometry import gram_matrix
from superviz.reproduction.expected import near
from superviz.reproduction.measures import cosines, named, shape_names
from superviz.reproduction.pictures import vectors
from superviz.reproduction.run import Run, probabilities, sweep
from superviz.reproduction.study import Check, Picture, Study, at
from superviz.reproduction.trained import Trained

_PAIRS = "TMS, “Correlated and anticorrelated features”"
_LEARNING = "TMS, “Learning as geometric transformations”"
_MEASURED = "measured for this project"
_SETS = ((0, 1), (2, 3))
_ANTIPODAL = -0.98
"""The cosine of two features that point away from each other."""


def _pairs(distribution: str) -> Run:
    return sweep(
        {distribution: {"feature_probability": 0.05}},
        seeds=16,
        n_features=4,
        n_hidden=2,
        distribution=distribution,
        feature_sets=_SETS,
    )


def _within(trained: Trained) -> Sequence[float]:
    """The cosine within each set, of the best seed."""
    return cosines(trained, _SETS)[trained.best].tolist()


PAIRS = Study(
    name="pairs",
    title="Two pairs of features in two dimensions",
    source=_PAIRS,
    runs=(_pairs("correlated"), _pairs("anticorrelated")),
    checks=(
        Check(
            "correlated",
            "Features that come together are orthogonal: their cosine is 0.",
            _PAIRS,
            near(0, 0.05),
            at("correlated", _within),
        ),
        Check(
            "anticorrelated",
            "Features that exclude each other are antipodal, in the best of sixteen seeds: their cosine is −1.",
            _PAIRS,
            near(-1, 0.01),
            at("anticorrelated", _within),
        ),
    ),
    pictures=(Picture("Features 1 and 2 are a pair, and 3 and 4.", vectors("correlated", "anticorrelated")),),
)


def _across(trained: Trained) -> Sequence[float]:
    """How many features of the best seed have an antipode, and that in the other set."""
    W = trained.W[trained.best]
    unit = W / np.linalg.norm(W, axis=0)
    of_first = np.arange(6) < 3
    return [float(np.sum((gram_matrix(unit) < _ANTIPODAL) & (of_first[:, None] != of_first)))]


def _octahedra(p: float, count: int, tolerance: float) -> Check:
    return Check(
        f"seeds, p = {p:g}",
        f"So many of 24 seeds are an octahedron at p = {p:g}"
        + (": within three standard deviations." if tolerance else "."),
        _MEASURED,
        near(count, tolerance),
        at(f"p = {p:g}", named("Octahedron")),
    )


OCTAHEDRON = Study(
    name="octahedron",
    title="Two sets of three features in three dimensions",
    source=_LEARNING,
    runs=(
        sweep(
            probabilities(0.03, 0.1, 0.2),
            seeds=24,
            n_features=6,
            n_hidden=3,
            distribution="correlated",
            feature_sets=3,
        ),
    ),
    checks=(
        Check(
            "octahedron",
            "The best seed ends in an octahedron, at p = 0.1.",
            _LEARNING,
            near(1, 0),
            at("p = 0.1", lambda trained: [float(shape_names(trained.W)[trained.best] == "Octahedron")]),
        ),
        Check(
            "antipodes",
            "There the antipode of every one of the six features is of the other set.",
            _LEARNING,
            near(6, 0),
            at("p = 0.1", _across),
        ),
        _octahedra(0.03, 21, 5),
        _octahedra(0.1, 23, 3),
        _octahedra(0.2, 0, 0),
    ),
    pictures=(
        Picture(
            "The best of 24 seeds, seen in three dimensions: features 1 to 3 are a set, and 4 to 6.",
            vectors("p = 0.03", "p = 0.1", "p = 0.2"),
        ),
    ),
)

STUDIES = (PAIRS, OCTAHEDRON)
