"""The composition root: what a name on the command line stands for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from superviz.app import questions
from superviz.app.main_window import MainWindow
from superviz.core.errors import SupervizError
from superviz.exchange.importing import candidates

MakeWindow = Callable[..., MainWindow]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("missing.superviz", r"missing\.superviz: no such file"),
        ("Missing.SUPERVIZ", r"Missing\.SUPERVIZ: no such file"),
        ("missing", r"missing: no such preset; the presets are intro, "),
        ("x" * 300, r"neither a preset's name nor a whole recipe string: x{40}\.\.\.; copy it again"),
    ],
)
def test_what_is_not_there_is_named_for_what_it_would_be(make: MakeWindow, name: str, line: str) -> None:
    with pytest.raises(SupervizError, match=line):
        make(name)


def test_a_dialog_that_goes_with_its_window_answers_nothing(qtbot: QtBot, tmp_path: Path) -> None:
    np.save(tmp_path / "W.npy", np.ones((2, 5), np.float32))
    parent = QWidget()
    QTimer.singleShot(200, lambda: [widget.close() for widget in QApplication.topLevelWidgets()])
    QTimer.singleShot(200, parent.deleteLater)
    assert questions.ask_import(parent, tmp_path / "W.npy", candidates(tmp_path / "W.npy")) is None
