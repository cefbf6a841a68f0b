"""Plain names for arrangements of features, given only where they are certain.

Live features are linked where their directions are far from orthogonal; each connected group of that graph is a part.
A part is named by its dimensionality and by its angles, every one of them within a stated tolerance of the ideal shape.
Ideals: TMS, "The geometry of superposition".
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from superviz.core.geometry import DEAD_NORM

Glyph: TypeAlias = Literal["alone", "digon", "triangle", "tetrahedron", "pentagon", "mixed", "dead"]

UNNAMED = "Finding directions"
"""What an arrangement is called while no plain name is certain."""

LINK_COSINE = 0.15
"""Directions count as orthogonal up to this |cosine|: 8.6 degrees."""
ANGLE_TOLERANCE = 10.0
"""How far any angle within a part may be from the ideal, degrees."""
DIMENSIONALITY_TOLERANCE = 0.05
"""How far any D_i may be from the ideal."""

_LARGEST_PART = 5
_SIMPLICES: dict[int, Glyph] = {2: "digon", 3: "triangle", 4: "tetrahedron"}
_RANKS: dict[Glyph, int] = {"pentagon": 2, "tetrahedron": 3, "triangle": 2, "digon": 1, "alone": 1}
_NAMING_ORDER: list[Glyph] = [*_RANKS, "mixed"]
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


@dataclass(frozen=True, slots=True)
class Part:
    """Features that share directions among themselves and with no others."""

    glyph: Glyph
    features: tuple[int, ...]
    """A pentagon's in their order around it, otherwise ascending."""

    @property
    def rank(self) -> int:
        """How many dimensions the part takes; only for certain shapes."""
        return _RANKS[self.glyph]


@dataclass(frozen=True, slots=True)
class Shape:
    """A named arrangement."""

    name: str
    """"Two digons and a dead feature"."""
    short: str
    """The name where room is scarce: "Two digons"."""
    glyph: Glyph
    """What all parts are, or "mixed"; "dead" where nothing lives."""
    parts: tuple[Part, ...]
    """Largest first."""
    dead: tuple[int, ...]
    """Features that the model does not represent."""


def name_shape(W: NDArray[np.floating]) -> Shape | None:
    """The plain name of W's arrangement, (hidden, features); None where any part of it is not certain."""
    parts, dead = _parts_of(W)
    if not parts:
        return Shape("All dead", "All dead", "dead", (), dead)
    counts: Counter[Glyph] = Counter([part.glyph for part in parts])
    if "mixed" in counts:
        return None
    if len(counts) > 1:
        short = _capitalised(_listed([_counted(*entry) for entry in counts.items()]))
        return Shape(_with_dead(short, dead), short, "mixed", parts, dead)
    ((glyph, count),) = counts.items()
    if glyph == "alone":
        name = f"{_capitalised(number_word(count))} orthogonal" if count > 1 else "One alone"
        return Shape(name, "Orthogonal" if count > 1 else name, glyph, parts, dead)
    if count > 1:
        short = f"{_capitalised(number_word(count))} {glyph}s"
        return Shape(_with_dead(short, dead), short, glyph, parts, dead)
    name = _with_dead(f"A {glyph}", dead) if dead else _capitalised(glyph)
    return Shape(name, _capitalised(glyph), glyph, parts, dead)


def feature_glyphs(W: NDArray[np.floating]) -> tuple[Glyph, ...]:
    """What each feature of W, (hidden, features), is part of: a certain shape, "mixed" or "dead"."""
    glyphs: list[Glyph] = ["dead"] * W.shape[-1]
    for part in _parts_of(W)[0]:
        for feature in part.features:
            glyphs[feature] = part.glyph
    return tuple(glyphs)


def number_word(count: int) -> str:
    """The number as a word, "two"; in digits above twelve."""
    return _WORDS[count] if count < len(_WORDS) else f"{count:,}"


def _parts_of(W: NDArray[np.floating]) -> tuple[tuple[Part, ...], tuple[int, ...]]:
    """The parts of W's arrangement, in naming order and those that are not certain last, and its dead features."""
    return _parts(W.astype(np.float64).tobytes(), W.shape[-1])


