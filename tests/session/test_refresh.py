"""A recording that another process writes meanwhile: all of it is seen, in order, and nobody is in its way."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from superviz.core.errors import SessionError
from superviz.core.snapshot import Edit, Snapshot, frozen
from superviz.session.recording import Recording

WRITER = """
import sys
import numpy as np
from superviz.core.experiment import Experiment
from superviz.core.snapshot import Checkpoint, Edit, Snapshot, frozen
from superviz.session.recording import Recording

def begin(path, tested=False):
    global recording
    more = dict(training_set=20) if tested else {}
    recording = Recording.create(Experiment(n_features=3, n_hidden=2, n_instances=2, **more), path, title="Over there")

def train(start, end):
    for step in range(start, end, 10):
        if step:
            loss = np.full((1, 2), step, np.float32)
            recording.append_losses(loss, None if recording.experiment.training_set is None else 2 * loss)
        W = np.random.default_rng(step).normal(size=(2, 2, 3))
        recording.append(Snapshot(step, frozen(W), frozen(W[:, 0])))

def check(step):
    rows = np.full((2, 9), step, np.float32)
    recording.append_checkpoint(Checkpoint(step, rows, rows, rows, np.zeros(2)))

def edit(step, value):
    recording.append_edit(Edit(step, "learning_rate", value))

for count, line in enumerate(sys.stdin, 1):
    exec(line)
    recording.flush()
    print(count, flush=True)
