"""What the model is shown: how each distribution draws its features, and the very samples a step trained on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from superviz.core.experiment import Experiment
from superviz.core.kinds import Distribution
from superviz.core.snapshot import Array
from superviz.engine.random_numbers import Bits, Stream, instance_keys, random_bits, step_key

Indices: TypeAlias = NDArray[np.int64]

UNIT = np.float32(2**-24)
"""What the last of a random word's upper 24 bits stands for: all of them fit a float32 exactly."""
_ONE = 1 << 24


@dataclass(frozen=True, eq=False, slots=True)
class Plan:
    """How an experiment's samples come from random words: the first n_features rows are its features.

    A row reads t, a uniform number on [0, 1), from a word, and is 1 - t / p where that is above 0, else 0: active with
    probability p, and then uniform on [0, 1] (TMS, "Demonstrating superposition", with one uniform for two). It is 0
    as well wherever its parent row is. Rows beyond the features serve as parents only.
    """

    n_features: int
    n_words: int
    """How many words a sample takes."""
    word: Indices
    """(rows,), the word that a row reads: its own, or where rows exclude each other, one that they share."""
    shift: Indices
    """(instances, rows), added to the word's upper 24 bits, modulo 2^24."""
    scale: Array
    """(instances, rows), UNIT / p."""
    parent: Indices
    """(rows,), -1 for none."""
    order: Indices
    """(rows,), every row once, parents before their children."""
    depth: int
    """How many ancestors a row has at most."""
    signed: bool
    """Whether a word's last bit is the sign of what is read from it."""

    def carried(self, carry: Callable[[Any], Any]) -> Plan:
        """The same with each array as `carry` makes it, torch's on some device say: what `draw` needs there."""
        arrays = {name: carry(getattr(self, name)) for name in ("word", "shift", "scale", "parent", "order")}
        return replace(self, **arrays)


class Source(Protocol):
    """A distribution of features: one class each."""

    def plan(self, experiment: Experiment) -> Plan:
        """How that experiment's samples come about."""
        ...


class Independent:
    """Each feature is active on its own (TMS)."""

    def plan(self, experiment: Experiment) -> Plan:
        return _plan(experiment, UNIT / experiment.probability_array())


class Correlated:
    """The features of a set have activities of correlation c, and sizes of their own (TMS, "Feature geometry").

    A hidden parent of each set is active with probability q, and its features, where it is, with probability r. So
    q r = p, and the covariance of two, q r^2 - p^2, is c p (1 - p) where r = p + c (1 - p).
    """

    def plan(self, experiment: Experiment) -> Plan:
        p, sets, n = experiment.probability_array().astype(np.float64), experiment.sets(), experiment.n_features
        probability = np.concatenate([p, np.empty((len(p), len(sets)))], axis=1)
        parent = np.zeros(n + len(sets), dtype=np.int64) - 1
        for row, given in enumerate(sets, start=n):
            members = list(given)
            together = p[:, members] + experiment.correlation * (1 - p[:, members])
            probability[:, members], probability[:, row] = together, (p[:, members] / together)[:, 0]
            parent[members] = row
        # Where r rounds to below p, q would be above 1.
        return _plan(experiment, UNIT / np.minimum(probability, 1).astype(np.float32), parent=parent)


class Anticorrelated:
    """At most one feature of a set is active (TMS, "Feature geometry"), each with p, or the set with p in all."""

    def plan(self, experiment: Experiment) -> Plan:
        p = experiment.activity_array()
        return _exclusive(experiment, p, experiment.sets())


class OneHot:
    """Exactly one feature is active in each sample, each as often as the others (Chen et al. 2023)."""

    def plan(self, experiment: Experiment) -> Plan:
        n = experiment.n_features
        return _exclusive(experiment, np.full((experiment.n_instances, n), 1 / n), [range(n)])


class Hierarchical:
    """A feature is active only where its parent is, and there with probability p."""

    def plan(self, experiment: Experiment) -> Plan:
        return _plan(
            experiment, UNIT / experiment.probability_array(), parent=np.array(experiment.ancestry(), dtype=np.int64)
        )


DISTRIBUTIONS: dict[Distribution, Source] = {
    "independent": Independent(),
    "correlated": Correlated(),
    "anticorrelated": Anticorrelated(),
    "one_hot": OneHot(),
    "hierarchical": Hierarchical(),
}
"""A class here and a name in core.kinds are all that a distribution takes."""


def plan(experiment: Experiment) -> Plan:
    """How the samples of `experiment` come from random words."""
    return DISTRIBUTIONS[experiment.distribution].plan(experiment)


