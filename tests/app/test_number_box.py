"""A number is typed, taken back or stepped; what is shown comes from outside alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from superviz.app.buttons import Button
from superviz.app.number_box import EntryBox, NumberBox, Stepper
from superviz.scene.palette import DARK
from superviz.views.theme import apply_theme

pytestmark = pytest.mark.usefixtures("themed")


@pytest.fixture
def box(qtbot: QtBot) -> Iterator[NumberBox]:
    """A box with the keyboard, showing 0.05, and another field to go to."""
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    made = NumberBox(66, window)
    column.addWidget(made)
    column.addWidget(QLineEdit())
    made.show_number(0.05)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    made.setFocus()
    qtbot.waitUntil(made.hasFocus)
    yield made
    window.close()


def heard(box: NumberBox) -> list[object]:
    numbers: list[object] = []
    box.entered.connect(numbers.append)
    return numbers


def retype(qtbot: QtBot, box: NumberBox, text: str) -> None:
    box.selectAll()
    qtbot.keyClicks(box, text)


@pytest.mark.parametrize(
    ("text", "number"), [("0.1", 0.1), ("12", 12), ("5%", 0.05), ("1,024", 1024), ("five", "five")]
)
def test_enter_makes_it_count(qtbot: QtBot, box: NumberBox, text: str, number: object) -> None:
    numbers = heard(box)
    retype(qtbot, box, text)
    assert numbers == []
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert numbers == [number]
    assert box.text() == "0.05", "what is shown is for whoever takes the number to say"


def test_leaving_makes_it_count_once(qtbot: QtBot, box: NumberBox) -> None:
    numbers = heard(box)
    retype(qtbot, box, "0.2")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    qtbot.keyClick(box, Qt.Key.Key_Tab)
    assert numbers == [0.2]
    box.setFocus()
    retype(qtbot, box, "0.3")
    qtbot.keyClick(box, Qt.Key.Key_Tab)
    assert numbers == [0.2, 0.3]


def test_escape_takes_it_back(qtbot: QtBot, box: NumberBox) -> None:
    numbers = heard(box)
    retype(qtbot, box, "0.7")
    assert box.editing
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert (box.text(), box.editing, numbers) == ("0.05", False, [])


def test_nothing_typed_is_nothing_entered(qtbot: QtBot, box: NumberBox) -> None:
    numbers = heard(box)
    qtbot.keyClick(box, Qt.Key.Key_Return)
    box.selectAll()
    qtbot.keyClick(box, Qt.Key.Key_Delete)
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert (numbers, box.text()) == ([], "0.05")


def test_what_is_shown_disturbs_nobody_who_types(qtbot: QtBot, box: NumberBox) -> None:
    retype(qtbot, box, "0.1")
    box.show_number(0.06)
    assert box.text() == "0.1"
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert box.text() == "0.06"


def test_without_a_number_words_stand_there(box: NumberBox) -> None:
    box.show_number(None, "5 values")
    assert (box.text(), box.placeholderText()) == ("", "5 values")


@pytest.mark.parametrize(
    ("key", "modifier", "notches"),
    [
        (Qt.Key.Key_Up, Qt.KeyboardModifier.NoModifier, 1),
        (Qt.Key.Key_Down, Qt.KeyboardModifier.NoModifier, -1),
        (Qt.Key.Key_PageUp, Qt.KeyboardModifier.NoModifier, 10),
        (Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier, -10),
    ],
)
def test_arrow_keys_step(
    qtbot: QtBot, box: NumberBox, key: Qt.Key, modifier: Qt.KeyboardModifier, notches: int
) -> None:
    with qtbot.waitSignal(box.nudged) as told:
        qtbot.keyClick(box, key, modifier)
    assert told.args == [notches]


def test_what_was_typed_counts_before_a_step(qtbot: QtBot, box: NumberBox) -> None:
    order: list[object] = []
    box.entered.connect(order.append)
    box.nudged.connect(order.append)
    retype(qtbot, box, "0.4")
    qtbot.keyClick(box, Qt.Key.Key_Up)
    assert order == [0.4, 1]


def test_it_is_as_wide_as_measured_at_every_scale(qtbot: QtBot, qapp: QApplication) -> None:
    fixed, filling = NumberBox(66), NumberBox()
    for made in (fixed, filling):
        qtbot.addWidget(made)
    assert (fixed.sizeHint().width(), fixed.sizeHint().height()) == (66, 26)
    apply_theme(qapp, DARK, 1.5)
    assert fixed.sizeHint().width() == fixed.minimumSizeHint().width() == 99
    assert filling.minimumSizeHint().width() < filling.sizeHint().width()


def test_a_stepper_steps(qtbot: QtBot) -> None:
    stepper = Stepper()
    qtbot.addWidget(stepper)
    stepper.set_name("Features, n")
    stepper.box.show_number(5)
    stepper.show()
    notches: list[int] = []
    stepper.box.nudged.connect(notches.append)
    less, more = stepper.findChildren(Button)
    qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(less, Qt.MouseButton.LeftButton)
    assert notches == [1, -1]
    assert less.accessibleName() == "Less: Features, n"
    assert more.focusPolicy() == Qt.FocusPolicy.NoFocus
    assert stepper.box.accessibleName() == "Features, n"


def test_a_steppers_parts_stand_in_one_row(qtbot: QtBot) -> None:
    stepper = Stepper()
    qtbot.addWidget(stepper)
    stepper.show()
    less, more = stepper.findChildren(Button)
    assert less.height() == stepper.box.height() == more.height() == 26
    assert less.geometry().right() + 1 == stepper.box.x()
    assert stepper.box.geometry().right() + 1 == more.x()


@pytest.mark.parametrize(("compact", "width"), [(False, 92), (True, 78)])
def test_a_stepper_is_as_wide_as_measured(qtbot: QtBot, compact: bool, width: int) -> None:
    stepper = Stepper()
    qtbot.addWidget(stepper)
    stepper.set_compact(compact)
    assert stepper.sizeHint().width() == width


@pytest.mark.parametrize(("typed", "told"), [("", [None]), ("none", [None]), ("None", [None]), ("40", [40])])
def test_a_box_that_may_be_empty_tells_so(qtbot: QtBot, typed: str, told: list[object]) -> None:
    box = NumberBox(66, none="none")
    qtbot.addWidget(box)
    box.show_number(5)
    values = heard(box)
    retype(qtbot, box, typed or " ")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert values == told
    box.show_number(None)
    assert (box.text(), box.placeholderText()) == ("", "none")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert values == told, "it was none already"


def test_another_box_that_is_emptied_shows_its_number_again(qtbot: QtBot, box: NumberBox) -> None:
    values = heard(box)
    retype(qtbot, box, " ")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert (values, box.text()) == ([], "0.05")


def test_words_are_told_as_they_were_typed(qtbot: QtBot) -> None:
    box = EntryBox()
    qtbot.addWidget(box)
    told: list[object] = []
    box.entered.connect(told.append)
    box.show_words("1 2, 3 4 5")
    assert (box.text(), box.cursorPosition()) == ("1 2, 3 4 5", 0)
    for text in ("2", "1,2"):
        box.selectAll()
        qtbot.keyClicks(box, text)
        assert box.editing
        qtbot.keyClick(box, Qt.Key.Key_Return)
        assert box.text() == "1 2, 3 4 5"
    assert told == ["2", "1,2"], "nothing is taken for a number"
    qtbot.keyClicks(box, "9")
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert (box.text(), told) == ("1 2, 3 4 5", ["2", "1,2"])
