"""Contents: what a session holds, in memory or read from its store when it is looked at; from any thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from superviz.core.bookmark import Bookmark
from superviz.core.candidates import Candidate
from superviz.core.errors import RecipeError, SessionError
from superviz.core.experiment import Experiment
from superviz.core.origin import Origin
from superviz.core.parameters import Parameters
from superviz.core.snapshot import Checkpoint, Edit, Snapshot
from superviz.session import rows
from superviz.session.about import About
from superviz.session.display import DisplaySettings
from superviz.session.edit_log import EditLog
from superviz.session.gauge import Gauged
from superviz.session.keyframes import Keyframes, Snapshots
from superviz.session.loss_rows import LossRows
from superviz.session.losses import Losses, LossSeries
from superviz.session.moment import Moment
from superviz.session.reader import Reader
from superviz.session.store import read_faults

_NONSENSE = (RecipeError, ArithmeticError, LookupError, ValueError, TypeError, AttributeError, RecursionError)
"""What JSON that superviz did not write can lead to."""


class Contents:
    """A run's experiment, keyframes, losses, edits, bookmarks and last checkpoint.

    Of the weights only what is looked at is in memory: what is damaged is found when it is read, as SessionError.
    """

    def __init__(self, reader: Reader, path: Path | None, most_bytes: int) -> None:
        """Finds out what there is to read, weights of at most `most_bytes`; Raises SessionError."""
        self.path = path
        self._reader = reader
        self._revision = 0
        self.checkpoint: Checkpoint | None = None
        """The last one: training can go on from it."""
        self.bookmarks: tuple[Bookmark, ...] = ()
        """By step, at most one at each."""
        self._live: Snapshot | None = None
        with understood(path), reader.connection() as source:
            self._about = About.read(source, most_bytes)
            self._display = _display(rows.read_display(source), self.experiment)
            self._edit_log = EditLog(self.experiment)
            self._losses = Losses(self.experiment.n_instances, tested=self.experiment.training_set is not None)
            self._loss_rows = LossRows(self._losses)
            self._shelf = _Shelf(reader, path, self.experiment)
            self._keyframes = Keyframes(self.experiment, self._shelf)
            self._take_in(source)

    @property
    def experiment(self) -> Experiment:
        """As it started."""
        return self._about.experiment

    @property
    def title(self) -> str:
        """What it goes by."""
        return self._about.title

    @property
    def backend(self) -> str:
        """What it is trained with."""
        return self._about.backend

    @property
    def candidates(self) -> tuple[tuple[Candidate, ...], ...]:
        """What became of the seeds that were tried, a tuple an instance; empty where each had only one."""
        return self._about.candidates

    @property
    def versions(self) -> dict[str, str]:
        """Of what it was made with: name -> version."""
        return dict(self._about.versions)

    @property
    def origin(self) -> Origin:
        """Where its weights come from."""
        return self._about.origin

    @property
    def described(self) -> bool:
        """Whether the experiment says how the weights came about; otherwise only its sizes are known."""
        return self._about.described

    @property
    def can_train(self) -> bool:
        """Whether training can go on from where it stopped."""
        return self.origin == "trained" and self.checkpoint is not None

    @property
    def is_being_written(self) -> bool:
        """Whether whoever writes the file hasn't finished it: still at it, or killed."""
        return self.path is not None and self.path.with_name(self.path.name + "-wal").exists()

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
        return self._keyframes.snapshot(count - 1) if count else None

    @property
    def keyframe_steps(self) -> NDArray[np.int64]:
        """(keyframes,): their steps, read-only."""
        return self._keyframes.steps

    @property
    def snapshots(self) -> Sequence[Snapshot]:
        """The keyframes, and last of all the state at the last checkpoint or the live head, where that is later.

        Each is read when it is asked for: a long run's don't fit into memory.
        """
        return Snapshots(self._keyframes, len(self._keyframes), self._live)

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
        """The training losses up to the live head; those beyond it were of weights that nobody kept."""
        return self._losses.series.until(self.live_step)

    def experiment_at(self, position: float) -> Experiment:
        """The experiment in force at a position in steps, edits applied."""
        return self._edit_log.experiment_at(position)

    def moment(self, position: float, instance: int = 0) -> Moment:
        """What is to be seen at a position in steps, held to what was recorded, with the trail of one instance.

        Raises SessionError while there is no keyframe, and where what lies there is damaged.
        """
        tip, steps = self._live, self._keyframes.steps
        if tip is None or not len(steps):
            raise SessionError(f"{self.path or 'the session'}: nothing is recorded in it yet")
        position = float(min(max(position, steps[0]), tip.step))
        W, b, W_out, trail = self._keyframes.between(position, tip, instance)
        loss, test_loss = self._losses.at(position)
        experiment = self.experiment_at(position)
        return Moment(position, experiment, W, b, loss, trail, instance, W_out, test_loss, self.described)

    def _show_live(self, snapshot: Snapshot) -> None:
        if self._live is None or snapshot.step >= self._live.step:
            self._live = snapshot
        self._revision += 1

    def _take_in(self, source: sqlite3.Connection) -> bool:
        """Whatever is in the store and not here yet, all of one time."""
        with source:
            source.execute("BEGIN")  # whoever writes it may commit meanwhile
            before = self._revision
            last = self.last_keyframe
            steps = self._shelf.table.steps(source, -1 if last is None else last.step)
            if len(steps):
                self._keyframes.found(steps)
                self._show_live(self._keyframes.snapshot(len(self._keyframes) - 1))
            known = -1 if self.checkpoint is None else self.checkpoint.step
            checkpoint = rows.read_last_checkpoint(source, self.experiment, known)
            if checkpoint is not None:
                self.checkpoint = checkpoint
                self._show_live(self._weights_of(checkpoint))
            for edit in rows.read_edits(source)[len(self.edits) :]:
                self._edit_log.append(edit)
                self._revision += 1
            self._revision += self._loss_rows.read(source, self.experiment, self.origin)
            bookmarks = rows.read_bookmarks(source)
            if bookmarks != self.bookmarks and not before:
                self.bookmarks = bookmarks
                self._revision += 1
            return self._revision != before

    def _weights_of(self, checkpoint: Checkpoint) -> Snapshot:
        return Parameters.of(self.experiment).snapshot(checkpoint.step, checkpoint.parameters)


