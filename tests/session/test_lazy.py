"""Only what is looked at is read: a long run opens with a handful of rows, and any moment costs as few."""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from superviz.core.alignment import align, first_rotation, next_rotation
from superviz.core.experiment import Experiment
from superviz.core.snapshot import Array, Snapshot, frozen
from superviz.session import keyframes as keyframes_module
from superviz.session import rows
from superviz.session.keyframes import TRAIL_POINTS
from superviz.session.recording import Recording
from superviz.session.timeline import TimelineReader

LARGE = Experiment(n_features=20, n_hidden=5)
COUNT = 5_000


@pytest.fixture(scope="module")
def large_file(tmp_path_factory) -> Path:
    """5,000 keyframes, 100 steps apart."""
    path = tmp_path_factory.mktemp("large") / "large.superviz"
    Recording.create(LARGE.changed(steps=500_000), path).close()
    W, b = np.random.default_rng(0).normal(size=(COUNT, 1, 5, 20)).astype(np.float32), np.zeros((1, 20), np.float32)
    upright = frozen(np.eye(5)[None])
    with closing(sqlite3.connect(path)) as connection, connection:
        for index in range(COUNT):
            connection.execute(*rows.snapshot_row(Snapshot(100 * index, W[index], b), upright))
    return path


@pytest.fixture
def read(monkeypatch) -> Counter[str]:
    """How many rows of which table are read whole, from here on."""
    read: Counter[str] = Counter()
    table: Any = rows._Table  # pyright: ignore[reportPrivateUsage]
    plain = table.read

    def counted(self: Any, *arguments: Any) -> Iterator[Any]:
        for row in plain(self, *arguments):
            read[self._name] += 1
            yield row

    monkeypatch.setattr(table, "read", counted)
    return read


@pytest.fixture
def opened(large_file) -> Iterator[Recording]:
    opened = Recording.open(large_file)
    yield opened
    opened.close()


def test_a_long_run_opens_with_its_last_keyframe(large_file, read) -> None:
    opened = Recording.open(large_file)
    assert (opened.keyframe_count, opened.live_step, len(opened.snapshots)) == (COUNT, 499_900, COUNT)
    assert read.total() <= 2
    opened.close()


def test_the_first_moment_reads_itself_and_its_trail(opened, read) -> None:
    opened.moment(499_950 - 100)
    assert read["snapshot"] <= TRAIL_POINTS + 2


def test_scrubbing_reads_a_frame_or_two_at_a_time(opened, read) -> None:
    opened.moment(opened.live_step)
    read.clear()
    positions = np.random.default_rng(1).uniform(0, opened.live_step, size=200)
    for position in positions:
        opened.moment(float(position))
    # Trails of few different strides are built; beyond those, the frames on either side.
    assert read["snapshot"] <= 2 * len(positions) + 4 * TRAIL_POINTS
    read.clear()
    for position in positions:
        opened.moment(float(position))
    assert read["snapshot"] <= 4 * TRAIL_POINTS, "what was looked at of late is in memory"


def test_playing_on_reads_each_frame_once(opened, read) -> None:
    opened.moment(200_000)
    read.clear()
    for position in range(200_000, 210_000, 25):
        opened.moment(position)
    assert read["snapshot"] <= 100 + 2 + TRAIL_POINTS


def test_the_timeline_names_few_of_them(opened, read) -> None:
    timeline = TimelineReader(opened, lambda W, *_: "Jumble").read(0)
    assert [epoch.name for epoch in timeline.epochs] == ["Jumble"]
    assert read["snapshot"] <= 401


def test_looking_for_news_reads_none(opened, read) -> None:
    assert not opened.refresh()
    assert read == {}


def test_a_copy_is_made_without_reading_them(opened, read, tmp_path) -> None:
    opened.save(tmp_path / "copy.superviz")
    assert read == {}
    copy = opened.copied()
    assert copy.keyframe_count == COUNT
    assert read["snapshot"] <= 2
    copy.close()


