"""Spreads: the one number behind a setting that may differ between instances and features, and how it follows sizes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from superviz.core.experiment import Experiment
from superviz.core.fields import StartingWeights

PER_LIST: dict[str, Literal["instance", "feature"]] = {
    "importance": "feature",
    "feature_probability": "instance",
    "starting_bias": "feature",
    "starting_scale": "instance",
    "starting_polygon": "instance",
    "seed": "instance",
}
"""The fields that may be one number or lists, and what a plain list has one of."""
_TOLERANCE = 1e-5


def spread_row(experiment: Experiment, field: str, instance: int) -> NDArray[np.float64]:
    """The setting `field` of one instance, (features,), where it has one entry a feature."""
    arrays = {
        "importance": experiment.importance_array,
        "feature_probability": experiment.probability_array,
        "starting_bias": experiment.starting_bias_array,
    }
    return arrays[field]()[instance].astype(np.float64)


def spread_number(experiment: Experiment, field: str, instance: int) -> int | float | None:
    """The one number that says an instance's row: its p or seed, or r where importance is r^i; None where none does."""
    value = getattr(experiment, field)
    entry = value[instance] if varies_by_instance(experiment, field) else value
    if not isinstance(entry, tuple):
        return cast("int | float", entry)
    row = np.asarray(entry, dtype=np.float64)
    number = float(row[min(1, len(row) - 1)] if field == "importance" else row[0])
    return number if np.allclose(row, _row_of(field, number, len(row)), rtol=_TOLERANCE, atol=0) else None


def with_spread_number(experiment: Experiment, field: str, instance: int, number: object) -> object:
    """The whole new value of `field` once that number says the instance's row; other instances keep theirs."""
    value = getattr(experiment, field)
    if not varies_by_instance(experiment, field):
        return number
    entry = number
    if isinstance(value[0], tuple) and isinstance(number, (int, float)):
        entry = tuple(_row_of(field, number, experiment.n_features).tolist())
    return (*value[:instance], entry, *value[instance + 1 :])


def varies_by_instance(experiment: Experiment, field: str) -> bool:
    """Whether an instance has its own entry in `field`. A flat list of importances is one number a feature instead."""
    value = getattr(experiment, field)
    return isinstance(value, tuple) and (
        PER_LIST[field] == "instance" or isinstance(cast("tuple[object, ...]", value)[0], tuple)
    )


def refitted(experiment: Experiment, **values: Any) -> Experiment:
    """`experiment.changed(**values)`, with the lists that were left alone fitted to new sizes. Raises RecipeError.

    Across instances a list of probabilities, importances or scales keeps its ends and is spaced anew in between, evenly
    on a logarithmic scale; any other list, and every list across features, loses its last entries or repeats them. Sets
    and parents lose the features that are no more, a polygon the corners. A start that fits no longer becomes random.
    """
    # Sizes are judged alone first, so that a size out of bounds is refused by its own line.
    sizes = ("n_features", "n_hidden", "n_instances")
    resized = Experiment(**{name: values.get(name, getattr(experiment, name)) for name in sizes})
    n_features, n_instances = resized.n_features, resized.n_instances
    fitted: dict[str, Any] = {name: _refit(experiment, name, n_instances, n_features) for name in PER_LIST}
    fitted["feature_sets"] = _sets_within(experiment.feature_sets, n_features)
    fitted["parents"] = _parents_within(experiment.parents, n_features)
    fitted["starting_weights"] = _start_within(experiment.starting_weights, resized)
    start: object = {**fitted, **values}["starting_weights"]
    if isinstance(start, str) and start == "polygon":
        fitted["starting_polygon"] = _corners_within(fitted["starting_polygon"], n_features)
    return experiment.changed(**{**fitted, **values})


def _row_of(field: str, number: float, n_features: int) -> NDArray[np.float64]:
    row = number ** np.arange(n_features) if field == "importance" else np.full(n_features, number)
    return row.astype(np.float64)


def _refit(experiment: Experiment, field: str, n_instances: int, n_features: int) -> object:
    value = getattr(experiment, field)
    if not isinstance(value, tuple):
        return value
    entries = cast("tuple[Any, ...]", value)
    if not isinstance(entries[0], tuple):
        if PER_LIST[field] == "feature":
            return _trimmed(entries, n_features)
        return (_respaced if isinstance(entries[0], float) else _trimmed)(entries, n_instances)
    rows = tuple(_trimmed(row, n_features) for row in entries)
    if len(rows) == n_instances:
        return rows
    if field == "starting_bias":  # may be 0 or below, where a logarithmic scale has no room
        return _trimmed(rows, n_instances)
    columns = [_respaced(column, n_instances) for column in zip(*rows, strict=True)]
    return tuple(zip(*columns, strict=True))


def _respaced(entries: tuple[float, ...], count: int) -> tuple[float, ...]:
    if count == len(entries):
        return entries
    at = np.linspace(0.0, len(entries) - 1.0, count) if count > 1 else [len(entries) - 1.0]
    spaced = np.exp(np.interp(at, np.arange(len(entries)), np.log(entries)))
    return tuple(float(f"{entry:.3g}") for entry in spaced)


def _trimmed(entries: tuple[Any, ...], count: int) -> tuple[Any, ...]:
    return entries[:count] + entries[-1:] * (count - len(entries))


def _sets_within(given: int | Sequence[Sequence[int]], n_features: int) -> object:
    if isinstance(given, int):
        return given
    left = [tuple(feature for feature in members if feature < n_features) for members in given]
    return tuple(members for members in left if len(members) > 1) or Experiment.model_fields["feature_sets"].default


def _parents_within(given: Sequence[int], n_features: int) -> tuple[int, ...]:
    if not given:
        return ()
    left = [parent if parent < n_features else -1 for parent in given[:n_features]]
    return (*left, *[-1] * (n_features - len(left)))


def _start_within(given: StartingWeights, resized: Experiment) -> StartingWeights:
    hidden, features = resized.n_hidden, resized.n_features
    if isinstance(given, str):
        return given if given == "random" or (hidden == 2 and features > 1) else "random"
    if np.shape(given)[-2:] != (hidden, features):
        return "random"
    return given if np.ndim(given) == 2 else _trimmed(cast("tuple[Any, ...]", given), resized.n_instances)


def _corners_within(given: int | Sequence[int], n_features: int) -> int | Sequence[int]:
    most = max(2, n_features)
    return min(given, most) if isinstance(given, int) else tuple(min(corners, most) for corners in given)
