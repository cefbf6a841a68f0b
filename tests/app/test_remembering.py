"""The window is as it was left: where it stood, what was dragged and hidden, its theme, text and pace."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from superviz.app import questions
from superviz.app.main_window import MainWindow
from superviz.app.playback import DEFAULT_PACE
from superviz.app.preferences import PreferencesFile
from superviz.app.questions import Answer
from superviz.core.recipe import load_recipe
from superviz.session.recording import Recording

StartWindow = Callable[..., MainWindow]


@pytest.fixture(autouse=True)
def nothing_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is there to be asked whether to save."""
    monkeypatch.setattr(questions, "ask_unsaved", lambda *_: Answer.DISCARD)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "preferences.json"


@pytest.fixture
def start(make: StartWindow, path: Path) -> StartWindow:
    """Starts the app's window anew, with the preferences that the one before has left."""
    return lambda what="pentagon": make(what, preferences=PreferencesFile(path))


def shown_where_it_stood(window: MainWindow) -> None:
    """As the app does it: before the window is first shown."""
    window.hide()
    assert window.remembering.restore_place()
    window.show()


def test_sizes_and_looks_come_back(start: StartWindow, path: Path) -> None:
    first = start()
    first.layout_.drag({"recipe": 1.25, "timeline": 1.5})
    first.layout_.dragged.emit()
    first.look.toggle_theme()
    first.look.scale_text(0.2)
    first.look.toggle_panel("neurons")
    first.controller.set_pace(1234.0)
    first.discard()

    again = start("digons")
    assert again.layout_.shares == {"recipe": 1.25, "timeline": 1.5}
    shown = again.stage.display
    assert (shown.theme, shown.text_scale, shown.hidden_panels) == ("light", pytest.approx(1.2), {"neurons"})
    assert again.controller.pace == 1234.0
    QApplication.processEvents()
    assert again.recipe_panel.width() == pytest.approx(1.25 * 1.2 * 304, abs=2)
    assert not again.panels["neurons"].isVisible()


def test_the_place_comes_back(start: StartWindow, qtbot: QtBot) -> None:
    first = start()
    first.setGeometry(300, 200, 1500, 800)
    qtbot.waitUntil(lambda: first.pos() == QPoint(300, 200))
    first.discard()
    again = start()
    shown_where_it_stood(again)
    qtbot.waitUntil(lambda: (again.pos(), again.width(), again.height()) == (QPoint(300, 200), 1500, 800))


def test_a_maximised_window_is_so_again_and_a_full_screen_is_not(start: StartWindow, path: Path, qtbot: QtBot) -> None:
    first = start()
    first.showMaximized()
    qtbot.waitUntil(first.isMaximized)
    first.discard()
    again = start()
    shown_where_it_stood(again)
    assert again.isMaximized()
    again.showFullScreen()
    qtbot.waitUntil(again.isFullScreen)
    again.discard()
    once_more = start()
    shown_where_it_stood(once_more)
    assert not once_more.isFullScreen()


def test_it_never_stands_where_no_screen_is(start: StartWindow, qtbot: QtBot) -> None:
    first = start()
    first.setGeometry(9_000, 7_000, 1300, 800)
    qtbot.waitUntil(lambda: first.pos() == QPoint(9_000, 7_000))
    first.discard()
    again = start()
    shown_where_it_stood(again)
    QApplication.processEvents()
    assert QApplication.primaryScreen().availableGeometry().contains(again.geometry())


def test_a_place_that_is_none_leaves_it_where_it_is(start: StartWindow, path: Path) -> None:
    window = start()
    before = window.geometry()
    for place in ("", "AAAA", "not base 64 at all!", "AdnQywAD" + "/" * 60):
        window.remembering._preferences.change(place=place)
        window.remembering.restore_place()
        assert window.geometry() == before, place


def test_damaged_preferences_start_as_drawn(start: StartWindow, path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"\x00\xff{")
    window = start()
    assert (window.stage.display.theme, window.layout_.shares) == ("dark", {})
    assert window.controller.pace == load_recipe("pentagon").pace


def test_preferences_that_can_not_be_written_stop_nothing(make: StartWindow, tmp_path: Path) -> None:
    (tmp_path / "in the way").write_text("")
    window = make("pentagon", preferences=PreferencesFile(tmp_path / "in the way" / "preferences.json"))
    window.look.toggle_theme()
    window.discard()


