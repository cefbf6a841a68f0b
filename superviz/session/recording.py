"""Recording: everything that happened in a run, append-only; written from the training thread, read from any."""

from __future__ import annotations

import json
import platform
import sqlite3
import sys
import weakref
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache, partial
from importlib import metadata
from pathlib import Path

from pydantic import ValidationError

from superviz.core.candidates import Candidate
from superviz.core.errors import RecipeError, SessionError
from superviz.core.experiment import Experiment
from superviz.core.parameters import Parameters
from superviz.core.snapshot import LOSS_BUCKET_STEPS, Array, Checkpoint, Edit, Snapshot
from superviz.session import rows
from superviz.session.display import DisplaySettings
from superviz.session.edit_log import EditLog
from superviz.session.journal import Journal
from superviz.session.keyframes import Keyframes, Snapshots
from superviz.session.losses import Losses, LossSeries
from superviz.session.migrations import upgrade
from superviz.session.moment import Moment
from superviz.session.store import Fill, connect, create_file, read_faults, reading, write, writing

_SMALL_BYTES = 2**28
"""Weights up to this size are believed of any file; larger ones only where the file is as large."""
_NONSENSE = (RecipeError, ArithmeticError, LookupError, ValueError, TypeError, AttributeError, RecursionError)
"""What JSON that superviz did not write can lead to."""