def draw(plan: Plan, words: Any, xp: Any = np, instance: slice = slice(None)) -> Any:
    """Samples (instances, features, count) from random words (instances or 1, words, count), of 32 bits each.

    `xp` is numpy, with words of uint32, or torch, with int32 or int64; the plan's arrays then are of the same kind (see
    `Plan.carried`). The kernel does the same, to the last bit.
    """
    read, scale = words, plan.scale[instance, :, None]
    position = (read >> 8) & (_ONE - 1)  # which drops what a signed word's shift brings in
    if plan.n_words < len(plan.word):
        read, shift = words[:, plan.word], plan.shift[instance, :, None]
        position = (position[:, plan.word] + xp.asarray(shift, dtype=words.dtype)) & (_ONE - 1)
    x = (1 - xp.asarray(position, dtype=xp.float32) * scale).clip(0)
    for _ in range(plan.depth):  # one generation more in each round
        x = x * ((x[:, plan.parent] > 0) | (plan.parent < 0)[:, None])
    x = x[:, : plan.n_features]
    # 0 - x, since -x would be a negative zero.
    return xp.where((read[:, : plan.n_features] & 1) > 0, 0 - x, x) if plan.signed else x


def unit_norm(x: Any) -> Any:
    """Samples (..., features, count) scaled to length 1, but for those that are 0; numpy's or torch's."""
    length = (x * x).sum(-2)[..., None, :] ** 0.5
    return x / (length + (length == 0))


def sample(experiment: Experiment, instance: int, step: int) -> Array:
    """The batch, (features, batch), from which `instance` takes the step after `step`; the kernel's, bit for bit.

    With a training set, those are its examples, the same at every step; where training is noise-free, samples of the
    distribution whose expected loss it takes.
    """
    count, at = (experiment.batch_size, step) if experiment.training_set is None else (experiment.training_set, 0)
    scheme, keys = plan(experiment), instance_keys(experiment.seeds(), Stream.SAMPLES)
    words = random_bits(step_key(keys[instance : instance + 1], at), scheme.n_words, count)
    x = draw(scheme, words[None], instance=slice(instance, instance + 1))[0]
    return unit_norm(x) if experiment.unit_norm else x


def evaluation_bits(n_words: int, first: int, count: int) -> Bits:
    """Samples `first` to `first + count` of the one fixed evaluation set, as random words (words, count)."""
    return random_bits(instance_keys((0,), Stream.EVALUATION), n_words, count, first)


def _plan(
    experiment: Experiment,
    scale: Array,
    *,
    word: Indices | None = None,
    shift: Indices | None = None,
    parent: Indices | None = None,
) -> Plan:
    """A plan whose rows have that `scale`, (instances, rows), and are on their own but for what else is given."""
    rows = scale.shape[1]
    word = np.arange(rows, dtype=np.int64) if word is None else word
    shift = np.zeros(scale.shape, dtype=np.int64) if shift is None else shift
    parent = np.zeros(rows, dtype=np.int64) - 1 if parent is None else parent
    depths, ancestor = np.zeros(rows, dtype=np.int64), parent
    while (ancestor >= 0).any():
        depths += ancestor >= 0
        ancestor = np.where(ancestor >= 0, parent[ancestor], -1)
    order, depth = np.argsort(depths, kind="stable"), int(depths.max())
    n_words = int(word.max()) + 1
    return Plan(experiment.n_features, n_words, word, shift, scale, parent, order, depth, experiment.signed)


def _exclusive(experiment: Experiment, probability: Array | NDArray[np.float64], sets: Sequence[Sequence[int]]) -> Plan:
    """A plan in which the features of a set are active in intervals of one word that lie side by side."""
    first = np.arange(experiment.n_features)
    scale = UNIT / probability.astype(np.float32)
    shift = np.zeros(scale.shape, dtype=np.int64)
    for given in sets:
        members = list(given)
        first[members] = members[0]
        ends = _ends(probability[:, members])
        starts = np.concatenate([np.zeros_like(ends[:, :1]), ends[:, :-1]], axis=1)
        shift[:, members] = -starts % _ONE
        scale[:, members] = _exact_scale(ends - starts)
    return _plan(experiment, scale, word=np.unique(first, return_inverse=True)[1], shift=shift)


def _ends(probability: Array | NDArray[np.float64]) -> Indices:
    """Where the intervals of a set's features end, (instances, members), on a circle of 2^24 whole numbers.

    The last one ends at 2^24 where probabilities add up to 1, and none is empty.
    """
    ends = np.rint(np.cumsum(probability, axis=1, dtype=np.float64) * _ONE).astype(np.int64)
    least = np.arange(1, ends.shape[1] + 1, dtype=np.int64)
    return np.maximum.accumulate(np.clip(ends - least, 0, _ONE - len(least)), axis=1) + least


def _exact_scale(width: Indices) -> Array:
    """The scale with which t scale < 1, in float32, for the `width` whole numbers t from 0 on, and for no others.

    Between 2^23 and 2^24 there are too few float32 for that: for half of those widths it is one fewer.
    """
    scale = (1 / width).astype(np.float32)
    return np.where(width.astype(np.float32) * scale < 1, np.nextafter(scale, np.float32(1)), scale)
