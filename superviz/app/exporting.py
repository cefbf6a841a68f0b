"""Exporting: writes clips and pictures on a thread of its own, while training and the window go on."""

from __future__ import annotations

import threading
from dataclasses import asdict
from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal, Slot

from superviz.app.export_dialog import ExportSettings
from superviz.core.errors import SupervizError
from superviz.session.recording import Recording


class ExportThread(QThread):
    """One export. Tells of its progress; a fault is kept as one line."""

    progressed = Signal(int, int)
    """Frames done, and in all."""

    def __init__(self, recording: Recording, settings: ExportSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("export")
        self.settings = settings
        self.fault: str | None = None
        self._recording = recording
        self._cancelled = threading.Event()

    @property
    def was_cancelled(self) -> bool:
        """Whether it was told to stop."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Stop after the frame in hand; no half file is left."""
        self._cancelled.set()

    def run(self) -> None:
        """Called by QThread.start() on the new thread."""
        # Here, not at the top: a window that exports nothing loads no encoder.
        from superviz.export.render import render

        try:
            render(
                self._recording,
                **asdict(self.settings),
                force=True,  # the file dialog has asked already
                progress=self.progressed.emit,
                cancelled=self._cancelled.is_set,
            )
        except SupervizError as error:
            self.fault = str(error)
        except Exception as error:  # told in the window; the thread must not take the app down
            self.fault = f"{self.settings.path.name}: {type(error).__name__}: {error}"


class Exporting(QObject):
    """At most one export at a time."""

    progressed = Signal(int, int)
    finished = Signal(object, str)
    """The file's Path and the fault's one line: "" where it was written, None in place of the path where cancelled."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread: ExportThread | None = None

    @property
    def is_running(self) -> bool:
        """Whether a file is being written."""
        return self._thread is not None

    def start(self, recording: Recording, settings: ExportSettings) -> None:
        """Begin to write a file; the recording may go on growing meanwhile."""
        self._thread = ExportThread(recording, settings, self)
        self._thread.progressed.connect(self.progressed)
        self._thread.finished.connect(self._finished)
        self._thread.start()

    @Slot()
    def cancel(self) -> None:
        """Stop, leaving no half file."""
        if self._thread is not None:
            self._thread.cancel()

    def close(self) -> None:
        """Stop and wait for the thread."""
        if self._thread is not None:
            self._thread.cancel()
            self._thread.wait()
            self._finished()

    @Slot()
    def _finished(self) -> None:
        thread, self._thread = self._thread, None
        if thread is None:
            return
        path: Path | None = None if thread.was_cancelled else thread.settings.path
        self.finished.emit(path, thread.fault or "")
        thread.deleteLater()
