"""RecipePanel: the experiment as a form. Some fields change the running model, the others wait for a new run."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from superviz.app import figures
from superviz.app.buttons import Button, Glyph, Rule
from superviz.app.clause_label import ClauseLabel
from superviz.app.field_list import FieldList
from superviz.app.field_rows import LIVE_GLYPH, NEW_RUN_GLYPH, help_text
from superviz.app.panel import Panel
from superviz.app.refusal import Refusal
from superviz.core.errors import RecipeError
from superviz.core.experiment import Experiment, field_note
from superviz.core.spreads import (
    SPREAD_FIELDS,
    refitted,
    spread_number,
    spread_row,
    varies_by_instance,
    with_spread_number,
)
from superviz.views.theme import scaled

_CLAUSE = "what this model is trained on"
_SCROLL_BAR = 8


class RecipePanel(Panel):
    """A panel with its own header. Knows no list of fields: the declarations in `core.experiment` are the form."""

    edited = Signal(str, object)
    """A live field and its whole new value."""
    new_run_requested = Signal(object)
    """The Experiment to train from its random start."""

    def __init__(self, menu_actions: Sequence[QAction] = (), parent: QWidget | None = None) -> None:
        body = QWidget()
        self._fields = FieldList()
        self._foot = Foot()
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(self._fields)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._area, 1)
        column.addWidget(self._foot)
        self._experiment: Experiment | None = None
        self._instance = 0
        self._pending: dict[str, object] = {}
        super().__init__("Recipe", _CLAUSE, body, menu_actions, parent)
        self._refusal = Refusal(self)
        for row in self._fields.rows.values():
            row.entered.connect(self._entered)
            row.nudged.connect(self._nudged)
        self._area.verticalScrollBar().rangeChanged.connect(self._keep_margins)
        self._area.verticalScrollBar().valueChanged.connect(self._refusal.dismiss)
        self._foot.accepted.connect(self._start_new_run)
        self._foot.discarded.connect(self.discard_pending)

    @property
    def pending(self) -> dict[str, object]:
        """The values that wait for a new run, by field."""
        return dict(self._pending)

    def show_experiment(self, experiment: Experiment, instance: int) -> None:
        """Show what is in force for `instance`; what waits for a new run goes on waiting where it differs."""
        self._experiment, self._instance = experiment, instance
        self._pending = {name: value for name, value in self._pending.items() if getattr(experiment, name) != value}
        self._show()

    def set_compact(self, compact: bool) -> None:
        super().set_compact(compact)
        self.set_clause("" if compact else _CLAUSE)
        self._fields.set_compact(compact)
        self._foot.set_compact(compact)
        self._keep_margins()

    @Slot()
    def discard_pending(self) -> None:
        """Let go of what waits for a new run."""
        self._pending.clear()
        self._show()

    def _show(self) -> None:
        self._refusal.dismiss()
        for name in self._fields.rows:
            self._show_field(name)
        self._foot.show_pending(len(self._pending))

    def _show_field(self, name: str) -> None:
        row, number = self._fields.rows[name], self._value(name)
        with QSignalBlocker(row):
            row.show_value(number, "" if number is not None else f"{self._shown().n_features} values")
        row.show_pending(name in self._pending)
        row.show_help(*self._help(name, number))

    def _help(self, name: str, number: object) -> tuple[str, tuple[str, ...]]:
        note = field_note(name)
        if number is None:
            entries = spread_row(self._shown(), name, self._instance)
            span = f"From {figures.shown(float(entries.min()))} to {figures.shown(float(entries.max()))}, by feature."
            return f"{span} Type a number for all.", ()
        if not isinstance(number, (int, float)):
            return note.help, ()
        own = f" For instance {self._instance + 1}." if varies_by_instance(self._shown(), name) else ""
        widest = tuple(help_text(note, end) + own for end in note.slider or ())
        return help_text(note, number) + own, widest

    def _value(self, name: str) -> object:
        if name in self._pending:
            return self._pending[name]
        if name in SPREAD_FIELDS:
            return spread_number(self._shown(), name, self._instance)
        return getattr(self._shown(), name)

    def _shown(self) -> Experiment:
        assert self._experiment is not None, "no experiment is shown yet"
        return self._experiment

    @Slot(str, object)
    def _entered(self, name: str, entered: object) -> None:
        experiment, note = self._shown(), field_note(name)
        value = entered
        if name in SPREAD_FIELDS and isinstance(entered, (int, float)):
            value = with_spread_number(experiment, name, self._instance, float(entered))
        values = {name: value} if note.live else {**self._pending, name: value}
        try:
            changed = experiment.changed(**values) if note.live else refitted(experiment, **values)
        except RecipeError as error:
            self._show_field(name)
            self._refusal.show_under(self._fields.rows[name].editor, str(error))
            return
        new = getattr(changed, name)
        if note.live:
            # At once, before the run has heard of it: a slider must not lag behind the hand.
            self._experiment = changed
            if new != getattr(experiment, name):
                self.edited.emit(name, new)
        elif new == getattr(experiment, name):
            self._pending.pop(name, None)
        else:
            self._pending[name] = new
        self._show()

    @Slot(str, int)
    def _nudged(self, name: str, notches: int) -> None:
        number = self._value(name)
        if not isinstance(number, (int, float)):
            return
        for _ in range(abs(notches)):
            number = figures.nudged(number, 1 if notches > 0 else -1)
        self._entered(name, number)

    @Slot()
    def _start_new_run(self) -> None:
        try:
            experiment = refitted(self._shown(), **self._pending)
        except RecipeError as error:
            self._refusal.show_under(self._foot, str(error))
            return
        self.new_run_requested.emit(experiment)

    @Slot()
    def _keep_margins(self) -> None:
        scrolls = self._area.verticalScrollBar().maximum() > 0
        self._fields.keep_margins(self.is_compact, _SCROLL_BAR if scrolls else 0)


class Foot(QWidget):
    """What the marks mean; while edits wait, the button that starts the new run in its place."""

    accepted = Signal()
    discarded = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._live = ClauseLabel("", "faint", 12)
        self._new_run = ClauseLabel("", "faint", 12)
        legend, offer = QWidget(), QWidget()
        self._legend_row, self._offer_row = QHBoxLayout(legend), QHBoxLayout(offer)
        for glyph, words in (
            (Glyph(LIVE_GLYPH, 7, "accent"), self._live),
            (Glyph(NEW_RUN_GLYPH, 12, "faint"), self._new_run),
        ):
            self._legend_row.addWidget(glyph)
            self._legend_row.addSpacing(7)
            self._legend_row.addWidget(words)
            self._legend_row.addSpacing(20)
        self._legend_row.addStretch(1)
        start, discard = Button("primary", "restart", "Start new run"), Button("quiet", text="Discard")
        for button in (start, discard):
            button.setProperty("small", True)
        discard.setToolTip("Keep the run as it is")
        start.clicked.connect(self.accepted)
        discard.clicked.connect(self.discarded)
        self._offer_row.addWidget(start, 1)
        self._offer_row.addWidget(discard)
        self._stack = QStackedWidget()
        for page, row in ((legend, self._legend_row), (offer, self._offer_row)):
            row.setSpacing(0 if page is legend else 8)
            self._stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._rule = QHBoxLayout()
        self._rule.addWidget(Rule(Qt.Orientation.Horizontal))
        column.addLayout(self._rule)
        column.addWidget(self._stack)

    def show_pending(self, count: int) -> None:
        """Offer to start a new run where edits wait for one."""
        self._stack.setCurrentIndex(1 if count else 0)

    def set_compact(self, compact: bool) -> None:
        """Take the smaller form, or the full one."""
        self._live.show_text("live" if compact else "changes it live")
        self._new_run.show_text("starts a new run")
        margin = 12 if compact else 16
        for row in (self._legend_row, self._offer_row, self._rule):
            row.setContentsMargins(margin, 0, margin, 0)
        self._stack.setFixedHeight(scaled(30 if compact else 40))
