"""`superviz FILE --follow`: waits for the file, saying so, then opens the window on it."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, bool]]:
    """What windows were opened on, and whether they follow; none is."""
    made: list[tuple[Any, bool]] = []

    def show(what: Any = None, *, follow: bool = False) -> int:
        made.append((what, follow))
        return 0

    monkeypatch.setattr("superviz.app.show.show", show)
    monkeypatch.setattr("superviz.app.show.require_screen", lambda: None)
    return made


def test_a_file_that_is_there_is_followed_at_once(
    superviz: Callable[..., Any], tmp_path: Path, opened: list[tuple[Any, bool]]
) -> None:
    (tmp_path / "mine.superviz").touch()
    outcome = superviz("mine.superviz", "--follow")
    assert (outcome.status, outcome.err) == (0, "")
    assert opened == [("mine.superviz", True)]


def test_without_the_option_nothing_is_followed(
    superviz: Callable[..., Any], tmp_path: Path, opened: list[tuple[Any, bool]]
) -> None:
    (tmp_path / "mine.superviz").touch()
    assert superviz("mine.superviz").status == 0
    assert opened == [("mine.superviz", False)]


def test_it_waits_for_one_that_is_not_there_yet(
    superviz: Callable[..., Any], tmp_path: Path, opened: list[tuple[Any, bool]]
) -> None:
    began = time.monotonic()
    timer = threading.Timer(0.3, (tmp_path / "mine.superviz").touch)
    timer.start()
    outcome = superviz("open", "mine.superviz", "--follow")
    timer.join()
    assert time.monotonic() - began >= 0.3
    assert (outcome.status, outcome.line) == (0, "Waiting for mine.superviz; Ctrl+C gives up.")
    assert opened == [("mine.superviz", True)]


def test_it_needs_a_file(superviz: Callable[..., Any], opened: list[tuple[Any, bool]]) -> None:
    outcome = superviz("open", "--follow")
    assert outcome.status == 2
    assert "--follow shows a session that is being written; give its file" in outcome.line
    assert opened == []


@pytest.mark.parametrize("file", ["w.npz", "w.npy", "model.pt", "mine.toml", "superviz1-YD5RERtBJMgV"])
def test_what_is_no_session_is_not_waited_for(
    superviz: Callable[..., Any], opened: list[tuple[Any, bool]], file: str
) -> None:
    outcome = superviz("open", file, "--follow")
    assert outcome.status == 2
    assert f"--follow shows a session that is being written, which {file} is not; leave it out" in outcome.line
    assert opened == []


def test_where_there_is_no_screen_nobody_waits(superviz: Callable[..., Any]) -> None:
    outcome = superviz("mine.superviz", "--follow")
    assert outcome.status == 2
    assert "there is no display" in outcome.line


def test_ctrl_c_gives_up_without_a_traceback(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "superviz", str(tmp_path / "mine.superviz"), "--follow"],
        stderr=subprocess.PIPE,
        text=True,
        env={"QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path), "PATH": ""},
    )
    assert child.stderr is not None
    assert child.stderr.readline().startswith("Waiting for")
    child.send_signal(signal.SIGINT)
    _, told = child.communicate(timeout=10)
    assert child.returncode not in (0, None)
    assert "Traceback" not in told
