"""The layout of a session file, and how older files come up to it: one script a version, run in order."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache

APPLICATION_ID = 0x53_50_56_5A
"""SQLite's mark of whose file it is: "SPVZ"."""

SCRIPTS: tuple[str, ...] = (
    # Version 1. Arrays are little-endian float32 in C order (a checkpoint's loss_sum: float64); checksums are the
    # CRC-32 of the row's key as 8 little-endian bytes followed by its blobs in order.
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE snapshot (step INTEGER PRIMARY KEY, W BLOB NOT NULL, b BLOB NOT NULL, rotation BLOB NOT NULL,
                           checksum INTEGER NOT NULL);
    CREATE TABLE loss (first_bucket INTEGER PRIMARY KEY, means BLOB NOT NULL, checksum INTEGER NOT NULL);
    CREATE TABLE edit (id INTEGER PRIMARY KEY, step INTEGER NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL);
    CREATE TABLE checkpoint (step INTEGER PRIMARY KEY, W BLOB NOT NULL, b BLOB NOT NULL,
                             mean_W BLOB NOT NULL, mean_b BLOB NOT NULL, square_W BLOB NOT NULL, square_b BLOB NOT NULL,
                             loss_sum BLOB NOT NULL, checksum INTEGER NOT NULL);
    CREATE TABLE display (id INTEGER PRIMARY KEY, settings TEXT NOT NULL);
    """,
    # Version 2: models that unpack with a matrix of their own, and the loss on fresh samples beside that on a finite
    # training set. What an experiment has no use for is null, and no part of the checksum.
    """
    ALTER TABLE snapshot ADD COLUMN W_out BLOB;
    ALTER TABLE checkpoint ADD COLUMN W_out BLOB;
    ALTER TABLE checkpoint ADD COLUMN mean_W_out BLOB;
    ALTER TABLE checkpoint ADD COLUMN square_W_out BLOB;
    ALTER TABLE loss ADD COLUMN test_means BLOB;
    """,
    # Version 3: losses of long runs as means over wider stretches (width buckets each), the losses that come with
    # weights trained elsewhere, and bookmarks.
    """
    ALTER TABLE loss ADD COLUMN width INTEGER NOT NULL DEFAULT 1;
    CREATE TABLE step_loss (step INTEGER PRIMARY KEY, losses BLOB NOT NULL, checksum INTEGER NOT NULL);
    CREATE TABLE bookmark (step INTEGER PRIMARY KEY, note TEXT NOT NULL);
    """,
)
"""Entry i brings a file from version i to version i + 1. Never change an entry that has been released: add one."""

Schema = dict[str, tuple[str, str]]
"""What a file is made of: name -> (kind, its SQL)."""


def newest_version() -> int:
    """The version that this superviz writes, SQLite's user_version."""
    return len(SCRIPTS)


def upgrade(connection: sqlite3.Connection) -> None:
    """Bring an empty or older file to the newest version, in one transaction. Raises sqlite3.Error."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    script = "".join(SCRIPTS[version:])
    connection.executescript(
        f"BEGIN; {script} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {newest_version()}; COMMIT;"
    )


def schema(connection: sqlite3.Connection) -> Schema:
    """What the file behind `connection` is made of."""
    rows = connection.execute("SELECT name, type, coalesce(sql, '') FROM sqlite_schema")
    return {name: (kind, sql) for name, kind, sql in rows}


@cache
def expected_schema(version: int) -> Schema:
    """What a file of that version is made of, and nothing else: no view, trigger or generated column can hide in it."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript("".join(SCRIPTS[:version]))
        return schema(connection)
