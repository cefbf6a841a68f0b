"""A slider over real numbers: ends exact, two digits between, silent while it is told what to show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from superviz.app.value_slider import ValueSlider

pytestmark = pytest.mark.usefixtures("themed")
LEFT = Qt.MouseButton.LeftButton


def make(
    qtbot: QtBot, low: float = 0.1, high: float = 1.0, *, logarithmic: bool = False, from_zero: bool = False
) -> ValueSlider:
    slider = ValueSlider(low, high, logarithmic=logarithmic, from_zero=from_zero)
    qtbot.addWidget(slider)
    slider.resize(200, 20)
    slider.show()
    return slider


def moves(slider: ValueSlider) -> list[float]:
    values: list[float] = []
    slider.moved.connect(values.append)
    return values


@pytest.mark.parametrize("logarithmic", [False, True])
def test_its_ends_are_exact(qtbot: QtBot, logarithmic: bool) -> None:
    slider = make(qtbot, 0.01, 1.0, logarithmic=logarithmic)
    assert (slider.value_at(slider.minimum()), slider.value_at(slider.maximum())) == (0.01, 1.0)


def test_the_middle_is_the_mean_of_its_scale(qtbot: QtBot) -> None:
    even, spread = make(qtbot, 0.0, 1.0), make(qtbot, 1e-5, 0.1, logarithmic=True)
    assert even.value_at(500) == 0.5
    assert spread.value_at(500) == 0.001


@given(value=st.floats(0.01, 1.0), logarithmic=st.booleans())
def test_what_is_shown_is_near_what_it_reads(value: float, logarithmic: bool) -> None:
    slider = ValueSlider(0.01, 1.0, logarithmic=logarithmic)
    slider.show_value(value)
    assert slider.value_at(slider.value()) == pytest.approx(value, rel=0.06, abs=0 if logarithmic else 0.006)
    slider.deleteLater()


def test_beyond_its_ends_it_stands_at_them(qtbot: QtBot) -> None:
    slider = make(qtbot, 0.01, 1.0, logarithmic=True)
    slider.show_value(5.0)
    assert slider.value() == slider.maximum()
    slider.show_value(1e-9)
    assert slider.value() == slider.minimum()


def test_what_it_is_told_to_show_is_no_move(qtbot: QtBot) -> None:
    slider = make(qtbot)
    values = moves(slider)
    slider.show_value(0.5)
    assert values == []
    slider.setValue(1000)
    assert values == [1.0]


def test_it_goes_where_it_is_clicked(qtbot: QtBot) -> None:
    slider = make(qtbot, 0.0, 1.0)
    values = moves(slider)
    for x, expected in ((100, 0.5), (2, 0.0), (198, 1.0)):
        qtbot.mouseClick(slider, LEFT, pos=QPoint(x, 10))
        assert values[-1] == pytest.approx(expected, abs=0.01)


def test_a_drag_goes_on_from_the_click(qtbot: QtBot) -> None:
    slider = make(qtbot, 0.0, 1.0)
    values = moves(slider)
    qtbot.mousePress(slider, LEFT, pos=QPoint(50, 10))
    qtbot.mouseMove(slider, QPoint(150, 10))
    assert values[-1] == pytest.approx(0.77, abs=0.03)
    slider.show_value(0.1)
    assert slider.isSliderDown()
    assert slider.value_at(slider.value()) == values[-1], "not moved under the hand"
    qtbot.mouseRelease(slider, LEFT, pos=QPoint(150, 10))
    slider.show_value(0.1)
    assert slider.value_at(slider.value()) == 0.1


def test_keys_move_it(qtbot: QtBot) -> None:
    slider = make(qtbot, 0.0, 1.0)
    slider.show_value(0.5)
    values = moves(slider)
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    qtbot.keyClick(slider, Qt.Key.Key_PageDown)
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    assert values == [0.51, 0.41, 0.0]


def test_the_wheel_moves_nothing(qtbot: QtBot) -> None:
    slider = make(qtbot)
    values = moves(slider)
    nowhere, buttons = QPointF(5, 5), Qt.MouseButton.NoButton
    keys, phase = Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
    turn = QWheelEvent(nowhere, nowhere, QPoint(), QPoint(0, 120), buttons, keys, phase, False)
    QApplication.sendEvent(slider, turn)
    assert values == []
    assert not turn.isAccepted()


def test_its_width_gives_way_where_room_is_short(qtbot: QtBot) -> None:
    slider = make(qtbot)
    slider.set_width(120)
    assert (slider.sizeHint().width(), slider.minimumSizeHint().width(), slider.maximumWidth()) == (120, 60, 120)


def test_a_logarithmic_slider_may_begin_at_zero(qtbot: QtBot) -> None:
    slider = make(qtbot, 1e-5, 1.0, logarithmic=True, from_zero=True)
    heard = moves(slider)
    slider.show_value(0.0)
    assert (slider.value(), heard) == (slider.minimum(), [])
    slider.setValue(500)
    slider.setValue(slider.minimum())
    slider.setValue(slider.maximum())
    assert heard == [pytest.approx(0.0032), 0.0, 1.0]
    slider.show_value(1e-9)
    assert slider.value() == slider.minimum() + 1, "what is above 0 stands beside it"
