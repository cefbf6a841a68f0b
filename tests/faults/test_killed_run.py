"""A run that is killed without warning: its file opens, and nothing that was acknowledged is missing."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from superviz.core.errors import SessionError
from superviz.core.experiment import Experiment
from superviz.session.journal import COMMIT_SECONDS
from superviz.session.recording import Recording

posix_only = pytest.mark.skipif(os.name != "posix", reason="kill -9 is sent by POSIX signals")

APPEND = """
import sys, numpy as np
from superviz.core.experiment import Experiment
from superviz.core.snapshot import Checkpoint, Snapshot, frozen
from superviz.session.recording import Recording

recording = Recording.create(Experiment(n_features=5, n_hidden=2, n_instances=3), sys.argv[1])
print("created", flush=True)
W, b, rows = frozen(np.ones((3, 2, 5))), frozen(np.ones((3, 5))), frozen(np.ones((3, 15)))
for step in range(0, 10_000_000, 10):
    recording.append_losses(np.full((1, 3), step, np.float32))
    recording.append(Snapshot(step, frozen(W * step), b))
    if step % 500 == 0:
        recording.append_checkpoint(Checkpoint(step, frozen(rows * step), rows, rows, np.zeros(3)))
        recording.flush()
        print(step, flush=True)
"""


def start(path: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.Popen(
        [sys.executable, "-c", APPEND, str(path)], stdout=subprocess.PIPE, text=True, env=environment
    )


def kill_after(process: subprocess.Popen[str], acknowledgements: int) -> str:
    """Kill it once it has printed so many lines; the last line it printed."""
    assert process.stdout is not None
    with process:
        for _ in range(acknowledgements):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        return (process.stdout.read().split() or [""])[-1]


@posix_only
@pytest.mark.parametrize("acknowledgements", [2, 5, 40])
def test_nothing_acknowledged_is_lost(tmp_path: Path, acknowledgements: int) -> None:
    process = start(tmp_path / "run.superviz")
    assert process.stdout is not None
    kill_after(process, acknowledgements)
    least = 500 * (acknowledgements - 2)
    opened = Recording.open(tmp_path / "run.superviz")
    assert opened.live_step >= least
    assert opened.checkpoint is not None
    assert opened.checkpoint.step >= least
    assert [s.step for s in opened.snapshots] == list(range(0, opened.live_step + 1, 10)), (
        "no keyframe is missing between"
    )
    assert opened.snapshots[-1].W[0, 0, 0] == opened.live_step
    assert opened.moment(opened.live_step).position == opened.live_step
    resumed = opened.continued(tmp_path / "next.superviz")
    assert resumed.live_step == opened.checkpoint.step
    resumed.close()


@posix_only
def test_killed_at_its_very_beginning_the_file_opens_empty(tmp_path: Path) -> None:
    kill_after(start(tmp_path / "run.superviz"), 1)
    opened = Recording.open(tmp_path / "run.superviz")
    assert opened.experiment == Experiment(n_features=5, n_hidden=2, n_instances=3)
    resumed = opened.continued()
    assert resumed.live_step <= opened.live_step
    resumed.close()


@posix_only
def test_a_killed_run_can_be_replaced_and_its_log_does_not_live_on(tmp_path: Path) -> None:
    path = tmp_path / "run.superviz"
    kill_after(start(path), 3)
    assert path.with_name("run.superviz-wal").stat().st_size > 0
    with pytest.raises(SessionError, match="exists already"):
        Recording.create(Experiment(n_features=4, n_hidden=2), path)
    Recording.create(Experiment(n_features=4, n_hidden=2), path, force=True).close()
    assert Recording.open(path).experiment.n_features == 4
    assert list(tmp_path.iterdir()) == [path]


@posix_only
def test_a_file_that_another_process_is_writing_can_be_watched_but_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "run.superviz"
    process = start(path)
    assert process.stdout is not None
    try:
        for _ in range(3):
            process.stdout.readline()
        assert Recording.open(path).live_step >= 500
        with pytest.raises(SessionError, match="is being written; close it there, or give another name"):
            Recording.create(Experiment(n_features=4, n_hidden=2), path, force=True)
    finally:
        kill_after(process, 0)
    assert Recording.open(path).experiment.n_features == 5


def test_a_process_that_ends_without_closing_leaves_one_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "run.superviz"
    script = APPEND.replace("10_000_000", "1_010") + "recording.append_losses(np.zeros((1, 3), np.float32))\n"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run([sys.executable, "-c", script, str(path)], check=True, env=environment, stdout=subprocess.DEVNULL)
    assert list(tmp_path.iterdir()) == [path]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT sum(length(means)) / 12 FROM loss").fetchone() == (102,)


@posix_only
def test_what_was_not_acknowledged_is_there_too_within_the_commit_time(tmp_path: Path) -> None:
    path = tmp_path / "run.superviz"
    script = APPEND.replace("step % 500 == 0", "step == 0").replace(
        "recording.append(Snapshot", "import time; time.sleep(0.001); recording.append(Snapshot"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(3 * COMMIT_SECONDS)
    kill_after(process, 0)
    assert Recording.open(path).keyframe_count > 10
