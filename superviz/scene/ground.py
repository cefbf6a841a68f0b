"""Ground: what feature vectors are read against: axes, the unit circle, the outline of the shape, the origin."""

from __future__ import annotations

import math

import numpy as np

from superviz.core.shapes import Shape
from superviz.scene.drawables import Disc, Drawable, Paint, Path, Points, Stroke, Text
from superviz.scene.palette import Palette, mix
from superviz.scene.placement import Place, Placement

AXIS_REACH = 1.2
"""Half an axis, in unit radii."""
_AXIS_NAME_GAP = 6.0
_CIRCLE_WIDTH, _AXIS_WIDTH = 1.2, 1.0
_EDGE_WIDTH, _EDGE_OPACITY, _FILL_OPACITY = 1.4, 0.34, 0.045
_ORIGIN_RADIUS, _ORIGIN_WIDTH = 4.6, 1.7
_RING_POINTS = 96
_MOST_NEURONS = 12
"""More have no axes: they would fill the circle."""


def axis_layer(placement: Placement, palette: Palette) -> list[Drawable]:
    """A line along each direction shown; of neurons in a view that follows the features, the half where they fire."""
    place = placement.place
    stroke = Stroke(palette.axes, _AXIS_WIDTH * max(1.0, place.mark))
    if placement.camera.follows:
        stroke = Stroke(palette.circle, _AXIS_WIDTH * max(1.0, place.mark))
        return [Path(np.array([[place.x, place.y], [x, y]]), stroke) for x, y in _axis_ends(placement)]
    ends = _axis_ends(placement)
    return [Path(np.array([[2 * place.x - x, 2 * place.y - y], [x, y]]), stroke) for x, y in ends]


def axis_names(placement: Placement, palette: Palette, size: float) -> list[Text]:
    """The name of each direction shown, past the end of its axis."""
    place = placement.place
    noun = "neuron" if placement.camera.privileged else "hidden" if placement.W.shape[0] <= 3 else "direction"
    names: list[Text] = []
    for index, (x, y) in enumerate(_axis_ends(placement)):
        name = f"{noun} {index + 1}"
        if index == 1 and placement.camera.shown == 2 and not placement.camera.follows:
            # At its other end: past the positive one is where feature 1 has its label.
            below = 2 * place.y - y + _AXIS_NAME_GAP
            names.append(Text(place.x, below, name, size, palette.text3, anchor="middle", rise="top"))
            continue
        dx, dy = x - place.x, y - place.y
        length = max(1e-9, math.hypot(dx, dy))
        anchor = "middle" if abs(dx) < 0.25 * length else "start" if dx > 0 else "end"
        gap = (_AXIS_NAME_GAP + (0.5 * size if anchor == "middle" else 0.0)) / length
        names.append(Text(x + gap * dx, y + gap * dy, name, size, palette.text3, anchor=anchor))
    return names


def circle_layer(placement: Placement, palette: Palette) -> list[Drawable]:
    """Where length 1, or that of the place, is: a circle, an orbit's outline and equator, or two ticks on a line."""
    place = placement.place
    stroke = Stroke(palette.circle, _CIRCLE_WIDTH * place.mark)
    if placement.lanes:
        tall = _tick_height(placement)
        ticks = [place.x - place.radius, place.x, place.x + place.radius]
        return [Path(np.array([[x, place.y - tall], [x, place.y + tall]]), stroke) for x in ticks]
    circle = Disc(place.x, place.y, place.radius, stroke)
    if placement.camera.shown < 3:
        return [circle]
    turns = np.linspace(0.0, 2 * np.pi, _RING_POINTS + 1)
    right, up = placement.camera.basis[:2, :2] @ np.stack([np.cos(turns), np.sin(turns)])
    ring = np.stack([place.x + place.radius * right, place.y - place.radius * up], axis=1)
    return [Path(ring, Stroke(palette.axes, _CIRCLE_WIDTH * place.mark)), circle]


def length_words(place: Place) -> str:
    """What the circle is called, and the tick that stands for it on a line: "length 1"."""
    return f"length {place.ring:g}"


def tick_name(placement: Placement, palette: Palette, size: float) -> Text:
    """What the tick to the right on a line of one dimension says."""
    place = placement.place
    y = place.y + _tick_height(placement) + _AXIS_NAME_GAP
    return Text(place.x + place.radius, y, length_words(place), size, palette.text3, anchor="middle", rise="top")


def outline_layer(
    placement: Placement, shape: Shape | None, palette: Palette, points: Points | None = None
) -> list[Drawable]:
    """The outline of each polygon of a named shape, and the edges of each solid; without colour.

    Its corners are the arrows' tips, or other `points`, (points, 2), where those form it.
    """
    if shape is None or placement.lanes:
        return []
    corners = placement.tips if points is None else points
    # Mixed with the ground instead of see-through: opaque lines are painted many times faster.
    edge = Stroke(mix(palette.canvas, palette.text1, _EDGE_OPACITY), _EDGE_WIDTH * placement.place.mark, round=True)
    fill = Paint(palette.text1, _FILL_OPACITY)
    polygons = [part for part in shape.parts if part.is_polygon]
    around = {pair for part in polygons for pair in part.edges}
    drawables: list[Drawable] = [Path(corners[list(part.features)], edge, fill, closed=True) for part in polygons]
    drawables += [Path(corners[list(pair)], edge) for pair in shape.edges if pair not in around]
    return drawables


def origin_layer(placement: Placement, palette: Palette) -> list[Drawable]:
    """The ring that all arrows start from; a line has ticks instead."""
    if placement.lanes:
        return []
    place = placement.place
    stroke = Stroke(palette.text2, _ORIGIN_WIDTH * place.mark)
    return [Disc(place.x, place.y, _ORIGIN_RADIUS * place.mark, stroke, Paint(palette.canvas))]


def _tick_height(placement: Placement) -> float:
    return 0.5 * float(np.ptp(placement.starts[:, 1])) + 0.12 * placement.place.radius


def _axis_ends(placement: Placement) -> list[tuple[float, float]]:
    """Where each axis ends that is drawn: none for directions that mean nothing and aren't the picture's own."""
    place, camera = placement.place, placement.camera
    if camera.follows and (not camera.privileged or camera.basis.shape[1] > _MOST_NEURONS):
        return []
    reach = AXIS_REACH * place.radius
    right, up = (reach * placement.camera.basis[:2]).tolist()
    return [(place.x + x, place.y - y) for x, y in zip(right, up, strict=True)]
