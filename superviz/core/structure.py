"""Which features belong together: the sets and the parents that a recipe gives, checked and filled in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from superviz.core.errors import RecipeError
from superviz.core.snapshot import Array

Sets: TypeAlias = tuple[tuple[int, ...], ...]
_SLACK = 1e-6
"""What probabilities that add up to 1 in float32 may be above it."""


def feature_sets(given: int | Sequence[Sequence[int]], n_features: int) -> Sets:
    """The sets themselves: a size stands for consecutive sets of it, a last smaller one included.

    A feature in no set is on its own. Raises RecipeError for a feature that isn't there, or is in two sets.
    """
    if isinstance(given, int):
        starts = range(0, n_features, given)
        return tuple(tuple(range(start, min(start + given, n_features))) for start in starts)
    owner: dict[int, int] = {}
    for index, members in enumerate(given):
        if len(members) < 2:
            raise RecipeError(f"feature_sets: set {index} has {len(members)} features; give at least 2")
        for feature in members:
            if feature >= n_features:
                raise RecipeError(f"feature_sets: no feature {feature}; n_features is {n_features}, count from 0")
            if feature in owner:
                raise RecipeError(
                    f"feature_sets: feature {feature} is in set {owner[feature]} and again in set {index}; "
                    "sets can't overlap"
                )
            owner[feature] = index
    return tuple(tuple(members) for members in given)


def parents(given: Sequence[int], n_features: int) -> tuple[int, ...]:
    """Each feature's parent, -1 for none; an empty list makes each second feature the child of the one before.

    Raises RecipeError for a parent that isn't there, and for features that are their own ancestors.
    """
    if not given:
        return tuple(feature - 1 if feature % 2 else -1 for feature in range(n_features))
    if len(given) != n_features:
        raise RecipeError(f"parents: a list of {len(given)}, but n_features is {n_features}: give one for each, or -1")
    for feature, parent in enumerate(given):
        if parent >= n_features:
            raise RecipeError(
                f"parents: feature {feature} has parent {parent}, which isn't there; n_features is {n_features}, "
                "count from 0"
            )
    _check_descent(given)
    return tuple(given)


def _check_descent(parents: Sequence[int]) -> None:
    """Raises RecipeError where a feature is among its own ancestors."""
    settled: set[int] = set()
    for feature in range(len(parents)):
        line: list[int] = []
        while feature >= 0 and feature not in settled:
            line.append(feature)
            settled.add(feature)
            feature = parents[feature]
        if feature in line:
            raise RecipeError(f"parents: feature {feature} is among its own ancestors; give one of them no parent, -1")


def check_equal(sets: Sets, probability: Array, why: str) -> None:
    """Raises RecipeError where features of a set have different probabilities, (instances, features)."""
    for members in sets:
        rows = probability[:, list(members)]
        if np.any(rows != rows[:, :1]):
            names = ", ".join(map(str, members))
            raise RecipeError(f"feature_probability: features {names} {why}, so give them the same probability")


def check_exclusive(sets: Sets, probability: Array) -> None:
    """Raises RecipeError where features that exclude each other are too probable, (instances, features)."""
    for members in sets:
        total = float(probability[:, list(members)].sum(axis=1, dtype=np.float64).max())
        if total > 1 + _SLACK:
            raise RecipeError(
                f"feature_probability: features {', '.join(map(str, members))} exclude each other, but their "
                f"probabilities add up to {total:.3g}; give at most {1 / len(members):.3g} each, "
                'or probability_of = "set"'
            )
