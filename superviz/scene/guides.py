"""Guides: how far other features reach along the selected one: perpendiculars, their feet, the dot products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from superviz.scene.arrows import FEW
from superviz.scene.boxes import Box, box_of, crosses, overlaps
from superviz.scene.drawables import Disc, Drawable, Paint, Path, Stroke, Text, TextBox
from superviz.scene.effects import NOTICEABLE
from superviz.scene.numerals import signed
from superviz.scene.palette import Palette
from superviz.scene.placement import Placement
from superviz.scene.selection import Pair

_MOST_FEET = 8
_MERGE_WITHIN = 8.0
_LINE_WIDTH, _DOTS_WIDTH = 1.4, 1.2
_FOOT_RADIUS, _FOOT_RING = 5.0, 1.8
_TAG_DISTANCE = 37.0
_COVERING = 100
"""What covering other words costs a tag, measured in arrows crossed: rather than do so it is left out."""


@dataclass(frozen=True, slots=True)
class Foot:
    """Where a perpendicular meets the selected feature's line; several that lie together count as one."""

    x: float
    y: float
    product: float
    """The dot product W_i . W_j, the mean of those that lie together."""
    pair: Pair
    along: float
    """From the origin, in lengths of the selected vector: 1 is its tip, below 0 behind the origin."""


def feet_of(placement: Placement, feature: int) -> tuple[list[tuple[int, float]], list[Foot]]:
    """Each noticeably affected feature and where it stands along the selected one; and the feet, merged within 8 px.

    None where a ReLU acts on the neurons: dot products then aren't what one feature does to another. None either where
    the camera follows the selected one, and what stands how high is seen without them.
    """
    camera = placement.camera
    follows = camera.around or (camera.follows and camera.shown == 3)
    if placement.lanes or camera.privileged or follows or not placement.alive[feature]:
        return [], []
    # Where training diverged, float32 holds the weights but not their products.
    order = np.sort(placement.order)
    W, selected = placement.W[:, order].astype(np.float64), placement.W[:, feature].astype(np.float64)
    products = dict(zip(order.tolist(), (W.T @ selected).tolist(), strict=True))
    squared = float(selected @ selected)
    affected = [
        index
        for index in sorted(products, key=lambda index: -abs(products[index]))
        if index != feature and abs(products[index]) >= NOTICEABLE and placement.alive[index]
    ][:_MOST_FEET]
    reach = [(index, products[index] / squared) for index in affected]
    length = float(np.hypot(*(placement.tips[feature] - placement.starts[feature])))
    groups: list[list[tuple[int, float]]] = []
    for entry in sorted(reach, key=lambda entry: entry[1]):
        if groups and (entry[1] - groups[-1][0][1]) * length <= _MERGE_WITHIN * placement.place.mark:
            groups[-1].append(entry)
        else:
            groups.append([entry])
    (x0, y0), (x1, y1) = placement.starts[feature].tolist(), placement.tips[feature].tolist()
    feet: list[Foot] = []
    for group in groups:
        along = sum(at for _, at in group) / len(group)
        x, y = x0 + along * (x1 - x0), y0 + along * (y1 - y0)
        strongest = max(group, key=lambda entry: abs(entry[1]))[0]
        feet.append(Foot(x, y, along * squared, Pair(feature, strongest), along))
    return reach, feet


def guide_layer(
    placement: Placement, feature: int, reach: Sequence[tuple[int, float]], color: str, palette: Palette
) -> list[Drawable]:
    """The selected line extended, dashed, to the furthest foot, and dotted perpendiculars from the other tips."""
    if not reach:
        return []
    start, tip = placement.starts[feature], placement.tips[feature]
    mark = placement.place.mark
    dashed = Stroke(color, _LINE_WIDTH * mark, 0.75, dashes=(6.0, 5.0))
    dotted = Stroke(palette.text2, _DOTS_WIDTH * mark, 0.62, dashes=(2.0, 4.0))
    back = min(at for _, at in reach)
    forth = max(at for _, at in reach)
    drawables: list[Drawable] = []
    if back < 0:
        drawables.append(Path(np.stack([start, start + back * (tip - start)]), dashed))
    if forth > 1:
        drawables.append(Path(np.stack([tip, start + forth * (tip - start)]), dashed))
    drawables += [Path(np.stack([placement.tips[index], start + at * (tip - start)]), dotted) for index, at in reach]
    return drawables


def foot_layer(feet: Sequence[Foot], placement: Placement, palette: Palette) -> list[Drawable]:
    """The feet as dots in the interference map's colours for up and down, at full strength: they are small."""
    mark = placement.place.mark
    ring = Stroke(palette.canvas, _FOOT_RING * mark)
    up, down = Paint(palette.interference_high), Paint(palette.interference_low)
    return [
        Disc(foot.x, foot.y, _FOOT_RADIUS * mark, ring, up if foot.product > 0 else down, foot.pair) for foot in feet
    ]


def tag_layer(
    feet: Sequence[Foot], placement: Placement, feature: int, palette: Palette, size: float, taken: list[Box]
) -> list[Drawable]:
    """The dot product beside each foot where it is clear of `taken`, to which tags' boxes are added; and of arrows."""
    if not feet:
        return []
    along = placement.tips[feature] - placement.starts[feature]
    ux, uy = (along / max(1e-9, float(np.hypot(*along)))).tolist()
    # (px, py) points up the canvas, square to the arrow.
    px, py = (uy, -ux) if ux > 0 else (-uy, ux)
    behind = min(foot.along for foot in feet)
    far = max(_TAG_DISTANCE * placement.place.mark, 2.0 * size)
    box = TextBox(9 * size / 13, 4 * size / 13, 4.0, Paint(palette.raised), Stroke(palette.line_strong, 1.0))
    arrows = placement.segments(FEW)
    drawables: list[Drawable] = []
    for foot in sorted(feet, key=lambda foot: -abs(foot.product)):
        outward = [(-ux, -uy)] if foot.along == behind < 0 else []
        best: tuple[int, Text, Box] | None = None
        for dx, dy in (*outward, (px, py), (-px, -py), (ux, uy), (-ux, -uy)):
            x, y = foot.x + far * dx, foot.y + far * dy
            tag = Text(x, y, signed(foot.product), size, palette.text1, 600, "middle", box=box, meaning=foot.pair)
            extent = box_of(tag)
            cost = _COVERING * overlaps(extent, taken) + sum(crosses(extent, arrow) for arrow in arrows)
            if best is None or cost < best[0]:
                best = cost, tag, extent
            if cost == 0:
                break
        assert best is not None
        if best[0] < _COVERING:
            drawables.append(best[1])
            taken.append(best[2])
    return drawables
