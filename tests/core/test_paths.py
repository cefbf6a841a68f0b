"""What lies at a path is told before it is touched."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from superviz.core.paths import file_stem, is_folder, is_special, is_there, why_not_written


def test_pipes_and_devices_are_special(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert not any(is_special(tmp_path / name) for name in (".", "file", "nothing", "file/below"))
    assert is_special(Path(os.devnull))
    os.mkfifo(tmp_path / "pipe")
    assert is_special(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    assert is_special(tmp_path / "link")


def test_where_there_is_nothing_a_file_may_be_put(tmp_path: Path) -> None:
    assert why_not_written(tmp_path / "new", force=False) == ""


def test_a_file_is_replaced_by_force_alone(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert why_not_written(tmp_path / "file", force=False).startswith(
        "exists already; give another name, or replace it with --force"
    )
    assert why_not_written(tmp_path / "file", force=True) == ""


@pytest.mark.parametrize("force", [False, True])
def test_what_is_no_file_is_replaced_by_nothing(tmp_path: Path, force: bool) -> None:
    assert why_not_written(tmp_path, force=force) == "a folder; give the name of a file"
    assert why_not_written(Path(os.devnull), force=force) == "a device or a pipe; give the name of a file"


def test_a_read_only_file_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    # Root may write whatever the mode says.
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    assert why_not_written(tmp_path / "file", force=True).startswith("can't be written: the file is read-only")


@pytest.mark.parametrize("name", ["x" * 300, "y/" * 3000])
def test_nothing_lies_under_a_name_that_no_file_can_have(name: str) -> None:
    assert not is_there(Path(name))
    assert not is_folder(Path(name))


def test_what_lies_there(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert is_there(tmp_path / "file")
    assert not is_folder(tmp_path / "file")
    assert is_there(tmp_path)
    assert is_folder(tmp_path)
    assert not is_there(tmp_path / "file" / "below")


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("Pentagon, from eight starts", "Pentagon, from eight starts"),
        ("loss 1/2", "loss 1-2"),
        ("..\\C:\\a|b*c<d>e", "-C--a-b-c-d-e"),
        ('"Why?" she said', "Why she said"),
        ("two\nlines\tand\x00more\u2028", "two lines and more"),
        (" . hidden. .", "hidden"),
        ("p = 0.05", "p = 0.05"),
        ("CON", "_CON"),
        ("lpt1.old", "_lpt1.old"),
        ("Constant", "Constant"),
        ("lone \ud800", "lone"),
        ("Übermäßig größer", "Übermäßig größer"),
        ("...", ""),
        ("?", ""),
        ("", ""),
    ],
)
def test_a_title_as_a_file_can_have_it(title: str, stem: str, tmp_path: Path) -> None:
    assert file_stem(title) == stem
    if stem:
        (tmp_path / f"{stem}.superviz").touch()
        assert [path.name for path in tmp_path.iterdir()] == [f"{stem}.superviz"]


@pytest.mark.parametrize("title", ["x" * 300, "\N{PENTAGRAM}" * 100, "x" * 179 + ". and more"])
def test_a_long_title_is_cut_between_letters(title: str) -> None:
    stem = file_stem(title)
    assert title.startswith(stem)
    assert not stem.endswith(".")
    assert 177 <= len(stem.encode()) <= 180
