"""Every row comes back as it went, and damage anywhere in one is found and named."""

from __future__ import annotations

import json
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superviz.core.bookmark import Bookmark
from superviz.core.errors import RecipeError
from superviz.core.experiment import Experiment
from superviz.core.parameters import Parameters
from superviz.core.snapshot import Array, Edit, Snapshot, frozen
from superviz.session import rows
from superviz.session.gauge import Gauged
from superviz.session.losses import Stretch
from superviz.session.migrations import upgrade

EXPERIMENT = Experiment(n_features=5, n_hidden=2, n_instances=3)
ROTATION = frozen(np.broadcast_to(np.eye(2), (3, 2, 2)))
CHECKPOINT_COLUMNS = ("W", "b", "mean_W", "mean_b", "square_W", "square_b", "loss_sum")
PARAMETERS = Parameters.of(EXPERIMENT)


def read_snapshots(connection: sqlite3.Connection, experiment: Experiment = EXPERIMENT) -> list[Gauged]:
    """All of them, one after the other."""
    table = rows.SnapshotTable(experiment)
    return [table.read(connection, int(step)) for step in table.steps(connection)]


def loss_row(first_bucket: int, means: Array, test_means: Array | None = None, width: int = 1) -> rows.Statement:
    return rows.loss_row([Stretch(first_bucket, width, means, test_means)])


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        upgrade(connection)
        yield connection


def test_snapshots_come_back_by_step_bit_for_bit(connection, made_up) -> None:
    for step in (30, 10, 20):
        connection.execute(*rows.snapshot_row(made_up.snapshot(step), ROTATION))
    found = read_snapshots(connection)
    assert [snapshot.step for snapshot, _ in found] == [10, 20, 30]
    for snapshot, rotation in found:
        assert snapshot.W.tobytes() == made_up.snapshot(snapshot.step).W.tobytes()
        assert snapshot.b.tobytes() == made_up.snapshot(snapshot.step).b.tobytes()
        assert rotation.tobytes() == ROTATION.tobytes()
        assert snapshot.W.dtype == np.float32
        assert not snapshot.W.flags.writeable


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 6), st.integers(0, 2**62), st.integers(0, 2**32 - 1))
def test_any_shape_and_step_comes_back(instances: int, hidden: int, features: int, step: int, seed: int) -> None:
    experiment = Experiment(n_features=features, n_hidden=hidden, n_instances=instances)
    rng = np.random.default_rng(seed)
    W, b = frozen(rng.normal(size=(instances, hidden, features))), frozen(rng.normal(size=(instances, features)))
    rotation = frozen(rng.normal(size=(instances, hidden, hidden)))
    with closing(sqlite3.connect(":memory:")) as connection:
        upgrade(connection)
        connection.execute(*rows.snapshot_row(Snapshot(step, W, b), rotation))
        ((snapshot, found),) = read_snapshots(connection, experiment)
    assert snapshot.step == step
    for before, after in ((W, snapshot.W), (b, snapshot.b), (rotation, found)):
        np.testing.assert_array_equal(before, after)


def test_blobs_are_little_endian_float32_in_c_order(connection, made_up) -> None:
    """What the format promises to other programs."""
    connection.execute(*rows.snapshot_row(made_up.snapshot(10), ROTATION))
    (blob,) = connection.execute("SELECT W FROM snapshot").fetchone()
    assert struct.unpack("<30f", blob) == tuple(made_up.snapshot(10).W.ravel().tolist())


def test_the_last_checkpoint_comes_back_bit_for_bit(connection, made_up) -> None:
    for step in (0, 50, 20):
        connection.execute(*rows.checkpoint_row(made_up.checkpoint(step), PARAMETERS))
    found = rows.read_last_checkpoint(connection, EXPERIMENT)
    assert found is not None
    assert found.step == 50
    for name in ("parameters", "mean", "square", "loss_sum"):
        expected = getattr(made_up.checkpoint(50), name)
        assert getattr(found, name).dtype == expected.dtype
        assert getattr(found, name).tobytes() == expected.tobytes(), name


