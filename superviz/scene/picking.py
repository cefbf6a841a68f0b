"""Picking: what lies under a point of a scene: the topmost drawable with a meaning that holds it, else the nearest."""

from __future__ import annotations

import math

import numpy as np

from superviz.scene.drawables import Disc, Dots, Path, Points, Rect, Scene, Text
from superviz.scene.selection import Meaning
from superviz.scene.text_extent import text_extent

_OUTSIDE = math.inf


def pick(scene: Scene, x: float, y: float, reach: float = 6.0) -> Meaning | None:
    """The meaning at (x, y), logical pixels, or within `reach` of it; None where there is none.

    What holds the point wins over what is merely near, so a cell's neighbour across the gap never takes its place;
    of those that hold it the one painted last wins, of those near it the nearest.
    """
    nearest: Meaning | None = None
    least = reach
    for drawable in reversed(scene.drawables):
        if isinstance(drawable, Dots):
            distance, meaning = _nearest_dot(drawable, x, y)
        else:
            meaning = drawable.meaning
            distance = _OUTSIDE if meaning is None else _distance(drawable, x, y, least)
        if meaning is None:
            continue
        if distance <= 0:
            return meaning
        if distance < least or (nearest is None and distance == least):
            least, nearest = distance, meaning
    return nearest


def _nearest_dot(dots: Dots, x: float, y: float) -> tuple[float, Meaning | None]:
    """How far the nearest of the dots is, as if they were round, and what it stands for."""
    if not dots.meanings:
        return _OUTSIDE, None
    away = np.hypot(*(dots.points - (x, y)).T)
    index = int(np.argmin(np.nan_to_num(away, nan=np.inf)))
    return float(away[index]) - dots.side / 2, dots.meanings[index]


def _distance(drawable: Path | Rect | Disc | Text, x: float, y: float, reach: float) -> float:
    """How far (x, y) is from the drawable's painted extent, 0 inside; anything above `reach` where it is further."""
    match drawable:
        case Rect():
            return _from_box(drawable.x, drawable.y, drawable.width, drawable.height, x, y)
        case Disc():
            return math.hypot(x - drawable.x, y - drawable.y) - drawable.radius
        case Path():
            return _from_path(drawable, x, y, reach)
        case Text():
            return _from_text(drawable, x, y, reach)


def _from_box(left: float, top: float, width: float, height: float, x: float, y: float) -> float:
    across = max(left - x, 0.0, x - left - width)
    down = max(top - y, 0.0, y - top - height)
    return math.hypot(across, down)


def _from_text(text: Text, x: float, y: float, reach: float) -> float:
    # Measuring costs: only where the text can be that near at all.
    furthest = reach + len(text.text) * text.size + (text.box.padding_x if text.box else 0.0)
    if abs(x - text.x) > furthest or abs(y - text.y) > furthest:
        return _OUTSIDE
    left, top, width, height = text_extent(text)
    return _from_box(left, top, width, height, x, y)


def _from_path(path: Path, x: float, y: float, reach: float) -> float:
    points = path.points
    if len(points) == 0:
        return _OUTSIDE
    half = 0.0 if path.stroke is None else path.stroke.width / 2
    (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    margin = reach + half
    if not (left - margin <= x <= right + margin and top - margin <= y <= bottom + margin):
        return _OUTSIDE
    if path.fill is not None and _holds(points, x, y):
        return 0.0
    return _from_line(points, path.closed or path.fill is not None, x, y) - half


def _from_line(points: Points, closed: bool, x: float, y: float) -> float:
    starts = points if closed else points[:-1]
    ends = np.roll(points, -1, axis=0) if closed else points[1:]
    if len(starts) == 0:
        starts = ends = points
    along = ends - starts
    towards = np.array([x, y]) - starts
    squared = np.einsum("ij,ij->i", along, along)
    share = np.divide(np.einsum("ij,ij->i", towards, along), squared, out=np.zeros(len(starts)), where=squared > 0)
    away = towards - np.clip(share, 0.0, 1.0)[:, None] * along
    return math.sqrt(np.einsum("ij,ij->i", away, away).min())


def _holds(points: Points, x: float, y: float) -> bool:
    """Whether the polygon's winding number about (x, y) is other than 0: the painter's fill rule."""
    ends = np.roll(points, -1, axis=0)
    side = (ends[:, 0] - points[:, 0]) * (y - points[:, 1]) - (ends[:, 1] - points[:, 1]) * (x - points[:, 0])
    up = (points[:, 1] <= y) & (ends[:, 1] > y) & (side > 0)
    down = (points[:, 1] > y) & (ends[:, 1] <= y) & (side < 0)
    return int(up.sum()) != int(down.sum())
