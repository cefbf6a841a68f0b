"""Memorising or learning: what few examples, and what many, make of the same model (Henighan et al. 2023)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from superviz.core.geometry import feature_dimensionality
from superviz.engine.tables import table
from superviz.reproduction.expected import at_least, at_most, between, near
from superviz.reproduction.pictures import Card, vectors
from superviz.reproduction.run import Run, sweep
from superviz.reproduction.study import Check, Picture, Study, at
from superviz.reproduction.trained import Floats, Trained

_SOURCE = "Henighan et al. 2023, “Superposition, Memorization, and Double Descent”"
_FEW, _MANY = 5, 2500
_CORNERS = 5


def _examples(count: int) -> str:
    return f"T = {count:,}"


def _training_set(count: int) -> Run:
    return sweep(
        {_examples(count): {"feature_probability": 0.02}},
        seeds=2,
        n_features=200,
        n_hidden=2,
        training_set=count,
        unit_norm=True,
        steps=5_000,
        warmup=250,
        schedule="cosine",
    )


def hidden_points(trained: Trained) -> Floats:
    """Where each training example lies in the hidden space, (seeds, hidden, examples)."""
    examples = table(trained.experiment)
    assert examples is not None, "trained on a training set"
    return trained.W @ examples.x[trained.instances].astype(np.float64)


def _data(trained: Trained) -> Sequence[float]:
    """The dimensionality of every training example, of every seed."""
    return feature_dimensionality(hidden_points(trained)).ravel().tolist()


def _features(trained: Trained) -> Floats:
    """The features' dimensionalities, the largest first, (seeds, features)."""
    return -np.sort(-feature_dimensionality(trained.W), axis=1)


def _test_beside_train(trained: Trained) -> Sequence[float]:
    return (trained.evaluation / trained.losses[-1]).tolist()


MEMORISATION = Study(
    name="memorisation",
    title="Two hundred features in two dimensions: few examples and many",
    source=_SOURCE,
    runs=(_training_set(_FEW), _training_set(_MANY)),
    checks=(
        Check(
            "few: data points",
            "Five examples are stored themselves, as a pentagon: each has two fifths of a dimension.",
            _SOURCE,
            near(0.4, 0.05),
            at(_examples(_FEW), _data),
        ),
        Check(
            "few: no features",
            "No feature has as much.",
            _SOURCE,
            at_most(0.3),
            at(_examples(_FEW), lambda trained: _features(trained)[:, 0].tolist()),
        ),
        Check(
            "few: memorised",
            "What was learned is of no use for fresh samples: the test loss is many times the training loss.",
            _SOURCE,
            at_least(10),
            at(_examples(_FEW), _test_beside_train),
        ),
        Check(
            "many: features",
            "Of many examples the model learns five of the features, each with a good third of a dimension.",
            _SOURCE,
            between(0.3, 0.4),
            at(_examples(_MANY), lambda trained: _features(trained)[:, :_CORNERS].ravel().tolist()),
        ),
        Check(
            "many: the others",
            "The other features have next to nothing.",
            _SOURCE,
            at_most(0.1),
            at(_examples(_MANY), lambda trained: _features(trained)[:, _CORNERS].tolist()),
        ),
        Check(
            "many: no data points",
            "And so has every example.",
            _SOURCE,
            at_most(0.1),
            at(_examples(_MANY), _data),
        ),
        Check(
            "many: generalises",
            "The test loss is the training loss, to a few hundredths.",
            _SOURCE,
            near(1, 0.05),
            at(_examples(_MANY), _test_beside_train),
        ),
    ),
    pictures=(
        Picture(
            "Arrows are features, dots are training examples: five of them in a pentagon, then five features.",
            vectors(Card(_examples(_FEW), "Five examples"), Card(_examples(_MANY), "Five features")),
        ),
    ),
)

STUDIES = (MEMORISATION,)
