"""Saving beside the window: what was there is kept, what failed is told with what may be done, closing waits."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QThread
from pytestqt.qtbot import QtBot

from superviz.app import questions, saving
from superviz.app.buttons import Button
from superviz.app.main_window import MainWindow
from superviz.app.questions import Answer, Replacing
from superviz.core.errors import SessionError
from superviz.engine.runner import RunState
from superviz.session.recording import Recording

MakeWindow = Callable[..., MainWindow]


@pytest.fixture
def window(make: MakeWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    """A run with unsaved work."""
    monkeypatch.setattr(questions, "ask_unsaved", lambda *_: Answer.DISCARD)
    made = make("pentagon")
    qtbot.waitUntil(lambda: made.controller.recording.live_step > 20, timeout=60_000)
    made.controller.edit("learning_rate", 0.002)
    qtbot.waitUntil(lambda: len(made.controller.recording.edits) == 1, timeout=5_000)
    made.toggle_training()
    qtbot.wait(100)
    return made


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that takes its time."""
    run = saving.SaveThread.run

    def take_time(thread: saving.SaveThread) -> None:
        QThread.msleep(700)
        run(thread)

    monkeypatch.setattr(saving.SaveThread, "run", take_time)


def test_each_save_keeps_what_was_there(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "run.superviz"
    for title in ("one", "two", "three", "four"):
        window.controller.recording.rename(title)
        assert window.controller.save(path)
    found = {file.name: Recording.open(file).title for file in tmp_path.glob("*.superviz")}
    assert found == {"run.superviz": "four", "run (older 1).superviz": "three", "run (older 2).superviz": "two"}
    assert not window.controller.has_unsaved_work
    assert window.controller.file == path


def test_a_presets_run_is_unsaved_work_once_it_has_a_file_that_lacks_some_of_it(
    make: MakeWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "ask_unsaved", lambda *_: Answer.DISCARD)
    controller = make("pentagon").controller
    qtbot.waitUntil(lambda: controller.recording.live_step > 20, timeout=60_000)
    controller.pause()
    qtbot.waitUntil(lambda: controller.state is RunState.PAUSED)
    assert not controller.has_unsaved_work, "the preset gives it back"
    assert controller.save(tmp_path / "run.superviz")
    assert not controller.has_unsaved_work
    controller.train_steps(10)
    qtbot.waitUntil(lambda: controller.has_unsaved_work, timeout=5_000)


def test_a_title_that_is_no_file_name_suggests_one(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Path] = []
    monkeypatch.setattr(questions, "ask_save_file", lambda _parent, path: asked.append(path))
    for title in ("loss 1/2", "..."):
        window.controller.recording.rename(title)
        window.files.save()
    assert asked == [window.files.folder / "loss 1-2.superviz", window.files.folder / "session.superviz"]


def test_the_window_goes_on_while_it_saves(window: MainWindow, qtbot: QtBot, tmp_path: Path, slow: None) -> None:
    began = time.perf_counter()
    window.controller.begin_save(tmp_path / "run.superviz")
    assert time.perf_counter() - began < 0.3
    qtbot.waitUntil(lambda: window.notifications.lines == ["Saving run.superviz…"])
    assert window.controller.saving.is_on
    window.controller.recording.bookmark(1, "noted after it began")
    qtbot.waitUntil(lambda: window.notifications.lines == ["Saved run.superviz"])
    assert window.controller.has_unsaved_work, "that isn't in the file"
    assert window.windowTitle() == "run — superviz"


def test_closing_waits_for_a_save(
    window: MainWindow, tmp_path: Path, slow: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "ask_unsaved", lambda *_: Answer.SAVE)
    monkeypatch.setattr(questions, "ask_save_file", lambda *_: tmp_path / "run.superviz")
    assert window.close()
    assert Recording.open(tmp_path / "run.superviz").edits


def test_a_save_that_is_on_ends_before_what_it_saves_goes(window: MainWindow, tmp_path: Path, slow: None) -> None:
    window.controller.begin_save(tmp_path / "run.superviz")
    window.discard()
    assert Recording.open(tmp_path / "run.superviz").edits
    assert not list((tmp_path / "journals").iterdir())


def test_a_failure_is_told_and_can_be_saved_elsewhere(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.superviz"
    window.controller.save(path)
    before = path.read_bytes()
    window.controller.recording.rename("changed")
    save = Recording.save

    def full(_recording: Recording, where: Path, **_: object) -> None:
        raise SessionError(f"{where}: can't be written: no space left on device")

    window.notifications.clear()
    monkeypatch.setattr(Recording, "save", full)
    window.actions_by_name["save"].trigger()
    qtbot.waitUntil(lambda: window.notifications.lines == [f"{path}: can't be written: no space left on device"])
    assert path.read_bytes() == before
    assert list(tmp_path.glob("*.superviz")) == [path], "nothing was moved for it"
    assert window.controller.has_unsaved_work
    monkeypatch.setattr(Recording, "save", save)
    monkeypatch.setattr(questions, "ask_save_file", lambda *_: tmp_path / "other.superviz")
    (button,) = [each for each in window.notifications.findChildren(Button) if each.text() == "Save elsewhere…"]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.controller.file == tmp_path / "other.superviz")
    assert not window.controller.has_unsaved_work


def test_what_could_not_be_saved_keeps_the_window_open(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "ask_unsaved", lambda *_: Answer.SAVE)
    monkeypatch.setattr(questions, "ask_save_file", lambda *_: tmp_path / "no folder" / "run.superviz")
    assert not window.close()
    assert "there is no folder" in window.notifications.lines[-1]
    assert window.controller.has_unsaved_work
    monkeypatch.setattr(questions, "ask_save_file", lambda *_: None)
    assert not window.close()


def test_what_nobody_foresaw_is_told_too(window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the drive sings")

    monkeypatch.setattr(Recording, "save", fail)
    assert not window.controller.save(tmp_path / "run.superviz")
    assert window.notifications.lines == [
        f"{tmp_path / 'run.superviz'}: can't be written: RuntimeError: the drive sings"
    ]


@pytest.mark.parametrize("answer", list(Replacing))
def test_a_file_that_another_program_changed_is_asked_about(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Replacing
) -> None:
    path, other = tmp_path / "run.superviz", tmp_path / "other.superviz"
    window.controller.save(path)
    assert not window.controller.held.file_was_changed
    asked: list[str] = []

    def ask(_parent: object, name: str) -> Replacing:
        asked.append(name)
        return answer

    monkeypatch.setattr(questions, "ask_changed", ask)
    monkeypatch.setattr(questions, "ask_save_file", lambda *_: other)
    os.utime(path, (1, 1))
    assert window.controller.held.file_was_changed
    window.actions_by_name["save"].trigger()
    window.controller.saving.wait()
    assert asked == ["run.superviz"]
    assert path.stat().st_mtime > 1 if answer is Replacing.REPLACE else path.stat().st_mtime == 1
    assert other.exists() == (answer is Replacing.SAVE_ELSEWHERE)
    path.unlink()
    assert not window.controller.held.file_was_changed, "there is nothing to lose in what isn't there"


def test_a_file_is_saved_over_itself(make: MakeWindow, window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "run.superviz"
    window.controller.save(path)
    window.controller.open(path)
    window.stage.change_display(zoom=3.0)
    assert window.controller.save(path)
    assert Recording.open(path).display.zoom == 3.0
    assert Recording.open(tmp_path / "run (older 1).superviz").display.zoom == 1.0


def test_frames_that_the_disk_did_not_take_are_counted(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.notifications.clear()
    count = [0]
    monkeypatch.setattr(Recording, "thinned", property(lambda _: count[0]))
    qtbot.wait(50)
    assert window.notifications.lines == []
    count[0] = 1
    qtbot.waitUntil(lambda: window.notifications.lines == ["1 frame not kept: the disk can’t keep up"])
    count[0] = 1_214
    qtbot.waitUntil(lambda: window.notifications.lines == ["1,214 frames not kept: the disk can’t keep up"])
    window.notifications.clear()
    count[0] = 2_000
    qtbot.wait(700)
    assert window.notifications.lines == [], "it was said"


def test_nothing_is_saved_before_anything_is_recorded(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.notifications.clear()
    monkeypatch.setattr(Recording, "keyframe_count", property(lambda _: 0))
    window.attempt(lambda: window.controller.begin_save(tmp_path / "run.superviz"))
    assert window.notifications.lines == ["there is nothing to save yet: this run has only just begun"]
    assert not (tmp_path / "run.superviz").exists()
