"""Spreads: the one number behind a setting that may differ between instances and features, and how it follows sizes."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from superviz.core.experiment import Experiment, Spread

SPREAD_FIELDS = ("importance", "feature_probability")
_TOLERANCE = 1e-5


def spread_row(experiment: Experiment, field: str, instance: int) -> NDArray[np.float64]:
    """The setting `field` of one instance, (features,)."""
    array = experiment.importance_array() if field == "importance" else experiment.probability_array()
    return array[instance].astype(np.float64)


def spread_number(experiment: Experiment, field: str, instance: int) -> float | None:
    """The one number that says an instance's row: p for all, or r where importance is r^i; None where there is none."""
    value = getattr(experiment, field)
    if isinstance(value, float):
        return value
    row = spread_row(experiment, field, instance)
    first = float(row[min(1, len(row) - 1)] if field == "importance" else row[0])
    number = float(f"{first:.6g}")  # a float32 of .652 reads .6520000100135803
    return number if np.allclose(row, _row_of(field, number, len(row)), rtol=_TOLERANCE, atol=0) else None


def with_spread_number(experiment: Experiment, field: str, instance: int, number: float) -> Spread:
    """The whole new value of `field` once that number says the instance's row; other instances keep theirs."""
    value = getattr(experiment, field)
    if not varies_by_instance(experiment, field):
        return number
    if not isinstance(value[0], tuple):
        return (*value[:instance], number, *value[instance + 1 :])
    row = tuple(_row_of(field, number, experiment.n_features).tolist())
    return (*value[:instance], row, *value[instance + 1 :])


def varies_by_instance(experiment: Experiment, field: str) -> bool:
    """Whether an instance has its own entry in `field`. A flat list of importances is one number a feature instead."""
    value = getattr(experiment, field)
    return isinstance(value, tuple) and (
        field != "importance" or isinstance(cast("tuple[object, ...]", value)[0], tuple)
    )


def refitted(experiment: Experiment, **values: Any) -> Experiment:
    """`experiment.changed(**values)`, with the lists that were left alone fitted to new sizes. Raises RecipeError.

    Across instances a list keeps its ends and is spaced anew in between, evenly on a logarithmic scale; across features
    it loses its last entries or repeats them.
    """
    # Sizes are judged alone first, so that a size out of bounds is refused by its own line.
    plain = dict.fromkeys(SPREAD_FIELDS, 1.0)
    sizes = {name: value for name, value in values.items() if name not in SPREAD_FIELDS}
    resized = experiment.changed(**plain, **sizes)
    for name in set(SPREAD_FIELDS) - set(values):
        values[name] = _refit(experiment, name, resized.n_instances, resized.n_features)
    return experiment.changed(**values)


def _row_of(field: str, number: float, n_features: int) -> NDArray[np.float64]:
    row = number ** np.arange(n_features) if field == "importance" else np.full(n_features, number)
    return row.astype(np.float64)


def _refit(experiment: Experiment, field: str, n_instances: int, n_features: int) -> Spread:
    value = getattr(experiment, field)
    if isinstance(value, float):
        return value
    if isinstance(value[0], float):
        by_instance = varies_by_instance(experiment, field)
        return _respaced(value, n_instances) if by_instance else _trimmed(value, n_features)
    rows = [_trimmed(row, n_features) for row in value]
    if len(rows) == n_instances:
        return tuple(rows)
    columns = [_respaced(column, n_instances) for column in zip(*rows, strict=True)]
    return tuple(zip(*columns, strict=True))


def _respaced(entries: tuple[float, ...], count: int) -> tuple[float, ...]:
    if count == len(entries):
        return entries
    at = np.linspace(0.0, len(entries) - 1.0, count) if count > 1 else [len(entries) - 1.0]
    spaced = np.exp(np.interp(at, np.arange(len(entries)), np.log(entries)))
    return tuple(float(f"{entry:.3g}") for entry in spaced)


def _trimmed(entries: tuple[float, ...], count: int) -> tuple[float, ...]:
    return entries[:count] + entries[-1:] * (count - len(entries))
