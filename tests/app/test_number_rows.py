"""Rows for numbers tell what was typed, dragged or stepped, with their field, and show what they are given."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSlider
from pytestqt.qtbot import QtBot

from superviz.app.field_row import FieldRow
from superviz.app.field_rows import make_row
from superviz.app.number_box import NumberBox
from superviz.app.number_rows import BoxRow, HalfRow, SliderRow, StepperRow
from superviz.core.experiment import Experiment

pytestmark = pytest.mark.usefixtures("themed")
NUMBERS = [
    name
    for name in Experiment.model_fields
    if isinstance(Experiment.model_fields[name].default, (int, float)) or Experiment.model_fields[name].is_required()
    if Experiment.model_fields[name].annotation is not bool and name != "feature_sets"
]


def make(qtbot: QtBot, name: str) -> FieldRow:
    row = make_row(name)
    qtbot.addWidget(row)
    row.resize(270, 80)
    row.show()
    return row


def box(row: FieldRow) -> NumberBox:
    assert isinstance(row.editor, NumberBox)
    return row.editor


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_typed_is_told_with_its_field(qtbot: QtBot, name: str) -> None:
    row = make(qtbot, name)
    assert isinstance(row, (StepperRow, BoxRow, SliderRow, HalfRow))
    row.show_value(1)
    assert box(row).text() == "1"
    with qtbot.waitSignal(row.entered) as told:
        box(row).entered.emit(0.5)
    assert told.args == [name, 0.5]
    with qtbot.waitSignal(row.nudged) as told:
        box(row).nudged.emit(-1)
    assert told.args == [name, -1]


def test_a_slider_tells_and_shows(qtbot: QtBot) -> None:
    row = make(qtbot, "learning_rate")
    row.show_value(0.001)
    slider = row.findChildren(QSlider)[0]
    assert slider.value() == 500
    with qtbot.waitSignal(row.entered) as told:
        slider.setValue(1000)
    assert told.args == ["learning_rate", 0.1]


@pytest.mark.parametrize(("name", "least"), [("l1_penalty", 0.0), ("learning_rate", 1e-5), ("starting_scale", 0.01)])
def test_a_slider_begins_at_zero_where_the_field_may_be_zero(qtbot: QtBot, name: str, least: float) -> None:
    row = make(qtbot, name)
    row.show_value(0.1)
    with qtbot.waitSignal(row.entered) as told:
        row.findChildren(QSlider)[0].setValue(0)
    assert told.args == [name, least]
    row.show_value(0.0)
    assert (box(row).text(), row.findChildren(QSlider)[0].value()) == ("0", 0)


def test_where_there_is_no_one_number_it_says_so(qtbot: QtBot) -> None:
    row = make(qtbot, "importance")
    row.show_value(None, "5 values")
    assert box(row).placeholderText() == "5 values"
    assert not row.findChildren(QSlider)[0].isEnabled()
    row.show_value(0.9)
    assert row.findChildren(QSlider)[0].isEnabled()


def test_a_number_that_may_be_none_is_none_when_empty(qtbot: QtBot) -> None:
    row = make(qtbot, "training_set")
    row.show_value(None)
    assert (box(row).text(), box(row).placeholderText()) == ("", "none")
    row.show_value(100)
    told: list[object] = []
    row.entered.connect(lambda _, value: told.append(value))
    box(row).setFocus()
    box(row).selectAll()
    qtbot.keyClick(box(row), Qt.Key.Key_Delete)
    qtbot.keyClick(box(row), Qt.Key.Key_Return)
    assert told == [None]


def test_half_a_row_keeps_its_help_for_the_tooltip(qtbot: QtBot) -> None:
    row = make(qtbot, "batch_size")
    assert row.is_half
    row.show_help("Fresh samples.")
    assert box(row).toolTip() == "Fresh samples.\nBatch size: starts a new run."
    assert box(row).accessibleDescription() == "Fresh samples."
