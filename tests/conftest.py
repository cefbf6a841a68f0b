"""What tests may lean on: a data folder of their own, a small trained run, and a check that nothing is left behind."""

from __future__ import annotations

import gc
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from superviz.core.experiment import Experiment
from superviz.session.recording import Recording
from superviz.training import train

# A shell that starts the tests in the background has them ignore Ctrl-C, and so whatever they start; some send it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

_GUI_ROOMS = {"app", "views"}


@pytest.fixture(autouse=True)
def hermetic_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folders, empty, for this test alone. The cache stays: the compiled kernel lies there."""
    home = tmp_path_factory.mktemp("home")
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "LOCALAPPDATA", "APPDATA"):
        monkeypatch.setenv(name, str(home))
    if sys.platform == "darwin":
        monkeypatch.setenv("HOME", str(home))
    return home


@pytest.fixture(autouse=True)
def one_torch_thread(request: pytest.FixtureRequest) -> None:
    """Two threads are slower than one on models this small; and torch is the oracle here, never the racer."""
    if request.path.parent.name == "engine":
        import torch

        torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test of the window that leaves a thread, a top-level widget or a running timer."""
    if request.path.parent.name not in _GUI_ROOMS:
        yield
        return
    from PySide6.QtCore import QCoreApplication, QEvent, QThread, QTimer
    from PySide6.QtWidgets import QApplication

    def find() -> dict[str, set[object]]:
        tops = QApplication.topLevelWidgets() if QApplication.instance() is not None else []
        return {
            # Python never forgets a thread of Qt's that it has once met; those are looked at on their own.
            "threads": {thread for thread in threading.enumerate() if not isinstance(thread, threading._DummyThread)},
            "running QThreads": {thread for top in tops for thread in top.findChildren(QThread) if thread.isRunning()},
            "widgets": {top for top in tops if top.isVisible()},
            "timers": {timer for top in tops for timer in top.findChildren(QTimer) if timer.isActive()},
        }

    before = find()
    yield
    if QApplication.instance() is not None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)  # pyright: ignore[reportArgumentType]

    def left() -> dict[str, set[object]]:
        return {kind: things - before[kind] for kind, things in find().items() if things - before[kind]}

    if left():
        gc.collect()  # dear, with torch loaded; a cycle is no leak
    assert not left(), f"left behind: {left()}"


@pytest.fixture(scope="session")
def small_run() -> Recording:
    """A finished run in memory: two instances of five features in two dimensions, 600 steps; not to be written to."""
    return train(Experiment(n_features=5, n_hidden=2, n_instances=2, batch_size=256, steps=600))


@pytest.fixture
def small_session(small_run: Recording, tmp_path: Path) -> Path:
    """The same run in a file of the test's own."""
    path = tmp_path / "small.superviz"
    small_run.save(path)
    return path
