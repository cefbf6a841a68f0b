"""FieldList: the recipe's fields in their groups, laid out from the experiment's own declarations."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSpacerItem, QVBoxLayout, QWidget

from superviz.app.buttons import Button, Rule
from superviz.app.clause_label import ClauseLabel
from superviz.app.field_row import FieldRow
from superviz.app.field_rows import make_row
from superviz.core.experiment import Experiment, field_note, is_called_for
from superviz.views.theme import typeset

_TITLE_SIZE = 12
_MARGIN, _COMPACT_MARGIN = 16, 12
_PAIR_GAP = 13
_GAPS = {"top": (1, 0), "title": (6, 2), "row": (8, 5), "rule": (9, 3), "after": (7, 3), "foot": (4, 4)}
"""Logical pixels between things: in the full form, and in the compact one."""


class FieldList(QWidget):
    """The groups, one below the other; each shows the rows that mean anything in the experiment it is shown."""

    unfolded = Signal(QWidget)
    """The last of the rows that a group shows, now that it shows all of them."""

    def __init__(self, pictures: Mapping[str, QWidget] | None = None, parent: QWidget | None = None) -> None:
        """`pictures` stand under the titles of groups, by the group's name."""
        super().__init__(parent)
        self.rows: dict[str, FieldRow] = {}
        self.groups: dict[str, Group] = {}
        self._gaps: list[tuple[str, QSpacerItem]] = []
        self._column = QVBoxLayout(self)
        self._column.setSpacing(0)
        self._gap("top")
        grouped = groupby(Experiment.model_fields, key=lambda name: field_note(name).group)
        for group, names in grouped:
            if self.groups:
                self._gap("rule")
                self._column.addWidget(Rule(Qt.Orientation.Horizontal))
                self._gap("after")
            made = Group(group, [make_row(name) for name in names], (pictures or {}).get(group), self)
            made.unfolded.connect(self.unfolded)
            self.groups[group] = made
            self.rows |= {row.name: row for row in made.rows}
            self._column.addWidget(made)
        self._gap("foot")
        self._column.addStretch(1)

    def show_rows_for(self, experiment: Experiment) -> None:
        """Have the rows that mean anything in `experiment`: the rare ones where asked for, or not at their default."""
        for group in self.groups.values():
            group.show_rows_for(experiment)

    def keep(self, name: str) -> None:
        """Go on showing that row, which someone is at work on, until its group is folded."""
        self.groups[field_note(name).group].keep(name)

    def set_compact(self, compact: bool) -> None:
        """Take the smaller form, or the full one; also after a change of text scale."""
        for group in self.groups.values():
            group.set_compact(compact)
        for name, spacer in self._gaps:
            spacer.changeSize(0, _GAPS[name][compact])
        self._column.invalidate()

    def keep_margins(self, compact: bool, scroll_bar: int) -> None:
        """Leave the margins of that form; a scroll bar of that width stands in the right one."""
        margin = _COMPACT_MARGIN if compact else _MARGIN
        self._column.setContentsMargins(margin, 0, max(0, margin - scroll_bar), 0)

    def _gap(self, name: str) -> None:
        spacer = QSpacerItem(0, _GAPS[name][0])
        self._column.addSpacerItem(spacer)
        self._gaps.append((name, spacer))