# One set of weights is asked about by every view that shows it.
@lru_cache(maxsize=128)
def _parts(weights: bytes, n_features: int) -> tuple[tuple[Part, ...], tuple[int, ...]]:
    W = np.frombuffer(weights, dtype=np.float64).reshape(-1, n_features)
    gram = W.T @ W
    squared_norms = gram.diagonal()
    alive = squared_norms >= DEAD_NORM**2
    live = np.flatnonzero(alive)
    norms = np.sqrt(squared_norms[live])
    cosines = gram[np.ix_(live, live)] / np.outer(norms, norms)
    dimensionality = squared_norms[live] ** 2 / np.einsum("ij,ij->i", gram[live], gram[live])
    parts: list[Part] = []
    for group in _groups(np.abs(cosines) > LINK_COSINE):
        glyph, order = _classify(group, W[:, live], cosines, norms, dimensionality)
        parts.append(Part(glyph, tuple(live[order].tolist())))
    parts.sort(key=lambda part: _NAMING_ORDER.index(part.glyph))
    return tuple(parts), tuple(np.flatnonzero(~alive).tolist())


def _groups(linked: NDArray[np.bool_]) -> list[list[int]]:
    """Connected components of a symmetric graph, each ascending, in order of their first member."""
    unseen = np.ones(len(linked), dtype=bool)
    groups: list[list[int]] = []
    for first in range(len(linked)):
        if not unseen[first]:
            continue
        unseen[first] = False
        group = [first]
        for member in group:  # grows as neighbours are found
            found = np.flatnonzero(linked[member] & unseen)
            unseen[found] = False
            group += found.tolist()
        groups.append(sorted(group))
    return groups


def _classify(
    group: list[int],
    W: NDArray[np.float64],
    cosines: NDArray[np.float64],
    norms: NDArray[np.float64],
    dimensionality: NDArray[np.float64],
) -> tuple[Glyph, list[int]]:
    size = len(group)
    shares = [dimensionality[member] for member in group]
    if size == 1:
        return ("alone" if shares[0] >= 1.0 - DIMENSIONALITY_TOLERANCE else "mixed"), group
    if size in _SIMPLICES:
        ideal = math.degrees(math.acos(-1.0 / (size - 1)))
        angles = [_angle(cosines[one, other]) for at, one in enumerate(group) for other in group[:at]]
        certain = _near(shares, (size - 1) / size, DIMENSIONALITY_TOLERANCE) and _near(angles, ideal, ANGLE_TOLERANCE)
        return (_SIMPLICES[size] if certain else "mixed"), group
    if size == _LARGEST_PART and _near(shares, 0.4, DIMENSIONALITY_TOLERANCE):
        return _pentagon(group, W[:, group] / norms[group])
    return "mixed", group


def _pentagon(group: list[int], directions: NDArray[np.float64]) -> tuple[Glyph, list[int]]:
    """Whether five unit `directions`, (hidden, 5), lie in a plane, 72 degrees apart; then in their order around it."""
    plane = np.linalg.svd(directions, full_matrices=False)[0][:, :2]
    flat = plane.T @ directions
    out_of_plane = np.sqrt(np.maximum(0.0, 1.0 - (flat**2).sum(axis=0)))
    around = np.degrees(np.arctan2(flat[1], flat[0])) % 360.0
    order = np.argsort(around)
    steps = np.diff(around[order], append=around[order[0]] + 360.0).tolist()
    tilt = math.sin(math.radians(ANGLE_TOLERANCE))
    if bool((out_of_plane <= tilt).all()) and _near(steps, 72.0, ANGLE_TOLERANCE):
        return "pentagon", [group[at] for at in order.tolist()]
    return "mixed", group


def _angle(cosine: float) -> float:
    return math.degrees(math.acos(max(-1.0, min(1.0, cosine))))


def _near(values: Sequence[float], ideal: float, tolerance: float) -> bool:
    return all(abs(value - ideal) <= tolerance for value in values)


def _counted(glyph: Glyph, count: int) -> str:
    if glyph == "alone":
        return f"{number_word(count)} alone"
    return f"a {glyph}" if count == 1 else f"{number_word(count)} {glyph}s"


def _with_dead(name: str, dead: tuple[int, ...]) -> str:
    if not dead:
        return name
    more = "a dead feature" if len(dead) == 1 else f"{number_word(len(dead))} dead features"
    return f"{name}, {more}" if " and " in name else f"{name} and {more}"


def _listed(entries: list[str]) -> str:
    return entries[0] if len(entries) == 1 else f"{', '.join(entries[:-1])} and {entries[-1]}"


def _capitalised(text: str) -> str:
    return text[0].upper() + text[1:]
