"""Polygons: numpy's points as Qt's."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import shiboken6
from PySide6.QtGui import QPolygonF

from superviz.scene.drawables import Points


def polygon(points: Points) -> QPolygonF:
    """The points, (points, 2), as Qt's polygon, copied in one go into its memory."""
    made = QPolygonF()
    if len(points):
        made.resize(len(points))
        # Any: the stubs know neither this constructor nor that the pointer is a buffer.
        pointer: Any = cast(Any, shiboken6.VoidPtr)(made.data(), 16 * len(points), True)
        np.frombuffer(pointer, np.float64).reshape(-1, 2)[:] = points
    return made
