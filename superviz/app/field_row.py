"""FieldRow: what every field of the recipe has in the form: a mark, a label and a line of help."""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from superviz.app import figures
from superviz.app.buttons import Glyph
from superviz.app.clause_label import ClauseLabel
from superviz.app.draft import shown_value
from superviz.app.number_box import NumberBox
from superviz.core.experiment import Experiment, FieldNote, field_note
from superviz.core.spreads import PER_LIST, spread_row, varies_by_instance
from superviz.views.theme import BODY_SIZE, typeset

LIVE_GLYPH, NEW_RUN_GLYPH = "dot", "restart"
LIVE_SIZE, NEW_RUN_SIZE = 7, 12
_MARK_GAP = 7
_HELP_SIZE = 12
_MOST_HEIGHTS = 64
_TAG = re.compile("</?sup>")


class FieldRow(QWidget):
    """A field with its mark (changes it live, or starts a new run), its label and its help."""

    entered = Signal(str, object)
    """The field's name, and what was entered: a value, or text as it was typed."""
    nudged = Signal(str, int)
    """The field's name, and notches up or down."""

    def __init__(self, name: str, editor: QWidget, *others: QWidget) -> None:
        """`others` are operated as well."""
        super().__init__()
        self.name, self.note = name, field_note(name)
        self.editor = editor
        """The part that takes the keyboard, and under which a refusal is shown."""
        self._parts = (editor, *others)
        for part in self._parts:
            part.setAccessibleName(self.note.label)
        self._mark = Mark(NEW_RUN_GLYPH, NEW_RUN_SIZE)
        self._label = ClauseLabel(self.note.label, "plain")
        typeset(self._label, BODY_SIZE, 500)
        self._help = HelpLine()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._head = QHBoxLayout()
        self._head.setSpacing(0)
        self._head.addWidget(self._mark)
        self._head.addSpacing(_MARK_GAP)
        self._head.addWidget(self._label, 1)
        self._column.addLayout(self._head)
        self.show_mark(self.note.live, False)

    @property
    def is_half(self) -> bool:
        """Whether it is content with half a row, beside its neighbour."""
        return False

    def show_in(self, experiment: Experiment, instance: int) -> None:
        """Show and explain its value in `experiment`, for that instance."""
        value = shown_value(experiment, self.name, instance)
        in_many = value is None and self.name in PER_LIST
        self.show_value(value, f"{experiment.n_features} values" if in_many else "")
        self.show_help(*_explained(experiment, self.name, instance, value))

    def show_value(self, value: object, instead: str = "") -> None:
        """Show that value, or the words `instead` where it is None: each kind of row in its own way."""

    def read(self, entered: object, experiment: Experiment) -> object:
        """The field's value in what was entered, beside the others of `experiment`. Raises RecipeError."""
        return entered

    def show_help(self, text: str, reserve: tuple[str, ...] = ()) -> None:
        """Explain the field, in room enough for any of `reserve`."""
        self._help.show_text(text, reserve)

    def show_mark(self, live: bool, pending: bool) -> None:
        """Mark it as changing the running model, as starting a new run, or as waiting for one."""
        self._mark.show_state(live, pending)
        what = "changes the running model" if live else "starts a new run"
        tip = f"{self.note.label}: {what}."
        if tip != self.toolTip():
            for part in (self, self._label, *self._parts):
                part.setToolTip(tip)

    def set_compact(self, compact: bool) -> None:
        """Drop the help and take the short label, or go back."""
        self._help.setVisible(not compact and self._column.indexOf(self._help) >= 0)
        self._label.show_text(self.note.short or self.note.label if compact else self.note.label)
        for layout in (self._head, self._column):
            layout.invalidate()  # a row that isn't shown is not told that it has changed

    def _hear(self, box: NumberBox) -> None:
        box.entered.connect(self._entered)
        box.nudged.connect(self._nudged)

    def _tell_in_tip(self, text: str) -> None:
        """Explain the field where there is no room for a line of help."""
        self.editor.setToolTip(f"{text}\n{self.toolTip()}")
        self.editor.setAccessibleDescription(text)

    @Slot(object)
    def _entered(self, value: object) -> None:
        self.entered.emit(self.name, value)

    @Slot(int)
    def _nudged(self, notches: int) -> None:
        self.nudged.emit(self.name, notches)


class Mark(Glyph):
    """Tells by a green dot or a circular arrow what a change of the field does."""

    def show_state(self, live: bool, pending: bool) -> None:
        """Show the dot, or the arrow, which is bright while a value waits."""
        size = LIVE_SIZE if live else NEW_RUN_SIZE
        if size != self._size:
            self._size = size
            self.updateGeometry()
        self.show_glyph(LIVE_GLYPH if live else NEW_RUN_GLYPH, "accent" if live or pending else "faint")


class HelpLine(QLabel):
    """A line of help that keeps its height while its numbers change."""

    def __init__(self) -> None:
        super().__init__()
        self._reserve: tuple[str, ...] = ()
        self._heights: dict[tuple[str, int], int] = {}
        self.setProperty("tone", "faint")
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        typeset(self, _HELP_SIZE)

    def show_text(self, text: str, reserve: tuple[str, ...]) -> None:
        """Show `text` in the height of the highest of it and `reserve`."""
        if (text, reserve) != (self.text(), self._reserve):
            before = self.heightForWidth(self.width())
            self._reserve = reserve
            self.setText(text)
            if self.heightForWidth(self.width()) != before:
                self.updateGeometry()

    def heightForWidth(self, width: int) -> int:
        return max(self._height(text, max(1, width)) for text in (self.text(), *self._reserve))

    def changeEvent(self, event: QEvent) -> None:
        self._heights.clear()  # another font, perhaps
        super().changeEvent(event)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.fontMetrics().height())

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def _height(self, text: str, width: int) -> int:
        """Of the text alone. At each place of a slider that is dragged, the layout asks for it some ten times."""
        if (text, width) not in self._heights:
            if len(self._heights) >= _MOST_HEIGHTS:
                self._heights.clear()
            metrics, wrap = self.fontMetrics(), int(Qt.TextFlag.TextWordWrap)
            bounds = metrics.boundingRect(0, 0, width, 10_000, wrap, _TAG.sub("", text))
            self._heights[text, width] = max(metrics.height(), bounds.height())
        return self._heights[text, width]


def help_text(note: FieldNote, number: float) -> str:
    """The note's help with {value}, {percent} and {sparsity} filled in."""
    sparsity = figures.shown(round(1 - number, 4))
    return note.help.format(value=figures.shown(number), percent=f"{number * 100:.3g}%", sparsity=sparsity)


def _explained(experiment: Experiment, name: str, instance: int, value: object) -> tuple[str, tuple[str, ...]]:
    """A field's help for that value, and what else must have room there."""
    note = field_note(name)
    if value is None and name in PER_LIST:
        entries = spread_row(experiment, name, instance)
        span = f"From {figures.shown(float(entries.min()))} to {figures.shown(float(entries.max()))}, by feature."
        return f"{span} Type a number for all.", ()
    if not isinstance(value, (int, float)):
        return note.help, ()
    varies = name in PER_LIST and varies_by_instance(experiment, name)
    own = f" For instance {instance + 1}." if varies else ""
    widest = tuple(help_text(note, end) + own for end in note.slider or ())
    return help_text(note, value) + own, widest
