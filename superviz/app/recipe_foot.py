"""RecipeFoot: what the recipe's marks mean, or what is to be done about edits that wait."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from superviz.app.buttons import Button, Glyph, Rule
from superviz.app.clause_label import ClauseLabel
from superviz.app.field_row import LIVE_GLYPH, LIVE_SIZE, NEW_RUN_GLYPH, NEW_RUN_SIZE
from superviz.views.theme import scaled

_HEIGHT, _COMPACT_HEIGHT = 40, 30


class RecipeFoot(QWidget):
    """The marks' meanings; while edits wait, the button that starts the new run; in instant mode, what that does.

    Of a recording that can't be trained, why.
    """

    accepted = Signal()
    discarded = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._live = ClauseLabel("", "faint", 12)
        self._new_run = ClauseLabel("", "faint", 12)
        self._instant = ClauseLabel("", "faint", 12)
        self._reason = ClauseLabel("", "soft", 12)
        self._reasons, self._compact = ("", ""), False
        legend, offer, instant, reason = QWidget(), QWidget(), QWidget(), QWidget()
        self._pages = (legend, offer, instant, reason)
        self._rows = [QHBoxLayout(page) for page in self._pages]
        for row in self._rows:
            row.setSpacing(0)
        for glyph, words in (
            (Glyph(LIVE_GLYPH, LIVE_SIZE, "accent"), self._live),
            (Glyph(NEW_RUN_GLYPH, NEW_RUN_SIZE, "faint"), self._new_run),
        ):
            self._rows[0].addWidget(glyph)
            self._rows[0].addSpacing(7)
            self._rows[0].addWidget(words)
            self._rows[0].addSpacing(20)
        self._rows[0].addStretch(1)
        start, discard = Button("primary", "restart", "Start new run"), Button("quiet", text="Discard")
        for button in (start, discard):
            button.setProperty("small", True)
        discard.setToolTip("Keep the run as it is")
        start.clicked.connect(self.accepted)
        discard.clicked.connect(self.discarded)
        self._rows[1].setSpacing(8)
        self._rows[1].addWidget(start, 1)
        self._rows[1].addWidget(discard)
        self._rows[2].addWidget(self._instant)
        self._rows[3].addWidget(self._reason)
        self._stack = QStackedWidget()
        # The panel is as wide as the layout says, whatever the buttons of a page that isn't shown would like.
        self._stack.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        for page in self._pages:
            self._stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._rule = QHBoxLayout()
        self._rule.addWidget(Rule(Qt.Orientation.Horizontal))
        column.addLayout(self._rule)
        column.addWidget(self._stack)

    def show_pending(self, count: int, instant: bool) -> None:
        """Offer to start a new run where edits wait for one."""
        self._stack.setCurrentIndex(3 if self._reason.text else 1 if count else 2 if instant else 0)

    def show_reason(self, reason: str, brief: str) -> None:
        """Say in a line why nothing can be trained, from the next offer on, or in a `brief` one; "" where it can."""
        self._reasons = (reason, brief)
        self._show_reason()

    def set_compact(self, compact: bool) -> None:
        """Take the smaller form, or the full one; also after a change of text scale."""
        self._compact = compact
        self._show_reason()
        self._live.show_text("live" if compact else "changes it live")
        self._new_run.show_text("starts a new run")
        self._instant.show_text(f"each change retrains this instance{'' if compact else ' from scratch'}")
        margin = 12 if compact else 16
        for row in (*self._rows, self._rule):
            row.setContentsMargins(margin, 0, margin, 0)
        self._stack.setFixedHeight(scaled(_COMPACT_HEIGHT if compact else _HEIGHT))

    def _show_reason(self) -> None:
        self._reason.show_text(self._reasons[self._compact])
