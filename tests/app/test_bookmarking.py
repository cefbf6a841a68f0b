"""Steps worth finding again: marked with B, noted in place, visited by key and click, and forgotten."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from superviz.app.buttons import Button
from superviz.app.inline_editor import InlineEditor
from superviz.app.main_window import MainWindow
from superviz.core.bookmark import Bookmark
from superviz.scene.drawables import Path, Text
from superviz.scene.timeline import flag_at

MakeWindow = Callable[..., MainWindow]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(make: MakeWindow, qtbot: QtBot) -> MainWindow:
    """A window on 400 steps of training, at rest, the playhead at step 100."""
    made = make()
    made.activateWindow()
    made.controller.set_pace(None)
    qtbot.waitUntil(lambda: made.controller.recording.live_step >= 400, timeout=20_000)
    made.controller.toggle_training()
    qtbot.waitUntil(lambda: made.controller.state.name == "PAUSED")
    made.stage.scrub_to(100.0)
    return made


def marks(window: MainWindow) -> list[tuple[int, str]]:
    return [(bookmark.step, bookmark.note) for bookmark in window.controller.recording.bookmarks]


def editor_of(window: MainWindow, qtbot: QtBot) -> InlineEditor:
    def open_ones() -> list[InlineEditor]:
        return [found for found in window.findChildren(InlineEditor) if found.isVisible()]

    qtbot.waitUntil(lambda: len(open_ones()) == 1)
    return open_ones()[0]


def line_of(editor: InlineEditor) -> QLineEdit:
    return editor.findChildren(QLineEdit)[0]


def put_back(window: MainWindow, qtbot: QtBot) -> None:
    offers = [found for found in window.notifications.findChildren(Button) if found.text() == "Put back"]
    qtbot.mouseClick(offers[-1], LEFT)


def ribbon(window: MainWindow, qtbot: QtBot, bookmark: Bookmark) -> QPoint:
    view = window.stage.views["timeline"]

    def drawn() -> list[Path]:
        drawables = () if view.scene is None else view.scene.drawables
        return [d for d in drawables if isinstance(d, Path) and d.meaning == bookmark]

    qtbot.waitUntil(lambda: len(drawn()) == 1)
    x, y = drawn()[0].points.mean(axis=0).tolist()
    return QPoint(round(x), round(y))


def test_b_marks_the_playhead_and_asks_for_a_note(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(window.stage.views["vectors"], Qt.Key.Key_B)
    assert marks(window) == [(100, "")], "there at once"
    line = line_of(editor_of(window, qtbot))
    qtbot.keyClicks(line, "It turns here")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert marks(window) == [(100, "It turns here")]
    assert window.controller.has_unsaved_work


def test_esc_leaves_no_mark_and_gives_back_an_older_note(window: MainWindow, qtbot: QtBot) -> None:
    window.bookmarking.mark()
    qtbot.keyClick(line_of(editor_of(window, qtbot)), Qt.Key.Key_Escape)
    assert marks(window) == []
    window.controller.recording.bookmark(100, "before")
    window.bookmarking.mark()
    line = line_of(editor_of(window, qtbot))
    assert line.text() == "before"
    qtbot.keyClicks(line, "after")
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert marks(window) == [(100, "before")]


def test_the_editors_button_removes_it(window: MainWindow, qtbot: QtBot) -> None:
    window.controller.recording.bookmark(100, "before")
    window.bookmarking.mark()
    editor = editor_of(window, qtbot)
    qtbot.mouseClick(editor.findChildren(Button)[0], LEFT)
    assert marks(window) == []
    assert not editor.isVisible()
    put_back(window, qtbot)
    assert marks(window) == [(100, "before")]
    assert window.notifications.lines == []


def test_one_that_was_only_just_made_needs_no_way_back(window: MainWindow, qtbot: QtBot) -> None:
    window.bookmarking.mark()
    qtbot.mouseClick(editor_of(window, qtbot).findChildren(Button)[0], LEFT)
    assert marks(window) == []
    assert window.notifications.lines == []


def test_the_last_one_removed_can_be_put_back_into_its_own_session(window: MainWindow, qtbot: QtBot) -> None:
    one, two = Bookmark(100, "one"), Bookmark(200, "two")
    for bookmark in (one, two):
        window.controller.recording.bookmark(bookmark.step, bookmark.note)
    window.bookmarking.remove(one)
    window.bookmarking.remove(two)
    assert window.notifications.lines == ["Bookmark removed"], "they don't heap up"
    put_back(window, qtbot)
    assert marks(window) == [(200, "two")]
    window.bookmarking.remove(two)
    window.controller.restart(window.controller.experiment)
    assert "Bookmark removed" not in window.notifications.lines


def test_keys_go_from_one_to_the_next_and_stay_at_the_last(window: MainWindow, qtbot: QtBot) -> None:
    for step in (40, 200, 300):
        window.controller.recording.bookmark(step, "")
    view, seen = window.stage.views["vectors"], list[float]()
    for key in (
        Qt.Key.Key_Right,
        Qt.Key.Key_Right,
        Qt.Key.Key_Right,
        Qt.Key.Key_Left,
        Qt.Key.Key_Left,
        Qt.Key.Key_Left,
    ):
        qtbot.keyClick(view, key, Qt.KeyboardModifier.ShiftModifier)
        seen.append(window.stage.playback.position)
    assert seen == [200, 300, 300, 200, 40, 40]


def test_a_click_on_its_flag_goes_there_exactly(window: MainWindow, qtbot: QtBot) -> None:
    window.controller.recording.bookmark(233, "Here")
    at = ribbon(window, qtbot, Bookmark(233, "Here"))
    qtbot.mouseClick(window.stage.views["timeline"], LEFT, pos=at)
    assert window.stage.playback.position == 233


def test_pointing_at_it_shows_the_whole_note(window: MainWindow, qtbot: QtBot) -> None:
    note = "A note of many words, far more than there is room for beside a flag on the timeline"
    window.controller.recording.bookmark(233, note)
    view = window.stage.views["timeline"]
    qtbot.mouseMove(view, ribbon(window, qtbot, Bookmark(233, note)))

    def shown() -> bool:
        assert view.scene is not None
        return "Step 233" in [d.text for d in view.scene.drawables if isinstance(d, Text)]

    qtbot.waitUntil(shown)
    qtbot.mouseMove(view, QPoint(5, 5))
    qtbot.waitUntil(lambda: not shown())


def test_a_double_click_edits_its_note_over_the_flag(window: MainWindow, qtbot: QtBot) -> None:
    window.controller.recording.bookmark(233, "Here")
    view, at = window.stage.views["timeline"], ribbon(window, qtbot, Bookmark(233, "Here"))
    qtbot.mouseDClick(view, LEFT, pos=at)
    editor = editor_of(window, qtbot)
    assert line_of(editor).text() == "Here"
    assert window.stage.frame is not None
    x, y = flag_at(window.stage.frame.timeline, window.stage.canvas(view.width(), view.height()), 233)
    assert editor.geometry().bottom() < view.mapTo(window, QPoint(round(x), round(y))).y()


def test_its_menu_edits_and_removes(window: MainWindow, qtbot: QtBot, qapp: QApplication) -> None:
    window.controller.recording.bookmark(233, "Here")
    view = window.stage.views["timeline"]

    def asked() -> dict[str, Callable[[], None]]:
        at = ribbon(window, qtbot, Bookmark(233, "Here"))
        qapp.sendEvent(view, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, view.mapToGlobal(at)))
        menu = next(found for found in window.findChildren(QMenu) if found.isVisible() and not found.title())
        found = {action.text(): action.trigger for action in menu.actions()}
        menu.close()
        return found

    asked()["Edit the note…"]()
    qtbot.keyClick(line_of(editor_of(window, qtbot)), Qt.Key.Key_Escape)
    assert marks(window) == [(233, "Here")]
    asked()["Remove the bookmark"]()
    assert marks(window) == []
    put_back(window, qtbot)
    assert marks(window) == [(233, "Here")]


def test_what_is_only_tried_out_has_no_bookmarks(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Tried:
        recording = object()

    monkeypatch.setattr(type(window.stage), "shown", Tried())
    window.attempt(window.bookmarking.mark)
    monkeypatch.undo()
    assert "this is only being tried out: bookmark it once it is trained" in window.notifications.lines
    assert marks(window) == []


def test_without_a_timeline_it_is_asked_mid_window(window: MainWindow, qtbot: QtBot) -> None:
    window.look.toggle_panel("timeline")
    window.bookmarking.mark()
    assert window.rect().contains(editor_of(window, qtbot).geometry())


def test_another_session_takes_no_notes_of_the_one_before(window: MainWindow, qtbot: QtBot) -> None:
    window.bookmarking.mark()
    editor = editor_of(window, qtbot)
    window.controller.restart(window.controller.experiment)
    assert not editor.isVisible()
    assert marks(window) == []
