"""The real window: watched, scrubbed, picked in, edited, saved, reopened, closed, with nothing left behind."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from superviz.app import questions
from superviz.app.main_window import MainWindow
from superviz.app.questions import Answer
from superviz.core.recipe import load_recipe
from superviz.core.shapes import name_shape
from superviz.engine.runner import RunState
from superviz.engine.trainer import Trainer
from superviz.scene.palette import PALETTES
from superviz.scene.picking import pick
from superviz.scene.selection import Feature, Instance, Meaning
from superviz.session.recording import Recording
from superviz.views.theme import current_text_scale

MakeWindow = Callable[..., MainWindow]


def click(qtbot: QtBot, window: MainWindow, view_name: str, meaning: Meaning) -> None:
    """Click where the view draws `meaning`, found as a person would: by looking."""
    view = window.stage.views[view_name]
    for y in range(2, view.height(), 3):
        for x in range(2, view.width(), 3):
            if view.scene is not None and pick(view.scene, x, y) == meaning:
                qtbot.mouseMove(view, QPoint(x, y))
                qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(x, y))
                return
    pytest.fail(f"{view_name} shows nothing that stands for {meaning}")


def trained_to(window: MainWindow, step: int) -> Callable[[], bool]:
    return lambda: window.controller.recording.live_step >= step


def test_the_main_job(make: MakeWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    threads_before = set(threading.enumerate())
    window = make()
    controller, stage = window.controller, window.stage
    assert controller.recording.title == "Five features, two dimensions"
    window.controller.toggle_flat_out()
    qtbot.waitUntil(trained_to(window, 4_000), timeout=60_000)
    qtbot.waitUntil(lambda: stage.frame is not None and stage.frame.moment.position >= 4_000, timeout=5_000)
    assert stage.frame is not None
    assert name_shape(stage.frame.moment.W[stage.display.instance]).name == "Pentagon"  # type: ignore[union-attr]

    # Scrub back: what is shown stands still while training goes on.
    timeline = stage.views["timeline"]
    qtbot.mousePress(timeline, Qt.MouseButton.LeftButton, pos=QPoint(timeline.width() // 8, 60))
    qtbot.mouseRelease(timeline, Qt.MouseButton.LeftButton, pos=QPoint(timeline.width() // 8, 60))
    live = controller.recording.live_step
    position = stage.playback.position
    assert 0 < position < live
    qtbot.waitUntil(lambda: stage.frame is not None and stage.frame.moment.position == position, timeout=5_000)
    assert not stage.playback.following

    # One selection in every view.
    click(qtbot, window, "interference", Feature(2))
    assert stage.selection.pinned == Feature(2)
    qtbot.waitUntil(lambda: stage.frame is not None and stage.frame.selection.feature == 2, timeout=5_000)
    qtbot.wait(100)
    for name in ("vectors", "neurons", "interference"):
        assert _emphasised(window, name), name
    click(qtbot, window, "vectors", Feature(4))
    assert stage.selection.pinned == Feature(4)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert stage.selection.pinned is None

    # A new sparsity: the geometry follows.
    window.actions_by_name["follow"].trigger()
    instance = stage.display.instance
    dense = list(controller.recording.experiment.probability_array()[:, 0].tolist())
    dense[instance] = 1.0
    window.recipe_panel.edited.emit("feature_probability", dense)
    window.recipe_panel.edited.emit("steps", 10**8)
    changed_at = controller.recording.live_step
    qtbot.waitUntil(trained_to(window, changed_at + 10_000), timeout=60_000)

    def two_orthogonal() -> bool:
        norms = np.linalg.norm(controller.recording.snapshots[-1].W[instance], axis=0)
        return bool(np.sum(norms > 0.5) == 2)

    qtbot.waitUntil(two_orthogonal, timeout=60_000)

    # Save while it trains, and close while it trains.
    path = tmp_path / "kept.superviz"
    monkeypatch.setattr(questions, "ask_save_file", lambda *_: path)
    monkeypatch.setattr(questions, "ask_unsaved", lambda *_: Answer.DISCARD)
    window.actions_by_name["save"].trigger()
    qtbot.waitUntil(lambda: controller.file == path, timeout=5_000)
    assert controller.runner.state is RunState.RUNNING
    start = time.perf_counter()
    assert window.close()
    assert time.perf_counter() - start < 3
    assert set(threading.enumerate()) <= threads_before
    assert not list((tmp_path / "journals").iterdir())
    kept = Recording.open(path)
    assert [edit.field for edit in kept.edits] == ["feature_probability", "steps"]


def _emphasised(window: MainWindow, name: str) -> int:
    """How much in a view is outlined in the first text colour: how LOOK.md marks what is selected."""
    scene = window.stage.views[name].scene
    assert scene is not None
    text1 = PALETTES[window.stage.display.theme].text1
    strokes = [getattr(drawable, "stroke", None) for drawable in scene.drawables]
    heads = [drawable for drawable in scene.drawables if getattr(drawable, "weight", 0) >= 600]
    return sum(stroke is not None and stroke.color == text1 and stroke.width >= 1.5 for stroke in strokes) + (
        len(heads) if name == "vectors" else 0
    )


def test_nothing_is_left_behind(qapp: QApplication, make: MakeWindow, qtbot: QtBot) -> None:
    widgets, timers = set(qapp.topLevelWidgets()), _timers(qapp)
    window = make("pentagon")
    qtbot.waitUntil(trained_to(window, 100), timeout=60_000)
    window.show_commands()
    window.ask_export()
    assert window.close()

    del window

    def all_gone() -> bool:
        gc.collect()  # what Python's cycles still hold is no leak
        return not set(qapp.topLevelWidgets()) - widgets

    qtbot.waitUntil(all_gone, timeout=5_000)
    assert _timers(qapp) == timers


def _timers(app: QApplication) -> int:
    return sum(timer.isActive() for widget in app.topLevelWidgets() for timer in widget.findChildren(QTimer))


def test_pauses_and_pace_in_the_window_change_no_byte(make: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window = make("pentagon")
    window.controller.toggle_flat_out()
    for pause_at in (100, 900, 2_345):
        qtbot.waitUntil(trained_to(window, pause_at), timeout=60_000)
        window.toggle_training()
        qtbot.waitUntil(lambda: window.controller.runner.state is RunState.PAUSED, timeout=5_000)
        window.train_steps(7)
        qtbot.wait(50)
        window.toggle_training()
    qtbot.waitUntil(lambda: window.controller.runner.state is RunState.FINISHED, timeout=60_000)
    window.controller.save(tmp_path / "run.superviz")
    final = Recording.open(tmp_path / "run.superviz").snapshots[-1]
    trainer = Trainer(load_recipe("pentagon").experiment)
    trainer.advance(final.step)
    assert final.W.tobytes() == trainer.snapshot().W.tobytes()
    assert final.b.tobytes() == trainer.snapshot().b.tobytes()


def test_a_saved_session_opens_at_rest_and_goes_on(make: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window = make("pentagon")
    qtbot.waitUntil(trained_to(window, 200), timeout=60_000)
    window.toggle_training()
    qtbot.waitUntil(lambda: window.controller.runner.state is RunState.PAUSED, timeout=5_000)
    window.stage.change_display(theme="light", instance=3)
    window.controller.save(tmp_path / "p.superviz")
    at = window.controller.recording.live_step
    window.files.open(tmp_path / "p.superviz", window.stage.display)
    qtbot.waitUntil(lambda: window.controller.state is RunState.PAUSED, timeout=30_000)
    assert window.controller.recording.live_step == at
    assert (window.stage.display.theme, window.stage.display.instance) == ("light", 3)
    window.toggle_training()
    qtbot.waitUntil(trained_to(window, at + 50), timeout=10_000)


def test_unsaved_changes_are_asked_for_once(make: MakeWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    answers = [Answer.CANCEL, Answer.DISCARD]

    def ask(_parent: object, title: str) -> Answer:
        asked.append(title)
        return answers.pop(0)

    monkeypatch.setattr(questions, "ask_unsaved", ask)
    window = make("pentagon")
    qtbot.waitUntil(trained_to(window, 20), timeout=60_000)
    window.restart()
    assert asked == [], "a preset can be had again: nothing is lost"
    window.controller.edit("learning_rate", 0.002)
    recording = window.controller.recording
    qtbot.waitUntil(lambda: len(recording.edits) == 1, timeout=5_000)
    assert not window.close()
    assert window.controller.recording is recording
    window.restart()
    assert len(asked) == 2
    assert window.controller.recording is not recording


def test_another_instance_is_looked_at_with_a_click(make: MakeWindow, qtbot: QtBot) -> None:
    window = make()
    qtbot.waitUntil(lambda: window.stage.views["strip"].scene is not None, timeout=30_000)
    click(qtbot, window, "strip", Instance(2))
    assert window.stage.display.instance == 2


def test_a_speaker_can_hide_everything_and_enlarge_the_text(make: MakeWindow, qtbot: QtBot) -> None:
    window = make("pentagon")
    window.actions_by_name["only_vectors"].trigger()
    qtbot.wait(50)
    assert window.stage.views["vectors"].isVisible()
    assert not window.stage.views["timeline"].isVisible()
    assert not window.toolbar.isVisible()
    window.actions_by_name["only_vectors"].trigger()
    assert window.toolbar.isVisible()
    for _ in range(5):
        window.actions_by_name["larger_text"].trigger()
    assert window.stage.display.text_scale == pytest.approx(1.5)
    window.actions_by_name["copy_vectors"].trigger()
    assert not QApplication.clipboard().image().isNull()


def test_wheel_and_drag_move_the_vectors(make: MakeWindow, qtbot: QtBot) -> None:
    window = make("pentagon")
    view = window.stage.views["vectors"]
    view.zoomed.emit(1.5, 100.0, 100.0)
    assert window.stage.display.zoom == pytest.approx(1.5)
    view.dragged.emit(10.0, 0.0)
    assert window.stage.display.pan != (0.0, 0.0)
    window.actions_by_name["reset_camera"].trigger()
    assert (window.stage.display.zoom, window.stage.display.pan) == (1.0, (0.0, 0.0))


def test_the_keyboard_reaches_everything(make: MakeWindow, qtbot: QtBot) -> None:
    window = make("pentagon")
    qtbot.waitUntil(trained_to(window, 60), timeout=60_000)
    focused = window.stage.views["vectors"]
    qtbot.keyClick(focused, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.controller.runner.state is RunState.PAUSED, timeout=5_000)
    at = window.controller.recording.live_step
    qtbot.keyClick(focused, ".")
    qtbot.waitUntil(lambda: window.controller.recording.live_step == at + 1, timeout=5_000)
    qtbot.keyClick(focused, Qt.Key.Key_Left)
    assert 0 < window.stage.playback.position < at + 1
    qtbot.keyClick(focused, Qt.Key.Key_Home)
    assert window.stage.playback.position == 0
    qtbot.keyClick(focused, Qt.Key.Key_End)
    assert window.stage.playback.following
    qtbot.keyClick(focused, "3")
    assert window.stage.selection.pinned == Feature(2)
    qtbot.keyClick(focused, "9")
    assert window.stage.selection.pinned == Feature(2), "there is no ninth feature"
    pace = window.controller.pace
    assert pace is not None
    qtbot.keyClick(focused, "]")
    assert window.controller.pace == 2 * pace
    qtbot.keyClick(focused, "\\")
    assert window.controller.pace is None
    qtbot.keyClick(focused, "T")
    assert not window.stage.display.trails


def test_keys_typed_into_a_field_are_the_fields(make: MakeWindow, qtbot: QtBot) -> None:
    window = make("pentagon")
    qtbot.waitUntil(trained_to(window, 10), timeout=60_000)
    box = window.recipe_panel.findChildren(QLineEdit)[0]
    box.setFocus()
    qtbot.keyClick(box, "3")
    qtbot.keyClick(box, Qt.Key.Key_Left)
    assert window.stage.selection.pinned is None
    assert window.stage.playback.following


def test_a_recipe_that_is_changed_starts_a_new_run(make: MakeWindow, qtbot: QtBot) -> None:
    window = make("pentagon")
    qtbot.waitUntil(trained_to(window, 10), timeout=60_000)
    first = window.controller.recording
    six = first.experiment.changed(n_features=6)
    window.recipe_panel.new_run_requested.emit(six)
    assert window.controller.recording is not first
    assert window.controller.recording.experiment == six
    assert window.controller.recording.title == "6 features, 2 dimensions"
    qtbot.waitUntil(trained_to(window, 10), timeout=10_000)


def test_another_preset_is_trained_at_its_own_pace(make: MakeWindow, qtbot: QtBot) -> None:
    window = make("pentagon")
    window.toolbar.preset_picked.emit("dense")
    assert window.controller.recording.experiment.n_features == 20
    assert window.controller.pace == load_recipe("dense").pace
    qtbot.waitUntil(lambda: window.stage.frame is not None, timeout=10_000)
    assert not window.panels["strip"].isVisible(), "one instance needs no strip"


def test_more_dimensions_than_features_are_said(make: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "roomy.toml").write_text("n_features = 2\nn_hidden = 3\n", encoding="utf-8")
    window = make(tmp_path / "roomy.toml")
    assert any("no superposition" in line for line in window.notifications.lines)


def test_a_session_brings_its_whole_look(
    make: MakeWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "ask_unsaved", lambda *_: Answer.DISCARD)
    window = make("pentagon")
    qtbot.waitUntil(trained_to(window, 20), timeout=60_000)
    window.stage.change_display(text_scale=1.5, theme="light", hidden_panels=frozenset({"neurons"}))
    window.controller.save(tmp_path / "looked-at.superviz")
    window.stage.change_display(text_scale=1.0, theme="dark", hidden_panels=frozenset())
    window.files.open(tmp_path / "looked-at.superviz", window.stage.display)
    assert current_text_scale() == 1.5
    assert not window.panels["neurons"].isVisible()
    assert window.actions_by_name["panel_neurons"].isChecked() is False
    window.stage.change_display(text_scale=1.0, theme="dark")
