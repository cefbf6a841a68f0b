"""The list of presets: grouped by source, each with a line of what it shows; by mouse, by keyboard and by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QLineEdit, QMainWindow, QStyle, QStyleOptionComboBox, QWidget
from pytestqt.qtbot import QtBot

from superviz.app.command_palette import CommandPalette
from superviz.app.main_window import MainWindow
from superviz.app.preset_chooser import PresetChooser
from superviz.core.experiment import Experiment
from superviz.core.recipe import Recipe, load_recipe, presets
from superviz.scene.palette import DARK
from superviz.views.theme import apply_theme

TINY = Experiment(n_features=5, n_hidden=2)
ONE = Recipe("one", TINY, "First of all", "A pentagon.", "Elhage et al. 2022, Introduction", 1)
TWO = Recipe("two", TINY, "Second", "Two digons.", "Elhage et al. 2022, Introduction", 2)
THREE = Recipe("three", TINY, "Third", "A hexagon.", "Chen et al. 2023", 3)
HEADERS = ["Elhage et al. 2022, Introduction", "Chen et al. 2023"]


@pytest.fixture
def window(qtbot: QtBot, themed: QApplication) -> Iterator[QMainWindow]:
    whole = QMainWindow()
    qtbot.addWidget(whole)
    whole.resize(1280, 720)
    yield whole
    whole.close()


def shown(qtbot: QtBot, window: QMainWindow, recipes: list[Recipe]) -> PresetChooser:
    holder = QWidget()
    chooser = PresetChooser(recipes, holder)
    chooser.move(46, 0)
    chooser.resize(240, 32)
    window.setCentralWidget(holder)
    window.show()
    qtbot.waitExposed(window)
    return chooser


def texts(chooser: PresetChooser) -> list[str]:
    return [chooser.itemText(row) for row in range(chooser.count())]


def may_be_picked(chooser: PresetChooser, row: int) -> bool:
    return bool(chooser.model().index(row, 0).flags() & Qt.ItemFlag.ItemIsSelectable)


def test_presets_stand_under_their_sources(qtbot: QtBot, window: QMainWindow) -> None:
    chooser = shown(qtbot, window, [ONE, TWO, THREE])
    assert texts(chooser) == [HEADERS[0], "First of all", "Second", HEADERS[1], "Third"]
    assert [row for row in range(5) if not may_be_picked(chooser, row)] == [0, 3]
    assert chooser.currentText() == "First of all", "a header is never what is shown"


def test_every_preset_that_ships_can_be_picked(qtbot: QtBot, window: QMainWindow) -> None:
    ours = presets()
    chooser = shown(qtbot, window, ours)
    picked: list[str] = []
    chooser.picked.connect(picked.append)
    for row in range(chooser.count()):
        chooser.activated.emit(row)
    assert picked == [recipe.name for recipe in ours]
    headers = [text for row, text in enumerate(texts(chooser)) if not may_be_picked(chooser, row)]
    assert len(headers) == len(set(headers)), "no source has two groups"


def test_the_keyboard_steps_over_headers(qtbot: QtBot, window: QMainWindow) -> None:
    chooser = shown(qtbot, window, [ONE, TWO, THREE])
    window.activateWindow()
    chooser.setFocus()
    qtbot.waitUntil(chooser.hasFocus)
    picked: list[str] = []
    chooser.picked.connect(picked.append)
    for _ in range(3):
        qtbot.keyClick(chooser, Qt.Key.Key_Down)
    assert picked == ["two", "three"]
    for _ in range(3):
        qtbot.keyClick(chooser, Qt.Key.Key_Up)
    assert picked == ["two", "three", "two", "one"]


def test_a_title_of_its_own_comes_first_and_goes_again(qtbot: QtBot, window: QMainWindow) -> None:
    chooser = shown(qtbot, window, [ONE, TWO, THREE])
    picked: list[str] = []
    chooser.picked.connect(picked.append)
    for title in ("my own run", "another of mine", HEADERS[1]):
        chooser.show_title(title)
        assert chooser.currentIndex() == 0
        assert texts(chooser) == [title, HEADERS[0], "First of all", "Second", HEADERS[1], "Third"]
    chooser.activated.emit(0)
    chooser.show_title("Third")
    assert (chooser.currentText(), chooser.count()) == ("Third", 5)
    assert picked == [], "showing is not picking, and what is no preset can't be started"


def test_each_can_be_had_by_name(qtbot: QtBot, window: QMainWindow) -> None:
    chooser = shown(qtbot, window, [ONE, TWO, THREE])
    assert [action.text() for action in chooser.commands.values()] == [
        "Preset: First of all",
        "Preset: Second",
        "Preset: Third",
    ]
    with qtbot.waitSignal(chooser.picked) as told:
        chooser.commands["three"].trigger()
    assert told.args == ["three"]


@pytest.mark.parametrize(("width", "scale"), [(1920, 1.0), (1280, 1.0), (1280, 1.5), (700, 1.0)])
def test_the_open_list_stays_within_the_window(
    qtbot: QtBot, qapp: QApplication, window: QMainWindow, width: int, scale: float
) -> None:
    apply_theme(qapp, DARK, scale)
    window.resize(width, 720)
    chooser = shown(qtbot, window, presets())
    chooser.showPopup()
    view = chooser.view()
    qtbot.waitUntil(view.isVisible)
    left = view.mapToGlobal(view.rect().topLeft()).x()
    assert left + view.width() <= window.frameGeometry().right() + 1
    assert view.width() >= chooser.width()
    chooser.hidePopup()


def test_what_it_shows_stands_beside_the_title(qtbot: QtBot, window: QMainWindow) -> None:
    # Ink right of the titles' column: in a preset's row, and none in a group's of which the name is short.
    window.resize(1920, 720)
    chooser = shown(qtbot, window, [ONE, THREE])
    chooser.showPopup()
    view = chooser.view()
    qtbot.waitUntil(view.isVisible)
    picture = view.viewport().grab().toImage()
    ground = QColor(DARK.raised)

    def has_ink(row: int) -> bool:
        place = view.visualRect(chooser.model().index(row, 0))
        across = range(place.left() + 260, place.right() - 12)
        return any(
            picture.pixelColor(x, y) != ground for x in across for y in range(place.top() + 6, place.bottom() - 6)
        )

    assert chooser.itemText(2) == HEADERS[1]
    assert has_ink(3)
    assert not has_ink(2)
    assert chooser.itemData(3, Qt.ItemDataRole.ToolTipRole) == "A hexagon."
    chooser.hidePopup()


def test_without_presets_there_is_only_what_is_shown(qtbot: QtBot, window: QMainWindow) -> None:
    chooser = shown(qtbot, window, [])
    chooser.show_title("mine")
    assert texts(chooser) == ["mine"]


def test_in_the_window_a_preset_is_found_by_typing_and_seen_whole(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make()
    assert window.stage.display.dimensions == 2
    window.show_commands()
    palette = window.findChildren(CommandPalette)[0]
    typing = palette.findChildren(QLineEdit)[0]
    qtbot.keyClicks(typing, "antiprism")
    assert palette.shown == ["Preset: A square antiprism"]
    qtbot.keyClick(typing, Qt.Key.Key_Return)
    chooser = window.findChildren(PresetChooser)[0]
    assert chooser.currentText() == "A square antiprism"
    assert window.controller.recording.experiment == load_recipe("antiprism").experiment
    assert window.stage.display.dimensions == 3, "three dimensions are all that the model has"
    chooser.commands["intro"].trigger()
    assert window.stage.display.dimensions == 2


def test_it_is_wide_enough_for_every_title(qtbot: QtBot, window: QMainWindow) -> None:
    chooser = shown(qtbot, window, presets())
    chooser.set_width(100)
    chooser.resize(chooser.sizeHint())
    option = QStyleOptionComboBox()
    chooser.initStyleOption(option)
    part = QStyle.SubControl.SC_ComboBoxEditField
    field = chooser.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, chooser)
    assert field.width() >= max(chooser.fontMetrics().horizontalAdvance(recipe.title) for recipe in presets())
    assert chooser.width() < 300
    chooser.set_width(400)
    assert chooser.sizeHint().width() == 400
