"""Placement: one instance's feature vectors laid out in logical pixels, ready for the layers that draw them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superviz.core.geometry import DEAD_NORM, weight_norms
from superviz.core.snapshot import Array
from superviz.scene.boxes import Box, Segment
from superviz.scene.camera import Camera
from superviz.scene.drawables import Points
from superviz.scene.palette import importance_order

_WIDEST_LANE = 0.22
_LANES_SPAN = 1.3
"""On a line, in unit radii: how far two neighbours' arrows are apart at most, and all of them together."""


_NEARLY_ALL = 0.998
"""Of a cloud's features: the few that are further out may leave its circle."""
_HIGHEST, _LONGEST = 1.24, 1.5
"""In unit radii: how far up or down a vector may reach, and how long it may be, before the figure shrinks."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a figure lies: its origin, its unit radius, and the scale of its arrows, lines and dots."""

    x: float
    y: float
    unit: float
    mark: float = 1.0
    ring: float = 1.0
    """The length that the circle marks."""

    @property
    def radius(self) -> float:
        """The circle's, in logical pixels."""
        return self.unit * self.ring


@dataclass(frozen=True, eq=False, slots=True)
class Placement:
    """Feature vectors on a canvas; every array has one entry a feature."""

    place: Place
    camera: Camera
    W: Array
    """(hidden, features)."""
    starts: Points
    """Where arrows start: the origin, but beside each other where there is only a line to lie on."""
    tips: Points
    depth: NDArray[np.float64]
    """Towards the viewer, in lengths; 0 where the camera sees no depth."""
    norms: Array
    """Full lengths, whatever the camera shows of them."""
    alive: NDArray[np.bool_]
    order: NDArray[np.intp]
    """The features that have an arrow, the most important first: all, or of a crowd only those shown."""

    @property
    def crowd(self) -> NDArray[np.intp]:
        """The live features that have no arrow."""
        without = self.alive.copy()
        without[self.order] = False
        return np.flatnonzero(without)

    @property
    def held(self) -> float:
        """The share of the squared weights that what is seen of them holds; 1 where they are 0."""
        whole = float(np.einsum("f,f->", self.norms, self.norms))
        seen = (self.tips - self.starts) / self.place.unit
        squares = float(np.einsum("fp,fp->", seen, seen))
        if self.camera.shown == 3:
            squares += float(np.einsum("f,f->", self.depth, self.depth))
        return min(1.0, squares / whole) if whole > 0 else 1.0

    @property
    def lanes(self) -> bool:
        """Whether there is one hidden dimension only, so that arrows lie side by side."""
        return self.camera.shown == 1

    def segments(self, most: int) -> list[Segment]:
        """The most important arrows as lines from start to tip, `most` of them or fewer."""
        chosen = self.order[:most]
        return list(zip(self.starts[chosen].tolist(), self.tips[chosen].tolist(), strict=True))

    def points_of(self, hidden: Array) -> Points:
        """(points, 2) logical pixels: where other hidden vectors than features lie, (hidden, points)."""
        place = self.place
        return self.camera.project(hidden)[:2].T * (place.unit, -place.unit) + (place.x, place.y)

    def path_of(self, trail: Array, features: Sequence[int]) -> NDArray[np.float64]:
        """(points, features, 2) logical pixels: where the tips of `features` were in `trail`, (points, hidden, all)."""
        projected = self.camera.project(trail[:, :, features])
        points = np.swapaxes(projected[:, :2], 1, 2) * (self.place.unit, -self.place.unit)
        points += self.starts[features]
        return points


def place_features(
    W: Array,
    importance: Array,
    place: Place,
    camera: Camera,
    shown: Sequence[int] | None = None,
    norms: Array | None = None,
) -> Placement:
    """Lays out W, (hidden, features), of features with these importances, (features,), and `norms`, where known.

    Arrows have all of them, or only those `shown`, the most worth seeing first.
    """
    projected = camera.project(W)
    n_features = W.shape[-1]
    order = importance_order(importance)
    starts = np.empty((n_features, 2))
    starts[:] = place.x, place.y
    if camera.shown == 1:
        lane = min(_WIDEST_LANE, _LANES_SPAN / n_features) * place.unit
        starts[order, 1] += lane * (np.arange(n_features) - (n_features - 1) / 2)
    tips = starts + projected[:2].T * (place.unit, -place.unit)
    norms = weight_norms(W) if norms is None else norms
    if shown is not None:
        order = np.array(shown, dtype=np.intp)
    return Placement(place, camera, W, starts, tips, projected[2], norms, norms >= DEAD_NORM, order)


def round_ring(W: Array, shown: Sequence[int], camera: Camera) -> float:
    """A round length for the circle, such that what is seen of W, (hidden, features), nearly fills it.

    That is the longest of the arrows `shown` and nearly all of the others' tips.
    """
    seen = np.hypot(*np.nan_to_num(camera.project(W)[:2]))
    reach = max(float(seen[list(shown)].max()), float(np.quantile(seen, _NEARLY_ALL)))
    if not reach > 0 or camera.shown == 1:
        return 1.0
    decade = 10.0 ** math.floor(math.log10(reach / _HIGHEST))
    return next(step * decade for step in (1.0, 2.0, 5.0, 10.0) if reach <= _HIGHEST * step * decade * (1 + 1e-9))


def shrinkage(W: Array, camera: Camera) -> float:
    """By how much a figure of W, (hidden, features), must shrink to leave room for labels: 1 unless a vector is long.

    Continuous, so that nothing jumps while training draws long vectors in.
    """
    if camera.around:
        return 1.0
    longest = float(weight_norms(W).max(initial=0.0))
    # A camera that moves must not make the figure breathe.
    highest = longest if camera.shown == 3 or camera.follows else float(np.abs(camera.project(W)[1]).max(initial=0.0))
    return max(1.0, highest / _HIGHEST, longest / _LONGEST)


def intrusion(placement: Placement, table: Box, across: float, down: float) -> float:
    """By how much a figure must shrink to keep off `table`, to the right above its origin: 1 unless a vector is long.

    A label ends `across` to the right of its tip and `down` below it. Continuous, as `shrinkage` is.
    """
    camera = placement.camera
    live = placement.order[placement.alive[placement.order]]
    starts, along = placement.starts[live], (placement.tips - placement.starts)[live]
    if camera.shown == 3 or camera.follows:
        # Wherever a camera that moves goes, arrows keep off; labels come and go with it.
        longest = float(placement.norms[live].max(initial=0.0)) * placement.place.unit
        room = table[0] - placement.place.x
        return 1.0 if camera.around else max(1.0, longest / room)
    left, bottom = table[0] - across, table[3] + down
    with np.errstate(divide="ignore", invalid="ignore"):
        beside = np.where(along[:, 0] > 0, (left - starts[:, 0]) / along[:, 0], math.inf)
        rising = np.maximum(0.0, (starts[:, 1] - bottom) / -along[:, 1])
    below = np.where(along[:, 1] < 0, rising, np.where(starts[:, 1] >= bottom, math.inf, 0.0))
    return max(1.0, 1.0 / float(np.maximum(beside, below).min(initial=1.0)))
