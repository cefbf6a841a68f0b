"""Where an export goes: refused before any work where it can't be written; in the end whole, or not there at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path

from superviz.core.errors import ExportError
from superviz.core.paths import is_folder, why_not_written


def check_ending(path: Path, endings: Iterable[str]) -> str:
    """The ending of `path`, in lower case. Raises ExportError, listing `endings`, where it is none of them."""
    ending = path.suffix.lower()
    if ending not in endings:
        known = sorted(endings)
        choice = f"{', '.join(known[:-1])} or {known[-1]}" if len(known) > 1 else known[0]
        fault = f"unknown ending {path.suffix}" if path.suffix else "no ending"
        raise ExportError(f"{path}: {fault}; end the name in {choice}")
    return ending


def check_target(path: Path, *, force: bool = False) -> None:
    """Raises ExportError where `path` exists and `force` isn't set, or its folder is missing or can't be written to."""
    _refuse_existing(path, force)
    _make_part(path).unlink()


@contextmanager
def new_file(path: Path, *, force: bool = False) -> Generator[Path]:
    """A file beside `path` to write into; it takes the name `path` when the block ends, and goes when the block raises.

    Raises ExportError as `check_target` does, and for any OSError of the block: a full disk, say.
    """
    _refuse_existing(path, force)
    part = _make_part(path)
    try:
        yield part
        with part.open("rb+") as file:  # what the disk has not taken by now, it refuses here
            os.fsync(file.fileno())
        _refuse_existing(path, force)
        part.replace(path)
    except OSError as error:
        raise ExportError(f"{path}: can't be written: {error.strerror or error}") from error
    finally:
        with suppress(OSError):  # of a drive that is gone, say: what is told is why
            part.unlink(missing_ok=True)


def _make_part(path: Path) -> Path:
    part = path.with_name(f".{path.stem}-{secrets.token_hex(4)}.part{path.suffix}")
    try:
        part.touch(exist_ok=False)
    except OSError as error:
        if not is_folder(path.parent):
            raise ExportError(f"{path}: no folder {path.parent}; make it first, or give another name") from None
        raise ExportError(f"{path}: can't be written: {error.strerror or error}; give another folder") from None
    return part


def _refuse_existing(path: Path, force: bool) -> None:
    try:
        fault = why_not_written(path, force=force)
    except OSError as error:
        fault = f"can't be written: {error.strerror or error}; give another name"
    if fault:
        raise ExportError(f"{path}: {fault}")
