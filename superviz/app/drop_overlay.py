"""DropOverlay: lies over the window while something is dragged over it, and says what will become of that."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from superviz.app.dropped import Dropped, read
from superviz.views.fonts import font
from superviz.views.icons import paint_icon
from superviz.views.theme import BODY_SIZE, current_palette, current_text_scale, scaled

_MARGIN, _RADIUS = 8, 8
_VEIL = 150
"""How much of the window the ground hides, of 255: it is still there."""
_HEADING_SIZE, _ICON_SIZE = 24, 32
_CARD = (640, 160)
_PADDING = 24


class DropOverlay(QWidget):
    """Hidden until `show_for`; from then on it takes every drag and drop, also over fields to type in."""

    dropped = Signal(object)
    """What was let go of, a Dropped."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self._over = parent
        self.what: Dropped | None = None
        self.hide()

    def show_for(self, what: Dropped) -> None:
        """Lie over the whole of the parent and say what will become of it."""
        self.what = what
        self.setGeometry(self._over.rect())
        self.setAccessibleName(f"{what.heading}. {what.words}")
        self.show()
        self.raise_()
        self.update()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        what = read(event.mimeData())
        if what is not None:
            self.show_for(what)  # the window hid it, when the drag left that for this
            self._heed(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._heed(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self.hide()
        what = read(event.mimeData())
        if what is not None:
            event.setDropAction(Qt.DropAction.CopyAction)  # never a move: the file stays where it is
            event.accept()
            self.dropped.emit(what)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.what is None:
            return
        palette, refused = current_palette(), self.what.refused
        color = palette.interference_high if refused else palette.accent
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(palette.canvas)
        veil.setAlpha(_VEIL)
        painter.fillRect(self.rect(), veil)
        painter.setPen(QPen(QColor(color), 2))
        frame = QRectF(self.rect()).adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        painter.drawRoundedRect(frame, _RADIUS, _RADIUS)
        self._paint_card(painter, self.what, color)
        painter.end()

    def _paint_card(self, painter: QPainter, what: Dropped, color: str) -> None:
        palette = current_palette()
        width, height = min(scaled(_CARD[0]), self.width() - 6 * _MARGIN), scaled(_CARD[1])
        card = QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)
        painter.setPen(QPen(QColor(palette.line_strong), 1))
        painter.setBrush(QColor(palette.raised))
        painter.drawRoundedRect(card, _RADIUS, _RADIUS)
        inner = card.adjusted(_PADDING, scaled(_PADDING), -_PADDING, -scaled(_PADDING) / 2)
        icon = scaled(_ICON_SIZE)
        place = QRectF(inner.center().x() - icon / 2, inner.top(), icon, icon)
        paint_icon(painter, "warning" if what.refused else "open", color, place)
        painter.setFont(font(_HEADING_SIZE * current_text_scale(), 700))
        painter.setPen(QColor(palette.text1))
        heading = QRectF(inner.left(), place.bottom() + scaled(10), inner.width(), scaled(34))
        elided = painter.fontMetrics().elidedText(what.heading, Qt.TextElideMode.ElideMiddle, round(inner.width()))
        painter.drawText(heading, Qt.AlignmentFlag.AlignCenter, elided)
        painter.setFont(font(BODY_SIZE * current_text_scale()))
        painter.setPen(QColor(palette.text2))
        words = QRectF(inner.left(), heading.bottom() + scaled(6), inner.width(), inner.bottom() - heading.bottom())
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(words, flags, what.words)

    def _heed(self, event: QDragMoveEvent) -> None:
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
