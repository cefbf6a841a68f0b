"""Icons: the small drawings in resources/icons, tinted with any colour and sharp at any size."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from superviz.core.resources import RESOURCES

ICONS_FOLDER = RESOURCES / "icons"


def icon(name: str, color: str) -> QIcon:
    """The drawing resources/icons/NAME.svg in `color` ("#RRGGBB"). Raises FileNotFoundError where there is none."""
    _renderer(name, color)
    return QIcon(_TintedEngine(name, color))


def paint_icon(painter: QPainter, name: str, color: str, place: QRectF) -> None:
    """Draw the icon `name` in `color`, filling `place` (logical pixels)."""
    _renderer(name, color).render(painter, place)


class _TintedEngine(QIconEngine):
    """Draws its file anew for every size asked for, so nothing is scaled and nothing blurs.

    The colour is the same in every mode: whoever shows the icon gives it that of the words beside it.
    """

    def __init__(self, name: str, color: str) -> None:
        super().__init__()
        self._name, self._color = name, color

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        # Room wider than high is the gap to a button's words, which Qt's own style fixes at 4 pixels.
        paint_icon(painter, self._name, self._color, QRectF(rect.x(), rect.y(), rect.height(), rect.height()))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return _TintedEngine(self._name, self._color)


@lru_cache(maxsize=256)
def _renderer(name: str, color: str) -> QSvgRenderer:
    # QtSvg draws "currentColor" black, so the colour is written into the drawing.
    drawing = (ICONS_FOLDER / f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", color)
    return QSvgRenderer(QByteArray(drawing.encode()))
