"""Handing on from the window: files written beside the running app, recipe strings by the clipboard."""

from __future__ import annotations

import csv
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from superviz.app import questions
from superviz.app.buttons import Button
from superviz.app.main_window import MainWindow
from superviz.core.recipe import load_recipe
from superviz.core.recipe_string import is_recipe_string
from superviz.exchange import formats
from superviz.exchange.formats import FORMATS, Order
from superviz.session.recording import Recording

MakeWindow = Callable[..., MainWindow]


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path | None], None]:
    """Whoever is asked for a file's name gives this one."""

    def give(path: Path | None) -> None:
        name = "" if path is None else str(path)
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *asked: (name, ""))

    return give


def trigger(window: MainWindow, name: str) -> None:
    window.actions_by_name[name].trigger()


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_an_action_that_writes(
    make: MakeWindow, qtbot: QtBot, tmp_path: Path, small_run: Recording, answer, name: str
) -> None:
    window, path = make(small_run), tmp_path / f"mine{FORMATS[name].endings[-1]}"
    assert window.actions_by_name[f"export_{name}"].text() == f"{FORMATS[name].deed}…"
    answer(path)
    trigger(window, f"export_{name}")
    qtbot.waitUntil(lambda: any(line.startswith(f"Wrote {path.name}") for line in window.notifications.lines))
    assert path.stat().st_size


def test_weights_are_those_at_the_playhead(
    make: MakeWindow, qtbot: QtBot, tmp_path: Path, small_run: Recording, answer
) -> None:
    window = make(small_run)
    window.stage.scrub_to(0.0)
    answer(tmp_path / "w")
    trigger(window, "export_weights")
    qtbot.waitUntil(lambda: "Wrote w.npz: the weights at step 0" in window.notifications.lines)
    np.testing.assert_array_equal(np.load(tmp_path / "w.npz")["W"], small_run.snapshots[0].W)


def test_an_ending_that_was_added_replaces_nothing(
    make: MakeWindow, qtbot: QtBot, tmp_path: Path, small_run: Recording, answer
) -> None:
    """The dialog asked about another name."""
    window = make(small_run)
    (tmp_path / "w.npz").write_text("precious")
    answer(tmp_path / "w")
    trigger(window, "export_weights")
    qtbot.waitUntil(lambda: any("w.npz: exists already" in line for line in window.notifications.lines))
    assert (tmp_path / "w.npz").read_text() == "precious"
    answer(None)
    trigger(window, "export_weights")
    assert len(window.notifications.lines) == 1


def test_what_nobody_foresaw_is_told_and_the_window_lives_on(
    make: MakeWindow, qtbot: QtBot, tmp_path: Path, small_run: Recording, answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*given: object, **options: object) -> None:
        raise ZeroDivisionError("by nothing")

    window = make(small_run)
    monkeypatch.setattr(formats, "write_history", fail)
    answer(tmp_path / "h.csv")
    trigger(window, "export_history")
    qtbot.waitUntil(lambda: window.notifications.lines == ["h.csv: ZeroDivisionError: by nothing"])


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """A history that goes on until it is called off, or until this is set; told of its progress all the while."""
    may_end = threading.Event()

    def write(order: Order) -> str:
        done = 0
        while not may_end.wait(0.01):
            done += 1
            order.progress(done, 10_000)
        order.path.write_text("whole")
        return ""

    row = FORMATS["history"]
    monkeypatch.setitem(FORMATS, "history", formats.Format(row.name, row.deed, row.files, row.endings, write))
    return may_end


def test_a_long_writing_says_how_far_it_is_and_can_be_stopped(
    make: MakeWindow, qtbot: QtBot, tmp_path: Path, small_run: Recording, answer, slow: threading.Event
) -> None:
    window = make(small_run)
    answer(tmp_path / "h.csv")
    trigger(window, "export_history")
    qtbot.waitUntil(lambda: window.notifications.lines == ["Writing h.csv: 0 %"])
    trigger(window, "export_recipe")
    assert "h.csv is still being written; wait until it is done" in window.notifications.lines
    stop = next(button for button in window.notifications.findChildren(Button) if button.text() == "Stop")
    stop.click()
    qtbot.waitUntil(lambda: not any(line.startswith("Writing") for line in window.notifications.lines))
    qtbot.waitUntil(lambda: not window.handing_on.busy)
    assert list(tmp_path.glob("*.csv")) == []
    slow.set()
    trigger(window, "export_history")
    qtbot.waitUntil(lambda: "Wrote h.csv" in window.notifications.lines)


