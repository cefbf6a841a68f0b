"""A session that was opened is only looked at: no thread, no copy, until there is something to write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

import superviz
from superviz.app import copying, questions
from superviz.app.main_window import MainWindow
from superviz.app.questions import Answer
from superviz.app.training_thread import TrainingThread
from superviz.core.errors import SessionError, SupervizError
from superviz.core.recipe import load_recipe
from superviz.engine.runner import RunState
from superviz.session.recording import Recording

MakeWindow = Callable[..., MainWindow]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 300 steps out of 10,000, in a file."""
    path = tmp_path_factory.mktemp("saved") / "pentagon.superviz"
    run = superviz.train(load_recipe("pentagon").experiment, steps=300)
    run.rename("Pentagon")
    run.save(path)
    return path


def journals(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "journals").glob("*.superviz"))


def threads(window: MainWindow) -> list[str]:
    return [thread.objectName() for thread in window.findChildren(QThread)]


def has_journal(window: MainWindow) -> Callable[[], bool]:
    return lambda: window.controller.recording.is_writable


def test_it_is_shown_at_once_and_nothing_is_copied(make: MakeWindow, qtbot: QtBot, tmp_path: Path, saved: Path) -> None:
    before = saved.read_bytes()
    window = make(saved)
    qtbot.waitUntil(lambda: window.stage.frame is not None)
    assert window.stage.frame is not None
    assert window.stage.frame.moment.position == 300
    assert not [thread for thread in window.controller.findChildren(TrainingThread) if thread.isRunning()]
    assert (window.controller.state, window.controller.rate) == (RunState.PAUSED, 0.0)
    assert not window.controller.has_unsaved_work
    assert journals(tmp_path) == []
    window.stage.change_display(theme="light", zoom=2.0)
    window.stage.scrub_to(120.0)
    qtbot.wait(100)
    assert journals(tmp_path) == [], "looking is no work"
    window.stage.change_display(theme="dark")
    assert window.close()
    assert saved.read_bytes() == before
    assert [file.name for file in saved.parent.iterdir()] == [saved.name]


def test_it_is_trained_on_unseen_in_a_journal(make: MakeWindow, qtbot: QtBot, tmp_path: Path, saved: Path) -> None:
    window = make(saved)
    qtbot.waitUntil(lambda: window.stage.frame is not None)
    window.stage.scrub_to(100.0)
    changes: list[str] = []
    window.controller.session_changed.connect(lambda: changes.append("another session"))
    window.controller.set_pace(None)
    window.controller.train_on()
    qtbot.waitUntil(lambda: window.controller.state is RunState.FINISHED, timeout=60_000)
    assert changes == []
    assert window.stage.playback.position == 100.0, "the playhead stays"
    assert window.controller.file == saved
    assert window.controller.has_unsaved_work
    assert len(journals(tmp_path)) == 1
    whole = superviz.train(load_recipe("pentagon").experiment)
    last = window.controller.recording.snapshots[-1]
    assert (last.step, last.W.tobytes()) == (10_000, whole.snapshots[-1].W.tobytes())
    assert Recording.open(saved).live_step == 300


def test_one_step_and_an_edit_start_a_thread_too(make: MakeWindow, qtbot: QtBot, saved: Path) -> None:
    window = make(saved)
    window.controller.edit("learning_rate", 0.002)
    window.controller.train_steps(5)
    qtbot.waitUntil(lambda: window.controller.recording.live_step == 305, timeout=30_000)
    assert [(edit.step, edit.value) for edit in window.controller.recording.edits] == [(300, 0.002)]
    assert window.controller.state is RunState.PAUSED


