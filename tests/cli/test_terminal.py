"""What reaches the terminal: one line without power over it, in whatever encoding stdout has."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from superviz.cli.terminal import counted, one_line, write_what_can_be_written
from superviz.session.recording import Recording


@pytest.mark.parametrize("text", ["a\nb", "a \r\n\t b", " a  b ", "a\u2028b"])
def test_a_line_is_one(text: str) -> None:
    assert one_line(text) == "a b"


def test_what_drives_a_terminal_or_is_no_character_is_shown_as_unknown() -> None:
    assert one_line("\x1b[31mred\x07") == "\ufffd[31mred\ufffd"
    assert one_line("bad\udcff.superviz") == "bad\ufffd.superviz"
    assert one_line("日本 ‖W‖² 🎉") == "日本 ‖W‖² 🎉"


def test_counts() -> None:
    assert [counted(number, "feature") for number in (1, 0, 12_000)] == ["1 feature", "0 features", "12,000 features"]


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_pipe_that_lacks_some_signs_gets_the_others(small_session: Path, encoding: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "superviz", "describe", str(small_session)],
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert "?W?" in done.stdout.decode(encoding)


def test_anything_may_stand_in_for_stdout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    write_what_can_be_written()


def test_a_title_of_a_stranger_is_told_as_one_line(superviz, small_run: Recording, tmp_path: Path) -> None:
    small_run.save(tmp_path / "their.superviz")
    with_title = Recording.open(tmp_path / "their.superviz").copied()
    with_title.rename("mine\n\x1b[2Jyours")
    with_title.save(tmp_path / "titled.superviz")
    said = superviz("describe", "titled.superviz")
    assert said.out.startswith("mine \ufffd[2Jyours: 5 features in 2 dimensions, step 600\n")


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no text are Linux's")
def test_a_file_whose_name_is_no_text_is_described(superviz, small_run: Recording, tmp_path: Path) -> None:
    name = os.fsdecode(b"bad\xff.superviz")
    small_run.save(tmp_path / name)
    said = superviz("describe", name)
    assert said.status == 0
    assert said.out.startswith("bad\ufffd.superviz: 5 features")
