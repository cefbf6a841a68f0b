"""InlineEditor: a card over the window with one line to type, beside what it is about."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal, SignalInstance, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from superviz.views.theme import BODY_SIZE, scaled, typeset

_WIDTH: Final = 300
_MARGIN, _AWAY, _ASIDE = 8, 14, 24
"""Logical pixels: from the window's edge, above or below the point it is about, and how far it reaches past that."""


class InlineEditor(QWidget):
    """Enter keeps what was typed, and so does a click elsewhere; Esc takes it back. Either way it is gone then."""

    typed = Signal(str)
    """What stands in the line now."""
    kept = Signal()
    taken_back = Signal()

    def __init__(self, heading: str, text: str, placeholder: str, longest: int, parent: QWidget) -> None:
        """`text` is what stands there already, at most `longest` characters may."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._focus_before: QWidget | None = None
        self._done = False
        self._heading = QLabel(heading)
        self._heading.setTextFormat(Qt.TextFormat.PlainText)
        typeset(self._heading, BODY_SIZE, 600)
        keys = QLabel("Enter keeps, Esc cancels")
        keys.setProperty("tone", "faint")
        typeset(keys, 12)
        self._line = QLineEdit(text)
        self._line.setMaxLength(longest)
        self._line.setPlaceholderText(placeholder)
        self._line.setAccessibleName(heading)
        typeset(self._line, BODY_SIZE)
        self._line.textEdited.connect(self._edited)
        self._line.returnPressed.connect(self.keep)
        self.top, self.bottom = QHBoxLayout(), QHBoxLayout()
        self.top.addWidget(self._heading)
        self.top.addStretch(1)
        self.top.addWidget(keys)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 9, 12, 11)
        self._column.setSpacing(8)
        self._column.addLayout(self.top)
        self._column.addWidget(self._line)
        self._column.addLayout(self.bottom)
        self.setAccessibleName(heading)

    @property
    def text(self) -> str:
        """What stands in the line: one line of characters that can be seen."""
        return " ".join("".join(one if one.isprintable() else " " for one in self._line.text()).split())

    def show_text(self, text: str) -> None:
        """Have `text` stand in the line."""
        self._line.setText(text)

    def open_beside(self, point: QPoint, middle: QPoint) -> None:
        """Stand beside `point`, in the parent's coordinates, on the side away from `middle`; and take the keyboard.

        So what lies between the two stays to be seen. It keeps within the parent.
        """
        over = self.parentWidget()
        assert over is not None, "it was given one"
        self._focus_before = QApplication.focusWidget()
        self.show()  # before it is measured: only what is shown has its style
        self._column.activate()
        hint = self.sizeHint()
        width, height = min(max(scaled(_WIDTH), hint.width()), over.width() - 2 * _MARGIN), hint.height()
        left = point.x() - _ASIDE if point.x() > middle.x() else point.x() - width + _ASIDE
        above, below = point.y() - _AWAY - height, point.y() + _AWAY
        fits_above, fits_below = above >= _MARGIN, below + height + _MARGIN <= over.height()
        top = above if fits_above and (point.y() < middle.y() or not fits_below) else below
        self.setGeometry(
            min(max(left, _MARGIN), over.width() - width - _MARGIN),
            min(max(top, _MARGIN), over.height() - height - _MARGIN),
            width,
            height,
        )
        self.raise_()
        self._line.selectAll()
        self._line.setFocus(Qt.FocusReason.PopupFocusReason)
        for part in self.findChildren(QWidget):
            part.installEventFilter(self)

    @Slot()
    def keep(self) -> None:
        """Let it be as it was typed."""
        self._leave(self.kept)

    @Slot()
    def take_back(self) -> None:
        """Let it be as it was."""
        self._leave(self.taken_back)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Only a click elsewhere ends it: a dialog or another window may take the keyboard for a moment.
        if isinstance(event, QFocusEvent) and event.lostFocus() and event.reason() is Qt.FocusReason.MouseFocusReason:
            to = QApplication.focusWidget()
            if to is None or not self.isAncestorOf(to):
                self._focus_before = None
                self.keep()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.take_back()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.keep()
        # Nothing reaches the window's bare-key shortcuts from here.
        event.accept()

    def _leave(self, how: SignalInstance) -> None:
        if self._done:
            return
        self._done = True
        before, self._focus_before = self._focus_before, None
        self.close()
        if before is not None:
            before.setFocus(Qt.FocusReason.PopupFocusReason)
        how.emit()

    @Slot(str)
    def _edited(self, _text: str) -> None:
        self.typed.emit(self.text)
