"""Drag and drop on the real window: it says what will happen, does it once the drop is over, and refuses in a line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from superviz.app import questions
from superviz.app.main_window import MainWindow
from superviz.app.questions import Answer
from superviz.core.recipe import load_recipe, recipe_string

AT = QPoint(700, 300)
_LEFT, _PLAIN, _COPY = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction


class Drag:
    """As Qt delivers one: to the deepest widget that takes drops, from where it comes in."""

    def __init__(self, window: MainWindow, data: QMimeData) -> None:
        self.window, self.data = window, data
        self.target: QWidget | None = None

    def _below(self) -> QWidget | None:
        widget: QWidget | None = self.window.childAt(AT) or self.window
        while widget is not None and not widget.acceptDrops():
            widget = widget.parentWidget()
        return widget

    def move(self) -> bool:
        below = self._below()
        assert below is not None
        if below is not self.target:
            self.leave()
            self.target = below
            enters = QDragEnterEvent(AT, _COPY, self.data, _LEFT, _PLAIN)
            QApplication.sendEvent(below, enters)
            return enters.isAccepted()
        moves = QDragMoveEvent(AT, _COPY, self.data, _LEFT, _PLAIN)
        QApplication.sendEvent(below, moves)
        return moves.isAccepted()

    def leave(self) -> None:
        if self.target is not None:
            QApplication.sendEvent(self.target, QDragLeaveEvent())
            self.target = None

    def drop(self) -> bool:
        assert self.target is not None
        drops = QDropEvent(QPointF(AT), Qt.DropAction.MoveAction | _COPY, self.data, _LEFT, _PLAIN)
        QApplication.sendEvent(self.target, drops)
        self.target = None
        assert drops.dropAction() != Qt.DropAction.MoveAction, "the file stays where it is"
        return drops.isAccepted()


def file(path: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    return data


@pytest.fixture(autouse=True)
def nothing_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is there to be asked whether to save."""
    monkeypatch.setattr(questions, "ask_unsaved", lambda *_: Answer.DISCARD)


@pytest.fixture
def window(make: Callable[..., MainWindow]) -> MainWindow:
    return make("pentagon")


@pytest.mark.parametrize("moves", [1, 2, 3])
def test_a_session_is_opened(window: MainWindow, qtbot: QtBot, small_session: Path, moves: int) -> None:
    overlay = window.dropping.overlay
    drag = Drag(window, file(small_session))
    for _ in range(moves):
        assert drag.move()
    assert overlay.isVisible()
    assert overlay.geometry() == window.rect()
    assert overlay.accessibleName().startswith("Open small.superviz. A session")
    assert drag.drop()
    assert window.controller.file is None, "nothing is asked or opened while the other program waits"
    assert not overlay.isVisible()
    qtbot.waitUntil(lambda: window.controller.file == small_session)


def test_it_can_be_thought_better_of(window: MainWindow, small_session: Path) -> None:
    for moves in (1, 2, 3):
        drag = Drag(window, file(small_session))
        for _ in range(moves):
            drag.move()
        assert window.dropping.overlay.isVisible()
        drag.leave()
        assert not window.dropping.overlay.isVisible()
    assert window.controller.file is None


def test_anything_else_is_refused_in_a_line(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    drag = Drag(window, file(tmp_path / "notes.txt"))
    drag.move()
    drag.move()
    assert "superviz opens sessions (.superviz)" in window.dropping.overlay.accessibleName()
    drag.drop()
    qtbot.waitUntil(lambda: len(window.notifications.lines) > 0)
    assert window.notifications.lines == [
        "notes.txt: superviz opens sessions (.superviz), recipes (.toml) and weights (.npz, .npy, .safetensors)"
    ]


def test_a_damaged_file_is_told_and_the_run_goes_on(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "no.superviz").write_bytes(b"this is no session")
    recording = window.controller.recording
    drag = Drag(window, file(tmp_path / "no.superviz"))
    drag.move()
    drag.drop()
    qtbot.waitUntil(lambda: any("no.superviz" in line for line in window.notifications.lines))
    assert window.controller.recording is recording


def test_a_recipe_string_is_trained(window: MainWindow, qtbot: QtBot) -> None:
    data = QMimeData()
    data.setText(recipe_string(load_recipe("digons")))
    drag = Drag(window, data)
    drag.move()
    drag.move()
    assert drag.drop()
    qtbot.waitUntil(lambda: window.controller.experiment == load_recipe("digons").experiment)


def test_work_is_not_lost_unasked(
    window: MainWindow, qtbot: QtBot, small_session: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ask(_parent: object, title: str) -> Answer:
        asked.append(title)
        return Answer.CANCEL

    monkeypatch.setattr(questions, "ask_unsaved", ask)
    window.controller.edit("learning_rate", 0.002)
    recording = window.controller.recording
    qtbot.waitUntil(lambda: len(recording.edits) == 1)
    drag = Drag(window, file(small_session))
    drag.move()
    drag.drop()
    qtbot.waitUntil(lambda: len(asked) == 1)
    assert window.controller.recording is recording


def test_other_text_means_nothing_to_the_window(window: MainWindow) -> None:
    data = QMimeData()
    data.setText("a shopping list")
    assert not Drag(window, data).move()
    assert not window.dropping.overlay.isVisible()


def test_it_is_painted_in_either_theme(window: MainWindow, small_session: Path, qtbot: QtBot) -> None:
    drag = Drag(window, file(small_session))
    drag.move()
    overlay = window.dropping.overlay
    dark = overlay.grab().toImage()
    window.stage.change_display(theme="light")
    light = overlay.grab().toImage()
    middle = overlay.rect().center()
    assert dark.pixelColor(middle).lightness() != light.pixelColor(middle).lightness()
