"""Sets and parents of features as people read and type them: in words, and counted from 1."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import cast

from superviz.core import structure
from superviz.core.errors import RecipeError

_SETS = "a size such as 2, or sets such as 1 2, 3 4 5"
_PARENTS = "a parent for each, such as 0 1 1, where 0 is none"


def sets_shown(sets: int | Sequence[Sequence[int]]) -> str:
    """`feature_sets` as one types it: "2", or "1 2, 3 4 5"."""
    if isinstance(sets, int):
        return str(sets)
    return ", ".join(" ".join(str(feature + 1) for feature in members) for members in sets)


def read_sets(text: str, n_features: int) -> int | tuple[tuple[int, ...], ...]:
    """What `feature_sets` is in `text`. Raises RecipeError, counting from 1 as the text does."""
    groups = [re.findall(r"\S+", group) for group in re.split(r"[,;]", text) if group.strip()]
    if len(groups) == 1 and len(groups[0]) == 1:
        return _number("feature_sets", groups[0][0], _SETS)
    seen: set[int] = set()
    sets: list[tuple[int, ...]] = []
    for group in groups:
        members = [_number("feature_sets", word, _SETS) for word in group]
        for feature in members:
            if not 1 <= feature <= n_features:
                raise RecipeError(f"feature_sets: no feature {feature}; give features from 1 to {n_features}")
            if feature in seen:
                raise RecipeError(f"feature_sets: feature {feature} is there twice; give each once, sets can't overlap")
            seen.add(feature)
        if len(members) < 2:
            raise RecipeError(f"feature_sets: {group[0]} is alone; give at least 2 to a set, such as 1 2, 3 4 5")
        sets.append(tuple(feature - 1 for feature in members))
    if not sets:
        raise RecipeError(f"feature_sets: nothing given; give {_SETS}")
    return tuple(sets)


def parents_shown(parents: Sequence[int], n_features: int) -> str:
    """`parents` as one types it: "0 1 1 0 4", each feature's parent, 0 for none."""
    full = parents or structure.parents(parents, n_features)
    return " ".join(str(parent + 1) for parent in full)


def read_parents(text: str, n_features: int) -> tuple[int, ...]:
    """What `parents` is in `text`. Raises RecipeError, counting from 1 as the text does."""
    parents = [_number("parents", word, _PARENTS) for word in re.findall(r"[^\s,;]+", text)]
    if len(parents) != n_features:
        raise RecipeError(f"parents: {len(parents)} given for {n_features} features; give {_PARENTS}")
    for feature, parent in enumerate(parents, start=1):
        if not 0 <= parent <= n_features:
            raise RecipeError(f"parents: no feature {parent}; give features from 1 to {n_features}, or 0 for none")
        ancestor, generations = parent, 0
        while ancestor and generations <= n_features and 0 <= ancestor <= n_features:
            if ancestor == feature:
                raise RecipeError(f"parents: feature {feature} is its own ancestor; give one of its line 0, for none")
            ancestor, generations = parents[ancestor - 1], generations + 1
    return tuple(parent - 1 for parent in parents)


def matrix_shown(matrix: Sequence[object]) -> str:
    """How large given starting weights are: "2 × 5", or "8 of 2 × 5" where each instance has its own."""
    sizes: list[int] = []
    rows: object = matrix
    while isinstance(rows, Sequence):
        entries = cast("Sequence[object]", rows)
        sizes.append(len(entries))
        rows = entries[0]
    size = " × ".join(map(str, sizes[-2:]))
    return f"{sizes[0]} of {size}" if len(sizes) > 2 else size


def counted_from_1(line: str) -> str:
    """A refusal of the recipe's with the features it lists counted as the window counts them."""
    return re.sub(r"(?<=\bfeatures )\d+(?:, \d+)*", lambda found: _counted_up(found[0]), line)


def _counted_up(numbers: str) -> str:
    return ", ".join(str(int(number) + 1) for number in numbers.split(", "))


def _number(field: str, word: str, wanted: str) -> int:
    if not re.fullmatch(r"\d{1,9}", word):
        raise RecipeError(f"{field}: {word[:20]} is no whole number; give {wanted}")
    return int(word)
