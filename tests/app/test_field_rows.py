"""Every field of the experiment has the row its declaration asks for, and explains itself there."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QSlider, QWidget
from pytestqt.qtbot import QtBot

from superviz.app.field_list import FieldList
from superviz.app.field_rows import BoxRow, ChoiceRow, FieldRow, HelpLine, SliderRow, StepperRow, help_text, make_row
from superviz.app.number_box import NumberBox
from superviz.core.experiment import LIVE_FIELDS, MODEL_NAMES, Experiment, field_note
from superviz.scene.palette import DARK
from superviz.views.theme import apply_theme

pytestmark = pytest.mark.usefixtures("themed")
FIELDS = list(Experiment.model_fields)


def make(qtbot: QtBot, name: str) -> FieldRow:
    row = make_row(name)
    qtbot.addWidget(row)
    row.resize(270, 80)
    row.show()
    return row


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_has_a_row_of_its_kind(qtbot: QtBot, name: str) -> None:
    row, note = make(qtbot, name), field_note(name)
    expected = ChoiceRow if name == "model" else SliderRow if note.slider else BoxRow if note.half else StepperRow
    assert type(row) is expected
    assert row.name == name


@pytest.mark.parametrize("name", FIELDS)
def test_people_who_cant_see_it_are_told(qtbot: QtBot, name: str) -> None:
    row = make(qtbot, name)
    row.show_help("Explained.")
    parts = [part for kind in (NumberBox, QSlider, QComboBox) for part in row.findChildren(kind)]
    assert parts
    for part in parts:
        assert part.accessibleName() == field_note(name).label
        assert ("running model" if name in LIVE_FIELDS else "new run") in part.toolTip()


@pytest.mark.parametrize("name", [name for name in FIELDS if name != "model"])
def test_a_number_typed_is_told_with_its_field(qtbot: QtBot, name: str) -> None:
    row = make(qtbot, name)
    row.show_value(1)
    assert isinstance(row.editor, NumberBox)
    assert row.editor.text() == "1"
    with qtbot.waitSignal(row.entered) as told:
        row.editor.entered.emit(0.5)
    assert told.args == [name, 0.5]
    with qtbot.waitSignal(row.nudged) as told:
        row.editor.nudged.emit(-1)
    assert told.args == [name, -1]


def test_a_slider_tells_and_shows(qtbot: QtBot) -> None:
    row = make(qtbot, "learning_rate")
    row.show_value(0.001)
    slider = row.findChildren(QSlider)[0]
    assert slider.value() == 500
    with qtbot.waitSignal(row.entered) as told:
        slider.setValue(1000)
    assert told.args == ["learning_rate", 0.1]


def test_where_there_is_no_one_number_it_says_so(qtbot: QtBot) -> None:
    row = make(qtbot, "importance")
    row.show_value(None, "5 values")
    assert isinstance(row.editor, NumberBox)
    assert row.editor.placeholderText() == "5 values"
    assert not row.findChildren(QSlider)[0].isEnabled()
    row.show_value(0.9)
    assert row.findChildren(QSlider)[0].isEnabled()


def test_a_kind_is_chosen_by_name_and_shows_its_formula(qtbot: QtBot) -> None:
    row = make(qtbot, "model")
    chooser, formula = row.findChildren(QComboBox)[0], row.findChildren(HelpLine)[0]
    assert [chooser.itemText(at) for at in range(chooser.count())] == list(MODEL_NAMES.values())
    row.show_value("linear")
    assert chooser.currentText() == "Linear"
    assert formula.text() == "x' = W<sup>T</sup>W x + b"
    with qtbot.waitSignal(row.entered) as told:
        chooser.activated.emit(1)
    assert told.args == ["model", "relu_output"]


def test_the_marks_tell_live_fields_from_the_others(qtbot: QtBot) -> None:
    for name in ("n_features", "seed"):
        row = make(qtbot, name)
        before = row.grab().toImage()
        row.show_pending(True)
        assert row.grab().toImage() != before
        row.show_pending(False)
        assert row.grab().toImage() == before
    live = make(qtbot, "importance")
    before = live.grab().toImage()
    live.show_pending(True)
    assert live.grab().toImage() == before, "what acts at once never waits"


@pytest.mark.parametrize(
    ("name", "number", "text"),
    [
        ("importance", 0.9, "Each matters 0.90 times the one before."),
        ("feature_probability", 0.05, "Each feature is active 5% of the time: sparsity 0.95."),
        ("feature_probability", 1.0, "Each feature is active 100% of the time: sparsity 0."),
        ("feature_probability", 0.652, "Each feature is active 65.2% of the time: sparsity 0.348."),
        ("n_features", 5, "How many things there are to represent."),
    ],
)
def test_help_has_its_numbers_filled_in(name: str, number: float, text: str) -> None:
    assert help_text(field_note(name), number) == text


@pytest.mark.parametrize("name", FIELDS)
def test_help_leaves_no_gap_unfilled(name: str) -> None:
    assert not set("{}") & set(help_text(field_note(name), 0.5))


def test_help_keeps_its_height_while_its_numbers_change(qtbot: QtBot, qapp: QApplication) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    line = HelpLine()
    line.setParent(window)
    longest = "Each feature is active 100% of the time: sparsity 0.95. For instance 8."
    line.show_text("Short.", (longest,))
    line.resize(260, line.height())
    window.show()
    tall = line.height()
    assert tall == 2 * line.fontMetrics().height()
    line.show_text(longest, (longest,))
    assert line.height() == tall
    line.resize(600, tall)
    assert line.height() == line.fontMetrics().height()
    apply_theme(qapp, DARK, 2.0)
    assert line.height() == pytest.approx(2 * line.fontMetrics().height(), abs=3)


def test_compact_rows_drop_their_help_and_shorten_their_labels(qtbot: QtBot) -> None:
    importance = make(qtbot, "importance")
    importance.show_help("Each matters 0.90 times the one before.")
    full = importance.sizeHint().height()
    importance.set_compact(True)
    assert importance.sizeHint().height() < full - 12
    importance.set_compact(False)
    assert importance.sizeHint().height() == full
    decay = make(qtbot, "weight_decay")
    decay.set_compact(True)
    assert "Decay" in [child.accessibleName() for child in decay.findChildren(QWidget)]


def test_the_list_follows_the_declarations(qtbot: QtBot) -> None:
    fields = FieldList()
    qtbot.addWidget(fields)
    assert list(fields.rows) == FIELDS
    fields.resize(303, 900)
    fields.show()
    places = [fields.rows[name].mapTo(fields, fields.rect().topLeft()) for name in FIELDS]
    assert [(place.y(), place.x()) for place in places] == sorted((place.y(), place.x()) for place in places)
    pairs = [("batch_size", "steps"), ("weight_decay", "seed")]
    for left, right in pairs:
        assert fields.rows[left].y() == fields.rows[right].y()
        assert abs(fields.rows[left].width() - fields.rows[right].width()) <= 1


@pytest.mark.parametrize(("compact", "width"), [(False, 303), (True, 231)])
@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_nothing_is_cut_off(qtbot: QtBot, qapp: QApplication, compact: bool, width: int, scale: float) -> None:
    apply_theme(qapp, DARK, scale)
    fields = FieldList()
    qtbot.addWidget(fields)
    fields.set_compact(compact)
    fields.keep_margins(compact, 0)
    for name, row in fields.rows.items():
        row.show_value("relu_output" if name == "model" else 1024)
        row.show_help(help_text(field_note(name), 0.05))
    fields.resize(round(width * scale), fields.heightForWidth(round(width * scale)))
    fields.show()
    for row in fields.rows.values():
        for part in row.findChildren(QWidget):
            if part.isVisible():
                assert part.width() >= min(part.minimumSizeHint().width(), part.maximumWidth())
                assert part.height() >= part.minimumSizeHint().height()
                right = part.mapTo(fields, part.rect().topRight()).x()
                assert right < fields.width() - (11 if compact else 15), part


def test_tab_goes_through_the_fields_in_order(qtbot: QtBot) -> None:
    fields = FieldList()
    qtbot.addWidget(fields)
    fields.resize(303, 900)
    with qtbot.waitExposed(fields):
        fields.show()
    fields.activateWindow()
    editors = [row.editor for row in fields.rows.values()]
    editors[0].setFocus()
    qtbot.waitUntil(editors[0].hasFocus)
    reached = [editors[0]]
    for _ in range(30):
        qtbot.keyClick(fields.focusWidget(), Qt.Key.Key_Tab)
        if fields.focusWidget() in editors:
            if fields.focusWidget() is editors[0]:
                break
            reached.append(fields.focusWidget())
    assert reached == editors
