"""How each thing that is recorded lies in a session file: a row out, and the thing back, checked."""

from __future__ import annotations

import json
import math
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from superviz.core.candidates import Candidate
from superviz.core.experiment import LIVE_FIELDS, Experiment
from superviz.core.parameters import Parameters
from superviz.core.snapshot import LOSS_BUCKET_STEPS, Array, Checkpoint, Edit, Snapshot

Statement: TypeAlias = tuple[str, tuple[Any, ...]]
"""SQL with what it is bound to."""
_Columns: TypeAlias = dict[str, tuple[int, ...] | None]
"""The arrays of a row, in the order of the checksum: column -> shape, where a leading -1 stands for any number, or None
where this experiment has no such array and the column is null."""
_DTYPES = {"loss_sum": "<f8"}
"""Of columns that hold something else than _FLOATS."""
_FLOATS = "<f4"
_MOMENTS = ("", "mean_", "square_")
"""What goes before the name of a parameter: nothing for itself, and then Adam's moments of it."""


class DamageError(Exception):
    """Something in a session file that superviz can't have written. Says what and where, but not in which file."""


def snapshot_row(snapshot: Snapshot, rotation: Array) -> Statement:
    """A keyframe with its gauge, (instances, hidden, hidden)."""
    arrays = {"W": snapshot.W, "b": snapshot.b, "rotation": rotation, "W_out": snapshot.W_out}
    return _row("INSERT", "snapshot", "step", snapshot.step, arrays)


def loss_row(first_bucket: int, means: Array, test_means: Array | None = None) -> Statement:
    """Losses of consecutive buckets, (buckets, instances); bucket i ends at step LOSS_BUCKET_STEPS (i + 1)."""
    return _row("INSERT", "loss", "first_bucket", first_bucket, {"means": means, "test_means": test_means})


def edit_row(edit: Edit) -> Statement:
    """A change of the experiment; its value as JSON."""
    return "INSERT INTO edit (step, field, value) VALUES (?, ?, ?)", (edit.step, edit.field, json.dumps(edit.value))


def checkpoint_row(checkpoint: Checkpoint, parameters: Parameters) -> Statement:
    """A checkpoint, a column for each of its parameters; a second one at a step takes the place of the first."""
    rows = dict(zip(_MOMENTS, (checkpoint.parameters, checkpoint.mean, checkpoint.square), strict=True))
    arrays: dict[str, NDArray[Any] | None] = {}
    for moment, values in rows.items():
        arrays |= {f"{moment}W": parameters.W(values), f"{moment}b": parameters.b(values)}
    arrays["loss_sum"] = checkpoint.loss_sum
    arrays |= {f"{moment}W_out": parameters.W_out(values) for moment, values in rows.items()}
    return _row("INSERT OR REPLACE", "checkpoint", "step", checkpoint.step, arrays)


def display_row(settings: str) -> Statement:
    """The display settings, JSON; the only ones."""
    return "INSERT OR REPLACE INTO display VALUES (1, ?)", (settings,)


def meta_row(key: str, value: str) -> Statement:
    """One thing that is known of the run as a whole."""
    return "INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value)


def candidates_row(candidates: Sequence[Sequence[Candidate]]) -> Statement:
    """What became of the seeds that were tried for each instance; as JSON, where a diverged one's loss is null."""
    lists = [
        [
            {"seed": tried.seed, "loss": tried.loss if math.isfinite(tried.loss) else None, "shape": tried.shape}
            for tried in instance
        ]
        for instance in candidates
    ]
    return meta_row("candidates", json.dumps(lists))


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


def read_candidates(text: str, instances: int) -> tuple[tuple[Candidate, ...], ...]:
    """What became of the seeds that were tried, from JSON; empty where none were. Raises DamageError."""
    try:
        lists = tuple(tuple(_candidate(**entry) for entry in instance) for instance in json.loads(text))
    except (TypeError, ValueError, OverflowError, RecursionError):
        raise DamageError("what it says of the seeds that were tried makes no sense") from None
    if lists and len(lists) != instances:
        raise DamageError(f"tells of seeds tried for {len(lists):,} instances, but there are {instances:,}")
    return lists


def _candidate(seed: object, loss: object, shape: object) -> Candidate:
    if type(seed) is not int or type(shape) is not str or not (loss is None or type(loss) in (int, float)):
        raise TypeError
    size = math.inf if loss is None else float(cast(float, loss))
    if math.isnan(size):
        raise ValueError
    return Candidate(seed, size, shape)


def read_snapshots(connection: sqlite3.Connection, experiment: Experiment) -> Iterator[tuple[Snapshot, Array]]:
    """Every keyframe with its gauge, by step. Raises DamageError, naming the keyframe."""
    W, W_out, b = _shapes(experiment)
    columns: _Columns = {"W": W, "b": b, "rotation": (*W[:2], W[1]), "W_out": W_out}
    for step, arrays in _read(connection, "snapshot", "step", columns):
        yield Snapshot(step, arrays["W"], arrays["b"], arrays.get("W_out")), arrays["rotation"]


