"""The connection that things are looked up through: opened when it is needed, let go of when it is in the way."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from superviz.core.errors import SessionError
from superviz.session.reader import Borrower, Reader
from superviz.session.store import connect


class Opener:
    """Opens databases in memory and keeps count."""

    def __init__(self) -> None:
        self.opened: list[sqlite3.Connection] = []

    def __call__(self) -> sqlite3.Connection:
        self.opened.append(connect(None))
        return self.opened[-1]


def is_open(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("SELECT 1")
    except sqlite3.ProgrammingError:
        return False
    return True


def test_it_is_opened_with_the_first_question_and_once() -> None:
    opener = Opener()
    reader = Reader(opener)
    assert opener.opened == []
    for _ in range(3):
        with reader.connection() as connection:
            assert connection is opener.opened[0]
    assert len(opener.opened) == 1
    reader.close()


def test_closed_it_is_opened_again_with_the_next_question() -> None:
    opener = Opener()
    reader = Reader(opener)
    reader.close()
    for _ in range(3):
        with reader.connection() as connection:
            assert is_open(connection)
        reader.close()
        reader.close()
        assert not is_open(connection)
    assert len(opener.opened) == 3


def test_a_question_may_be_asked_within_another() -> None:
    reader = Reader(Opener())
    with reader.connection() as outer, reader.connection() as inner:
        assert outer is inner
    reader.close()


def test_a_store_that_is_gone_is_told_and_may_come_back(tmp_path: Path) -> None:
    def opener() -> sqlite3.Connection:
        if not (tmp_path / "there").exists():
            raise SessionError("gone")
        return connect(None)

    reader = Reader(opener)
    with pytest.raises(SessionError, match=r"^gone$"), reader.connection():
        pass
    (tmp_path / "there").touch()
    with reader.connection() as connection:
        assert is_open(connection)
    reader.close()


def test_threads_are_answered_one_at_a_time_and_nothing_is_closed_under_them() -> None:
    reader, faults, inside = Reader(Opener()), [], []

    def ask() -> None:
        for _ in range(200):
            with reader.connection() as connection:
                inside.append(threading.current_thread())
                connection.execute("SELECT 1").fetchall()
                if inside != [threading.current_thread()]:
                    faults.append(list(inside))
                inside.clear()

    def ask_and_tell() -> None:
        try:
            ask()
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=ask_and_tell) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        reader.close()
    for thread in threads:
        thread.join()
    reader.close()
    assert not faults


def test_a_borrower_waits_for_the_writer_and_closes_nothing() -> None:
    """A store in memory has one connection: nobody may read through it while a transaction is being written."""
    lock = threading.RLock()
    with closing(connect(None)) as connection:
        borrower = Borrower(connection, lock)
        answered = threading.Event()

        def ask() -> None:
            with borrower.connection() as found:
                assert found is connection
                answered.set()

        thread = threading.Thread(target=ask)
        with lock:
            thread.start()
            assert not answered.wait(0.05)
        assert answered.wait(5)
        thread.join()
        borrower.close()
        assert is_open(connection)
        with borrower.connection() as found:
            assert found is connection