def test_a_finished_run_goes_on_past_its_end(make: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    superviz.train(load_recipe("pentagon").experiment.changed(steps=100)).save(tmp_path / "done.superviz")
    window = make(tmp_path / "done.superviz")
    assert window.controller.state is RunState.FINISHED
    window.controller.set_pace(None)
    window.toggle_training()
    qtbot.waitUntil(lambda: window.controller.recording.live_step == 200, timeout=30_000)


def test_what_is_noted_is_journalled(make: MakeWindow, qtbot: QtBot, tmp_path: Path, saved: Path) -> None:
    window = make(saved)
    qtbot.waitUntil(lambda: window.stage.frame is not None)
    window.controller.recording.bookmark(50, "here it turns")
    assert window.controller.has_unsaved_work
    qtbot.waitUntil(has_journal(window))
    window.stage.change_display(feature_names={0: "cats"})
    window.controller.recording.rename("Mine")
    window.controller.recording.flush()
    (journal,) = journals(tmp_path)
    kept = Recording.open(journal)  # as after a kill
    assert [(mark.step, mark.note) for mark in kept.bookmarks] == [(50, "here it turns")]
    assert (kept.title, kept.display.feature_names, kept.live_step) == ("Mine", {0: "cats"}, 300)
    assert window.controller.state is RunState.PAUSED
    assert not [thread for thread in window.controller.findChildren(TrainingThread) if thread.isRunning()]
    # And it can be trained from there, with the notes on it.
    window.train_steps(5)
    qtbot.waitUntil(lambda: window.controller.recording.live_step == 305, timeout=30_000)
    assert len(window.controller.recording.bookmarks) == 1
    qtbot.waitUntil(lambda: len(journals(tmp_path)) == 1)  # the first is of no more use


def test_what_is_noted_while_it_is_copied_goes_along(
    make: MakeWindow, qtbot: QtBot, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make(saved)
    qtbot.waitUntil(lambda: window.stage.frame is not None)
    run = copying.CopyThread.run

    def slow(thread: copying.CopyThread) -> None:
        run(thread)
        QThread.msleep(600)

    monkeypatch.setattr(copying.CopyThread, "run", slow)
    recording = window.controller.recording
    recording.bookmark(50, "first")
    qtbot.waitUntil(lambda: window.controller.copying.is_on)
    qtbot.wait(100)
    recording.bookmark(60, "second")
    recording.remove_bookmark(50)
    qtbot.waitUntil(lambda: "Making a copy to work in…" in window.notifications.lines)
    qtbot.waitUntil(has_journal(window))
    assert [mark.note for mark in window.controller.recording.bookmarks] == ["second"]
    assert window.notifications.lines == []


def test_a_journal_that_can_not_be_made_is_told_once(
    make: MakeWindow, qtbot: QtBot, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise SessionError("journal: can't be written: no space left on device")

    window = make(saved)
    qtbot.waitUntil(lambda: window.stage.frame is not None)
    with monkeypatch.context() as patch:
        patch.setattr(Recording, "copied", full)
        window.controller.recording.bookmark(50, "here")
        qtbot.waitUntil(lambda: any("no space left" in line for line in window.notifications.lines))
        window.notifications.clear()
        qtbot.wait(150)
        assert window.notifications.lines == []
    assert window.controller.has_unsaved_work, "it is still noted"
    window.controller.recording.bookmark(70, "and here")
    qtbot.waitUntil(has_journal(window))
    assert len(window.controller.recording.bookmarks) == 2


def test_what_can_not_be_trained_stays_as_it_is(
    make: MakeWindow, qtbot: QtBot, tmp_path: Path, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise SupervizError("device 'cuda': no NVIDIA GPU was found")

    window = make(saved)
    shown = window.controller.recording
    monkeypatch.setattr("superviz.app.training_thread.make_trainer", refuse)
    window.toggle_training()
    qtbot.waitUntil(lambda: window.notifications.lines == ["device 'cuda': no NVIDIA GPU was found"])
    assert window.controller.recording is shown
    assert journals(tmp_path) == []


def test_another_session_calls_a_copy_off(
    make: MakeWindow, qtbot: QtBot, tmp_path: Path, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make(saved)
    run = copying.CopyThread.run

    def slow(thread: copying.CopyThread) -> None:
        run(thread)
        QThread.msleep(200)

    monkeypatch.setattr(copying.CopyThread, "run", slow)
    window.toggle_training()
    assert window.controller.copying.is_on
    window.controller.open(saved)
    assert not window.controller.copying.is_on
    qtbot.waitUntil(lambda: journals(tmp_path) == [] and not list((tmp_path / "journals").iterdir()))
    window.toggle_training()
    assert window.close()
    assert not list((tmp_path / "journals").iterdir())


def test_a_file_that_can_not_be_opened_leaves_what_was_shown(make: MakeWindow, tmp_path: Path, saved: Path) -> None:
    window = make(saved)
    shown = window.controller.recording
    (tmp_path / "bad.superviz").write_bytes(b"nothing")
    window.attempt(lambda: window.files.open(tmp_path / "bad.superviz", window.stage.display))
    window.attempt(lambda: window.files.open(tmp_path / "none.superviz", window.stage.display))
    assert [line.partition(": ")[2] for line in window.notifications.lines] == ["no superviz session", "no such file"]
    assert window.controller.recording is shown


def test_a_recording_of_ones_own_is_looked_at_and_left(
    make: MakeWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "ask_unsaved", lambda *_: Answer.DISCARD)
    run = superviz.train(load_recipe("pentagon").experiment, steps=100)
    window = make(run)
    assert window.controller.recording is run
    assert journals(tmp_path) == []
    window.train_steps(7)
    qtbot.waitUntil(lambda: window.controller.recording.live_step == 107, timeout=30_000)
    assert window.close()
    assert run.live_step == 100
    assert np.isfinite(superviz.train(run, steps=10).snapshots[-1].W).all(), "its owner goes on with it"


def test_whoever_still_reads_a_run_keeps_its_journal(make: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window = make("pentagon")
    qtbot.waitUntil(lambda: window.controller.recording.live_step > 200, timeout=60_000)
    before = window.controller.recording
    (journal,) = journals(tmp_path)
    window.restart()
    qtbot.waitUntil(lambda: window.controller.recording.live_step > 20, timeout=10_000)
    assert journal.exists()
    assert np.isfinite(before.snapshots[1].W).all(), "as a film that is being written does"
    del before
    qtbot.waitUntil(lambda: not journal.exists())
    assert len(journals(tmp_path)) == 1
