"""The log of a window: the machine, each run, what was opened, saved and told; and the way to it from Help."""

from __future__ import annotations

import faulthandler
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from superviz import __version__
from superviz.app import questions
from superviz.app.log import Log, log_path
from superviz.app.log_entries import log_runs, log_start
from superviz.app.main_window import MainWindow
from superviz.app.questions import Answer


@pytest.fixture(autouse=True)
def nothing_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is there to be asked whether to save."""
    monkeypatch.setattr(questions, "ask_unsaved", lambda *_: Answer.DISCARD)


@pytest.fixture
def log(hermetic_folders: Path) -> Iterator[Path]:
    was_on = faulthandler.is_enabled()
    opened = Log(log_path())
    yield log_path()
    opened.close()
    if was_on:
        faulthandler.enable()


def test_it_begins_with_the_machine(qtbot: QtBot, log: Path) -> None:
    log_start()
    text = log.read_text(encoding="utf-8")
    assert f"superviz {__version__}, Python 3." in text
    assert "Qt platform xcb; screens 2560 x 1600" in text
    assert "; torch " in text


def test_it_tells_of_runs_and_files(
    make: Callable[..., MainWindow], qtbot: QtBot, log: Path, small_session: Path, tmp_path: Path
) -> None:
    window = make("pentagon")
    log_runs(window.controller)
    window.open_file(small_session)
    window.controller.save(tmp_path / "copy.superviz")
    (tmp_path / "no.superviz").write_bytes(b"this is no session")
    window.open_file(tmp_path / "no.superviz")
    text = log.read_text(encoding="utf-8")
    for said in (
        "shown: 5 features, 2 dimensions",
        "finished at step 600 on numba",
        "opening small.superviz: 0.",
        "saving copy.superviz: 0.",
        "opening no.superviz: failed after",
        "told: ",
    ):
        assert said in text, said
    assert len(text.splitlines()) < 30, "it tells of events, not of frames"


def test_help_shows_it(make: Callable[..., MainWindow], log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    window = make("pentagon")
    with monkeypatch.context() as patch:
        patch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()) or True)
        window.actions_by_name["show_log"].trigger()
        assert opened == [str(log)]
        assert window.notifications.lines == [f"The log is {log}"], "whether anything came of it or not"
        patch.setattr(QDesktopServices, "openUrl", lambda _url: False)
        window.actions_by_name["show_log"].trigger()
    assert QGuiApplication.clipboard().text() == str(log)
    assert window.notifications.lines[-1].endswith(f"on the clipboard: {log}")


def test_help_says_where_none_is_kept(make: Callable[..., MainWindow], hermetic_folders: Path) -> None:
    window = make("pentagon")
    window.actions_by_name["show_log"].trigger()
    assert "No log is kept" in window.notifications.lines[-1]


def test_help_says_what_it_is_and_what_it_stands_on(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make("pentagon")
    window.actions_by_name["about"].trigger()
    (box,) = window.findChildren(QMessageBox)
    assert f"superviz {__version__}" in box.text()
    for part in ("LGPL", "Open Font License", "MIT"):
        assert part in box.informativeText()
    with qtbot.waitSignal(box.destroyed):
        box.buttons()[0].click()