def test_closing_the_window_stops_it(
    make: MakeWindow, qtbot: QtBot, tmp_path: Path, small_run: Recording, answer, slow: threading.Event
) -> None:
    window = make(small_run)
    answer(tmp_path / "h.csv")
    trigger(window, "export_history")
    qtbot.waitUntil(lambda: window.notifications.lines != [])
    window.discard()
    assert list(tmp_path.glob("*.csv")) == []


def test_a_recipe_goes_by_the_clipboard_from_window_to_window(make: MakeWindow, qtbot: QtBot) -> None:
    window = make("pentagon")
    trigger(window, "recipe_string")
    text = QGuiApplication.clipboard().text()
    assert is_recipe_string(text)
    assert load_recipe(text).title == "A pentagon from eight starts"
    other = make("digons")
    QGuiApplication.clipboard().setText(f"\n> {text[:20]}\n> {text[20:]}")
    trigger(other, "paste_recipe")
    assert other.controller.recording.experiment == load_recipe("pentagon").experiment
    assert other.controller.recording.title == "A pentagon from eight starts"


def test_what_is_no_recipe_leaves_the_run_alone(make: MakeWindow) -> None:
    window = make("digons")
    shown = window.controller.recording
    QGuiApplication.clipboard().setText("https://example.org")
    trigger(window, "paste_recipe")
    QGuiApplication.clipboard().setText("superviz1-abc")
    trigger(window, "paste_recipe")
    assert window.notifications.lines == [
        "the clipboard holds no recipe string; one begins with superviz1-",
        "the recipe string is not whole: a character was lost or changed; copy it again",
    ]
    assert window.controller.recording is shown


def test_unsaved_work_is_asked_about_before_a_recipe_is_pasted(
    make: MakeWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make("digons")
    trigger(window, "recipe_string")
    trigger(window, "paste_recipe")
    shown = window.controller.recording
    window.controller.edit("learning_rate", 0.5)
    qtbot.waitUntil(lambda: bool(shown.edits))
    monkeypatch.setattr(questions, "ask_unsaved", lambda *asked: questions.Answer.CANCEL)
    trigger(window, "paste_recipe")
    assert window.controller.recording is shown


def test_edits_are_in_the_string_and_their_steps_in_the_script(
    make: MakeWindow, qtbot: QtBot, tmp_path: Path, answer
) -> None:
    window = make("digons")
    window.controller.edit("learning_rate", 0.0625)
    qtbot.waitUntil(lambda: bool(window.controller.recording.edits))
    trigger(window, "recipe_string")
    assert load_recipe(QGuiApplication.clipboard().text()).experiment.learning_rate == 0.0625
    answer(tmp_path / "mine.py")
    trigger(window, "export_script")
    qtbot.waitUntil(lambda: (tmp_path / "mine.py").exists())
    assert "        learning_rate = 0.0625" in (tmp_path / "mine.py").read_text().split("def train():")[1]


def test_weights_alone_have_no_recipe_and_the_window_says_so(
    make: MakeWindow, qtbot: QtBot, tmp_path: Path, small_run: Recording, answer
) -> None:
    recording = Recording.create(small_run.experiment, title="Given", described=False, origin="imported")
    recording.append(small_run.snapshots[0])
    window = make(recording)
    for name in ("recipe_string", "export_recipe", "export_script"):
        answer(tmp_path / "mine.toml" if name == "export_recipe" else tmp_path / "mine.py")
        window.notifications.clear()
        trigger(window, name)
        qtbot.waitUntil(lambda: window.notifications.lines != [])
        (line,) = window.notifications.lines
        assert line.endswith("only its weights are known, not how they were trained, so it has no recipe")
    answer(tmp_path / "h.csv")
    trigger(window, "export_history")
    qtbot.waitUntil(lambda: (tmp_path / "h.csv").exists())
    with (tmp_path / "h.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == 2
    recording.close()
