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

from superviz.core.bookmark import Bookmark
from superviz.core.candidates import Candidate
from superviz.core.errors import SessionError
from superviz.core.experiment import LIVE_FIELDS, Experiment
from superviz.core.parameters import Parameters
from superviz.core.snapshot import LOSS_BUCKET_STEPS, Array, Checkpoint, Edit, Snapshot
from superviz.session.gauge import Gauged
from superviz.session.losses import Stretch

Statement: TypeAlias = tuple[str, tuple[Any, ...]]
"""SQL with what it is bound to."""
_Columns: TypeAlias = dict[str, tuple[int, ...] | None]
"""The arrays of a row, in the order of the checksum: column -> shape, where a leading -1 stands for any number, or None
where this experiment has no such array and the column is null."""
_DTYPES = {"loss_sum": "<f8"}
"""Of columns that hold something else than _FLOATS."""
_FLOATS = "<f4"
_MAY_DIVERGE = {"loss", "step_loss"}
"""Tables whose numbers need not be finite."""
_Arrays: TypeAlias = dict[str, NDArray[Any]]
_MOMENTS = ("", "mean_", "square_")
"""What goes before the name of a parameter: nothing for itself, and then Adam's moments of it."""


class DamageError(Exception):
    """Something in a session file that superviz can't have written. Says what and where, but not in which file."""


def snapshot_row(snapshot: Snapshot, rotation: Array) -> Statement:
    """A keyframe with its gauge, (instances, hidden, hidden)."""
    arrays = {"W": snapshot.W, "b": snapshot.b, "rotation": rotation, "W_out": snapshot.W_out}
    return _row("INSERT", "snapshot", "step", snapshot.step, arrays)


def loss_row(stretches: Sequence[Stretch]) -> Statement:
    """Losses that follow each other, all of one width."""
    first = stretches[0]
    means = np.concatenate([stretch.means for stretch in stretches])
    tests = [stretch.test_means for stretch in stretches if stretch.test_means is not None]
    arrays = {"means": means, "test_means": np.concatenate(tests) if tests else None}
    sql, values = _row("INSERT", "loss", "first_bucket", first.first_bucket, arrays)
    return sql.replace("first_bucket,", "width, first_bucket,").replace("(?,", "(?, ?,"), (first.width, *values)


def step_loss_row(step: int, losses: Array) -> Statement:
    """The losses, (instances,), that came with weights trained elsewhere."""
    return _row("INSERT", "step_loss", "step", step, {"losses": losses})


def bookmark_row(bookmark: Bookmark) -> Statement:
    """A bookmark; a second one at a step takes the place of the first."""
    return "INSERT OR REPLACE INTO bookmark VALUES (?, ?)", (bookmark.step, bookmark.note)


def no_bookmark_row(step: int) -> Statement:
    """Takes out the bookmark at a step."""
    return "DELETE FROM bookmark WHERE step = ?", (step,)


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


def no_checkpoint_row(step: int) -> Statement:
    """Takes out the checkpoint at a step."""
    return "DELETE FROM checkpoint WHERE step = ?", (step,)


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


def no_bookmarks_row() -> Statement:
    """Takes out all bookmarks."""
    return "DELETE FROM bookmark", ()


def read_meta(connection: sqlite3.Connection) -> dict[str, str]:
    """What is known of the run as a whole, by key."""
    return {str(key): str(value) for key, value in connection.execute("SELECT key, value FROM meta")}


def read_run(connection: sqlite3.Connection) -> tuple[str, ...]:
    """What tells a run from any other, and stays the same in each of its copies."""
    facts = read_meta(connection)
    return tuple(facts.get(key, "") for key in ("experiment", "created"))


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


