"""Thumbnails: every instance's arrows and shape in its unit circle, laid out all at once so that eight cost little."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from superviz.core.geometry import DEAD_NORM, weight_norms
from superviz.core.shapes import Shape
from superviz.core.snapshot import Array
from superviz.scene.arrows import ArrowBuild, arrow_outlines
from superviz.scene.camera import camera_for
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
_LONGEST = 1.25
"""Longer vectors shrink their thumbnail, circle and all."""


def thumbnails(
    W: Array,
    importance: Array,
    shapes: Sequence[Shape | None],
    colors: Sequence[tuple[str, ...]],
    centres: Sequence[tuple[float, float]],
    unit: float,
    display: DisplaySettings,
    palette: Palette,
) -> list[list[Drawable]]:
    """One list an instance of W (instances, hidden, features), with importance (instances, features), at its centre.

    Nothing in them carries a meaning: a thumbnail stands for its instance.
    """
    camera = camera_for(W.shape[1], display)
    norms = weight_norms(W)
    alive = norms >= DEAD_NORM
    longest = np.nan_to_num(norms.max(axis=1, initial=0.0), nan=1.0, posinf=1.0)
    units = unit * _LONGEST / np.maximum(longest, _LONGEST)
    projected = camera.project(np.nan_to_num(W)).swapaxes(1, 2)
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
            camera,
            W[index],
            starts[index],
            tips[index],
            projected[index, :, 2],
            norms[index],
            alive[index],
            order,
        )
        ranked: list[int] = order[alive[index][order]].tolist()
        made.append(
            [
                Disc(x, y, radius, Stroke(palette.circle, 1.2)),
                *outline_layer(placement, shapes[index], palette),
                *_star(x, y, tips[index][ranked[_MOST_ARROWS:]], palette),
                *(
                    Path(outlines[index, feature], None, Paint(colors[index][feature]), closed=True)
                    for feature in ranked[_MOST_ARROWS - 1 :: -1]
                ),
            ]
        )
    return made


def _star(x: float, y: float, tips: Points, palette: Palette) -> list[Drawable]:
    if not len(tips):
        return []
    points = np.empty((2 * len(tips), 2))
    points[::2] = x, y
    points[1::2] = tips
    return [Path(points, Stroke(palette.text3, 0.8, 0.7))]
