"""What a killed window leaves is offered back at the next start, as a card, and restored, discarded or put off."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

import superviz
from superviz.app import questions
from superviz.app.buttons import Button
from superviz.app.held_journal import HeldJournal
from superviz.app.left_runs import LeftRun, LeftRuns, Picture, ago
from superviz.app.main_window import MainWindow
from superviz.app.notifications import Card
from superviz.app.questions import Answer
from superviz.core.recipe import load_recipe
from superviz.engine.runner import RunState
from superviz.session.recording import Recording

MakeWindow = Callable[..., MainWindow]

WINDOW = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from superviz.app.application import make_application, make_window
app = make_application()
window = make_window("pentagon", journals=Path(sys.argv[1]))
window.show()
window.controller.edit("learning_rate", 0.002)

def tell():
    recording = window.controller.recording
    if recording.edits:
        step = recording.last_keyframe.step  # before the flush: all up to there is acknowledged by it
        recording.flush()
        print(step, flush=True)

timer = QTimer(interval=100)
timer.timeout.connect(tell)
timer.start()
app.exec()
"""


@pytest.fixture
def leave(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Leaves a run behind, as a window that was killed does; `days` ago."""
    run = superviz.train(load_recipe("pentagon").experiment.changed(seed=77), steps=200)
    (tmp_path / "journals").mkdir()

    def leave_one(title: str, days: float = 0.0) -> Path:
        path = tmp_path / "journals" / f"{title}.superviz"
        run.rename(title)
        run.save(path)
        moment = time.time() - days * 86_400
        os.utime(path, (moment, moment))
        return path

    yield leave_one
    run.close()


def card_of(window: MainWindow, qtbot: QtBot) -> LeftRuns:
    qtbot.waitUntil(lambda: bool(window.notifications.findChildren(LeftRuns)), timeout=30_000)
    return window.notifications.findChildren(LeftRuns)[0]


def press(qtbot: QtBot, row: LeftRun, words: str) -> None:
    button = next(button for button in row.findChildren(Button) if button.text() == words)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def texts(card: LeftRuns) -> list[str]:
    return [f"{left.title or left.fault}, {left.step:,}" for left in card.rows]


def test_a_window_that_is_killed_loses_nothing_it_had_acknowledged(
    make: MakeWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = tmp_path / "journals"
    child = subprocess.Popen([sys.executable, "-c", WINDOW, str(folder)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    acknowledged = 0
    while acknowledged < 100:
        acknowledged = int(child.stdout.readline())
    # A window that starts meanwhile leaves it alone.
    first = make("pentagon")
    qtbot.waitUntil(lambda: first.stage.frame is not None, timeout=30_000)
    qtbot.wait(300)
    assert first.notifications.lines == []
    first.discard()
    child.kill()
    rest, _ = child.communicate()
    acknowledged = max([acknowledged, *map(int, rest.split())])
    (journal,) = folder.glob("*.superviz")
    assert journal.with_name(f"{journal.name}.lock").exists(), "its lock outlives it"

    window = make("pentagon")
    card = card_of(window, qtbot)
    (left,) = card.rows
    assert left.step >= acknowledged
    assert left.age < 60
    press(qtbot, card.rows[left], "Restore")
    recording = window.controller.recording
    assert recording.live_step == left.step
    assert [edit.value for edit in recording.edits] == [0.002]
    assert (window.controller.state, window.controller.has_unsaved_work) == (RunState.PAUSED, True)
    assert window.notifications.lines == []
    assert window.controller.save(tmp_path / "saved.superviz")
    assert not window.controller.has_unsaved_work
    assert window.close()
    assert not list(folder.iterdir())
    assert Recording.open(tmp_path / "saved.superviz").live_step == left.step


def test_a_restored_run_is_trained_on_and_still_unsaved(
    make: MakeWindow, qtbot: QtBot, leave: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "ask_unsaved", lambda *_: Answer.DISCARD)
    journal = leave("pentagon")
    window = make("pentagon")
    card = card_of(window, qtbot)
    press(qtbot, next(iter(card.rows.values())), "Restore")
    window.train_steps(10)
    qtbot.waitUntil(lambda: window.controller.recording.live_step == 210, timeout=30_000)
    assert window.controller.has_unsaved_work
    qtbot.waitUntil(lambda: not journal.exists())  # there is a newer one of it
    assert window.controller.recording.title == "pentagon"


def test_each_is_told_with_how_far_and_how_long_ago(
    make: MakeWindow, qtbot: QtBot, leave: Callable[..., Path], tmp_path: Path
) -> None:
    leave("old", 2.0)
    leave("new", 0.13)
    (tmp_path / "journals" / "bad.superviz").write_bytes(b"torn")
    window = make("pentagon")
    card = card_of(window, qtbot)
    assert window.notifications.lines == ["3 runs were left open when superviz last ended"]
    assert texts(card) == ["new, 200", "old, 200", "no superviz session, 0"]
    said = [button.accessibleName() for button in card.findChildren(Button) if button.isVisibleTo(card)]
    assert said == [
        "Restore new, 200 steps",
        "Discard new, 200 steps",
        "Restore old, 200 steps",
        "Discard old, 200 steps",
        "Discard A run that can’t be read, no superviz session",
    ]
    pictures = [picture.grab().toImage() for picture in card.findChildren(Picture)]
    inks = [{image.pixelColor(x, y).name() for x in range(0, 76, 2) for y in range(0, 76, 2)} for image in pictures]
    arrows = {QColor(color).name() for color in ("#FFD84D", "#F28C3A", "#E5468F", "#8E67F5", "#57B9FF")}
    assert len(inks[0] & arrows) >= 2
    assert not inks[2] & arrows, "of what can't be read there is no picture"


def test_discarding_asks_twice_and_removes_everything(
    make: MakeWindow, qtbot: QtBot, leave: Callable[..., Path], tmp_path: Path
) -> None:
    paths = [leave("one"), leave("two", 1.0)]
    window = make("pentagon")
    card = card_of(window, qtbot)
    one, two = card.rows.values()
    press(qtbot, one, "Discard")
    assert paths[0].exists()
    press(qtbot, one, "Discard for good")
    assert not list((tmp_path / "journals").glob("one*"))
    assert texts(card) == ["two, 200"]
    assert window.notifications.lines == ["A run was left open when superviz last ended"]
    press(qtbot, two, "Discard")
    press(qtbot, two, "Discard for good")
    assert window.notifications.lines == []


def test_the_card_shrinks_with_its_rows(
    make: MakeWindow, qtbot: QtBot, leave: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        leave(f"run {number}", float(number))
    window = make("pentagon")
    runs = card_of(window, qtbot)
    (card,) = window.notifications.findChildren(Card)
    qtbot.wait(50)
    height = card.height()
    first, second, _ = runs.rows.values()
    press(qtbot, first, "Discard")
    press(qtbot, first, "Discard for good")
    heights = [card.height()]
    qtbot.wait(50)
    assert window.notifications.lines == ["2 runs were left open when superviz last ended"]
    press(qtbot, second, "Restore")
    heights.append(card.height())
    qtbot.wait(50)
    row_and_gap = 86
    assert heights == [height - row_and_gap, height - 2 * row_and_gap]
    assert card.height() == heights[-1], "nothing settles later"
    assert runs.height() == 76 + 8, "no band is left empty"


def test_not_now_offers_it_again_at_the_next_start(make: MakeWindow, qtbot: QtBot, leave: Callable[..., Path]) -> None:
    path = leave("later")
    window = make("pentagon")
    card_of(window, qtbot)
    button = next(each for each in window.notifications.findChildren(Button) if each.text() == "Not now")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.notifications.lines == []
    window.discard()
    assert path.exists()
    again = make("pentagon")
    assert texts(card_of(again, qtbot)) == ["later, 200"]


def test_what_another_window_took_meanwhile_is_told(make: MakeWindow, qtbot: QtBot, leave: Callable[..., Path]) -> None:
    path = leave("wanted")
    window = make("pentagon")
    card = card_of(window, qtbot)
    (row,) = card.rows.values()
    theirs = HeldJournal.take(path)
    assert theirs is not None
    shown = window.controller.recording
    press(qtbot, row, "Restore")
    assert window.notifications.lines[-1] == "wanted: another window has it by now"
    assert window.controller.recording is shown
    press(qtbot, row, "Discard")
    press(qtbot, row, "Discard for good")
    assert path.exists(), "it isn't ours to remove"
    theirs.let_go()


def test_one_that_was_damaged_meanwhile_stays_on_the_card(
    make: MakeWindow, qtbot: QtBot, leave: Callable[..., Path]
) -> None:
    path = leave("wanted")
    window = make("pentagon")
    card = card_of(window, qtbot)
    (row,) = card.rows.values()
    path.write_bytes(b"torn")
    shown = window.controller.recording
    press(qtbot, row, "Restore")
    assert "no superviz session" in window.notifications.lines[-1]
    assert window.controller.recording is shown
    assert not path.with_name(f"{path.name}.lock").exists(), "it is let go of"


def test_unsaved_work_is_asked_for_before_a_run_is_restored(
    make: MakeWindow, qtbot: QtBot, leave: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    leave("left")
    window = make("pentagon")
    card = card_of(window, qtbot)
    window.controller.edit("learning_rate", 0.003)
    qtbot.waitUntil(lambda: bool(window.controller.recording.edits))
    shown = window.controller.recording
    monkeypatch.setattr(questions, "ask_unsaved", lambda *_: Answer.CANCEL)
    press(qtbot, next(iter(card.rows.values())), "Restore")
    assert window.controller.recording is shown
    assert texts(card) == ["left, 200"]
    monkeypatch.setattr(questions, "ask_unsaved", lambda *_: Answer.DISCARD)
    press(qtbot, next(iter(card.rows.values())), "Restore")
    assert window.controller.recording.live_step == 200


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "just now"), (59, "just now"), (60, "1 minute ago"), (3 * 3600 + 60, "3 hours ago"), (86_400, "1 day ago")],
)
def test_ages_in_words(seconds: float, words: str) -> None:
    assert ago(seconds) == words
