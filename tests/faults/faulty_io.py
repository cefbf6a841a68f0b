"""A disk that fails on request: compiles faulty_io.c, starts programs over it, and says what it is to do."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SOURCE = Path(__file__).with_suffix(".c")
WRITE, TRUNCATE, SYNC, CREATE, RENAME, UNLINK, LINK = range(7)
"""What a process does to files."""
_LIBRARY = "SUPERVIZ_FAULTY_IO"
_FAIL, _KILL = 1, 2


def why_not_here() -> str:
    """Why no disk can be made to fail on this machine; empty where one can."""
    if not sys.platform.startswith("linux"):
        return "the failing disk stands before Linux's libc"
    return "" if shutil.which("cc") else "the failing disk is compiled when it is needed, and there is no cc"


def compile_shim(folder: Path) -> Path:
    """The library, compiled into a folder."""
    library = folder / "faulty_io.so"
    command = ["cc", "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o", library, SOURCE, "-ldl"]
    subprocess.run(command, check=True)
    return library


def restart_over_shim() -> None:
    """Go on as the same program over the failing disk, unless that has been done."""
    if _LIBRARY in os.environ:
        return
    if reason := why_not_here():
        sys.exit(reason)
    with tempfile.TemporaryDirectory() as folder:
        library = str(compile_shim(Path(folder)))
        # One thread: programs fork, and what other threads hold at that time stays held in the child.
        environment = {**os.environ, "LD_PRELOAD": library, _LIBRARY: library, "OPENBLAS_NUM_THREADS": "1"}
        sys.exit(subprocess.run([sys.executable, *sys.argv], env=environment, check=False).returncode)


@dataclass(frozen=True, slots=True)
class Fault:
    """What becomes of a call, of which number."""

    call: int
    """Counted from 1."""
    kill: bool = False
    """The process ends before the call, instead of being told an error."""
    error: int = errno.EIO
    lasting: bool = False
    """All later calls fail too, as on a disk that is full or gone."""
    torn: bool = False
    """Half of a write still arrives."""

    def __str__(self) -> str:
        kind = "SIGKILL" if self.kill else errno.errorcode[self.error] + (" from then on" if self.lasting else "")
        return f"{kind} at call {self.call}{', half written' if self.torn else ''}"


@dataclass(frozen=True, slots=True)
class Call:
    """One thing a process did."""

    kind: int
    path: str
    other: str
    """The new name, of RENAME and LINK."""
    file: int
    """The file's own number, whatever its name; used again once it is gone."""
    place: int
    """Where in the file WRITE begins; the size after TRUNCATE."""
    data: bytes


@contextmanager
def watched(folder: Path, fault: Fault | None = None, log: Path | None = None) -> Iterator[ctypes.CDLL]:
    """Count what this process does to files under `folder`; `faulty_calls()` of what is given says how many calls."""
    shim = ctypes.CDLL(os.environ[_LIBRARY])
    file = -1 if log is None else os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    shim.faulty_watch(os.fsencode(folder.resolve()), file)
    if fault is not None:
        action = _KILL if fault.kill else _FAIL
        shim.faulty_choose(ctypes.c_long(fault.call), action, fault.error, fault.lasting, fault.torn)
    try:
        yield shim
    finally:
        shim.faulty_watch(b"", -1)
        if file >= 0:
            os.close(file)


def read_log(log: Path) -> list[Call]:
    """What was logged, in order."""
    content, calls, start = log.read_bytes(), list[Call](), 0
    while start < len(content):
        kind, *sizes, file, place, size = np.frombuffer(content, np.int64, 6, start).tolist()
        start += 48
        parts: list[bytes] = []
        for length in (*sizes, size):
            parts.append(content[start : start + length])
            start += length
        calls.append(Call(kind, parts[0].decode(), parts[1].decode(), file, place, parts[2]))
    return calls
