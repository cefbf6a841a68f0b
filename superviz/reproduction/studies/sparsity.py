"""What sparsity does: dense features get directions of their own, sparse ones share (TMS)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from superviz.core.geometry import feature_dimensionality, weight_norms
from superviz.reproduction.chart import Axis, Curve, chart
from superviz.reproduction.expected import at_most, between, near
from superviz.reproduction.measures import (
    cosines,
    dimensionalities,
    lengths,
    live_dimensionalities,
    named,
    shape_names,
    size,
)
from superviz.reproduction.pictures import heatmaps, vectors
from superviz.reproduction.run import probabilities, sweep
from superviz.reproduction.study import Check, Models, Picture, Study, at
from superviz.reproduction.trained import Floats, Trained
from superviz.scene.drawables import Scene
from superviz.scene.palette import Palette

_INTRO = "TMS, “Demonstrating superposition”"
_VARIED = "TMS, “Perturbing a single feature”"
_MEASURED = "measured for this project"


def _angle(trained: Trained) -> Sequence[float]:
    return cosines(trained, [(0, 1)])[trained.best].tolist()


INTRO = Study(
    name="intro",
    title="Five features in two dimensions, from dense to sparse",
    source=_INTRO,
    runs=(sweep(probabilities(1.0, 0.26, 0.05), seeds=64, n_features=5, n_hidden=2, importance=0.9),),
    checks=(
        Check(
            "lengths, dense",
            "Where all features are always active, the two most important have a direction each and the others none.",
            _INTRO,
            near([1, 1, 0, 0, 0], 0.05),
            at("p = 1", lengths),
        ),
        Check(
            "right angle, dense",
            "Those two are orthogonal: the cosine between them is 0.",
            _INTRO,
            near(0, 0.05),
            at("p = 1", _angle),
        ),
        Check(
            "digons",
            "In between, four features make two antipodal pairs, each feature with half a dimension.",
            _INTRO,
            near(0.5, 0.03),
            at("p = 0.26", live_dimensionalities),
        ),
        Check(
            "four live",
            "One feature of the five is left out there.",
            _INTRO,
            near(4, 0),
            at("p = 0.26", lambda trained: [float(len(live_dimensionalities(trained)))]),
        ),
        Check(
            "pentagon",
            "Sparse features all share: five in a pentagon, some two fifths of a dimension each.",
            _INTRO,
            between(0.38, 0.41),
            at("p = 0.05", dimensionalities),
        ),
        Check(
            "seeds that find it",
            "Most of 64 random starts end in the pentagon: within three standard deviations of that count.",
            _MEASURED,
            near(50, 10),
            at("p = 0.05", named("Pentagon")),
        ),
    ),
    pictures=(Picture("The best of 64 seeds.", vectors("p = 1", "p = 0.26", "p = 0.05")),),
)


def _pentagons(trained: Trained) -> list[int]:
    return [seed for seed, name in enumerate(shape_names(trained.W)) if name == "Pentagon"]


def _of_pentagons(values: Callable[[Trained], Floats]) -> Callable[[Trained], Sequence[float]]:
    """Every feature's value in every seed that became a pentagon."""
    return lambda trained: values(trained)[_pentagons(trained)].ravel().tolist()


def _halfway(trained: Trained) -> Sequence[float]:
    halfway = int(np.abs(trained.noted_steps - 10_000).argmin())
    return [float(shape_names(trained.noted_W[halfway]).count("Pentagon"))]


def _settled(trained: Trained) -> Sequence[float]:
    return [float(len(_pentagons(trained)) + sum(map(_is_plateau, feature_dimensionality(trained.W))))]


def _is_plateau(shares: Floats) -> bool:
    """Whether four features have about half a dimension each, and the fifth next to none."""
    weakest, *others = sorted(shares.tolist())
    return weakest < 0.1 and all(abs(share - 0.5) < 0.1 for share in others)


def _two_levels(models: Models, palette: Palette) -> Scene:
    losses = 1000 * np.sort(models["p = 0.05"].evaluation)
    seeds = Curve(np.arange(1.0, len(losses) + 1), losses, color=4, manner="points")
    across = Axis("Seed, by loss", 0, len(losses) + 1)
    return chart([seeds], across, Axis("Loss, thousandths, mean over features", 0, 1.1 * losses[-1]), palette)