def read_last_checkpoint(connection: sqlite3.Connection, experiment: Experiment) -> Checkpoint | None:
    """The latest checkpoint, if there is one. Raises DamageError."""
    W, W_out, b = _shapes(experiment)
    columns: _Columns = {}
    for moment in _MOMENTS:
        columns |= {f"{moment}W": W, f"{moment}b": b}
    columns["loss_sum"] = b[:1]
    columns |= dict.fromkeys([f"{moment}W_out" for moment in _MOMENTS], W_out)
    parameters = Parameters.of(experiment)
    for step, arrays in _read(connection, "checkpoint", "step", columns, "step = (SELECT max(step) FROM checkpoint)"):
        values, mean, square = (
            parameters.join(arrays[f"{moment}W"], arrays[f"{moment}b"], arrays.get(f"{moment}W_out"))
            for moment in _MOMENTS
        )
        return Checkpoint(step, values, mean, square, arrays["loss_sum"])
    return None


def read_losses(connection: sqlite3.Connection, experiment: Experiment) -> Iterator[tuple[Array, Array | None]]:
    """The loss series and, of a finite training set, the test losses, in pieces of (buckets, instances).

    Raises DamageError, also where a piece is missing.
    """
    bucket = 0
    shape = (-1, experiment.n_instances)
    columns: _Columns = {"means": shape, "test_means": None if experiment.training_set is None else shape}
    for first, arrays in _read(connection, "loss", "first_bucket", columns):
        if first != bucket:
            raise DamageError(f"lacks the losses that follow step {bucket * LOSS_BUCKET_STEPS:,}")
        means, test_means = arrays["means"], arrays.get("test_means")
        if test_means is not None and len(test_means) != len(means):
            raise DamageError(f"loss at first bucket {first:,} has test losses of another number of buckets")
        yield means, test_means
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
    columns = "means", "test_means"
    last = f"SELECT first_bucket, {', '.join(columns)} FROM loss ORDER BY first_bucket DESC LIMIT 1"
    for first, *blobs in connection.execute(last).fetchall():
        count = (buckets - first) * instances
        kept = {
            name: None if blob is None else np.frombuffer(blob, _FLOATS)[:count]
            for name, blob in zip(columns, blobs, strict=True)
        }
        connection.execute("DELETE FROM loss WHERE first_bucket = ?", (first,))
        connection.execute(*_row("INSERT", "loss", "first_bucket", first, kept))


def _shapes(experiment: Experiment) -> tuple[tuple[int, int, int], tuple[int, int, int] | None, tuple[int, int]]:
    """Those of W, of W_out where there is one, and of b."""
    W = (experiment.n_instances, experiment.n_hidden, experiment.n_features)
    return W, None if experiment.is_tied else W, (W[0], W[2])


def _read(
    connection: sqlite3.Connection, table: str, key: str, columns: _Columns, where: str = "1"
) -> Iterator[tuple[int, dict[str, NDArray[Any]]]]:
    """The rows of a table, by key, with the arrays they have: sizes are looked at first, then checksums."""
    odd = " OR ".join(_is_odd(name, shape) for name, shape in columns.items())
    title = f"{table} at {key.replace('_', ' ')}"
    for (value,) in connection.execute(f"SELECT {key} FROM {table} WHERE {where} AND ({key} < 0 OR {odd}) LIMIT 1"):
        raise DamageError(f"{title} {value:,} is not of the experiment's shape")
    shapes = {name: shape for name, shape in columns.items() if shape is not None}
    query = f"SELECT {key}, checksum, {', '.join(shapes)} FROM {table} WHERE {where} ORDER BY {key}"
    for value, checksum, *blobs in connection.execute(query):
        if checksum != _checksum(value, blobs):
            raise DamageError(f"{title} {value:,} doesn't match its checksum")
        arrays = {
            name: np.frombuffer(blob, _DTYPES.get(name, _FLOATS)).reshape(shape)
            for (name, shape), blob in zip(shapes.items(), blobs, strict=True)
        }
        if table != "loss" and not all(np.isfinite(array).all() for array in arrays.values()):
            raise DamageError(f"{title} {value:,} holds numbers that are not finite")
        yield value, {name: array.astype(array.dtype.newbyteorder("="), copy=False) for name, array in arrays.items()}


def _is_odd(name: str, shape: tuple[int, ...] | None) -> str:
    """SQL for a column that holds no array of that shape."""
    if shape is None:
        return f"{name} IS NOT NULL"
    size = abs(math.prod(shape)) * np.dtype(_DTYPES.get(name, _FLOATS)).itemsize
    return f"typeof({name}) <> 'blob' OR length({name}) {'%' if shape[0] < 0 else '-'} {size}"


def _row(
    verb: Literal["INSERT", "INSERT OR REPLACE"],
    table: str,
    key: str,
    value: int,
    arrays: Mapping[str, NDArray[np.floating[Any]] | None],
) -> Statement:
    """A row of arrays, little-endian, with their checksum."""
    blobs = [
        None if array is None else array.astype(_DTYPES.get(name, _FLOATS), copy=False).tobytes()
        for name, array in arrays.items()
    ]
    sql = f"{verb} INTO {table} ({key}, checksum, {', '.join(arrays)}) VALUES (?, ?{', ?' * len(arrays)})"
    return sql, (value, _checksum(value, blobs), *blobs)


def _checksum(key: int, blobs: Iterable[bytes | None]) -> int:
    """CRC-32 over the key, too, so that rows can't trade places."""
    checksum = zlib.crc32(key.to_bytes(8, "little"))
    for blob in blobs:
        checksum = zlib.crc32(blob or b"", checksum)
    return checksum
