"""Neurons with a basis of their own: when they mean one thing each, and computing in superposition (TMS)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from superviz.core.neurons import polysemanticity
from superviz.reproduction.expected import at_least, at_most, between, near
from superviz.reproduction.pictures import Card, neuron_bars
from superviz.reproduction.run import Run, probabilities, sweep
from superviz.reproduction.study import Check, Picture, Study, at
from superviz.reproduction.trained import Trained

_BASIS = "TMS, “Superposition in a privileged basis”"
_COMPUTING = "TMS, “Computation in superposition”"
_MONOSEMANTIC = 1.5
"""A neuron whose weights spread over no more features than this means one of them."""
_POLYSEMANTIC = 2.0
"""One that mixes as many features as this, or more, does not."""


def mixing(trained: Trained) -> Sequence[float]:
    """How many features each neuron of the best seed mixes."""
    return polysemanticity(trained.W[trained.best]).tolist()


def _most_mixed(trained: Trained) -> Sequence[float]:
    return [max(mixing(trained))]


def _all_monosemantic(p: float) -> Check:
    return Check(
        f"monosemantic, p = {p:g}",
        f"At p = {p:g} each neuron of the best of the seeds means one feature: so many does it mix.",
        _BASIS,
        at_most(_MONOSEMANTIC),
        at(f"p = {p:g}", mixing),
    )


def _ten_in_five(*p: float, seeds: int) -> Run:
    return sweep(probabilities(*p), seeds=seeds, n_features=10, n_hidden=5, importance=0.75, model="relu_hidden")


PRIVILEGED = Study(
    name="privileged",
    title="A privileged basis: ten features in five neurons",
    source=_BASIS,
    # Dense models are alike whatever their seed; the best of the sparse ones is found by few.
    runs=(_ten_in_five(1.0, 0.75, 0.6, seeds=8), _ten_in_five(0.15, 0.1, seeds=64)),
    checks=(
        *map(_all_monosemantic, (1.0, 0.75, 0.6)),
        Check(
            "polysemantic, p = 0.15",
            "Below p = 0.2 neurons mix: so many features does the most mixed one of the best of 64 seeds.",
            _BASIS,
            at_least(_POLYSEMANTIC),
            at("p = 0.15", _most_mixed),
        ),
        Check(
            "polysemantic, p = 0.1",
            "At p = 0.1 every neuron of the best of 64 seeds mixes several.",
            _BASIS,
            at_least(_POLYSEMANTIC),
            at("p = 0.1", mixing),
        ),
    ),
    pictures=(
        Picture(
            "What each neuron of the best seed reads, feature by feature.",
            neuron_bars(*(Card(condition, "") for condition in ("p = 1", "p = 0.6", "p = 0.15", "p = 0.1"))),
        ),
    ),
)


def _neurons_a_feature(trained: Trained) -> Sequence[float]:
    """How many neurons of the best seed are mostly about each feature."""
    W = np.abs(trained.W[trained.best])
    return np.bincount(W.argmax(axis=1), minlength=W.shape[1]).astype(np.float64).tolist()


def _signs(trained: Trained) -> Sequence[float]:
    """The sum, over each feature's neurons, of the sign with which they take it in."""
    W = trained.W[trained.best]
    about = np.abs(W).argmax(axis=1)
    signs = np.sign(W[np.arange(len(W)), about])
    return np.bincount(about, weights=signs, minlength=W.shape[1]).tolist()


ABSOLUTE = Study(
    name="absolute",
    title="Absolute value: three features in six neurons",
    source=_COMPUTING,
    runs=(
        sweep(
            probabilities(1.0, 0.1),
            seeds=16,
            n_features=3,
            n_hidden=6,
            model="absolute_value",
            signed=True,
        ),
    ),
    checks=(
        *(
            Check(
                f"two a feature, p = {p:g}",
                f"At p = {p:g} the best of sixteen seeds gives two of its six neurons to each feature.",
                _COMPUTING,
                near([2, 2, 2], 0),
                at(f"p = {p:g}", _neurons_a_feature),
            )
            for p in (1.0, 0.1)
        ),
        Check(
            "one for each sign",
            "One of the two takes the feature in as it is, the other turned round: |x| = ReLU(x) + ReLU(−x).",
            _COMPUTING,
            near(0, 0),
            at("p = 0.1", _signs),
        ),
        Check(
            "one feature a neuron",
            "No neuron mixes features there.",
            _COMPUTING,
            at_most(1.1),
            at("p = 0.1", mixing),
        ),
        Check(
            "no loss",
            "Six neurons are enough: nothing is lost.",
            _COMPUTING,
            at_most(1e-6),
            at("p = 0.1", lambda trained: [float(trained.evaluation.min())]),
        ),
    ),
    pictures=(
        Picture(
            "What each neuron of the best seed reads, and what it writes.",
            neuron_bars(*(Card(condition, "") for condition in ("p = 1", "p = 0.1")), height=420),
        ),
    ),
)


def _share(trained: Trained) -> Sequence[float]:
    """The share of neurons that mean one feature."""
    return [float(np.mean(np.array(mixing(trained)) <= _MONOSEMANTIC))]


COMPUTING = Study(
    name="computing",
    title="Computing in superposition: a hundred features in forty neurons",
    source=_COMPUTING,
    quick=False,
    runs=(
        sweep(
            probabilities(0.3, 0.1, 0.03),
            seeds=2,
            n_features=100,
            n_hidden=40,
            importance=0.8,
            model="absolute_value",
            signed=True,
        ),
    ),
    checks=(
        Check(
            "dense",
            "At p = 0.3 every neuron of the best seed means one feature: the share of those that do.",
            _COMPUTING,
            near(1, 0),
            at("p = 0.3", _share),
        ),
        Check("between", "At p = 0.1 some neurons do.", _COMPUTING, between(0.1, 0.9), at("p = 0.1", _share)),
        Check("sparse", "At p = 0.03 next to none does.", _COMPUTING, at_most(0.1), at("p = 0.03", _share)),
    ),
    pictures=tuple(
        Picture(
            f"What the forty neurons of the best seed read and write at {condition}.",
            neuron_bars(Card(condition, ""), height=420),
        )
        for condition in ("p = 0.3", "p = 0.1", "p = 0.03")
    ),
)

STUDIES = (PRIVILEGED, ABSOLUTE, COMPUTING)
