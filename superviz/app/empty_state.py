"""EmptyState: what stands in place of the views while there is nothing to see: one sentence, one button."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from superviz.app.buttons import Button
from superviz.views.theme import BODY_SIZE, typeset

_SENTENCE_SIZE = 16


class EmptyState(QWidget):
    """Either nothing is trained yet, with the button that starts, or the kernel is being compiled."""

    def __init__(self, train: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._sentence, self._why = QLabel(), QLabel()
        self._why.setProperty("tone", "faint")
        typeset(self._sentence, _SENTENCE_SIZE)
        typeset(self._why, BODY_SIZE)
        for label in (self._sentence, self._why):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
        self._start = Button("accent", "play", action=train)
        self._start.show_text("Start training")
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._start)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(12)
        column.addStretch(1)
        column.addWidget(self._sentence)
        column.addWidget(self._why)
        column.addLayout(row)
        column.addStretch(1)
        self.show_empty()

    def show_empty(self) -> None:
        """Nothing trained yet."""
        self._say("Nothing trained yet.", "", startable=True)

    def show_compiling(self) -> None:
        """The first start on a machine compiles what trains."""
        self._say("Compiling the training kernel.", "A few seconds, the first time only.", startable=False)

    def _say(self, sentence: str, why: str, *, startable: bool) -> None:
        self._sentence.setText(sentence)
        self._why.setText(why)
        self._why.setVisible(bool(why))
        self._start.setVisible(startable)
