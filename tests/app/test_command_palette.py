"""The command palette: letters filter, arrows move, Enter does it, Esc leaves; all by keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QLineEdit, QListWidget, QWidget
from pytestqt.qtbot import QtBot

from superviz.app.command_palette import CommandPalette
from superviz.scene.palette import DARK
from superviz.views.theme import apply_theme


@pytest.fixture
def window(qtbot: QtBot, themed: QApplication) -> Iterator[QWidget]:
    whole = QWidget()
    qtbot.addWidget(whole)
    whole.resize(1280, 720)
    QLineEdit(whole).setObjectName("before")
    with qtbot.waitExposed(whole):
        whole.show()
    whole.activateWindow()
    qtbot.waitUntil(whole.isActiveWindow)
    yield whole
    whole.close()


def opened(qtbot: QtBot, window: QWidget, actions: dict[str, QAction]) -> tuple[CommandPalette, QLineEdit]:
    palette = CommandPalette(actions, window)
    palette.open_over(window)
    typing = palette.findChildren(QLineEdit)[0]
    qtbot.waitUntil(typing.hasFocus)
    return palette, typing


def test_it_lists_every_action_that_can_be_done(qtbot: QtBot, window: QWidget, actions: dict[str, QAction]) -> None:
    actions["three_dimensions"].setEnabled(False)
    palette, _ = opened(qtbot, window, actions)
    assert len(palette.shown) == len(actions) - 1
    assert "Vectors in 3D" not in palette.shown
    assert "Save as" in palette.shown


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("sav", "Save"),
        ("save as", "Save as"),
        ("FOLLOW", "Follow the live head"),
        ("seed another", "Restart with another seed"),
    ],
)
def test_letters_filter(qtbot: QtBot, window: QWidget, actions: dict[str, QAction], typed: str, first: str) -> None:
    palette, typing = opened(qtbot, window, actions)
    qtbot.keyClicks(typing, typed)
    assert palette.shown[0] == first
    assert all(all(word in words.lower() for word in typed.lower().split()) for words in palette.shown)


def test_what_begins_so_comes_first(qtbot: QtBot, window: QWidget, actions: dict[str, QAction]) -> None:
    palette, typing = opened(qtbot, window, actions)
    qtbot.keyClicks(typing, "the")
    starts = [words.lower().startswith("the") for words in palette.shown]
    assert starts == sorted(starts, reverse=True)


def test_enter_does_what_is_marked(qtbot: QtBot, window: QWidget, actions: dict[str, QAction]) -> None:
    palette, typing = opened(qtbot, window, actions)
    qtbot.keyClicks(typing, "save")
    qtbot.keyClick(typing, Qt.Key.Key_Down)
    with qtbot.waitSignal(actions["save_as"].triggered), qtbot.assertNotEmitted(actions["save"].triggered):
        qtbot.keyClick(typing, Qt.Key.Key_Return)
    assert not palette.isVisible()


def test_it_is_gone_before_its_command_is_done(qtbot: QtBot, window: QWidget, actions: dict[str, QAction]) -> None:
    palette, typing = opened(qtbot, window, actions)
    seen: list[bool] = []
    actions["save"].triggered.connect(lambda: seen.append(palette.isVisible()))
    qtbot.keyClicks(typing, "save")
    qtbot.keyClick(typing, Qt.Key.Key_Return)
    assert seen == [False]


def test_the_arrows_go_round(qtbot: QtBot, window: QWidget, actions: dict[str, QAction]) -> None:
    palette, typing = opened(qtbot, window, actions)
    rows = palette.findChildren(QListWidget)[0]
    qtbot.keyClick(typing, Qt.Key.Key_Up)
    assert rows.currentRow() == len(palette.shown) - 1
    qtbot.keyClick(typing, Qt.Key.Key_Down)
    assert rows.currentRow() == 0
    qtbot.keyClick(typing, Qt.Key.Key_PageDown)
    assert rows.currentRow() == 11
    qtbot.keyClick(typing, Qt.Key.Key_PageUp)
    qtbot.keyClick(typing, Qt.Key.Key_PageUp)
    assert rows.currentRow() == 0


def test_escape_gives_the_keyboard_back(qtbot: QtBot, window: QWidget, actions: dict[str, QAction]) -> None:
    before = window.findChildren(QLineEdit)[0]
    before.setFocus()
    qtbot.waitUntil(before.hasFocus)
    palette, typing = opened(qtbot, window, actions)
    qtbot.keyClick(typing, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert before.hasFocus()


def test_nothing_found_does_nothing(qtbot: QtBot, window: QWidget, actions: dict[str, QAction]) -> None:
    palette, typing = opened(qtbot, window, actions)
    qtbot.keyClicks(typing, "unicorn")
    assert palette.shown == []
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Return):
        qtbot.keyClick(typing, key)
    assert palette.isVisible()


def test_a_click_elsewhere_closes_it(qtbot: QtBot, window: QWidget, actions: dict[str, QAction]) -> None:
    palette, _ = opened(qtbot, window, actions)
    window.findChildren(QLineEdit, "before")[0].setFocus(Qt.FocusReason.MouseFocusReason)
    qtbot.waitUntil(lambda: not palette.isVisible())


def test_a_row_can_be_clicked_too(qtbot: QtBot, window: QWidget, actions: dict[str, QAction]) -> None:
    palette, typing = opened(qtbot, window, actions)
    qtbot.keyClicks(typing, "loop")
    rows = palette.findChildren(QListWidget)[0]
    middle = rows.visualItemRect(rows.item(0)).center()
    with qtbot.waitSignal(actions["loop"].triggered):
        qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=middle)


def test_it_is_gone_for_good_once_closed(qtbot: QtBot, window: QWidget, actions: dict[str, QAction]) -> None:
    palette, typing = opened(qtbot, window, actions)
    with qtbot.waitSignal(palette.destroyed):
        qtbot.keyClick(typing, Qt.Key.Key_Escape)
    assert window.findChildren(CommandPalette) == []


@pytest.mark.parametrize(("width", "height", "scale"), [(1280, 720, 1.0), (1280, 720, 1.5), (400, 300, 1.0)])
def test_it_stands_inside_the_window(
    qtbot: QtBot,
    qapp: QApplication,
    window: QWidget,
    actions: dict[str, QAction],
    width: int,
    height: int,
    scale: float,
) -> None:
    apply_theme(qapp, DARK, scale)
    window.resize(width, height)
    palette, _ = opened(qtbot, window, actions)
    assert window.rect().contains(palette.geometry())
    assert palette.geometry().center().x() == pytest.approx(width / 2, abs=1)