def test_an_untied_models_rows_come_back_bit_for_bit(connection, untied) -> None:
    experiment, parameters = untied.experiment, Parameters.of(untied.experiment)
    connection.execute(*rows.snapshot_row(untied.snapshot(10), ROTATION))
    connection.execute(*rows.checkpoint_row(untied.checkpoint(10), parameters))
    ((snapshot, _),) = read_snapshots(connection, experiment)
    assert snapshot.W_out is not None
    assert snapshot.W_out.tobytes() == untied.snapshot(10).W_out.tobytes()
    found, expected = rows.read_last_checkpoint(connection, experiment), untied.checkpoint(10)
    assert found is not None
    for name in ("parameters", "mean", "square", "loss_sum"):
        assert getattr(found, name).tobytes() == getattr(expected, name).tobytes(), name


def test_a_checkpoint_has_a_column_for_each_of_its_parameters(connection, untied) -> None:
    """What the format promises to other programs."""
    checkpoint = untied.checkpoint(50)
    connection.execute(*rows.checkpoint_row(checkpoint, Parameters.of(untied.experiment)))
    names = ["W", "W_out", "b"]
    for moment, values in (("", checkpoint.parameters), ("mean_", checkpoint.mean), ("square_", checkpoint.square)):
        columns = ", ".join(moment + name for name in names)
        blobs = connection.execute(f"SELECT {columns} FROM checkpoint").fetchone()
        parts = [np.frombuffer(blob, "<f4").reshape(3, -1) for blob in blobs]
        assert [part.shape[1] for part in parts] == [10, 10, 5]
        np.testing.assert_array_equal(np.hstack(parts), values)


def test_what_a_tied_model_has_no_use_for_is_null(connection, made_up) -> None:
    connection.execute(*rows.snapshot_row(made_up.snapshot(10), ROTATION))
    connection.execute(*rows.checkpoint_row(made_up.checkpoint(50), PARAMETERS))
    connection.execute(*loss_row(0, made_up.losses(0, 3)))
    assert connection.execute("SELECT W_out FROM snapshot").fetchall() == [(None,)]
    assert connection.execute("SELECT W_out, mean_W_out, square_W_out FROM checkpoint").fetchall() == [(None,) * 3]
    assert connection.execute("SELECT test_means FROM loss").fetchall() == [(None,)]


def test_a_second_checkpoint_at_a_step_takes_the_place_of_the_first(connection, made_up) -> None:
    connection.execute(*rows.checkpoint_row(made_up.checkpoint(50), PARAMETERS))
    connection.execute(*rows.checkpoint_row(made_up.checkpoint(50), PARAMETERS))
    assert connection.execute("SELECT count(*) FROM checkpoint").fetchone() == (1,)


def test_without_a_checkpoint_there_is_none(connection) -> None:
    assert rows.read_last_checkpoint(connection, EXPERIMENT) is None


def read_losses(connection: sqlite3.Connection) -> Array:
    found = list(rows.read_losses(connection, EXPERIMENT))
    assert all(stretch.test_means is None for stretch in found)
    return np.concatenate([stretch.means for stretch in found])


def test_losses_come_back_in_order(connection, made_up) -> None:
    connection.execute(*loss_row(3, made_up.losses(3, 7)))
    connection.execute(*loss_row(0, made_up.losses(0, 3)))
    assert read_losses(connection).tobytes() == made_up.losses(0, 7).tobytes()


def test_test_losses_come_back_beside_the_losses(connection, untied) -> None:
    for first, end in ((0, 3), (3, 7)):
        connection.execute(*loss_row(first, *untied.both_losses(first, end)))
    found = list(rows.read_losses(connection, untied.experiment))
    means, tests = untied.both_losses(0, 7)
    assert np.concatenate([stretch.means for stretch in found]).tobytes() == means.tobytes()
    assert (
        b"".join(stretch.test_means.tobytes() for stretch in found if stretch.test_means is not None) == tests.tobytes()
    )


def test_as_many_test_losses_as_losses_are_wanted(connection, untied) -> None:
    means, tests = untied.both_losses(0, 3)
    connection.execute(*loss_row(0, means, tests[:2]))
    line = "loss at first bucket 0 has test losses of another number of buckets"
    with pytest.raises(rows.DamageError, match=line):
        list(rows.read_losses(connection, untied.experiment))


def test_losses_may_be_nan(connection) -> None:
    connection.execute(*loss_row(0, frozen(np.full((2, 3), np.nan))))
    assert np.isnan(read_losses(connection)).all()


