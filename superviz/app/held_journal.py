"""HeldJournal: a journal, and the lock beside it that tells other windows that someone has it."""

from __future__ import annotations

import weakref
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QLockFile

from superviz.core.errors import SessionError
from superviz.session.journals import new_journal, remove_journal
from superviz.session.recording import Recording


class HeldJournal:
    """Held until it is removed, let go of, or the process ends.

    The lock names its process, machine and boot. It is broken only where that process is known to be dead: one of
    another machine, whose disk this may be as well, counts as alive however old it is.
    """

    def __init__(self, path: Path, lock: QLockFile) -> None:
        self.path = path
        self._lock = lock

    @classmethod
    def new(cls, folder: Path) -> HeldJournal:
        """A name for a journal that is to be made. Raises SessionError where none can be."""
        path = new_journal(folder)
        lock = _lock_of(path)
        if not lock.tryLock(0):
            raise SessionError(f"{folder}: can't be written; runs are journalled there")
        return cls(path, lock)

    @classmethod
    def take(cls, path: Path) -> HeldJournal | None:
        """One that is there already; None where another window has it, or it is gone."""
        lock = _lock_of(path)
        if not lock.tryLock(0):
            return None
        if not path.exists():
            lock.unlock()
            return None
        return cls(path, lock)

    def remove(self) -> None:
        """Be rid of it: the file first, so that nobody finds it without a lock."""
        remove_journal(self.path)
        self._lock.unlock()

    def let_go(self) -> None:
        """Leave it to whoever wants it."""
        self._lock.unlock()


class LeavingJournals:
    """Journals that are to go, each once nobody reads its recording any more: an export that is still being written."""

    def __init__(self) -> None:
        self._leaving: list[weakref.finalize[..., Recording]] = []

    def add(self, recording: Recording, journal: HeldJournal) -> None:
        """That one goes with the last who has `recording`."""
        self._leaving = [leaving for leaving in self._leaving if leaving.alive]
        self._leaving.append(weakref.finalize(recording, journal.remove))

    def remove(self) -> None:
        """They go now."""
        while self._leaving:
            self._leaving.pop()()


@contextmanager
def hold(path: Path) -> Generator[bool]:
    """Holds a journal's lock for a while; False where a window has it."""
    lock = _lock_of(path)
    held = lock.tryLock(0)
    try:
        yield held
    finally:
        if held:
            lock.unlock()


def _lock_of(path: Path) -> QLockFile:
    lock = QLockFile(str(path.with_name(path.name + ".lock")))
    lock.setStaleLockTime(0)  # no age makes it stale: a window may rest for weeks
    return lock
