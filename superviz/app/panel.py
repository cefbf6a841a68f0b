"""Panel: a noun and a plain clause over a body; the clause is the first-time help."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from superviz.app.clause_label import ClauseLabel
from superviz.views.theme import scaled, typeset

HEADER_HEIGHT, COMPACT_HEADER_HEIGHT = 40, 32
TITLE_SIZE = 14
_MARGIN, _COMPACT_MARGIN = 16, 12


class Panel(QWidget):
    """A titled part of the window. Its context menu holds `menu_actions`: copy, export, hide."""

    def __init__(
        self,
        title: str,
        clause: str,
        body: QWidget,
        menu_actions: Sequence[QAction] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._compact = False
        self.body = body
        self._menu_actions = tuple(menu_actions)
        self._title = QLabel(title)
        typeset(self._title, TITLE_SIZE, 600)
        self._clause = ClauseLabel(clause)
        self._header = QWidget()
        self._row = QHBoxLayout(self._header)
        self._row.setSpacing(10)
        self._row.addWidget(self._title)
        self._row.addWidget(self._clause, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header)
        column.addWidget(body, 1)
        self.setAccessibleName(title)
        self.set_compact(False)

    @property
    def clause(self) -> str:
        """The words beside the title."""
        return self._clause.text

    def set_clause(self, clause: str) -> None:
        """Say that beside the title; <sup> raises."""
        self._clause.show_text(clause)

    @property
    def is_compact(self) -> bool:
        """Whether it has its smaller form."""
        return self._compact

    def show_title(self, title: str) -> None:
        """Call the panel that."""
        self._title.setText(title)
        self.setAccessibleName(title)

    def show_header(self, shown: bool) -> None:
        """Show or drop the header; the body takes its room."""
        self._header.setVisible(shown)

    def set_compact(self, compact: bool) -> None:
        """Take the smaller form, or the full one; also after a change of text scale."""
        self._compact = compact
        margin = _COMPACT_MARGIN if compact else _MARGIN
        self._row.setContentsMargins(margin, 0, margin, 0)
        self._header.setFixedHeight(scaled(COMPACT_HEADER_HEIGHT if compact else HEADER_HEIGHT))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if not self._menu_actions:
            event.ignore()
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(self._menu_actions)
        menu.popup(event.globalPos())
