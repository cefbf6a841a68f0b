"""Paths that people give: what lies there, before anything is read from it or put in its place."""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress
from pathlib import Path

_LONGEST_STEM = 180
"""In bytes. Systems take names of 255, of which endings and what stands beside a name get the rest."""
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\.|$)", re.IGNORECASE)
"""Windows takes them for devices, whatever their ending."""


def file_stem(title: str) -> str:
    """The name, without an ending, of a file with that title, as every system can have it; "" where none is left."""
    spaced = "".join(character if character.isprintable() else " " for character in title)
    words = re.sub(r'["?]', "", re.sub(r"[/\\:*<>|]", "-", spaced)).split()
    short = " ".join(words).strip(". ").encode(errors="ignore")[:_LONGEST_STEM].decode(errors="ignore")
    stem = short.rstrip(". ")
    return f"_{stem}" if _RESERVED.match(stem) else stem


def is_there(path: Path) -> bool:
    """Whether anything lies there; nothing does under a name that no file can have, such as one that is too long."""
    with suppress(OSError):
        return path.exists()
    return False


def is_folder(path: Path) -> bool:
    """Whether a folder lies there; none does under a name that no file can have."""
    with suppress(OSError):
        return path.is_dir()
    return False


def is_special(path: Path) -> bool:
    """Whether a device, a pipe or a socket lies there: reading may never end, replacing it breaks the system."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def why_not_written(path: Path, *, force: bool) -> str:
    """Why no file may be put at `path`, as the end of an error line; empty where one may.

    `force` lets a file be replaced that can be written. A missing folder is not looked for. Raises OSError.
    """
    if path.is_dir():
        return "a folder; give the name of a file"
    if is_special(path):
        return "a device or a pipe; give the name of a file"
    if path.exists() and not force:
        return "exists already; give another name, or replace it with --force (in Python, force=True)"
    if path.exists() and not os.access(path, os.W_OK):
        return "can't be written: the file is read-only; give another name"
    return ""