class Group(QWidget):
    """A title and one row a field, in the order of the declarations; fields content with half a row stand in pairs."""

    unfolded = Signal(QWidget)
    """The last row, now that all are shown."""

    def __init__(self, title: str, rows: list[FieldRow], picture: QWidget | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows = self.shown = rows
        self._experiment: Experiment | None = None
        self._kept: set[str] = set()
        label = QLabel(title)
        label.setProperty("tone", "soft")
        typeset(label, _TITLE_SIZE, 600)
        self._clause = ClauseLabel("", "faint", _TITLE_SIZE)
        self.more = Button("quiet")
        """Shows the rare fields as well, or no longer."""
        self.more.setProperty("bare", True)
        self.more.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the chevron stands after the word
        self.more.setCheckable(True)
        self.more.setAccessibleName(f"More: {title}")
        typeset(self.more, _TITLE_SIZE, 500)
        self.more.toggled.connect(self._toggled)
        self._head = QHBoxLayout()
        self._head.setSpacing(8)
        self._head.addWidget(label)
        self._head.addWidget(self._clause, 1)
        self._head.addWidget(self.more)
        self._lines = QVBoxLayout()
        self._below_title, self._below_picture = QSpacerItem(0, 0), QSpacerItem(0, 0)
        self._picture = picture
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addLayout(self._head)
        self._column.addSpacerItem(self._below_title)
        self._column.addSpacerItem(self._below_picture)
        self._column.addLayout(self._lines)
        self._halves: dict[FieldRow, HalvesLine] = {}
        for row in rows:
            row.setParent(self)
            if row.is_half:
                self._halves[row] = HalvesLine(self)
                self._lines.addLayout(self._halves[row])
            else:
                self._lines.addWidget(row)
        self._pair_up()
        self._say_more()

    def show_clause(self, clause: str) -> None:
        """Say that beside the title."""
        self._clause.show_text(clause)

    def show_rows_for(self, experiment: Experiment) -> None:
        """Have the rows that mean anything in `experiment`."""
        self._experiment = experiment
        called = [row for row in self.rows if is_called_for(row.name, experiment)]
        due = [row for row in called if not row.note.rare or row.name in self._kept or not _at_default(row, experiment)]
        self.more.setVisible(len(due) < len(called))
        self._lay_out(called if self.more.isChecked() else due)

    def keep(self, name: str) -> None:
        """Go on showing that row until the group is folded."""
        self._kept.add(name)

    def set_compact(self, compact: bool) -> None:
        """Take the smaller form, or the full one; also after a change of text scale."""
        for row in self.rows:
            row.set_compact(compact)
        self._lines.setSpacing(_GAPS["row"][compact])
        self._below_title.changeSize(0, _GAPS["title"][compact])
        self._clause.setVisible(self._picture is None or not compact)
        if self._picture is not None:
            # Where room is scarce it stands beside the title, in the clause's place.
            self._below_picture.changeSize(0, 0 if compact else _GAPS["row"][compact])
            if compact:
                self._head.insertWidget(1, self._picture, 1)
            else:
                self._column.insertWidget(2, self._picture)  # below the title and its gap
        self._column.invalidate()

    def _lay_out(self, rows: list[FieldRow]) -> None:
        if rows == self.shown:
            return
        for row in self.rows:
            if (row in rows) != (row in self.shown):
                row.setVisible(row in rows)
        self.shown = rows
        self._pair_up()

    def _pair_up(self) -> None:
        for line in self._halves.values():
            line.let_go()
        place = 0
        while place < len(self.shown):
            row, pair = self.shown[place], [half for half in self.shown[place : place + 2] if half.is_half]
            if row.is_half:
                self._halves[row].take(pair)
            place += len(pair) if row.is_half else 1

    def _say_more(self) -> None:
        opened = self.more.isChecked()
        self.more.setText("Less" if opened else "More")
        self.more.setToolTip("Show fewer settings" if opened else "Show all settings")
        self.more.show_icon("chevron-up" if opened else "chevron-down", 10)

    @Slot(bool)
    def _toggled(self, opened: bool) -> None:
        self._say_more()
        if not opened:
            self._kept.clear()
        if self._experiment is not None:
            self.show_rows_for(self._experiment)
        if opened:
            self.unfolded.emit(self.shown[-1])


class HalvesLine(QHBoxLayout):
    """Where a row that is half a line stands, and the next one beside it if that is half a line too.

    Each such row has a line of its own, for nothing in the form is made or destroyed while someone works in it; the
    lines that are empty take no room.
    """

    def __init__(self, group: QWidget) -> None:
        super().__init__()
        self.setSpacing(_PAIR_GAP)
        self._rows: list[FieldRow] = []
        self._blank = QWidget(group)
        self.addWidget(self._blank, 1)
        self._blank.hide()

    def take(self, rows: list[FieldRow]) -> None:
        """Have those, one or two."""
        self._rows = rows
        for place, row in enumerate(rows):
            self.insertWidget(place, row, 1)
        self._blank.setVisible(len(rows) == 1)

    def let_go(self) -> None:
        """Be empty."""
        for row in self._rows:
            self.removeWidget(row)
        self._rows = []
        self._blank.hide()


def _at_default(row: FieldRow, experiment: Experiment) -> bool:
    return getattr(experiment, row.name) == Experiment.model_fields[row.name].default
