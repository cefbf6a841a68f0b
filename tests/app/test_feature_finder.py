"""A feature is found by the number or by the name that is typed, and pinned."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from superviz.app.command_palette import CommandPalette
from superviz.app.feature_finder import find_features
from superviz.session.display import DisplaySettings

NAMED = DisplaySettings(
    feature_names={3: "Golden Gate", 16: "bridges & roads", 4095: "golden retrievers", 9999: "golden"}
)


def found(typed: str, display: DisplaySettings = NAMED, n_features: int = 4096) -> tuple[list[str], list[int]]:
    pinned: list[int] = []
    owner = QObject()
    actions = find_features(typed, n_features, display, pinned.append, owner)
    for action in actions:
        action.trigger()
    return [action.text() for action in actions], pinned


@pytest.mark.parametrize("typed", ["1234", "#1234", " # 1234 ", "feature 1234", "Feature #1234", "feature 1,234"])
def test_by_number(typed: str, qapp: QApplication) -> None:
    assert found(typed) == (["Pin feature 1,234"], [1233])


@pytest.mark.parametrize("typed", ["", " ", "0", "4097", "99999999", "-1", "12.5", "1234x", "save", "feature"])
def test_nothing_where_none_is_meant(typed: str, qapp: QApplication) -> None:
    assert found(typed) == ([], [])


def test_by_name(qapp: QApplication) -> None:
    assert found("GOLDEN") == (["Pin feature 4: Golden Gate", "Pin feature 4,096: golden retrievers"], [3, 4095])
    assert found("#17") == (["Pin feature 17: bridges && roads"], [16])


def test_by_number_before_by_name(qapp: QApplication) -> None:
    display = DisplaySettings(feature_names={0: "route 17", 16: "17 again"})
    assert found("17", display)[1] == [16, 0]


def test_at_most_a_few(qapp: QApplication) -> None:
    many = DisplaySettings(feature_names={index: f"bird {index}" for index in range(100)})
    assert len(found("bird", many)[1]) == 8


def test_in_the_palette_it_comes_first_and_enter_pins_it(qtbot: QtBot, themed: QApplication, actions) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1280, 720)
    window.show()
    pinned: list[int] = []
    palette = CommandPalette(
        actions, window, lambda typed, parent: find_features(typed, 4096, NAMED, pinned.append, parent)
    )
    palette.open_over(window)
    typing = palette.findChildren(QLineEdit)[0]
    assert not any(words.startswith("Pin") for words in palette.shown)
    qtbot.keyClicks(typing, "17")
    assert palette.shown[0] == "Pin feature 17: bridges & roads"
    qtbot.keyClick(typing, Qt.Key.Key_Return)
    assert pinned == [16]
    window.close()
