"""Notifications stack at the bottom right, go by themselves unless they are errors, and stand in nobody's way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from superviz.app.buttons import Button
from superviz.app.notifications import Card, Notifications, Severity
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


@pytest.mark.parametrize(("kind", "stays"), [("info", False), ("warning", False), ("error", True)])
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


def test_a_button_offers_the_remedy(qtbot: QtBot, notifications: Notifications) -> None:
    done: list[str] = []
    notifications.notify("training diverged", "error", lambda: done.append("new run"), "Start a new run")
    (card,) = cards(notifications)
    remedy = next(button for button in card.findChildren(Button) if button.text() == "Start a new run")
    qtbot.mouseClick(remedy, LEFT)
    assert done == ["new run"]
    assert notifications.lines == []


def test_how_grave_it_is_is_said_and_drawn(notifications: Notifications) -> None:
    pictures = []
    for kind in ("info", "warning", "error"):
        notifications.clear()
        notifications.notify("the same line", kind)
        (card,) = cards(notifications)
        assert card.accessibleName() == f"{kind}: the same line"
        pictures.append(card.grab().toImage())
    assert pictures[0] != pictures[1] != pictures[2]


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
