"""Journals and their locks: a living window's is nobody else's, a dead one's is anybody's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from superviz.app.held_journal import HeldJournal, hold
from superviz.core.errors import SessionError


def lock_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")


def test_a_new_one_is_held_before_it_is_there(tmp_path: Path) -> None:
    journal = HeldJournal.new(tmp_path)
    assert not journal.path.exists()
    with hold(journal.path) as held:
        assert not held
    assert HeldJournal.take(journal.path) is None
    journal.path.touch()
    journal.remove()
    assert not list(tmp_path.iterdir())


def test_one_that_was_let_go_can_be_taken(tmp_path: Path) -> None:
    journal = HeldJournal.new(tmp_path)
    journal.path.touch()
    journal.let_go()
    with hold(journal.path) as held:
        assert held
    again = HeldJournal.take(journal.path)
    assert again is not None
    again.let_go()
    journal.path.unlink()
    assert HeldJournal.take(journal.path) is None, "it is gone"
    assert not list(tmp_path.iterdir())


def test_another_process_respects_it_until_it_ends(tmp_path: Path) -> None:
    script = f"""
from pathlib import Path
from superviz.app.held_journal import HeldJournal
journal = HeldJournal.new(Path({str(tmp_path)!r}))
journal.path.touch()
print(journal.path, flush=True)
input()
"""
    child = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    path = Path(child.stdout.readline().strip())
    assert HeldJournal.take(path) is None
    child.kill()
    child.communicate()
    assert lock_of(path).exists()
    journal = HeldJournal.take(path)
    assert journal is not None, "who held it is dead"
    journal.remove()


def test_a_lock_of_another_machine_is_never_broken(tmp_path: Path) -> None:
    path = tmp_path / "theirs.superviz"
    path.touch()
    # As QLockFile writes it: process, program, machine, machine's id, boot's id.
    lock_of(path).write_text("1\npython3\nanother-machine\n" + "a" * 32 + "\n" + "b" * 36 + "\n")
    assert HeldJournal.take(path) is None


def test_a_folder_that_takes_no_lock_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("superviz.app.held_journal.new_journal", lambda folder: folder / "none" / "x.superviz")
    with pytest.raises(SessionError, match="can't be written; runs are journalled there"):
        HeldJournal.new(tmp_path)
