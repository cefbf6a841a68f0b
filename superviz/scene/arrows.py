"""Arrows: feature vectors as filled arrows, dead features as dots, the chosen ones larger and on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superviz.scene.drawables import Disc, Drawable, Paint, Path, Points
from superviz.scene.palette import Palette
from superviz.scene.placement import Placement
from superviz.scene.selection import Feature, Selection

FEW, MANY = 12, 60
"""Beyond these counts arrows get thinner, and then lose their heads."""

_DIMMED = 0.88
_FAR, _NEAR_SIZE, _FAR_SIZE = 0.45, 1.2, 0.7
"""Opacity of an arrow that points straight away from a camera that sees depth; sizes of one that comes and one that
goes."""
_HALO_WIDTH, _HALO_OPACITY = 16.0, 0.2
_DOT_RADIUS = 3.0
_HEAD_SHARE = 0.6
"""A head takes at most this much of a short arrow."""


@dataclass(frozen=True, slots=True)
class Emphasis:
    """The features singled out in a figure."""

    selected: int | None = None
    hovered: int | None = None

    @classmethod
    def of(cls, selection: Selection, n_features: int) -> Emphasis:
        """What `selection` singles out among that many features."""
        selected = selection.pinned.index if selection.pinned else None
        hovered = selection.hovered.index if isinstance(selection.hovered, Feature) else None
        known = range(n_features)
        return cls(selected if selected in known else None, hovered if hovered in known else None)

    @property
    def features(self) -> tuple[int, ...]:
        """Hovered first, so that the selected one comes to lie on top."""
        return tuple(dict.fromkeys(index for index in (self.hovered, self.selected) if index is not None))


NO_EMPHASIS = Emphasis()


@dataclass(frozen=True, slots=True)
class ArrowBuild:
    """An arrow's measures in logical pixels at mark 1."""

    shaft: float
    head_length: float
    head_width: float


_BUILDS = (ArrowBuild(4, 17, 15), ArrowBuild(2, 9, 8), ArrowBuild(1, 0, 0))
_EMPHASISED = (ArrowBuild(6, 21, 19), ArrowBuild(4, 15, 13), ArrowBuild(3, 11, 10))


def arrow_layer(
    placement: Placement, colors: Sequence[str], palette: Palette, emphasis: Emphasis = NO_EMPHASIS
) -> list[Drawable]:
    """Dots of dead features, then arrows: the least important first, or the furthest; the emphasised last."""
    n_arrows = len(placement.order)
    size = 0 if n_arrows <= FEW else 1 if n_arrows <= MANY else 2
    singled_out = emphasis.features
    deep = placement.camera.deep
    # In the features' own order first: of two as near, the later lies on top.
    order = placement.order[::-1]
    if deep:
        order = np.sort(order)[np.argsort(placement.depth[np.sort(order)], kind="stable")]
    rest: list[int] = [index for index in order.tolist() if index not in singled_out]
    alive = placement.alive.tolist()
    mark = placement.place.mark
    drawables: list[Drawable] = []
    tips = placement.tips.tolist()
    dot = Paint(palette.text3)
    for index in rest:
        if not alive[index]:
            x, y = tips[index]
            drawables.append(Disc(x, y, _DOT_RADIUS * mark, fill=dot, meaning=Feature(index)))
    drawn = [index for index in rest if alive[index]]
    towards = placement.depth[drawn] / np.maximum(placement.norms[drawn], 1e-9) if deep else np.zeros(len(drawn))
    shapes = arrow_outlines(placement.starts[drawn], placement.tips[drawn], _BUILDS[size], mark * _sizes(towards))
    opacities = _opacities(towards, _DIMMED if singled_out else 1.0)
    drawables += [
        Path(shape, fill=Paint(colors[index], opacity), closed=True, meaning=Feature(index))
        for index, shape, opacity in zip(drawn, shapes, opacities, strict=True)
    ]
    for index in singled_out:
        if alive[index]:
            shape = arrow_outlines(placement.starts[index], placement.tips[index], _EMPHASISED[size], mark)
            drawables.append(Path(shape, fill=Paint(colors[index]), closed=True, meaning=Feature(index)))
        else:
            x, y = tips[index]
            drawables.append(Disc(x, y, 1.6 * _DOT_RADIUS * mark, fill=Paint(palette.text1), meaning=Feature(index)))
    return drawables


def halo(placement: Placement, feature: int, color: str) -> list[Drawable]:
    """The band of light under a selected arrow; nothing under a dead feature."""
    if not placement.alive[feature]:
        return []
    start, tip = placement.starts[feature], placement.tips[feature]
    along = tip - start
    length = float(np.hypot(*along))
    if length < 1.0:
        return []
    half = 0.5 * _HALO_WIDTH * placement.place.mark
    across = np.array([along[1], -along[0]]) * (half / length)
    # Ends under the head, whose barbs are wider than the band is here.
    end = tip - along * min(1.0, 10.0 * placement.place.mark / length)
    band = np.stack([start + across, end + across, end - across, start - across])
    return [Path(band, fill=Paint(color, _HALO_OPACITY), closed=True)]


def arrow_outlines(starts: Points, tips: Points, build: ArrowBuild, mark: float | NDArray[np.float64]) -> Points:
    """(..., corners, 2): each arrow from `starts` to `tips`, (..., 2), as one polygon; `mark` is one scale, or (...).

    One, so that it can be translucent without a seam. Short arrows have smaller heads and thinner shafts.
    """
    mark = np.asarray(mark, dtype=np.float64)[..., None]
    along = tips - starts
    length = np.hypot(along[..., 0], along[..., 1])[..., None]
    unit = along / np.maximum(length, 1e-9)
    across = unit[..., ::-1] * (1.0, -1.0)
    if build.head_length == 0:
        side = across * (0.5 * build.shaft * mark)
        return np.stack([starts + side, tips + side, tips - side, starts - side], axis=-2)
    fit = np.minimum(1.0, _HEAD_SHARE * length / (build.head_length * mark)) * mark
    neck = tips - unit * (build.head_length * fit)
    side = across * np.minimum(0.5 * build.shaft * mark, 0.35 * build.head_width * fit)
    barb = across * (0.5 * build.head_width * fit)
    return np.stack([starts + side, neck + side, neck + barb, tips, neck - barb, neck - side, starts - side], axis=-2)


def _sizes(towards: NDArray[np.float64]) -> NDArray[np.float64]:
    """How large arrows are that point so far towards the viewer, from -1 to 1."""
    return 1.0 + np.where(towards > 0, _NEAR_SIZE - 1.0, 1.0 - _FAR_SIZE) * towards


def _opacities(towards: NDArray[np.float64], whole: float) -> list[float]:
    return np.round(whole * (1.0 - (1.0 - _FAR) * np.clip(-towards, 0.0, 1.0)), 2).tolist()