def test_what_is_not_committed_yet_is_seen(create, made_up, tmp_path, monkeypatch, stuck_disk) -> None:
    monkeypatch.setattr(keyframes_module, "CACHE_BYTES", 1)
    recording = made_up.record(create(tmp_path / "run.superviz"), 0, 100)
    recording.flush()
    with stuck_disk(recording):
        for step in range(110, 300, 10):
            recording.append(made_up.snapshot(step))
        for index in range(30):
            assert recording.snapshots[index].W.tobytes() == made_up.weights(10 * index).tobytes()
            assert recording.moment(10 * index, 1).position == 10 * index
        expected = recording.moment(255.5, 2)
        assert Recording.open(recording.path).keyframe_count == 11
    recording.flush()
    found = Recording.open(recording.path).moment(255.5, 2)
    for name in ("W", "b", "trail"):
        assert getattr(found, name).tobytes() == getattr(expected, name).tobytes()


class Reference:
    """A run of 400 keyframes as it is to be shown, worked out beforehand and plainly."""

    def __init__(self, made_up) -> None:
        self.snapshots = [made_up.snapshot(step) for step in range(0, 4_000, 10)]
        self.shown: list[Array] = []
        rotation = first_rotation(self.snapshots[0].W)
        for last, snapshot in zip([None, *self.snapshots], self.snapshots, strict=False):
            if last is not None:
                rotation = next_rotation(rotation, last.W, snapshot.W, 10)
            self.shown.append(align(rotation, snapshot.W))

    def W(self, position: float) -> Array:
        """(instances, hidden, features)."""
        before, part = int(position // 10), position % 10 / 10
        if part == 0:
            return self.shown[before]
        return frozen((1 - part) * self.shown[before] + part * self.shown[before + 1])

    def compare(self, recording: Recording, position: float, instance: int) -> None:
        moment = recording.moment(position, instance)
        np.testing.assert_allclose(moment.W, self.W(position), atol=1e-5)
        past = int(-(-position // 10))
        stride = next(2**n for n in range(20) if (past - 1) // (TRAIL_POINTS - 1) < 2**n)
        expected = [self.shown[index][instance] for index in range(0, past, stride)]
        np.testing.assert_array_equal(moment.trail[:-1], np.array(expected).reshape(-1, 2, 5))
        np.testing.assert_array_equal(moment.trail[-1], moment.W[instance])


def in_threads(count: int, work: Callable[[int], None], meanwhile: Callable[[], None]) -> None:
    """`work` over and over in so many threads, until `meanwhile` is through in this one."""
    faults: list[BaseException] = []
    done = threading.Event()

    def run(number: int) -> None:
        try:
            while not done.is_set():
                work(number)
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    try:
        meanwhile()
    finally:
        done.set()
        for thread in threads:
            thread.join(20)
    assert not any(thread.is_alive() for thread in threads), "they wait for each other"
    assert not faults, faults[0]


@pytest.mark.parametrize("in_file", [False, True])
def test_moments_read_by_many_threads_are_those_of_a_plain_reference(create, made_up, tmp_path, in_file, monkeypatch):
    """With next to no room, so that all the time something is on its way to the store or back from it."""
    monkeypatch.setattr(keyframes_module, "CACHE_BYTES", 4_000)
    reference, recording = Reference(made_up), create(tmp_path / "run.superviz" if in_file else None)
    recording.append(reference.snapshots[0])
    generators = [np.random.default_rng(number) for number in range(3)]

    def look(number: int) -> None:
        position = generators[number].uniform(0, recording.live_step)
        reference.compare(recording, float(position), number)

    def append() -> None:
        for index, snapshot in enumerate(reference.snapshots[1:]):
            recording.append(snapshot)
            if index % 40 == 0:
                recording.flush()

    in_threads(3, look, append)
    for position in (0, 5, 1_234.5, 3_990):
        reference.compare(recording, position, 1)


def test_news_are_taken_in_while_other_threads_look(create, made_up, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(keyframes_module, "CACHE_BYTES", 4_000)
    reference, recording = Reference(made_up), create(tmp_path / "run.superviz")
    recording.append(reference.snapshots[0])
    recording.flush()
    opened = Recording.open(recording.path)

    def look(number: int) -> None:
        reference.compare(opened, opened.live_step / (1 + number), number)

    def append() -> None:
        for index, snapshot in enumerate(reference.snapshots[1:]):
            recording.append(snapshot)
            if index % 10 == 0:
                recording.flush()
                assert opened.refresh()

    in_threads(3, look, append)
    assert opened.keyframe_count > 380
