"""A session written by version 1 opens, shows the weights that were recorded, and training goes on from it."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from superviz.core.errors import SessionError
from superviz.core.experiment import Experiment
from superviz.core.snapshot import LOSS_BUCKET_STEPS, Edit, Snapshot, frozen
from superviz.session.migrations import expected_schema, newest_version, schema
from superviz.session.recording import Recording
from superviz.training import train

FILE = Path(__file__).with_name("version_1.superviz")
"""245 steps of two instances of 5 features in 2 dimensions, one edit at step 120: trained and written by superviz 0.1.0
before there was a version 2. Never to be made again."""
SHAPE = (2, 2, 5)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return Path(shutil.copy(FILE, tmp_path / "old.superviz"))


@pytest.fixture
def plain() -> Iterator[sqlite3.Connection]:
    """The file as any program finds it."""
    with closing(sqlite3.connect(f"{FILE.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        yield connection


def arrays(connection: sqlite3.Connection, table: str, *columns: str) -> list[tuple[Any, ...]]:
    key = "first_bucket" if table == "loss" else "step"
    return connection.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY {key}").fetchall()


def test_it_is_of_version_1(plain) -> None:
    assert plain.execute("PRAGMA user_version").fetchone() == (1,)
    assert newest_version() > 1
    assert schema(plain) == expected_schema(1)


def test_it_opens_and_says_what_it_is(path: Path) -> None:
    before = path.read_bytes()
    opened = Recording.open(path)
    assert opened.title == "Five features, by version 1"
    assert opened.experiment == Experiment(
        n_features=5,
        n_hidden=2,
        n_instances=2,
        feature_probability=[0.3, 0.05],
        importance=0.9,
        batch_size=64,
        learning_rate=0.01,
        steps=400,
        seed=7,
    )
    assert list(opened.edits) == [Edit(120, "feature_probability", [0.3, 0.1])]
    assert (opened.keyframe_count, opened.live_step, opened.backend, opened.candidates) == (52, 245, "numba", ())
    assert (opened.display.theme, opened.display.instance) == ("light", 1)
    assert path.read_bytes() == before


def test_it_shows_the_weights_and_losses_that_were_recorded(plain) -> None:
    opened = Recording.open(FILE)
    kept = arrays(plain, "snapshot", "step", "W", "b", "rotation")
    for snapshot, (step, W, b, rotation) in zip(opened.snapshots[:-1], kept, strict=True):
        assert (snapshot.step, snapshot.W.tobytes(), snapshot.b.tobytes(), snapshot.W_out) == (step, W, b, None)
        moment = opened.moment(step)
        shown = np.frombuffer(rotation, "<f4").reshape(2, 2, 2) @ np.frombuffer(W, "<f4").reshape(SHAPE)
        np.testing.assert_allclose(moment.W, shown, atol=1e-6)
        assert (moment.b.tobytes(), moment.W_out, moment.test_loss) == (b, None, None)
    ((W, b),) = arrays(plain, "checkpoint", "W", "b")[-1:]
    assert (opened.snapshots[-1].step, opened.snapshots[-1].W.tobytes(), opened.snapshots[-1].b.tobytes()) == (
        245,
        W,
        b,
    )
    assert opened.losses.values.tobytes() == b"".join(means for (means,) in arrays(plain, "loss", "means"))
    assert opened.losses.test_values is None


def test_its_checkpoint_is_joined_into_rows(plain) -> None:
    (columns,) = arrays(plain, "checkpoint", "W", "b", "mean_W", "mean_b", "square_W", "square_b", "loss_sum")[-1:]
    checkpoint = Recording.open(FILE).checkpoint
    assert checkpoint is not None
    assert checkpoint.step == 245
    for index, rows in enumerate((checkpoint.parameters, checkpoint.mean, checkpoint.square)):
        W, b = (np.frombuffer(blob, "<f4").reshape(2, -1) for blob in columns[2 * index : 2 * index + 2])
        np.testing.assert_array_equal(rows, np.hstack([W, b]))
    assert checkpoint.loss_sum.tobytes() == columns[-1]


def test_going_on_leaves_a_file_of_today_with_every_byte_that_was_there(path: Path, plain, tmp_path: Path) -> None:
    resumed = Recording.open(path).continued(tmp_path / "new.superviz")
    assert resumed.checkpoint is not None
    buckets = len(resumed.losses.values)
    resumed.append_losses(np.ones((1, 2), np.float32))
    resumed.append(Snapshot(250, frozen(np.ones(SHAPE)), frozen(np.zeros((2, 5)))))
    resumed.append_checkpoint(resumed.checkpoint)
    resumed.close()
    with closing(sqlite3.connect(tmp_path / "new.superviz")) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (newest_version(),)
        assert schema(connection) == expected_schema(newest_version())
        for table, columns in (
            ("snapshot", ("step", "W", "b", "rotation", "checksum")),
            ("checkpoint", ("step", "W", "b", "mean_W", "mean_b", "square_W", "square_b", "loss_sum", "checksum")),
        ):
            before = arrays(plain, table, *columns)
            assert arrays(connection, table, *columns)[: len(before)] == before
        means = b"".join(blob for (blob,) in arrays(plain, "loss", "means"))
        assert b"".join(blob for (blob,) in arrays(connection, "loss", "means"))[: len(means)] == means
        for table, column in (("snapshot", "W_out"), ("checkpoint", "square_W_out"), ("loss", "test_means")):
            assert {blob for (blob,) in arrays(connection, table, column)} == {None}
    opened = Recording.open(tmp_path / "new.superviz")
    assert (opened.live_step, opened.keyframe_count) == (250, 53)
    np.testing.assert_array_equal(opened.losses.steps[-2:], [LOSS_BUCKET_STEPS * buckets, 250])


def test_it_is_trained_on(path: Path) -> None:
    run = train(Recording.open(path), steps=55)
    assert (run.live_step, run.keyframe_count > 52, len(run.losses.values)) == (300, True, 30)
    assert np.isfinite(run.losses.values).all()
    before, after = (run.moment(step).W for step in (245, 300))
    assert 0 < np.abs(after - before).max() < 0.5, "training has gone on from there"
    run.close()


def test_a_session_of_today_that_calls_itself_older_is_refused(path: Path, tmp_path: Path) -> None:
    Recording.open(path).continued(tmp_path / "new.superviz").close()
    with closing(sqlite3.connect(tmp_path / "new.superviz")) as connection:
        connection.execute("PRAGMA user_version = 1")
    with pytest.raises(SessionError, match=r"refused: its table 'bookmark' is nothing that superviz makes$"):
        Recording.open(tmp_path / "new.superviz")


def test_an_older_session_that_claims_what_came_later_is_refused(path: Path) -> None:
    """An untied model needs weights that version 1 could not keep."""
    with closing(sqlite3.connect(path)) as connection, connection:
        (text,) = connection.execute("SELECT value FROM meta WHERE key = 'experiment'").fetchone()
        forged = json.dumps(json.loads(text) | {"model": "absolute_value"})
        connection.execute("UPDATE meta SET value = ? WHERE key = 'experiment'", (forged,))
    with pytest.raises(SessionError, match="damaged: snapshot at step 0 is not of the experiment's shape"):
        Recording.open(path)
