"""Charts: curves and points over two axes, and the phase diagram."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from superviz.scene.drawables import Disc, Drawable, Paint, Path, Rect, Scene, Stroke, Text
from superviz.scene.palette import Palette
from superviz.scene.ticks import even_ticks, log_ticks, short

WIDTH, HEIGHT = 960.0, 310.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 64.0, 150.0, 20.0, 52.0
"""Margins: the right one holds the curves' names..."""
_BARE_RIGHT = 32.0
"""...where there are any."""
_TICK, _NAME = 12.0, 13.0
_NAME_PITCH = 17.0

Floats: TypeAlias = NDArray[np.float64]
Manner: TypeAlias = Literal["line", "thin", "dashed", "points"]


@dataclass(frozen=True, eq=False, slots=True)
class Curve:
    """What was measured or derived, against something."""

    x: Floats
    y: Floats
    name: str = ""
    """Stands at its right end."""
    color: int | None = None
    """Which of the five colours of a palette; None for the quiet one, in which references are drawn."""
    manner: Manner = "line"


@dataclass(frozen=True, slots=True)
class Axis:
    """A direction of the chart."""

    name: str
    low: float
    high: float
    logarithmic: bool = False

    def share(self, value: Floats) -> Floats:
        """Where values are, from 0 at the low end to 1."""
        if self.logarithmic:
            return np.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def ticks(self, most: int) -> tuple[float, ...]:
        """Round numbers along it."""
        return (log_ticks if self.logarithmic else even_ticks)(self.low, self.high, most)


@dataclass(frozen=True, slots=True)
class Plot:
    """Where on the canvas two axes are."""

    x: Axis
    y: Axis
    left: float
    top: float
    right: float
    bottom: float

    def points(self, x: Floats, y: Floats) -> Floats:
        """(points, 2), in logical pixels."""
        across = self.left + self.x.share(x) * (self.right - self.left)
        return np.stack([across, self.bottom - self.y.share(y) * (self.bottom - self.top)], axis=1)

    def frame(self, palette: Palette, x_ticks: int = 8, y_ticks: int = 6) -> list[Drawable]:
        """Gridlines, what they stand for, and the axes' names."""
        drawn: list[Drawable] = []
        for tick in self.y.ticks(y_ticks):
            (y,) = self.points(np.array([self.x.low]), np.array([tick]))[:, 1].tolist()
            drawn.append(Path(np.array([[self.left, y], [self.right, y]]), Stroke(palette.axes, 1.0)))
            drawn.append(Text(self.left - 10, y, short(tick), _TICK, palette.text3, anchor="end"))
        for tick in self.x.ticks(x_ticks):
            (x,) = self.points(np.array([tick]), np.array([self.y.low]))[:, 0].tolist()
            drawn.append(Path(np.array([[x, self.bottom], [x, self.bottom + 5]]), Stroke(palette.circle, 1.0)))
            drawn.append(Text(x, self.bottom + 16, short(tick), _TICK, palette.text3, anchor="middle"))
        base = np.array([[self.left, self.bottom], [self.right, self.bottom]])
        middle = (self.left + self.right) / 2
        return [
            *drawn,
            Path(base, Stroke(palette.circle, 1.0)),
            Text(middle, self.bottom + 37, self.x.name, _NAME, palette.text2, anchor="middle"),
            Text(self.left, self.top - 8, self.y.name, _NAME, palette.text2, rise="bottom"),
        ]


def chart(curves: Sequence[Curve], x: Axis, y: Axis, palette: Palette) -> Scene:
    """Curves over two axes; what lies outside them is left out."""
    right = _RIGHT if any(curve.name for curve in curves) else _BARE_RIGHT
    plot = Plot(x, y, _LEFT, _TOP + 16, WIDTH - right, HEIGHT - _BOTTOM)
    drawn = plot.frame(palette)
    names: list[tuple[float, Curve, str]] = []
    for curve in curves:
        color = palette.text3 if curve.color is None else palette.few_features[curve.color]
        seen = (curve.x >= x.low) & (curve.x <= x.high) & (curve.y >= y.low) & (curve.y <= y.high)
        points = plot.points(curve.x[seen], curve.y[seen])
        if not len(points):
            continue
        drawn += _drawn(points, curve.manner, color)
        if curve.name:
            names.append((float(points[-1, 1]), curve, color))
    drawn += _names(names, plot.right + 12, palette)
    return Scene(WIDTH, HEIGHT, palette.canvas, tuple(drawn))


