"""Journal: the one thread that writes a session's rows to its store, so that training never waits for the disk."""

from __future__ import annotations

import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from superviz.core.errors import SessionError
from superviz.session.rows import Statement
from superviz.session.store import reading, settle, write, writing

COMMIT_SECONDS = 0.4
"""Killing the process loses at most what was put in this time."""
WAITING_BYTES = 2**24
"""When more than this waits for the disk, of the keyframes that come only every second is kept; when twice as much
does, every fourth, and so on: neither training nor memory pays for a slow disk."""
_SPARSEST = 20
"""At most so many doublings."""


MakeRow: TypeAlias = Callable[[], Statement]
"""Makes a row at the time it is written: turning arrays into bytes is the writer's work, not training's."""


@dataclass(frozen=True, eq=False, slots=True)
class _Row:
    make: MakeRow
    stored: Callable[[], None] | None
    size: int


@dataclass(frozen=True, slots=True)
class _Request:
    """Work for the writer's thread, once all that was put before it is written."""

    work: Callable[[], None]
    done: Future[None] = field(default_factory=Future[None])


class Journal:
    """Rows put from any thread are committed within a moment; flush() waits for the commit.

    Write-ahead logging with synchronous=NORMAL: what is committed outlives the process; after a power cut the newest
    commits may be missing, but the file is whole. Rows that can't be written are kept and tried again with the next.
    """

    def __init__(
        self, path: Path | None, connection: sqlite3.Connection, *, commit_seconds: float = COMMIT_SECONDS
    ) -> None:
        """Takes over `connection`, to the file at `path` or to memory."""
        self.path = path
        self.on_fault: Callable[[SessionError], None] | None = None
        """Told from the writer's thread, once, when rows can no longer be written. Must not raise."""
        self.lock = threading.RLock()
        """Held while the connection is written through."""
        self.thinned = 0
        """How many keyframes were turned away since the disk could not keep up."""
        self._connection = connection
        self._commit_seconds = commit_seconds
        self._place = _place_of(path)
        self._inbox: queue.SimpleQueue[_Row | _Request] = queue.SimpleQueue()
        self._hurry = threading.Event()
        self._unwritten: list[_Row] = []
        self._put_bytes, self._written_bytes = 0, 0
        self._offered = 0
        self._fault: SessionError | None = None
        self.closed = False
        with writing(path):
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            # Only who has read holds the lock that tells others that the file is in use.
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        self._thread = threading.Thread(target=self._run, name="session-writer", daemon=True)
        self._thread.start()

    @property
    def fault(self) -> SessionError | None:
        """Why the rows put last could not be written, or can't be found where they should be, so long as that is so."""
        return self._fault

    def takes_keyframe(self) -> bool:
        """Whether the next keyframe is to be put: all of them, unless the disk can't keep up."""
        self._offered += 1
        behind = min(_SPARSEST, (self._put_bytes - self._written_bytes) // WAITING_BYTES)
        if self._offered % (1 << behind):
            self.thinned += 1
            return False
        return True

    def put(self, make: MakeRow, *, stored: Callable[[], None] | None = None, size: int = 0) -> None:
        """Queue a row of about `size` bytes; `stored` is told on the writer's thread once it is committed.

        Never waits. Raises SessionError once the journal is closed.
        """
        if self.closed:
            raise SessionError(f"{self.path or 'the session'}: closed; nothing more is recorded")
        self._put_bytes += size
        self._inbox.put(_Row(make, stored, size))

    def flush(self) -> None:
        """Wait until all that was put is committed. Raises SessionError where it can't be."""
        if not self.closed:
            self._ask(self._raise_fault)

    def copy_into(self, target: sqlite3.Connection) -> None:
        """Copy all that was put, written or not, into an empty database; rows may go on being put meanwhile."""
        if not self.closed:
            self._ask(lambda: self._copy(self._connection, target))
        elif self.path is None:
            self._copy(self._connection, target)
        else:
            with reading(self.path) as source:
                self._copy(source, target)

    def close(self) -> None:
        """Write what is left and end the thread, leaving one whole file. Raises SessionError for what is lost."""
        if not self.closed:
            self.closed = True
            try:
                self._ask(self._finish)
            finally:
                self._thread.join()

    def abandon(self) -> None:
        """Close a journal that nobody holds any more. For the garbage collector, which may call on any thread."""
        if not self.closed:
            self.closed = True
            self._post(_Request(self._finish))
            if threading.current_thread() is not self._thread:
                self._thread.join()

    def _ask(self, work: Callable[[], None]) -> None:
        if not self._thread.is_alive():
            raise SessionError(
                f"{self.path or 'the session'}: its writer is in the process that this one was forked from"
            )
        request = _Request(work)
        self._post(request)
        request.done.result()

    def _post(self, request: _Request) -> None:
        self._inbox.put(request)
        self._hurry.set()

    def _run(self) -> None:
        finished, due = False, time.monotonic() + self._commit_seconds
        while not finished:
            items = [self._inbox.get()]
            if not isinstance(items[0], _Request):
                self._hurry.wait(max(0.0, due - time.monotonic()))  # one commit for many rows
            due = time.monotonic() + self._commit_seconds
            self._hurry.clear()
            while not self._inbox.empty():
                items.append(self._inbox.get())
            self._unwritten += [item for item in items if not isinstance(item, _Request)]
            self._commit()
            for request in (item for item in items if isinstance(item, _Request)):
                finished = finished or request.work == self._finish
                try:
                    request.work()
                except Exception as error:
                    request.done.set_exception(error)
                else:
                    request.done.set_result(None)

    def _commit(self) -> None:
        fault = self._write() or self._displaced()
        first, self._fault = self._fault is None, fault
        if fault is not None and first and self.on_fault is not None:
            self.on_fault(fault)

    def _write(self) -> SessionError | None:
        if not self._unwritten:
            return None
        try:
            with writing(self.path), self.lock:
                write(self._connection, (row.make() for row in self._unwritten))
        except Exception as error:  # whatever it is, those who wait for a commit must hear of it
            return _as_fault(self.path, error)
        for row in self._unwritten:
            self._written_bytes += row.size
            if row.stored is not None:
                row.stored()
        self._unwritten.clear()
        return None

    def _displaced(self) -> SessionError | None:
        """Some systems let a file be moved or removed while it is written: then nobody finds what is in it."""
        if _place_of(self.path) == self._place:
            return None
        return SessionError(f"{self.path}: it was moved or removed while it was written, or its drive is gone")

    def _copy(self, source: sqlite3.Connection, target: sqlite3.Connection) -> None:
        with self.lock:
            source.backup(target)
        write(target, (row.make() for row in self._unwritten))

    def _raise_fault(self) -> None:
        if self._fault is not None:
            raise self._fault

    def _finish(self) -> None:
        if self.path is not None:
            # Where another program is reading the file, its log must stay: whoever opens it next finds all in it.
            with suppress(sqlite3.OperationalError):
                settle(self._connection)
            self._connection.close()
        self._raise_fault()


def _as_fault(path: Path | None, error: Exception) -> SessionError:
    if isinstance(error, SessionError):
        return error
    return SessionError(f"{path or 'the session'}: can't be written: {type(error).__name__}: {error}")


def _place_of(path: Path | None) -> tuple[int, int] | None:
    """The file that goes by that name; None where there is none, or nobody can say."""
    if path is None:
        return None
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
