"""Which runs the window begins, and how: races of seeds, other seeds, on past the end, on this or that device."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from superviz.app import questions
from superviz.app.buttons import Button
from superviz.app.clause_label import ClauseLabel
from superviz.app.main_window import MainWindow
from superviz.app.questions import Answer
from superviz.core.candidates import what_became
from superviz.core.errors import TrainingError
from superviz.engine.runner import RunState
from superviz.engine.trainer import Trainer

MakeWindow = Callable[..., MainWindow]


def trained_to(window: MainWindow, step: int) -> Callable[[], bool]:
    return lambda: window.controller.recording.live_step >= step


def test_the_best_of_several_seeds_is_kept(make: MakeWindow, qtbot: QtBot) -> None:
    window = make("pentagon")
    qtbot.waitUntil(trained_to(window, 20), timeout=60_000)
    before = window.controller.recording
    window.start_run(before.experiment.changed(best_of=3, steps=600, batch_size=128, n_instances=2))
    assert any(line.startswith("Trying 3 seeds…") for line in window.notifications.lines)
    assert window.controller.recording is before, "what was shown stays until there is something better"
    qtbot.waitUntil(lambda: window.controller.recording is not before, timeout=30_000)
    recording = window.controller.recording
    assert [len(tried) for tried in recording.candidates] == [3, 3]
    best = [min(tried, key=lambda candidate: candidate.loss).seed for tried in recording.candidates]
    assert (list(recording.experiment.seeds()), recording.experiment.best_of) == (best, 1)
    (line,) = window.notifications.lines
    shown = recording.display.instance
    assert line == f"Instance {shown + 1}: {what_became(recording.candidates[shown])}"
    window.controller.set_pace(None)
    qtbot.waitUntil(lambda: window.controller.runner.state is RunState.FINISHED, timeout=30_000)


def test_a_race_that_is_called_off_leaves_what_was(make: MakeWindow, qtbot: QtBot) -> None:
    window = make("pentagon")
    qtbot.waitUntil(trained_to(window, 20), timeout=60_000)
    before = window.controller.recording
    window.start_run(before.experiment.changed(best_of=8, steps=10**7))
    qtbot.wait(50)
    (cancel,) = [button for button in window.notifications.findChildren(Button) if button.text() == "Cancel"]
    qtbot.mouseClick(cancel, Qt.MouseButton.LeftButton)
    assert window.notifications.lines == []
    assert not window.controller.racing.is_on
    assert window.controller.recording is before
    window.toggle_training()
    at = before.live_step
    qtbot.waitUntil(trained_to(window, at + 50), timeout=10_000)


def test_a_window_may_open_on_a_race_and_close_in_it(make: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "race.toml").write_text("n_features = 5\nn_hidden = 2\nbest_of = 4\nsteps = 10000000\n", "utf-8")
    window = make(tmp_path / "race.toml")
    qtbot.waitUntil(lambda: window.stage.frame is not None, timeout=60_000)
    assert window.controller.recording.live_step == 0, "where the first seed starts, at rest"
    assert any(line.startswith("Trying 4 seeds…") for line in window.notifications.lines)
    assert window.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("race")]


def test_seeds_that_all_diverge_are_told(make: MakeWindow, qtbot: QtBot, diverging: pytest.MonkeyPatch) -> None:
    window = make("pentagon")
    before = window.controller.recording
    window.start_run(before.experiment.changed(best_of=2))
    qtbot.waitUntil(lambda: any("all 2 seeds diverged" in line for line in window.notifications.lines), timeout=30_000)
    assert window.controller.recording is before
    assert not any(line.startswith("Trying") for line in window.notifications.lines)


def test_training_on_says_what_becomes_of_the_schedule(make: MakeWindow, qtbot: QtBot) -> None:
    window = make("pentagon")
    window.controller.set_pace(None)
    cosine = window.controller.experiment.changed(schedule="cosine", steps=400, learning_rate=0.001)
    window.controller.restart(cosine)
    qtbot.waitUntil(lambda: window.controller.runner.state is RunState.FINISHED, timeout=60_000)
    window.toggle_training()
    # cos(t pi / 2) at t = 400 / 800 of a rate of .001.
    line = "The cosine schedule now ends at step 800: the learning rate is back at 0.00071 and falls to 0 again"
    assert window.notifications.lines == [line]
    assert "800" in [box.text() for box in window.recipe_panel.findChildren(QLineEdit)]
    qtbot.waitUntil(trained_to(window, 800), timeout=30_000)


def test_other_seeds_are_seeds_not_yet_seen(make: MakeWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "ask_unsaved", lambda *_: Answer.DISCARD)
    window = make("pentagon")
    first = window.controller.experiment
    window.actions_by_name["another_seed"].trigger()
    assert isinstance(first.seed, int)
    assert window.controller.experiment.seed == first.seed + 1
    seeds = list(range(20, 20 + first.n_instances))
    window.controller.restart(first.changed(seed=seeds))
    window.actions_by_name["another_seed"].trigger()
    assert window.controller.experiment.seeds() == tuple(seed + 1 for seed in seeds)


def test_what_trains_is_named_and_kept(make: MakeWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Trainer, "backend", "torch on NVIDIA H100")
    window = make("pentagon")
    qtbot.waitUntil(trained_to(window, 20), timeout=60_000)
    assert window.controller.recording.backend == "torch on NVIDIA H100"
    assert "on GPU" in window.toolbar.findChildren(ClauseLabel)[0].text


def test_what_can_not_be_trained_leaves_what_is_shown(
    make: MakeWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise TrainingError("device 'cuda': no NVIDIA GPU was found")

    window = make("pentagon")
    qtbot.waitUntil(trained_to(window, 20), timeout=60_000)
    before = window.controller.recording
    monkeypatch.setattr("superviz.app.training_thread.make_trainer", refuse)
    window.actions_by_name["restart"].trigger()
    assert window.notifications.lines == ["device 'cuda': no NVIDIA GPU was found"]
    assert window.controller.recording is before
    at = before.live_step
    qtbot.waitUntil(trained_to(window, at + 50), timeout=10_000)
    assert len(list((tmp_path / "journals").glob("*.superviz"))) == 1, "no journal of what never began"


def test_of_a_run_that_is_gone_nothing_more_is_told(make: MakeWindow, qtbot: QtBot) -> None:
    window = make("pentagon")
    states: list[RunState] = []
    window.controller.state_changed.connect(lambda state, _line: states.append(state))
    qtbot.waitUntil(trained_to(window, 20), timeout=60_000)
    window.restart()
    qtbot.waitUntil(trained_to(window, 20), timeout=10_000)
    assert RunState.STOPPED not in states
    assert states[-1] is RunState.RUNNING
