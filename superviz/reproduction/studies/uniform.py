"""Many equal features: how they fill a few dimensions, and what that costs under attack (TMS)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from superviz.core.geometry import feature_dimensionality, frobenius_norm_squared
from superviz.core.shapes import feature_glyphs
from superviz.core.theory import IDEAL_DIMENSIONALITIES
from superviz.reproduction.attack import vulnerability
from superviz.reproduction.chart import Axis, Curve, chart
from superviz.reproduction.expected import at_least, near
from superviz.reproduction.run import probabilities, sweep
from superviz.reproduction.study import Check, Measure, Models, Picture, Study, at
from superviz.reproduction.trained import Trained
from superviz.scene.drawables import Scene
from superviz.scene.palette import Palette

_GEOMETRY = "TMS, “The geometry of superposition”"
_ADVERSARIAL = "TMS, “Relationship to adversarial robustness”"
_MEASURED = "measured for this project"


def sharing(trained: Trained) -> Sequence[float]:
    """D* = m / ||W||_F^2 of each seed: dimensions per feature."""
    return (trained.W.shape[1] / frobenius_norm_squared(trained.W)).tolist()


def _in_all(trained: Trained) -> Sequence[float]:
    return feature_dimensionality(trained.W).sum(axis=1).tolist()


def _in_digons(trained: Trained) -> Sequence[float]:
    """The share of live features that are half of an antipodal pair, of each seed."""
    glyphs = [[glyph for glyph in feature_glyphs(W) if glyph != "dead"] for W in trained.W]
    return [of_model.count("digon") / len(of_model) for of_model in glyphs]


def _across(conditions: Sequence[str], measure: Callable[[Trained], Sequence[float]]) -> Measure:
    return lambda models: [value for condition in conditions for value in measure(models[condition])]


_SMALL = (1.0, 0.3, 0.2, 0.1, 0.05, 0.02)
_SPARSE = [f"p = {p:g}" for p in _SMALL[1:]]


def _loss_under_attack(models: Models) -> tuple[list[float], list[float]]:
    """Features per dimension, and vulnerability beside that of the dense model: of the first seed at each p."""
    crowd = [1 / sharing(models[f"p = {p:g}"])[0] for p in _SMALL]
    harm = [vulnerability(models[f"p = {p:g}"]) for p in _SMALL]
    return crowd, [one / harm[0] for one in harm]


def _tracks(models: Models) -> Sequence[float]:
    return [float(np.corrcoef(*_loss_under_attack(models))[0, 1])]


def _plateaus(probabilities: Sequence[float]) -> Picture:
    """D* against 1/(1 - S), as the paper draws it."""

    def draw(models: Models, palette: Palette) -> Scene:
        sparsity = 1 / np.array(probabilities)
        measured = np.array([float(np.mean(sharing(models[f"p = {p:g}"]))) for p in probabilities])
        ends = np.array([1.0, 100.0])
        curves = [
            *(Curve(ends, np.full(2, level), name, manner="dashed") for level, name in ((1.0, "1"), (0.5, "½"))),
            Curve(sparsity, measured, "D*", 4),
            Curve(sparsity, measured, color=4, manner="points"),
        ]
        return chart(curves, Axis("1 / (1 − S)", 1, 100, logarithmic=True), Axis("D* = m / ‖W‖²", 0, 1.1), palette)

    return Picture("Dimensions per feature against sparsity: plateaus at 1 and at one half.", draw)


def _harm(models: Models, palette: Palette) -> Scene:
    crowd, harm = map(np.array, _loss_under_attack(models))
    points = Curve(crowd, harm, color=2, manner="points")
    return chart(
        [points],
        Axis("Features per dimension, 1 / D*", 0, 1.1 * crowd.max()),
        Axis("Vulnerability", 0, 1.1 * harm.max()),
        palette,
    )


def _sharing_checks(
    n_hidden: int, sparse: Sequence[str], plateau: Sequence[str], *, together: float, paired: float
) -> tuple[Check, ...]:
    """How equal features share: `sparse` are the conditions where they do, `plateau` those where they do in pairs.

    `together` is how far off the sum of D_i may be, `paired` the least share of features that may be in a pair.
    """
    return (
        Check(
            "all shares together",
            f"However sparse features share, the dimensions are used up: the sum of D_i is {n_hidden}.",
            _MEASURED,
            near(n_hidden, together),
            _across(sparse, _in_all),
        ),
        Check(
            "plateau of one",
            "Dense features have a dimension each: D* = m / ‖W‖² is 1.",
            _GEOMETRY,
            near(1, 0.02),
            at("p = 1", sharing),
        ),
        Check(
            "plateau of a half",
            f"At {' and '.join(plateau)} features come in antipodal pairs: D* sticks at one half.",
            _GEOMETRY,
            near(0.5, 0.02),
            _across(plateau, sharing),
        ),
        Check(
            "pairs",
            "In the graph of WᵀW what lives there falls into antipodal pairs: the share of features in one.",
            _GEOMETRY,
            at_least(paired),
            _across(plateau, _in_digons),
        ),
    )


UNIFORM = Study(
    name="uniform",
    title="Sixty equal features in six dimensions",
    source=_GEOMETRY,
    runs=(sweep(probabilities(*_SMALL), seeds=2, n_features=60, n_hidden=6),),
    checks=(
        *_sharing_checks(6, _SPARSE, ("p = 0.3",), together=0.02, paired=1),
        Check(
            "attack tracks sharing",
            "What an attack of a tenth of the mean input's length adds to the loss, for its length, follows the number "
            "of features per dimension: their correlation.",
            _ADVERSARIAL,
            at_least(0.95),
            _tracks,
        ),
        Check(
            "attack grows",
            "Superposition makes a model more than three times as vulnerable.",
            _ADVERSARIAL,
            at_least(3),
            lambda models: [max(_loss_under_attack(models)[1])],
        ),
    ),
    pictures=(
        _plateaus(_SMALL),
        Picture("What an attack costs, beside the dense model's cost, against features per dimension.", _harm),
    ),
)

_LARGE = tuple(np.round(np.geomspace(1.0, 0.01, 16), 4).tolist())
_SHARED = [f"p = {p:g}" for p in _LARGE if p < 0.25]


def _shares(models: Models, palette: Palette) -> Scene:
    """Every D_i against 1/(1 - S), as the paper draws it; what falls on the same spot is drawn once."""
    spots = {
        (1 / p, round(share, 3))
        for p in _LARGE
        for share in feature_dimensionality(models[f"p = {p:g}"].W).ravel().tolist()
        if share
    }
    x, y = np.array(sorted(spots)).T
    ends = np.array([1.0, 110.0])
    ideals = [
        Curve(ends, np.full(2, IDEAL_DIMENSIONALITIES[shape]), shape, manner="dashed")
        for shape in ("alone", "tetrahedron", "triangle", "digon", "pentagon", "square antiprism")
    ]
    across = Axis("1 / (1 − S)", 0.9, 110, logarithmic=True)
    return chart([*ideals, Curve(x, y, color=4, manner="points")], across, Axis("D of each feature", 0, 1.05), palette)


LARGE = Study(
    name="uniform-large",
    title="Four hundred equal features in thirty dimensions",
    source=_GEOMETRY,
    quick=False,
    runs=(sweep(probabilities(*_LARGE), seeds=1, n_features=400, n_hidden=30),),
    checks=_sharing_checks(30, _SHARED, ("p = 0.3981", "p = 0.2929"), together=0.1, paired=0.95),
    pictures=(
        _plateaus(_LARGE),
        Picture("The dimensionality of every feature, and those of the ideal shapes.", _shares),
    ),
)

STUDIES = (UNIFORM, LARGE)
