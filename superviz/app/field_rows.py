"""Field rows: one field of the recipe each, in the form that its declaration asks for."""

from __future__ import annotations

from typing import Literal, get_args, get_origin

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSpacerItem, QVBoxLayout, QWidget

from superviz.app import figures
from superviz.app.buttons import Chooser, Glyph
from superviz.app.clause_label import ClauseLabel
from superviz.app.number_box import NumberBox, Stepper
from superviz.app.value_slider import ValueSlider
from superviz.core.experiment import MODEL_FORMULAS, MODEL_NAMES, Experiment, FieldNote, field_note
from superviz.views.theme import BODY_SIZE, typeset

LIVE_GLYPH, NEW_RUN_GLYPH = "dot", "restart"
_BOX_WIDTH = 66
_HELP_SIZE = 12


class FieldRow(QWidget):
    """A field with its mark (changes it live, or starts a new run), its label and its help."""

    entered = Signal(str, object)
    """The field's name, and a number, a choice's name, or text that is no number."""
    nudged = Signal(str, int)
    """The field's name, and notches up or down."""

    def __init__(self, name: str, note: FieldNote, editor: QWidget) -> None:
        super().__init__()
        self.name, self.note = name, note
        self.editor = editor
        """The part that takes the keyboard, and under which a refusal is shown."""
        self._mark = Glyph(LIVE_GLYPH, 7, "accent") if note.live else Glyph(NEW_RUN_GLYPH, 12, "faint")
        self._label = ClauseLabel(note.label, "plain")
        typeset(self._label, BODY_SIZE, 500)
        self._help = HelpLine()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._head = QHBoxLayout()
        self._head.setSpacing(0)
        self._head.addWidget(self._mark)
        self._head.addSpacing(7)
        self._head.addWidget(self._label, 1)
        self._column.addLayout(self._head)
        what = "changes the running model" if note.live else "starts a new run"
        self.setToolTip(f"{note.label}: {what}.")
        self._label.setToolTip(self.toolTip())

    def show_value(self, value: object, instead: str = "") -> None:
        """Show that value, or the words `instead` where it is None: each kind of row in its own way."""

    def show_help(self, text: str, reserve: tuple[str, ...] = ()) -> None:
        """Explain the field, in room enough for any of `reserve`."""
        self._help.show_text(text, reserve)

    def show_pending(self, pending: bool) -> None:
        """Mark a value that waits for a new run."""
        if not self.note.live:
            self._mark.show_glyph(NEW_RUN_GLYPH, "accent" if pending else "faint")

    def set_compact(self, compact: bool) -> None:
        """Drop the help and take the short label, or go back."""
        self._help.setVisible(not compact and self._column.indexOf(self._help) >= 0)
        self._label.show_text(self.note.short or self.note.label if compact else self.note.label)

    def _take_part(self, part: QWidget) -> None:
        part.setAccessibleName(self.note.label)
        part.setToolTip(self.toolTip())

    def _take_box(self, box: NumberBox) -> None:
        self._take_part(box)
        box.entered.connect(self._entered)
        box.nudged.connect(self._nudged)

    @Slot(object)
    def _entered(self, value: object) -> None:
        self.entered.emit(self.name, value)

    @Slot(int)
    def _nudged(self, notches: int) -> None:
        self.nudged.emit(self.name, notches)


class StepperRow(FieldRow):
    """A whole number with minus and plus."""

    def __init__(self, name: str, note: FieldNote) -> None:
        self._stepper = Stepper()
        super().__init__(name, note, self._stepper.box)
        self._stepper.set_name(note.label)
        self._take_box(self._stepper.box)
        self._head.addWidget(self._stepper)
        self._column.addSpacing(3)
        self._column.addWidget(self._help)

    def show_value(self, value: object, instead: str = "") -> None:
        assert isinstance(value, int)
        self._stepper.box.show_number(value)

    def set_compact(self, compact: bool) -> None:
        super().set_compact(compact)
        self._stepper.set_compact(compact)


