"""What tests of the window lean on: a themed application, the table of actions, the recipe's form and its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shiboken6
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QWidget
from pytestqt.qtbot import QtBot

from superviz.app.actions import ACTIONS, is_plain
from superviz.app.application import make_application, make_window
from superviz.app.buttons import Button
from superviz.app.field_row import FieldRow
from superviz.app.field_rows import make_row
from superviz.app.main_window import MainWindow
from superviz.app.number_box import EntryBox
from superviz.app.recipe_panel import RecipePanel
from superviz.app.refusal import Refusal
from superviz.core.experiment import Experiment
from superviz.engine.state import Trace
from superviz.engine.trainer import Diverged, Trainer
from superviz.scene.palette import DARK
from superviz.views.fonts import load_fonts
from superviz.views.theme import apply_theme


@pytest.fixture
def themed(qapp: QApplication) -> Iterator[QApplication]:
    """The application in its dark theme and ordinary text, before the test and after it."""
    load_fonts()
    apply_theme(qapp, DARK, 1.0)
    yield qapp
    apply_theme(qapp, DARK, 1.0)


@pytest.fixture
def actions(themed: QApplication) -> Iterator[dict[str, QAction]]:
    """An action for every row of the table, that does nothing."""
    owner = QObject()
    made: dict[str, QAction] = {}
    for row in ACTIONS:
        plain = [shortcut for shortcut in row.shortcuts if is_plain(shortcut)]
        action = QAction(f"{row.text}\t{plain[0]}" if plain else row.text, owner)
        action.setShortcuts([QKeySequence(shortcut) for shortcut in row.shortcuts if not is_plain(shortcut)])
        action.setCheckable(row.checked is not None)
        made[row.name] = action
    yield made
    owner.deleteLater()


@pytest.fixture
def intro() -> Experiment:
    """The paper's intro: five features in two dimensions at eight sparsities."""
    probabilities = [1.0, 0.652, 0.425, 0.277, 0.181, 0.118, 0.077, 0.05]
    return Experiment(
        n_features=5,
        n_hidden=2,
        n_instances=8,
        importance=0.9,
        feature_probability=probabilities,
        steps=5000,
        seed=11,
    )


class Form:
    """A recipe panel under someone's hands, and what it told."""

    def __init__(self, panel: RecipePanel, qtbot: QtBot) -> None:
        self.panel = panel
        self.edits: list[tuple[str, Any]] = []
        self.runs: list[Experiment] = []
        self.tries: list[Experiment] = []
        self.toggles: list[bool] = []
        self._qtbot = qtbot
        panel.edited.connect(lambda field, value: self.edits.append((field, value)))
        panel.new_run_requested.connect(self.runs.append)
        panel.tried.connect(self.tries.append)
        panel.instant_toggled.connect(self.toggles.append)

    def row(self, name: str) -> FieldRow:
        return next(found for found in self.panel.findChildren(FieldRow) if found.name == name)

    def box(self, name: str) -> EntryBox:
        editor = self.row(name).editor
        assert isinstance(editor, EntryBox)
        return editor

    def button(self, text: str) -> Button:
        return next(found for found in self.panel.findChildren(Button) if found.text() == text)

    def type_in(self, name: str, text: str) -> None:
        self.box(name).setFocus()
        self.box(name).selectAll()
        self._qtbot.keyClicks(self.box(name), text)
        self._qtbot.keyClick(self.box(name), Qt.Key.Key_Return)

    def choose(self, name: str, words: str) -> None:
        chooser = self.row(name).findChildren(QComboBox)[0]
        chooser.activated.emit(chooser.findText(words))

    def click(self, text: str) -> None:
        self._qtbot.mouseClick(self.button(text), Qt.MouseButton.LeftButton)

    @property
    def refusal(self) -> str:
        """What stands on the card, while there is one."""
        card = self.panel.findChildren(Refusal)[0]
        return card.line if card.isVisible() else ""

    @property
    def texts(self) -> list[str]:
        return [label.text() for label in self.panel.findChildren(QLabel) if label.isVisible()]

    @property
    def said(self) -> list[str]:
        """What those who can't see it are told is there."""
        return [child.accessibleName() for child in self.panel.findChildren(QWidget) if child.isVisible()]


@pytest.fixture
def form(qtbot: QtBot, themed: QApplication, intro: Experiment) -> Iterator[Form]:
    """A recipe panel that shows the last instance of the intro."""
    panel = RecipePanel()
    qtbot.addWidget(panel)
    panel.resize(303, 853)
    panel.show_experiment(intro, 7)
    with qtbot.waitExposed(panel):
        panel.show()
    yield Form(panel, qtbot)
    panel.close()


@pytest.fixture
def make_field_row(qtbot: QtBot, themed: QApplication) -> Callable[[str], FieldRow]:
    """Makes a field's row of the recipe, as wide as the form."""

    def make_one(name: str) -> FieldRow:
        row = make_row(name)
        qtbot.addWidget(row)
        row.resize(270, 80)
        row.show()
        return row

    return make_one


@pytest.fixture
def make(qapp: QApplication, tmp_path: Path) -> Iterator[Callable[..., MainWindow]]:
    """Makes windows at 1920x1080 that journal into a temporary folder, and closes what the test left open."""
    windows: list[MainWindow] = []

    def make_one(what: object = None, **more: Any) -> MainWindow:
        make_application()
        window = make_window(what, journals=tmp_path / "journals", **more)  # type: ignore[arg-type]
        window.resize(1920, 1080)
        window.show()
        windows.append(window)
        return window

    yield make_one
    while windows:
        window = windows.pop()
        if shiboken6.isValid(window):
            window.discard()
    qapp.sendPostedEvents(None, 52)  # deferred deletions


@pytest.fixture
def diverging() -> Iterator[pytest.MonkeyPatch]:
    """While it lasts every training diverges after step 60, by decree: its weights are those of any other."""
    trace = Trainer.trace

    def diverges(trainer: Trainer, steps: int, at: NDArray[np.int64], chunk: int | None = None) -> Trace:
        left = trace(trainer, min(steps, 60 - trainer.step), at[at <= 60], chunk)
        if trainer.step == 60:
            raise Diverged(trainer.experiment, 60, left)
        return left

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Trainer, "trace", diverges)
        yield patch
