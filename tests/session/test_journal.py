"""The writer's thread: prompt, patient with a full disk, and gone when closed."""

from __future__ import annotations

import gc
import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from superviz.core.errors import SessionError
from superviz.session.journal import COMMIT_SECONDS, Journal
from superviz.session.migrations import upgrade
from superviz.session.rows import Statement, meta_row
from superviz.session.store import connect, create_file


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[[Path | None], Journal]]:
    """Begins journals; those still open are closed after the test, whatever they could not write."""
    begun: list[Journal] = []

    def begin(path: Path | None = tmp_path / "run.superviz") -> Journal:
        if path is not None:
            create_file(path, upgrade, force=False)
        connection = connect(path)
        if path is None:
            upgrade(connection)
        begun.append(Journal(path, connection))
        return begun[-1]

    yield begin
    for journal in begun:
        journal.abandon()


def facts(path: Path) -> dict[str, str]:
    """What another connection sees."""
    with closing(sqlite3.connect(path)) as connection:
        return dict(connection.execute("SELECT key, value FROM meta"))


def fill_the_disk(journal: Journal, full: bool = True) -> None:
    """Let SQLite run out of room for real: its file may not grow any more, or may again."""
    journal._connection.execute(f"PRAGMA max_page_count = {1 if full else 2**30}")


def large_row(key: str) -> Statement:
    return meta_row(key, "x" * 100_000)


def test_what_is_flushed_is_there_for_others(begin) -> None:
    journal = begin()
    journal.put(partial(meta_row, "title", "A run"))
    journal.flush()
    assert facts(journal.path) == {"title": "A run"}


def test_what_is_not_flushed_is_there_soon(begin) -> None:
    journal = begin()
    journal.put(partial(meta_row, "title", "A run"))
    deadline = time.monotonic() + 20 * COMMIT_SECONDS
    while not facts(journal.path) and time.monotonic() < deadline:
        time.sleep(COMMIT_SECONDS / 10)
    assert facts(journal.path) == {"title": "A run"}


def test_how_soon_can_be_said(tmp_path: Path) -> None:
    create_file(tmp_path / "run.superviz", upgrade, force=False)
    for seconds, soon in ((0.01, True), (60.0, False)):
        journal = Journal(tmp_path / "run.superviz", connect(tmp_path / "run.superviz"), commit_seconds=seconds)
        stored = threading.Event()
        journal.put(partial(meta_row, "title", "A run"), stored=stored.set)
        assert stored.wait(10 if soon else 0.2) == soon
        journal.flush()
        assert stored.is_set(), "told before flush returns"
        journal.close()


def test_what_was_put_is_told_once_it_is_committed_and_not_before(begin) -> None:
    journal = begin()
    journal.flush()
    stored: list[tuple[str, dict[str, str]]] = []

    def told(key: str) -> None:
        stored.append((key, facts(journal.path)))

    fill_the_disk(journal)
    for key in ("a", "b"):
        journal.put(partial(large_row, key), stored=partial(told, key))
    with pytest.raises(SessionError):
        journal.flush()
    assert stored == []
    assert journal.fault is not None
    fill_the_disk(journal, full=False)
    journal.flush()
    assert journal.fault is None
    assert [(key, sorted(found)) for key, found in stored] == [("a", ["a", "b"]), ("b", ["a", "b"])]


def test_rows_are_made_by_the_writer_and_written_in_order(begin) -> None:
    journal, makers = begin(), set()

    def make(value: int) -> Statement:
        makers.add(threading.current_thread().name)
        return meta_row("last", str(value))

    for value in range(500):
        journal.put(partial(make, value))
    journal.flush()
    assert facts(journal.path) == {"last": "499"}
    assert makers == {"session-writer"}


def test_putting_never_waits_for_the_disk(begin) -> None:
    journal = begin()
    begun, release = threading.Event(), threading.Event()

    def slow() -> Statement:
        begun.set()
        release.wait(10)
        return meta_row("slow", "")

    journal.put(slow)
    assert begun.wait(10)
    for value in range(1000):
        journal.put(partial(meta_row, str(value), ""))
    release.set()
    journal.flush()
    assert len(facts(journal.path)) == 1001


