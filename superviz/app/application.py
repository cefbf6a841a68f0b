"""The composition root: one QApplication, one window, its preferences and its log."""

from __future__ import annotations

import gc
import sys
from functools import partial
from pathlib import Path

import platformdirs
from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtWidgets import QApplication

from superviz.app.faults import Faults
from superviz.app.importing import IMPORTABLE
from superviz.app.log import Log, log_path
from superviz.app.log_entries import log_runs, log_start
from superviz.app.main_window import MainWindow
from superviz.app.preferences import PreferencesFile, preferences_path
from superviz.app.session_controller import SessionController
from superviz.core.errors import SupervizError
from superviz.core.paths import is_there
from superviz.core.recipe import DEFAULT_PRESET, load_recipe
from superviz.core.recipe_string import is_recipe_string
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


def is_recipe(what: str | Path) -> bool:
    """Whether that is a recipe's file or string; so long a name is more than some systems care to look up."""
    return Path(what).suffix == ".toml" or is_recipe_string(str(what))


def is_session(what: str | Path) -> bool:
    """Whether that is a session's file, or would be one if it were there."""
    return not is_recipe(what) and (Path(what).suffix.lower() == ".superviz" or is_there(Path(what)))


def make_window(
    what: str | Path | Recording | None = None,
    journals: Path | None = None,
    *,
    follow: bool = False,
    preferences: PreferencesFile | None = None,
) -> MainWindow:
    """The window on a preset, a recipe, a session file or a recording, or on weights once it is said how they lie.

    With `follow`, on a session file as another program writes it. Without `preferences` it is as it was drawn, and
    forgets how it was left. Raises SupervizError where it can't be shown.
    """
    controller = SessionController(journals or data_folder() / "journals")
    window = MainWindow(controller, preferences or PreferencesFile())
    try:
        if isinstance(what, Recording):
            controller.show_recording(what)
        elif what is not None and not is_recipe(what) and Path(what).suffix.lower() in IMPORTABLE:
            controller.start(load_recipe(DEFAULT_PRESET), window.stage.display)
            ask = partial(window.files.open, Path(what), window.stage.display)
            QTimer.singleShot(0, window, partial(window.attempt, ask))
        elif what is not None and (follow or is_session(what)):
            controller.open(Path(what), follow=follow)
        else:
            controller.start(load_recipe(what or DEFAULT_PRESET), window.stage.display)
            if what is not None and Path(what).suffix == ".toml":
                window.remembering.note_file(Path(what))
    except SupervizError:
        window.discard()
        raise
    window.remembering.restore_pace()
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


def run_application(what: str | Path | Recording | None = None, *, follow: bool = False) -> int:
    """Show the window until it is closed. Raises SupervizError where what was asked for can't be shown."""
    app = make_application()
    log, faults = Log(log_path()), Faults(app)
    faults.watch()
    try:
        window = make_window(what, follow=follow, preferences=PreferencesFile(preferences_path()))
        spare_the_collector(window)
        log_runs(window.controller)
        faults.told.connect(window.show_fault)
        faults.interrupted.connect(window.close, Qt.ConnectionType.QueuedConnection)
        if not window.remembering.restore_place():
            window.resize(_first_size(app))
        window.show()
        log_start()
        return app.exec()
    finally:
        faults.close()
        log.close()


def _first_size(app: QApplication) -> QSize:
    room = app.primaryScreen().availableSize()
    return QSize(min(WIDEST, round(_SCREEN_SHARE * room.width())), min(TALLEST, round(_SCREEN_SHARE * room.height())))