class Recording:
    """A run: its experiment, keyframes, losses, edits and last checkpoint, in memory and in a store.

    A SnapshotSink. What is appended is seen by readers at once and committed to the store soon after; flush() waits for
    that. Make one with create(), open() or continued().
    """

    def __init__(self, source: sqlite3.Connection, path: Path | None, most_bytes: int) -> None:
        """Reads what `source` holds, weights of at most `most_bytes`; read-only until it is given a journal.

        Raises SessionError.
        """
        self.path = path
        self._journal: Journal | None = None
        self._revision = 0
        try:
            self._read(source, most_bytes)
        except rows.DamageError as damage:
            raise SessionError(f"{path}: damaged: {damage}") from None
        except _NONSENSE as error:
            raise SessionError(f"{path}: damaged: what it says of itself makes no sense: {error}") from error

    @classmethod
    def create(
        cls,
        experiment: Experiment,
        path: Path | str | None = None,
        *,
        title: str = "",
        backend: str = "numba",
        candidates: Sequence[Sequence[Candidate]] = (),
        force: bool = False,
        display: DisplaySettings | None = None,
    ) -> Recording:
        """A new, empty recording in the file at `path`, or in memory.

        `candidates` are the seeds tried for each instance, of which the experiment has the best. Raises SessionError
        where the file exists, unless `force` replaces it, and where it can't be written.
        """
        about = {
            "experiment": experiment.model_dump_json(),
            "title": title,
            "backend": backend,
            "versions": json.dumps(_versions()),
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        settings = (display or DisplaySettings()).model_dump_json()

        def fill(connection: sqlite3.Connection) -> None:
            upgrade(connection)
            facts = [partial(rows.meta_row, key, value) for key, value in about.items()]
            write(connection, [*facts, partial(rows.candidates_row, candidates), partial(rows.display_row, settings)])

        return cls._begin(path, fill, force=force)

    @classmethod
    def open(cls, path: Path | str) -> Recording:
        """The recording in a file, read-only. Raises SessionError where it is no session, damaged or can't be read."""
        path = Path(path)
        with reading(path) as source, read_faults(path):
            return cls(source, path, max(path.stat().st_size, _SMALL_BYTES))

    def continued(self, path: Path | str | None = None, *, force: bool = False) -> Recording:
        """A writable copy, in the file at `path` or in memory, that goes on from the last checkpoint.

        What was recorded after that checkpoint is dropped: training makes it again, byte for byte. Raises SessionError.
        """
        step = -1 if self.checkpoint is None else self.checkpoint.step

        def fill(connection: sqlite3.Connection) -> None:
            self._copy_into(connection)
            rows.drop_after(connection, step, self.experiment.n_instances)
            write(connection, [partial(rows.meta_row, "versions", json.dumps(_versions()))])

        return self._begin(path, fill, force=force)

    @classmethod
    def _begin(cls, name: Path | str | None, fill: Fill, *, force: bool) -> Recording:
        path = None if name is None else Path(name)
        if path is not None:
            create_file(path, fill, force=force)
        connection = connect(path)
        if path is None:
            with writing(path):
                fill(connection)
        recording = cls(connection, path, sys.maxsize)
        recording._journal = journal = Journal(path, connection)
        weakref.finalize(recording, journal.abandon)
        return recording

    def _read(self, source: sqlite3.Connection, most_bytes: int) -> None:
        about = rows.read_meta(source)
        self.experiment = rows.read_experiment(about["experiment"], most_bytes)
        self.title, self.backend = about["title"], about["backend"]
        self.candidates = rows.read_candidates(about.get("candidates", "[]"), self.experiment.n_instances)
        """What became of the seeds that were tried, a tuple an instance; empty where each had only one."""
        self.versions: dict[str, str] = dict(json.loads(about["versions"]))
        self._display = _display(rows.read_display(source), self.experiment)
        self._keyframes = Keyframes(self.experiment)
        for snapshot, rotation in rows.read_snapshots(source, self.experiment):
            self._keyframes.append(snapshot, rotation)
        self.checkpoint = rows.read_last_checkpoint(source, self.experiment)
        """The last one: training can go on from it."""
        self._live = self.last_keyframe
        if self.checkpoint is not None:
            self.show_live(self._weights_of(self.checkpoint))
        self._edit_log = EditLog(self.experiment)
        for edit in rows.read_edits(source):
            self._edit_log.append(edit)
        self._losses = Losses(self.experiment.n_instances, tested=self.experiment.training_set is not None)
        for means, test_means in rows.read_losses(source, self.experiment):
            count = max(0, self.live_step // LOSS_BUCKET_STEPS - len(self._losses))
            self._losses.extend(means[:count], None if test_means is None else test_means[:count])

    # What is appended: from the training thread alone.

    def append(self, snapshot: Snapshot) -> None:
        """Keep a keyframe; its step is greater than that of the one before."""
        journal = self._writable()
        rotation = self._keyframes.append(snapshot)
        journal.put(partial(rows.snapshot_row, snapshot, rotation))
        self.show_live(snapshot)

    def append_losses(self, losses: Array, test_losses: Array | None = None) -> None:
        """Keep the next entries of the loss series, (buckets, instances); of a finite training set the test losses too.

        Those are the loss on fresh samples at the end of each bucket.
        """
        self._writable().put(partial(rows.loss_row, len(self._losses), losses, test_losses))
        self._losses.extend(losses, test_losses)
        self._revision += 1

    def append_edit(self, edit: Edit) -> None:
        """Keep an edit; it is in force from its step on. Raises RecipeError where it doesn't fit the experiment."""
        journal = self._writable()
        self._edit_log.append(edit)
        journal.put(partial(rows.edit_row, edit))
        self._revision += 1

    def append_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint; training can be resumed from it."""
        self._writable().put(partial(rows.checkpoint_row, checkpoint, Parameters.of(self.experiment)))
        self.checkpoint = checkpoint
        self.show_live(self._weights_of(checkpoint))

    def note_backend(self, name: str) -> None:
        """Keep what it is really trained with, in place of what was intended."""
        self._writable().put(partial(rows.meta_row, "backend", name))
        self.backend = name
        self._revision += 1

    def show_live(self, snapshot: Snapshot) -> None:
        """Take the weights at the live head, in place of earlier ones; they are shown but not kept."""
        if self._live is None or snapshot.step >= self._live.step:
            self._live = snapshot
        self._revision += 1

    # What is to be seen: from any thread.

    @property
    def revision(self) -> int:
        """Grows with everything appended."""
        return self._revision

    @property
    def keyframe_count(self) -> int:
        """How many keyframes there are."""
        return len(self._keyframes)

    @property
    def last_keyframe(self) -> Snapshot | None:
        """The latest keyframe, if there is one."""
        count = len(self._keyframes)
        return self._keyframes.snapshots[count - 1] if count else None

    @property
    def snapshots(self) -> Sequence[Snapshot]:
        """The keyframes, and last of all the state at the last checkpoint or the live head, where that is later."""
        return Snapshots(self._keyframes.snapshots, len(self._keyframes), self._live)

    @property
    def live_step(self) -> int:
        """How far training has come."""
        return 0 if self._live is None else self._live.step

    @property
    def edits(self) -> Sequence[Edit]:
        """Every edit, in the order they were made."""
        return self._edit_log.edits

    @property
    def losses(self) -> LossSeries:
        """The training losses so far."""
        return self._losses.series

    def experiment_at(self, position: float) -> Experiment:
        """The experiment in force at a position in steps, edits applied."""
        return self._edit_log.experiment_at(position)

    def moment(self, position: float, instance: int = 0) -> Moment:
        """What is to be seen at a position in steps, held to what was recorded, with the trail of one instance.

        Raises SessionError while there is no keyframe.
        """
        tip, first = self._live, self._keyframes.snapshots[:1]
        if tip is None or not first:
            raise SessionError(f"{self.path or 'the session'}: nothing is recorded in it yet")
        position = float(min(max(position, first[0].step), tip.step))
        W, b, W_out, trail = self._keyframes.between(position, tip, instance)
        loss, test_loss = self._losses.at(position)
        return Moment(position, self.experiment_at(position), W, b, loss, trail, instance, W_out, test_loss)

    # How it is looked at, and its store.

    @property
    def display(self) -> DisplaySettings:
        """How it is looked at. Kept in the store of a writable recording; in an opened one until it is saved."""
        return self._display

    @display.setter
    def display(self, settings: DisplaySettings) -> None:
        self._display = settings
        if self._journal is not None and not self._journal.closed:
            self._journal.put(partial(rows.display_row, settings.model_dump_json()))

    def tell_of_faults(self, told: Callable[[SessionError], None]) -> None:
        """Have `told` called, once and from another thread, when what is appended can no longer be written."""
        if self._journal is not None:
            self._journal.on_fault = told

    def flush(self) -> None:
        """Wait until everything appended is committed to the store. Raises SessionError where it can't be."""
        if self._journal is not None:
            self._journal.flush()

    def save(self, path: Path | str, *, force: bool = False) -> None:
        """A copy of all that was appended so far, under its name only once it is whole; appending may go on meanwhile.

        Raises SessionError where the file exists, unless `force` replaces it, and where it can't be written.
        """

        def fill(connection: sqlite3.Connection) -> None:
            self._copy_into(connection)
            write(connection, [partial(rows.display_row, self._display.model_dump_json())])

        create_file(Path(path), fill, force=force)

    def close(self) -> None:
        """Write what is left and let go of the store; the recording can still be looked at and saved.

        Raises SessionError for what could not be written.
        """
        if self._journal is not None:
            self._journal.close()

    def _weights_of(self, checkpoint: Checkpoint) -> Snapshot:
        return Parameters.of(self.experiment).snapshot(checkpoint.step, checkpoint.parameters)

    def _writable(self) -> Journal:
        if self._journal is None:
            raise SessionError(f"{self.path}: opened to be looked at; to train on, make a copy with continued()")
        return self._journal

    def _copy_into(self, target: sqlite3.Connection) -> None:
        if self._journal is not None:
            self._journal.copy_into(target)
        else:
            assert self.path is not None, "only a file is opened to be looked at"
            with reading(self.path) as source:
                source.backup(target)


def _display(text: str | None, experiment: Experiment) -> DisplaySettings:
    """Settings as they were kept, less what this experiment lacks; the run is worth seeing without them, too."""
    settings = DisplaySettings()
    with suppress(ValidationError):
        settings = DisplaySettings.model_validate_json(text or "{}")
    instance = min(settings.instance, experiment.n_instances - 1)
    pinned = settings.pinned_feature
    known = pinned is not None and 0 <= pinned < experiment.n_features
    return settings.model_copy(update={"instance": instance, "pinned_feature": pinned if known else None})


@cache
def _versions() -> dict[str, str]:
    """What this recording is made with, so far as it is installed; reading that of one package takes a millisecond."""
    versions = {"python": platform.python_version()}
    for name in ("superviz", "numpy", "numba", "torch"):
        with suppress(metadata.PackageNotFoundError):
            versions[name] = metadata.version(name)
    return versions
