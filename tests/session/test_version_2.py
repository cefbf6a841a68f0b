"""A session written by version 2, of an untied model on a training set, opens and is trained on."""

from __future__ import annotations

import math
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from superviz.core.candidates import Candidate
from superviz.core.errors import SessionError
from superviz.core.experiment import Experiment
from superviz.core.snapshot import LOSS_BUCKET_STEPS, Edit, Snapshot, frozen
from superviz.session.migrations import expected_schema, newest_version, schema
from superviz.session.recording import Recording
from superviz.training import train

FILE = Path(__file__).with_name("version_2.superviz")
"""345 of 500 steps of two instances of 4 features in 3 dimensions, one edit at step 150: trained and written by
superviz 0.1.0 before there was a version 3. Never to be made again."""
SHAPE = (2, 3, 4)
CHECKPOINT = tuple(moment + name for moment in ("", "mean_", "square_") for name in ("W", "W_out", "b"))


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


def test_it_is_of_version_2(plain) -> None:
    assert plain.execute("PRAGMA user_version").fetchone() == (2,)
    assert newest_version() > 2
    assert schema(plain) == expected_schema(2)


def test_it_opens_and_says_what_it_is(path: Path) -> None:
    before = path.read_bytes()
    opened = Recording.open(path)
    assert opened.title == "Absolute values, by version 2"
    assert opened.experiment == Experiment(
        n_features=4,
        n_hidden=3,
        n_instances=2,
        model="absolute_value",
        feature_probability=[0.4, 0.2],
        importance=[1.0, 0.8, 0.6, 0.4],
        signed=True,
        training_set=30,
        batch_size=64,
        learning_rate=0.01,
        steps=500,
        seed=[3, 11],
    )
    assert list(opened.edits) == [Edit(150, "learning_rate", 0.005)]
    assert (opened.keyframe_count, opened.live_step, opened.backend) == (71, 345, "numba")
    assert (opened.display.theme, opened.display.instance, opened.display.pinned_feature) == ("light", 1, 2)
    assert opened.candidates == (
        (Candidate(3, 0.5, "4 in 3"), Candidate(4, 0.75, "digon")),
        (Candidate(11, 0.25, "x"), Candidate(12, math.inf, "diverged")),
    )
    assert (opened.origin, opened.described, opened.thinned, opened.bookmarks) == ("trained", True, 0, ())
    assert opened.can_train
    assert not opened.is_being_written
    opened.close()
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_it_shows_the_weights_and_losses_that_were_recorded(plain) -> None:
    """Its neurons are a basis of their own: nothing is turned."""
    opened = Recording.open(FILE)
    kept = arrays(plain, "snapshot", "step", "W", "W_out", "b")
    assert opened.keyframe_steps.tolist() == [step for step, *_ in kept]
    for snapshot, (step, W, W_out, b) in zip(opened.snapshots, kept, strict=True):
        moment = opened.moment(step, 1)
        for found in (snapshot, moment):
            assert found.W_out is not None
            assert (found.W.tobytes(), found.W_out.tobytes(), found.b.tobytes()) == (W, W_out, b)
    losses = opened.losses
    assert losses.test_values is not None
    for values, column in ((losses.values, "means"), (losses.test_values, "test_means")):
        assert values.tobytes() == b"".join(blob for (blob,) in arrays(plain, "loss", column))
    np.testing.assert_array_equal(losses.steps, LOSS_BUCKET_STEPS * np.arange(1, 35))


def test_its_checkpoint_is_joined_into_rows(plain) -> None:
    *columns, loss_sum = arrays(plain, "checkpoint", *CHECKPOINT, "loss_sum")[-1]
    checkpoint = Recording.open(FILE).checkpoint
    assert checkpoint is not None
    assert checkpoint.step == 345
    for index, rows in enumerate((checkpoint.parameters, checkpoint.mean, checkpoint.square)):
        parts = [np.frombuffer(blob, "<f4").reshape(2, -1) for blob in columns[3 * index : 3 * index + 3]]
        np.testing.assert_array_equal(rows, np.hstack(parts))
    assert checkpoint.loss_sum.tobytes() == loss_sum


@pytest.mark.parametrize("way", ["copied", "continued"])
def test_a_copy_is_a_file_of_today_with_every_byte_that_was_there(path: Path, plain, tmp_path: Path, way: str) -> None:
    resumed = getattr(Recording.open(path), way)(tmp_path / "new.superviz")
    assert resumed.checkpoint is not None
    resumed.append_losses(np.ones((1, 2), np.float32), np.ones((1, 2), np.float32))
    resumed.append(Snapshot(350, frozen(np.ones(SHAPE)), frozen(np.zeros((2, 4))), frozen(np.ones(SHAPE))))
    resumed.bookmark(350, "of today")
    resumed.close()
    with closing(sqlite3.connect(tmp_path / "new.superviz")) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (newest_version(),)
        assert schema(connection) == expected_schema(newest_version())
        for table, columns in (
            ("snapshot", ("step", "W", "W_out", "b", "rotation", "checksum")),
            ("checkpoint", ("step", *CHECKPOINT, "loss_sum", "checksum")),
            ("loss", ("first_bucket", "means", "test_means", "checksum")),
        ):
            before = arrays(plain, table, *columns)
            assert arrays(connection, table, *columns)[: len(before)] == before
        assert {width for (width,) in arrays(connection, "loss", "width")} == {1}
    opened = Recording.open(tmp_path / "new.superviz")
    assert (opened.live_step, opened.keyframe_count, opened.bookmarks[0].note) == (350, 72, "of today")
    assert opened.losses.steps[-1] == 350


def test_it_is_trained_on(path: Path) -> None:
    run = train(Recording.open(path), steps=55)
    assert (run.live_step, run.keyframe_count > 71, len(run.losses.values)) == (400, True, 40)
    assert np.isfinite(run.losses.values).all()
    before, after = (run.moment(step).W for step in (345, 400))
    assert 0 < np.abs(after - before).max() < 0.5, "training has gone on from there"
    run.close()


def test_what_is_new_to_it_lasts_until_it_is_saved(path: Path, tmp_path: Path) -> None:
    opened = Recording.open(path)
    opened.bookmark(150, "the edit")
    opened.rename("Another")
    assert Recording.open(path).bookmarks == ()
    opened.save(path, force=True)
    again = Recording.open(path)
    assert ([bookmark.step for bookmark in again.bookmarks], again.title, again.keyframe_count) == (
        [150],
        "Another",
        71,
    )
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (newest_version(),)


def test_looking_for_what_is_new_in_it_finds_nothing(path: Path) -> None:
    opened = Recording.open(path)
    assert not opened.refresh()
    assert opened.moment(200).position == 200


def test_an_older_session_that_claims_what_came_later_is_refused(path: Path) -> None:
    """There were no losses at steps of their own."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE step_loss (step INTEGER PRIMARY KEY, losses BLOB, checksum INTEGER)")
    with pytest.raises(SessionError, match=r"refused: its table 'step_loss' is nothing that superviz makes$"):
        Recording.open(path)


def test_a_session_of_today_that_calls_itself_older_is_refused(path: Path, tmp_path: Path) -> None:
    Recording.open(path).copied(tmp_path / "new.superviz").close()
    with closing(sqlite3.connect(tmp_path / "new.superviz")) as connection:
        connection.execute("PRAGMA user_version = 2")
    with pytest.raises(SessionError, match=r"refused: its table 'bookmark' is nothing that superviz makes$"):
        Recording.open(tmp_path / "new.superviz")
