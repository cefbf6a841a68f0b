"""A session gets another title where its title stands; an empty one, or Esc, leaves it as it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from superviz.app.inline_editor import InlineEditor
from superviz.app.main_window import MainWindow
from superviz.app.preset_chooser import PresetChooser

MakeWindow = Callable[..., MainWindow]


def asked(window: MainWindow, qtbot: QtBot) -> QLineEdit:
    qtbot.keyClick(window.stage.views["vectors"], Qt.Key.Key_F2, Qt.KeyboardModifier.ShiftModifier)
    editor = next(found for found in window.findChildren(InlineEditor) if found.isVisible())
    chooser = window.findChildren(PresetChooser)[0]
    assert editor.y() > chooser.mapTo(window, chooser.rect().bottomLeft()).y(), "under the title"
    return editor.findChildren(QLineEdit)[0]


@pytest.mark.parametrize(
    ("typed", "key", "title"),
    [
        ("Cats and dogs", Qt.Key.Key_Return, "Cats and dogs"),
        ("Cats and dogs", Qt.Key.Key_Escape, "Five features, two dimensions"),
        ("   ", Qt.Key.Key_Return, "Five features, two dimensions"),
    ],
)
def test_another_title(typed: str, key: Qt.Key, title: str, make: MakeWindow, qtbot: QtBot) -> None:
    window = make()
    window.activateWindow()
    line = asked(window, qtbot)
    assert line.text() == "Five features, two dimensions"
    qtbot.keyClicks(line, typed)
    qtbot.keyClick(line, key)
    assert window.controller.recording.title == title
    assert window.findChildren(PresetChooser)[0].currentText() == title
    assert window.windowTitle() == f"{title} — superviz"


def test_asking_again_keeps_what_was_typed_and_another_session_what_it_was_called(
    make: MakeWindow, qtbot: QtBot
) -> None:
    window = make()
    qtbot.keyClicks(asked(window, qtbot), "One")
    assert asked(window, qtbot).text() == "One"
    window.controller.restart(window.controller.experiment)
    assert not [found for found in window.findChildren(InlineEditor) if found.isVisible()]
    assert window.controller.recording.title == "One", "trained again under its title"


def test_a_session_without_a_title_goes_by_its_files_name(make: MakeWindow, small_session: Path) -> None:
    window = make(str(small_session))
    assert window.controller.recording.title == ""
    assert window.findChildren(PresetChooser)[0].currentText() == "small"
