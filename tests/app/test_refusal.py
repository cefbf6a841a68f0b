"""A refusal is said under its field, moves nothing, and goes by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from superviz.app.refusal import Refusal

pytestmark = pytest.mark.usefixtures("themed")
LINE = "feature_probability: give a probability above 0 and at most 1, not 1.5"


@pytest.fixture
def panel(qtbot: QtBot) -> Iterator[QWidget]:
    whole = QWidget()
    qtbot.addWidget(whole)
    whole.resize(300, 400)
    whole.show()
    yield whole
    whole.close()


def field_at(panel: QWidget, y: int) -> QLineEdit:
    field = QLineEdit(panel)
    field.setGeometry(200, y, 66, 26)
    field.show()
    return field


def test_it_stands_under_its_field_within_the_panel(panel: QWidget) -> None:
    refusal, field = Refusal(panel), field_at(panel, 100)
    refusal.show_under(field, LINE)
    assert refusal.isVisible()
    assert refusal.line == LINE
    assert refusal.y() == 100 + 26 + 4
    assert panel.rect().contains(refusal.geometry())
    assert refusal.height() >= 2 * refusal.fontMetrics().height(), "the whole line, wrapped"


def test_at_the_foot_it_stands_over_its_field(panel: QWidget) -> None:
    refusal, field = Refusal(panel), field_at(panel, 370)
    refusal.show_under(field, LINE)
    assert refusal.geometry().bottom() < 370


def test_markup_is_no_markup(panel: QWidget) -> None:
    refusal, field = Refusal(panel), field_at(panel, 100)
    refusal.show_under(field, "n_features: <b>5</b> is no number")
    assert refusal.line == "n_features: <b>5</b> is no number"


def test_a_click_dismisses_it(qtbot: QtBot, panel: QWidget) -> None:
    refusal, field = Refusal(panel), field_at(panel, 100)
    refusal.show_under(field, LINE)
    qtbot.mouseClick(refusal, Qt.MouseButton.LeftButton, pos=QPoint(4, 4))
    assert refusal.isHidden()
    assert not refusal.findChildren(QTimer)[0].isActive()


def test_it_goes_by_itself(qtbot: QtBot, panel: QWidget) -> None:
    refusal, field = Refusal(panel), field_at(panel, 100)
    timer = refusal.findChildren(QTimer)[0]
    assert timer.isSingleShot()
    assert timer.interval() >= 5000, "time to read it"
    timer.setInterval(1)
    refusal.show_under(field, LINE)
    qtbot.waitUntil(refusal.isHidden)
