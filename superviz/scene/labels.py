"""Labels: names past the tips of arrows, none of them on top of another."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from superviz.scene.arrows import FEW, Emphasis
from superviz.scene.boxes import Box, Segment, crosses, overlaps
from superviz.scene.drawables import Drawable, Path, Stroke, Text
from superviz.scene.feature_names import UNNAMED, feature_name
from superviz.scene.palette import Palette
from superviz.scene.placement import Placement
from superviz.scene.selection import Feature
from superviz.scene.text_extent import elided, text_height, text_width
from superviz.session.display import DisplaySettings

_GAP = 18.0
"""From the tip to the label, at mark 1."""
_SLIDES = (0.0, 6.0, -6.0, 12.0, -12.0, 18.0, -18.0, 24.0, -24.0)
"""How far a label may go along its circle to be free, logical pixels."""
_FAR_SLIDES = (*_SLIDES, 36.0, -36.0, 48.0, -48.0, 60.0, -60.0)
"""The same for a feature that is singled out: its label is never dropped."""
_LEADER_FROM = 12.0
_MIDDLE = 0.25
"""A label is centred over its tip where the arrow leans less than this to a side, as a part of its length."""
_MIDDLE_GAP = 0.2
_SHORTEST_SEEN = 0.18
"""In unit radii."""
_WORDS_UP_TO, _NUMBERS_UP_TO = 8, 20
_LONGEST_NAMES = (12.0, 9.0, 7.0, 5.5, 4.0)
"""In ems: how long a name may be; the next where there is no room, and at last the number."""
_TOP = 5
_LARGER = 17 / 15
_MARGIN = 2.0


@dataclass(frozen=True, slots=True)
class LabelStyle:
    """How a figure's labels look."""

    size: float
    bounds: Box
    """Labels keep inside."""
    taken: tuple[Box, ...] = ()
    """Where other text is."""
    display: DisplaySettings = UNNAMED
    """What features are called."""


def label_reach(n_features: int, size: float, mark: float) -> float:
    """How far past its tip a label to the right of it ends, logical pixels; a name that was given may be cut off."""
    return _GAP * mark + text_width(f"{_word(n_features)}{n_features}", size, 500) + 2 * _MARGIN


def label_rise(size: float, mark: float) -> float:
    """How far above its tip a label at the top ends, logical pixels."""
    return _GAP * mark + (0.5 + _MIDDLE_GAP) * text_height(size) + 2 * _MARGIN


def label_layer(placement: Placement, palette: Palette, style: LabelStyle, emphasis: Emphasis) -> list[Drawable]:
    """The labels of live features, with leaders to those that slid aside; of two that clash the less important goes."""
    n_features = len(placement.order)
    singled_out = emphasis.features[::-1]
    seen = _seen(placement)
    rest = [index for index in placement.order.tolist() if seen[index] and index not in singled_out]
    if n_features > _NUMBERS_UP_TO:
        rest = [index for rank, index in enumerate(rest) if rank < _TOP or index in style.display.feature_names]
    color = palette.text2 if singled_out else palette.text1
    taken = list(style.taken)
    arrows = list(zip(placement.order.tolist(), placement.segments(FEW), strict=False)) if n_features <= FEW else []
    leaders: list[Drawable] = []
    labels: list[Drawable] = []
    for feature in (*singled_out, *rest):
        strong = feature in singled_out
        size = style.size * _LARGER if strong else style.size
        weight = 700 if strong else 500
        others = [arrow for index, arrow in arrows if index != feature]
        texts = _texts(style.display, feature, n_features, size, weight)
        slides = _FAR_SLIDES if strong else _SLIDES
        along = (spot for text in texts for spot in _spots(placement, feature, text, size, weight, slides))
        spot = _free(along, style.bounds, taken, others)
        if spot is None:
            if not strong:
                continue
            spot = next(_spots(placement, feature, texts[-1], size, weight, _SLIDES))
        taken.append(spot.box)
        if abs(spot.slide) >= _LEADER_FROM:
            stroke = Stroke(palette.text3, max(1.0, 0.8 * placement.place.mark), 0.6)
            leaders.append(Path(np.array([placement.tips[feature], [spot.x, spot.y]]), stroke))
        labels.append(
            Text(
                spot.x,
                spot.y,
                spot.text,
                size,
                palette.text1 if strong else color,
                weight,
                anchor=spot.anchor,
                meaning=Feature(feature),
            )
        )
    return leaders + labels


def _word(n_features: int) -> str:
    return "Feature " if n_features <= _WORDS_UP_TO else ""


def _texts(display: DisplaySettings, feature: int, n_features: int, size: float, weight: int) -> list[str]:
    """What a label may say, the longest first."""
    number = str(feature + 1)
    if feature not in display.feature_names:
        return [_word(n_features) + number]
    name = feature_name(display, feature)
    return list(dict.fromkeys([*(elided(name, size, longest * size, weight) for longest in _LONGEST_NAMES), number]))


def _seen(placement: Placement) -> NDArray[np.bool_]:
    """The live features, less those that point so far out of the picture plane that their labels would heap up."""
    if placement.W.shape[0] == placement.camera.shown:
        return placement.alive
    along = placement.tips - placement.starts
    return placement.alive & (np.hypot(along[:, 0], along[:, 1]) >= _SHORTEST_SEEN * placement.place.radius)


@dataclass(frozen=True, slots=True)
class _Spot:
    text: str
    x: float
    y: float
    anchor: Literal["start", "middle", "end"]
    slide: float
    box: Box


def _free(along: Iterator[_Spot], bounds: Box, taken: list[Box], arrows: list[Segment]) -> _Spot | None:
    """The first spot that keeps off other words, and off other arrows too if any does; None where there is none."""
    free = [spot for spot in along if _within(spot.box, bounds) and not overlaps(spot.box, taken)]
    return next(
        (spot for spot in free if not any(crosses(spot.box, arrow) for arrow in arrows)), next(iter(free), None)
    )


def _spots(
    placement: Placement, feature: int, text: str, size: float, weight: int, slides: Sequence[float]
) -> Iterator[_Spot]:
    """Where the label might stand, the best place first."""
    width, height = text_width(text, size, weight), text_height(size)
    (x0, y0), (x1, y1) = placement.starts[feature].tolist(), placement.tips[feature].tolist()
    length = math.hypot(x1 - x0, y1 - y0)
    radius = length + _GAP * placement.place.mark
    turn = math.atan2(y1 - y0, x1 - x0) if length > 0 else -0.5 * math.pi
    for slide in slides[:1] if placement.lanes else slides:
        at = turn + slide / radius
        across, down = math.cos(at), math.sin(at)
        # What stands above or below a tip needs half its height more.
        reach = radius + (_MIDDLE_GAP * height if abs(across) < _MIDDLE else 0.0)
        yield _spot(text, x0 + reach * across, y0 + reach * down, across, slide, width, height)


def _within(box: Box, bounds: Box) -> bool:
    return box[0] >= bounds[0] and box[1] >= bounds[1] and box[2] <= bounds[2] and box[3] <= bounds[3]


def _spot(text: str, x: float, y: float, cosine: float, slide: float, width: float, height: float) -> _Spot:
    if abs(cosine) < _MIDDLE:
        left, anchor = x - 0.5 * width, "middle"
    elif cosine > 0:
        left, anchor = x, "start"
    else:
        left, anchor = x - width, "end"
    box = (left - _MARGIN, y - 0.5 * height, left + width + _MARGIN, y + 0.5 * height)
    return _Spot(text, x, y, anchor, slide, box)
