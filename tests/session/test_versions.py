"""Older versions of a saved file: none lost, none too many, never a moment without a whole file."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from superviz.core.errors import SessionError
from superviz.core.experiment import Experiment
from superviz.core.snapshot import Snapshot, frozen
from superviz.session.recording import Recording
from superviz.session.versions import FileMark, has_writer, keeping_older, older_version


def save(path: Path, text: str, versions: int = 2) -> None:
    """As a session is saved: whole, then under its name."""
    with keeping_older(path, versions):
        part = path.with_name("part")
        part.write_text(text)
        part.replace(path)


def texts(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in sorted(folder.iterdir())}


def test_each_save_keeps_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "run.superviz"
    for text in "abcd":
        save(path, text)
    assert texts(tmp_path) == {"run.superviz": "d", "run (older 1).superviz": "c", "run (older 2).superviz": "b"}


@pytest.mark.parametrize("versions", [0, -1])
def test_none_are_kept_where_none_are_wanted(tmp_path: Path, versions: int) -> None:
    for text in "ab":
        save(tmp_path / "run.superviz", text, versions)
    assert texts(tmp_path) == {"run.superviz": "b"}


def test_fewer_than_before_removes_nothing_that_is_there(tmp_path: Path) -> None:
    path = tmp_path / "run.superviz"
    for text in "abcd":
        save(path, text, 3)
    save(path, "e", 1)
    assert texts(tmp_path) == {
        "run.superviz": "e",
        "run (older 1).superviz": "d",
        "run (older 2).superviz": "b",
        "run (older 3).superviz": "a",
    }


def test_a_gap_is_filled_first(tmp_path: Path) -> None:
    path = tmp_path / "run.superviz"
    for text in "abc":
        save(path, text)
    older_version(path, 1).unlink()
    save(path, "d")
    assert texts(tmp_path) == {"run.superviz": "d", "run (older 1).superviz": "c", "run (older 2).superviz": "a"}


def test_a_save_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "run.superviz"
    for text in "abc":
        save(path, text)
    before = texts(tmp_path)
    named: list[str] = []

    def fail(target: Path) -> None:
        with keeping_older(target):
            named.append(path.read_text())
            raise RuntimeError("disk full")

    for target in (path, tmp_path / "new.superviz"):
        with pytest.raises(RuntimeError):
            fail(target)
        assert texts(tmp_path) == before
    assert named == ["c", "c"], "it has its name all the while"


def test_a_disk_without_second_names_gets_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> None:
        raise PermissionError("no hard links here")

    monkeypatch.setattr(os, "link", none)
    path = tmp_path / "run.superviz"
    for text in "abc":
        save(path, text)
    assert texts(tmp_path) == {"run.superviz": "c", "run (older 1).superviz": "b", "run (older 2).superviz": "a"}


def test_a_copy_that_finds_no_room_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_source: Path, target: Path) -> None:
        target.write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.delattr(os, "link")
    monkeypatch.setattr(shutil, "copy2", full)
    path = tmp_path / "run.superviz"
    path.write_text("a")
    with pytest.raises(SessionError, match=r"run\.superviz: can't be written: no space left"):
        save(path, "b")
    assert texts(tmp_path) == {"run.superviz": "a"}


def test_a_version_that_another_program_holds_costs_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.superviz"
    for text in "abc":
        save(path, text)
    replace = Path.replace

    def held(source: Path, target: Path) -> Path:
        if source == older_version(path, 1):
            raise PermissionError("another program has it open")
        return replace(source, target)

    monkeypatch.setattr(Path, "replace", held)
    save(path, "d")
    assert texts(tmp_path) == {
        "run.superviz": "d",
        "run (older 1).superviz": "b",
        "run (older 2).superviz": "a",
        "run (older 3).superviz": "c",
    }


def test_a_session_that_was_never_closed_is_kept_with_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "link")
    path = tmp_path / "run.superviz"
    script = f"""
import os
from superviz.core.experiment import Experiment
from superviz.session.recording import Recording
recording = Recording.create(Experiment(n_features=3, n_hidden=2), {str(path)!r}, title="first")
recording.rename("second")
recording.flush()
os._exit(9)
"""
    subprocess.run([sys.executable, "-c", script], check=False)
    assert path.with_name("run.superviz-wal").stat().st_size > 0
    newer = Recording.create(Experiment(n_features=4, n_hidden=2))
    newer.append(Snapshot(0, frozen(np.ones((1, 2, 4), np.float32)), frozen(np.zeros((1, 4), np.float32))))
    with keeping_older(path):
        newer.save(path, force=True)
    older = Recording.open(older_version(path, 1))
    assert (older.title, older.experiment.n_features) == ("second", 3)
    assert Recording.open(path).experiment.n_features == 4


def test_a_files_mark_tells_whether_it_is_the_same(tmp_path: Path) -> None:
    path = tmp_path / "run"
    assert FileMark.of(path) is None
    path.write_text("a")
    mark = FileMark.of(path)
    assert mark == FileMark.of(path)
    status = path.stat()
    path.write_text("b")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert FileMark.of(path) == mark, "as if nobody had touched it"
    other = tmp_path / "other"
    other.write_text("b")
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(path)
    assert FileMark.of(path) != mark


def test_a_writer_that_lives_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "run.superviz"
    assert has_writer(path), "nobody can tell"
    recording = Recording.create(Experiment(n_features=3, n_hidden=2), path)
    # In one process SQLite knows of its own connections: what another one sees is the same.
    look = f"import pathlib, superviz.session.versions as v; print(v.has_writer(pathlib.Path({str(path)!r})))"
    told = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True).stdout
    assert told.strip() == "True"
    recording.close()
    assert not has_writer(path)


def test_what_a_dead_writer_left_is_folded_in(tmp_path: Path) -> None:
    path = tmp_path / "run.superviz"
    script = f"""
import os, sqlite3
connection = sqlite3.connect({str(path)!r})
connection.execute("PRAGMA journal_mode = WAL")
connection.execute("CREATE TABLE t (x)")
connection.execute("INSERT INTO t VALUES (7)")
connection.commit()
os._exit(9)
"""
    subprocess.run([sys.executable, "-c", script], check=False)
    assert path.with_name("run.superviz-wal").exists()
    assert not has_writer(path)
    assert not path.with_name("run.superviz-wal").exists()
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT x FROM t").fetchall() == [(7,)]
    connection.close()
