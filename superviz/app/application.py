"""The composition root: one QApplication, one window, and what becomes of errors that nobody expected."""

from __future__ import annotations

import gc
import sys
import traceback
from pathlib import Path
from types import TracebackType

import platformdirs
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from superviz.app.main_window import MainWindow
from superviz.app.session_controller import SessionController
from superviz.core.errors import SupervizError
from superviz.core.recipe import DEFAULT_PRESET, load_recipe
from superviz.engine.runner import RunState
from superviz.session.recording import Recording
from superviz.views.fonts import load_fonts

SWITCH_SECONDS = 0.0005
"""How long a thread may keep the interpreter while another waits. Training asks for it between two kernel calls, for
microseconds; with Python's 5 ms it would wait out most of a frame each time."""

WIDEST, TALLEST = 1920, 1080
"""The window opens no larger than it was drawn for, and within this part of the screen."""
_SCREEN_SHARE = 0.94


def data_folder() -> Path:
    """Where runs are journalled."""
    return Path(platformdirs.user_data_dir("superviz", appauthor=False))


def make_application() -> QApplication:
    """The one QApplication, with its font and its name."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication([sys.argv[0]])
    app.setApplicationName("superviz")
    app.setApplicationDisplayName("superviz")
    app.setDesktopFileName("superviz")
    load_fonts()
    sys.setswitchinterval(SWITCH_SECONDS)
    return app


def make_window(what: str | Path | Recording | None = None, journals: Path | None = None) -> MainWindow:
    """The window on a preset, a recipe, a session file or a recording. Raises SupervizError where it can't be shown."""
    controller = SessionController(journals or data_folder() / "journals")
    window = MainWindow(controller)
    try:
        if isinstance(what, Recording):
            controller.show_recording(what)
        elif what is not None and Path(what).suffix != ".toml" and Path(what).exists():
            controller.open(Path(what))
        else:
            controller.start(load_recipe(what or DEFAULT_PRESET), window.stage.display)
    except SupervizError:
        window.discard()
        raise
    return window


def spare_the_collector(window: MainWindow) -> None:
    """Have Python's garbage collector leave alone what the first run has loaded: it is there to stay.

    The compiler alone makes a million objects; to look through all of them took 70 ms, four frames, again and again.
    """

    def settled(state: object, _message: str) -> None:
        if state is RunState.RUNNING:
            window.controller.state_changed.disconnect(settled)
            gc.freeze()

    window.controller.state_changed.connect(settled)


def run_application(what: str | Path | Recording | None = None) -> int:
    """Show the window until it is closed. Raises SupervizError where what was asked for can't be shown."""
    app = make_application()
    window = make_window(what)
    spare_the_collector(window)
    sys.excepthook = window_excepthook(window)
    room = app.primaryScreen().availableSize()
    window.resize(min(WIDEST, round(_SCREEN_SHARE * room.width())), min(TALLEST, round(_SCREEN_SHARE * room.height())))
    window.show()
    return app.exec()


def window_excepthook(window: MainWindow):
    """An exception that nobody handled is shown and printed; the window lives on."""

    def show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        traceback.print_exception(kind, error, trace)
        if isinstance(error, KeyboardInterrupt):
            QTimer.singleShot(0, window.close)
            return
        window.notify(f"Something went wrong: {kind.__name__}: {error}. Your run is safe; please report this.", "error")

    return show
