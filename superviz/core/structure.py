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


def feature_sets(given: int | Sequence[Sequence[int]], n_features: int, first: int = 0) -> Sets:
    """The sets themselves, counted from 0: a size stands for consecutive sets of it, a last smaller one included.

    A feature in no set is on its own. Given features count from `first`, and so do the words of a refusal. Raises
    RecipeError for a set that is none, and for a feature that isn't there or is there twice.
    """
    if isinstance(given, int):
        starts = range(0, n_features, given)
        return tuple(tuple(range(start, min(start + given, n_features))) for start in starts)
    seen: set[int] = set()
    for members in given:
        if len(members) < 2:
            raise RecipeError(f"feature_sets: a set of {len(members)}; give at least 2 features to a set")
        for feature in members:
            if not first <= feature < first + n_features:
                raise RecipeError(f"feature_sets: no feature {feature}; {_there_are(n_features, first)}")
            if feature in seen:
                raise RecipeError(f"feature_sets: feature {feature} is there twice; give each once, sets can't overlap")
            seen.add(feature)
    return tuple(tuple(feature - first for feature in members) for members in given)


def parents(given: Sequence[int], n_features: int, first: int = 0) -> tuple[int, ...]:
    """Each feature's parent, counted from 0, -1 for none; without any, each second is the child of the one before.

    Given features count from `first`, with the number before it for none, and so do the words of a refusal. Raises
    RecipeError for a parent that isn't there, and for features that are their own ancestors.
    """
    if not given:
        return tuple(feature - 1 if feature % 2 else -1 for feature in range(n_features))
    none = f"{first - 1} for none"
    if len(given) != n_features:
        raise RecipeError(f"parents: {len(given)} given for {n_features} features; give a parent for each, or {none}")
    for parent in given:
        if parent >= first + n_features:
            raise RecipeError(f"parents: no feature {parent}; {_there_are(n_features, first)}, or {none}")
    found = tuple(parent - first for parent in given)
    if (feature := _own_ancestor(found)) is not None:
        raise RecipeError(f"parents: feature {feature + first} is its own ancestor; give one of its line {none}")
    return found


def _there_are(n_features: int, first: int) -> str:
    return f"give features from {first} to {first + n_features - 1}"


def _own_ancestor(parents: Sequence[int]) -> int | None:
    settled: set[int] = set()
    for feature in range(len(parents)):
        line: list[int] = []
        while feature >= 0 and feature not in settled:
            line.append(feature)
            settled.add(feature)
            feature = parents[feature]
        if feature in line:
            return feature
    return None


def check_equal(sets: Sets, probability: Array, why: str) -> None:
    """Raises RecipeError where features of a set have different probabilities, (instances, features)."""
    for members in sets:
        rows = probability[:, list(members)]
        uneven = rows[np.ptp(rows, axis=1) > 0]
        if len(uneven):
            low, high = uneven[0].min(), uneven[0].max()
            raise RecipeError(
                f"feature_probability: the features of a set {why}, so give them the same, not {low!s} to {high!s}"
            )


def check_exclusive(sets: Sets, probability: Array) -> None:
    """Raises RecipeError where features that exclude each other are too probable, (instances, features)."""
    for members in sets:
        total = float(probability[:, list(members)].sum(axis=1, dtype=np.float64).max())
        if total > 1 + _SLACK:
            raise RecipeError(
                f"feature_probability: the {len(members)} features of a set exclude each other, but their "
                f"probabilities add up to {total:.3g}; give at most {1 / len(members):.3g} each, "
                'or probability_of = "set"'
            )
