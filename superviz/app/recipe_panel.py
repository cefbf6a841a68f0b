"""RecipePanel: the experiment as a form. Some fields change the running model, the others wait for a new run."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from superviz.app import figures
from superviz.app.buttons import Button
from superviz.app.draft import Draft, Outcome
from superviz.app.field_list import FieldList
from superviz.app.known_sizes import KnownSizes
from superviz.app.panel import Panel
from superviz.app.recipe_foot import RecipeFoot
from superviz.app.refusal import Refusal
from superviz.app.sample_preview import SamplePreview
from superviz.core.errors import RecipeError
from superviz.core.experiment import Experiment
from superviz.session.display import DisplaySettings
from superviz.views.theme import BODY_SIZE, typeset

_CLAUSE, _UNKNOWN_CLAUSE = "what it trains on", "what is known of it"
_PICTURED = "Data"
"""The group that a picture of the samples stands in."""
_SCROLL_BAR = 8
_BELOW = 8
_LATER_MILLISECONDS = 25
"""After a change that is tried at once, the rest of the form follows so much later: training that has just begun needs
the interpreter more, and a slider that is dragged changes twice meanwhile."""


class RecipePanel(Panel):
    """A panel with its own header. Knows no list of fields: the declarations in `core.experiment` are the form.

    In instant mode nothing is edited live and nothing waits: every change goes out as the whole experiment to try.
    """

    edited = Signal(str, object)
    """A live field and its whole new value."""
    new_run_requested = Signal(object)
    """The Experiment to train from its random start."""
    tried = Signal(object)
    """In instant mode: the whole Experiment as edited, to be trained at once."""
    instant_toggled = Signal(bool)
    """Someone turned instant mode on or off."""

    def __init__(self, menu_actions: Sequence[QAction] = (), parent: QWidget | None = None) -> None:
        body = QWidget()
        self._area = QScrollArea(body)
        self._preview = SamplePreview()
        # In its place from the start: whatever moves to another parent is styled anew, with all that is in it.
        self._fields = FieldList({_PICTURED: self._preview}, self._area.viewport())
        self._foot = RecipeFoot()
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(self._fields)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._area, 1)
        self._sizes = KnownSizes()
        self._sizes.hide()
        column.addWidget(self._sizes, 1)
        column.addWidget(self._foot)
        self._draft: Draft | None = None
        self._rest = QTimer(self._area)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_LATER_MILLISECONDS)
        super().__init__("Recipe", _CLAUSE, body, menu_actions, parent)
        self._instant = Button("quiet", "instant", "Instant")
        self._instant.setProperty("tight", True)
        self._instant.setCheckable(True)
        self._instant.setToolTip("Each change retrains this instance from scratch")
        typeset(self._instant, BODY_SIZE, 500)
        self._row.addWidget(self._instant)
        self._refusal = Refusal(self)
        self._rest.timeout.connect(self._show)
        for row in self._fields.rows.values():
            row.entered.connect(self._entered)
            row.nudged.connect(self._nudged)
        self._fields.unfolded.connect(self._show_unfolded)
        self._preview.captioned.connect(self._fields.groups[_PICTURED].show_clause)
        self._area.verticalScrollBar().rangeChanged.connect(self._keep_margins)
        self._area.verticalScrollBar().valueChanged.connect(self._refusal.dismiss)
        self._foot.accepted.connect(self._start_new_run)
        self._foot.discarded.connect(self.discard_pending)
        self._instant.clicked.connect(self._instant_clicked)

    @property
    def pending(self) -> dict[str, object]:
        """The values that wait for a new run, by field."""
        return dict(self._draft.pending) if self._draft is not None else {}

    @property
    def is_instant(self) -> bool:
        """Whether every change goes out to be tried at once."""
        return self._instant.isChecked()

    def show_experiment(self, experiment: Experiment, instance: int) -> None:
        """Show what is in force for `instance`; what waits for a new run goes on waiting where it differs."""
        if self._draft is None:
            self._draft = Draft(experiment, instance)
            self._draft.instant = self.is_instant
        else:
            self._draft.show(experiment, instance)
        self._show()

    def show_reason(self, reason: str, brief: str, *, described: bool) -> None:
        """Offer nothing and say why in a line, or everything where that is ""; of what isn't `described`, the sizes."""
        self._foot.show_reason(reason, brief)
        self._fields.setEnabled(not reason)
        self._instant.setVisible(not reason)
        self._area.setVisible(described)
        self._sizes.setVisible(not described)
        if reason:
            self._editing().discard()
        self._show_clause()
        self._show()

    def show_snapshots(self, count: int) -> None:
        """Of what isn't described, show how many moments were kept: a stream's grow."""
        self._sizes.show_snapshots(count)

    def show_display(self, display: DisplaySettings) -> None:
        """Show features in the colours they were given there."""
        self._preview.show_display(display)

    def show_instant(self, on: bool) -> None:
        """Be in instant mode, or no longer; tells nobody."""
        self._instant.setChecked(on)
        self._instant.show_kind("accent" if on else "quiet")
        if self._draft is not None:
            self._draft.instant = on
            self._show()

    def set_compact(self, compact: bool) -> None:
        super().set_compact(compact)
        self._show_clause()
        self._fields.set_compact(compact)
        self._sizes.set_compact(compact)
        self._preview.set_compact(compact)
        self._foot.set_compact(compact)
        self._keep_margins()

    @Slot()
    def discard_pending(self) -> None:
        """Let go of what waits for a new run."""
        self._editing().discard()
        self._show()

    @Slot()
    def _show(self) -> None:
        self._rest.stop()
        draft = self._editing()
        self._refusal.dismiss()
        self._sizes.show_sizes(draft.in_force)
        self._fields.show_rows_for(draft.edited)
        for name in self._fields.rows:
            self._show_field(name)
        self._preview.show_samples_of(draft.fitting, draft.instance_in(draft.fitting))
        self._foot.show_pending(len(draft.pending), draft.instant)

    def _show_clause(self) -> None:
        known = _UNKNOWN_CLAUSE if self._area.isHidden() else _CLAUSE
        self.set_clause("" if self.is_compact else known)

    def _show_field(self, name: str) -> None:
        row, draft = self._fields.rows[name], self._editing()
        source = draft.source(name)
        with QSignalBlocker(row):
            row.show_mark(draft.acts_at_once(name), name in draft.pending)
            row.show_in(source, draft.instance_in(source))

    def _editing(self) -> Draft:
        assert self._draft is not None, "no experiment is shown yet"
        return self._draft

    @Slot(str, object)
    def _entered(self, name: str, entered: object) -> None:
        row, draft = self._fields.rows[name], self._editing()
        self._fields.keep(name)
        try:
            outcome = draft.enter(name, row.read(entered, draft.edited))
        except RecipeError as error:
            self._show()
            self._refusal.show_under(row.editor, str(error))
            return
        if outcome is Outcome.LIVE:
            self.edited.emit(name, getattr(draft.in_force, name))
        elif outcome is Outcome.TRIED:
            self.tried.emit(draft.in_force)
            self._refusal.dismiss()
            self._show_field(name)
            if not self._rest.isActive():
                self._rest.start()
            return
        self._show()

    @Slot(str, int)
    def _nudged(self, name: str, notches: int) -> None:
        number = self._editing().value(name)
        if not isinstance(number, (int, float)):
            return
        for _ in range(abs(notches)):
            number = figures.nudged(number, 1 if notches > 0 else -1)
        self._entered(name, number)

    @Slot()
    def _start_new_run(self) -> None:
        try:
            experiment = self._editing().whole()
        except RecipeError as error:
            self._refusal.show_under(self._foot, str(error))
            return
        self.new_run_requested.emit(experiment)

    @Slot(bool)
    def _instant_clicked(self, on: bool) -> None:
        self.show_instant(on)
        self.instant_toggled.emit(on)

    @Slot(QWidget)
    def _show_unfolded(self, row: QWidget) -> None:
        # Once the layout has made room for it.
        QTimer.singleShot(0, row, lambda: self._area.ensureWidgetVisible(row, 0, _BELOW))

    @Slot()
    def _keep_margins(self) -> None:
        scrolls = self._area.verticalScrollBar().maximum() > 0
        self._fields.keep_margins(self.is_compact, _SCROLL_BAR if scrolls else 0)
