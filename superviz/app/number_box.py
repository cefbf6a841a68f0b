"""EntryBox, NumberBox and Stepper: words or a number to type, or to step with the arrow keys or with minus and plus."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from superviz.app import figures
from superviz.app.buttons import Button
from superviz.views.theme import BODY_SIZE, scaled, typeset

_NOTCHES = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: 10, Qt.Key.Key_PageDown: -10}
_STEPPER_WIDTHS = ((40, 26), (34, 22))
"""The box and each button, in the full form and in the compact one."""


class EntryBox(QLineEdit):
    """Shows words until someone types; what was typed counts on Enter or on leaving, Esc takes it back."""

    entered = Signal(object)
    """What was typed, as `_read` understands it."""

    def __init__(self, width: int | None = None, parent: QWidget | None = None) -> None:
        """`width` at text scale 1, or None to fill what room there is."""
        super().__init__(parent)
        self._width = width
        self._shown = ""
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        fixed = QSizePolicy.Policy.Fixed
        self.setSizePolicy(QSizePolicy.Policy.Expanding if width is None else fixed, fixed)
        typeset(self, BODY_SIZE, 500)
        self.returnPressed.connect(self._commit)

    def set_width(self, width: int) -> None:
        """Be that wide, in logical pixels at text scale 1."""
        self._width = width
        self.updateGeometry()

    @property
    def editing(self) -> bool:
        """Whether someone is in the middle of typing."""
        return self.text() != self._shown

    def show_words(self, words: str, instead: str = "") -> None:
        """Show those words, or `instead` where there are none; not while someone types."""
        typing = self.editing
        self._shown = words
        self.setPlaceholderText(instead)
        if not typing and self.text() != words:
            self.setText(words)
            self.setCursorPosition(0)  # the beginning is what one sees of more than has room

    def take_back(self) -> None:
        """Forget what was typed."""
        self.setText(self._shown)
        self.selectAll()

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return hint if self._width is None else QSize(scaled(self._width), hint.height())

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return hint if self._width is None else QSize(scaled(self._width), hint.height())

    def event(self, event: QEvent) -> bool:
        # Esc belongs to the box while there is something to take back, and to the window otherwise.
        if (
            event.type() is QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
            and not self.editing
        ):
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.editing:
            self.take_back()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() is not Qt.FocusReason.MouseFocusReason:
            self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._commit()

    def _counts(self, text: str) -> bool:
        """Whether that text can be meant: an empty box is usually one that was only cleared."""
        return bool(text)

    def _read(self, text: str) -> object:
        """What that text says."""
        return text

    @Slot()
    def _commit(self) -> None:
        text = self.text().strip()
        if text == self._shown:
            return
        self.setText(self._shown)  # what is shown next is for whoever takes what was entered to say
        if self._counts(text):
            self.entered.emit(self._read(text))


class NumberBox(EntryBox):
    """Tells a number, int or float, or the text as it stands where it is no number; arrow keys step it."""

    nudged = Signal(int)
    """Notches up (positive) or down."""

    def __init__(self, width: int | None = None, parent: QWidget | None = None, *, none: str = "") -> None:
        """With a word for `none` the box may be emptied, or that word typed; it then tells None."""
        super().__init__(width, parent)
        self._none = none

    def show_number(self, number: float | None, instead: str = "") -> None:
        """Show that number, or the words `instead` where there is none; not while someone types."""
        self.show_words("" if number is None else figures.shown(number), instead or self._none)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _NOTCHES:
            self._commit()
            tenfold = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            self.nudged.emit(_NOTCHES[key] * tenfold)
        else:
            super().keyPressEvent(event)

    def _counts(self, text: str) -> bool:
        return bool(text or self._none)

    def _read(self, text: str) -> object:
        if self._none and text.lower() in ("", self._none):
            return None
        number = figures.read(text)
        return text if number is None else number


class Stepper(QWidget):
    """A whole number between a minus and a plus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = NumberBox(_STEPPER_WIDTHS[False][0])
        self.box.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._less = Button("left", "minus")
        self._more = Button("right", "plus")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for button in (self._less, self._more):
            button.show_icon("minus" if button is self._less else "plus", 11)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the box's arrow keys do the same
            button.setAutoRepeat(True)
        self._less.clicked.connect(self._step_down)
        self._more.clicked.connect(self._step_up)
        row.addWidget(self._less)
        row.addWidget(self.box)
        row.addWidget(self._more)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_name(self, name: str) -> None:
        """Name the parts for people who can't see them."""
        self.box.setAccessibleName(name)
        self._less.setAccessibleName(f"Less: {name}")
        self._more.setAccessibleName(f"More: {name}")

    def set_compact(self, compact: bool) -> None:
        """Take the smaller form, or the full one; also after a change of text scale."""
        box, button = _STEPPER_WIDTHS[compact]
        self.box.set_width(box)
        for part in (self._less, self._more):
            part.setFixedWidth(scaled(button))

    @Slot()
    def _step_down(self) -> None:
        self.box.nudged.emit(-1)

    @Slot()
    def _step_up(self) -> None:
        self.box.nudged.emit(1)
