"""Reader: the connection through which a recording looks things up in its store, when it needs them."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from superviz.core.errors import SessionError
from superviz.session import rows
from superviz.session.store import open_checked, read_faults


class Reader:
    """Any thread may ask; one at a time is answered.

    Between two questions it may be closed: the next one opens it again. So no file is held that someone else wants to
    move, remove or finish writing.
    """

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        """Opens the store with `connect`, which may raise SessionError."""
        self._connect = connect
        self._open: list[sqlite3.Connection] = []
        self._lock = threading.RLock()
        # Nobody else would: a connection is in a cycle with its own cache of statements.
        weakref.finalize(self, _close_all, self._open)

    @contextmanager
    def connection(self) -> Generator[sqlite3.Connection]:
        """The connection, for as long as nobody else may have it. Raises SessionError where the store is gone."""
        with self._lock:
            if not self._open:
                self._open.append(self.another())
            yield self._open[0]

    def another(self) -> sqlite3.Connection:
        """A connection of one's own, to be closed by whoever asks. Raises SessionError where the store is gone."""
        return self._connect()

    def close(self) -> None:
        """Let go of the store until the next question."""
        with self._lock:
            _close_all(self._open)


class FileReader(Reader):
    """Of a file opened to be looked at, which is any program's to replace: what lies there then is another run.

    Where it is only gone, what was opened can still be looked at, unless it was closed meanwhile.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(partial(open_checked, path))
        self._path = path
        self._run: tuple[str, ...] | None = None
        self._stamp: tuple[int, ...] | None = None
        self._asked = 0

    @contextmanager
    def connection(self) -> Generator[sqlite3.Connection]:
        with self._lock:
            if not self._asked and _stamp(self._path) not in (None, self._stamp):
                self.close()  # it was written, or replaced: another() finds out
            self._asked += 1
            try:
                with super().connection() as connection:
                    yield connection
            finally:
                self._asked -= 1

    def another(self) -> sqlite3.Connection:
        """A connection of one's own, to be closed. Raises SessionError, also where another run lies there by now."""
        stamp = _stamp(self._path)
        connection = super().another()
        try:
            with read_faults(self._path):
                run = rows.read_run(connection)
            if self._run not in (None, run):
                raise SessionError(
                    f"{self._path}: holds another run by now: another program has replaced it; open it again"
                )
        except BaseException:
            connection.close()
            raise
        self._run, self._stamp = run, stamp
        return connection


class Borrower(Reader):
    """Reads through the connection of whoever writes: a store in memory has no other."""

    def __init__(self, connection: sqlite3.Connection, lock: threading.RLock) -> None:
        super().__init__(lambda: connection)
        self._open, self._lock = [connection], lock  # a list of its own: what is in the other one is closed in the end

    def close(self) -> None:
        """It isn't ours to close."""


def _stamp(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _close_all(connections: list[sqlite3.Connection]) -> None:
    while connections:
        connections.pop().close()
