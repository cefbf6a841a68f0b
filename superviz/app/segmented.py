"""Segmented: two choices side by side, of which one holds."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from superviz.app.buttons import Button, described


class Segmented(QWidget):
    """Each half triggers its action; which one holds is for whoever carries the actions out to show."""

    def __init__(
        self, left: QAction, left_words: str, right: QAction, right_words: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._actions = (left, right)
        self._halves = (Button("left", text=left_words), Button("right", text=right_words))
        self._why_not = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for half, action in zip(self._halves, self._actions, strict=True):
            half.setCheckable(True)
            half.setToolTip(described(action)[0])
            half.setAccessibleName(described(action)[0])
            half.clicked.connect(action.trigger)
            row.addWidget(half)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_choice(self, index: int, why_not: str = "") -> None:
        """Show that half as holding. With `why_not`, the right half can't be had, and its tooltip says why."""
        for place, (half, action) in enumerate(zip(self._halves, self._actions, strict=True)):
            half.setChecked(place == index)
            reason = why_not if place else ""
            half.setEnabled(not reason)
            action.setEnabled(not reason)
            half.setToolTip(reason or described(action)[0])

    def set_segment_width(self, width: int) -> None:
        """Make each half that wide, in logical pixels, or as wide as its words ask."""
        for half in self._halves:
            half.setFixedWidth(max(width, half.fontMetrics().horizontalAdvance(half.text()) + 12))
