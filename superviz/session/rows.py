"""How each thing that is recorded lies in a session file: a row out, and the thing back, checked."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from superviz.core.experiment import LIVE_FIELDS, Experiment
from superviz.core.snapshot import LOSS_BUCKET_STEPS, Array, Checkpoint, Edit, Snapshot

Statement: TypeAlias = tuple[str, tuple[Any, ...]]
"""SQL with what it is bound to."""
_Columns: TypeAlias = dict[str, tuple[str, tuple[int, ...]]]
"""The arrays of a row: column -> (dtype, shape), where a leading -1 stands for any number."""


class DamageError(Exception):
    """Something in a session file that superviz can't have written. Says what and where, but not in which file."""


def snapshot_row(snapshot: Snapshot, rotation: Array) -> Statement:
    """A keyframe with its gauge, (instances, hidden, hidden)."""
    blobs = _blobs(snapshot.W, snapshot.b, rotation)
    return "INSERT INTO snapshot VALUES (?, ?, ?, ?, ?)", (snapshot.step, *blobs, _checksum(snapshot.step, blobs))


def loss_row(first_bucket: int, means: Array) -> Statement:
    """Losses of consecutive buckets, (buckets, instances); bucket i ends at step LOSS_BUCKET_STEPS (i + 1)."""
    blobs = _blobs(means)
    return "INSERT INTO loss VALUES (?, ?, ?)", (first_bucket, *blobs, _checksum(first_bucket, blobs))


def edit_row(edit: Edit) -> Statement:
    """A change of the experiment; its value as JSON."""
    return "INSERT INTO edit (step, field, value) VALUES (?, ?, ?)", (edit.step, edit.field, json.dumps(edit.value))


def checkpoint_row(checkpoint: Checkpoint) -> Statement:
    """A checkpoint; a second one at the same step takes the place of the first."""
    c = checkpoint
    blobs = [*_blobs(c.W, c.b, c.mean_W, c.mean_b, c.square_W, c.square_b), c.loss_sum.astype("<f8").tobytes()]
    sql = "INSERT OR REPLACE INTO checkpoint VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    return sql, (c.step, *blobs, _checksum(c.step, blobs))


def display_row(settings: str) -> Statement:
    """The display settings, JSON; the only ones."""
    return "INSERT OR REPLACE INTO display VALUES (1, ?)", (settings,)


def meta_row(key: str, value: str) -> Statement:
    """One thing that is known of the run as a whole."""
    return "INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value)


def read_meta(connection: sqlite3.Connection) -> dict[str, str]:
    """What is known of the run as a whole, by key."""
    return {str(key): str(value) for key, value in connection.execute("SELECT key, value FROM meta")}


def read_display(connection: sqlite3.Connection) -> str | None:
    """The display settings, JSON, if they were ever set."""
    row = connection.execute("SELECT settings FROM display WHERE id = 1").fetchone()
    return None if row is None else str(row[0])


def read_experiment(values: str, most_bytes: int) -> Experiment:
    """The experiment as it started, from its JSON. Raises RecipeError, and DamageError for weights too large."""
    fields: dict[str, Any] = json.loads(values)
    size = 4 * int(fields["n_instances"]) * int(fields["n_hidden"]) * int(fields["n_features"])
    if size > most_bytes:
        raise DamageError(f"claims weights of {size:,} bytes, more than it holds")
    return Experiment(**fields)


def read_snapshots(connection: sqlite3.Connection, experiment: Experiment) -> Iterator[tuple[Snapshot, Array]]:
    """Every keyframe with its gauge, by step. Raises DamageError, naming the keyframe."""
    W, b = _weight_columns(experiment)
    columns = {"W": W, "b": b, "rotation": ("<f4", (*W[1][:2], W[1][1]))}
    for step, (weights, bias, rotation) in _read(connection, "snapshot", "step", columns):
        yield Snapshot(step, weights, bias), rotation


def read_last_checkpoint(connection: sqlite3.Connection, experiment: Experiment) -> Checkpoint | None:
    """The latest checkpoint, if there is one. Raises DamageError."""
    W, b = _weight_columns(experiment)
    columns = {"W": W, "b": b, "mean_W": W, "mean_b": b, "square_W": W, "square_b": b, "loss_sum": ("<f8", b[1][:1])}
    latest = "step = (SELECT max(step) FROM checkpoint)"
    found = [Checkpoint(step, *arrays) for step, arrays in _read(connection, "checkpoint", "step", columns, latest)]
    return found[0] if found else None