class SliderRow(FieldRow):
    """A number with a box and a slider."""

    def __init__(self, name: str, note: FieldNote) -> None:
        assert note.slider is not None
        self._box = NumberBox(_BOX_WIDTH)
        super().__init__(name, note, self._box)
        self._take_box(self._box)
        self._slider = ValueSlider(*note.slider, logarithmic=note.logarithmic)
        self._take_part(self._slider)
        self._slider.moved.connect(self._entered)
        self._head.addWidget(self._box)
        self._above, self._below = QSpacerItem(0, 4), QSpacerItem(0, 2)
        self._column.addSpacerItem(self._above)
        self._column.addWidget(self._slider)
        self._column.addSpacerItem(self._below)
        self._column.addWidget(self._help)

    def show_value(self, value: object, instead: str = "") -> None:
        assert value is None or isinstance(value, (int, float))
        self._box.show_number(value, instead)
        self._slider.setEnabled(value is not None)
        if value is not None:
            self._slider.show_value(value)

    def set_compact(self, compact: bool) -> None:
        super().set_compact(compact)
        self._above.changeSize(0, 1 if compact else 4)
        self._below.changeSize(0, 0 if compact else 2)
        self._column.invalidate()


class BoxRow(FieldRow):
    """A number with its label above it: half a row wide."""

    def __init__(self, name: str, note: FieldNote) -> None:
        self._box = NumberBox()
        super().__init__(name, note, self._box)
        self._take_box(self._box)
        self._column.addSpacing(4)
        self._column.addWidget(self._box)
        # There is no room for it; without a parent it would be a window of its own.
        self._help.setParent(self)

    def show_value(self, value: object, instead: str = "") -> None:
        assert value is None or isinstance(value, (int, float))
        self._box.show_number(value, instead)

    def show_help(self, text: str, reserve: tuple[str, ...] = ()) -> None:
        self._box.setToolTip(f"{text}\n{self.toolTip()}")
        self._box.setAccessibleDescription(text)


class ChoiceRow(FieldRow):
    """One of several kinds, with its formula for help."""

    def __init__(self, name: str, note: FieldNote, choices: tuple[str, ...]) -> None:
        self._chooser = Chooser()
        super().__init__(name, note, self._chooser)
        self._take_part(self._chooser)
        for choice in choices:
            self._chooser.addItem(MODEL_NAMES.get(choice, choice), choice)
        self._chooser.activated.connect(self._activated)
        self._head.addWidget(self._chooser)
        self._column.addSpacing(3)
        self._column.addWidget(self._help)

    def show_value(self, value: object, instead: str = "") -> None:
        self._chooser.setCurrentIndex(self._chooser.findData(value))
        super().show_help(MODEL_FORMULAS.get(str(value), ""))

    def show_help(self, text: str, reserve: tuple[str, ...] = ()) -> None:
        self._chooser.setToolTip(f"{text}\n{self.toolTip()}")
        self._chooser.setAccessibleDescription(text)

    @Slot(int)
    def _activated(self, index: int) -> None:
        self._entered(self._chooser.itemData(index))


class HelpLine(QLabel):
    """A line of help that keeps its height while its numbers change."""

    def __init__(self) -> None:
        super().__init__()
        self._reserve: tuple[str, ...] = ()
        self.setProperty("tone", "faint")
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        typeset(self, _HELP_SIZE)

    def show_text(self, text: str, reserve: tuple[str, ...]) -> None:
        """Show `text` in the height of the highest of it and `reserve`."""
        if (text, reserve) != (self.text(), self._reserve):
            self._reserve = reserve
            self.setText(text)
            self._keep_height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._keep_height()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._keep_height()

    def _keep_height(self) -> None:
        metrics = self.fontMetrics()
        wrap = int(Qt.TextFlag.TextWordWrap)
        lines = max(
            metrics.boundingRect(0, 0, max(1, self.width()), 10_000, wrap, text).height()
            for text in (self.text(), *self._reserve)
        )
        self.setFixedHeight(max(lines, metrics.height()))


def make_row(name: str) -> FieldRow:
    """The row that the experiment's field `name` asks for by its type and its note."""
    note, kind = field_note(name), Experiment.model_fields[name].annotation
    if get_origin(kind) is Literal:
        return ChoiceRow(name, note, get_args(kind))
    if note.slider is not None:
        return SliderRow(name, note)
    return BoxRow(name, note) if note.half else StepperRow(name, note)


def help_text(note: FieldNote, number: float) -> str:
    """The note's help with {value}, {percent} and {sparsity} filled in."""
    sparsity = figures.shown(round(1 - number, 4))
    return note.help.format(value=figures.shown(number), percent=f"{number * 100:.3g}%", sparsity=sparsity)
