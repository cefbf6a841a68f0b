"""What nobody expected, in a slot, in a thread or in Qt, is in the log with its traceback; the window lives on."""

from __future__ import annotations

import faulthandler
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot, qWarning
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from superviz.app.faults import Faults
from superviz.app.log import Log
from superviz.app.main_window import MainWindow


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    was_on = faulthandler.is_enabled()
    opened = Log(tmp_path / "superviz.log")
    yield tmp_path / "superviz.log"
    opened.close()
    if was_on:
        faulthandler.enable()


@pytest.fixture
def faults(qtbot: QtBot, log: Path) -> Iterator[Faults]:
    before = (sys.excepthook, threading.excepthook)
    watching = Faults()
    watching.watch()
    yield watching
    watching.close()
    assert (sys.excepthook, threading.excepthook) == before


def bend(what: str) -> None:
    raise ZeroDivisionError(what)


def test_an_exception_in_a_slot(qtbot: QtBot, faults: Faults, log: Path) -> None:
    button = QPushButton()
    qtbot.addWidget(button)
    button.clicked.connect(lambda: bend("a slot"))
    with qtbot.waitSignal(faults.told) as told:
        button.click()
    assert told.args == ["Something went wrong: ZeroDivisionError: a slot (see Help > Show log)"]
    text = log.read_text(encoding="utf-8")
    assert "Traceback" in text
    assert "raise ZeroDivisionError(what)\nZeroDivisionError: a slot" in text


def test_an_exception_in_a_thread_is_told_in_the_windows(qtbot: QtBot, faults: Faults, log: Path) -> None:
    class Listener(QObject):
        heard = Signal(object)

        @Slot(str)
        def listen(self, _line: str) -> None:
            self.heard.emit(threading.current_thread())

    listener = Listener()
    faults.told.connect(listener.listen)
    with qtbot.waitSignal(listener.heard) as heard:
        thread = threading.Thread(target=bend, args=("a thread",), name="worker")
        thread.start()
        thread.join()
    assert heard.args == [threading.main_thread()]
    text = log.read_text(encoding="utf-8")
    assert "ERROR: nobody expected this" in text
    assert "in bend\n" in text


def test_an_exception_in_a_thread_of_qts(qtbot: QtBot, faults: Faults, log: Path) -> None:
    class Worker(QThread):
        def run(self) -> None:
            bend("a thread of Qt's")

    worker = Worker()
    with qtbot.waitSignal(faults.told):
        worker.start()
    worker.wait()
    assert "ZeroDivisionError: a thread of Qt's" in log.read_text(encoding="utf-8")


def test_what_qt_says(faults: Faults, log: Path, capfd: pytest.CaptureFixture[str]) -> None:
    qWarning("a layout has no widget")
    assert "WARNING: Qt default: a layout has no widget" in log.read_text(encoding="utf-8")
    assert "a layout has no widget" in capfd.readouterr().err


def test_a_fault_of_every_frame_is_told_once_in_a_while(qtbot: QtBot, faults: Faults, log: Path) -> None:
    told: list[str] = []
    faults.told.connect(told.append)
    timer = QTimer()
    timer.timeout.connect(lambda: bend("a frame"))
    timer.start(1)
    qtbot.wait(100)
    timer.stop()
    assert len(told) == 1
    assert log.read_text(encoding="utf-8").count("Traceback") == 1


def test_the_same_from_elsewhere_is_told_at_once(qtbot: QtBot, faults: Faults) -> None:
    told: list[str] = []
    faults.told.connect(told.append)
    QTimer.singleShot(0, lambda: bend("here"))
    QTimer.singleShot(0, lambda: bend("there"))
    qtbot.waitUntil(lambda: len(told) == 2)


def test_ctrl_c_is_no_fault(faults: Faults, log: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(faults.interrupted), qtbot.assertNotEmitted(faults.told):
        sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert log.read_text(encoding="utf-8") == ""


def test_the_window_says_so_and_lives_on(
    make: Callable[..., MainWindow], qtbot: QtBot, faults: Faults, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make("pentagon")
    faults.told.connect(window.show_fault)
    monkeypatch.setattr(window.look, "toggle_theme", lambda: bend("the theme"))
    window.actions_by_name["theme"].trigger()
    qtbot.waitUntil(
        lambda: any("Something went wrong: ZeroDivisionError" in line for line in window.notifications.lines)
    )
    assert "toggle_theme" in log.read_text(encoding="utf-8")
    at = window.stage.live_step
    qtbot.waitUntil(lambda: window.stage.live_step > at + 20, timeout=30_000)
