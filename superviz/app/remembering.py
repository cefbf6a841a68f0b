"""Remembering: the window is as it was left; what a person changes about it is kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QObject, Qt, QTimer, Slot

from superviz.app.preferences import FLAT_OUT, PreferencesFile
from superviz.app.recent_files import RecentFiles

if TYPE_CHECKING:
    from superviz.app.main_window import MainWindow

_SETTLED_MILLISECONDS = 1_000
"""A border that is dragged moves sixty times a second: what came of it is kept once it rests."""
_MOVES = {QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.WindowStateChange}


class Remembering(QObject):
    """Between the window and the preferences: sizes and places, the look of new runs, the pace, and the files."""

    def __init__(self, window: MainWindow, preferences: PreferencesFile) -> None:
        super().__init__(window)
        self._window, self._preferences = window, preferences
        self._open = True
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SETTLED_MILLISECONDS)
        self._timer.timeout.connect(self.keep)
        self.recent = RecentFiles(preferences, window.actions_by_name["open_recent"], window)
        now = preferences.now
        window.stage.ways = {
            "theme": now.theme,
            "text_scale": now.text_scale,
            "hidden_panels": now.hidden_panels,
        }
        window.stage.display = window.stage.display_of_new_runs
        window.layout_.drag(now.shares)
        window.controller.saving.older_versions = now.older_versions
        if now.pace == FLAT_OUT:
            window.controller.pace = None
        if now.folder and Path(now.folder).is_dir():
            window.files.folder = Path(now.folder)
        window.stage.ways_changed.connect(self._changed)
        window.layout_.dragged.connect(self._changed)
        window.controller.pace_changed.connect(self._changed)
        window.controller.session_changed.connect(self._note_session)
        window.controller.saved.connect(self._note_session)
        window.files.opened.connect(self.note_file)
        window.installEventFilter(self)

    def restore_place(self) -> bool:
        """Stand where the window stood, as large as it was; False where it never stood anywhere.

        Qt sees to it that it is on a screen that is there, whole. It is never full screen: that is for a talk.
        """
        place = QByteArray.fromBase64(self._preferences.now.place.encode())
        if not self._window.restoreGeometry(place):
            return False
        self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowFullScreen)
        return True

    def restore_pace(self) -> None:
        """Train at the pace at which the window was left, where that was not the recipe's own."""
        pace = self._preferences.now.pace
        if isinstance(pace, float):
            self._window.controller.set_pace(pace)

    def reset_layout(self) -> None:
        """Every panel is there, as large as it was drawn."""
        self._window.layout_.drag({})
        self._window.stage.change_display(hidden_panels=frozenset())
        self._changed()

    @property
    def older_versions(self) -> int:
        """How many of the versions that saves replace are kept."""
        return self._preferences.now.older_versions

    def keep_older_versions(self, count: int) -> None:
        """Keep that many of the versions that saves replace."""
        self._window.controller.saving.older_versions = count
        self._preferences.change(older_versions=count)

    @Slot()
    def keep(self) -> None:
        """Keep all as it is now."""
        self._timer.stop()
        window, controller = self._window, self._window.controller
        ways = dict(window.stage.ways)
        if "toolbar" in window.stage.display_of_new_runs.hidden_panels:
            del ways["hidden_panels"]  # only the vectors: that is for a talk too
        pace = FLAT_OUT if controller.pace is None else controller.pace
        self._preferences.change(
            **ways,
            shares=dict(window.layout_.shares),
            place=bytes(window.saveGeometry().toBase64().data()).decode(),
            pace=None if pace == controller.watching_pace else pace,
        )

    def close(self) -> None:
        """Keep all as it is now, and look no further. Of a window that nobody saw there is nothing to keep."""
        self._timer.stop()
        if self._open and self._window.isVisible():
            self.keep()
        self._open = False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _MOVES and self._window.isVisible():
            self._changed()
        return False

    @Slot(object)
    def note_file(self, path: Path) -> None:
        """It was opened or saved: it is recent, and the next may lie beside it."""
        self._window.files.folder = path.parent
        self.recent.note(path)

    @Slot()
    def _note_session(self) -> None:
        if self._window.controller.file is not None:
            self.note_file(self._window.controller.file)

    @Slot()
    def _changed(self) -> None:
        if self._open:
            self._timer.start()
