"""What the log says of the machine and of each run, and the way to it from the window."""

from __future__ import annotations

import os
import platform
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl, qVersion
from PySide6.QtGui import QDesktopServices, QGuiApplication

from superviz import __version__
from superviz.app.log import LOG, log_path
from superviz.app.session_controller import SessionController
from superviz.engine.devices import find_gpu, find_torch
from superviz.engine.runner import RunState

if TYPE_CHECKING:
    from superviz.app.main_window import MainWindow


def log_start() -> None:
    """Versions, screens and devices: what the cause of a fault is looked for in first."""
    LOG.info("superviz %s, Python %s, Qt %s", __version__, platform.python_version(), qVersion())
    LOG.info("%s %s, %s, %s cores", platform.system(), platform.release(), platform.machine(), os.cpu_count())
    screens = (
        f"{screen.size().width()} x {screen.size().height()} at {screen.devicePixelRatio():g}"
        for screen in QGuiApplication.screens()
    )
    LOG.info("Qt platform %s; screens %s", QGuiApplication.platformName(), ", ".join(screens) or "none")
    LOG.info("GPU %s; torch %s", find_gpu() or "none", find_torch() or "none")


def log_runs(controller: SessionController) -> None:
    """The run that is shown and those to come: what is trained, where, and what becomes of it."""

    def shown() -> None:
        experiment = controller.recording.experiment
        LOG.info(
            "shown: %d features, %d dimensions, %d instances, %s",
            experiment.n_features,
            experiment.n_hidden,
            experiment.n_instances,
            controller.recording.origin,
        )

    def changed(state: RunState, message: str) -> None:
        run = controller.recording
        said = f": {message}" if message else ""
        LOG.info("%s at step %d on %s%s", state.name.lower(), run.live_step, run.backend, said)

    shown()
    controller.session_changed.connect(shown)
    controller.state_changed.connect(changed)


def show_log(window: MainWindow) -> None:
    """Open it in whatever shows text here, and say where it lies: a program that fails to start tells nobody."""
    path = log_path()
    if not path.is_file():
        window.notify(f"No log is kept: {path.parent} can’t be written to", "warning")
    elif QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
        window.notify(f"The log is {path}")
    else:
        QGuiApplication.clipboard().setText(str(path))
        window.notify(f"Nothing here opens the log; its path is on the clipboard: {path}")
