"""Long lines: a curve that runs across the picture from left to right, painted slab by slab."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPaintEngine, QPainter

from superviz.scene.drawables import Path, Points
from superviz.views.polygon import polygon

_FEWEST_POINTS = 48
_SLAB = 128
"""Device pixels. Wider ones take longer, and so do narrower ones."""
_HIGH = 1 << 24


def is_long_line(painter: QPainter, path: Path) -> bool:
    """Whether `paint_long_line` can paint it, and it pays.

    Qt's rasteriser starts over each time a path has more edge pixels than it has set memory aside for: a loss curve of
    150 points across a 1080p frame took 5 ms, and takes 2 ms in slabs. To files it goes in one piece.
    """
    return (
        len(path.points) >= _FEWEST_POINTS
        and path.stroke is not None
        and path.fill is None
        and not path.closed
        and not path.stroke.dashes
        and painter.paintEngine().type() == QPaintEngine.Type.Raster
        and painter.deviceTransform().m12() == painter.deviceTransform().m21() == 0
        and bool((np.diff(path.points[:, 0]) >= 0).all())
    )


def paint_long_line(painter: QPainter, path: Path) -> None:
    """Strokes it with the painter's pen: the same pixels as in one piece, since slabs part between pixels."""
    assert path.stroke is not None
    to_device = painter.deviceTransform()
    # How far from a point its line may reach: Qt's mitres stick out by at most twice the width.
    reach = 2 * path.stroke.width + 2 / to_device.m11()
    for left, right, piece in _slabs(path.points, reach, to_device.m11(), to_device.dx()):
        painter.save()
        painter.setClipRect(QRectF(left, -_HIGH / 2, right - left, _HIGH), Qt.ClipOperation.IntersectClip)
        painter.drawPolyline(polygon(piece))
        painter.restore()


def _slabs(points: Points, reach: float, scale: float, shift: float) -> Iterator[tuple[float, float, Points]]:
    """Left and right of each slab, and the points that the line needs to be right between them."""
    x = points[:, 0]
    first = int(np.floor((x[0] - reach) * scale + shift))
    last = int(np.ceil((x[-1] + reach) * scale + shift))
    for edge in range(first, last, _SLAB):
        left, right = (edge - shift) / scale, (edge + _SLAB - shift) / scale
        # One point more on either side, so that the joins within reach are joins and no ends.
        start = max(0, int(np.searchsorted(x, left - reach)) - 2)
        stop = int(np.searchsorted(x, right + reach, side="right")) + 2
        yield left, right, points[start:stop]
