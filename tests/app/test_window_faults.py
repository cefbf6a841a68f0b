"""What goes wrong in the window is told there in one line, and the window lives on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from superviz.app import questions
from superviz.app.buttons import Button
from superviz.app.main_window import MainWindow
from superviz.app.notifications import Card
from superviz.app.questions import Answer
from superviz.core.errors import SessionError, SupervizError
from superviz.core.recipe import load_recipe
from superviz.engine.runner import RunState
from superviz.engine.torch_trainer import OutOfMemory
from superviz.engine.trainer import Trainer

MakeWindow = Callable[..., MainWindow]


def trained_to(window: MainWindow, step: int) -> Callable[[], bool]:
    return lambda: window.controller.recording.live_step >= step


def test_faults_become_notifications_and_the_app_lives_on(make: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window = make("pentagon")
    told: list[tuple[str, str]] = []
    window.notifications.notify = lambda line, kind="info", _offers=(): told.append((line, kind))  # type: ignore[method-assign]
    (tmp_path / "no.superviz").write_bytes(b"this is no session")
    window.attempt(lambda: window.files.open(tmp_path / "no.superviz", window.stage.display))
    window.attempt(lambda: window.controller.save(tmp_path / "no such folder" / "p.superviz"))
    window.attempt(lambda: window.controller.edit("feature_probability", 7.0))
    assert [kind for _, kind in told] == ["error"] * 3
    assert "no.superviz" in told[0][0]
    assert "no such folder" in told[1][0]
    assert "feature_probability" in told[2][0]
    at = window.controller.recording.live_step
    qtbot.waitUntil(trained_to(window, at + 50), timeout=60_000)


def press(window: MainWindow, qtbot: QtBot, words: str) -> None:
    """Take up what a notification offers."""
    button = next(button for button in window.notifications.findChildren(Button) if button.text() == words)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.fixture
def diverged(make: MakeWindow, qtbot: QtBot, diverging: pytest.MonkeyPatch) -> MainWindow:
    """A window whose run has diverged after step 60; from here on nothing does."""
    window = make("pentagon")
    window.controller.set_pace(None)
    qtbot.waitUntil(lambda: has_said(window, "Training diverged at step 61"), timeout=20_000)
    diverging.undo()
    return window


def has_said(window: MainWindow, words: str) -> bool:
    return any(words in line for line in window.notifications.lines)


def test_divergence_pauses_and_says_so(make: MakeWindow, qtbot: QtBot) -> None:
    window = make("pentagon")
    window.controller.toggle_flat_out()
    qtbot.waitUntil(trained_to(window, 50), timeout=60_000)
    window.stage.stop()  # arrows of 10^30 are not what this is about
    window.controller.edit("learning_rate", 10.0)
    window.controller.edit("weight_decay", 10.0)
    qtbot.waitUntil(lambda: has_said(window, "Training diverged at step"), timeout=30_000)
    assert window.controller.runner.state is RunState.PAUSED
    assert np.isfinite(window.controller.recording.snapshots[-1].W).all()


def test_what_diverged_goes_on_with_half_the_learning_rate(diverged: MainWindow, qtbot: QtBot) -> None:
    window = diverged
    recording = window.controller.recording
    assert (window.controller.runner.state, recording.live_step) == (RunState.PAUSED, 60)
    before = recording.experiment.learning_rate
    press(window, qtbot, "Halve the learning rate")
    qtbot.waitUntil(trained_to(window, 200), timeout=30_000)
    assert window.controller.recording is recording
    assert [(edit.step, edit.field, edit.value) for edit in recording.edits] == [(60, "learning_rate", before / 2)]
    assert not has_said(window, "diverged")
    assert f"{before / 2:g}" in [box.text() for box in window.recipe_panel.findChildren(QLineEdit)]


def test_what_diverged_can_start_over_with_half(diverged: MainWindow, qtbot: QtBot) -> None:
    first = diverged.controller.recording
    press(diverged, qtbot, "Start over with half")
    again = diverged.controller.recording
    assert again is not first
    assert again.experiment == first.experiment.changed(learning_rate=first.experiment.learning_rate / 2)
    assert not has_said(diverged, "diverged")


def test_offers_go_with_the_run_they_were_for(diverged: MainWindow) -> None:
    diverged.controller.start(load_recipe("pentagon"), diverged.stage.display)
    assert not has_said(diverged, "diverged")


def test_a_refused_edit_offers_nothing(diverged: MainWindow, qtbot: QtBot) -> None:
    diverged.notifications.clear()
    diverged.controller.runner.edit("n_features", 7)
    qtbot.waitUntil(lambda: has_said(diverged, "can't change while training"), timeout=5_000)
    (card,) = [card for card in diverged.notifications.findChildren(Card) if card.isVisible()]
    assert [button.text() for button in card.findChildren(Button)] == [""], "only to be dismissed"


@pytest.mark.parametrize("words", ["Use the CPU", "Halve the batch"])
def test_a_gpu_out_of_memory_is_survived(
    words: str, make: MakeWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = Trainer.trace

    def runs_out(trainer: Trainer, *arguments: Any) -> object:
        if trainer.step >= 100:
            raise OutOfMemory(trainer.experiment)
        return trace(trainer, *arguments)

    monkeypatch.setattr(questions, "ask_unsaved", lambda *_: Answer.DISCARD)
    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "trace", runs_out)
        window = make("pentagon")
        window.controller.edit("importance", 0.8)
        window.controller.toggle_flat_out()
        qtbot.waitUntil(lambda: window.controller.runner.state is RunState.FAILED, timeout=60_000)
        qtbot.waitUntil(lambda: has_said(window, "too little memory"))
    batch = window.controller.recording.experiment.batch_size
    press(window, qtbot, words)
    assert not has_said(window, "too little memory")
    qtbot.waitUntil(trained_to(window, 300), timeout=60_000)
    assert window.controller.experiment.importance == 0.8
    halved = words == "Halve the batch"
    assert window.controller.experiment.batch_size == (batch // 2 if halved else batch)
    assert len(window.controller.recording.edits) == (0 if halved else 1), "the CPU goes on where the GPU stopped"


def test_an_exception_in_the_worker_is_shown_and_a_new_run_can_start(
    make: MakeWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the kernel is out of order")

    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "trace", fail)
        window = make("pentagon")
        qtbot.waitUntil(lambda: window.controller.runner.state is RunState.FAILED, timeout=10_000)
        with pytest.raises(SupervizError, match="start a new one"):
            window.controller.train_on()
    window.restart()
    qtbot.waitUntil(trained_to(window, 50), timeout=60_000)


def test_a_journal_that_can_not_be_written_is_told_and_lets_the_window_close(
    make: MakeWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from superviz.session import journal

    def full(*_: object) -> None:
        raise SessionError("journal: can't be written: No space left on device")

    window = make("pentagon")
    qtbot.waitUntil(trained_to(window, 20), timeout=60_000)
    with monkeypatch.context() as patch:
        patch.setattr(journal, "write", full)
        qtbot.waitUntil(lambda: any("No space left" in line for line in window.notifications.lines), timeout=10_000)
        at = window.controller.recording.live_step
        qtbot.waitUntil(trained_to(window, at + 20), timeout=10_000)
        assert window.close()
    with pytest.raises(LookupError):
        _ = window.controller.recording
