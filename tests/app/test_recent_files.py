"""Recent files: the newest first, ten at most, greyed once they are gone, in the menu and in the command palette."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QLineEdit, QListWidget, QWidget
from pytestqt.qtbot import QtBot

from superviz.app import questions
from superviz.app.buttons import described
from superviz.app.command_palette import CommandPalette
from superviz.app.main_window import MainWindow
from superviz.app.preferences import PreferencesFile
from superviz.app.questions import Answer
from superviz.app.recent_files import RecentFiles


def listed(parent: QWidget, path: Path) -> RecentFiles:
    return RecentFiles(PreferencesFile(path), QAction("Open recent", parent), parent)


@pytest.fixture(autouse=True)
def nothing_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is there to be asked whether to save."""
    monkeypatch.setattr(questions, "ask_unsaved", lambda *_: Answer.DISCARD)


@pytest.fixture
def window(qtbot: QtBot, themed: QApplication) -> QWidget:
    whole = QWidget()
    qtbot.addWidget(whole)
    return whole


@pytest.fixture
def recent(window: QWidget, tmp_path: Path) -> RecentFiles:
    return listed(window, tmp_path / "preferences.json")


def entries(recent: RecentFiles) -> list[QAction]:
    recent.menu.aboutToShow.emit()
    return [action for action in recent.menu.actions() if not action.isSeparator()]


def names(recent: RecentFiles) -> list[str]:
    return [described(action)[0] for action in entries(recent)[:-1]]


def made(folder: Path, *files: str) -> list[Path]:
    paths = [folder / name for name in files]
    for path in paths:
        path.touch()
    return paths


def test_the_newest_comes_first_and_none_twice(recent: RecentFiles, window: QWidget, tmp_path: Path) -> None:
    a, b, c = made(tmp_path, "a.superviz", "b.toml", "c.npz")
    for path in (a, b, c, a):
        recent.note(path)
    assert names(recent) == ["a.superviz", "c.npz", "b.toml"]
    assert names(listed(window, tmp_path / "preferences.json")) == names(recent)


def test_ten_are_kept(recent: RecentFiles, tmp_path: Path) -> None:
    for path in made(tmp_path, *(f"{number}.superviz" for number in range(13))):
        recent.note(path)
    assert names(recent) == [f"{number}.superviz" for number in range(12, 2, -1)]


def test_what_is_gone_is_greyed(recent: RecentFiles, tmp_path: Path) -> None:
    here, gone = made(tmp_path, "here.superviz", "gone.superviz")
    recent.note(here)
    recent.note(gone)
    gone.unlink()
    assert [action.isEnabled() for action in entries(recent)] == [False, True, True]
    assert [described(action)[0] for action in recent.commands.values()] == ["Open here.superviz"]


def test_one_is_picked(recent: RecentFiles, tmp_path: Path, qtbot: QtBot) -> None:
    (path,) = made(tmp_path, "a.superviz")
    recent.note(path)
    with qtbot.waitSignal(recent.picked) as picked:
        entries(recent)[0].trigger()
    assert picked.args == [path]


def test_they_are_forgotten(recent: RecentFiles, tmp_path: Path) -> None:
    assert not recent.menu.menuAction().isEnabled()
    (path,) = made(tmp_path, "a.superviz")
    recent.note(path)
    assert recent.menu.menuAction().isEnabled()
    entries(recent)[-1].trigger()
    assert names(recent) == []
    assert not recent.menu.menuAction().isEnabled()


def test_a_relative_path_is_found_from_anywhere(
    recent: RecentFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path, "a.superviz")
    monkeypatch.chdir(tmp_path)
    recent.note(Path("a.superviz"))
    monkeypatch.chdir(tmp_path.parent)
    assert entries(recent)[0].isEnabled()


@pytest.mark.skipif(os.name != "posix", reason="such names can't be had there")
def test_any_name_that_a_disk_can_hold(recent: RecentFiles, tmp_path: Path) -> None:
    odd = tmp_path / "a&b\tc\nd\u202e.superviz"
    odd.touch()
    recent.note(odd)
    recent.note(Path(os.fsdecode(bytes(tmp_path) + b"/\xff.superviz")))
    (name,) = names(recent)
    assert name == "a&b\ufffdc\ufffdd\ufffd.superviz"


def test_a_long_folder_loses_its_middle(recent: RecentFiles, tmp_path: Path) -> None:
    recent.note(tmp_path / ("deep" * 20) / "a.superviz")
    keys = described(entries(recent)[0])[1]
    assert len(keys) <= 44
    assert "…" in keys


def test_it_is_found_by_typing_a_part_of_its_name(
    make: Callable[..., MainWindow], qtbot: QtBot, small_session: Path
) -> None:
    window = make("pentagon")
    window.remembering.note_file(small_session)
    window.actions_by_name["commands"].trigger()
    palette = window.findChildren(CommandPalette)[0]
    qtbot.keyClicks(palette.findChildren(QLineEdit)[0], "small.sup")
    rows = palette.findChildren(QListWidget)[0]
    assert [rows.item(row).text() for row in range(rows.count())] == ["Open small.superviz"]
    rows.itemClicked.emit(rows.item(0))
    assert window.controller.file == small_session


def test_what_is_opened_and_saved_is_recent(
    make: Callable[..., MainWindow], qtbot: QtBot, small_session: Path, tmp_path: Path
) -> None:
    window = make("pentagon")
    window.open_file(small_session)
    window.controller.save(tmp_path / "copy.superviz")
    recipe = tmp_path / "mine.toml"
    recipe.write_text("n_features = 3\nn_hidden = 2\nsteps = 100\n", encoding="utf-8")
    window.open_file(recipe)
    assert window.controller.experiment.n_features == 3
    window.open_file(tmp_path / "no such.superviz")
    recent = window.remembering.recent
    assert names(recent) == ["mine.toml", "copy.superviz", "small.superviz"]
    assert window.files.folder == tmp_path
