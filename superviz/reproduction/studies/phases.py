"""Phase diagrams: where superposition begins, against the boundary of the best models there are (TMS)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from superviz.core.geometry import weight_norms
from superviz.core.theory import expected_loss, held_pair_boundary, is_antipodal, phase_boundary, zero_bias_boundary
from superviz.reproduction.chart import Axis, Curve, chart, phase_diagram
from superviz.reproduction.expected import at_least, near
from superviz.reproduction.measures import cosines, lengths
from superviz.reproduction.run import Run, sweep
from superviz.reproduction.study import Check, Measure, Models, Picture, Study, at
from superviz.reproduction.trained import Floats, Trained
from superviz.scene.drawables import Scene
from superviz.scene.palette import Palette

_SOURCE = "TMS, “Superposition as a phase change”"
_DERIVED = "the expected loss, minimised over W and b (core/theory.py)"
_SEEDS = 10
_SPACING = 0.01
_TOLERANCE = 0.02
_BOUNDARIES = {1.0: 0.713, 0.5: 0.485, 0.1: 0.181, 10.0: 0.181}
"""By importance; `phase_boundary` to three decimals, which a check of its own sees to."""


def cell(importance: float, probability: float) -> str:
    """The name of that point of the diagram."""
    return f"I = {importance:g}, p = {probability:g}"


def _around(importance: float) -> tuple[float, ...]:
    """The probabilities to train at, on either side of the boundary."""
    middle = round(_BOUNDARIES[importance], 2)
    return tuple(np.round(middle + np.arange(-6, 7) * _SPACING, 2).tolist())


def _pairs(points: Sequence[tuple[float, float]]) -> Run:
    """Two features in one dimension at each (importance, probability)."""
    conditions = {
        cell(importance, p): {"feature_probability": p, "importance": (1.0, importance)} for importance, p in points
    }
    return sweep(conditions, seeds=_SEEDS, n_features=2, n_hidden=1)


def best_weights(trained: Trained) -> Floats:
    """W of the seed whose expected loss, which is known without noise, is lowest."""
    p, importance = float(trained.probability[0, 0]), trained.importance[0].tolist()
    losses = [expected_loss(W, b, p, importance)[0] for W, b in zip(trained.W, trained.b, strict=True)]
    return trained.W[int(np.argmin(losses))]


def _boundary(importance: float) -> Measure:
    """Where the best of the seeds ceases to be an antipodal pair."""

    def measure(models: Models) -> Sequence[float]:
        tried = _around(importance)
        found = [bool(is_antipodal(best_weights(models[cell(importance, p)]))) for p in tried]
        return [turning_point(tried, found)]

    return measure


def turning_point(tried: Sequence[float], found: Sequence[bool]) -> float:
    """The middle between the last point where something is found and the next; nan where it comes and goes."""
    count = sum(found)
    if not 0 < count < len(tried) or not all(found[:count]):
        return math.nan
    return (tried[count - 1] + tried[count]) / 2


def _sharing(models: Models, palette: Palette) -> Scene:
    curves: list[Curve] = []
    for color, importance in enumerate((1.0, 0.5, 0.1)):
        tried = _around(importance)
        pairs = np.stack([best_weights(models[cell(importance, p)])[0] for p in tried])
        share = -pairs.prod(axis=1) / (pairs**2).max(axis=1)
        curves.append(Curve(np.array(tried), share, f"I = {importance:g}", 2 * color, "points"))
        curves.append(Curve(np.full(2, _BOUNDARIES[importance]), np.array([0.0, 1.1]), manner="dashed"))
    return chart(curves, Axis("Feature probability, p", 0.05, 0.85), Axis("", -0.1, 1.1), palette)


PHASE = Study(
    name="phase",
    title="Two features in one dimension: where superposition begins",
    source=_SOURCE,
    runs=(_pairs([(importance, p) for importance in _BOUNDARIES for p in _around(importance)]),),
    checks=(
        Check(
            "zero bias",
            "With b = 0 a pair and one feature alone tie at p = 4 min(1, I) / (2 (1 + I) + 3 min(1, I)): "
            "here for I = 1, 0.5, 0.1 and 10.",
            _SOURCE,
            near([0.5714, 0.4444, 0.16, 0.16], 5e-5),
            lambda models: [zero_bias_boundary(importance) for importance in _BOUNDARIES],
        ),
        Check(
            "all optimised",
            "With the best W and b of each the boundary lies further out: here for I = 0.5 and 0.1.",
            "computed for this project",
            near([0.49, 0.185], _TOLERANCE),
            lambda models: [phase_boundary(importance) for importance in (0.5, 0.1)],
        ),
        Check(
            "pair held",
            "Equal features, the pair held at W = (1, −1) with only its biases optimised: there it ties with a mixed "
            "pair. With W free it stays the best for longer, up to .713.",
            "computed for this project",
            near(0.62, _TOLERANCE),
            lambda models: [held_pair_boundary()],
        ),
        *(
            Check(
                f"boundary, I = {importance:g}",
                f"Where the second feature's importance is {importance:g}, an antipodal pair is the best of ten "
                "trained models up to this p.",
                _DERIVED,
                near(expected, _TOLERANCE),
                _boundary(importance),
            )
            for importance, expected in _BOUNDARIES.items()
        ),
    ),
    pictures=(
        Picture(
            "How evenly the best of ten models shares its dimension: 1 for a pair of equals back to back, 0 for one "
            "feature alone. Dashed: the derived boundary.",
            _sharing,
        ),
    ),
)

_THIRD = 0.5
_BEFORE, _AFTER = 0.46, 0.51


def _third(p: float) -> str:
    return cell(_THIRD, p)


def _partner(trained: Trained) -> Sequence[float]:
    """The third feature's cosine with the one it leans on most."""
    return [float(cosines(trained, [(0, 2), (1, 2)])[trained.best].min())]


