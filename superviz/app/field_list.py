"""FieldList: the recipe's fields in their groups, laid out from the experiment's own declarations."""

from __future__ import annotations

from itertools import groupby

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSpacerItem, QVBoxLayout, QWidget

from superviz.app.buttons import Rule
from superviz.app.field_rows import BoxRow, FieldRow, make_row
from superviz.core.experiment import Experiment, field_note
from superviz.views.theme import typeset

_TITLE_SIZE = 12
_MARGIN, _COMPACT_MARGIN = 16, 12
_GAPS = {"top": (3, 0), "title": (12, 4), "row": (12, 7), "rule": (16, 5), "after": (11, 5), "foot": (16, 2)}
"""Logical pixels between things: in the full form, and in the compact one."""


class FieldList(QWidget):
    """One row a field, in the order of the declarations; fields that are content with half a row stand in pairs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: dict[str, FieldRow] = {name: make_row(name) for name in Experiment.model_fields}
        self._gaps: list[tuple[str, QSpacerItem]] = []
        self._column = QVBoxLayout(self)
        self._column.setSpacing(0)
        self._gap("top")
        groups = [(group, list(names)) for group, names in groupby(self.rows, key=lambda name: field_note(name).group)]
        for index, (group, names) in enumerate(groups):
            if index:
                self._gap("rule")
                self._column.addWidget(Rule(Qt.Orientation.Horizontal))
                self._gap("after")
            title = QLabel(group)
            title.setProperty("tone", "soft")
            typeset(title, _TITLE_SIZE, 600)
            self._column.addWidget(title)
            self._gap("title")
            self._add_rows([self.rows[name] for name in names])
        self._gap("foot")
        self._column.addStretch(1)

    def set_compact(self, compact: bool) -> None:
        """Take the smaller form, or the full one."""
        for row in self.rows.values():
            row.set_compact(compact)
        for name, spacer in self._gaps:
            spacer.changeSize(0, _GAPS[name][compact])
        self._column.invalidate()

    def keep_margins(self, compact: bool, scroll_bar: int) -> None:
        """Leave the margins of that form; a scroll bar of that width stands in the right one."""
        margin = _COMPACT_MARGIN if compact else _MARGIN
        self._column.setContentsMargins(margin, 0, max(0, margin - scroll_bar), 0)

    def _add_rows(self, rows: list[FieldRow]) -> None:
        place = 0
        while place < len(rows):
            if place:
                self._gap("row")
            pair = rows[place : place + 2]
            if len(pair) == 2 and all(isinstance(row, BoxRow) for row in pair):
                side_by_side = QHBoxLayout()
                side_by_side.setSpacing(13)
                side_by_side.addWidget(pair[0], 1)
                side_by_side.addWidget(pair[1], 1)
                self._column.addLayout(side_by_side)
            else:
                pair = pair[:1]
                self._column.addWidget(pair[0])
            place += len(pair)

    def _gap(self, name: str) -> None:
        spacer = QSpacerItem(0, _GAPS[name][0])
        self._column.addSpacerItem(spacer)
        self._gaps.append((name, spacer))
