"""Differences: what sets the instances of an experiment apart, for the words over the strip and under its cards."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import numpy as np
from numpy.typing import NDArray

from superviz.core.experiment import Experiment
from superviz.core.shapes import number_word
from superviz.scene.feature_names import feature_name, feature_word
from superviz.scene.numerals import fixed, probability_text
from superviz.session.display import DisplaySettings


@dataclass(frozen=True, slots=True)
class Differences:
    """Words about the most telling difference."""

    heading: str
    """Over all instances: "Sparser, more superposition"."""
    clause: str
    """What they are: "The same model at eight feature probabilities."."""
    notes: tuple[tuple[str, ...], ...]
    """Under each instance, the longest words first: ("p 0.05 · S 0.95", "p 0.05")."""


@dataclass(frozen=True, slots=True)
class _Aspect:
    """One way in which instances may differ."""

    values: NDArray[np.float64]
    """(instances, any)."""
    heading: str
    plural: str
    """With {} for how many there are: "at {} feature probabilities"."""
    notes: list[tuple[str, ...]]


def differences(experiment: Experiment, display: DisplaySettings, *, described: bool) -> Differences:
    """What differs between the instances: the data above all, else where training starts, else the seed.

    Of what isn't `described` none of it is known.
    """
    if not described:
        count = experiment.n_instances
        side_by_side = f"{number_word(count).capitalize()} matrices of weights, side by side."
        return Differences("Instances", side_by_side, _numbered("matrix", count))
    named = DisplaySettings(feature_names=display.feature_names)
    return _differences(cast(Hashable, experiment), named)  # it is frozen, so it is, though pydantic doesn't tell


@lru_cache(maxsize=8)
def _differences(experiment: Hashable, display: DisplaySettings) -> Differences:
    assert isinstance(experiment, Experiment)
    for aspect in _aspects(experiment, display):
        count = len(np.unique(aspect.values, axis=0))
        if count > 1:
            clause = f"The same model {aspect.plural.format(number_word(count))}."
            return Differences(aspect.heading, clause, tuple(aspect.notes))
    random = experiment.starting_weights == "random"
    heading = "The same recipe, other random starts" if random else "The same recipe, other samples"
    count = experiment.n_instances
    clause = f"{number_word(count).capitalize()} models side by side." if count > 1 else "One model."
    return Differences(heading, clause, _numbered("copy", count))


def _numbered(what: str, count: int) -> tuple[tuple[str, ...], ...]:
    return tuple((f"{what} {instance + 1}",) for instance in range(count))


def _aspects(experiment: Experiment, display: DisplaySettings) -> Iterator[_Aspect]:
    """From the most telling to the least."""
    activity, importance = (
        values.astype(np.float64) for values in (experiment.activity_array(), experiment.importance_array())
    )
    if len(np.unique(importance, axis=0)) > 1:
        both = [
            _joined(*pair)
            for pair in zip(_activities(activity, display), _importances(importance, display), strict=True)
        ]
    else:
        both = _activities(activity, display)
    feature = _varied(activity)
    heading = "Sparser, more superposition"
    if feature is not None:
        falls = activity[0, feature] > activity[-1, feature]
        heading = f"{feature_name(display, feature)}, from {'common to rare' if falls else 'rare to common'}"
    yield _Aspect(activity, heading, "at {} feature probabilities", both)
    yield _Aspect(importance, "What matters more is kept", "at {} importances", _importances(importance, display))
    starts = "The same recipe, other starts"
    if experiment.starting_weights == "polygon":
        corners = experiment.polygons()
        notes = [(f"from {count} corners", f"{count} corners") for count in corners]
        yield _Aspect(_column(corners), starts, "from {} polygons", notes)
    scales = experiment.starting_scales()
    yield _Aspect(_column(scales), starts, "from {} starting scales", [(f"start × {scale:g}",) for scale in scales])
    seeds = experiment.seeds()
    if len(set(seeds)) == len(seeds):  # one seed gives another start to each instance, so it alone tells none apart
        yield _Aspect(
            _column(seeds), "The same recipe, other seeds", "from {} seeds", [(f"seed {seed}",) for seed in seeds]
        )


def _column(values: tuple[float, ...]) -> NDArray[np.float64]:
    return np.array(values, dtype=np.float64)[:, None]


def _activities(activity: NDArray[np.float64], display: DisplaySettings) -> list[tuple[str, ...]]:
    feature = _varied(activity)
    notes: list[tuple[str, ...]] = []
    for row in activity:
        low, high = float(row.min()), float(row.max())
        if feature is not None:
            p = probability_text(float(row[feature]))
            notes.append((f"{feature_word(display, feature)}: p {p}", f"p {p}"))
        elif low == high:
            short = f"p {probability_text(low)}"
            notes.append((f"{short} · S {probability_text(1 - low)}", short))
        else:
            notes.append((f"p {probability_text(low)} to {probability_text(high)}",))
    return notes


def _importances(importance: NDArray[np.float64], display: DisplaySettings) -> list[tuple[str, ...]]:
    feature = _varied(importance)
    if feature is not None:
        values = [fixed(float(row[feature])) for row in importance]
        return [(f"{feature_word(display, feature)}: I {value}", f"I {value}") for value in values]
    return [(f"I {fixed(float(row.max()))} to {fixed(float(row.min()))}",) for row in importance]


def _joined(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return f"{one[-1]} · {other[-1]}", one[-1]


def _varied(values: NDArray[np.float64]) -> int | None:
    """The one feature whose values, (instances, features), differ between instances, if it's one of several."""
    columns = np.flatnonzero(np.ptp(values, axis=0) > 0)
    return int(columns[0]) if len(columns) == 1 and values.shape[1] > 1 else None