def test_a_row_of_losses_says_how_many_buckets_each_covers(connection, made_up) -> None:
    """What the format promises to other programs."""
    first, second = Stretch(4, 2, made_up.losses(0, 3), None), Stretch(10, 2, made_up.losses(3, 4), None)
    connection.execute(*rows.loss_row([first, second]))
    ((bucket, width, means),) = connection.execute("SELECT first_bucket, width, means FROM loss")
    assert (bucket, width, means) == (4, 2, made_up.losses(0, 4).tobytes())
    assert (first.end_bucket, second.end_bucket) == (10, 12)
    (found,) = rows.read_losses(connection, EXPERIMENT)
    assert (found.first_bucket, found.width, found.means.tobytes()) == (4, 2, means)
    assert not list(rows.read_losses(connection, EXPERIMENT, bucket=5))


def test_losses_at_steps_come_back_in_order(connection) -> None:
    for step, loss in ((7, np.nan), (2, 1.0), (3, np.inf)):
        connection.execute(*rows.step_loss_row(step, frozen(np.full(3, loss))))
    found = list(rows.read_step_losses(connection, EXPERIMENT, after=2))
    assert [step for step, _ in found] == [3, 7]
    np.testing.assert_array_equal([losses for _, losses in found], [[np.inf] * 3, [np.nan] * 3])
    connection.execute("UPDATE step_loss SET losses = x'00' WHERE step = 7")
    with pytest.raises(rows.DamageError, match="step_loss at step 7 is not of the experiment's shape"):
        rows.read_step_losses(connection, EXPERIMENT)


def test_bookmarks_come_back_by_step(connection) -> None:
    for step, note in ((9, "nine"), (3, "wrong"), (3, "three"), (5, "")):
        connection.execute(*rows.bookmark_row(Bookmark(step, note)))
    connection.execute(*rows.no_bookmark_row(9))
    assert rows.read_bookmarks(connection) == (Bookmark(3, "three"), Bookmark(5, ""))
    connection.execute(*rows.no_bookmarks_row())
    assert rows.read_bookmarks(connection) == ()


@pytest.mark.parametrize("value", [0.5, 20_000, [0.1, 0.2], [[0.1, 0.2], [0.3, 1.0]]])
def test_edits_come_back_in_the_order_they_were_made(connection, value) -> None:
    edits = [Edit(7, "learning_rate", 0.01), Edit(7, "importance", value), Edit(7, "learning_rate", 0.02)]
    for edit in edits:
        connection.execute(*rows.edit_row(edit))
    assert rows.read_edits(connection) == edits


def test_an_edit_of_what_can_not_change_is_refused(connection) -> None:
    connection.execute(*rows.edit_row(Edit(1_000, "n_features", 7)))
    with pytest.raises(rows.DamageError, match="edit at step 1,000 changes n_features, which no running model can"):
        rows.read_edits(connection)


def test_facts_and_display_settings_come_back_and_the_last_one_holds(connection) -> None:
    assert rows.read_display(connection) is None
    for value in ('{"theme": "light"}', '{"theme": "dark"}'):
        connection.execute(*rows.display_row(value))
        connection.execute(*rows.meta_row("title", value))
    assert rows.read_display(connection) == '{"theme": "dark"}'
    assert rows.read_meta(connection) == {"title": '{"theme": "dark"}'}


def test_the_experiment_comes_back() -> None:
    experiment = EXPERIMENT.changed(feature_probability=[0.1, 0.2, 0.3], importance=[1, 2, 3, 4, 5])
    assert rows.read_experiment(experiment.model_dump_json(), 10**6) == experiment


def test_an_experiment_too_large_for_its_file_is_refused_before_anything_is_allocated() -> None:
    huge = {"n_features": 100_000, "n_hidden": 10_000, "n_instances": 100_000}
    with pytest.raises(rows.DamageError, match=r"claims weights of 400,000,000,000,000 bytes"):
        rows.read_experiment(json.dumps(huge), 2**28)


def test_an_experiment_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(RecipeError, match="n_hidden"):
        rows.read_experiment('{"n_features": 5, "n_hidden": -1, "n_instances": 1}', 2**28)


