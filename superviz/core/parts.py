"""Parts: live features that share directions among themselves and with no others, and what shape each group has.

Live features are linked where their directions are far from orthogonal; each connected group of that graph is a part.
A part is told by its dimensionality and by its angles, every one of them within a stated tolerance of the ideal shape.
Ideals: TMS, "The geometry of superposition".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from superviz.core.geometry import DEAD_NORM, feature_dimensionality, weight_norms

Glyph: TypeAlias = Literal[
    "alone", "digon", "triangle", "tetrahedron", "pentagon", "polygon", "antiprism", "bipyramid", "mixed", "dead"
]
"""A "polygon" has six corners or more; a "bipyramid" is made of several parts."""

LINK_COSINE = 0.15
"""Directions count as orthogonal up to this |cosine|: 8.6 degrees."""
ANGLE_TOLERANCE = 10.0
"""How far any angle within a part may be from the ideal, degrees; between the corners of a polygon of more than five,
which stand closer, this times 5 / corners."""
DIMENSIONALITY_TOLERANCE = 0.05
"""How far any D_i may be from the ideal."""

_SIMPLICES: dict[int, Glyph] = {2: "digon", 3: "triangle", 4: "tetrahedron"}
_MOST_CORNERS = 12
_MOST_FEATURES = 2000
"""The angles of more aren't looked at: it would take longer than a frame may."""
_FEW_FEATURES = 128
"""So few are looked at as quickly as it could be told that there is nothing to find."""
_SMALL_WEIGHTS = 32_768
"""Weights of an instance: a quarter of a megabyte, of which many can be remembered."""
_POLYGON_NAMES = {
    6: "hexagon",
    7: "heptagon",
    8: "octagon",
    9: "nonagon",
    10: "decagon",
    11: "hendecagon",
    12: "dodecagon",
}
# From each corner of the tight antiprism: two neighbours in its own square and two in the other, the corner across its
# own square, and the two far corners of the other.
_ANTIPRISM_ANGLES = (70.53, 70.53, 82.06, 82.06, 109.47, 143.58, 143.58)
_LEAST_ACROSS, _MOST_ACROSS = 99.5, 126.5
"""Degrees: of an antiprism's angles, only the one across a square lies between."""
_RANKS: dict[Glyph, int] = {
    "antiprism": 3,
    "polygon": 2,
    "pentagon": 2,
    "tetrahedron": 3,
    "triangle": 2,
    "digon": 1,
    "alone": 1,
}
_ORDER: list[Glyph] = [*_RANKS, "mixed"]


@dataclass(frozen=True, slots=True)
class Part:
    """Features that share directions among themselves and with no others."""

    glyph: Glyph
    features: tuple[int, ...]
    """A polygon's in their order around it. An antiprism's around one square, then around the other, each of these
    between the corner of the first that has its place and the next. Otherwise ascending."""

    @property
    def name(self) -> str:
        """A noun: "digon", "hexagon", "square antiprism"."""
        if self.glyph == "polygon":
            return _POLYGON_NAMES[len(self.features)]
        return "square antiprism" if self.glyph == "antiprism" else self.glyph

    @property
    def rank(self) -> int:
        """How many dimensions the part takes; only for certain shapes."""
        return _RANKS[self.glyph]

    @property
    def is_polygon(self) -> bool:
        """Whether it lies in a plane and goes around it."""
        return self.glyph in ("triangle", "pentagon", "polygon")

    @property
    def edges(self) -> tuple[tuple[int, int], ...]:
        """The pairs of features that are neighbours in it."""
        if self.is_polygon:
            return tuple(pairwise((*self.features, self.features[0])))
        if self.glyph == "antiprism":
            ring, other = (*self.features[:4], self.features[0]), (*self.features[4:], self.features[4])
            zigzag = [(ring[at + step], other[at]) for at in range(4) for step in (0, 1)]
            return (*pairwise(ring), *pairwise(other), *zigzag)
        return tuple(combinations(self.features, 2))


def parts_of(W: NDArray[np.floating]) -> tuple[tuple[Part, ...], tuple[int, ...]]:
    """The parts of W's arrangement, (hidden, features), largest first and uncertain ones last, and its dead features.

    What is not certain has the glyph "mixed".
    """
    if _are_too_many(W):
        alive = weight_norms(W) >= DEAD_NORM
        return (Part("mixed", tuple(np.flatnonzero(alive).tolist())),), tuple(np.flatnonzero(~alive).tolist())
    of_these = _small_parts if W.size <= _SMALL_WEIGHTS else _large_parts
    return of_these(W.astype(np.float64).tobytes(), W.shape[-1])


