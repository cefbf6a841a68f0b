"""OptionCard: one of several things to choose from, a line with what it means under it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from superviz.views.fonts import font
from superviz.views.theme import BODY_SIZE, current_palette, scaled

_HEIGHT, _PADDING, _DETAIL_SIZE = 52, 12, 12


class OptionCard(QAbstractButton):
    """Checked, it has the accent's edge; of its siblings only one can be."""

    def __init__(self, title: str, detail: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.detail = detail
        self.setText(title)
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"{title}: {detail}")
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        words = font(BODY_SIZE * scaled(100) / 100, 600)
        return QSize(len(self.text()) * words.pixelSize() // 2 + 2 * scaled(_PADDING), scaled(_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        palette, scale = current_palette(), scaled(100) / 100
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        strong = self.isChecked() or self.hasFocus()
        edge = palette.accent if strong else palette.line_strong if self.underMouse() else palette.line
        width = 2.0 if strong else 1.0
        painter.setPen(QPen(QColor(edge), width))
        painter.setBrush(QColor(palette.selected if self.isChecked() else palette.raised))
        inset = width / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), 6, 6)
        words = QRectF(self.rect()).adjusted(scaled(_PADDING), scaled(7), -scaled(_PADDING), -scaled(7))
        painter.setPen(QColor(palette.text1))
        painter.setFont(font(BODY_SIZE * scale, 600))
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, self.text())
        painter.setPen(QColor(palette.text2))
        painter.setFont(font(_DETAIL_SIZE * scale))
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, self.detail)
