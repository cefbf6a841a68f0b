"""Files are made whole or not at all, and a file of unknown origin is not trusted."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from superviz.core.errors import SessionError
from superviz.session import migrations, store
from superviz.session.migrations import APPLICATION_ID, upgrade
from superviz.session.store import connect, create_file, read_faults, reading, settle, write, writing

FACT = ("INSERT INTO meta VALUES ('title', ?)", ("made here",))


def fill(connection: sqlite3.Connection) -> None:
    upgrade(connection)
    write(connection, [FACT])


def titles(path: Path) -> list[tuple[str]]:
    with reading(path) as connection:
        return connection.execute("SELECT value FROM meta WHERE key = 'title'").fetchall()


def change(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(sql)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.superviz"


@pytest.fixture
def made(path: Path) -> Path:
    create_file(path, fill, force=False)
    return path


def test_a_file_is_made_whole_and_alone(made: Path) -> None:
    assert titles(made) == [("made here",)]
    assert list(made.parent.iterdir()) == [made]


def test_a_file_gets_the_permissions_any_new_file_would(made: Path) -> None:
    other = made.with_name("other")
    other.touch()
    assert made.stat().st_mode == other.stat().st_mode


def test_an_existing_file_is_refused_without_force_and_left_alone(made: Path) -> None:
    before = made.read_bytes()
    with pytest.raises(SessionError, match=rf"^{made}: exists already; give another name"):
        create_file(made, fill, force=False)
    assert made.read_bytes() == before


def test_with_force_it_is_replaced(path: Path) -> None:
    path.write_text("somebody's notes")
    create_file(path, fill, force=True)
    assert titles(path) == [("made here",)]


def test_a_file_that_appeared_meanwhile_is_not_overwritten(path: Path) -> None:
    def slow_fill(connection: sqlite3.Connection) -> None:
        fill(connection)
        path.write_text("somebody else's")

    with pytest.raises(SessionError, match="exists already"):
        create_file(path, slow_fill, force=False)
    assert path.read_text() == "somebody else's"
    assert list(path.parent.iterdir()) == [path]


def test_when_filling_fails_nothing_is_left_and_nothing_replaced(path: Path) -> None:
    def failing_fill(connection: sqlite3.Connection) -> None:
        fill(connection)
        connection.execute("INSERT INTO nowhere VALUES (1)")

    path.write_text("somebody's notes")
    with pytest.raises(SessionError, match=rf"^{path}: can't be written: no such table: nowhere$"):
        create_file(path, failing_fill, force=True)
    assert path.read_text() == "somebody's notes"
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(SessionError, match=rf"^{tmp_path}: a folder; give the name of a file$"):
        create_file(tmp_path, fill, force=True)


def test_a_device_is_not_replaced() -> None:
    with pytest.raises(SessionError, match=rf"^{os.devnull}: a device or a pipe"):
        create_file(Path(os.devnull), fill, force=True)


def test_a_name_that_is_too_long_is_said(tmp_path: Path) -> None:
    with pytest.raises(SessionError, match=r"can't be written: file name too long$"):
        create_file(tmp_path / ("n" * 300), fill, force=True)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.superviz")
    with pytest.raises(SessionError, match=r"no superviz session, but a device or a pipe$"):
        reading(tmp_path / "pipe.superviz").__enter__()


def test_what_killed_attempts_have_left_is_removed_once_it_is_surely_nobodys(path: Path) -> None:
    """Another program may be making the same file right now."""
    old, young, others = (
        path.with_name(f".{name}.part") for name in ("run.superviz.0a", "run.superviz.0b", "other.0c")
    )
    for part in (old, young, others):
        for ending in ("", "-journal"):
            part.with_name(part.name + ending).touch()
    for part in (old, others):
        os.utime(part, (0, time.time() - 7200))
    create_file(path, fill, force=False)
    left = {file.name for file in path.parent.iterdir()}
    assert left == {path.name} | {part.name + ending for part in (young, others) for ending in ("", "-journal")}


@pytest.mark.parametrize("fault", [None, OSError(22, "not on this disk")])
def test_a_new_name_is_made_to_outlive_a_power_cut(path: Path, monkeypatch, fault: OSError | None) -> None:
    """As far as the system lets us."""
    synced, plain = [], os.fsync

    def fsync(descriptor: int) -> None:
        synced.append(stat.S_ISDIR(os.fstat(descriptor).st_mode))
        if fault is not None and synced[-1]:
            raise fault
        plain(descriptor)

    monkeypatch.setattr(store.os, "fsync", fsync)
    create_file(path, fill, force=False)
    assert synced == [False, True]
    assert titles(path) == [("made here",)]
    monkeypatch.setattr(store.os, "name", "nt")
    store._sync_folder(path.parent)
    assert len(synced) == 2


@pytest.mark.parametrize("lock", ["IMMEDIATE", "EXCLUSIVE"])
def test_a_file_that_another_program_has_locked_is_not_replaced(made: Path, lock: str) -> None:
    before = made.read_bytes()
    with closing(sqlite3.connect(made, isolation_level=None)) as other:
        other.execute(f"BEGIN {lock}")
        with pytest.raises(SessionError, match=rf"^{made}: is being written; close it there"):
            create_file(made, fill, force=True)
    assert made.read_bytes() == before
    assert list(made.parent.iterdir()) == [made]


def test_a_folder_that_takes_no_files_is_not_called_missing() -> None:
    if not Path("/proc/self").is_dir():
        pytest.skip("there is no /proc")
    with pytest.raises(SessionError, match=r"^/proc/run\.superviz: can't be written: no such file or directory$"):
        create_file(Path("/proc/run.superviz"), fill, force=False)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SessionError, match=rf"can't be written: there is no folder {tmp_path / 'away'}$"):
        create_file(tmp_path / "away" / "run.superviz", fill, force=False)


def test_a_file_in_the_place_of_the_folder_is_said(made: Path) -> None:
    with pytest.raises(SessionError, match="can't be written: not a directory"):
        create_file(made / "run.superviz", fill, force=False)


def test_a_log_left_behind_is_not_played_into_the_file_that_takes_its_place(path: Path) -> None:
    """A killed run leaves its -wal; SQLite would apply it to whatever bears the name next."""
    script = (
        "import os, sqlite3, sys\n"
        "connection = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "connection.execute('PRAGMA journal_mode = WAL')\n"
        "connection.execute('CREATE TABLE stale (value)')\n"
        "os._exit(0)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=True)
    assert path.with_name("run.superviz-wal").stat().st_size > 0
    create_file(path, fill, force=True)
    assert titles(path) == [("made here",)]
    assert list(path.parent.iterdir()) == [path]


def test_a_log_beside_a_file_that_is_no_database_goes(path: Path) -> None:
    path.write_text("somebody's notes, long enough to be read as a header " * 20)
    path.with_name("run.superviz-wal").write_text("?")
    create_file(path, fill, force=True)
    assert titles(path) == [("made here",)]
    assert list(path.parent.iterdir()) == [path]


def test_a_log_without_its_file_goes(path: Path) -> None:
    path.with_name("run.superviz-wal").write_text("?")
    create_file(path, fill, force=False)
    assert titles(path) == [("made here",)]


def test_a_file_that_is_being_written_is_not_replaced(made: Path) -> None:
    with closing(connect(made)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("DELETE FROM meta")
        with pytest.raises(SessionError, match=r"is being written; close it there, or give another name$"):
            create_file(made, fill, force=True)
        settle(connection)
    assert titles(made) == []


def test_rows_are_written_all_or_none(made: Path) -> None:
    with closing(connect(made)) as connection:
        with pytest.raises(sqlite3.IntegrityError):
            write(connection, [("INSERT INTO meta VALUES ('new', '1')", ()), FACT])
        assert connection.execute("SELECT count(*) FROM meta").fetchone() == (1,)
        write(connection, [])
        assert not connection.in_transaction


def test_reading_changes_nothing(made: Path) -> None:
    before = made.read_bytes()
    with reading(made) as connection, pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("DELETE FROM meta")
    assert made.read_bytes() == before
    assert list(made.parent.iterdir()) == [made]


def test_names_that_mean_something_in_a_uri_are_only_names(tmp_path: Path) -> None:
    path = tmp_path / "50% of #1?mode=rwc &.superviz"
    create_file(path, fill, force=False)
    assert titles(path) == [("made here",)]


@pytest.mark.parametrize(
    "content",
    [b"", b"SQLite", b"\x89PNG\r\n\x1a\n" + b"\0" * 200, b"SQLite format 3\x00" + b"\0" * 200, "{}".encode("utf-16")],
)
def test_a_file_of_another_kind_is_no_session(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(SessionError, match=rf"^{path}: no superviz session$"), reading(path):
        pass


def test_a_database_of_another_program_is_no_session(path: Path) -> None:
    change(path, "CREATE TABLE meta (key, value); PRAGMA application_id = 1;")
    with pytest.raises(SessionError, match="no superviz session"), reading(path):
        pass


def test_what_is_not_there_is_named(path: Path) -> None:
    with pytest.raises(SessionError, match=rf"^{path}: no such file$"), reading(path):
        pass
    with pytest.raises(SessionError, match=r": a folder; give the name of a session file$"), reading(path.parent):
        pass


def test_what_can_not_be_read_is_said(path: Path) -> None:
    path.symlink_to(path)
    with pytest.raises(SessionError, match=rf"^{path}: can't be read: too many levels"), reading(path):
        pass


def test_a_newer_session_is_told_from_a_damaged_one(made: Path) -> None:
    change(made, "PRAGMA user_version = 7")
    line = r": written by a newer superviz \(layout 7, this one reads up to 3\)$"
    with pytest.raises(SessionError, match=line), reading(made):
        pass


def test_an_older_session_is_read_as_if_it_were_new_and_left_as_it_is(made: Path, monkeypatch) -> None:
    later = "CREATE TABLE branch (id INTEGER PRIMARY KEY);"
    monkeypatch.setattr(migrations, "SCRIPTS", (*migrations.SCRIPTS, later))
    before = made.read_bytes()
    with reading(made) as connection:
        assert connection.execute("SELECT count(*) FROM branch").fetchone() == (0,)
        assert connection.execute("SELECT value FROM meta").fetchall() == [("made here",)]
    assert made.read_bytes() == before


@pytest.mark.parametrize(
    ("sql", "line"),
    [
        ("CREATE VIEW spy AS SELECT 1", "refused: its view 'spy' is nothing that superviz makes"),
        ("CREATE TRIGGER trap AFTER INSERT ON meta BEGIN DELETE FROM meta; END", "refused: its trigger 'trap'"),
        ("CREATE INDEX odd ON snapshot (abs(step))", "refused: its index 'odd'"),
        ("CREATE TABLE more (x)", "refused: its table 'more'"),
        ("DROP TABLE loss", "damaged: its table 'loss' is missing"),
        ("DROP TABLE loss; CREATE VIEW loss AS SELECT 1", "damaged: its table 'loss' is missing or not as superviz"),
        ("ALTER TABLE meta ADD COLUMN sly AS (length(value))", "damaged: its table 'meta' is missing or not as"),
    ],
)
def test_a_layout_that_superviz_does_not_make_is_refused(made: Path, sql: str, line: str) -> None:
    change(made, sql)
    with pytest.raises(SessionError) as caught, reading(made):
        pass
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_damaged_schema_is_said_in_one_line(made: Path) -> None:
    content = bytearray(made.read_bytes())
    content[100:4096] = os.urandom(3996)
    made.write_bytes(content)
    with pytest.raises(SessionError, match=rf"^{made}: (damaged|can't be read): ") as caught, reading(made):
        pass
    assert "\n" not in str(caught.value)


def test_a_session_is_marked_for_the_file_command(made: Path) -> None:
    assert int.from_bytes(made.read_bytes()[68:72]) == APPLICATION_ID


def test_connections_to_files_of_unknown_origin_are_wary(made: Path) -> None:
    with reading(made) as connection:
        assert connection.execute("PRAGMA trusted_schema").fetchone() == (0,)
        assert connection.execute("PRAGMA cell_size_check").fetchone() == (1,)
        assert connection.getlimit(sqlite3.SQLITE_LIMIT_LENGTH) < 2**24


def test_a_folder_that_can_not_be_written_is_read_as_one_that_can_not_change(made: Path, monkeypatch) -> None:
    """A session that another program left in WAL mode, on read-only media, without its log."""
    with closing(connect(made)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("DELETE FROM meta")
    assert made.read_bytes()[18] == 2, "still in WAL mode"
    monkeypatch.setattr(store.os, "access", lambda folder, mode: False)
    before = sorted(made.parent.iterdir())
    assert titles(made) == []
    assert sorted(made.parent.iterdir()) == before


@pytest.fixture
def half_done(made: Path) -> Path:
    """As a program that was killed in the midst of a transaction has left it: with a journal to undo it by."""
    path = made.with_name("half.superviz")
    with closing(connect(made)) as connection:
        connection.execute("INSERT INTO meta VALUES ('filler', zeroblob(200000))")
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN")
        connection.execute("UPDATE meta SET value = 'half done'")
        connection.execute("INSERT INTO meta VALUES ('more', zeroblob(500000))")
        for ending in ("", "-journal"):
            shutil.copy(f"{made}{ending}", f"{path}{ending}")
        connection.execute("ROLLBACK")
    return path


def test_what_was_half_done_is_undone(half_done: Path) -> None:
    before = half_done.read_bytes()
    assert titles(half_done) == [("made here",)]
    assert half_done.read_bytes() != before
    assert not half_done.with_name("half.superviz-journal").exists()


def test_where_it_can_not_be_undone_that_is_said(half_done: Path, monkeypatch) -> None:
    monkeypatch.setattr(store, "_roll_back", lambda path: None)
    line = rf"^{half_done}: can't be read: .*; it was not closed, so its -journal file must lie beside it in a folder"
    with pytest.raises(SessionError, match=line):
        titles(half_done)


def test_faults_of_reading_are_told_in_one_line(made: Path) -> None:
    with pytest.raises(SessionError, match=rf"^{made}: damaged: file is not a database$"), read_faults(made):
        raise sqlite3.DatabaseError("file is not a database")
    with pytest.raises(SessionError, match=rf"^{made}: can't be read: disk I/O error$"), read_faults(made):
        raise sqlite3.OperationalError("disk I/O error")
    shutil.copy(made, f"{made}-wal")
    with pytest.raises(SessionError, match=r"unable to open; it was not closed, so its -wal file"), read_faults(made):
        raise sqlite3.OperationalError("unable to open")


def test_faults_of_writing_are_told_in_one_line(made: Path) -> None:
    with pytest.raises(SessionError, match=rf"^{made}: can't be written: no space left on device$"), writing(made):
        raise OSError(28, "No space left on device")
    with pytest.raises(SessionError, match=r"^the session: can't be written: odd$"), writing(None):
        raise OSError("odd")
