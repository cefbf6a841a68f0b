"""A clause shows whole, with its superscript, or elided; never clipped."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from superviz.app.clause_label import ClauseLabel
from superviz.scene.palette import DARK
from superviz.views.theme import apply_theme

pytestmark = pytest.mark.usefixtures("themed")
CLAUSE = "W<sup>T</sup>W: what activating one does to another"


def make(qtbot: QtBot, text: str = CLAUSE) -> ClauseLabel:
    label = ClauseLabel(text)
    qtbot.addWidget(label)
    return label


def test_given_its_room_everything_shows(qtbot: QtBot) -> None:
    label = make(qtbot)
    label.resize(label.sizeHint())
    assert label.shown() == [("W", False), ("T", True), ("W: what activating one does to another", False)]


def test_a_pixel_less_and_it_is_elided(qtbot: QtBot) -> None:
    label = make(qtbot)
    label.resize(label.sizeHint().width() - 3, label.sizeHint().height())
    shown = label.shown()
    assert shown[:2] == [("W", False), ("T", True)]
    assert shown[2][0].endswith("…")
    assert shown[2][0] != "…"


def test_too_little_room_to_say_anything_says_nothing(qtbot: QtBot) -> None:
    label = make(qtbot, "Training on CPU")
    label.resize(24, 16)
    assert label.shown() == []
    assert label.minimumSizeHint().width() == 0


def test_a_superscript_is_smaller_and_higher(qtbot: QtBot) -> None:
    plain, raised = make(qtbot, "WT"), make(qtbot, "W<sup>T</sup>")
    assert raised.sizeHint().width() < plain.sizeHint().width()
    assert raised.sizeHint().height() == plain.sizeHint().height()
    for label in (plain, raised):
        label.resize(label.sizeHint())
        label.show()
    lowest = []
    for label in (plain, raised):
        image = label.grab().toImage()
        ground = image.pixelColor(image.width() - 1, 0)
        # The second letter's lowest ink.
        columns = range(round(image.width() * 0.72), image.width() - 1)
        ink = ground.lightness() + 60
        rows = [y for y in range(image.height()) if any(image.pixelColor(x, y).lightness() > ink for x in columns)]
        lowest.append(max(rows))
    assert lowest[1] < lowest[0] - 2


def test_words_can_change(qtbot: QtBot) -> None:
    label = make(qtbot)
    before = label.sizeHint().width()
    label.show_text("basis is arbitrary")
    assert label.text == "basis is arbitrary"
    assert label.sizeHint().width() < before
    assert label.accessibleName() == "basis is arbitrary"
    label.show_text(CLAUSE)
    assert label.accessibleName() == "WTW: what activating one does to another"


def test_it_grows_with_the_text(qtbot: QtBot, qapp: QApplication) -> None:
    label = make(qtbot)
    before = label.sizeHint()
    apply_theme(qapp, DARK, 2.0)
    assert label.sizeHint().width() == pytest.approx(2 * before.width(), rel=0.05)