def _third_length(models: Models) -> Sequence[float]:
    return [lengths(models[_third(p)])[2] for p in (_BEFORE, _AFTER)]


def _crossover(models: Models) -> Sequence[float]:
    tried = _around(_THIRD)
    kept = [lengths(models[_third(p)])[2] > 0.4 for p in tried]
    return [turning_point(tried, kept)]


def _third_lengths(models: Models, palette: Palette) -> Scene:
    tried = np.array(_around(_THIRD))
    measured = np.array([lengths(models[_third(p)])[2] for p in tried.tolist()])
    curves = [
        Curve(np.full(2, _BOUNDARIES[_THIRD]), np.array([0.0, 1.1]), "boundary", manner="dashed"),
        Curve(tried, measured, color=2, manner="points"),
    ]
    return chart(curves, Axis("Feature probability, p", 0.41, 0.56), Axis("Length ‖W‖", -0.1, 1.1), palette)


CROSSOVER = Study(
    name="crossover",
    title="Three features in two dimensions: a change of the first order",
    source=_SOURCE,
    runs=(
        sweep(
            {_third(p): {"feature_probability": p, "importance": (1.0, 1.0, _THIRD)} for p in _around(_THIRD)},
            seeds=_SEEDS,
            n_features=3,
            n_hidden=2,
        ),
    ),
    checks=(
        Check(
            "boundary",
            "A third feature, half as important, is stored up to the p at which two in one dimension part: the feature "
            "that has a dimension to itself only looks on.",
            _DERIVED,
            near(_BOUNDARIES[_THIRD], _TOLERANCE),
            _crossover,
        ),
        Check(
            "jump",
            f"Its length doesn't fade but jumps: at p = {_BEFORE} and at {_AFTER}.",
            _DERIVED,
            near([0.823, 0], 0.05),
            _third_length,
        ),
        Check(
            "antipodal",
            f"Where it is stored, at p = {_BEFORE}, it lies opposite to one of the others.",
            _SOURCE,
            near(-1, 0.02),
            at(_third(_BEFORE), _partner),
        ),
    ),
    pictures=(Picture("The third feature's length in the best of ten models.", _third_lengths),),
)

_LOGARITHMIC = 21
_DIAGRAM_IMPORTANCES = tuple(np.round(np.geomspace(0.1, 10, _LOGARITHMIC), 4).tolist())
_DIAGRAM_PROBABILITIES = tuple(np.round(np.geomspace(1.0, 0.01, _LOGARITHMIC), 4).tolist())


def _phases(models: Models) -> list[list[str]]:
    """What the best model stores, by probability, then importance: "pair", "first", "second" or "mixed"."""
    return [
        [_phase(best_weights(models[cell(importance, p)])) for importance in _DIAGRAM_IMPORTANCES]
        for p in _DIAGRAM_PROBABILITIES
    ]


def _phase(W: Floats) -> str:
    if is_antipodal(W):
        return "pair"
    first, second = weight_norms(W)
    if second < 0.1 * first:
        return "first"
    return "second" if first < 0.1 * second else "mixed"


def _agreement(models: Models) -> Sequence[float]:
    """The share of points on the derived boundary's side, of those that don't lie on it."""
    right = total = 0
    for p, row in zip(_DIAGRAM_PROBABILITIES, _phases(models), strict=True):
        for importance, phase in zip(_DIAGRAM_IMPORTANCES, row, strict=True):
            boundary = phase_boundary(importance, 1e-3)
            if abs(p - boundary) > _TOLERANCE:
                total += 1
                right += (phase == "pair") == (p < boundary)
    return [right / total]


DIAGRAM = Study(
    name="phase-diagram",
    title="The phase diagram of two features in one dimension",
    source=_SOURCE,
    quick=False,
    runs=(_pairs([(importance, p) for p in _DIAGRAM_PROBABILITIES for importance in _DIAGRAM_IMPORTANCES]),),
    checks=(
        Check(
            "agreement",
            "Of 441 points, this share of those more than 0.02 from the boundary is in the derived phase.",
            _DERIVED,
            at_least(0.99),
            _agreement,
        ),
    ),
    pictures=(
        Picture(
            "The best of ten models at each point, by what it stores; the line is the derived boundary, the dashed one "
            "that at zero bias.",
            lambda models, palette: phase_diagram(
                _phases(models),
                _DIAGRAM_IMPORTANCES,
                _DIAGRAM_PROBABILITIES,
                [
                    ("all optimised", [phase_boundary(one, 1e-3) for one in _DIAGRAM_IMPORTANCES]),
                    ("zero bias", [zero_bias_boundary(one) for one in _DIAGRAM_IMPORTANCES]),
                ],
                palette,
            ),
        ),
    ),
)

STUDIES = (PHASE, CROSSOVER, DIAGRAM)
