"""Instant mode: what is tried is shown at once, what is rested on becomes the run, and nobody sees the change."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from superviz.app import instant, questions
from superviz.app.instant import Attempt, InstantThread
from superviz.app.main_window import MainWindow
from superviz.app.panels import Frame
from superviz.app.preview import Preview
from superviz.app.questions import Answer
from superviz.core.experiment import Experiment
from superviz.engine.runner import RunState
from superviz.engine.trainer import Trainer
from superviz.session.recording import Recording

MakeWindow = Callable[..., MainWindow]

SMALL = Experiment(n_features=5, n_hidden=2, n_instances=2, importance=0.9, batch_size=128, steps=500)
SLOW = SMALL.changed(n_features=60, n_hidden=20, batch_size=1024, steps=10**7)


def p_of(window: MainWindow, p: float) -> Experiment:
    """What is shown, with every instance but the first at another p."""
    now = window.stage.shown.experiment
    return now.changed(feature_probability=[now.probability_array()[0, 0], *[p] * (now.n_instances - 1)])


@pytest.fixture
def window(make: MakeWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    """On the second of a few small instances, trained to the end, with instant mode on."""
    made = make("pentagon")
    small = made.controller.experiment.changed(n_instances=3, feature_probability=0.1, batch_size=128, steps=600)
    made.controller.set_pace(None)
    made.controller.restart(small)
    made.stage.change_display(instance=1)
    qtbot.waitUntil(lambda: made.controller.runner.state is RunState.FINISHED, timeout=60_000)
    with monkeypatch.context() as asked:
        asked.setattr(questions, "ask_unsaved", lambda *_: Answer.DISCARD)
        made.actions_by_name["instant"].trigger()
    monkeypatch.setattr(questions, "ask_unsaved", lambda *_: pytest.fail("it was agreed that the run may go"))
    assert made.instant.on
    return made


def preview_of(window: MainWindow, experiment: Experiment) -> Callable[[], bool]:
    """Whether a preview of that experiment, trained to its end, is what is painted."""

    def is_shown() -> bool:
        frame = window.stage.frame
        return (
            isinstance(window.stage.shown, Preview)
            and frame is not None
            and frame.moment.experiment == experiment
            and frame.moment.position == experiment.steps
        )

    return is_shown


def caught_up(window: MainWindow, experiment: Experiment) -> Callable[[], bool]:
    """Whether the session is what is shown, and is a finished run of that experiment."""
    return lambda: (
        window.instant.preview_now() is None
        and window.controller.recording.experiment == experiment
        and window.controller.recording.live_step == experiment.steps
    )


def test_what_is_rested_on_becomes_the_run_unseen(window: MainWindow, qtbot: QtBot) -> None:
    before = window.controller.recording
    shown: list[Frame] = []
    tried = p_of(window, 0.4)
    window.recipe_panel.tried.emit(tried)
    qtbot.waitUntil(preview_of(window, tried), timeout=5_000)
    frame = window.stage.frame
    assert frame is not None
    assert window.controller.recording is before, "nothing is recorded before the hand rests"
    assert frame.timeline.live_step == tried.steps
    assert len(frame.timeline.losses)
    assert (frame.moment.W[0] == before.moment(600, 0).W[0]).all()
    preview = window.stage.shown

    window.stage.frame_shown.connect(shown.append)
    qtbot.waitUntil(caught_up(window, tried), timeout=10_000)
    qtbot.wait(150)
    assert window.controller.recording is not before
    for later in shown:
        assert later.moment.position == tried.steps
        assert np.abs(later.moment.W[1] - frame.moment.W[1]).max() < 1e-3, "the hand-over shows"
    assert shown[-1].moment is not frame.moment
    kept, previewed = window.controller.recording.snapshots[-1], preview.recording.snapshots[-1]
    assert kept.W[1].tobytes() == previewed.W[0].tobytes()
    assert kept.b[1].tobytes() == previewed.b[0].tobytes()
    alone = Trainer(tried)
    alone.advance(tried.steps)
    assert kept.W.tobytes() == alone.snapshot().W.tobytes()


def test_a_new_change_before_the_rest_begins_no_run(window: MainWindow, qtbot: QtBot) -> None:
    before = window.controller.recording
    for p in (0.2, 0.3, 0.4, 0.5):
        tried = p_of(window, p)
        window.recipe_panel.tried.emit(tried)
        qtbot.waitUntil(preview_of(window, tried), timeout=5_000)
        assert window.controller.recording is before
    qtbot.waitUntil(caught_up(window, tried), timeout=10_000)
    # The others have theirs of the last change now, too.
    assert window.controller.recording.experiment.probability_array()[:, 0] == pytest.approx([0.1, 0.5, 0.5])


def test_off_it_leaves_the_last_that_was_tried(window: MainWindow, qtbot: QtBot) -> None:
    tried = p_of(window, 0.3)
    window.recipe_panel.tried.emit(tried)
    qtbot.waitUntil(preview_of(window, tried), timeout=5_000)
    window.actions_by_name["instant"].trigger()
    assert not window.instant.on
    assert not window.recipe_panel.is_instant
    assert window.controller.recording.experiment == tried, "without waiting for the rest"
    qtbot.waitUntil(caught_up(window, tried), timeout=10_000)
    assert window.controller.has_unsaved_work


def test_back_where_it_was_there_is_nothing_to_record(window: MainWindow, qtbot: QtBot) -> None:
    before = window.controller.recording
    tried = p_of(window, 0.3)
    window.recipe_panel.tried.emit(tried)
    qtbot.waitUntil(preview_of(window, tried), timeout=5_000)
    window.recipe_panel.tried.emit(before.experiment)
    qtbot.waitUntil(caught_up(window, before.experiment), timeout=5_000)
    assert window.controller.recording is before


def test_the_playhead_may_stand_anywhere_in_a_preview(window: MainWindow, qtbot: QtBot) -> None:
    window.stage.scrub_to(150.0)
    tried = p_of(window, 0.3)
    window.recipe_panel.tried.emit(tried)
    qtbot.waitUntil(lambda: isinstance(window.stage.shown, Preview), timeout=5_000)
    qtbot.wait(50)
    early = window.stage.frame
    assert early is not None
    assert (early.moment.position, early.timeline.live_step) == (150.0, tried.steps)
    qtbot.waitUntil(caught_up(window, tried), timeout=10_000)
    assert window.stage.playback.position == 150.0, "the run in its place keeps the playhead"
    window.stage.scrub_by(0.5)
    assert window.stage.playback.position == 450.0


def test_another_instance_is_tried_when_it_is_looked_at(window: MainWindow, qtbot: QtBot) -> None:
    tried = p_of(window, 0.3)
    window.recipe_panel.tried.emit(tried)
    qtbot.waitUntil(preview_of(window, tried), timeout=5_000)
    window.stage.change_display(instance=2)

    def second() -> bool:
        shown = window.stage.shown
        return isinstance(shown, Preview) and shown.instance == 2

    qtbot.waitUntil(second, timeout=5_000)
    qtbot.waitUntil(caught_up(window, tried), timeout=10_000)


def test_another_shape_is_tried_and_kept(window: MainWindow, qtbot: QtBot) -> None:
    seven = window.controller.experiment.changed(n_features=7)
    window.recipe_panel.tried.emit(seven)
    qtbot.waitUntil(preview_of(window, seven), timeout=5_000)
    qtbot.keyClick(window.stage.views["vectors"], "7")
    assert window.stage.selection.feature == 6
    qtbot.waitUntil(caught_up(window, seven), timeout=10_000)
    assert window.stage.selection.feature == 6, "what was picked stays picked"


def test_asking_for_something_else_ends_it(window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "ask_unsaved", lambda *_: Answer.DISCARD)
    tried = p_of(window, 0.3)
    for ask in (window.restart, lambda: window.toolbar.preset_picked.emit("pentagon")):
        window.recipe_panel.tried.emit(tried)
        qtbot.waitUntil(preview_of(window, tried), timeout=5_000)
        ask()
        assert window.instant.preview_now() is None
        asked_for = window.controller.recording
        qtbot.wait(500)
        assert window.controller.recording is asked_for, "the rest that was due begins no run any more"


def test_best_of_several_is_raced_once_the_hand_rests(window: MainWindow, qtbot: QtBot) -> None:
    tried = p_of(window, 0.3).changed(best_of=3)
    window.recipe_panel.tried.emit(tried)
    qtbot.waitUntil(preview_of(window, tried), timeout=5_000)
    qtbot.waitUntil(lambda: bool(window.controller.recording.candidates), timeout=20_000)
    qtbot.waitUntil(lambda: window.instant.preview_now() is None, timeout=10_000)
    assert window.controller.recording.experiment.best_of == 1
    assert [len(tried) for tried in window.controller.recording.candidates] == [3, 3, 3]


def test_what_diverges_is_shown_as_far_as_it_goes(
    window: MainWindow, qtbot: QtBot, diverging: pytest.MonkeyPatch
) -> None:
    tried = p_of(window, 0.3)
    window.recipe_panel.tried.emit(tried)
    qtbot.waitUntil(lambda: isinstance(window.stage.shown, Preview), timeout=5_000)
    assert window.stage.live_step == 60
    qtbot.waitUntil(lambda: any("diverged" in line for line in window.notifications.lines), timeout=10_000)
    qtbot.waitUntil(lambda: window.instant.preview_now() is None, timeout=5_000)
    assert window.controller.runner.state is RunState.PAUSED
    assert (window.controller.recording.experiment, window.controller.recording.live_step) == (tried, 60)


def test_what_can_not_be_trained_is_said(window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr("superviz.app.instant.train_alone", fail)
    before = window.stage.shown
    window.recipe_panel.tried.emit(p_of(window, 0.3))
    qtbot.waitUntil(lambda: "MemoryError: no room" in window.notifications.lines, timeout=5_000)
    assert window.stage.shown is before


def test_turning_it_on_asks_where_work_would_be_lost(
    make: MakeWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make("pentagon")
    answers = [Answer.CANCEL, Answer.DISCARD]
    monkeypatch.setattr(questions, "ask_unsaved", lambda *_: answers.pop(0))
    window.controller.edit("learning_rate", 0.002)
    qtbot.waitUntil(lambda: len(window.controller.recording.edits) == 1, timeout=60_000)
    window.recipe_panel.show_instant(True)
    window.recipe_panel.instant_toggled.emit(True)
    assert (window.instant.on, window.recipe_panel.is_instant) == (False, False)
    window.actions_by_name["instant"].trigger()
    assert (window.instant.on, window.recipe_panel.is_instant) == (True, True)
    assert answers == []
    assert window.actions_by_name["instant"].isChecked()
    window.recipe_panel.instant_toggled.emit(False)
    assert not window.actions_by_name["instant"].isChecked()


def test_closing_in_the_middle_ends_cleanly(window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "ask_unsaved", lambda *_: Answer.DISCARD)
    window.recipe_panel.tried.emit(window.controller.experiment.changed(steps=10**7))
    qtbot.wait(30)
    assert window.close()


# -- the thread by itself -----------------------------------------------------------------------------------------


@pytest.fixture
def thread(qtbot: QtBot) -> Iterator[InstantThread]:
    made = InstantThread()
    made.start()
    yield made
    made.stop()


def test_the_newest_wins(thread: InstantThread, qtbot: QtBot) -> None:
    trained: list[Experiment] = []
    thread.shown.connect(lambda: thread.preview and trained.append(thread.preview.experiment))
    attempts = [SMALL.changed(seed=seed) for seed in range(50)]
    for experiment in attempts:
        thread.attempt(Attempt(experiment, 0, None))
    qtbot.waitUntil(lambda: bool(trained) and trained[-1] == attempts[-1], timeout=10_000)
    assert len(set(map(id, trained))) <= 3, "what came meanwhile is forgotten, not queued"


def test_a_hand_that_never_stops_sees_something(thread: InstantThread, qtbot: QtBot) -> None:
    """A change every 15 ms, and each training takes far longer: it must not be interrupted before it shows anything."""
    shown: list[int] = []
    thread.shown.connect(lambda: thread.preview and shown.append(thread.preview.experiment.seeds()[0]))
    thread.attempt(Attempt(SLOW, 0, None))
    qtbot.waitUntil(lambda: bool(shown), timeout=60_000)
    shown.clear()
    for seed in range(60):
        thread.attempt(Attempt(SLOW.changed(seed=seed), 0, None))
        qtbot.wait(15)
    assert len(set(shown)) >= 4
    assert shown == sorted(shown)


def test_what_takes_long_is_shown_growing(thread: InstantThread, qtbot: QtBot) -> None:
    thread.attempt(Attempt(SLOW, 1, None))
    qtbot.waitUntil(lambda: thread.preview is not None, timeout=60_000)
    preview = thread.preview
    assert preview is not None
    first = preview.recording.live_step
    qtbot.waitUntil(lambda: preview.recording.live_step > 2 * first, timeout=10_000)
    thread.rest()
    qtbot.wait(60)
    at = preview.recording.live_step
    qtbot.wait(60)
    assert (preview.recording.live_step, thread.preview) == (at, preview), "at rest it stays as it is"
    thread.forget()
    assert thread.preview is None


@pytest.mark.parametrize(("share", "times"), [(0.6, 1), (0.3, 2)])
def test_what_is_nearly_done_is_not_painted_twice(
    thread: InstantThread, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, share: float, times: int
) -> None:
    """After PATIENCE_SECONDS it is shown growing, unless most of it has been trained by then."""

    def train(experiment: Experiment, instance: int, sink: Recording, wanted: Callable[[], bool]) -> bool:
        start = Trainer(experiment, only=instance).snapshot()
        sink.append(start)
        for step in (round(share * experiment.steps), experiment.steps):
            sink.show_live(replace(start, step=step))
            time.sleep(1.2 * instant.PATIENCE_SECONDS if step < experiment.steps else 0.0)
            wanted()
        return True

    monkeypatch.setattr(instant, "train_alone", train)
    monkeypatch.setattr(instant, "PATIENCE_SECONDS", 0.1)
    shown: list[int] = []
    thread.shown.connect(lambda: shown.append(1))
    thread.attempt(Attempt(SMALL.changed(n_instances=1), 0, None))
    qtbot.waitUntil(lambda: thread.preview is not None and thread.preview.recording.live_step == SMALL.steps)
    qtbot.wait(50)
    assert len(shown) == times


def test_what_is_forgotten_is_never_shown(thread: InstantThread, qtbot: QtBot) -> None:
    shown: list[object] = []
    thread.shown.connect(lambda: shown.append(thread.preview))
    for _ in range(5):
        thread.attempt(Attempt(SLOW, 0, None))
        qtbot.wait(5)
        thread.forget()
    qtbot.wait(150)
    assert thread.preview is None
    assert [preview for preview in shown if preview is not None] == []