@pytest.mark.parametrize("column", ["W", "b", "rotation", "W_out"])
def test_one_flipped_bit_in_a_snapshot_is_found_and_named(connection, untied, column: str) -> None:
    for step in (1_000, 2_000, 3_000):
        connection.execute(*rows.snapshot_row(untied.snapshot(step), ROTATION))
    (blob,) = connection.execute(f"SELECT {column} FROM snapshot WHERE step = 2000").fetchone()
    flipped = bytes([blob[0] ^ 1]) + blob[1:]
    connection.execute(f"UPDATE snapshot SET {column} = ? WHERE step = 2000", (flipped,))
    with pytest.raises(rows.DamageError, match="snapshot at step 2,000 doesn't match its checksum"):
        read_snapshots(connection, untied.experiment)


@pytest.mark.parametrize("column", [*CHECKPOINT_COLUMNS, "W_out", "mean_W_out", "square_W_out"])
def test_one_flipped_bit_in_a_checkpoint_is_found_and_named(connection, untied, column: str) -> None:
    connection.execute(*rows.checkpoint_row(untied.checkpoint(50), Parameters.of(untied.experiment)))
    (blob,) = connection.execute(f"SELECT {column} FROM checkpoint").fetchone()
    connection.execute(f"UPDATE checkpoint SET {column} = ?", (blob[:-1] + bytes([blob[-1] ^ 128]),))
    with pytest.raises(rows.DamageError, match="checkpoint at step 50 doesn't match its checksum"):
        rows.read_last_checkpoint(connection, untied.experiment)


@pytest.mark.parametrize("column", ["means", "test_means"])
def test_one_flipped_bit_in_the_losses_is_found_and_named(connection, untied, column: str) -> None:
    connection.execute(*loss_row(0, *untied.both_losses(0, 3)))
    (blob,) = connection.execute(f"SELECT {column} FROM loss").fetchone()
    connection.execute(f"UPDATE loss SET {column} = ?", (bytes([blob[0] ^ 1]) + blob[1:],))
    with pytest.raises(rows.DamageError, match="loss at first bucket 0 doesn't match its checksum"):
        list(rows.read_losses(connection, untied.experiment))


def test_rows_that_traded_places_are_found(connection, made_up) -> None:
    connection.execute(*rows.snapshot_row(made_up.snapshot(10), ROTATION))
    connection.execute("UPDATE snapshot SET step = 20")
    with pytest.raises(rows.DamageError, match="snapshot at step 20 doesn't match its checksum"):
        read_snapshots(connection)


@pytest.mark.parametrize("forged", [b"", b"\0" * 119, b"\0" * 124, "text of 120 bytes".ljust(120), 7, 1.5])
def test_a_blob_of_another_size_is_found_before_it_is_read(connection, made_up, forged) -> None:
    connection.execute(*rows.snapshot_row(made_up.snapshot(10), ROTATION))
    connection.execute("UPDATE snapshot SET W = ?", (forged,))
    with pytest.raises(rows.DamageError, match="snapshot at step 10 is not of the experiment's shape"):
        read_snapshots(connection)


@pytest.mark.parametrize("forged", [None, b"", b"\0" * 124, 7])
def test_an_untied_snapshot_has_its_second_matrix(connection, untied, forged) -> None:
    connection.execute(*rows.snapshot_row(untied.snapshot(10), ROTATION))
    connection.execute("UPDATE snapshot SET W_out = ?", (forged,))
    with pytest.raises(rows.DamageError, match="snapshot at step 10 is not of the experiment's shape"):
        read_snapshots(connection, untied.experiment)


def test_a_tied_snapshot_has_none(connection, untied) -> None:
    connection.execute(*rows.snapshot_row(untied.snapshot(10), ROTATION))
    with pytest.raises(rows.DamageError, match="snapshot at step 10 is not of the experiment's shape"):
        read_snapshots(connection)


@pytest.mark.parametrize("column", ["W_out", "mean_W_out", "square_W_out"])
def test_a_checkpoint_has_all_of_its_columns_or_none(connection, untied, column: str) -> None:
    connection.execute(*rows.checkpoint_row(untied.checkpoint(50), Parameters.of(untied.experiment)))
    connection.execute(f"UPDATE checkpoint SET {column} = NULL")
    for experiment in (untied.experiment, EXPERIMENT):
        with pytest.raises(rows.DamageError, match="checkpoint at step 50 is not of the experiment's shape"):
            rows.read_last_checkpoint(connection, experiment)