PENTAGON = Study(
    name="pentagon",
    title="Five equal, sparse features",
    source=_VARIED,
    runs=(sweep(probabilities(0.05), seeds=64, note_every=10_000, n_features=5, n_hidden=2, steps=20_000),),
    checks=(
        Check(
            "seeds by step 10,000",
            "So many of 64 random starts are a pentagon: within three standard deviations of that count.",
            _MEASURED,
            near(58, 7),
            at("p = 0.05", _halfway),
        ),
        Check(
            "seeds by step 20,000",
            "Few of the others get there later.",
            _MEASURED,
            near(59, 7),
            at("p = 0.05", named("Pentagon")),
        ),
        Check(
            "the others",
            "All that are no pentagon sit on the plateau of two digons and a fifth feature with next to no dimension.",
            _MEASURED,
            near(64, 0),
            at("p = 0.05", _settled),
        ),
        Check(
            "lengths",
            "Every feature of every pentagon is this long.",
            _MEASURED,
            near(1.13, 0.02),
            at("p = 0.05", _of_pentagons(lambda trained: weight_norms(trained.W))),
        ),
        Check(
            "biases",
            "Every bias of every pentagon is this far below zero.",
            _MEASURED,
            near(-0.25, 0.02),
            at("p = 0.05", _of_pentagons(lambda trained: trained.b)),
        ),
        Check(
            "dimensionality",
            "Every single D_i is two fifths.",
            "TMS, “The geometry of superposition”",
            near(0.4, 0.01),
            at("p = 0.05", _of_pentagons(lambda trained: feature_dimensionality(trained.W))),
        ),
    ),
    pictures=(Picture("The evaluation loss of each seed: pentagons, and above them the plateau.", _two_levels),),
)


def _kept(count: int) -> Callable[[Trained], Sequence[float]]:
    return lambda trained: weight_norms(trained.W)[:, :count].ravel().tolist()


def _dropped(count: int) -> Callable[[Trained], Sequence[float]]:
    return lambda trained: weight_norms(trained.W)[:, count:].ravel().tolist()


def _bias_kept(count: int) -> Callable[[Trained], Sequence[float]]:
    return lambda trained: trained.b[:, :count].ravel().tolist()


def _bias_dropped(count: int) -> Callable[[Trained], Sequence[float]]:
    return lambda trained: trained.b[:, count:].ravel().tolist()


def _keeps_most_important(condition: str, n: int, m: int) -> tuple[Check, ...]:
    """The checks of a dense model of n features in m dimensions."""
    return (
        Check(
            "size, dense",
            f"Dense features fill the {m} dimensions once: ‖W‖² is their number.",
            _INTRO,
            near(float(m), 0.02),
            at(condition, size),
        ),
        Check(
            "the most important",
            f"The {m} most important features are kept, each of length 1.",
            _INTRO,
            near(1, 0.05),
            at(condition, _kept(m)),
        ),
        Check("the others", f"The other {n - m} are given up.", _INTRO, at_most(0.05), at(condition, _dropped(m))),
        Check("bias, kept", "Kept features need no bias.", _INTRO, near(0, 0.02), at(condition, _bias_kept(m))),
        Check(
            "bias, given up",
            "What is given up is guessed by its mean, E[x] = 1/2.",
            _INTRO,
            near(0.5, 0.02),
            at(condition, _bias_dropped(m)),
        ),
    )


def _size_nearest(value: float) -> Callable[[Trained], Sequence[float]]:
    return lambda trained: [min(size(trained), key=lambda squared: abs(squared - value))]


def _linear_stays(m: int) -> Check:
    return Check(
        "linear, sparse",
        "A linear model never stores more features than it has dimensions, however sparse they are.",
        _INTRO,
        near(float(m), 0.05),
        at("linear, p = 0.1", size),
    )


DENSE = Study(
    name="basic",
    title="Twenty features in five dimensions",
    source=_INTRO,
    runs=(
        sweep(probabilities(1.0, 0.1), seeds=8, n_features=20, n_hidden=5, importance=0.7),
        sweep(
            {"linear, p = 0.1": {"feature_probability": 0.1}},
            seeds=8,
            model="linear",
            n_features=20,
            n_hidden=5,
            importance=0.7,
        ),
    ),
    checks=(
        *_keeps_most_important("p = 1", 20, 5),
        Check(
            "size, sparse",
            "Of one seed, ‖W‖² was 8.9 at p = 0.1: nine features in five dimensions; another seed may keep ten.",
            _MEASURED,
            near(8.9, 0.2),
            at("p = 0.1", _size_nearest(8.9)),
        ),
        _linear_stays(5),
    ),
    pictures=(Picture("WᵀW and bias of the best seed.", heatmaps("p = 1", "p = 0.1", "linear, p = 0.1")),),
)


def _lengths_and_biases(models: Models, palette: Palette) -> Scene:
    trained = models["p = 1"]
    features = np.arange(1.0, trained.W.shape[2] + 1)
    curves = [
        Curve(features, np.array(lengths(trained)), "length ‖W‖", 0, "points"),
        Curve(features, trained.b[trained.best], "bias b", 4, "points"),
    ]
    return chart(curves, Axis("Feature, by importance", 0, 81), Axis("", -0.1, 1.1), palette)


SCALED = Study(
    name="scaled",
    title="Eighty features in twenty dimensions",
    source=_INTRO,
    # After 10,000 steps the directions of features 20 and 21, which matter almost alike, still turn.
    runs=(sweep(probabilities(1.0), seeds=4, n_features=80, n_hidden=20, importance=0.9, steps=15_000),),
    checks=_keeps_most_important("p = 1", 80, 20),
    pictures=(Picture("Every feature of the best seed: its length, and its bias.", _lengths_and_biases),),
)

STUDIES = (INTRO, PENTAGON, DENSE, SCALED)