def test_closing_leaves_one_file_and_no_thread(begin) -> None:
    journal = begin()
    journal.put(partial(meta_row, "title", "A run"))
    journal.flush()
    assert journal.path.with_name("run.superviz-wal").exists()
    journal.close()
    assert list(journal.path.parent.iterdir()) == [journal.path]
    assert facts(journal.path) == {"title": "A run"}
    assert not journal._thread.is_alive()
    journal.close()
    journal.flush()
    with pytest.raises(SessionError, match=rf"^{journal.path}: closed; nothing more is recorded$"):
        journal.put(partial(meta_row, "late", ""))


def test_a_journal_in_memory_does_the_same(begin) -> None:
    journal = begin(None)
    journal.put(partial(meta_row, "title", "A run"))
    journal.flush()
    journal.close()
    with pytest.raises(SessionError, match=r"^the session: closed"):
        journal.put(partial(meta_row, "late", ""))
    with closing(connect(None)) as target:
        journal.copy_into(target)
        assert target.execute("SELECT value FROM meta").fetchall() == [("A run",)]


@pytest.mark.parametrize("closed", [False, True])
def test_a_copy_holds_all_that_was_put(begin, closed: bool) -> None:
    journal = begin()
    for value in range(100):
        journal.put(partial(meta_row, str(value), ""))
    if closed:
        journal.close()
    with closing(connect(None)) as target:
        journal.copy_into(target)
        assert target.execute("SELECT count(*) FROM meta").fetchone() == (100,)


