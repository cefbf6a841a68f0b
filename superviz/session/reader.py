"""Reader: the connection through which a recording looks things up in its store, when it needs them."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Callable, Generator
from contextlib import contextmanager


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
                self._open.append(self._connect())
            yield self._open[0]

    def close(self) -> None:
        """Let go of the store until the next question."""
        with self._lock:
            _close_all(self._open)


class Borrower(Reader):
    """Reads through the connection of whoever writes: a store in memory has no other."""

    def __init__(self, connection: sqlite3.Connection, lock: threading.RLock) -> None:
        super().__init__(lambda: connection)
        self._open, self._lock = [connection], lock  # a list of its own: what is in the other one is closed in the end

    def close(self) -> None:
        """It isn't ours to close."""


def _close_all(connections: list[sqlite3.Connection]) -> None:
    while connections:
        connections.pop().close()
