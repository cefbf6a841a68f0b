"""Versions: a session file over time: who else writes or wrote it, and what it was before the last saves."""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from superviz.session.store import connect, settle, writing

OLDER_VERSIONS = 2
"""How many a save keeps, unless it is told otherwise."""


@dataclass(frozen=True, slots=True)
class FileMark:
    """Tells whether a file is the one it was: every program that writes it changes one of these."""

    size: int
    modified: int
    inode: int

    @classmethod
    def of(cls, path: Path) -> FileMark | None:
        """None where there is no such file, or nobody can say."""
        try:
            status = path.stat()
        except OSError:
            return None
        return cls(status.st_size, status.st_mtime_ns, status.st_ino)


def has_writer(path: Path) -> bool:
    """Whether a program that lives has it open to write; where nobody does, what a dead one left is folded into it.

    Also where that can't be found out. This process must not have it open either.
    """
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=0)) as connection:
            settle(connection)
    except sqlite3.Error:
        return True
    return False


def older_version(path: Path, number: int) -> Path:
    """Where the version before the last, `number` 1, is kept, or the one before that: "run (older 1).superviz"."""
    return path.with_name(f"{path.stem} (older {number}){path.suffix}")


@contextmanager
def keeping_older(path: Path, versions: int = OLDER_VERSIONS) -> Generator[None]:
    """What takes the name of the file at `path` within leaves that file beside it, as the newest of so many older ones.

    Nothing moves before the new file has the name, so that there is a whole file under it at every moment, and a save
    that fails changes nothing. Raises SessionError where the file can't be kept.
    """
    spare = None
    if versions > 0 and path.is_file():
        with writing(path):
            spare = _second_name(path)
    try:
        yield
    except BaseException:
        if spare is not None:
            with suppress(OSError):
                spare.unlink(missing_ok=True)
        raise
    if spare is not None:
        _take_in(path, spare, versions)


def _second_name(path: Path) -> Path:
    """The same file under a name of its own; a copy, where the disk knows no second names."""
    spare = path.with_name(f".{path.name}.{secrets.token_hex(4)}.older")
    try:
        os.link(path, spare)
    except (OSError, NotImplementedError, AttributeError):
        with suppress(Exception), closing(connect(path)) as connection:
            settle(connection)  # what a program that died has left in its log belongs to it
        try:
            shutil.copy2(path, spare)
        except OSError:
            with suppress(OSError):
                spare.unlink(missing_ok=True)
            raise
    return spare


def _take_in(path: Path, spare: Path, versions: int) -> None:
    """Make `spare` the first of the older versions; each of them moves on by one, up to the first gap."""
    free = next(number for number in count(1) if not older_version(path, number).exists())
    try:
        for number in range(min(free, versions), 1, -1):
            older_version(path, number - 1).replace(older_version(path, number))
        spare.replace(older_version(path, 1))
    except OSError:  # another program has one of them open: rather one too many than one too few
        with suppress(OSError):
            spare.replace(older_version(path, free))
