"""Refusal: why what was typed doesn't count, said where it was typed."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, QTimer, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from superviz.app.buttons import Glyph
from superviz.views.theme import typeset

_SHOWN_MILLISECONDS = 8000
_MARGIN = 8


class Refusal(QWidget):
    """A small card under the field, over whatever is there, so that nothing has to move for it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._line = QLabel()
        self._line.setWordWrap(True)
        self._line.setTextFormat(Qt.TextFormat.PlainText)
        self._line.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        typeset(self._line, 12)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 8, 10, 8)
        row.setSpacing(8)
        row.addWidget(Glyph("warning", 14, "warning"), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._line, 1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SHOWN_MILLISECONDS)
        self._timer.timeout.connect(self.dismiss)
        self.hide()

    @property
    def line(self) -> str:
        """What is said."""
        return self._line.text()

    def show_under(self, field: QWidget, line: str) -> None:
        """Say `line` under `field`, or over it where there is no room below."""
        parent = self._over
        self._line.setText(line)
        width = parent.width() - 2 * _MARGIN
        height = self.heightForWidth(width)
        top = field.mapTo(parent, QPoint(0, field.height())).y() + 4
        if top + height > parent.height():
            top = field.mapTo(parent, QPoint(0, 0)).y() - 4 - height
        self.setGeometry(_MARGIN, max(_MARGIN, top), width, height)
        self.show()
        self.raise_()
        self._timer.start()

    @Slot()
    def dismiss(self) -> None:
        """Say no more."""
        self._timer.stop()
        self.hide()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.dismiss()