"""


class Writer:
    """Another process, which does what it is told; all of it is committed when tell() returns."""

    def __init__(self) -> None:
        command = [sys.executable, "-c", WRITER]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._said = 0
        self.path = Path()

    def begin(self, path: Path, **options: bool) -> Writer:
        self.path = path
        self.tell(f"begin({str(path)!r}, **{options})")
        return self

    def tell(self, command: str) -> None:
        self.say(command)
        self.wait()

    def say(self, command: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        self._said += 1

    def wait(self) -> None:
        assert self._process.stdout is not None
        while self._process.stdout.readline() != f"{self._said}\n":
            assert self._process.poll() is None

    def kill(self) -> None:
        with self._process:
            self._process.kill()


@pytest.fixture(scope="module")
def process() -> Iterator[Writer]:
    process = Writer()
    yield process
    process.kill()


@pytest.fixture
def writer(process: Writer, tmp_path: Path) -> Iterator[Writer]:
    """One that has just begun a file."""
    yield process.begin(tmp_path / "run.superviz")
    process.tell("recording.close()")


def is_held(path: Path) -> bool:
    """Whether this process has it open, so far as the system says."""
    held = Path("/proc/self/fd")
    return held.is_dir() and any(str(path) in str(file.readlink()) for file in held.iterdir() if file.is_symlink())


def test_all_that_is_committed_over_there_is_seen(writer) -> None:
    opened = Recording.open(writer.path)
    assert (opened.title, opened.keyframe_count, opened.is_being_written) == ("Over there", 0, True)
    with pytest.raises(SessionError, match="nothing is recorded in it yet"):
        opened.moment(0)
    writer.tell("train(0, 51)")
    assert opened.keyframe_count == 0, "not before it looks"
    assert opened.refresh()
    assert (opened.keyframe_steps.tolist(), opened.live_step) == ([0, 10, 20, 30, 40, 50], 50)
    np.testing.assert_array_equal(opened.losses.values[:, 0], [10, 20, 30, 40, 50])
    revision = opened.revision
    assert not opened.refresh()
    assert opened.revision == revision

    writer.tell("check(53); edit(53, 0.02)")
    assert opened.refresh()
    assert (opened.live_step, opened.keyframe_count, opened.can_train) == (53, 6, True)
    assert opened.checkpoint is not None
    assert opened.snapshots[-1].W[0, 0, 0] == opened.checkpoint.step == 53
    assert (list(opened.edits), opened.experiment_at(53).learning_rate) == ([Edit(53, "learning_rate", 0.02)], 0.02)
    assert opened.revision > revision

    writer.tell("edit(55, 0.03); train(60, 100); edit(90, 0.04); check(90)")
    assert opened.refresh()
    assert [edit.step for edit in opened.edits] == [53, 55, 90]
    assert opened.keyframe_steps.tolist() == list(range(0, 100, 10))
    np.testing.assert_array_equal(opened.losses.steps, np.arange(10, 100, 10))
    for index, snapshot in enumerate(opened.snapshots):
        W = np.random.default_rng(10 * index).normal(size=(2, 2, 3))
        np.testing.assert_array_equal(snapshot.W, frozen(W))


def test_test_losses_are_seen_too(writer, tmp_path: Path) -> None:
    writer.tell("recording.close()")
    writer.begin(tmp_path / "tested.superviz", tested=True)
    opened = Recording.open(writer.path)
    for end in (31, 61):
        writer.tell(f"train({end - 31}, {end - 1})")
        assert opened.refresh()
    tests = opened.losses.test_values
    assert tests is not None
    np.testing.assert_array_equal(tests, 2 * opened.losses.values)
    assert len(tests) == 5


def test_whoever_writes_it_can_finish_it_meanwhile(writer) -> None:
    opened = Recording.open(writer.path)
    writer.tell("train(0, 200)")
    opened.refresh()
    for position in (0, 55.5, 190):
        opened.moment(position)
    opened.refresh()
    writer.tell("recording.close()")
    assert list(writer.path.parent.iterdir()) == [writer.path], "its log is folded into the file"
    assert not opened.is_being_written
    assert not opened.refresh()
    assert opened.moment(77).position == 77


def test_it_may_be_moved_or_removed_after_it_was_looked_at(writer) -> None:
    """Some systems move no file that is open."""
    writer.tell("train(0, 200)")
    opened = Recording.open(writer.path)
    opened.refresh()
    assert not is_held(writer.path)
    writer.tell("recording.close()")
    writer.path.unlink()
    for ask in (opened.refresh, lambda: opened.snapshots[3]):
        with pytest.raises(SessionError, match=rf"^{writer.path}: no such file$"):
            ask()
    assert opened.snapshots[-1].step == 190, "it was just read"


def test_what_is_seen_grows_in_order_while_it_is_written_flat_out(writer) -> None:
    writer.tell("train(0, 10)")
    opened = Recording.open(writer.path)
    writer.say(
        "[(train(start, min(start + 3_330, 30_000)), recording.flush()) for start in range(10, 30_000, 3_330)]; "
        "check(29_990)"
    )
    seen = [0]
    deadline = time.monotonic() + 60
    while opened.checkpoint is None:
        assert time.monotonic() < deadline
        opened.refresh()
        steps = opened.keyframe_steps.tolist()
        assert steps == list(range(0, 10 * len(steps), 10))
        moment = opened.moment(opened.live_step)
        np.testing.assert_array_equal(moment.loss, [opened.live_step] * 2 if opened.live_step else [np.nan] * 2)
        assert len(opened.losses.steps) == opened.live_step // 10
        seen.append(opened.live_step)
    assert seen == sorted(seen)
    assert len(opened.snapshots) == 3_000
    assert len(set(seen)) > 2, "it was seen to grow"
    writer.wait()


def test_a_writer_that_was_killed_leaves_what_it_had_committed(tmp_path: Path) -> None:
    writer = Writer().begin(tmp_path / "run.superviz")
    opened = Recording.open(writer.path)
    writer.tell("train(0, 100)")
    writer.kill()
    assert opened.refresh()
    assert (opened.live_step, opened.is_being_written) == (90, True)


def test_damage_that_is_written_is_told(writer) -> None:
    writer.tell("train(0, 50)")
    opened = Recording.open(writer.path)
    writer.tell("train(50, 100)")
    writer.tell("recording._journal._connection.execute('UPDATE snapshot SET b = W WHERE step > 40')")
    with pytest.raises(SessionError, match=rf"^{writer.path}: damaged: snapshot at step 50 is not of the experiment's"):
        opened.refresh()
    assert opened.keyframe_count == 5
    assert not is_held(writer.path)


def test_what_is_written_here_is_known_already(create, made_up) -> None:
    recording = made_up.record(create(), 0, 50)
    assert not recording.refresh()


def test_what_was_noted_here_is_not_lost_to_what_was_noted_there(writer) -> None:
    opened = Recording.open(writer.path)
    opened.bookmark(20, "here")
    writer.tell("train(0, 50); recording.bookmark(10, 'there')")
    assert opened.refresh()
    assert [bookmark.note for bookmark in opened.bookmarks] == ["here"]
    assert [bookmark.note for bookmark in Recording.open(writer.path).bookmarks] == ["there"]


def test_a_copy_of_what_is_being_written_is_whole(writer, tmp_path: Path) -> None:
    writer.tell("train(0, 100); check(90)")
    opened = Recording.open(writer.path)
    resumed = opened.continued(tmp_path / "mine.superviz")
    writer.tell("train(100, 200)")
    W = frozen(np.ones((2, 2, 3)))
    resumed.append(Snapshot(100, W, frozen(W[:, 0])))
    resumed.close()
    assert Recording.open(tmp_path / "mine.superviz").keyframe_count == 11
    opened.refresh()
    assert opened.keyframe_count == 20
