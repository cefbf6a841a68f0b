"""A session file that is moved or removed while it is written, one that was cut short, and one that is very large."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from superviz.core.errors import SessionError
from superviz.session.journal import Journal
from superviz.session.migrations import upgrade
from superviz.session.rows import meta_row
from superviz.session.store import connect, create_file, reading, write


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A session file that says one thing."""

    def fill(connection: sqlite3.Connection) -> None:
        upgrade(connection)
        write(connection, [meta_row("title", "made here")])

    create_file(tmp_path / "made.superviz", fill, force=False)
    return tmp_path / "made.superviz"


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    path = tmp_path / "run.superviz"
    create_file(path, upgrade, force=False)
    journal = Journal(path, connect(path))
    yield journal
    journal.abandon()


def facts(path: Path) -> dict[str, str]:
    """What another connection sees."""
    with closing(sqlite3.connect(path)) as connection:
        return dict(connection.execute("SELECT key, value FROM meta"))


@pytest.mark.skipif(os.name == "nt", reason="there a file that is open can't be moved")
def test_a_file_that_is_moved_away_is_told_and_written_where_it_went(journal) -> None:
    told: list[SessionError] = []
    journal.on_fault = told.append
    elsewhere = journal.path.with_name("elsewhere.superviz")
    journal.path.rename(elsewhere)
    for title in ("a", "b"):
        journal.put(partial(meta_row, title, ""))
        with pytest.raises(SessionError, match=rf"^{journal.path}: it was moved or removed while it was written"):
            journal.flush()
    assert len(told) == 1
    journal.put(partial(meta_row, "c", ""))
    with pytest.raises(SessionError, match="moved or removed"):
        journal.close()
    assert facts(elsewhere).keys() == {"a", "b", "c"}


@pytest.mark.skipif(os.name == "nt", reason="there a file that is open can't be moved")
def test_once_it_is_back_under_its_name_all_is_well(journal) -> None:
    elsewhere = journal.path.with_name("elsewhere.superviz")
    journal.path.rename(elsewhere)
    with pytest.raises(SessionError, match="moved or removed"):
        journal.flush()
    elsewhere.rename(journal.path)
    journal.put(partial(meta_row, "title", "A run"))
    journal.flush()
    assert journal.fault is None
    assert facts(journal.path) == {"title": "A run"}


@pytest.mark.skipif(os.name == "nt", reason="there a file that is open can't be removed")
def test_a_run_whose_file_was_removed_can_still_be_saved(journal) -> None:
    journal.put(partial(meta_row, "title", "A run"))
    journal.flush()
    journal.path.unlink()
    journal.put(partial(meta_row, "backend", "numba"))
    with closing(connect(None)) as target:
        journal.copy_into(target)
        assert {key for (key,) in target.execute("SELECT key FROM meta")} == {"title", "backend"}


@pytest.mark.parametrize("missing", [1, 100, 2_000])
def test_a_file_that_was_cut_short_is_said_to_be(made: Path, missing: int) -> None:
    """SQLite takes what is missing of its last page for zeros."""
    os.truncate(made, made.stat().st_size - missing)
    with pytest.raises(SessionError, match=rf"^{made}: damaged: it was cut short$"), reading(made):
        pass


def test_a_file_whose_end_is_still_in_its_log_is_none_of_those(made: Path) -> None:
    with closing(connect(made)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        write(writer, [("INSERT INTO meta VALUES ('backend', 'numba')", ())])
        with made.open("ab") as file:
            file.write(b"torn")
        with reading(made) as connection:
            assert connection.execute("SELECT count(*) FROM meta").fetchone() == (2,)


def test_a_file_of_more_than_two_gigabytes_opens(made: Path) -> None:
    os.truncate(made, 2**31 + 4096)  # takes no room on the disk
    with reading(made) as connection:
        assert connection.execute("SELECT value FROM meta").fetchall() == [("made here",)]
