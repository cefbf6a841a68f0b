"""Rows for numbers: with minus and plus, with a slider, in a box of their own, or in half a row."""

from __future__ import annotations

from PySide6.QtWidgets import QSpacerItem

from superviz.app.field_row import FieldRow
from superviz.app.number_box import NumberBox, Stepper
from superviz.app.value_slider import ValueSlider
from superviz.core.experiment import Experiment, field_note

_BOX_WIDTH = 66
_NONE = "none"


class StepperRow(FieldRow):
    """A whole number with minus and plus."""

    def __init__(self, name: str) -> None:
        self._stepper = Stepper()
        super().__init__(name, self._stepper.box)
        self._stepper.set_name(self.note.label)
        self._hear(self._stepper.box)
        self._head.addWidget(self._stepper)
        self._column.addSpacing(3)
        self._column.addWidget(self._help)

    def show_value(self, value: object, instead: str = "") -> None:
        assert isinstance(value, int)
        self._stepper.box.show_number(value)

    def set_compact(self, compact: bool) -> None:
        super().set_compact(compact)
        self._stepper.set_compact(compact)


class BoxRow(FieldRow):
    """A number in a box beside its label; where the field may be without one, the box may be empty."""

    def __init__(self, name: str) -> None:
        self._box = NumberBox(_BOX_WIDTH, none=_NONE if _may_be_none(name) else "")
        super().__init__(name, self._box)
        self._hear(self._box)
        self._head.addWidget(self._box)
        self._column.addSpacing(3)
        self._column.addWidget(self._help)

    def show_value(self, value: object, instead: str = "") -> None:
        assert value is None or isinstance(value, (int, float))
        self._box.show_number(value, instead)


class SliderRow(FieldRow):
    """A number with a box and a slider."""

    def __init__(self, name: str) -> None:
        note = field_note(name)
        assert note.slider is not None
        self._box = NumberBox(_BOX_WIDTH)
        zero = note.logarithmic and _may_be_zero(name)
        self._slider = ValueSlider(*note.slider, logarithmic=note.logarithmic, from_zero=zero)
        super().__init__(name, self._box, self._slider)
        self._hear(self._box)
        self._slider.moved.connect(self._entered)
        self._head.addWidget(self._box)
        self._above, self._below = QSpacerItem(0, 0), QSpacerItem(0, 0)
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
        self._above.changeSize(0, 0 if compact else 2)
        self._below.changeSize(0, 0 if compact else 1)
        super().set_compact(compact)


class HalfRow(FieldRow):
    """A number with its label above it: half a row wide."""

    def __init__(self, name: str) -> None:
        self._box = NumberBox()
        super().__init__(name, self._box)
        self._hear(self._box)
        self._above = QSpacerItem(0, 0)
        self._column.addSpacerItem(self._above)
        self._column.addWidget(self._box)
        # There is no room for it; without a parent it would be a window of its own.
        self._help.setParent(self)

    @property
    def is_half(self) -> bool:
        return True

    def show_value(self, value: object, instead: str = "") -> None:
        assert value is None or isinstance(value, (int, float))
        self._box.show_number(value, instead)

    def show_help(self, text: str, reserve: tuple[str, ...] = ()) -> None:
        self._tell_in_tip(text)

    def set_compact(self, compact: bool) -> None:
        self._above.changeSize(0, 2 if compact else 4)
        super().set_compact(compact)


def _may_be_none(name: str) -> bool:
    return Experiment.model_fields[name].default is None


def _may_be_zero(name: str) -> bool:
    return any(getattr(bound, "ge", None) == 0 for bound in Experiment.model_fields[name].metadata)
