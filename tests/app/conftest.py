"""What tests of the window lean on: a themed application and the table of actions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import shiboken6
from numpy.typing import NDArray
from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication

from superviz.app.actions import ACTIONS, is_plain
from superviz.app.application import make_application, make_window
from superviz.app.main_window import MainWindow
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


@pytest.fixture
def make(qapp: QApplication, tmp_path: Path) -> Iterator[Callable[..., MainWindow]]:
    """Makes windows at 1920x1080 that journal into a temporary folder, and closes what the test left open."""
    windows: list[MainWindow] = []

    def make_one(what: object = None) -> MainWindow:
        make_application()
        window = make_window(what, journals=tmp_path / "journals")  # type: ignore[arg-type]
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
