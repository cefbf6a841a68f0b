"""The session file's life: made whole or not at all, opened without trust, copied and closed as one file."""

from __future__ import annotations

import glob
import os
import secrets
import sqlite3
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import TypeAlias

from superviz.core.errors import SessionError
from superviz.core.paths import is_special, why_not_written
from superviz.session.migrations import APPLICATION_ID, expected_schema, newest_version, schema, upgrade
from superviz.session.rows import Statement

Fill: TypeAlias = Callable[[sqlite3.Connection], None]
"""Writes what a new session is to hold into an empty database."""
_HEADER_BYTES = 100
_SMALL_BYTES = 2**20
_C_INT = 2**31 - 1
_MAGIC = b"SQLite format 3\x00"
_LOGS = ("-wal", "-journal")
_BESIDE = (*_LOGS, "-shm")
_ABANDONED_SECONDS = 3600
"""A part that was last touched longer ago is nobody's."""


def create_file(path: Path, fill: Fill, *, force: bool) -> None:
    """Make a session file: under its final name only once it is whole, in place of an existing one only with `force`.

    Raises SessionError where there is one already, and where none can be written.
    """
    with writing(path):
        _refuse_occupied(path, force=force)
        _sweep(path)
        building = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        try:
            building.open("xb").close()
            with closing(connect(building)) as connection:
                # What goes wrong here throws the whole file away, so nothing need be undone in it.
                connection.execute("PRAGMA journal_mode = OFF")
                connection.execute("PRAGMA synchronous = OFF")
                fill(connection)
                settle(connection)
            with building.open("rb+") as file:
                os.fsync(file.fileno())
            _refuse_occupied(path, force=force)
            _retire(path)
            building.replace(path)
            _sync_folder(path.parent)
        finally:
            _remove(building)


def connect(path: Path | str | None) -> sqlite3.Connection:
    """A connection to write through, from any one thread at a time; in memory where there is no path.

    An empty string stands for a file of SQLite's own, gone with the connection.
    """
    name = ":memory:" if path is None else path
    return sqlite3.connect(name, isolation_level=None, check_same_thread=False, timeout=1.0)


def settle(connection: sqlite3.Connection) -> None:
    """Fold the write-ahead log into the file, so that it is one file again and opens from read-only media."""
    # A connection that never looked at the log, which a reader may have made, would leave it behind.
    connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    # A power cut meanwhile must find either; with less, SQLite may roll back what never reached the disk.
    connection.execute("PRAGMA synchronous = EXTRA")
    connection.execute("PRAGMA journal_mode = DELETE")


def write(connection: sqlite3.Connection, statements: Iterable[Statement]) -> None:
    """Carry them out in one transaction, all or none. Raises sqlite3.Error."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in statements:
            connection.execute(*statement)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


@contextmanager
def reading(path: Path) -> Generator[sqlite3.Connection]:
    """open_checked(), closed again."""
    with closing(open_checked(path)) as connection:
        yield connection


def open_checked(path: Path) -> sqlite3.Connection:
    """A session file of unknown origin, read-only, in today's layout. Raises SessionError for any other.

    An older one is brought up to date in a copy that SQLite keeps where its temporary files are.
    """
    version = _version(path)
    with read_faults(path), ExitStack() as stack:
        _roll_back(path)
        connection = stack.enter_context(closing(connect_read_only(path)))
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, min(path.stat().st_size + _SMALL_BYTES, _C_INT))
        _check_schema(path, schema(connection), expected_schema(version))
        if version < newest_version():
            old, connection = connection, stack.enter_context(closing(connect("")))
            old.backup(connection)
            upgrade(connection)
            old.close()
        stack.pop_all()
        return connection


@contextmanager
def read_faults(path: Path) -> Generator[None]:
    """Turns what SQLite finds wrong with a file into one line."""
    try:
        yield
    except sqlite3.OperationalError as error:
        logs = [log for log in _LOGS if path.with_name(path.name + log).exists()]
        hint = "; it was not closed, so its {} file must lie beside it in a folder that can be written"
        hint = hint.format(logs[0]) if logs else ""
        raise SessionError(f"{path}: can't be read: {_one_line(error)}{hint}") from error
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise SessionError(f"{path}: damaged: {_one_line(error)}") from error


@contextmanager
def writing(path: Path | None) -> Generator[None]:
    """Turns what can go wrong with the disk into one line."""
    name = "the session" if path is None else path
    try:
        yield
    except OSError as error:
        if isinstance(error, FileNotFoundError) and path is not None and not path.parent.is_dir():
            raise SessionError(f"{name}: can't be written: there is no folder {path.parent}") from error
        raise SessionError(f"{name}: can't be written: {(error.strerror or str(error)).lower()}") from error
    except sqlite3.Error as error:
        raise SessionError(f"{name}: can't be written: {_one_line(error)}") from error


def _one_line(error: Exception) -> str:
    """What SQLite says, which may quote SQL over several lines."""
    return " ".join(str(error).split())


def _refuse_occupied(path: Path, *, force: bool) -> None:
    if fault := why_not_written(path, force=force):
        raise SessionError(f"{path}: {fault}")


def _retire(path: Path) -> None:
    """See to it that nobody writes a file about to be replaced, and that it leaves no log for the next of its name."""
    if path.exists():
        try:
            with closing(sqlite3.connect(path, timeout=0)) as connection:
                settle(connection)
                connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise SessionError(f"{path}: is being written; close it there, or give another name") from error
        except sqlite3.DatabaseError:
            pass  # no session, so its log means nothing
    for ending in _BESIDE:
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _remove(part: Path) -> None:
    """A file that was being made, and whatever SQLite has beside it."""
    for ending in ("", *_BESIDE):
        with suppress(OSError):
            part.with_name(part.name + ending).unlink(missing_ok=True)


def _sweep(path: Path) -> None:
    """Remove what killed attempts to make this file have left; not what another program may be at."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*"):
        with suppress(OSError):
            if left.suffix in (".part", ".older") and time.time() - left.stat().st_mtime > _ABANDONED_SECONDS:
                _remove(left)


