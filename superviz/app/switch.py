"""Switch: a setting that is on or off."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from superviz.views.theme import current_palette, scaled

_WIDTH, _HEIGHT = 34, 20
_INSET = 4
_RING = 2


class Switch(QAbstractButton):
    """A knob that stands left for off and right for on; Space and a click turn it over."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(scaled(_WIDTH), scaled(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, on = current_palette(), self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = _RING if self.hasFocus() else 1
        track = QRectF(self.rect()).adjusted(ring / 2, ring / 2, -ring / 2, -ring / 2)
        edge = theme.accent if self.hasFocus() else theme.text2 if on else theme.line_strong
        painter.setPen(QPen(QColor(edge), ring))
        painter.setBrush(QColor(theme.text2 if on else theme.hover if self.underMouse() else theme.raised))
        painter.drawRoundedRect(track, track.height() / 2, track.height() / 2)
        radius = self.height() / 2 - scaled(_INSET)
        middle = self.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.panel if on else theme.text2))
        painter.drawEllipse(QPointF(self.width() - middle if on else middle, middle), radius, radius)