class _Shelf:
    """Where the keyframes lie. Knows no recording, so that one that nobody holds any more can go at once."""

    def __init__(self, reader: Reader, path: Path | None, experiment: Experiment) -> None:
        self.table = rows.SnapshotTable(experiment)
        self._reader, self._path = reader, path

    def __call__(self, step: int) -> Gauged:
        """The keyframe at a step. Raises SessionError."""
        with understood(self._path), self._reader.connection() as source:
            return self.table.read(source, step)


@contextmanager
def understood(path: Path | None) -> Generator[None]:
    """Turns whatever is wrong with what is read into one line."""
    name = path or Path("the session")
    try:
        with read_faults(name):
            yield
    except rows.DamageError as damage:
        raise SessionError(f"{name}: damaged: {damage}") from None
    except _NONSENSE as error:
        why = f": {error}" if isinstance(error, RecipeError | KeyError) else ""  # else it is Python that speaks
        raise SessionError(f"{name}: damaged: what it says of itself makes no sense{why}") from error


def _display(text: str | None, experiment: Experiment) -> DisplaySettings:
    """Settings as they were kept, less what this experiment lacks; the run is worth seeing without them, too."""
    settings = DisplaySettings()
    with suppress(ValidationError):
        settings = DisplaySettings.model_validate_json(text or "{}")
    instance = min(settings.instance, experiment.n_instances - 1)
    pinned = settings.pinned_feature
    known = pinned is not None and 0 <= pinned < experiment.n_features
    return settings.model_copy(update={"instance": instance, "pinned_feature": pinned if known else None})
