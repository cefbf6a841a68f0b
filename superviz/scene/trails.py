"""Trails: where each feature's tip came from, fading with age."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from superviz.core.snapshot import Array
from superviz.scene.arrows import FEW
from superviz.scene.drawables import Drawable, Path, Stroke
from superviz.scene.palette import Palette, mix
from superviz.scene.placement import Placement

_WIDTH = 1.6
_FAINTEST, _STRONGEST = 0.14, 0.64
_SEGMENTS, _FEWER_SEGMENTS = 14, 6
_POINTS_A_SEGMENT = 5
_CLEAR_OF_TIP = 7.0


def trail_layer(
    placement: Placement, trail: Array, colors: Sequence[str], features: Sequence[int], palette: Palette
) -> list[Drawable]:
    """The trails of `features`, in segments of equal length; `trail` is (points, hidden, features), oldest first."""
    if len(trail) < 2 or placement.lanes:
        return []
    points = placement.path_of(trail, features)
    # Around the tip a trail would only bristle from under the arrow's head.
    away = np.hypot(*np.moveaxis(points - points[-1], -1, 0)) > _CLEAR_OF_TIP * placement.place.mark
    ends = np.where(away.any(axis=0), len(points) - np.argmax(away[::-1], axis=0), 0).tolist()
    steps = np.diff(points, axis=0)
    walked = np.zeros(points.shape[:2])
    np.cumsum(np.hypot(steps[..., 0], steps[..., 1]), axis=0, out=walked[1:])
    segments = _SEGMENTS if trail.shape[2] <= FEW else _FEWER_SEGMENTS
    width = _WIDTH * placement.place.mark
    parts = np.linspace(0.0, 1.0, segments * _POINTS_A_SEGMENT + 1)
    drawables: list[Drawable] = []
    for column, feature in enumerate(features):
        if (end := ends[column]) < 2:
            continue
        distance = walked[:end, column]
        at = parts * distance[-1]
        path = np.empty((len(at), 2))
        path[:, 0] = np.interp(at, distance, points[:end, column, 0])
        path[:, 1] = np.interp(at, distance, points[:end, column, 1])
        for segment, stroke in enumerate(_strokes(colors[feature], palette.canvas, width, segments)):
            start = segment * _POINTS_A_SEGMENT
            drawables.append(Path(path[start : start + _POINTS_A_SEGMENT + 1], stroke))
    return drawables


@lru_cache(maxsize=512)
def _strokes(color: str, ground: str, width: float, segments: int) -> tuple[Stroke, ...]:
    # Mixed with the ground instead of see-through: opaque lines are painted many times faster.
    strengths = np.linspace(_FAINTEST, _STRONGEST, segments).tolist()
    return tuple(Stroke(mix(ground, color, strength), width, round=True) for strength in strengths)