def test_another_program_that_reads_does_not_hold_up_closing(begin) -> None:
    """Its log must stay then; nothing is lost, and the next to open the file finds all."""
    journal = begin()
    journal.put(partial(meta_row, "title", "A run"))
    journal.flush()
    with closing(sqlite3.connect(journal.path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM meta").fetchall()
        start = time.monotonic()
        journal.close()
        assert time.monotonic() - start < 3
    assert facts(journal.path) == {"title": "A run"}


def test_a_full_disk_is_announced_once_and_told_at_the_next_flush(begin) -> None:
    journal, told = begin(), []
    journal.on_fault = told.append
    journal.flush()
    fill_the_disk(journal)
    for key in ("a", "b"):
        journal.put(partial(large_row, key))
        with pytest.raises(SessionError, match=rf"^{journal.path}: can't be written: database or disk is full$"):
            journal.flush()
    assert len(told) == 1


def test_what_did_not_fit_is_written_once_there_is_room(begin) -> None:
    journal, told = begin(), []
    journal.on_fault = told.append
    journal.flush()
    fill_the_disk(journal)
    journal.put(partial(large_row, "a"))
    with pytest.raises(SessionError):
        journal.flush()
    fill_the_disk(journal, full=False)
    journal.put(partial(large_row, "b"))
    journal.flush()
    assert facts(journal.path).keys() == {"a", "b"}
    fill_the_disk(journal)
    journal.put(partial(large_row, "c"))
    with pytest.raises(SessionError):
        journal.flush()
    assert len(told) == 2, "a fault that comes again is announced again"


def test_a_full_disk_does_not_keep_a_run_from_being_saved_elsewhere(begin) -> None:
    journal = begin()
    journal.put(partial(meta_row, "title", "A run"))
    journal.flush()
    fill_the_disk(journal)
    journal.put(partial(large_row, "a"))
    with pytest.raises(SessionError):
        journal.flush()
    with closing(connect(None)) as target:
        journal.copy_into(target)
        assert {key for (key,) in target.execute("SELECT key FROM meta")} == {"title", "a"}
    with pytest.raises(SessionError, match="disk is full"):
        journal.close()
    assert not journal._thread.is_alive()
    with closing(connect(None)) as target:
        journal.copy_into(target)
        assert {key for (key,) in target.execute("SELECT key FROM meta")} == {"title", "a"}


def test_what_comes_after_a_pause_is_committed_at_once(tmp_path: Path) -> None:
    create_file(tmp_path / "run.superviz", upgrade, force=False)
    journal = Journal(tmp_path / "run.superviz", connect(tmp_path / "run.superviz"), commit_seconds=1.0)
    time.sleep(1.05)
    stored = threading.Event()
    journal.put(partial(meta_row, "title", "A run"), stored=stored.set)
    assert stored.wait(0.9), "the time between two commits has long passed"
    journal.close()


def test_without_anyone_to_tell_a_fault_waits_for_the_next_flush(begin) -> None:
    journal = begin(None)
    journal.put(lambda: ("INSERT INTO nowhere VALUES (1)", ()))
    with pytest.raises(SessionError, match=r"^the session: can't be written: no such table: nowhere$"):
        journal.flush()


def test_a_row_that_can_not_be_made_does_not_hang_those_who_wait(begin) -> None:
    journal = begin()

    def broken() -> Statement:
        raise TypeError("not JSON serializable")

    journal.put(broken)
    with pytest.raises(SessionError, match=r"can't be written: TypeError: not JSON serializable"):
        journal.flush()


def test_a_store_that_can_not_be_begun_is_said_at_once(tmp_path: Path) -> None:
    connection = connect(None)
    connection.close()
    with pytest.raises(SessionError, match=r"can't be written: Cannot operate on a closed database"):
        Journal(tmp_path / "run.superviz", connection)


def test_a_journal_that_nobody_holds_is_closed(begin) -> None:
    journal = begin()
    journal.put(partial(meta_row, "title", "A run"))
    journal.abandon()
    assert not journal._thread.is_alive()
    assert list(journal.path.parent.iterdir()) == [journal.path]
    assert facts(journal.path) == {"title": "A run"}
    journal.abandon()


def test_a_journal_abandoned_by_its_own_thread_ends_itself(begin) -> None:
    """The garbage collector may run anywhere."""
    journal = begin()

    def abandon() -> Statement:
        journal.abandon()
        return meta_row("title", "A run")

    journal.put(abandon)
    journal._thread.join(10)
    assert not journal._thread.is_alive()
    assert facts(journal.path) == {"title": "A run"}


def test_many_threads_may_put_and_flush(begin) -> None:
    journal = begin()

    def work(worker: int) -> None:
        for value in range(50):
            journal.put(partial(meta_row, f"{worker}.{value}", ""))
            if value % 10 == 0:
                journal.flush()
        journal.flush()

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(facts(journal.path)) == 200


def test_the_thread_holds_nothing_but_the_journal(begin) -> None:
    """Else what it holds would never be collected, and never be closed."""

    class Owner:
        def __init__(self, journal: Journal) -> None:
            self.journal = journal

    owner = Owner(begin())
    gone = weakref.ref(owner)
    owner.journal.flush()
    del owner
    gc.collect()
    assert gone() is None


def test_a_file_that_was_just_begun_is_in_use(tmp_path: Path, create) -> None:
    create(tmp_path / "run.superviz")
    with pytest.raises(SessionError, match="is being written; close it there, or give another name"):
        create(tmp_path / "run.superviz", force=True)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system can't fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_is_told_that_the_writer_is_elsewhere(create, tmp_path: Path) -> None:
    recording = create(tmp_path / "run.superviz")
    child = os.fork()
    if not child:
        try:
            recording.flush()
        except SessionError as error:
            os._exit(7 if "in the process that this one was forked from" in str(error) else 1)
        os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


def test_nobody_waits_for_a_writer_that_is_not_there(create, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a forked child, where the thread was left behind."""
    recording = create(tmp_path / "run.superviz")
    with monkeypatch.context() as patch:
        patch.setattr(recording._journal, "_thread", threading.Thread())
        with pytest.raises(SessionError, match="in the process that this one was forked from"):
            recording.flush()
    recording.flush()
