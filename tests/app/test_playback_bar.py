"""The left end of the timeline: where the playhead stands, and what moves it."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QPalette
from PySide6.QtWidgets import QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from superviz.app.buttons import Button
from superviz.app.clause_label import ClauseLabel
from superviz.app.playback import SPEEDS
from superviz.app.playback_bar import PlaybackBar
from superviz.scene.palette import DARK
from superviz.views.theme import apply_theme


@pytest.fixture
def bar(qtbot: QtBot, actions: dict[str, QAction]) -> Iterator[PlaybackBar]:
    made = PlaybackBar(actions)
    qtbot.addWidget(made)
    made.resize(304, 176)
    made.show()
    yield made
    made.close()


def face(bar: PlaybackBar, name: str) -> Button:
    return next(button for button in bar.findChildren(Button) if button.accessibleName() == name)


def said(bar: PlaybackBar) -> tuple[str, str]:
    step, loss = bar.findChildren(ClauseLabel)[:2]
    return step.text, loss.text


@pytest.mark.parametrize(
    ("position", "loss", "expected"),
    [
        (3180.0, 0.0014, ("Step 3,180", "loss 0.0014")),
        (3180.9, 0.06874, ("Step 3,180", "loss 0.069")),
        (0.0, math.nan, ("Step 0", "")),
        (1e6, math.inf, ("Step 1,000,000", "")),
    ],
)
def test_it_says_where_the_playhead_stands(
    bar: PlaybackBar, position: float, loss: float, expected: tuple[str, str]
) -> None:
    bar.show_position(position, loss, 2_000_000)
    assert said(bar) == expected


def test_the_loss_is_named(bar: PlaybackBar) -> None:
    bar.show_position(100.0, 0.0014, 100, "summed loss")
    assert said(bar)[1] == "summed loss 0.0014"
    bar.show_position(123_456.0, 0.0014, 123_456, "summed loss")
    assert said(bar) == ("Step 123,456", "loss 0.0014")


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("To the start", "to_start"),
        ("Play the recording", "play"),
        ("To the end", "to_end"),
        ("Loop", "loop"),
        ("Follow the live head", "follow"),
    ],
)
def test_its_buttons_are_faces_of_actions(
    qtbot: QtBot, bar: PlaybackBar, actions: dict[str, QAction], name: str, action: str
) -> None:
    bar.show_position(0.0, math.nan, 100)
    with qtbot.waitSignal(actions[action].triggered):
        qtbot.mouseClick(face(bar, name), Qt.MouseButton.LeftButton)


def test_follow_is_there_only_while_the_heads_differ(bar: PlaybackBar) -> None:
    follow = face(bar, "Follow the live head")
    bar.show_position(3180.0, 0.0014, 4240)
    assert follow.isVisible()
    assert follow.text() == "Follow live, 1,060 steps ahead"
    bar.show_position(4239.5, 0.0014, 4240)
    assert follow.text() == "Follow live, 1 step ahead"
    bar.show_position(4240.0, 0.0014, 4240)
    assert not follow.isVisible()


def test_what_can_not_grow_has_an_end_that_is_not_live(bar: PlaybackBar) -> None:
    follow = face(bar, "Follow the live head")
    bar.show_position(3180.0, 0.0014, 4240)
    live = follow.palette().color(QPalette.ColorRole.ButtonText).name().upper()
    bar.show_position(3180.0, 0.0014, 4240, may_grow=False)
    ended = follow.palette().color(QPalette.ColorRole.ButtonText).name().upper()
    assert follow.text() == "To the end, 1,060 steps ahead"
    assert (live, ended) == (DARK.accent, DARK.text1)
    bar.set_compact(True)
    assert follow.text() == "To the end"


def test_its_room_is_kept(bar: PlaybackBar) -> None:
    places: list[list[object]] = []
    for live in (100, 200):
        bar.show_position(100.0, 0.01, live)
        QApplication.processEvents()
        others = [part for part in bar.children() if isinstance(part, QWidget)]
        places.append([part.geometry() for part in others if part is not bar.findChildren(ClauseLabel)[0]])
    assert places[0] == places[1]


def test_it_shows_what_plays(bar: PlaybackBar) -> None:
    play = face(bar, "Play the recording")
    held = play.grab().toImage()
    bar.show_playing(True, True)
    assert play.grab().toImage() != held
    assert face(bar, "Loop").isChecked()
    bar.show_playing(False, False)
    assert play.grab().toImage() == held
    assert not face(bar, "Loop").isChecked()


def test_a_speed_is_picked(qtbot: QtBot, bar: PlaybackBar) -> None:
    speeds = bar.findChildren(QComboBox)[0]
    assert [speeds.itemText(row) for row in range(speeds.count())] == ["0.25×", "0.5×", "1×", "2×", "4×", "8×"]
    assert speeds.currentText() == "1×"
    with qtbot.waitSignal(bar.speed_changed) as told:
        speeds.activated.emit(SPEEDS.index(4.0))
    assert told.args == [4.0]
    bar.show_speed(8.0)
    assert speeds.currentText() == "8×"


def test_a_table_with_marks_has_their_button(qtbot: QtBot, actions: dict[str, QAction]) -> None:
    mark = QAction("Mark this step")
    bar = PlaybackBar({**actions, "mark": mark})
    qtbot.addWidget(bar)
    bar.show()
    with qtbot.waitSignal(mark.triggered):
        qtbot.mouseClick(face(bar, "Mark this step"), Qt.MouseButton.LeftButton)


@pytest.mark.parametrize(("compact", "width", "height"), [(False, 304, 176), (True, 232, 118)])
@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_everything_has_its_room(
    qapp: QApplication, bar: PlaybackBar, compact: bool, width: int, height: int, scale: float
) -> None:
    apply_theme(qapp, DARK, scale)
    bar.set_compact(compact)
    bar.show_position(999_999.0, 0.0014, 2_000_000)
    bar.resize(round(width * scale), round(height * scale))
    QApplication.processEvents()
    for part in bar.children():
        if isinstance(part, QWidget) and part.isVisible():
            assert bar.rect().contains(part.geometry()), part
            assert part.height() >= part.minimumSizeHint().height()
    step = bar.findChildren(ClauseLabel)[0]
    assert step.width() >= step.sizeHint().width()
    label = bar.findChildren(ClauseLabel)[0]
    assert label.shown() == [(label.text, False)]
    assert face(bar, "Follow the live head").text().startswith("Follow live")
