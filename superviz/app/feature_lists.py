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


def read_sets(text: str, n_features: int) -> int | structure.Sets:
    """What `feature_sets` is in `text`. Raises RecipeError, counting from 1 as the text does."""
    groups = [re.findall(r"\S+", group) for group in re.split(r"[,;]", text) if group.strip()]
    sets = [[_number("feature_sets", word, _SETS) for word in group] for group in groups]
    if not sets:
        raise RecipeError(f"feature_sets: nothing given; give {_SETS}")
    return sets[0][0] if len(sets) == len(sets[0]) == 1 else structure.feature_sets(sets, n_features, first=1)


def parents_shown(parents: Sequence[int], n_features: int) -> str:
    """`parents` as one types it: "0 1 1 0 4", each feature's parent, 0 for none."""
    full = parents or structure.parents(parents, n_features)
    return " ".join(str(parent + 1) for parent in full)


def read_parents(text: str, n_features: int) -> tuple[int, ...]:
    """What `parents` is in `text`; without any, what is taken then. Raises RecipeError, counting from 1 as the text."""
    words = re.findall(r"[^\s,;]+", text)
    return structure.parents([_number("parents", word, _PARENTS) for word in words], n_features, first=1)


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


def _number(field: str, word: str, wanted: str) -> int:
    if not re.fullmatch(r"\d{1,9}", word):
        raise RecipeError(f"{field}: {word[:20]} is no whole number; give {wanted}")
    return int(word)
