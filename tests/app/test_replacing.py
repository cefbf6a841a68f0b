"""What was asked for and takes a while replaces what is shown: work that has come up meanwhile is asked about first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from superviz.app import questions
from superviz.app.import_dialog import Choice
from superviz.app.main_window import MainWindow
from superviz.app.questions import Answer
from superviz.core.recipe import load_recipe

MakeWindow = Callable[..., MainWindow]
CHOICE = Choice("W", "hidden,features", None)


class Asked:
    """The answers there will be to whether unsaved work is to be saved, and how often that was asked."""

    def __init__(self) -> None:
        self.answer, self.times = Answer.CANCEL, 0

    def __call__(self, *_: object) -> Answer:
        self.times += 1
        return self.answer


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    made = Asked()
    monkeypatch.setattr(questions, "ask_unsaved", made)
    return made


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "weights.npz"
    np.savez(path, W=np.ones((2, 4), np.float32))
    return path


@pytest.mark.parametrize("answer", [Answer.CANCEL, Answer.DISCARD])
def test_a_note_made_while_weights_are_read(
    make: MakeWindow, qtbot: QtBot, weights: Path, asked: Asked, answer: Answer
) -> None:
    window = make("pentagon")
    before, asked.answer = window.controller.recording, answer
    qtbot.waitUntil(lambda: before.keyframe_count > 0, timeout=60_000)
    window.files.importing.start(weights, CHOICE)
    before.bookmark(0, "here")
    qtbot.waitUntil(lambda: asked.times == 1, timeout=10_000)
    qtbot.waitUntil(lambda: (window.controller.recording is before) is (answer is Answer.CANCEL))
    assert not any(line.startswith("Reading") for line in window.notifications.lines)


def test_another_run_calls_an_import_off(make: MakeWindow, qtbot: QtBot, weights: Path, asked: Asked) -> None:
    window = make("pentagon")
    window.files.importing.start(weights, CHOICE)
    window.toolbar.preset_picked.emit("digons")
    digons = window.controller.recording
    assert not any(line.startswith("Reading") for line in window.notifications.lines)
    qtbot.wait(300)
    assert window.controller.recording is digons
    assert asked.times == 0


def test_what_was_agreed_is_not_asked_again(make: MakeWindow, qtbot: QtBot, weights: Path, asked: Asked) -> None:
    window = make("pentagon")
    before, asked.answer = window.controller.recording, Answer.DISCARD
    qtbot.waitUntil(lambda: before.keyframe_count > 0, timeout=60_000)
    before.bookmark(0, "here")
    assert window.files.may_leave()
    window.files.importing.start(weights, CHOICE)
    qtbot.waitUntil(lambda: window.controller.recording is not before, timeout=10_000)
    assert asked.times == 1


def small_race(window: MainWindow, steps: int) -> None:
    race = load_recipe("pentagon").experiment.changed(n_instances=1, batch_size=64, steps=steps, best_of=2)
    window.start_run(race.changed(feature_probability=0.05, seed=3))


def test_a_note_made_while_seeds_are_tried(make: MakeWindow, qtbot: QtBot, asked: Asked) -> None:
    window = make("pentagon")
    before = window.controller.recording
    qtbot.waitUntil(lambda: before.keyframe_count > 0, timeout=60_000)
    small_race(window, 2_000)
    before.bookmark(0, "here")
    qtbot.waitUntil(lambda: asked.times == 1, timeout=60_000)
    assert window.controller.recording is before


def test_whoever_trains_on_wants_no_other_run(make: MakeWindow, qtbot: QtBot) -> None:
    window = make("pentagon")
    qtbot.waitUntil(lambda: window.controller.recording.keyframe_count > 0, timeout=60_000)
    small_race(window, 10**7)
    assert window.controller.racing.is_on
    window.controller.train_on()
    assert not window.controller.racing.is_on
    assert not any(line.startswith("Trying") for line in window.notifications.lines)


def test_instant_replaces_no_run_it_did_not_make(
    make: MakeWindow, qtbot: QtBot, small_session: Path, asked: Asked
) -> None:
    window = make("pentagon")
    window.actions_by_name["instant"].trigger()
    window.files.open(small_session, window.stage.display)
    opened, recipe = window.controller.recording, window.controller.experiment
    opened.rename("Mine")
    window.recipe_panel.tried.emit(recipe.changed(learning_rate=0.01))
    qtbot.waitUntil(lambda: asked.times == 1, timeout=10_000)
    assert window.controller.recording.title == "Mine"
    assert window.instant.preview_now() is None
    assert window.controller.experiment == recipe
    assert window.recipe_panel.pending == {}

    asked.answer = Answer.DISCARD
    for rate in (0.01, 0.02):
        tried = recipe.changed(learning_rate=rate)
        window.recipe_panel.tried.emit(tried)
        qtbot.waitUntil(lambda tried=tried: window.controller.requested == tried, timeout=20_000)
    assert asked.times == 2, "the first it made itself may go unasked"
