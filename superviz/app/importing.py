"""Importing: weights from other programs' files, read on a thread and shown at rest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QThread, Signal, Slot

from superviz.app.import_dialog import Choice
from superviz.app.log import timed
from superviz.app.session_controller import SessionController
from superviz.core.errors import SupervizError
from superviz.session.recording import Recording

if TYPE_CHECKING:
    from superviz.exchange.importing import Importable

IMPORTABLE = {".npz", ".npy", ".safetensors", ".pt", ".pth"}
"""What such files end in. Of torch's the reader says how they are turned into another kind."""


class ImportThread(QThread):
    """Reads one file into memory; a fault is kept as one line."""

    def __init__(self, path: Path, choice: Choice, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("import")
        self.recording: Recording | None = None
        self.fault = ""
        self.path, self._choice = path, choice

    def run(self) -> None:
        """Called by QThread.start() on the new thread."""
        from superviz.exchange.importing import import_weights

        choice = self._choice
        try:
            with timed(f"importing {self.path.name}"):
                self.recording = import_weights(self.path, axes=choice.axes, name=choice.name, bias=choice.bias)
        except SupervizError as error:
            self.fault = str(error)
        except Exception as error:  # told in the window; the thread must not take the app down
            self.fault = f"{self.path.name}: can't be imported: {type(error).__name__}: {error}"


class Importing(QObject):
    """At most one import at a time is wanted; what was shown goes on being shown until it is there.

    Whatever else is shown meanwhile calls it off.
    """

    began = Signal(str)
    """From the file of that name."""
    ended = Signal(str)
    """Read, failed or called off: the fault's one line, or ""."""
    shown = Signal(object)
    """What was read from the file of that Path."""

    def __init__(self, controller: SessionController, parent: QObject) -> None:
        super().__init__(parent)
        self._controller = controller
        self._wanted: ImportThread | None = None
        self._threads: list[ImportThread] = []
        controller.session_changed.connect(self.call_off)

    def look_into(self, path: Path) -> tuple[Importable, ...]:
        """The arrays that may be imported, and the ways to read them. Raises SupervizError where there are none."""
        # Here, not at the top: a window that imports nothing loads no reader of such files.
        from superviz.exchange.importing import candidates

        return candidates(path)

    def start(self, path: Path, choice: Choice) -> None:
        """Read it, and show it once it is read."""
        self.call_off()
        self._wanted = thread = ImportThread(path, choice, self)
        self._threads.append(thread)
        thread.finished.connect(self._finished)
        thread.start()
        self.began.emit(path.name)

    @Slot()
    def call_off(self) -> None:
        """What is being read is no longer wanted."""
        if self._wanted is not None:
            self._wanted = None
            self.ended.emit("")

    def close(self) -> None:
        """Call it off, and wait for what is still being read."""
        self.call_off()
        for thread in self._threads:
            thread.wait()
        self._finished()

    @Slot()
    def _finished(self) -> None:
        for thread in [thread for thread in self._threads if thread.isFinished()]:
            self._threads.remove(thread)
            thread.deleteLater()
            wanted = thread is self._wanted
            if wanted:
                self._wanted = None
                self.ended.emit(thread.fault)
            if thread.recording is None:
                continue
            if wanted and self._controller.new_runs.agreed():
                self._controller.show_recording(thread.recording, owned=True)
                self.shown.emit(thread.path)
            else:
                thread.recording.close()
