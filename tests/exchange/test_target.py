"""A file is whole under its name, or not there; what can't be written is refused first, in one line."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from superviz.core.errors import ExportError
from superviz.exchange.target import check_ending, check_target, new_file


def one_line(error: pytest.ExceptionInfo[ExportError]) -> str:
    line = str(error.value)
    assert "\n" not in line
    return line


def test_the_file_appears_when_the_block_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    with new_file(path) as part:
        part.write_bytes(b"whole")
        assert not path.exists()
        assert (part.parent, part.suffix) == (tmp_path, ".png")
    assert path.read_bytes() == b"whole"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt])
def test_nothing_is_left_of_a_block_that_raises(tmp_path: Path, fault: type[BaseException]) -> None:
    path = tmp_path / "a.png"

    def write_half() -> None:
        with new_file(path) as part:
            part.write_bytes(b"half")
            raise fault

    with pytest.raises(fault):
        write_half()
    assert list(tmp_path.iterdir()) == []


def test_what_was_there_survives_a_failed_replacement(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"old")
    with pytest.raises(ValueError, match="half way"), new_file(path, force=True):
        raise ValueError("half way")
    assert path.read_bytes() == b"old"
    with new_file(path, force=True) as part:
        part.write_bytes(b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_an_existing_file_is_refused_before_the_block(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"old")
    with pytest.raises(ExportError) as error, new_file(path):
        pytest.fail("the work began")
    assert "exists already" in one_line(error)
    assert "--force" in one_line(error)
    with pytest.raises(ExportError, match="exists already"):
        check_target(path)
    check_target(path, force=True)
    assert path.read_bytes() == b"old"


def test_a_device_is_not_replaced_and_a_long_name_is_said(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="a device or a pipe"):
        check_target(Path(os.devnull), force=True)
    with pytest.raises(ExportError, match="can't be written: File name too long"):
        check_target(tmp_path / ("n" * 300), force=True)


def test_a_file_that_appears_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.png"

    def lose_the_race() -> None:
        with new_file(path) as part:
            part.write_bytes(b"mine")
            path.write_bytes(b"theirs")

    with pytest.raises(ExportError, match="exists already"):
        lose_the_race()
    assert path.read_bytes() == b"theirs"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_is_no_file(tmp_path: Path, force: bool) -> None:
    with pytest.raises(ExportError, match="a folder"):
        check_target(tmp_path, force=force)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExportError) as error:
        check_target(tmp_path / "nowhere" / "a.png")
    assert f"no folder {tmp_path / 'nowhere'}" in one_line(error)


def test_checking_leaves_nothing(tmp_path: Path) -> None:
    check_target(tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []


def refuse_touch(self: Path, mode: int = 0o666, exist_ok: bool = True) -> None:
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))


def test_an_unwritable_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "touch", refuse_touch)
    with pytest.raises(ExportError) as error, new_file(tmp_path / "a.png"):
        pytest.fail("the work began")
    assert one_line(error) == f"{tmp_path / 'a.png'}: can't be written: Permission denied; give another folder"


def test_a_full_disk_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ExportError) as error, new_file(tmp_path / "a.png"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert one_line(error) == f"{tmp_path / 'a.png'}: can't be written: No space left on device"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("clip.avi", "clip.avi: unknown ending .avi; end the name in .mp4, .pdf or .png"),
        ("clip", "clip: no ending; end the name in .mp4, .pdf or .png"),
        (".png", ".png: no ending; end the name in .mp4, .pdf or .png"),
    ],
)
def test_other_endings_are_refused_with_the_known_ones(name: str, line: str) -> None:
    with pytest.raises(ExportError) as error:
        check_ending(Path(name), {".png", ".mp4", ".pdf"})
    assert one_line(error) == line


def test_endings_are_read_in_any_case() -> None:
    assert check_ending(Path("A.PNG"), [".png"]) == ".png"
    with pytest.raises(ExportError, match=r"end the name in \.png$"):
        check_ending(Path("a.gif"), [".png"])
