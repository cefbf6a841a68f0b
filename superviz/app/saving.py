"""Saving: writes the session to its file on a thread of its own, keeping what was there before."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEventLoop, QObject, QThread, QTimer, Signal, Slot

from superviz.app.held_session import Notes
from superviz.app.log import timed
from superviz.core.errors import SupervizError
from superviz.session.recording import Recording
from superviz.session.versions import OLDER_VERSIONS, keeping_older

_LONG_MILLISECONDS = 400


@dataclass(frozen=True, eq=False, slots=True)
class Saved:
    """A session that was written to a file, as it stood."""

    recording: Recording
    path: Path
    revision: int
    notes: Notes


class SaveThread(QThread):
    """One save; a fault is kept as one line."""

    def __init__(self, saved: Saved, older_versions: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("save")
        self.saved = saved
        self.fault = ""
        self._older_versions = older_versions

    def run(self) -> None:
        """Called by QThread.start() on the new thread."""
        try:
            saving = timed(f"saving {self.saved.path.name}")
            with saving, keeping_older(self.saved.path, self._older_versions):
                self.saved.recording.save(self.saved.path, force=True)
        except SupervizError as error:
            self.fault = str(error)
        except Exception as error:  # told in the window; the thread must not take the app down
            self.fault = f"{self.saved.path}: can't be written: {type(error).__name__}: {error}"


class Saving(QObject):
    """At most one save at a time; training and the window go on beside it."""

    lasts = Signal(str)
    """It takes longer than a blink; to a file of that name."""
    ended = Signal(object, str)
    """The Saved, and the fault's one line, or ""."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.older_versions = OLDER_VERSIONS
        """How many of the versions that saves replace are kept beside the file."""
        self._thread: SaveThread | None = None
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_LONG_MILLISECONDS)
        self._patience.timeout.connect(self._tell)

    @property
    def is_on(self) -> bool:
        """Whether something is being saved."""
        return self._thread is not None

    def start(self, saved: Saved) -> None:
        """Write it; a save that is on comes to its end first."""
        self.wait()
        self._thread = SaveThread(saved, self.older_versions, self)
        self._thread.finished.connect(self._finished)
        self._thread.start()
        self._patience.start()

    def wait(self) -> str:
        """Until nothing is being saved; what the window shows goes on moving, but takes no keys or clicks.

        Returns the fault's one line, or "".
        """
        thread = self._thread
        if thread is None:
            return ""
        loop = QEventLoop()
        self.ended.connect(loop.quit)
        if not thread.isFinished():
            loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        self._finished()
        return thread.fault

    def close(self) -> None:
        """Wait for what is being saved, with nobody there any more who could be told."""
        if self._thread is not None:
            self._thread.wait()
            self._finished()

    @Slot()
    def _tell(self) -> None:
        if self._thread is not None:
            self.lasts.emit(self._thread.saved.path.name)

    @Slot()
    def _finished(self) -> None:
        thread = self._thread
        if thread is None or not thread.isFinished():
            return  # told already
        self._thread = None
        self._patience.stop()
        thread.deleteLater()
        self.ended.emit(thread.saved, thread.fault)
