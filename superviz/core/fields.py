"""How the fields of an experiment are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeAlias, TypeVar, cast

import numpy as np
from pydantic import PlainValidator

from superviz.core.errors import RecipeError
from superviz.core.snapshot import Array
from superviz.core.validation import number_within, whole_within

Spread: TypeAlias = float | Sequence[float] | Sequence[Sequence[float]]
"""A setting that may differ between instances and features: one number, a list, or a nested list."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the words that a field knows."""

    name: str
    """What people call it."""
    help: str
    """A formula or a plain clause; <sup> raises."""


def _as_list(value: object) -> object:
    return cast(object, value.tolist()) if isinstance(value, np.ndarray) else value


def _parse_spread(value: object, low: float, high: float, what: str) -> Spread:
    """A number, a list or a nested list of finite numbers above `low` and at most `high`, as floats and tuples."""
    value = _as_list(value)
    if not isinstance(value, (list, tuple)):
        return number_within(value, low, high, what)
    rows = cast("Sequence[object]", value)
    if not rows:
        raise ValueError(f"an empty list; give {what}")
    lists = [cast("Sequence[object]", row) for row in rows if isinstance(row, (list, tuple))]
    if not lists:
        return tuple(number_within(entry, low, high, what) for entry in rows)
    if len(lists) < len(rows) or len({len(row) for row in lists}) > 1 or not lists[0]:
        raise ValueError("lists of different lengths; give one list an instance, one number a feature")
    return tuple(tuple(number_within(entry, low, high, what) for entry in row) for row in lists)


def _parse_probability(value: object) -> Spread:
    return _parse_spread(value, 0.0, 1.0, "a probability above 0 and at most 1")


def _parse_importance(value: object) -> Spread:
    return _parse_spread(value, 0.0, 1e6, "an importance above 0 and at most 1,000,000")


def _parse_bias(value: object) -> Spread:
    return _parse_spread(value, -1e6, 1e6, "a bias between -1,000,000 and 1,000,000")


def _parse_scale(value: object) -> float | Sequence[float]:
    what = "a scale above 0 and at most 1,000"
    scale = _parse_spread(value, 0.0, 1e3, what)
    if isinstance(scale, Sequence) and isinstance(scale[0], tuple):
        raise ValueError(f"nested lists; give {what}, or a list with one an instance")
    return cast("float | Sequence[float]", scale)


def _parse_whole(value: object, low: int, high: int, what: str) -> int | Sequence[int]:
    value = _as_list(value)
    if not isinstance(value, (list, tuple)):
        return whole_within(value, low, high, what)
    entries = cast("Sequence[object]", value)
    if not entries:
        raise ValueError(f"an empty list; give {what}")
    return tuple(whole_within(entry, low, high, what) for entry in entries)


def _parse_seed(value: object) -> int | Sequence[int]:
    return _parse_whole(value, 0, 2**63 - 1, "a whole number from 0 to 2^63 - 1, or a list with one an instance")


def _parse_polygon(value: object) -> int | Sequence[int]:
    return _parse_whole(value, 2, 100_000, "a number of corners, at least 2, or a list with one an instance")


def _parse_sets(value: object) -> int | Sequence[Sequence[int]]:
    what = "a size, at least 2, or lists of features, counted from 0, such as [[0, 1], [2, 3]]"
    value = _as_list(value)
    if not isinstance(value, (list, tuple)):
        return whole_within(value, 2, 100_000, what)
    sets: list[tuple[int, ...]] = []
    for entry in cast("Sequence[object]", value):
        if not isinstance(entry, (list, tuple)):
            raise ValueError(f"give {what}")
        sets.append(tuple(whole_within(feature, 0, 100_000, what) for feature in cast("Sequence[object]", entry)))
    if not sets:
        raise ValueError(f"an empty list; give {what}")
    return tuple(sets)


def _parse_parents(value: object) -> Sequence[int]:
    what = "a list with one parent a feature, counted from 0, and -1 for none"
    value = _as_list(value)
    if not isinstance(value, (list, tuple)):
        raise ValueError(f"give {what}")
    return tuple(whole_within(entry, -1, 100_000, what) for entry in cast("Sequence[object]", value))


Matrix: TypeAlias = Sequence[Sequence[float]]
StartingWeights: TypeAlias = Literal["random", "polygon"] | Matrix | Sequence[Matrix]


_LARGEST = float(np.finfo(np.float32).max)