def is_certainly_mixed(W: NDArray[np.floating]) -> bool:
    """Whether W, (hidden, features), has a part that is in no certain shape, told without looking at angles.

    Where it says so, it is so; where it doesn't, there may be such a part all the same.
    """
    if W.shape[-1] <= _FEW_FEATURES:
        return False
    if _are_too_many(W):
        return True
    shares = feature_dimensionality(W.astype(np.float64))
    return bool(((shares > 0) & (shares < 2 / _MOST_CORNERS - DIMENSIONALITY_TOLERANCE)).any())


def _are_too_many(W: NDArray[np.floating]) -> bool:
    """Whether more features live than are looked at."""
    return W.shape[-1] > _MOST_FEATURES and int((weight_norms(W) >= DEAD_NORM).sum()) > _MOST_FEATURES


def _parts(weights: bytes, n_features: int) -> tuple[tuple[Part, ...], tuple[int, ...]]:
    W = np.frombuffer(weights, dtype=np.float64).reshape(-1, n_features)
    norms = weight_norms(W)
    alive = norms >= DEAD_NORM
    live, dead = np.flatnonzero(alive), np.flatnonzero(~alive)
    dimensionality = feature_dimensionality(W)[live]
    directions = W[:, live] / norms[live]
    cosines = directions.T @ directions
    parts: list[Part] = []
    for group in _groups(np.abs(cosines) > LINK_COSINE):
        glyph, order = _classify(group, directions, cosines, dimensionality)
        parts.append(Part(glyph, tuple(live[order].tolist())))
    parts.sort(key=lambda part: (_ORDER.index(part.glyph), -len(part.features)))
    return tuple(parts), tuple(dead.tolist())


# One set of weights is asked about by every view that shows it. Of large ones only the latest are kept.
_small_parts = lru_cache(maxsize=128)(_parts)
_large_parts = lru_cache(maxsize=2)(_parts)


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
    directions: NDArray[np.float64],
    cosines: NDArray[np.float64],
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
    if size <= _MOST_CORNERS and _near(shares, 2 / size, DIMENSIONALITY_TOLERANCE):
        return _polygon(group, directions[:, group])
    if size == 8 and _near(shares, 3 / 8, DIMENSIONALITY_TOLERANCE):
        return _antiprism(group, np.degrees(np.arccos(np.clip(cosines[np.ix_(group, group)], -1.0, 1.0))))
    return "mixed", group


def _polygon(group: list[int], directions: NDArray[np.float64]) -> tuple[Glyph, list[int]]:
    """Whether unit `directions`, (hidden, corners), lie evenly in a plane; then in their order around it."""
    corners = len(group)
    plane = np.linalg.svd(directions, full_matrices=False)[0][:, :2]
    flat = plane.T @ directions
    out_of_plane = np.sqrt(np.maximum(0.0, 1.0 - (flat**2).sum(axis=0)))
    around = np.degrees(np.arctan2(flat[1], flat[0])) % 360.0
    order = np.argsort(around)
    steps = np.diff(around[order], append=around[order[0]] + 360.0).tolist()
    tilt = math.sin(math.radians(ANGLE_TOLERANCE))
    if bool((out_of_plane <= tilt).all()) and _near(steps, 360.0 / corners, ANGLE_TOLERANCE * 5 / corners):
        return "pentagon" if corners == 5 else "polygon", [group[at] for at in order.tolist()]
    return "mixed", group


def _antiprism(group: list[int], angles: NDArray[np.float64]) -> tuple[Glyph, list[int]]:
    """Whether `angles`, (8, 8) degrees, are a square antiprism's; then in their order around one square and the other.

    All of a corner's angles may be right only if the corners are an antiprism's: they say how its squares lie.
    """
    if np.abs(np.sort(angles)[:, 1:] - _ANTIPRISM_ANGLES).max() > ANGLE_TOLERANCE:
        return "mixed", group
    near = angles < _LEAST_ACROSS
    across: list[int] = np.argmax((angles > _LEAST_ACROSS) & (angles < _MOST_ACROSS), axis=1).tolist()
    # Only the other two corners of its square are near both ends of a diagonal.
    beside = np.flatnonzero(near[0] & near[across[0]]).tolist()
    ring = [0, beside[0], across[0], across[beside[0]], 0] if beside else []
    other = [at for one, next_one in pairwise(ring) for at in np.flatnonzero(near[one] & near[next_one]).tolist()]
    order = [*ring[:4], *(at for at in other if at not in ring)]
    return ("antiprism", [group[at] for at in order]) if sorted(order) == list(range(8)) else ("mixed", group)


def _angle(cosine: float) -> float:
    return math.degrees(math.acos(max(-1.0, min(1.0, cosine))))


def _near(values: Sequence[float], ideal: float, tolerance: float) -> bool:
    return all(abs(value - ideal) <= tolerance for value in values)
