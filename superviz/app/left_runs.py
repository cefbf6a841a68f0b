"""LeftRuns: runs that were left open, a row each: a picture, how far it got, how long ago, and what to do with it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from superviz.app.buttons import Button
from superviz.app.clause_label import ClauseLabel
from superviz.session.journals import LeftBehind
from superviz.views.theme import BODY_SIZE, current_palette, scaled, typeset

PICTURE = 76
"""Logical pixels at text scale 1, each way."""
_GAP = 10
_MOST_ROWS = 3
"""So many are seen at once; the others by scrolling."""
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


class LeftRuns(QWidget):
    """Discarding is asked for twice: what is gone is gone."""

    restore_asked = Signal(object)
    """A LeftBehind."""
    discard_asked = Signal(object)

    def __init__(self, found: Sequence[tuple[LeftBehind, QImage | None]]) -> None:
        """What was left, the newest first, each with its picture where there is one."""
        super().__init__()
        self.rows: dict[LeftBehind, LeftRun] = {}
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(_GAP)
        for left, picture in found:
            row = self.rows[left] = LeftRun(left, picture)
            row.restore.clicked.connect(partial(self._restore, left))
            row.discarded.connect(partial(self.discard_asked.emit, left))
            self._column.addWidget(row)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(inner)
        for ground in (inner, self._area.viewport()):
            ground.setAutoFillBackground(False)  # the card's own is the ground
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 4, 4, 4)
        whole.addWidget(self._area)
        self._fit()

    def take_out(self, left: LeftBehind) -> bool:
        """Show that one no more; whether none is left."""
        row = self.rows.pop(left, None)
        if row is not None:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
            self._fit()
        return not self.rows

    def _fit(self) -> None:
        count = min(_MOST_ROWS, len(self.rows))
        self._area.setFixedHeight(max(0, count * scaled(PICTURE) + (count - 1) * _GAP))
        self.updateGeometry()  # at once: the card is measured before Qt would pass it on

    def _restore(self, left: LeftBehind, _clicked: bool = False) -> None:
        self.restore_asked.emit(left)


class LeftRun(QWidget):
    """One of them."""

    discarded = Signal()

    def __init__(self, left: LeftBehind, picture: QImage | None) -> None:
        super().__init__()
        self.setFixedHeight(scaled(PICTURE))
        self._asked = False
        name = left.title or ("A run that can’t be read" if left.fault else "A run without a title")
        facts = left.fault or f"{left.step:,} step{'' if left.step == 1 else 's'}"
        title, what = ClauseLabel(name, "plain"), ClauseLabel(f"{facts}, {ago(left.age)}", "soft", 12)
        typeset(title, BODY_SIZE, 600)
        for label in (title, what):
            label.setToolTip(label.text)
        self.restore = Button("accent", text="Restore")
        self._discard = Button("quiet", text="Discard")
        self._discard.setProperty("tight", True)
        self._discard.clicked.connect(self._discard_clicked)
        for button, words in ((self.restore, "Restore"), (self._discard, "Discard")):
            button.setProperty("small", True)
            button.setAccessibleName(f"{words} {name}, {facts}")
        self.restore.setVisible(not left.fault)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.restore)
        buttons.addWidget(self._discard)
        buttons.addStretch(1)
        words_column = QVBoxLayout()
        words_column.setContentsMargins(0, 0, 0, 0)
        words_column.setSpacing(2)
        words_column.addWidget(title)
        words_column.addWidget(what)
        words_column.addStretch(1)
        words_column.addLayout(buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(Picture(picture))
        row.addLayout(words_column, 1)

    def _discard_clicked(self) -> None:
        if self._asked:
            self.discarded.emit()
        else:
            self._asked = True
            self._discard.show_text("Discard for good")


class Picture(QWidget):
    """A small picture with round corners; where there is none, its ground."""

    def __init__(self, image: QImage | None) -> None:
        super().__init__()
        self._image = image
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(scaled(PICTURE), scaled(PICTURE))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(self.rect()), 6, 6)
        painter.fillPath(outline, QColor(current_palette().canvas))
        if self._image is not None:
            painter.setClipPath(outline)
            painter.drawImage(QRectF(self.rect()), self._image)


def ago(seconds: float) -> str:
    """How long ago that was: "3 hours ago"."""
    for unit, length in (("day", _DAY), ("hour", _HOUR), ("minute", _MINUTE)):
        count = int(seconds // length)
        if count:
            return f"{count:,} {unit}{'' if count == 1 else 's'} ago"
    return "just now"