def _parse_starting_weights(value: object) -> StartingWeights:
    what = "random, polygon, or a matrix of numbers, one list a hidden dimension, for all instances or for each"
    value = _as_list(value)
    if value in ("random", "polygon"):
        return cast(StartingWeights, value)
    if not isinstance(value, (list, tuple)):
        raise ValueError(f"give {what}")
    rows: Any = _parse_nested(cast("Sequence[object]", value), 3, what)
    try:
        shape = np.shape(rows)
    except ValueError:
        raise ValueError(f"lists of different lengths; give {what}") from None
    if len(shape) < 2 or 0 in shape:
        raise ValueError(f"give {what}")
    return rows


def _parse_nested(rows: Sequence[object], depth: int, what: str) -> tuple[object, ...]:
    """Lists in lists of finite numbers, at most `depth` deep, as tuples."""
    if not depth:
        raise ValueError(f"give {what}")
    return tuple(
        _parse_nested(cast("Sequence[object]", row), depth - 1, what)
        if isinstance(row, (list, tuple))
        else number_within(row, -_LARGEST, _LARGEST, what)
        for row in rows
    )


Probability: TypeAlias = Annotated[Spread, PlainValidator(_parse_probability)]
Importance: TypeAlias = Annotated[Spread, PlainValidator(_parse_importance)]
Bias: TypeAlias = Annotated[Spread, PlainValidator(_parse_bias)]
Scale: TypeAlias = Annotated[float | Sequence[float], PlainValidator(_parse_scale)]
Seed: TypeAlias = Annotated[int | Sequence[int], PlainValidator(_parse_seed)]
Polygon: TypeAlias = Annotated[int | Sequence[int], PlainValidator(_parse_polygon)]
Sets: TypeAlias = Annotated[int | Sequence[Sequence[int]], PlainValidator(_parse_sets)]
Parents: TypeAlias = Annotated[Sequence[int], PlainValidator(_parse_parents)]
Start: TypeAlias = Annotated[StartingWeights, PlainValidator(_parse_starting_weights)]

Entry = TypeVar("Entry", int, float)


def per_instance(name: str, given: Entry | Sequence[Entry], n_instances: int) -> tuple[Entry, ...]:
    """A setting's entry for each instance. Raises RecipeError where there aren't as many."""
    if not isinstance(given, Sequence):
        return (given,) * n_instances
    if len(given) != n_instances:
        raise RecipeError(f"{name}: a list of {len(given)}, but n_instances is {n_instances}: give one number for each")
    return tuple(given)


def spread_out(
    name: str, given: Spread, n_instances: int, n_features: int, per_list: Literal["instance", "feature"]
) -> Array:
    """A setting's entries, (instances, features); `per_list` is what a plain list has one of.

    Raises RecipeError where there aren't as many.
    """
    values = np.asarray(given, dtype=np.float32)
    shape = (n_instances, n_features)
    if values.ndim == 1:
        expected = n_instances if per_list == "instance" else n_features
        if len(values) != expected:
            raise RecipeError(
                f"{name}: a list of {len(values)}, but n_{per_list}s is {expected}: give one number for each"
            )
        values = values[:, None] if per_list == "instance" else values
    elif values.ndim == 2 and values.shape != shape:
        rows, columns = values.shape
        raise RecipeError(
            f"{name}: {rows} lists of {columns}, but there are {n_instances} instances of {n_features} features: "
            "give one list an instance, one number a feature"
        )
    return np.broadcast_to(values, shape)


@lru_cache(maxsize=64)
def probabilities(probability: Spread, n_instances: int, n_features: int) -> Array:
    """Feature probabilities, (instances, features), read-only. Raises RecipeError where there aren't as many."""
    return spread_out("feature_probability", probability, n_instances, n_features, per_list="instance")


@lru_cache(maxsize=64)
def importances(importance: Spread, n_instances: int, n_features: int) -> Array:
    """Importances, (instances, features), read-only; a single number r stands for r^i, i from 0. Raises RecipeError."""
    if isinstance(importance, float):
        with np.errstate(over="ignore"):
            powers = (np.float64(importance) ** np.arange(n_features)).astype(np.float32)
        if not np.all(np.isfinite(powers)):
            raise RecipeError(f"importance: {importance}^i is too large by feature {n_features}; give at most 1")
        return np.broadcast_to(powers, (n_instances, n_features))
    return spread_out("importance", importance, n_instances, n_features, per_list="feature")
