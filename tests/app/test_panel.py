"""A panel: a noun and a clause over a body, and a menu of its own."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QWidget
from pytestqt.qtbot import QtBot

from superviz.app.panel import COMPACT_HEADER_HEIGHT, HEADER_HEIGHT, Panel
from superviz.scene.palette import DARK
from superviz.views.theme import apply_theme

pytestmark = pytest.mark.usefixtures("themed")


def make(qtbot: QtBot, *menu_actions: QAction) -> Panel:
    panel = Panel("Interference", "W<sup>T</sup>W: what activating one does to another", QWidget(), menu_actions)
    qtbot.addWidget(panel)
    panel.resize(384, 500)
    panel.show()
    return panel


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_the_header_is_as_high_as_measured(qtbot: QtBot, qapp: QApplication, scale: float) -> None:
    apply_theme(qapp, DARK, scale)
    panel = make(qtbot)
    for compact, height in ((False, HEADER_HEIGHT), (True, COMPACT_HEADER_HEIGHT), (False, HEADER_HEIGHT)):
        panel.set_compact(compact)
        assert panel.is_compact is compact
        QApplication.processEvents()
        assert panel.body.y() == round(height * scale)
        assert panel.body.height() == panel.height() - panel.body.y()


def test_it_says_what_it_is_told(qtbot: QtBot) -> None:
    panel = make(qtbot)
    panel.set_clause("basis is arbitrary")
    assert panel.clause == "basis is arbitrary"
    panel.show_title("Neurons")
    assert panel.accessibleName() == "Neurons"
    assert "Neurons" in [label.text() for label in panel.findChildren(QLabel)]


def test_the_header_can_go(qtbot: QtBot) -> None:
    panel = make(qtbot)
    panel.show_header(False)
    QApplication.processEvents()
    assert panel.body.height() == panel.height()


def test_its_menu_holds_its_actions(qtbot: QtBot, actions: dict[str, QAction]) -> None:
    panel = make(qtbot, actions["export"], actions["panel_interference"])
    corner = QPoint(5, 5)
    panel.contextMenuEvent(QContextMenuEvent(QContextMenuEvent.Reason.Mouse, corner, panel.mapToGlobal(corner)))
    menu = panel.findChildren(QMenu)[0]
    assert menu.actions() == [actions["export"], actions["panel_interference"]]
    with qtbot.waitSignal(actions["export"].triggered):
        qtbot.keyClick(menu, Qt.Key.Key_Down)
        qtbot.keyClick(menu, Qt.Key.Key_Return)
    menu.close()


def test_without_actions_there_is_no_menu(qtbot: QtBot) -> None:
    panel = make(qtbot)
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(5, 5), QPoint(5, 5))
    panel.contextMenuEvent(asked)
    assert not asked.isAccepted()
    assert panel.findChildren(QMenu) == []
