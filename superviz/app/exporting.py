"""Exporting: writes clips and pictures on a thread of its own, while training and the window go on."""

from __future__ import annotations

import threading
from dataclasses import asdict, replace
from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal, Slot
from PySide6.QtWidgets import QWidget

from superviz.app.export_dialog import ExportDialog
from superviz.app.export_form import ExportSettings
from superviz.app.log import timed
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
        self.fault = ""
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
            with timed(f"exporting {self.settings.path.name}"):
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
    """The export dialog and, at most one at a time, the export it asks for."""

    finished = Signal(object, str)
    """The file's Path, None where it was cancelled; and the fault's one line, or ""."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self.dialog: ExportDialog | None = None
        """Made when it is first asked for."""
        self._thread: ExportThread | None = None
        self._recording: Recording | None = None

    def ask(self, recording: Recording, suggestion: Path) -> None:
        """Open the dialog, beside the window: training goes on, and so does what is being written."""
        if self.dialog is None:
            self.dialog = ExportDialog(self._window)
            self.dialog.export_requested.connect(self._requested)
            self.dialog.cancel_requested.connect(self._cancel)
        if self._thread is None:
            self._recording = recording
            self.dialog.suggest(suggestion, recording.display.theme)
        self.dialog.show()
        self.dialog.raise_()

    def close(self) -> None:
        """Stop what is being written, leaving no half file."""
        self._cancel()
        if self._thread is not None:
            self._thread.wait()
            self._thread_finished()

    @Slot(object)
    def _requested(self, settings: ExportSettings) -> None:
        assert self._recording is not None
        assert self.dialog is not None
        # What is looked at in the window is what is meant, not the instance that happens to have the lowest loss.
        settings = replace(settings, instance=self._recording.display.instance)
        self._thread = ExportThread(self._recording, settings, self)
        self._thread.progressed.connect(self.dialog.show_progress)
        self._thread.finished.connect(self._thread_finished)
        self._thread.start()

    @Slot()
    def _cancel(self) -> None:
        if self._thread is not None:
            self._thread.cancel()

    @Slot()
    def _thread_finished(self) -> None:
        thread, self._thread = self._thread, None
        if thread is None:
            return
        if self.dialog is not None:
            self.dialog.show_idle(thread.fault)
            self.dialog.setVisible(bool(thread.fault))
        self.finished.emit(None if thread.was_cancelled else thread.settings.path, thread.fault)
        thread.deleteLater()