def _sync_folder(folder: Path) -> None:
    """Make a new name outlive a power cut, where the system leaves that to us."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            with suppress(OSError):  # some network file systems can't
                os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _version(path: Path) -> int:
    """The layout's version, from the file's first bytes alone. Raises SessionError where it is no session of ours."""
    if is_special(path):  # opening a pipe would wait for someone to write into it
        raise SessionError(f"{path}: no superviz session, but a device or a pipe")
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
            size = os.fstat(file.fileno()).st_size
    except FileNotFoundError:
        raise SessionError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise SessionError(f"{path}: a folder; give the name of a session file") from None
    except OSError as error:
        raise SessionError(f"{path}: can't be read: {(error.strerror or str(error)).lower()}") from None
    if len(header) < _HEADER_BYTES or not header.startswith(_MAGIC) or int.from_bytes(header[68:72]) != APPLICATION_ID:
        raise SessionError(f"{path}: no superviz session")
    pages, page_bytes = int.from_bytes(header[28:32]), int.from_bytes(header[16:18])
    if size < pages * page_bytes and not any(path.with_name(path.name + log).exists() for log in _LOGS):
        raise SessionError(f"{path}: damaged: it was cut short")  # SQLite itself would take what is missing for zeros
    version = int.from_bytes(header[60:64])
    if version > newest_version():
        newest = newest_version()
        raise SessionError(f"{path}: written by a newer superviz (layout {version}, this one reads up to {newest})")
    return version


def connect_read_only(path: Path) -> sqlite3.Connection:
    """A connection to read a file that is known to be sound."""
    log = path.with_name(path.name + "-wal")
    unwritable = not os.access(path.parent, os.W_OK)
    # SQLite wants to keep an index of the log beside the file; where nothing can be written, nothing can change either.
    manner = "mode=ro&immutable=1" if unwritable and not log.exists() else "mode=ro"
    uri = f"{path.resolve().as_uri()}?{manner}"
    return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)


def _roll_back(path: Path) -> None:
    """Let SQLite undo what was half done when whoever wrote the file was killed; reading alone it may not."""
    if path.with_name(path.name + "-journal").exists() and os.access(path.parent, os.W_OK):
        with closing(connect(path)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_schema")


def _check_schema(path: Path, found: dict[str, tuple[str, str]], expected: dict[str, tuple[str, str]]) -> None:
    for name in sorted(found.keys() - expected.keys()):
        raise SessionError(f"{path}: refused: its {found[name][0]} {name!r} is nothing that superviz makes")
    for name, (kind, sql) in expected.items():
        if found.get(name) != (kind, sql):
            raise SessionError(f"{path}: damaged: its {kind} {name!r} is missing or not as superviz makes it")
