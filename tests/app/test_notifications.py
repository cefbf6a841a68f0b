"""Notifications stack at the bottom right, go by themselves unless they want an answer, and stand in nobody's way."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from superviz.app.buttons import Button
from superviz.app.notifications import Card, Notifications, Offer, Severity
from superviz.scene.palette import DARK
from superviz.views.theme import apply_theme

LEFT = Qt.MouseButton.LeftButton
LONG = "/media/stick/pentagon.superviz: can't be written: No space left on device; give another folder"


@pytest.fixture
def window(qtbot: QtBot, themed: QApplication) -> Iterator[QWidget]:
    whole = QWidget()
    qtbot.addWidget(whole)
    whole.resize(900, 600)
    whole.show()
    yield whole
    whole.close()


@pytest.fixture
def notifications(window: QWidget) -> Notifications:
    return Notifications(window)


def cards(notifications: Notifications) -> list[Card]:
    return [card for card in notifications.findChildren(Card) if card.isVisible()]


def dismiss(card: Card) -> Button:
    return next(button for button in card.findChildren(Button) if button.accessibleName() == "Dismiss")


def test_nothing_said_is_nothing_seen(notifications: Notifications) -> None:
    assert notifications.isHidden()
    assert notifications.lines == []


def test_the_newest_stands_lowest_at_the_bottom_right(notifications: Notifications, window: QWidget) -> None:
    for line in ("Saved pentagon.superviz", "Copied as a picture", LONG):
        notifications.notify(line)
    shown = sorted(cards(notifications), key=lambda card: card.mapTo(window, QPoint()).y())
    assert (
        [card.line for card in shown] == notifications.lines == ["Saved pentagon.superviz", "Copied as a picture", LONG]
    )
    corner = shown[-1].mapTo(window, shown[-1].rect().bottomRight())
    assert (window.width() - corner.x(), window.height() - corner.y()) == (17, 17)
    assert window.rect().contains(notifications.geometry())


def test_a_long_line_wraps_whole(notifications: Notifications) -> None:
    notifications.notify(LONG)
    (card,) = cards(notifications)
    label = card.findChildren(QLabel)[0]
    assert label.height() >= label.heightForWidth(label.width()) > label.fontMetrics().height()


def test_it_follows_the_window(notifications: Notifications, window: QWidget) -> None:
    notifications.notify("Saved")
    window.resize(500, 300)
    assert notifications.geometry().bottomRight() == QPoint(500 - 17, 300 - 17)


def test_it_takes_no_clicks_meant_for_others(qtbot: QtBot, notifications: Notifications, window: QWidget) -> None:
    under = QPushButton("under", window)
    under.setGeometry(0, 0, 900, 560 - 60)
    under.show()
    notifications.raise_()
    notifications.notify("Saved")
    assert window.childAt(880, 400) is under


def test_a_card_can_be_dismissed(qtbot: QtBot, notifications: Notifications) -> None:
    notifications.notify("first")
    notifications.notify("second", "error")
    qtbot.mouseClick(dismiss(cards(notifications)[0]), LEFT)
    assert notifications.lines == ["second"]
    qtbot.mouseClick(dismiss(cards(notifications)[0]), LEFT)
    assert notifications.isHidden()


@pytest.mark.parametrize(("kind", "stays"), [("info", False), ("warning", False), ("error", True), ("busy", True)])
def test_errors_stay_and_others_go(qtbot: QtBot, notifications: Notifications, kind: Severity, stays: bool) -> None:
    notifications.notify("something", kind)
    (card,) = cards(notifications)
    timers = card.findChildren(QTimer)
    assert bool(timers) is not stays
    for timer in timers:
        assert timer.interval() >= 5000, "time to read it"
        timer.start(1)
    if timers:
        qtbot.waitUntil(notifications.isHidden)


def test_a_line_that_is_there_is_not_said_twice(notifications: Notifications) -> None:
    for line in ("one", "two", "one"):
        notifications.notify(line)
    assert notifications.lines == ["two", "one"]


def test_too_many_push_the_oldest_out(notifications: Notifications) -> None:
    for number in range(7):
        notifications.notify(f"line {number}", "error")
    assert notifications.lines == ["line 3", "line 4", "line 5", "line 6"]


def button(card: Card, words: str) -> Button:
    return next(button for button in card.findChildren(Button) if button.text() == words)


def test_offers_say_what_may_be_done(qtbot: QtBot, notifications: Notifications) -> None:
    done: list[str] = []
    offers = [Offer("Halve it", lambda: done.append("halved")), Offer("Start over", lambda: done.append("new run"))]
    notifications.notify("training diverged", "warning", offers)
    (card,) = cards(notifications)
    halve, over = button(card, "Halve it"), button(card, "Start over")
    assert halve.geometry().right() < over.geometry().left()
    assert card.rect().contains(over.geometry())
    assert not card.findChildren(QTimer), "what asks for an answer waits for it"
    qtbot.mouseClick(over, LEFT)
    assert done == ["new run"]
    assert notifications.lines == []


def test_what_an_offer_says_in_turn_stays(qtbot: QtBot, notifications: Notifications) -> None:
    notifications.notify("again", "warning", [Offer("Again", lambda: notifications.notify("again", "warning"))])
    qtbot.mouseClick(button(cards(notifications)[0], "Again"), LEFT)
    assert notifications.lines == ["again"]


def test_offers_are_reached_by_keyboard(qtbot: QtBot, notifications: Notifications, window: QWidget) -> None:
    done: list[str] = []
    notifications.notify("seen")
    notifications.notify("diverged", "warning", [Offer("Halve", lambda: done.append("halved")), Offer("Over", list)])
    window.activateWindow()
    notifications.focus_newest()
    card = cards(notifications)[-1]
    qtbot.waitUntil(button(card, "Halve").hasFocus)
    qtbot.keyClick(button(card, "Halve"), Qt.Key.Key_Tab)
    assert button(card, "Over").hasFocus()
    qtbot.keyClick(button(card, "Halve"), Qt.Key.Key_Space)
    assert done == ["halved"]
    notifications.focus_newest()
    qtbot.keyClick(dismiss(cards(notifications)[0]), Qt.Key.Key_Escape)
    assert notifications.lines == []
    notifications.focus_newest()  # with nothing there to go to


def test_work_in_hand_stays_until_it_is_taken_back(qtbot: QtBot, notifications: Notifications) -> None:
    stopped: list[bool] = []
    card = notifications.notify("Trying 8 seeds… 0 %", "busy", [Offer("Cancel", lambda: stopped.append(True))])
    assert not [button for button in card.findChildren(Button) if button.accessibleName() == "Dismiss"]
    for number in range(5):
        notifications.notify(f"line {number}", "error")
    assert notifications.lines == ["Trying 8 seeds… 0 %", "line 2", "line 3", "line 4"], "others make room for it"
    notifications.reword(card, "Trying 8 seeds… 37 %")
    assert notifications.lines[0] == "Trying 8 seeds… 37 %"
    assert card.accessibleName() == "busy: Trying 8 seeds… 37 %"
    qtbot.keyClick(card, Qt.Key.Key_Escape)
    assert notifications.lines[0] == "Trying 8 seeds… 37 %"
    qtbot.mouseClick(button(card, "Cancel"), LEFT)
    assert stopped == [True]
    assert "Trying 8 seeds… 37 %" not in notifications.lines
    notifications.reword(card, "too late")
    notifications.take_back(card)
    assert "too late" not in notifications.lines


def test_a_question_is_not_pushed_out_by_what_asks_nothing(notifications: Notifications) -> None:
    for number in range(4):
        notifications.notify(f"question {number}", "error", [Offer("Yes", list)])
        for line in ("seen", "heard", "said", "told"):
            notifications.notify(line, "error")
    questions = [f"question {number}" for number in range(4)]
    assert notifications.lines == [*questions, "told"], "the newest is seen whatever is asked"
    notifications.notify("question 4", "error", [Offer("Yes", list)])
    assert notifications.lines == [*questions[1:], "question 4"], "questions push each other out"


def test_work_in_hand_yields_to_nothing(notifications: Notifications) -> None:
    lines = [f"work {number}" for number in range(5)]
    for line in lines:
        notifications.notify(line, "busy")
    assert notifications.lines == lines


def test_a_longer_line_gets_the_room_it_needs(notifications: Notifications, window: QWidget) -> None:
    card = notifications.notify("Short", "busy")
    height = card.height()
    notifications.reword(card, LONG)
    assert card.height() > height
    assert window.rect().contains(notifications.geometry())


def test_how_grave_it_is_is_said_and_drawn(notifications: Notifications) -> None:
    pictures = []
    for kind in ("info", "warning", "error", "busy"):
        notifications.clear()
        notifications.notify("the same line", kind)
        (card,) = cards(notifications)
        assert card.accessibleName() == f"{kind}: the same line"
        pictures.append(card.grab().toImage())
    assert all(one != other for one, other in combinations(pictures, 2))


def test_everything_can_be_taken_back(notifications: Notifications) -> None:
    notifications.notify("one")
    notifications.notify("two", "error")
    notifications.clear()
    assert (notifications.lines, notifications.isHidden()) == ([], True)


def test_markup_is_no_markup(notifications: Notifications) -> None:
    notifications.notify("<b>bold</b> & more")
    (card,) = cards(notifications)
    assert card.findChildren(QLabel)[0].textFormat() == Qt.TextFormat.PlainText


def test_cards_grow_with_the_text(notifications: Notifications, qapp: QApplication) -> None:
    apply_theme(qapp, DARK, 1.5)
    notifications.notify("Saved pentagon.superviz")
    (card,) = cards(notifications)
    assert card.width() == 600
    label = card.findChildren(QLabel)[0]
    assert label.height() >= label.fontMetrics().height()
