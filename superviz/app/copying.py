"""Copying: what is looked at becomes a journal of the window's own, on a thread, before anything is changed in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot

from superviz.app.held_journal import HeldJournal
from superviz.core.errors import SupervizError
from superviz.session.recording import Recording

Then: TypeAlias = Callable[[Recording, HeldJournal], None]
"""Takes the copy and its journal, in the window's thread."""

_LONG_MILLISECONDS = 400


class CopyThread(QThread):
    """One copy, kept in `copy`; a fault as one line."""

    def __init__(self, make: Callable[[Path], Recording], journal: HeldJournal, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("copy")
        self.journal = journal
        self.copy: Recording | None = None
        self.fault = ""
        self._make = make

    def run(self) -> None:
        """Called by QThread.start() on the new thread."""
        try:
            self.copy = self._make(self.journal.path)
        except SupervizError as error:
            self.fault = str(error)
        except Exception as error:  # told in the window; the thread must not take the app down
            self.fault = f"the run can't be copied: {type(error).__name__}: {error}"


class Copying(QObject):
    """At most one copy at a time is wanted. One that is called off is removed once it is made: SQLite can't be hurried.

    However small the recording, it is copied on a thread: a journal is only there once the disk has it for certain.
    """

    failed = Signal(str)
    """The copy can't be made: one line."""
    lasts = Signal()
    """It takes longer than a blink."""
    ended = Signal()
    """Made, failed or called off."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wanted: tuple[CopyThread, Then] | None = None
        self._threads: list[CopyThread] = []
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_LONG_MILLISECONDS)
        self._patience.timeout.connect(self.lasts)

    @property
    def is_on(self) -> bool:
        """Whether a copy is being made that is wanted."""
        return self._wanted is not None

    def start(self, make: Callable[[Path], Recording], journal: HeldJournal, then: Then) -> None:
        """Have `make` write the copy at the journal's path, and hand it to `then`."""
        self.call_off()
        thread = CopyThread(make, journal, self)
        thread.finished.connect(self._finished)
        self._threads.append(thread)
        self._wanted = (thread, then)
        thread.start()
        self._patience.start()

    def call_off(self) -> None:
        """It is no longer wanted."""
        if self._wanted is not None:
            self._wanted = None
            self._patience.stop()
            self.ended.emit()

    def close(self) -> None:
        """Call it off, and wait for what is still being copied."""
        self.call_off()
        for thread in self._threads:
            thread.wait()
        self._finished()

    @Slot()
    def _finished(self) -> None:
        for thread in [thread for thread in self._threads if thread.isFinished()]:
            self._threads.remove(thread)
            thread.deleteLater()
            wanted = self._wanted
            if wanted is None or wanted[0] is not thread:
                _discard(thread)
                continue
            self._patience.stop()
            self._wanted = None
            if thread.copy is None:
                thread.journal.remove()
                self.failed.emit(thread.fault)
            else:
                wanted[1](thread.copy, thread.journal)
            self.ended.emit()


def _discard(thread: CopyThread) -> None:
    if thread.copy is not None:
        thread.copy.close()
    thread.journal.remove()
