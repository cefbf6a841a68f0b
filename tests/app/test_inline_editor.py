"""One line typed in place: kept by Enter or a click elsewhere, taken back by Esc, and never over what it is about."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from superviz.app.inline_editor import InlineEditor

pytestmark = pytest.mark.usefixtures("themed")
MIDDLE = QPoint(400, 300)


class Window(QWidget):
    """Something to edit over, with another line to click on; it notes the keys that reach it."""

    def __init__(self) -> None:
        super().__init__()
        self.resize(800, 600)
        self.other = QLineEdit(self)
        self.other.setGeometry(10, 10, 100, 26)
        self.keys: list[int] = []

    def keyPressEvent(self, event) -> None:
        self.keys.append(event.key())


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Window]:
    whole = Window()
    qtbot.addWidget(whole)
    with qtbot.waitExposed(whole):
        whole.show()
    whole.activateWindow()
    qtbot.waitUntil(whole.isActiveWindow)
    yield whole
    whole.close()


class Editing:
    """An editor that is open, what it said, and the line one types in."""

    def __init__(self, window: Window, qtbot: QtBot, text: str = "before", at: QPoint = MIDDLE) -> None:
        self.said: list[str] = []
        self.typed: list[str] = []
        self.editor = InlineEditor("Feature 3", text, "Give it a name", 12, window)
        self.editor.kept.connect(lambda: self.said.append("kept"))
        self.editor.taken_back.connect(lambda: self.said.append("taken back"))
        self.editor.typed.connect(self.typed.append)
        self.editor.open_beside(at, MIDDLE)
        self.line = self.editor.findChildren(QLineEdit)[0]
        qtbot.waitUntil(self.line.hasFocus)


@pytest.mark.parametrize(
    ("key", "said"), [(Qt.Key.Key_Return, "kept"), (Qt.Key.Key_Enter, "kept"), (Qt.Key.Key_Escape, "taken back")]
)
def test_a_key_ends_it_once_and_the_keyboard_goes_back(key: Qt.Key, said: str, window: Window, qtbot: QtBot) -> None:
    window.other.setFocus()
    editing = Editing(window, qtbot)
    qtbot.keyClicks(editing.line, "Dog")
    qtbot.keyClick(editing.line, key)
    assert editing.said == [said]
    assert not editing.editor.isVisible()
    qtbot.waitUntil(window.other.hasFocus)
    assert window.keys == []


def test_typing_replaces_what_was_there_and_is_told(window: Window, qtbot: QtBot) -> None:
    editing = Editing(window, qtbot)
    qtbot.keyClicks(editing.line, "Dog ears and more")
    assert editing.typed[0] == "D"
    assert editing.typed[-1] == "Dog ears and", "no more than fits"
    assert editing.editor.text == "Dog ears and"


def test_what_is_pasted_becomes_one_line_of_what_can_be_seen(window: Window, qtbot: QtBot) -> None:
    editing = Editing(window, qtbot, text="")
    editing.line.insert(" a\n b\u202ec ")
    assert editing.editor.text == "a b c"


def test_bare_keys_never_reach_the_window(window: Window, qtbot: QtBot) -> None:
    editing = Editing(window, qtbot)
    for key in (Qt.Key.Key_B, Qt.Key.Key_Space, Qt.Key.Key_F2, Qt.Key.Key_PageDown):
        qtbot.keyClick(editing.line, key)
    assert window.keys == []


def test_a_click_elsewhere_keeps_it(window: Window, qtbot: QtBot) -> None:
    editing = Editing(window, qtbot)
    qtbot.mouseClick(window.other, Qt.MouseButton.LeftButton)
    assert editing.said == ["kept"]
    assert window.other.hasFocus()


def test_losing_the_keyboard_to_a_dialog_does_not_end_it(window: Window, qtbot: QtBot) -> None:
    editing = Editing(window, qtbot)
    window.other.setFocus(Qt.FocusReason.ActiveWindowFocusReason)
    assert editing.said == []
    assert editing.editor.isVisible()


@pytest.mark.parametrize("x", [0, 100, 399, 401, 700, 799])
@pytest.mark.parametrize("y", [0, 100, 299, 301, 500, 599])
def test_it_stands_within_the_window_away_from_the_middle(x: int, y: int, window: Window, qtbot: QtBot) -> None:
    place = Editing(window, qtbot, at=QPoint(x, y)).editor.geometry()
    assert window.rect().contains(place)
    assert not place.contains(QPoint(x, y))
    if 150 < y < 450:
        assert (place.bottom() < y) is (y < 300)
    if 300 < x < 500:
        assert (place.center().x() > x) is (x > 400)


def test_its_heading_and_hint_are_both_whole(window: Window, qtbot: QtBot) -> None:
    editor = InlineEditor("Bookmark at step 1,234,567,890", "", "", 200, window)
    editor.open_beside(MIDDLE, MIDDLE)
    assert editor.width() >= editor.sizeHint().width()
    assert editor.accessibleName() == "Bookmark at step 1,234,567,890"
