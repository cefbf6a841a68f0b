"""The loss series in a store: few rows, the same series again, whenever it is written, closed, opened and resumed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from superviz.core.experiment import Experiment
from superviz.core.snapshot import LOSS_BUCKET_STEPS, Array, Checkpoint, frozen
from superviz.session import losses as losses_module
from superviz.session import rows
from superviz.session.journal import MakeRow
from superviz.session.loss_rows import LossRows
from superviz.session.losses import Losses
from superviz.session.migrations import upgrade
from superviz.session.recording import Recording

EXPERIMENT = Experiment(n_features=3, n_hidden=2, n_instances=2)
LEVEL = 8


@pytest.fixture(autouse=True)
def short_levels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight entries of one bucket each, then eight of two, eight of four..."""
    monkeypatch.setattr(losses_module, "_MOST_ENTRIES", LEVEL)
    monkeypatch.setattr(losses_module, "_FEWEST_ENTRIES", LEVEL)


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        upgrade(connection)
        yield connection


class Queue(list[MakeRow]):
    """Rows that wait, until they are written."""

    def write(self, connection: sqlite3.Connection) -> None:
        for make in self:
            connection.execute(*make())
        self.clear()


def values(start: int, end: int) -> Array:
    """The losses of these buckets, (buckets, instances)."""
    rng = np.random.default_rng(0)
    return frozen(np.exp(rng.normal(scale=4, size=(end, 2)))[start:])


def read(connection: sqlite3.Connection, experiment: Experiment = EXPERIMENT) -> Losses:
    losses = Losses(experiment.n_instances, tested=experiment.training_set is not None)
    LossRows(losses).read(connection, experiment, "trained")
    return losses


def whole(end: int) -> Losses:
    """The series of one go."""
    losses = Losses(2, tested=False)
    list(losses.extend(values(0, end)))
    return losses


def assert_same(found: Losses, expected: Losses) -> None:
    assert found.buckets == expected.buckets
    assert found.series.steps.tolist() == expected.series.steps.tolist()
    assert found.series.values.tobytes() == expected.series.values.tobytes()


def kept(connection: sqlite3.Connection) -> list[tuple[int, int, int]]:
    """First bucket, width and means of each row."""
    query = "SELECT first_bucket, width, length(means) / 8 FROM loss ORDER BY first_bucket"
    return connection.execute(query).fetchall()


def test_what_comes_before_the_row_is_written_goes_into_it(connection) -> None:
    losses, queue = LossRows(Losses(2, tested=False)), Queue()
    for bucket in range(3):
        losses.append(values(bucket, bucket + 1), None, queue.append)
    assert len(queue) == 1
    queue.write(connection)
    losses.append(values(3, 4), None, queue.append)
    losses.append(values(4, 6), None, queue.append)
    queue.write(connection)
    assert kept(connection) == [(0, 1, 3), (3, 1, 3)]
    assert_same(read(connection), whole(6))


def test_a_row_is_the_same_however_often_it_is_made(connection) -> None:
    """A disk that was full has it made again; what came meanwhile is in the next."""
    losses, queue = LossRows(Losses(2, tested=False)), Queue()
    losses.append(values(0, 2), None, queue.append)
    first = queue[0]()
    losses.append(values(2, 3), None, queue.append)
    assert queue[0]() == first
    queue.write(connection)
    assert_same(read(connection), whole(3))


def test_wider_means_are_in_rows_of_their_own_and_what_is_unfinished_in_none(connection) -> None:
    losses, queue = LossRows(Losses(2, tested=False)), Queue()
    losses.append(values(0, 8 + 16 + 4 + 3), None, queue.append)
    queue.write(connection)
    assert kept(connection) == [(0, 1, 8), (8, 2, 8), (24, 4, 1)]
    losses.round_off(queue.append)
    queue.write(connection)
    assert kept(connection)[3:] == [(28, 1, 3)], "training may have to go on from here"
    losses.round_off(queue.append)
    assert not queue
    losses.append(values(31, 33), None, queue.append)
    losses.round_off(queue.append)
    queue.write(connection)
    assert kept(connection)[4:] == [(31, 1, 2)]
    assert_same(read(connection), whole(33))


