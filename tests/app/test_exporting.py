"""Exporting from the window: on a thread of its own, whole or not at all, its end told once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from superviz.app.export_form import ExportSettings
from superviz.app.exporting import Exporting
from superviz.session.recording import Recording


@pytest.fixture
def window(themed: QApplication, qtbot: QtBot) -> Iterator[QWidget]:
    made = QWidget()
    qtbot.addWidget(made)
    yield made
    made.close()


@pytest.fixture
def exporting(window: QWidget, small_run: Recording, tmp_path: Path) -> Iterator[Exporting]:
    made = Exporting(window)
    made.ask(small_run, tmp_path / "suggested.mp4")
    yield made
    made.close()


def request(exporting: Exporting, settings: ExportSettings) -> None:
    dialog = exporting.dialog
    assert dialog is not None
    dialog.export_requested.emit(settings)


def test_the_dialog_offers_the_sessions_name(exporting: Exporting, tmp_path: Path) -> None:
    assert exporting.dialog is not None
    assert exporting.dialog.isVisible()
    assert exporting.dialog.settings.path == tmp_path / "suggested.mp4"


def test_a_still_is_written_and_told(exporting: Exporting, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "still.png"
    with qtbot.waitSignal(exporting.finished, timeout=30_000) as told:
        request(exporting, ExportSettings(path, size=(640, 360)))
    assert told.args == [path, ""]
    assert (QImage(str(path)).width(), QImage(str(path)).height()) == (640, 360)
    assert exporting.dialog is not None
    assert not exporting.dialog.isVisible()


def test_a_film_is_written_while_the_event_loop_runs(exporting: Exporting, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"an older film, which the dialog has asked about")
    with qtbot.waitSignal(exporting.finished, timeout=60_000) as told:
        request(exporting, ExportSettings(path, size=(320, 180), fps=10, duration=1.5))
    assert told.args == [path, ""]
    with av.open(str(path)) as film:
        assert sum(1 for _ in film.decode(video=0)) == 15


def test_cancelling_leaves_no_half_file(exporting: Exporting, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(exporting.finished, timeout=60_000) as told:
        request(exporting, ExportSettings(tmp_path / "film.mp4", duration=600.0))
        qtbot.wait(200)
        assert exporting.dialog is not None
        exporting.dialog.cancel_requested.emit()
    assert told.args == [None, ""]
    assert list(tmp_path.iterdir()) == []


def test_a_fault_is_told_where_it_was_asked_for(exporting: Exporting, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(exporting.finished, timeout=30_000) as told:
        request(exporting, ExportSettings(tmp_path / "no such folder" / "still.png"))
    assert told.args is not None
    assert "no such folder" in told.args[1]
    assert exporting.dialog is not None
    assert exporting.dialog.isVisible()


def test_closing_the_window_stops_an_export(exporting: Exporting, qtbot: QtBot, tmp_path: Path) -> None:
    request(exporting, ExportSettings(tmp_path / "film.mp4", duration=600.0))
    qtbot.wait(100)
    exporting.close()
    assert list(tmp_path.iterdir()) == []
    exporting.close()
