"""Notifications: quiet cards at the bottom right of the window, a line each and what may be done about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeAlias

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from superviz.app.buttons import Button, Glyph
from superviz.app.log import LOG
from superviz.views.theme import BODY_SIZE, scaled, typeset

Severity: TypeAlias = Literal["info", "warning", "error", "busy"]
"""How grave it is; "busy" is work in hand, which stays until whoever said it takes it back."""

_SHOWN_MILLISECONDS: dict[Severity, int | None] = {"info": 6_000, "warning": 15_000, "error": None, "busy": None}
"""How long a card stays; None until it is dismissed. One with offers is not hurried away either."""
_GLYPHS: dict[Severity, str] = {"info": "info", "warning": "warning", "error": "error", "busy": "restart"}
_MOST_CARDS = 4
_MARGIN, _GAP = 16, 8
_WIDTH = 400


@dataclass(frozen=True, slots=True)
class Offer:
    """A button on a card: what may be done about it. The card goes once it is pressed."""

    words: str
    act: Callable[[], object]


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
        self, line: str, kind: Severity = "info", offers: Sequence[Offer] = (), body: QWidget | None = None
    ) -> Card:
        """Say `line`, with a button for each of at most two offers, under `body` if there is more to show.

        A line that is still there isn't said twice.
        """
        if kind in ("warning", "error"):
            LOG.warning("told: %s", line)
        for card in [card for card in self._cards if card.line == line]:
            self._remove(card)
        card = Card(line, kind, offers, body)
        card.dismissed.connect(self.take_back)
        self._cards.append(card)
        self._column.addWidget(card)
        self._make_room(card)
        card.show()
        self.show()  # before they are measured: only what is shown has its style
        self._place()
        self.raise_()
        return card

    def reword(self, card: Card, line: str) -> None:
        """Say `line` on a card that is there, in place of what it says, and give it the room it needs by now."""
        if card in self._cards and card.line != line:
            card.say(line)
            self._place()

    @Slot(object)
    def take_back(self, card: Card) -> None:
        """Be rid of a card, if it is there."""
        self._remove(card)
        self._place()

    def focus_newest(self) -> None:
        """Bring the keyboard to the newest card that has a button."""
        for card in reversed(self._cards):
            if buttons := card.findChildren(Button):
                buttons[0].setFocus(Qt.FocusReason.ShortcutFocusReason)
                return

    def clear(self) -> None:
        """Take everything back."""
        for card in list(self._cards):
            self._remove(card)
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._over and event.type() is QEvent.Type.Resize and self._cards:
            self._place()
        return False

    def _make_room(self, new: Card) -> None:
        """Take the oldest back where there are too many. What awaits an answer yields only to what does so too."""
        while len(self._cards) > _MOST_CARDS:
            others = [card for card in self._cards if card is not new and card.kind != "busy"]
            ordinary = [card for card in others if not card.awaits_answer]
            yielding = ordinary or (others if new.awaits_answer else [])
            if not yielding:
                return
            self._remove(yielding[0])

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
            card.fit(width)
        height = sum(card.height() for card in self._cards) + _GAP * (len(self._cards) - 1)
        self.setGeometry(room.width() - width - _MARGIN, room.height() - height - _MARGIN, width, height)


class Card(QWidget):
    """One line, with a mark for how grave it is, what may be done about it, and a button to be rid of it."""

    dismissed = Signal(object)
    """The card itself."""

    def __init__(self, line: str, kind: Severity, offers: Sequence[Offer], body: QWidget | None = None) -> None:
        super().__init__()
        self.kind: Severity = kind
        self.awaits_answer = bool(offers)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("severity", kind)
        self._grid = grid = QGridLayout(self)
        grid.setContentsMargins(12, 8, 8, 8)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(8)
        grid.addWidget(Glyph(_GLYPHS[kind], 16, "soft" if kind in ("info", "busy") else "warning"), 0, 0)
        self._words = QLabel()
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setWordWrap(True)
        self._words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        typeset(self._words, BODY_SIZE)
        grid.addWidget(self._words, 0, 1)
        if body is not None:
            grid.addWidget(body, 1, 0, 1, 3)
        if offers:
            buttons = QHBoxLayout()
            buttons.setSpacing(8)
            for offer in offers:
                button = Button("plain", text=offer.words)
                button.setProperty("small", True)
                button.clicked.connect(partial(self._take_up, offer))
                buttons.addWidget(button)
            buttons.addStretch(1)
            grid.addLayout(buttons, 2, *((1, 1, 2) if body is None else (0, 1, 3)))
        if kind != "busy":
            close = Button("quiet", "close")
            close.setProperty("small", True)
            close.show_icon("close", 12)
            close.setAccessibleName("Dismiss")
            close.setToolTip("Dismiss")
            close.clicked.connect(self._dismiss)
            grid.addWidget(close, 0, 2)
        milliseconds = _SHOWN_MILLISECONDS[kind]
        if milliseconds is not None and not offers:
            timer = QTimer(self)
            timer.setSingleShot(True)
            timer.timeout.connect(self._dismiss)
            timer.start(milliseconds)
        self.say(line)

    def say(self, line: str) -> None:
        """Have it say `line`."""
        self.line = line
        self._words.setText(line)
        self.setAccessibleName(f"{self.kind}: {line}")

    def fit(self, width: int) -> None:
        """Be that wide, and as high as it takes."""
        self._grid.invalidate()  # it may have been measured before it had its style, or with other words
        self._grid.activate()
        self.setFixedSize(width, self.heightForWidth(width))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc on one of its buttons is rid of it."""
        if event.key() == Qt.Key.Key_Escape and self.kind != "busy":
            self._dismiss()
        else:
            super().keyPressEvent(event)

    def _take_up(self, offer: Offer, _checked: bool = False) -> None:
        self._dismiss()  # first: what is done may say something new
        offer.act()

    @Slot()
    def _dismiss(self) -> None:
        self.dismissed.emit(self)