class SnapshotTable:
    """Where the keyframes of an experiment lie: their steps all at once, each of them when it is wanted."""

    def __init__(self, experiment: Experiment) -> None:
        W, W_out, b = _shapes(experiment)
        self._table = _Table("snapshot", "step", {"W": W, "b": b, "rotation": (*W[:2], W[1]), "W_out": W_out})

    def steps(self, connection: sqlite3.Connection, after: int = -1) -> NDArray[np.int64]:
        """Those of all keyframes after a step, in order. Raises DamageError for one that is of another shape."""
        self._table.check(connection, "step > ?", after)
        found = connection.execute("SELECT step FROM snapshot WHERE step > ? ORDER BY step", (after,))
        return np.fromiter((step for (step,) in found), np.int64)

    def read(self, connection: sqlite3.Connection, step: int) -> Gauged:
        """A keyframe with its gauge. Raises DamageError, naming the keyframe."""
        for _, arrays in self._table.read(connection, "step = ?", step):
            return Gauged(Snapshot(step, arrays["W"], arrays["b"], arrays.get("W_out")), arrays["rotation"])
        raise DamageError(f"snapshot at step {step:,} is gone")


def read_last_checkpoint(connection: sqlite3.Connection, experiment: Experiment, after: int = -1) -> Checkpoint | None:
    """The latest checkpoint after a step, if there is one. Raises DamageError."""
    W, W_out, b = _shapes(experiment)
    columns: _Columns = {}
    for moment in _MOMENTS:
        columns |= {f"{moment}W": W, f"{moment}b": b}
    columns["loss_sum"] = b[:1]
    columns |= dict.fromkeys([f"{moment}W_out" for moment in _MOMENTS], W_out)
    parameters = Parameters.of(experiment)
    latest = _Table("checkpoint", "step", columns)
    for step, arrays in latest.checked(connection, "step = (SELECT max(step) FROM checkpoint WHERE step > ?)", after):
        values, mean, square = (
            parameters.join(arrays[f"{moment}W"], arrays[f"{moment}b"], arrays.get(f"{moment}W_out"))
            for moment in _MOMENTS
        )
        return Checkpoint(step, values, mean, square, arrays["loss_sum"])
    return None


def read_losses(connection: sqlite3.Connection, experiment: Experiment, bucket: int = 0) -> Iterator[Stretch]:
    """The loss series from a bucket on, with the test losses of a finite training set. Raises DamageError."""
    shape = (-1, experiment.n_instances)
    columns: _Columns = {"means": shape, "test_means": None if experiment.training_set is None else shape}
    widths = dict(connection.execute("SELECT first_bucket, width FROM loss WHERE first_bucket >= ?", (bucket,)))
    for first, arrays in _Table("loss", "first_bucket", columns).checked(connection, "first_bucket >= ?", bucket):
        means, test_means = arrays["means"], arrays.get("test_means")
        if test_means is not None and len(test_means) != len(means):
            raise DamageError(f"loss at first bucket {first:,} has test losses of another number of buckets")
        if type(widths[first]) is not int:
            raise DamageError(f"loss at first bucket {first:,} has no width")
        yield Stretch(first, widths[first], means, test_means)


def lacks_losses(bucket: int) -> DamageError:
    """What is wrong where the losses from a bucket on don't follow."""
    return DamageError(f"lacks the losses that follow step {bucket * LOSS_BUCKET_STEPS:,}")


def read_step_losses(
    connection: sqlite3.Connection, experiment: Experiment, after: int = -1
) -> Iterator[tuple[int, Array]]:
    """The losses that came with weights trained elsewhere, (instances,) each, after a step. Raises DamageError."""
    table = _Table("step_loss", "step", {"losses": (experiment.n_instances,)})
    return ((step, arrays["losses"]) for step, arrays in table.checked(connection, "step > ?", after))


