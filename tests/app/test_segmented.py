"""Two halves, of which one holds; the other may be out of reach, and then says why."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from superviz.app.buttons import Button
from superviz.app.segmented import Segmented


@pytest.fixture
def halves(qtbot: QtBot, actions: dict[str, QAction]) -> tuple[Segmented, Button, Button]:
    segmented = Segmented(actions["two_dimensions"], "2D", actions["three_dimensions"], "3D")
    qtbot.addWidget(segmented)
    segmented.show()
    left, right = segmented.findChildren(Button)
    return segmented, left, right


def test_each_half_does_its_action(
    qtbot: QtBot, actions: dict[str, QAction], halves: tuple[Segmented, Button, Button]
) -> None:
    _, left, right = halves
    for half, name in ((right, "three_dimensions"), (left, "two_dimensions")):
        with qtbot.waitSignal(actions[name].triggered):
            qtbot.mouseClick(half, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("index", [0, 1])
def test_one_half_holds(halves: tuple[Segmented, Button, Button], index: int) -> None:
    segmented, left, right = halves
    segmented.show_choice(index)
    assert (left.isChecked(), right.isChecked()) == (index == 0, index == 1)


def test_out_of_reach_it_says_why(actions: dict[str, QAction], halves: tuple[Segmented, Button, Button]) -> None:
    segmented, left, right = halves
    segmented.show_choice(0, "The model has only 2 hidden dimensions.")
    assert left.isEnabled()
    assert not right.isEnabled()
    assert not actions["three_dimensions"].isEnabled(), "by the keyboard neither"
    assert right.toolTip() == "The model has only 2 hidden dimensions."
    segmented.show_choice(1)
    assert right.isEnabled()
    assert actions["three_dimensions"].isEnabled()
    assert right.toolTip() == "Vectors in 3D"


def test_the_halves_meet_and_are_equally_wide(halves: tuple[Segmented, Button, Button]) -> None:
    segmented, left, right = halves
    segmented.set_segment_width(43)
    segmented.adjustSize()
    assert (left.width(), right.width(), segmented.width()) == (43, 43, 86)
    assert left.geometry().right() + 1 == right.x()
