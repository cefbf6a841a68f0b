"""The toolbar drives training through actions, and says what training does."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QMenu, QSlider, QWidget
from pytestqt.qtbot import QtBot

from superviz.app.buttons import Button
from superviz.app.clause_label import ClauseLabel
from superviz.app.toolbar import FASTEST, SLOWEST, Toolbar
from superviz.core.experiment import Experiment
from superviz.core.recipe import Recipe
from superviz.engine.runner import RunState
from superviz.scene.palette import DARK
from superviz.views.theme import apply_theme

LEFT = Qt.MouseButton.LeftButton
INTRO = Recipe("intro", Experiment(n_features=5, n_hidden=2), "Five features, two dimensions", shows="A pentagon.")
DENSE = Recipe("dense", Experiment(n_features=20, n_hidden=5), "Twenty features in five dimensions")


@pytest.fixture
def toolbar(qtbot: QtBot, actions: dict[str, QAction]) -> Iterator[Toolbar]:
    made = Toolbar(actions, [INTRO, DENSE], QMenu())
    qtbot.addWidget(made)
    made.resize(1920, 52)
    made.show()
    yield made
    made.close()


def face(toolbar: Toolbar, name: str) -> Button:
    return next(button for button in toolbar.findChildren(Button) if button.accessibleName() == name)


def words(toolbar: Toolbar) -> str:
    return toolbar.findChildren(ClauseLabel)[0].text


def pace_words(toolbar: Toolbar) -> str:
    return next(text for label in toolbar.findChildren(QLabel) if (text := label.text()).endswith(("/s", "flat out")))


@pytest.mark.parametrize(
    ("face_name", "action"),
    [
        ("Pause or go on training", "train"),
        ("Train one step", "step"),
        ("Restart from a random start", "restart"),
        ("Find a command", "commands"),
        ("Dark or light", "theme"),
        ("Export a clip or picture", "export"),
        ("Vectors in 3D", "three_dimensions"),
    ],
)
def test_its_buttons_are_faces_of_actions(
    qtbot: QtBot, toolbar: Toolbar, actions: dict[str, QAction], face_name: str, action: str
) -> None:
    with qtbot.waitSignal(actions[action].triggered):
        qtbot.mouseClick(face(toolbar, face_name), LEFT)


def test_the_menu_is_behind_its_button(qtbot: QtBot, actions: dict[str, QAction]) -> None:
    menu = QMenu()
    menu.addAction(actions["open"])
    toolbar = Toolbar(actions, [], menu)
    qtbot.addWidget(toolbar)
    assert face(toolbar, "Menu").menu() is menu
    toolbar.close()


@pytest.mark.parametrize(
    ("state", "step", "button", "compact_button", "status"),
    [
        (RunState.READY, 0, "Start training", "Start", "Ready · step 0 of 5,000"),
        (RunState.COMPILING, 0, "Pause training", "Pause", "Preparing · step 0 of 5,000"),
        (RunState.RUNNING, 4240, "Pause training", "Pause", "Training on CPU · step 4,240 of 5,000"),
        (RunState.PAUSED, 4240, "Train on", "Train on", "Paused · step 4,240 of 5,000"),
        (RunState.FINISHED, 5000, "Train on", "Train on", "Finished · step 5,000 of 5,000"),
        (RunState.FAILED, 12, "Train on", "Train on", "Failed · step 12 of 5,000"),
    ],
)
def test_it_says_what_training_does(
    toolbar: Toolbar, state: RunState, step: int, button: str, compact_button: str, status: str
) -> None:
    toolbar.show_state(state)
    toolbar.show_progress(step, 5000)
    assert (face(toolbar, "Pause or go on training").text(), words(toolbar)) == (button, status)
    toolbar.set_compact(True)
    assert face(toolbar, "Pause or go on training").text() == compact_button
    assert words(toolbar) == status.split(" · ")[0].replace(" on CPU", "")


def test_what_trains_is_named(toolbar: Toolbar) -> None:
    toolbar.show_state(RunState.RUNNING)
    for backend, device in (("numba", "CPU"), ("torch on cpu", "CPU"), ("torch on NVIDIA H100", "GPU")):
        toolbar.show_backend(backend)
        assert words(toolbar) == f"Training on {device}"
    toolbar.show_progress(100, 5000, 1_234.0)
    assert toolbar.findChildren(ClauseLabel)[0].toolTip() == "1,234 steps/s measured on NVIDIA H100"


def test_what_is_only_tried_out_is_said_to_be(toolbar: Toolbar) -> None:
    toolbar.show_state(RunState.PAUSED)
    toolbar.show_progress(5000, 5000)
    toolbar.show_tried(True)
    assert words(toolbar) == "Instant · step 5,000 of 5,000"
    toolbar.show_state(RunState.RUNNING)
    assert words(toolbar) == "Instant · step 5,000 of 5,000"
    toolbar.show_tried(False)
    assert words(toolbar) == "Training on CPU · step 5,000 of 5,000"


def test_the_measured_rate_is_there_for_who_asks(toolbar: Toolbar) -> None:
    toolbar.show_progress(100, 5000, 231_456.7)
    assert toolbar.findChildren(ClauseLabel)[0].toolTip() == "231,457 steps/s measured"
    toolbar.show_progress(100, 5000, 0.0)
    assert toolbar.findChildren(ClauseLabel)[0].toolTip() == ""


def test_states_move_no_button(toolbar: Toolbar) -> None:
    places = set()
    for state in RunState:
        for step in (0, 100):
            toolbar.show_state(state)
            toolbar.show_progress(step, 5000)
            QApplication.processEvents()
            places.add(face(toolbar, "Train one step").x())
    assert len(places) == 1


def test_the_pace_runs_from_slow_to_flat_out(toolbar: Toolbar) -> None:
    told: list[float | None] = []
    toolbar.pace_changed.connect(told.append)
    slider = toolbar.findChildren(QSlider)[0]
    for position, said in ((0, "10 steps/s"), (500, "1,000 steps/s"), (1000, "flat out")):
        slider.setValue(position)
        assert pace_words(toolbar) == said
    assert told == [SLOWEST, 1000.0, None]


@pytest.mark.parametrize(("pace", "said"), [(300.0, "300 steps/s"), (None, "flat out"), (12.5, "12 steps/s")])
def test_a_pace_is_shown_and_not_told_back(toolbar: Toolbar, pace: float | None, said: str) -> None:
    told: list[float | None] = []
    toolbar.pace_changed.connect(told.append)
    toolbar.show_pace(pace)
    assert (pace_words(toolbar), told) == (said, [])
    toolbar.set_compact(True)
    assert pace_words(toolbar) == said.replace(" steps/s", " /s")
    assert toolbar.findChildren(QSlider)[0].value() == (
        1000 if pace is None else pytest.approx(250 * _decades(pace), abs=1)
    )


def _decades(pace: float) -> float:
    return math.log10(pace / SLOWEST) * 4 / math.log10(FASTEST / SLOWEST)


def test_a_preset_is_picked_by_its_name(qtbot: QtBot, toolbar: Toolbar) -> None:
    chooser = toolbar.findChildren(QComboBox)[0]
    assert [chooser.itemText(row) for row in range(chooser.count())] == [INTRO.title, DENSE.title]
    assert chooser.itemData(0, Qt.ItemDataRole.ToolTipRole) == "A pentagon."
    with qtbot.waitSignal(toolbar.preset_picked) as told:
        chooser.activated.emit(1)
    assert told.args == ["dense"]


def test_a_title_that_is_no_presets_stands_there_too(toolbar: Toolbar) -> None:
    chooser = toolbar.findChildren(QComboBox)[0]
    toolbar.show_title(DENSE.title)
    assert chooser.currentText() == DENSE.title
    picked: list[str] = []
    toolbar.preset_picked.connect(picked.append)
    presets = chooser.count()
    for title in ("my own run", "another of mine"):
        toolbar.show_title(title)
        assert chooser.currentText() == title
        assert chooser.count() == presets + 1
    chooser.activated.emit(chooser.currentIndex())
    assert picked == [], "it is no preset that could be started"
    toolbar.show_title(DENSE.title)
    assert (chooser.currentText(), chooser.count()) == (DENSE.title, presets)


@pytest.mark.parametrize(("hidden", "has_depth"), [(1, False), (2, False), (3, True), (30, True)])
def test_three_dimensions_need_three(toolbar: Toolbar, hidden: int, has_depth: bool) -> None:
    toolbar.show_dimensions(hidden, 2)
    depth = next(button for button in toolbar.findChildren(Button) if button.text() == "3D")
    assert depth.isEnabled() is has_depth
    if not has_depth:
        assert depth.toolTip().startswith(f"The model has only {hidden} hidden dimension")


def test_the_theme_button_shows_the_other_theme(toolbar: Toolbar) -> None:
    button = face(toolbar, "Dark or light")
    toolbar.show_theme("dark")
    sun = button.grab().toImage()
    toolbar.show_theme("light")
    assert button.grab().toImage() != sun


@pytest.mark.parametrize(
    ("width", "compact", "scale"), [(1920, False, 1.0), (1600, False, 1.0), (1280, True, 1.0), (1920, True, 1.5)]
)
def test_everything_has_its_room(qapp: QApplication, toolbar: Toolbar, width: int, compact: bool, scale: float) -> None:
    apply_theme(qapp, DARK, scale)
    toolbar.set_compact(compact)
    toolbar.show_title(INTRO.title)
    toolbar.show_state(RunState.RUNNING)
    toolbar.show_progress(9_999, 10_000)
    toolbar.show_pace(99_000)
    toolbar.resize(width, round((44 if compact else 52) * scale))
    QApplication.processEvents()
    parts = sorted(
        (part for part in toolbar.children() if isinstance(part, QWidget) and part.isVisible()), key=QWidget.x
    )
    for left, right in pairwise(parts):
        assert left.geometry().right() < right.x(), (left, right)
    assert parts[-1].geometry().right() < width
    status = toolbar.findChildren(ClauseLabel)[0]
    assert status.shown() == [(status.text, False)]


def test_where_room_is_scarcest_words_that_are_tooltips_too_are_left_out(toolbar: Toolbar) -> None:
    toolbar.set_compact(True)
    least, export = toolbar.minimumSizeHint().width(), face(toolbar, "Export a clip or picture")
    toolbar.set_terse(True)
    toolbar.set_compact(True)
    assert export.text() == ""
    assert not next(label for label in toolbar.findChildren(QLabel) if label.text() == "Pace").isVisible()
    assert toolbar.minimumSizeHint().width() < least - 60
    toolbar.set_terse(False)
    toolbar.set_compact(True)
    assert (export.text(), toolbar.minimumSizeHint().width()) == ("Export", least)
