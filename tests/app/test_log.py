"""The log: a small file of the user's own, that never fails whoever writes to it."""

from __future__ import annotations

import faulthandler
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QRunnable, QThreadPool

from superviz.app import log as log_module
from superviz.app.log import LOG, Log, log_path, timed


@pytest.fixture(autouse=True)
def crash_handler_of_pytest() -> Iterator[None]:
    """Ours takes its place."""
    was_on = faulthandler.is_enabled()
    yield
    if was_on:
        faulthandler.enable()


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "new" / "superviz.log"
    log = Log(path)
    assert log.is_kept
    yield path
    log.close()


def test_a_line_says_when_which_window_and_what(opened: Path) -> None:
    LOG.info("opened %s", "pentagon.superviz")
    (line,) = opened.read_text(encoding="utf-8").splitlines()
    assert "INFO: opened pentagon.superviz" in line


def test_nothing_is_logged_once_it_is_closed(opened: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    log = Log(tmp_path / "other.log")
    log.close()
    LOG.warning("to the one that is open")
    assert (tmp_path / "other.log").read_text() == ""
    assert "to the one" in opened.read_text()
    assert capfd.readouterr() == ("", "")


def test_without_a_log_nobody_hears_of_it(capfd: pytest.CaptureFixture[str]) -> None:
    LOG.error("the command line logs nothing")
    assert capfd.readouterr() == ("", "")


def test_it_stays_small(opened: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(300):
        LOG.info("x" * 10_000)
    files = sorted(opened.parent.glob("superviz.log*"))
    assert [file.name for file in files] == ["superviz.log", "superviz.log.1"]
    assert all(file.stat().st_size <= 2**20 for file in files)


def test_it_grows_on_where_it_can_not_be_renamed(opened: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def in_use(*_: object) -> None:
        raise PermissionError(13, "another window has it open")

    monkeypatch.setattr("os.rename", in_use)
    for number in range(150):
        LOG.info("%d %s", number, "x" * 10_000)
    assert " 149 " in opened.read_text().splitlines()[-1]


def test_whose_home_it_is_is_not_told(opened: Path) -> None:
    LOG.info("%s is damaged", Path.home() / "runs" / "p.superviz")
    text = opened.read_text(encoding="utf-8")
    assert str(Path("~") / "runs" / "p.superviz") in text
    assert str(Path.home()) not in text


def test_where_nothing_can_be_written_nothing_fails(tmp_path: Path) -> None:
    (tmp_path / "in the way").write_text("")
    log = Log(tmp_path / "in the way" / "superviz.log")
    LOG.error("said to nobody")
    assert not log.is_kept
    log.close()


def test_a_full_disk_fails_nobody(
    opened: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(log_module._File, "shouldRollover", full)
    LOG.error("lost")
    assert capfd.readouterr() == ("", "")


def test_work_is_timed(opened: Path) -> None:
    with timed("saving p.superviz"):
        pass
    with pytest.raises(ValueError, match="no disk"), timed("saving q.superviz"):
        raise ValueError("no disk")
    saved, failed = opened.read_text().splitlines()
    assert saved.endswith("saving p.superviz: 0.00 s")
    assert "WARNING" in failed
    assert failed.endswith("saving q.superviz: failed after 0.00 s: no disk")


def test_a_thread_of_qts_leaves_nothing_behind(opened: Path) -> None:
    class Work(QRunnable):
        def run(self) -> None:
            LOG.info("hello")

    before, pool = set(threading.enumerate()), QThreadPool()
    pool.start(Work())
    assert pool.waitForDone(10_000)
    assert "INFO: hello" in opened.read_text()
    assert not [new for new in set(threading.enumerate()) - before if new.name.startswith("Dummy")]


def test_a_crash_in_compiled_code_leaves_where_it_was(tmp_path: Path) -> None:
    program = (
        "import faulthandler, sys, pathlib\n"
        "from superviz.app.log import Log\n"
        "log = Log(pathlib.Path(sys.argv[1]))\n"
        "def deep(): faulthandler._sigsegv()\n"
        "deep()\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path / "superviz.log")], check=False)
    assert done.returncode != 0
    assert "in deep" in (tmp_path / "crashes.log").read_text()


def test_it_lies_in_the_users_own_folder(hermetic_folders: Path) -> None:
    assert log_path().is_relative_to(hermetic_folders)