def read_bookmarks(connection: sqlite3.Connection) -> tuple[Bookmark, ...]:
    """All bookmarks, by step. Raises DamageError for one that nobody can have made."""
    found = connection.execute("SELECT step, note FROM bookmark ORDER BY step")
    try:
        return tuple(Bookmark(step, str(note)) for step, note in found)
    except SessionError as error:
        raise DamageError(str(error)) from None


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
    # Before there were wider means, a piece could reach past a checkpoint; since then none does.
    last = "SELECT first_bucket, means, test_means FROM loss WHERE width = 1 ORDER BY first_bucket DESC LIMIT 1"
    for first, *blobs in connection.execute(last).fetchall():
        count = (buckets - first) * instances
        means, tests = (None if blob is None else np.frombuffer(blob, _FLOATS)[:count] for blob in blobs)
        connection.execute("DELETE FROM loss WHERE first_bucket = ?", (first,))
        connection.execute(*_row("INSERT", "loss", "first_bucket", first, {"means": means, "test_means": tests}))


def _shapes(experiment: Experiment) -> tuple[tuple[int, int, int], tuple[int, int, int] | None, tuple[int, int]]:
    """Those of W, of W_out where there is one, and of b."""
    W = (experiment.n_instances, experiment.n_hidden, experiment.n_features)
    return W, None if experiment.is_tied else W, (W[0], W[2])


class _Table:
    """Rows of arrays: a key, the arrays, and a checksum over both."""

    def __init__(self, name: str, key: str, columns: _Columns) -> None:
        self._name, self._key = name, key
        self._odd = " OR ".join(_is_odd(column, shape) for column, shape in columns.items())
        self._shapes = {column: shape for column, shape in columns.items() if shape is not None}
        self._dtypes = [np.dtype(_DTYPES.get(column, _FLOATS)) for column in self._shapes]
        self._sizes = [
            None if shape[0] < 0 else math.prod(shape) * dtype.itemsize
            for shape, dtype in zip(self._shapes.values(), self._dtypes, strict=True)
        ]
        self._finite = name not in _MAY_DIVERGE

    def check(self, connection: sqlite3.Connection, where: str, *bound: int) -> None:
        """Look at the sizes of the rows alone. Raises DamageError for those that can't be of the experiment's shape."""
        query = f"SELECT {self._key} FROM {self._name} WHERE {self._key} < 0 OR ({where}) AND ({self._odd}) LIMIT 1"
        for (value,) in connection.execute(query, bound):
            raise DamageError(f"{self._title(value)} is not of the experiment's shape")

    def checked(self, connection: sqlite3.Connection, where: str, *bound: int) -> Iterator[tuple[int, _Arrays]]:
        """The rows, by key, once the sizes of all are known to be right. Raises DamageError."""
        self.check(connection, where, *bound)
        return self.read(connection, where, *bound)

    def read(self, connection: sqlite3.Connection, where: str, *bound: int) -> Iterator[tuple[int, _Arrays]]:
        """The rows, by key, each against its checksum. Raises DamageError."""
        query = f"SELECT {self._key}, checksum, {', '.join(self._shapes)} FROM {self._name} WHERE {where} ORDER BY 1"
        for value, checksum, *blobs in connection.execute(query, bound):
            # They were right when the file was opened, but nobody has kept it from being changed.
            if any(size not in (None, len(blob or b"")) for blob, size in zip(blobs, self._sizes, strict=True)):
                raise DamageError(f"{self._title(value)} is not of the experiment's shape")
            if checksum != _checksum(value, blobs):
                raise DamageError(f"{self._title(value)} doesn't match its checksum")
            arrays: _Arrays = {}
            for (column, shape), dtype, blob in zip(self._shapes.items(), self._dtypes, blobs, strict=True):
                arrays[column] = np.frombuffer(blob, dtype).reshape(shape).astype(dtype.newbyteorder("="), copy=False)
            if self._finite and not all(np.isfinite(array).all() for array in arrays.values()):
                raise DamageError(f"{self._title(value)} holds numbers that are not finite")
            yield value, arrays

    def _title(self, key: int) -> str:
        return f"{self._name} at {self._key.replace('_', ' ')} {key:,}"


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
