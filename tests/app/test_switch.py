"""A switch looks on where it is on, and turns over by click and by Space."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from superviz.app.switch import Switch
from superviz.scene.palette import DARK, PALETTES, Palette
from superviz.views.theme import apply_theme

pytestmark = pytest.mark.usefixtures("themed")


@pytest.fixture
def switch(qtbot: QtBot) -> Iterator[Switch]:
    """A switch in a window, where something else has the keyboard."""
    window = QWidget()
    qtbot.addWidget(window)
    row = QHBoxLayout(window)
    row.addWidget(QLineEdit())
    made = Switch()
    row.addWidget(made)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    yield made
    window.close()


def picture(switch: Switch) -> QImage:
    return switch.grab().toImage()


def test_click_and_space_turn_it_over(qtbot: QtBot, switch: Switch) -> None:
    told: list[bool] = []
    switch.clicked.connect(lambda on: told.append(on))
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    switch.setFocus()
    qtbot.keyClick(switch, Qt.Key.Key_Space)
    assert told == [True, False]
    switch.setChecked(True)
    assert told == [True, False], "what is shown is not told"


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES.keys())
def test_the_knob_stands_right_where_it_is_on(qapp: QApplication, switch: Switch, palette: Palette) -> None:
    apply_theme(qapp, palette, 1.0)
    middle = switch.height() // 2
    off = picture(switch)
    switch.setChecked(True)
    on = picture(switch)
    assert off.pixelColor(middle, middle) == QColor(palette.text2)
    assert off.pixelColor(switch.width() - middle, middle) == QColor(palette.raised)
    assert on.pixelColor(switch.width() - middle, middle) == QColor(palette.panel)
    assert on.pixelColor(middle, middle) == QColor(palette.text2)


def test_the_keyboards_place_has_a_ring(qtbot: QtBot, switch: Switch) -> None:
    before = picture(switch)
    switch.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(switch.hasFocus)
    ringed = picture(switch)
    assert ringed != before
    assert ringed.pixelColor(switch.width() // 2, 1) == QColor(DARK.accent)


def test_it_grows_with_the_text(qapp: QApplication, switch: Switch) -> None:
    small = switch.sizeHint()
    apply_theme(qapp, DARK, 2.0)
    assert switch.sizeHint() == small * 2
