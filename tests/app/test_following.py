"""A session that another process writes is shown as it grows, and calmly no more once that process ends."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from superviz.app import questions
from superviz.app.buttons import Button
from superviz.app.clause_label import ClauseLabel
from superviz.app.main_window import MainWindow
from superviz.app.questions import Answer
from superviz.core.recipe import load_recipe
from superviz.scene.drawables import Text
from superviz.session.recording import Recording

MakeWindow = Callable[..., MainWindow]

WRITER = """
import sys, time
import numpy as np
import superviz
rng = np.random.default_rng(0)
with superviz.record(sys.argv[1], title="Mine") as recording:
    for step in range(100_000):
        line = sys.stdin.readline()
        if line == "close\\n":
            break
        for more in range(int(line)):
            recording.append(10 * (100 * step + more), rng.normal(size=(2, 5)), np.zeros(5), 0.5)
        print(time.time(), flush=True)
print("closed", flush=True)
"""


class Writer:
    """Another process, which appends when it is told to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.steps = 0

    def append(self, count: int = 1) -> float:
        """When it had done so."""
        return float(self.tell(str(count)))

    def tell(self, line: str) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    made = Writer(tmp_path / "mine.superviz")
    made.append()
    yield made
    made.end()


@pytest.fixture
def window(make: MakeWindow, writer: Writer, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    monkeypatch.setattr(questions, "ask_unsaved", lambda *_: Answer.DISCARD)
    qtbot.waitUntil(writer.path.exists, timeout=5_000)
    made = make("pentagon")
    made.controller.open(writer.path, follow=True)
    return made


def status(window: MainWindow) -> str:
    return window.toolbar.findChildren(ClauseLabel)[0].text


def shows(window: MainWindow, step: int) -> Callable[[], bool]:
    return lambda: window.stage.frame is not None and window.stage.frame.moment.position == step


def test_it_grows_and_the_playhead_goes_along(window: MainWindow, writer: Writer, qtbot: QtBot) -> None:
    qtbot.waitUntil(shows(window, 0))
    for turn in range(1, 6):
        writer.append(20)
        qtbot.waitUntil(shows(window, 10 * (100 * turn + 19)), timeout=2_000)
    assert window.controller.recording.keyframe_count == 101
    qtbot.waitUntil(lambda: status(window).startswith("Following · step 5,190"))
    assert not window.controller.has_unsaved_work, "the file is the writer's own"
    window.stage.scrub_to(1_000.0)
    writer.append(5)
    qtbot.wait(300)
    assert window.stage.playback.position == 1_000.0, "who looks back is left in peace"


def test_it_can_not_be_trained_and_says_why(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(shows(window, 0))
    for name in ("train", "step", "restart", "another_seed", "instant", "flat_out", "faster"):
        assert not window.actions_by_name[name].isEnabled(), name
    said = [label.text for label in window.recipe_panel.findChildren(ClauseLabel) if label.isVisible()]
    assert "These weights are being trained elsewhere" in said


def test_a_writer_that_closes_is_told_calmly(window: MainWindow, writer: Writer, qtbot: QtBot) -> None:
    qtbot.waitUntil(shows(window, 0))
    writer.append(11)
    writer.tell("close")
    qtbot.waitUntil(lambda: bool(window.notifications.lines), timeout=5_000)
    (line,) = window.notifications.lines
    assert line in ("The writer has closed it: 12 snapshots", "Nobody writes it any more: 12 snapshots")
    qtbot.waitUntil(lambda: status(window).startswith("Streamed · step 1,100"))
    assert not Recording.open(writer.path).is_being_written, "one file, whichever of the two came last"


def test_a_writer_that_dies_is_told_calmly(window: MainWindow, writer: Writer, qtbot: QtBot) -> None:
    qtbot.waitUntil(shows(window, 0))
    writer.append(11)
    qtbot.waitUntil(shows(window, 1_100), timeout=2_000)
    writer.end()
    qtbot.waitUntil(lambda: window.notifications.lines == ["Nobody writes it any more: 12 snapshots"], timeout=5_000)
    assert shows(window, 1_100)()


def test_its_end_is_live_only_while_it_is_written(window: MainWindow, writer: Writer, qtbot: QtBot) -> None:
    follow = next(each for each in window.playback_bar.findChildren(Button) if each.text().startswith("Follow live"))
    view = window.stage.views["timeline"]

    def end() -> list[str]:
        drawables = () if view.scene is None else view.scene.drawables
        return [d.text for d in drawables if isinstance(d, Text) and d.text in ("live", "end")]

    writer.append(11)
    qtbot.waitUntil(shows(window, 1_100), timeout=2_000)
    window.stage.scrub_to(500.0)
    qtbot.waitUntil(lambda: follow.text() == "Follow live, 600 steps ahead")
    qtbot.waitUntil(lambda: end() == ["live"])
    writer.end()
    qtbot.waitUntil(lambda: follow.text() == "To the end, 600 steps ahead", timeout=5_000)
    qtbot.waitUntil(lambda: end() == ["end"])
    window.controller.start(load_recipe("pentagon"), window.stage.display)
    qtbot.waitUntil(lambda: window.stage.live_step > 10, timeout=20_000)
    window.stage.scrub_to(0.0)
    qtbot.waitUntil(lambda: follow.text().startswith("Follow live, "))


def test_a_silent_writer_is_no_dead_one(window: MainWindow, writer: Writer, qtbot: QtBot) -> None:
    qtbot.waitUntil(shows(window, 0))
    qtbot.wait(2_500)
    assert window.notifications.lines == []
    writer.append()
    qtbot.waitUntil(shows(window, 1_000), timeout=2_000)


def test_what_is_noted_meanwhile_is_journalled_when_it_ends(
    window: MainWindow, writer: Writer, qtbot: QtBot, tmp_path: Path
) -> None:
    qtbot.waitUntil(shows(window, 0))
    writer.append(3)
    qtbot.waitUntil(shows(window, 1_020), timeout=2_000)
    window.controller.recording.bookmark(1_000, "here")
    assert window.controller.has_unsaved_work
    writer.tell("close")
    qtbot.waitUntil(lambda: window.controller.recording.is_writable, timeout=5_000)
    (journal,) = (tmp_path / "journals").glob("*.superviz")
    assert [mark.note for mark in Recording.open(journal).bookmarks] == ["here"]


def test_what_is_noted_meanwhile_outlives_the_window(
    window: MainWindow, writer: Writer, qtbot: QtBot, tmp_path: Path
) -> None:
    """What lies in the journals is what is offered back where the window is killed."""
    qtbot.waitUntil(shows(window, 0))

    window.controller.recording.rename("")

    def kept() -> list[list[str]]:
        opened = [Recording.open(journal) for journal in (tmp_path / "journals").glob("*.superviz")]
        return [[mark.note for mark in each.bookmarks] for each in opened if each.origin == "streamed"]

    writer.append(3)
    qtbot.waitUntil(shows(window, 1_020), timeout=2_000)
    for notes in (["one"], ["one", "two"]):
        window.controller.recording.bookmark(len(notes), notes[-1])
        qtbot.waitUntil(lambda notes=notes: kept() == [notes], timeout=5_000)
    assert window.controller.held.following is not None
    aside = window.controller.held.aside
    assert aside is not None
    assert Recording.open(aside.path).title == "mine", "as the file is called"
    writer.tell("close")
    qtbot.waitUntil(lambda: window.controller.recording.is_writable, timeout=5_000)
    assert kept() == [["one", "two"]], "only in the journal that it is in now"
    assert window.close()
    assert kept() == []


def test_saving_what_was_followed_to_its_end_asks_nothing(
    window: MainWindow, writer: Writer, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    qtbot.waitUntil(shows(window, 0))
    window.controller.recording.bookmark(0, "here")
    writer.append(3)
    qtbot.waitUntil(shows(window, 1_020), timeout=2_000)
    writer.end()
    qtbot.waitUntil(lambda: window.controller.recording.is_writable, timeout=10_000)
    monkeypatch.setattr(questions, "ask_changed", lambda *_: pytest.fail("nobody else has changed it"))
    window.files.save()
    qtbot.waitUntil(lambda: not window.controller.saving.is_on, timeout=5_000)
    saved = Recording.open(writer.path)
    assert (saved.keyframe_count, [mark.note for mark in saved.bookmarks]) == (4, ["here"])


def test_a_file_that_vanishes_is_told(window: MainWindow, writer: Writer, qtbot: QtBot) -> None:
    qtbot.waitUntil(shows(window, 0))
    writer.end()
    for file in writer.path.parent.glob("mine.superviz*"):
        file.unlink()
    qtbot.waitUntil(lambda: bool(window.notifications.lines), timeout=5_000)
    assert "no such file" in window.notifications.lines[0]
    time.sleep(0.05)
    qtbot.wait(100)
    assert len(window.notifications.lines) == 1
