"""The failing disk itself: it sees what SQLite and Python write, logs it to the byte, and fails where it is told to."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or shutil.which("cc") is None,
    reason="it stands before Linux's libc, and is compiled by cc when it is needed",
)

PRELUDE = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
import errno, sqlite3
from pathlib import Path
import faulty_io
from faulty_io import Fault, read_log, watched

folder = Path(sys.argv[1])
log = folder.parent / "log"

def commit():
    connection = sqlite3.connect(folder / "a.db", isolation_level=None)
    connection.execute("CREATE TABLE IF NOT EXISTS t (x)")
    connection.execute("INSERT INTO t VALUES (zeroblob(10000))")
    connection.close()
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("shim") / "faulty_io.so"
    source = Path(__file__).with_name("faulty_io.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", target, source, "-ldl"], check=True)
    return target


@pytest.fixture
def over_shim(library: Path, tmp_path: Path):
    """Runs a script over the failing disk; what it prints, and how it ended."""
    (tmp_path / "folder").mkdir()

    def run(script: str) -> tuple[list[str], int]:
        environment = {**os.environ, "LD_PRELOAD": str(library), "SUPERVIZ_FAULTY_IO": str(library)}
        command = [sys.executable, "-c", PRELUDE + script, str(tmp_path / "folder")]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert not done.stderr, done.stderr
        return done.stdout.splitlines(), done.returncode

    return run


def test_the_log_of_sqlite_s_writes_makes_the_same_file_again(over_shim, tmp_path: Path) -> None:
    lines, _ = over_shim(
        """
with watched(folder, log=log) as shim:
    commit()
    print(shim.faulty_calls())
made = bytearray()
for call in read_log(log):
    if call.kind == faulty_io.WRITE and call.path.endswith("a.db"):
        made[call.place : call.place + len(call.data)] = call.data
print(made == (folder / "a.db").read_bytes())
print(*sorted({call.kind for call in read_log(log)}))
"""
    )
    assert int(lines[0]) > 20
    assert lines[1] == "True"
    assert lines[2].split() == [str(kind) for kind in (0, 2, 3, 5)], "writes, syncs, creations and unlinks"


def test_python_s_own_calls_are_seen(over_shim) -> None:
    lines, _ = over_shim(
        """
import os
with watched(folder, log=log):
    (folder / "a").write_bytes(b"hello")
    (folder / "a").replace(folder / "b")
    os.link(folder / "b", folder / "c")
    os.truncate(os.open(folder / "b", os.O_RDWR), 3)
    (folder / "c").unlink()
    (folder.parent / "elsewhere").write_bytes(b"not watched")
for call in read_log(log):
    print(call.kind, Path(call.path).name, Path(call.other).name, call.place, call.data.decode())
"""
    )
    assert [line.split() for line in lines] == [
        ["3", "a", "0"],
        ["0", "a", "0", "hello"],
        ["4", "a", "b", "0"],
        ["6", "b", "c", "0"],
        ["1", "b", "3"],
        ["5", "c", "0"],
    ]


@pytest.mark.parametrize(("error", "line"), [("ENOSPC", "database or disk is full"), ("EIO", "disk I/O error")])
def test_sqlite_is_told_of_the_error(over_shim, error: str, line: str) -> None:
    lines, _ = over_shim(
        f"""
commit()
with watched(folder, Fault(8, error=errno.{error}, lasting=True)):
    try:
        commit()
    except sqlite3.OperationalError as fault:
        print(fault)
"""
    )
    assert lines == [line]


def test_one_call_fails_and_the_next_works(over_shim) -> None:
    lines, _ = over_shim(
        """
with watched(folder, Fault(3)):
    for number in range(4):
        try:
            (folder / str(number)).touch()
        except OSError as fault:
            print(number, errno.errorcode[fault.errno])
"""
    )
    assert lines == ["2 EIO"]


@pytest.mark.parametrize(("torn", "content"), [(False, b""), (True, b"12345")])
def test_the_process_ends_before_the_call_or_in_the_middle_of_it(
    over_shim, tmp_path: Path, torn: bool, content: bytes
) -> None:
    lines, ended = over_shim(
        f"""
print("begun", flush=True)
with watched(folder, Fault(2, kill=True, torn={torn})):
    (folder / "a").write_bytes(b"1234567890")
print("not reached")
"""
    )
    assert (lines, ended) == (["begun"], -9)
    assert (tmp_path / "folder" / "a").read_bytes() == content