def test_only_a_finite_training_set_has_test_losses(connection, untied, made_up) -> None:
    connection.execute(*loss_row(0, *untied.both_losses(0, 3)))
    with pytest.raises(rows.DamageError, match="loss at first bucket 0 is not of the experiment's shape"):
        list(rows.read_losses(connection, EXPERIMENT))
    connection.execute("DELETE FROM loss")
    connection.execute(*loss_row(0, made_up.losses(0, 3)))
    with pytest.raises(rows.DamageError, match="loss at first bucket 0 is not of the experiment's shape"):
        list(rows.read_losses(connection, untied.experiment))


def test_losses_of_another_width_are_found(connection) -> None:
    connection.execute(*loss_row(0, frozen(np.zeros((3, 2)) + 1)))
    connection.execute(*loss_row(3, frozen(np.zeros((1, 2)) + 1)))
    with pytest.raises(rows.DamageError, match="loss at first bucket 3 is not of the experiment's shape"):
        list(rows.read_losses(connection, EXPERIMENT))


def test_a_step_before_the_start_is_no_step(connection, made_up) -> None:
    connection.execute(*rows.snapshot_row(made_up.snapshot(10), ROTATION))
    connection.execute("UPDATE snapshot SET step = -10")
    with pytest.raises(rows.DamageError, match="snapshot at step -10 is not"):
        read_snapshots(connection)


def test_weights_that_are_no_numbers_are_refused(connection, made_up) -> None:
    """No scene could be drawn of them."""
    W = made_up.weights(10).copy()
    W[1, 1, 1] = np.inf
    connection.execute(*rows.snapshot_row(Snapshot(10, W, made_up.snapshot(10).b), ROTATION))
    with pytest.raises(rows.DamageError, match="snapshot at step 10 holds numbers that are not finite"):
        read_snapshots(connection)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_no_number_of_the_second_matrix_is_let_through_either(connection, untied, value: float) -> None:
    W_out = untied.snapshot(10).W_out.copy()
    W_out[0, 1, 2] = value
    connection.execute(*rows.snapshot_row(replace(untied.snapshot(10), W_out=W_out), ROTATION))
    with pytest.raises(rows.DamageError, match="snapshot at step 10 holds numbers that are not finite"):
        read_snapshots(connection, untied.experiment)


def test_what_came_after_a_step_is_dropped_and_losses_are_cut_there(connection, made_up) -> None:
    for step in (0, 100, 103, 200):
        connection.execute(*rows.snapshot_row(made_up.snapshot(step), ROTATION))
        connection.execute(*rows.edit_row(Edit(step, "learning_rate", 0.01)))
        connection.execute(*rows.checkpoint_row(made_up.checkpoint(step), PARAMETERS))
    connection.execute(*loss_row(0, made_up.losses(0, 4)))
    connection.execute(*loss_row(4, made_up.losses(4, 15)))
    connection.execute(*loss_row(15, made_up.losses(15, 20)))
    rows.drop_after(connection, 103, instances=3)
    assert [s.step for s, _ in read_snapshots(connection)] == [0, 100, 103]
    assert [edit.step for edit in rows.read_edits(connection)] == [0, 100, 103]
    np.testing.assert_array_equal(read_losses(connection), made_up.losses(0, 10))
    last = rows.read_last_checkpoint(connection, EXPERIMENT)
    assert last is not None
    assert last.step == 103


def test_test_losses_are_cut_with_the_losses(connection, untied) -> None:
    connection.execute(*loss_row(0, *untied.both_losses(0, 15)))
    rows.drop_after(connection, 103, instances=3)
    (stretch,) = rows.read_losses(connection, untied.experiment)
    for found, expected in zip((stretch.means, stretch.test_means), untied.both_losses(0, 10), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_before_the_first_checkpoint_all_is_dropped(connection, made_up) -> None:
    connection.execute(*rows.snapshot_row(made_up.snapshot(0), ROTATION))
    connection.execute(*loss_row(0, made_up.losses(0, 4)))
    rows.drop_after(connection, -1, instances=3)
    assert not read_snapshots(connection)
    assert not list(rows.read_losses(connection, EXPERIMENT))
