"""Notifications: quiet cards at the bottom right of the window, one line each; nothing waits for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from superviz.app.buttons import Button, Glyph
from superviz.views.theme import BODY_SIZE, scaled, typeset

Severity: TypeAlias = Literal["info", "warning", "error"]

_SHOWN_MILLISECONDS: dict[Severity, int | None] = {"info": 6_000, "warning": 15_000, "error": None}
"""How long a card stays; None until it is dismissed."""
_MOST_CARDS = 4
_MARGIN, _GAP = 16, 8
_WIDTH = 400


class Notifications(QWidget):
    """Stacks its cards over `parent`, the newest lowest. No larger than they are, so it takes nobody's clicks."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(_GAP)
        self._cards: list[Card] = []
        parent.installEventFilter(self)
        self.hide()

    @property
    def lines(self) -> list[str]:
        """What is shown, the oldest first."""
        return [card.line for card in self._cards]

    def notify(
        self, line: str, kind: Severity = "info", act: Callable[[], object] | None = None, act_words: str = ""
    ) -> None:
        """Say `line`; with `act`, a button of those words does it. A line that is still there isn't said twice."""
        for card in [card for card in self._cards if card.line == line]:
            self._remove(card)
        card = Card(line, kind, act, act_words)
        card.dismissed.connect(self._card_dismissed)
        self._cards.append(card)
        self._column.addWidget(card)
        while len(self._cards) > _MOST_CARDS:
            self._remove(self._cards[0])
        card.show()
        self._place()
        self.show()
        self.raise_()

    def clear(self) -> None:
        """Take everything back."""
        for card in list(self._cards):
            self._remove(card)
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._over and event.type() is QEvent.Type.Resize and self._cards:
            self._place()
        return False

    @Slot(object)
    def _card_dismissed(self, card: Card) -> None:
        self._remove(card)
        self._place()

    def _remove(self, card: Card) -> None:
        if card in self._cards:
            self._cards.remove(card)
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()

    def _place(self) -> None:
        if not self._cards:
            self.hide()
            return
        room = self._over.size()
        width = min(scaled(_WIDTH), room.width() - 2 * _MARGIN)
        for card in self._cards:
            card.setFixedSize(width, card.heightForWidth(width))
        height = sum(card.height() for card in self._cards) + _GAP * (len(self._cards) - 1)
        self.setGeometry(room.width() - width - _MARGIN, room.height() - height - _MARGIN, width, height)


class Card(QWidget):
    """One line, with a mark for how grave it is, and a button to be rid of it."""

    dismissed = Signal(object)
    """The card itself."""

    def __init__(self, line: str, kind: Severity, act: Callable[[], object] | None, act_words: str) -> None:
        super().__init__()
        self.line = line
        self._act = act
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("severity", kind)
        self.setAccessibleName(f"{kind}: {line}")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 8, 8)
        row.setSpacing(10)
        row.addWidget(Glyph(kind, 16, "soft" if kind == "info" else "warning"))
        words = QLabel(line)
        words.setTextFormat(Qt.TextFormat.PlainText)
        words.setWordWrap(True)
        words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        typeset(words, BODY_SIZE)
        said = QVBoxLayout()
        said.setSpacing(8)
        said.addWidget(words)
        row.addLayout(said, 1)
        if act is not None:
            button = Button("plain", text=act_words)
            button.setProperty("small", True)
            button.clicked.connect(self._acted)
            said.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        close = Button("quiet", "close")
        close.setProperty("small", True)
        close.show_icon("close", 12)
        close.setAccessibleName("Dismiss")
        close.setToolTip("Dismiss")
        close.clicked.connect(self._dismiss)
        row.addWidget(close)
        milliseconds = _SHOWN_MILLISECONDS[kind]
        if milliseconds is not None:
            timer = QTimer(self)
            timer.setSingleShot(True)
            timer.timeout.connect(self._dismiss)
            timer.start(milliseconds)

    @Slot()
    def _acted(self) -> None:
        assert self._act is not None
        self._act()
        self._dismiss()

    @Slot()
    def _dismiss(self) -> None:
        self.dismissed.emit(self)