def _drawn(points: Floats, manner: Manner, color: str) -> list[Drawable]:
    if manner == "points":
        return [Disc(px, py, 3.6, None, Paint(color)) for px, py in points.tolist()]
    strokes: Mapping[Manner, Stroke] = {
        "line": Stroke(color, 2.2, round=True),
        "thin": Stroke(color, 1.2, 0.75, round=True),
        "dashed": Stroke(color, 1.4, dashes=(5.0, 4.0)),
    }
    return [Path(points, strokes[manner])]


def _names(names: list[tuple[float, Curve, str]], left: float, palette: Palette) -> list[Drawable]:
    """The curves' names beside their ends, each with a sample of its manner."""
    names.sort(key=lambda entry: entry[0])
    drawn: list[Drawable] = []
    for y, (_, curve, color) in zip(spread([entry[0] for entry in names]), names, strict=True):
        sample = np.array([[left, y]]) if curve.manner == "points" else np.array([[left - 4, y], [left + 10, y]])
        drawn += [*_drawn(sample, curve.manner, color), Text(left + 18, y, curve.name, _NAME, palette.text1)]
    return drawn


def spread(wanted: Sequence[float]) -> list[float]:
    """Places close to those wanted, which ascend, and no two nearer than a line of text: crowds share the shift."""
    crowds: list[list[float]] = []
    for place in wanted:
        crowds.append([place])
        while len(crowds) > 1 and _first(crowds[-1]) - _last(crowds[-2]) < _NAME_PITCH:
            crowds[-2:] = [crowds[-2] + crowds[-1]]
    return [_first(crowd) + _NAME_PITCH * order for crowd in crowds for order in range(len(crowd))]


def _first(crowd: Sequence[float]) -> float:
    """Where a crowd begins that stands around the middle of what its members want."""
    return sum(crowd) / len(crowd) - _NAME_PITCH * (len(crowd) - 1) / 2


def _last(crowd: Sequence[float]) -> float:
    return _first(crowd) + _NAME_PITCH * (len(crowd) - 1)


_PHASES = {"pair": "An antipodal pair", "first": "The first alone", "second": "The second alone", "mixed": "Mixed"}


def phase_diagram(
    phases: Sequence[Sequence[str]],
    importances: Sequence[float],
    probabilities: Sequence[float],
    boundaries: Sequence[tuple[str, Sequence[float]]],
    palette: Palette,
) -> Scene:
    """The phase of each point, rows by probability from 1 down, and boundaries p(importance), the first one solid."""
    side = 460.0
    half_x = (importances[1] / importances[0]) ** 0.5
    half_y = (probabilities[0] / probabilities[1]) ** 0.5
    name = "Importance of the second feature beside the first"
    x = Axis(name, importances[0] / half_x, importances[-1] * half_x, logarithmic=True)
    y = Axis("Feature probability, p", probabilities[-1] / half_y, probabilities[0] * half_y, True)
    plot = Plot(x, y, _LEFT, _TOP + 16, _LEFT + side, _TOP + 16 + side)
    colors = {
        "pair": palette.shape_digon,
        "first": palette.shape_alone,
        "second": palette.shape_tetrahedron,
        "mixed": palette.shape_mixed,
    }
    wide, high = side / len(importances), side / len(probabilities)
    drawn = plot.frame(palette, 5, 5)
    drawn += [
        Rect(plot.left + column * wide, plot.top + row * high, wide - 1, high - 1, 1.0, None, Paint(colors[phase]))
        for row, line in enumerate(phases)
        for column, phase in enumerate(line)
    ]
    legend = plot.right + 36
    for place, (phase, words) in enumerate(_PHASES.items()):
        middle = plot.top + 12 + 28 * place
        drawn.append(Rect(legend, middle - 8, 16, 16, 2.0, None, Paint(colors[phase])))
        drawn.append(Text(legend + 26, middle, words, _NAME, palette.text1))
    for place, (words, boundary) in enumerate(boundaries):
        middle = plot.top + 12 + 28 * (place + len(_PHASES))
        points = plot.points(np.array(importances), np.array(boundary))
        for color, width in ((palette.canvas, 4.5), (palette.text1, 2.0)):
            dashes = (5.0, 4.0) if place and color == palette.text1 else ()
            drawn.append(Path(points, Stroke(color, width, dashes=dashes)))
        dashes = (5.0, 4.0) if place else ()
        swatch = np.array([[legend, middle], [legend + 16, middle]])
        drawn.append(Path(swatch, Stroke(palette.text1, 2.0, dashes=dashes)))
        drawn.append(Text(legend + 26, middle, f"Derived boundary, {words}", _NAME, palette.text1))
    return Scene(WIDTH, plot.bottom + _BOTTOM, palette.canvas, tuple(drawn))
