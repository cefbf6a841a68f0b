"""A feature is named and coloured where it is seen: it shows at once, Enter keeps it, Esc gives it back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from superviz.app import questions
from superviz.app.buttons import Button
from superviz.app.feature_naming import FeatureEditor, Swatch
from superviz.app.main_window import MainWindow
from superviz.scene.drawables import Scene, Text
from superviz.scene.palette import DARK, LIGHT
from superviz.scene.selection import Feature
from superviz.session.display import DisplaySettings

MakeWindow = Callable[..., MainWindow]


@pytest.fixture
def window(make: MakeWindow, qtbot: QtBot) -> MainWindow:
    made = make()
    made.activateWindow()
    qtbot.waitUntil(lambda: made.stage.frame is not None)
    made.controller.toggle_training()
    return made


def editor_of(window: MainWindow, qtbot: QtBot) -> FeatureEditor:
    def is_there() -> None:
        assert [found for found in window.findChildren(FeatureEditor) if found.isVisible()]

    qtbot.waitUntil(is_there)
    return next(found for found in window.findChildren(FeatureEditor) if found.isVisible())


def line_of(editor: FeatureEditor) -> QLineEdit:
    return editor.findChildren(QLineEdit)[0]


def label(window: MainWindow, feature: int) -> Text:
    scene = window.stage.views["vectors"].scene
    assert isinstance(scene, Scene)
    return next(d for d in scene.drawables if isinstance(d, Text) and d.meaning == Feature(feature))


def test_f2_names_the_selected_feature(window: MainWindow, qtbot: QtBot) -> None:
    window.stage.pin(2)
    qtbot.keyClick(window.stage.views["vectors"], Qt.Key.Key_F2)
    editor = editor_of(window, qtbot)
    qtbot.keyClicks(line_of(editor), "Dog")
    assert window.stage.display.feature_names == {2: "Dog"}, "seen while it is typed"
    qtbot.waitUntil(lambda: label(window, 2).text == "Dog")
    qtbot.keyClick(line_of(editor), Qt.Key.Key_Return)
    assert window.controller.recording.display.feature_names == {2: "Dog"}
    assert window.controller.has_unsaved_work


def test_esc_gives_back_what_was(window: MainWindow, qtbot: QtBot) -> None:
    window.stage.change_display(feature_names={0: "Cat", 3: "Dog"}, feature_colors={0: "#22cc44"})
    before = window.stage.display
    window.naming.open(0, window.stage.views["vectors"], QPoint(100, 100))
    editor = editor_of(window, qtbot)
    qtbot.keyClicks(line_of(editor), "Something else")
    qtbot.mouseClick(editor.findChildren(Swatch)[4], Qt.MouseButton.LeftButton)
    assert window.stage.display.feature_names == {0: "Something else", 3: "Dog"}
    assert window.stage.display.feature_colors == {0: DARK.some_features[4].lower()}
    qtbot.keyClick(line_of(editor), Qt.Key.Key_Escape)
    assert window.stage.display.feature_names == before.feature_names
    assert window.stage.display.feature_colors == before.feature_colors


def test_a_double_click_on_its_label_opens_it_there(window: MainWindow, qtbot: QtBot) -> None:
    view = window.stage.views["vectors"]
    qtbot.waitUntil(lambda: view.scene is not None)
    words = label(window, 1)
    at = QPoint(round(words.x), round(words.y))
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=at)
    editor = editor_of(window, qtbot)
    assert editor.accessibleName() == "Feature 2"
    assert window.stage.selection.pinned == Feature(1), "and it is selected, however often it was clicked"


def test_an_empty_line_is_no_name(window: MainWindow, qtbot: QtBot) -> None:
    window.stage.change_display(feature_names={0: "Cat"})
    window.naming.open(0, window.stage.views["vectors"], QPoint(100, 100))
    line = line_of(editor_of(window, qtbot))
    qtbot.keyClick(line, Qt.Key.Key_Backspace)
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert window.stage.display.feature_names == {}


def test_colours_of_the_palette_of_ones_own_and_none(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def choose(_parent: object, color: str) -> str | None:
        asked.append(color)
        return "#123456" if len(asked) == 1 else None

    monkeypatch.setattr(questions, "ask_color", choose)
    window.naming.open(3, window.stage.views["vectors"], QPoint(100, 100))
    editor = editor_of(window, qtbot)
    swatches = editor.findChildren(Swatch)
    assert [swatch.color for swatch in swatches] == list(DARK.some_features)
    assert not any(swatch.isChecked() for swatch in swatches)
    qtbot.mouseClick(swatches[6], Qt.MouseButton.LeftButton)
    assert [swatch.isChecked() for swatch in swatches].index(True) == 6
    other, reset = editor.findChildren(Button)
    qtbot.mouseClick(other, Qt.MouseButton.LeftButton)
    assert window.stage.display.feature_colors == {3: "#123456"}
    assert not any(swatch.isChecked() for swatch in swatches)
    qtbot.mouseClick(other, Qt.MouseButton.LeftButton)
    assert asked == [DARK.some_features[6].lower(), "#123456"]
    assert window.stage.display.feature_colors == {3: "#123456"}, "none was chosen"
    qtbot.mouseClick(reset, Qt.MouseButton.LeftButton)
    assert window.stage.display.feature_colors == {}
    assert editor.isVisible()


def test_in_the_other_theme_the_same_swatch_is_the_chosen_one(window: MainWindow, qtbot: QtBot) -> None:
    window.stage.change_display(theme="light", feature_colors={0: DARK.some_features[2].lower()})
    window.naming.open(0, window.stage.views["vectors"], QPoint(100, 100))
    chosen = [swatch.color for swatch in editor_of(window, qtbot).findChildren(Swatch) if swatch.isChecked()]
    assert chosen == [LIGHT.some_features[2]]


def test_opening_another_keeps_the_one_before(window: MainWindow, qtbot: QtBot) -> None:
    view = window.stage.views["vectors"]
    window.naming.open(0, view, QPoint(100, 100))
    qtbot.keyClicks(line_of(editor_of(window, qtbot)), "Cat")
    window.naming.open(1, view, QPoint(100, 100))
    qtbot.keyClicks(line_of(editor_of(window, qtbot)), "Dog")
    assert window.stage.display.feature_names == {0: "Cat", 1: "Dog"}


def test_another_session_starts_with_numbers_and_no_editor(window: MainWindow, qtbot: QtBot) -> None:
    window.naming.open(0, window.stage.views["vectors"], QPoint(100, 100))
    editor = editor_of(window, qtbot)
    qtbot.keyClicks(line_of(editor), "Cat")
    window.controller.restart(window.controller.experiment)
    assert not editor.isVisible()
    assert window.stage.display.feature_names == {0: "Cat"}, "the same features, trained again"
    assert window.stage.display != DisplaySettings()
