"""ClauseLabel: one line of words with superscripts, elided where it doesn't fit."""

from __future__ import annotations

import re

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from superviz.app.buttons import Tone
from superviz.views.theme import BODY_SIZE, typeset

_SUPERSCRIPT = re.compile(r"<sup>(.*?)</sup>")
_LEAST_SHOWN = 5
"""Letters, with the ellipsis: less would say nothing."""
_SUPERSCRIPT_SIZE, _SUPERSCRIPT_RISE = 0.68, 0.36


class ClauseLabel(QWidget):
    """Plain words in which <sup>..</sup> raises. QLabel can elide plain text or show rich text, but not both."""

    def __init__(
        self, text: str = "", tone: Tone = "soft", size: float = BODY_SIZE, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._text = ""
        self.setProperty("tone", tone)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        typeset(self, size)
        self.show_text(text)

    @property
    def text(self) -> str:
        """The whole text, elided or not."""
        return self._text

    def show_text(self, text: str) -> None:
        """Show those words; only <sup> is markup."""
        if text != self._text:
            before = self.sizeHint()
            self._text = text
            self.setAccessibleName(_SUPERSCRIPT.sub(r"\1", text))
            if self.sizeHint() != before:
                # Only then: it makes the whole window lay itself out anew, and numbers change in every frame.
                self.updateGeometry()
            self.update()

    def shown(self) -> list[tuple[str, bool]]:
        """What fits: (words, whether raised), the last of them elided where there was more."""
        left = float(self.width())
        pieces: list[tuple[str, bool]] = []
        for words, raised in _pieces(self._text):
            metrics = QFontMetricsF(self._font(raised))
            width = metrics.horizontalAdvance(words)
            if width > left + 0.5:
                elided = metrics.elidedText(words, Qt.TextElideMode.ElideRight, left)
                if pieces or len(elided) >= _LEAST_SHOWN:
                    pieces.append((elided, raised))
                break
            pieces.append((words, raised))
            left -= width
        return pieces

    def sizeHint(self) -> QSize:
        width = sum(QFontMetricsF(self._font(raised)).horizontalAdvance(words) for words, raised in _pieces(self._text))
        return QSize(int(width) + 1, self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        metrics = QFontMetricsF(self.font())
        x = 0.0
        baseline = (self.height() - metrics.height()) / 2 + metrics.ascent()
        for words, raised in self.shown():
            font = self._font(raised)
            painter.setFont(font)
            rise = _SUPERSCRIPT_RISE * metrics.ascent() if raised else 0.0
            painter.drawText(QPointF(x, baseline - rise), words)
            x += QFontMetricsF(font).horizontalAdvance(words)

    def _font(self, raised: bool) -> QFont:
        font = QFont(self.font())
        if raised:
            font.setPixelSize(max(8, round(font.pixelSize() * _SUPERSCRIPT_SIZE)))
        return font


def _pieces(text: str) -> list[tuple[str, bool]]:
    return [(words, index % 2 == 1) for index, words in enumerate(_SUPERSCRIPT.split(text)) if words]