def test_a_window_that_dies_has_kept_what_had_come_to_rest(start: StartWindow, path: Path, qtbot: QtBot) -> None:
    window = start()
    window.look.toggle_theme()
    qtbot.waitUntil(lambda: path.exists() and PreferencesFile(path).now.theme == "light", timeout=5_000)


def test_reset_puts_all_back_as_it_was_drawn(start: StartWindow, path: Path) -> None:
    window = start()
    QApplication.processEvents()
    before = {name: panel.size() for name, panel in window.panels.items()}
    window.layout_.drag({"recipe": 1.3, "strip": 1.5, "interference": 0.7})
    window.look.toggle_panel("recipe")
    window.actions_by_name["reset_layout"].trigger()
    QApplication.processEvents()
    assert {name: panel.size() for name, panel in window.panels.items()} == before
    assert window.recipe_panel.isVisible()
    window.discard()
    now = PreferencesFile(path).now
    assert (now.shares, now.hidden_panels) == ({}, frozenset())


def test_a_session_is_shown_as_it_was_kept_and_new_runs_as_preferred(
    start: StartWindow, path: Path, small_run: Recording, tmp_path: Path
) -> None:
    small_run.save(tmp_path / "dark.superviz")
    PreferencesFile(path).change(theme="light")
    window = start()
    assert window.stage.display.theme == "light"
    window.open_file(tmp_path / "dark.superviz")
    assert window.stage.display.theme == "dark"
    window.toolbar.preset_picked.emit("digons")
    assert window.stage.display.theme == "light"
    window.discard()
    assert PreferencesFile(path).now.theme == "light"


def test_what_is_for_a_talk_is_not_kept(start: StartWindow) -> None:
    first = start()
    first.look.toggle_panel("strip")
    first.look.toggle_only_vectors()
    first.discard()
    again = start()
    assert again.toolbar.isVisible()
    assert again.stage.display.hidden_panels == frozenset()


def test_a_pace_of_the_recipes_own_is_not_kept(start: StartWindow, path: Path) -> None:
    first = start()
    first.controller.set_pace(1234.0)
    first.toolbar.preset_picked.emit("digons")
    first.discard()
    assert PreferencesFile(path).now.pace is None
    assert start().controller.pace == load_recipe("pentagon").pace != DEFAULT_PACE


def test_flat_out_stays_flat_out(start: StartWindow, path: Path) -> None:
    first = start()
    first.controller.toggle_flat_out()
    first.discard()
    again = start()
    assert again.controller.pace is None
    assert again.controller.runner.pace is None


def test_how_many_older_versions_a_save_keeps_is_chosen(start: StartWindow, tmp_path: Path, qtbot: QtBot) -> None:
    first = start()
    assert first.actions_by_name["older_2"].isChecked()
    first.actions_by_name["older_0"].trigger()
    assert not first.actions_by_name["older_2"].isChecked()
    first.discard()
    again = start()
    assert again.controller.saving.older_versions == 0
    for _ in range(3):
        assert again.controller.save(tmp_path / "run.superviz")
    assert list(tmp_path.glob("run*.superviz")) == [tmp_path / "run.superviz"]
    again.actions_by_name["older_1"].trigger()
    for _ in range(3):
        assert again.controller.save(tmp_path / "run.superviz")
    assert len(list(tmp_path.glob("run*.superviz"))) == 2


def test_the_last_folder_is_where_the_next_file_is_looked_for(
    start: StartWindow, small_session: Path, tmp_path: Path
) -> None:
    first = start()
    first.open_file(small_session)
    first.discard()
    assert start().files.suggestion(".superviz").parent == small_session.parent


def test_a_window_that_was_never_seen_keeps_nothing(start: StartWindow, make: StartWindow, path: Path) -> None:
    first = start()
    first.resize(1500, 900)
    first.discard()
    kept = path.read_bytes()
    unseen = start()
    unseen.hide()
    unseen.discard()
    assert path.read_bytes() == kept


def test_without_preferences_nothing_is_written(make: StartWindow, hermetic_folders: Path) -> None:
    window = make("pentagon")
    window.look.toggle_theme()
    window.setWindowState(Qt.WindowState.WindowMaximized)
    window.discard()
    assert list(hermetic_folders.iterdir()) == []
