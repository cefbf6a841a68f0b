"""Disks that are full or can't be written: one clear line, and nothing half-written under a final name."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from superviz.core.experiment import Experiment
from superviz.session.recording import Recording

pytestmark = pytest.mark.skipif(os.name != "posix", reason="limits and owners of files as POSIX has them")

PRELUDE = """
import os, sys
import numpy as np
from superviz.core.errors import SessionError
from superviz.core.experiment import Experiment
from superviz.core.snapshot import Snapshot, frozen
from superviz.session.recording import Recording

def large_run(recording, keyframes=400):
    for step in range(keyframes):
        recording.append(Snapshot(step, frozen(np.full((1, 20, 100), step)), frozen(np.zeros((1, 100)))))

def say(action):
    try:
        action()
    except SessionError as error:
        print(error)
    else:
        print("done")

def as_nobody(action):
    # Root may write anywhere, so what it may not is tried as somebody else; all imports must have been done by then.
    if os.geteuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    say(action)

experiment = Experiment(n_features=100, n_hidden=20)
warm_up = Recording.create(experiment)
large_run(warm_up, 2)
warm_up.moment(0.5)
warm_up.continued().close()
warm_up.close()
"""


def run(script: str, *arguments: object) -> list[str]:
    """What the script prints, line by line, in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", PRELUDE + script, *map(str, arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    return done.stdout.splitlines()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that anybody may enter; pytest's own are the runner's alone."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    yield folder
    folder.chmod(0o777)
    shutil.rmtree(folder)


def test_a_full_disk_does_not_stop_training_and_is_told(tmp_path: Path) -> None:
    """Files may not grow beyond 1 MB: the system refuses the write, SQLite takes back what it had begun."""
    lines = run(
        """
import resource
path = sys.argv[1]
recording = Recording.create(experiment, path)
large_run(recording, 20)
recording.flush()
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, resource.RLIM_INFINITY))
told = []
recording.tell_of_faults(told.append)
for step in range(20, 420):
    recording.append(Snapshot(step, frozen(np.full((1, 20, 100), step)), frozen(np.zeros((1, 100)))))
say(recording.flush)
print(recording.keyframe_count, len(told))
say(lambda: recording.save(path + ".copy"))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
say(lambda: recording.save(path + ".copy"))
say(recording.close)
""",
        tmp_path / "run.superviz",
    )
    path = tmp_path / "run.superviz"
    assert lines[0].startswith(f"{path}: can't be written: ")
    assert lines[1] == "420 1"
    assert lines[2].startswith(f"{path}.copy: can't be written: ")
    assert lines[3:] == ["done", "done"], "once there is room, all is written after all"
    assert sorted(tmp_path.iterdir()) == [path, tmp_path / "run.superviz.copy"]
    for name in ("run.superviz", "run.superviz.copy"):
        assert Recording.open(tmp_path / name).keyframe_count == 420


def test_a_run_that_filled_the_disk_opens_with_what_was_acknowledged(tmp_path: Path) -> None:
    lines = run(
        """
import os, resource
recording = Recording.create(experiment, sys.argv[1])
large_run(recording, 20)
recording.flush()
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, resource.RLIM_INFINITY))
for step in range(20, 420):
    recording.append(Snapshot(step, frozen(np.full((1, 20, 100), step)), frozen(np.zeros((1, 100)))))
say(recording.flush)
sys.stdout.flush()
os._exit(1)
""",
        tmp_path / "run.superviz",
    )
    assert "can't be written" in lines[0]
    assert Recording.open(tmp_path / "run.superviz").keyframe_count >= 20


def test_a_folder_that_can_not_be_written_is_named(open_folder: Path) -> None:
    path = open_folder / "run.superviz"
    open_folder.chmod(0o555)
    line = f"{path}: can't be written: permission denied"
    assert run("as_nobody(lambda: Recording.create(experiment, sys.argv[1]))", path) == [line]
    assert run("as_nobody(lambda: warm_up.save(sys.argv[1]))", path) == [line]
    assert list(open_folder.iterdir()) == []


def test_a_closed_session_opens_from_a_folder_that_can_not_be_written(open_folder: Path) -> None:
    path = open_folder / "run.superviz"
    assert run("r = Recording.create(experiment, sys.argv[1]); large_run(r, 30); say(r.close)", path) == ["done"]
    path.chmod(0o444)
    open_folder.chmod(0o555)
    script = """
def look():
    opened = Recording.open(sys.argv[1])
    print(opened.live_step, opened.moment(12.5).W.shape, opened.continued().keyframe_count)
as_nobody(look)
"""
    assert run(script, path) == ["29 (1, 20, 100) 0", "done"]
    assert list(open_folder.iterdir()) == [path]


def test_a_run_that_was_not_closed_opens_there_too_or_says_what_it_lacks(open_folder: Path) -> None:
    path = open_folder / "run.superviz"
    run("r = Recording.create(experiment, sys.argv[1]); large_run(r, 30); r.flush(); os._exit(0)", path)
    for file in open_folder.iterdir():
        file.chmod(0o444)
    open_folder.chmod(0o555)
    script = "as_nobody(lambda: print(Recording.open(sys.argv[1]).live_step))"
    assert run(script, path) == ["29", "done"]
    open_folder.chmod(0o777)
    path.with_name("run.superviz-shm").unlink()
    open_folder.chmod(0o555)
    (line,) = run(script, path)
    assert line.startswith(f"{path}: can't be read: ")
    assert line.endswith("its -wal file must lie beside it in a folder that can be written")


def test_a_file_that_can_not_be_read_is_named(open_folder: Path) -> None:
    path = open_folder / "run.superviz"
    Recording.create(Experiment(n_features=4, n_hidden=2), path).close()
    path.chmod(0o000)
    line = f"{path}: can't be read: permission denied"
    assert run("as_nobody(lambda: Recording.open(sys.argv[1]))", path) == [line]