def read_losses(connection: sqlite3.Connection, experiment: Experiment) -> Iterator[Array]:
    """The loss series, in pieces of (buckets, instances). Raises DamageError, also where a piece is missing."""
    bucket = 0
    columns: _Columns = {"means": ("<f4", (-1, experiment.n_instances))}
    for first, (means,) in _read(connection, "loss", "first_bucket", columns):
        if first != bucket:
            raise DamageError(f"lacks the losses that follow step {bucket * LOSS_BUCKET_STEPS:,}")
        yield means
        bucket += len(means)


def read_edits(connection: sqlite3.Connection) -> list[Edit]:
    """Every edit, in the order they were made. Raises DamageError for one that can't have been made."""
    rows = connection.execute("SELECT step, field, value FROM edit ORDER BY id")
    edits = [Edit(int(step), str(field), json.loads(value)) for step, field, value in rows]
    for edit in edits:
        if edit.field not in LIVE_FIELDS:
            raise DamageError(f"edit at step {edit.step:,} changes {edit.field}, which no running model can")
    return edits


def drop_after(connection: sqlite3.Connection, step: int, instances: int) -> None:
    """Take out what was recorded after `step`: training on from a checkpoint there makes it again."""
    for table in ("snapshot", "edit", "checkpoint"):
        connection.execute(f"DELETE FROM {table} WHERE step > ?", (step,))
    buckets = max(0, step) // LOSS_BUCKET_STEPS
    connection.execute("DELETE FROM loss WHERE first_bucket >= ?", (buckets,))
    last = "SELECT first_bucket, means FROM loss ORDER BY first_bucket DESC LIMIT 1"
    for first, blob in connection.execute(last).fetchall():
        means = np.frombuffer(blob, "<f4").reshape(-1, instances)
        connection.execute("DELETE FROM loss WHERE first_bucket = ?", (first,))
        connection.execute(*loss_row(first, means[: buckets - first]))


def _weight_columns(experiment: Experiment) -> tuple[tuple[str, tuple[int, ...]], tuple[str, tuple[int, ...]]]:
    instances, features = experiment.n_instances, experiment.n_features
    return ("<f4", (instances, experiment.n_hidden, features)), ("<f4", (instances, features))


def _read(
    connection: sqlite3.Connection, table: str, key: str, columns: _Columns, where: str = "1"
) -> Iterator[tuple[int, list[NDArray[Any]]]]:
    """The rows of a table, by key, with their arrays: sizes are looked at before any is read, then the checksum."""
    sizes = {name: abs(int(np.prod(shape))) * np.dtype(dtype).itemsize for name, (dtype, shape) in columns.items()}
    odd = " OR ".join(
        f"typeof({name}) <> 'blob' OR length({name}) {'%' if columns[name][1][0] < 0 else '-'} {size}"
        for name, size in sizes.items()
    )
    shapes = list(columns.values())
    title = f"{table} at {key.replace('_', ' ')}"
    for (value,) in connection.execute(f"SELECT {key} FROM {table} WHERE {where} AND ({key} < 0 OR {odd}) LIMIT 1"):
        raise DamageError(f"{title} {value:,} is not of the experiment's shape")
    query = f"SELECT {key}, checksum, {', '.join(columns)} FROM {table} WHERE {where} ORDER BY {key}"
    for value, checksum, *blobs in connection.execute(query):
        if checksum != _checksum(value, blobs):
            raise DamageError(f"{title} {value:,} doesn't match its checksum")
        arrays = [np.frombuffer(blob, dtype).reshape(shape) for blob, (dtype, shape) in zip(blobs, shapes, strict=True)]
        if table != "loss" and not all(np.isfinite(array).all() for array in arrays):
            raise DamageError(f"{title} {value:,} holds numbers that are not finite")
        yield value, [array.astype(array.dtype.newbyteorder("="), copy=False) for array in arrays]


def _blobs(*arrays: Array) -> list[bytes]:
    return [array.astype("<f4", copy=False).tobytes() for array in arrays]


def _checksum(key: int, blobs: Sequence[bytes]) -> int:
    """CRC-32 over the key, too, so that rows can't trade places."""
    checksum = zlib.crc32(key.to_bytes(8, "little"))
    for blob in blobs:
        checksum = zlib.crc32(blob, checksum)
    return checksum
