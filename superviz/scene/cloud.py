"""The cloud: the features of a crowd that have no arrow, as small dots where their tips are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from superviz.scene.drawables import Dots, Drawable, Paint, Points
from superviz.scene.placement import Placement
from superviz.scene.selection import Feature

_SIDE = 2.6
_THRONG = 5000
"""More dots are smaller and fainter, or they would only be a blot."""
_SMALL_SIDE = 2.0
_OPACITY, _FAINT = 0.5, 0.32
_BIN_DEGREES, _HEAP = 0.5, 0.22
"""How wide the heaps of dots are, and how high the highest is, in lengths."""
_MOST_COLORS = 24
"""Painting another colour costs: of more, neighbours by importance share one."""


def cloud_layer(placement: Placement, colors: Sequence[str]) -> list[Drawable]:
    """A dot a feature, each standing for it; `colors` has one for every feature."""
    crowd = placement.crowd
    if not len(crowd):
        return []
    tips = _heaped(placement, crowd) if placement.camera.around else placement.tips[crowd]
    place_of = dict(zip(crowd.tolist(), range(len(crowd)), strict=True))
    many = len(crowd) > _THRONG
    side, opacity = (_SMALL_SIDE, _FAINT) if many else (_SIDE, _OPACITY)
    side *= max(1.0, placement.place.mark)
    everyone = _features(len(placement.tips))
    layers: list[Drawable] = []
    for color, features in _by_color(crowd.tolist(), colors).items():
        meanings = [everyone[feature] for feature in features]
        layers.append(Dots(tips[[place_of[feature] for feature in features]], side, Paint(color, opacity), meanings))
    return layers


def _heaped(placement: Placement, crowd: NDArray[np.intp]) -> Points:
    """Where the dots lie when all is turned around one feature, (crowd, 2).

    Their tips are then on the circle, however many: there they are heaped towards the origin, so that one sees at which
    angles most are.
    """
    tips = placement.tips[crowd]
    along = tips - placement.starts[crowd]
    bins = np.floor(np.degrees(np.arctan2(along[:, 1], along[:, 0])) / _BIN_DEGREES).astype(np.intp)
    order = np.argsort(bins, kind="stable")
    begins = np.flatnonzero(np.diff(bins[order], prepend=bins[order[0]] - 1))
    counts = np.diff(begins, append=len(order))
    height = np.empty(len(order))
    height[order] = np.arange(len(order)) - np.repeat(begins, counts)
    return tips - along * (_HEAP / max(1, int(counts.max())) * height)[:, None]


def _by_color(features: list[int], colors: Sequence[str]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for feature in features:
        groups.setdefault(colors[feature], []).append(feature)
    if len(groups) <= _MOST_COLORS:
        return groups
    # Colours go by importance, so those that come one after the other are much alike.
    merged: dict[str, list[int]] = {}
    for part in np.array_split(np.array(list(groups), dtype=object), _MOST_COLORS):
        merged[part[len(part) // 2]] = [feature for color in part for feature in groups[color]]
    return merged


@lru_cache(maxsize=4)
def _features(count: int) -> tuple[Feature, ...]:
    return tuple(map(Feature, range(count)))
