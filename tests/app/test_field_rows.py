"""Every field of the experiment has the row its declaration asks for: words, switches, lists in words, numbers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from superviz.app.field_row import FieldRow, HelpLine
from superviz.app.field_rows import ChoiceRow, SwitchRow, WordsRow
from superviz.app.number_box import EntryBox
from superviz.app.number_rows import BoxRow, HalfRow, SliderRow, StepperRow
from superviz.app.switch import Switch
from superviz.core.errors import RecipeError
from superviz.core.experiment import Experiment, field_note
from superviz.core.kinds import MODEL_KINDS

pytestmark = pytest.mark.usefixtures("themed")
MakeRow = Callable[[str], FieldRow]
FIELDS = list(Experiment.model_fields)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("n_features", StepperRow),
        ("starting_polygon", StepperRow),
        ("importance", SliderRow),
        ("l1_penalty", SliderRow),
        ("model", ChoiceRow),
        ("starting_weights", ChoiceRow),
        ("distribution", ChoiceRow),
        ("bias", SwitchRow),
        ("noise_free", SwitchRow),
        ("starting_bias", BoxRow),
        ("training_set", BoxRow),
        ("feature_sets", WordsRow),
        ("parents", WordsRow),
        ("seed", HalfRow),
        ("best_of", HalfRow),
    ],
)
def test_a_field_has_a_row_of_its_kind(make_field_row: MakeRow, name: str, kind: type[FieldRow]) -> None:
    row = make_field_row(name)
    assert type(row) is kind
    assert row.name == name


@pytest.mark.parametrize("name", FIELDS)
def test_every_row_can_show_its_default(make_field_row: MakeRow, name: str, intro: Experiment) -> None:
    row = make_field_row(name)
    row.show_in(intro, 7)
    assert row.read(getattr(intro, name), intro) == getattr(intro, name)


@pytest.mark.parametrize("name", [name for name in FIELDS if field_note(name).choices])
def test_a_word_is_chosen_by_its_name_and_explained(qtbot: QtBot, make_field_row: MakeRow, name: str) -> None:
    row, choices = make_field_row(name), field_note(name).choices
    chooser, line = row.findChildren(QComboBox)[0], row.findChildren(HelpLine)[0]
    assert [chooser.itemText(at) for at in range(chooser.count())] == [choice.name for choice in choices.values()]
    for at, (value, choice) in enumerate(choices.items()):
        row.show_value(value)
        assert (chooser.currentText(), line.text()) == (choice.name, choice.help)
        with qtbot.waitSignal(row.entered) as told:
            chooser.activated.emit(at)
        assert told.args == [name, value]


def test_the_kinds_of_model_show_their_formulas(make_field_row: MakeRow) -> None:
    row = make_field_row("model")
    row.show_value("relu_hidden")
    assert row.findChildren(HelpLine)[0].text() == MODEL_KINDS["relu_hidden"].help


def test_given_weights_are_a_choice_while_they_are_given(
    qtbot: QtBot, make_field_row: MakeRow, intro: Experiment
) -> None:
    row = make_field_row("starting_weights")
    chooser = row.findChildren(QComboBox)[0]
    matrix = ((1.0, 0.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0, 0.0))
    row.show_in(intro.changed(starting_weights=matrix), 0)
    assert chooser.currentText() == "Given, 2 × 5"
    row.show_value("random")
    assert chooser.count() == 3, "so that one can go back"
    with qtbot.waitSignal(row.entered) as told:
        chooser.activated.emit(2)
    assert told.args == ["starting_weights", matrix]
    row.show_in(intro.changed(starting_weights=(matrix,) * 8), 0)
    assert [chooser.itemText(at) for at in range(chooser.count())] == ["Random", "Polygon", "Given, 8 of 2 × 5"]


def test_a_switch_is_told_and_shown(qtbot: QtBot, make_field_row: MakeRow) -> None:
    row = make_field_row("bias")
    switch = row.editor
    assert isinstance(switch, Switch)
    row.show_value(True)
    assert switch.isChecked()
    with qtbot.waitSignal(row.entered) as told:
        qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert told.args == ["bias", False]


@pytest.mark.parametrize(
    ("name", "shown", "typed", "value"),
    [
        ("feature_sets", "2", "1 2, 3 4 5", ((0, 1), (2, 3, 4))),
        ("parents", "0 1 0 3 0", "0 1 1 0 4", (-1, 0, 0, -1, 3)),
    ],
)
def test_lists_of_features_are_words(
    qtbot: QtBot, make_field_row: MakeRow, intro: Experiment, name: str, shown: str, typed: str, value: object
) -> None:
    row = make_field_row(name)
    assert isinstance(row.editor, EntryBox)
    row.show_in(intro, 0)
    assert row.editor.text() == shown
    with qtbot.waitSignal(row.entered) as told:
        row.editor.entered.emit(typed)
    assert told.args == [name, typed]
    assert row.read(typed, intro) == value
    row.show_in(intro.changed(**{name: value}), 0)
    assert row.editor.text() == typed
    with pytest.raises(RecipeError, match=f"^{name}: .* from 1 to 5"):
        row.read("0 1 0 3 9", intro)


def test_a_list_wider_than_its_box_shows_its_beginning(make_field_row: MakeRow) -> None:
    row = make_field_row("parents")
    many = Experiment(n_features=60, n_hidden=2)
    row.show_in(many, 0)
    assert isinstance(row.editor, EntryBox)
    assert row.editor.cursorPosition() == 0
    assert row.editor.width() < 270