def test_a_row_that_waits_is_not_added_to_after_a_checkpoint(connection) -> None:
    """What follows may be dropped, and must be found in rows of its own."""
    losses, queue = LossRows(Losses(2, tested=False)), Queue()
    losses.append(values(0, 2), None, queue.append)
    losses.round_off(queue.append)
    losses.append(values(2, 4), None, queue.append)
    queue.write(connection)
    assert kept(connection) == [(0, 1, 2), (2, 1, 2)]


def test_only_what_is_new_is_read(connection) -> None:
    losses, queue = LossRows(Losses(2, tested=False)), Queue()
    reader = LossRows(found := Losses(2, tested=False))
    for start, end in ((0, 3), (3, 11), (11, 40)):
        losses.append(values(start, end), None, queue.append)
        queue.write(connection)
        assert reader.read(connection, EXPERIMENT, "trained") > 0
        assert reader.read(connection, EXPERIMENT, "trained") == 0
        assert found.series.values.tobytes() == whole(end).series.values.tobytes()


def test_a_gap_is_found(connection) -> None:
    (stretch,) = Losses(2, tested=False).extend(values(0, 3))
    for first in (0, 4):
        connection.execute(*rows.loss_row([replace(stretch, first_bucket=first)]))
    with pytest.raises(rows.DamageError, match=r"lacks the losses that follow step 30$"):
        read(connection)


def test_a_width_that_superviz_does_not_make_is_found(connection) -> None:
    queue = Queue()
    LossRows(Losses(2, tested=False)).append(values(0, 12), None, queue.append)
    queue.write(connection)
    for width, line in (
        (4, "lacks the losses that follow step 80$"),
        ("'wide'", "loss at first bucket 8 has no width$"),
    ):
        connection.execute(f"UPDATE loss SET width = {width} WHERE first_bucket = 8")
        with pytest.raises(rows.DamageError, match=line):
            read(connection)


@pytest.mark.parametrize("origin", ["streamed", "imported"])
def test_losses_that_came_with_weights_are_read_at_their_steps(connection, origin) -> None:
    reader = LossRows(losses := Losses(2, tested=False))
    assert reader.read(connection, EXPERIMENT, origin) == 0
    for step, loss in ((0, [3, np.nan]), (7, [2, 2]), (5_000, [1, 1])):
        connection.execute(*rows.step_loss_row(step, frozen(np.array(loss))))
        assert reader.read(connection, EXPERIMENT, origin) == 1
    np.testing.assert_array_equal(losses.series.steps, [0, 7, 5_000])
    np.testing.assert_array_equal(losses.series.values, [[3, np.nan], [2, 2], [1, 1]])
    connection.execute("UPDATE step_loss SET losses = zeroblob(8) WHERE step = 7")
    with pytest.raises(rows.DamageError, match="step_loss at step 7 doesn't match its checksum"):
        LossRows(Losses(2, tested=False)).read(connection, EXPERIMENT, origin)


def checkpoint_at(buckets: int) -> Checkpoint:
    step, parameters = buckets * LOSS_BUCKET_STEPS, np.zeros((2, 9), np.float32)
    return Checkpoint(step, parameters, parameters, parameters, np.zeros(2))


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(0, 12), st.booleans()), min_size=1, max_size=4))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_closed_opened_and_resumed_is_that_of_one_go(tmp_path: Path, parts: list[tuple[int, int, bool]]) -> None:
    """Each part trains so many buckets up to a checkpoint, and some beyond that are lost; in a file or in memory."""
    recording, at = Recording.create(EXPERIMENT, tmp_path / "0.superviz", force=True), 0
    for part, (trained, lost, in_file) in enumerate(parts, 1):
        for bucket in range(at, at + trained):
            recording.append_losses(values(bucket, bucket + 1))
            if bucket % 7 == 0:
                recording.flush()
        at += trained
        recording.append_checkpoint(checkpoint_at(at))
        recording.append_losses(values(at, at + lost) + 1)
        recording.close()
        found = recording if recording.path is None else Recording.open(recording.path)
        assert_series(found, at)
        recording = found.continued(tmp_path / f"{part}.superviz" if in_file else None, force=True)
        assert_series(recording, at)
        found.close()
    recording.close()


def assert_series(recording: Recording, end: int) -> None:
    found, expected = recording.losses, whole(end).series
    assert found.steps.tolist() == expected.steps.tolist()
    assert found.values.tobytes() == expected.values.tobytes()
