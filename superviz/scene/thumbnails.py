"""Thumbnails: every instance's arrows and shape in its unit circle, laid out all at once so that eight cost little."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from superviz.core.geometry import DEAD_NORM, weight_norms
from superviz.core.shapes import Shape, name_shape
from superviz.core.snapshot import Array
from superviz.scene.arrows import ArrowBuild, arrow_outlines
from superviz.scene.camera import Camera, camera_for
from superviz.scene.drawables import Disc, Drawable, Paint, Path, Points, Stroke
from superviz.scene.ground import outline_layer
from superviz.scene.palette import Palette, importance_order
from superviz.scene.placement import Place, Placement
from superviz.session.display import DisplaySettings

_MOST_ARROWS = 24
"""The most important have an arrow each, the others a line each, all in one colour."""
_BUILD = ArrowBuild(2.2, 8.5, 7.5)
"""Logical pixels at a unit radius of 33."""
_USUAL_UNIT = 33.0
_OUTLINE_MARK = 0.7
_DOT, _MOST_DOTS = 1.8, 50
_LONGEST, _LOWEST = 1.25, 1.12
"""Longer vectors shrink their thumbnail, circle and all, and so do those that point down."""


def thumbnails(
    W: Array,
    importance: Array,
    shapes: Sequence[Shape | None],
    colors: Sequence[tuple[str, ...]],
    centres: Sequence[tuple[float, float]],
    unit: float,
    display: DisplaySettings,
    palette: Palette,
    *,
    privileged: bool,
    examples: Sequence[Array | None],
) -> list[list[Drawable]]:
    """One list an instance of W (instances, hidden, features), with importance (instances, features), at its centre.

    `examples` are hidden vectors, (hidden, points), to be shown as dots; a shape is the features', or else of those.
    Nothing in them carries a meaning: a thumbnail stands for its instance.
    """
    cameras = [camera_for(weights, display, privileged=privileged) for weights in W]
    norms = weight_norms(W)
    alive = norms >= DEAD_NORM
    projected = np.stack([camera.project(np.nan_to_num(one)).T for camera, one in zip(cameras, W, strict=True)])
    # The name stands close below, so there a vector may reach less far.
    reach = np.maximum(norms / _LONGEST, -projected[..., 1] / _LOWEST).max(axis=1, initial=1.0)
    reach = np.maximum(reach, [_reach(camera, points) for camera, points in zip(cameras, examples, strict=True)])
    units = unit / np.nan_to_num(reach, nan=1.0, posinf=1.0)
    starts = np.repeat(np.array(centres)[:, None], W.shape[2], axis=1)
    tips = starts + projected[..., :2] * (units[:, None, None] * (1.0, -1.0))
    mark = unit / _USUAL_UNIT
    outlines = arrow_outlines(starts, tips, _BUILD, mark)
    made: list[list[Drawable]] = []
    for index, (x, y) in enumerate(centres):
        order = importance_order(importance[index])
        radius = float(units[index])
        placement = Placement(
            Place(x, y, radius, _OUTLINE_MARK * mark),
            cameras[index],
            W[index],
            starts[index],
            tips[index],
            projected[index, :, 2],
            norms[index],
            alive[index],
            order,
        )
        points = examples[index]
        dots = None if points is None else placement.points_of(np.nan_to_num(points))
        corners = dots if shapes[index] is not None and name_shape(W[index]) is None else None
        ranked: list[int] = order[alive[index][order]].tolist()
        made.append(
            [
                Disc(x, y, radius, Stroke(palette.circle, 1.2)),
                *outline_layer(placement, shapes[index], palette, corners),
                *_star(x, y, tips[index][ranked[_MOST_ARROWS:]], palette),
                *(
                    Path(outlines[index, feature], None, Paint(colors[index][feature]), closed=True)
                    for feature in ranked[_MOST_ARROWS - 1 :: -1]
                ),
                *(Disc(px, py, _DOT * mark, None, Paint(palette.text1)) for px, py in _few(dots)),
            ]
        )
    return made


def _reach(camera: Camera, points: Array | None) -> float:
    """How much too far the points go, (hidden, points): 1 or less where they don't."""
    if points is None:
        return 0.0
    lowest = -float(camera.project(points)[1].min(initial=0.0))
    return max(float(weight_norms(points).max(initial=0.0)) / _LONGEST, lowest / _LOWEST)


def _few(dots: Points | None) -> list[list[float]]:
    found: list[list[float]] = [] if dots is None else dots[:_MOST_DOTS].tolist()
    return found


def _star(x: float, y: float, tips: Points, palette: Palette) -> list[Drawable]:
    if not len(tips):
        return []
    points = np.empty((2 * len(tips), 2))
    points[::2] = x, y
    points[1::2] = tips
    return [Path(points, Stroke(palette.text3, 0.8, 0.7))]
