"""Recording: everything that happened in a run, append-only; written from the training thread, read from any."""

from __future__ import annotations

import json
import sqlite3
import sys
import threading
import weakref
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

from superviz.core.bookmark import Bookmark
from superviz.core.candidates import Candidate
from superviz.core.errors import SessionError
from superviz.core.experiment import Experiment
from superviz.core.origin import Origin
from superviz.core.parameters import Parameters
from superviz.core.recipe import fitting_title
from superviz.core.snapshot import Array, Checkpoint, Edit, Snapshot
from superviz.session import rows
from superviz.session.about import About, candidates_of, made_with
from superviz.session.contents import Contents, understood
from superviz.session.display import DisplaySettings
from superviz.session.journal import Journal
from superviz.session.migrations import upgrade
from superviz.session.reader import Borrower, FileReader, Reader
from superviz.session.store import Fill, connect, connect_read_only, create_file, write
from superviz.session.store import writing as writing_to

_SMALL_BYTES = 2**28
"""Weights up to this size are believed of any file; larger ones only where the file is as large."""


class Recording(Contents):
    """A session's contents and the file, or the memory, that they are kept in.

    A SnapshotSink. What is appended is seen by readers at once and committed to the store soon after; flush() waits for
    that. Make one with create(), open(), copied() or continued().
    """

    def __init__(self, reader: Reader, path: Path | None, most_bytes: int) -> None:
        """Read-only until it is given a journal. Raises SessionError."""
        super().__init__(reader, path, most_bytes)
        self._journal: Journal | None = None
        self._passing: int | None = None
        """The step of the last checkpoint, if it is only kept until the next."""

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
        origin: Origin = "trained",
        described: bool = True,
    ) -> Recording:
        """A new, empty recording in the file at `path`, or in memory.

        `candidates` are the seeds tried for each instance, of which the experiment has the best. `described`: whether
        the experiment says how weights that superviz didn't train came about, or only how many there are. Raises
        SessionError where the file exists, unless `force` replaces it, and where it can't be written.
        """
        about = About(experiment, fitting_title(title), backend, candidates_of(candidates), origin, described)
        settings = (display or DisplaySettings()).model_dump_json()

        def fill(connection: sqlite3.Connection) -> None:
            upgrade(connection)
            write(connection, [*about.rows(), rows.display_row(settings)])

        return cls._begin(path, fill, force=force)

    @classmethod
    def open(cls, path: Path | str) -> Recording:
        """The recording in a file, read-only. Raises SessionError where it is no session, damaged or can't be read."""
        path = Path(path)
        reader = FileReader(path)
        try:
            with reader.connection():
                return cls(reader, path, max(path.stat().st_size, _SMALL_BYTES))
        except BaseException:
            reader.close()
            raise

    def copied(self, path: Path | str | None = None, *, force: bool = False) -> Recording:
        """A writable copy, in the file at `path` or in memory. Raises SessionError."""
        return self._begin(path, self._copy_into, force=force)

    def continued(self, path: Path | str | None = None, *, force: bool = False) -> Recording:
        """A writable copy, in the file at `path` or in memory, that goes on from the last checkpoint.

        What was recorded after that checkpoint is dropped: training makes it again, byte for byte. Raises SessionError,
        also for weights that were trained elsewhere.
        """
        if self.origin != "trained":
            raise SessionError(f"{self.title or self.path}: its weights were {self.origin}: training can't go on")
        step = -1 if self.checkpoint is None else self.checkpoint.step

        def fill(connection: sqlite3.Connection) -> None:
            self._copy_into(connection)
            rows.drop_after(connection, step, self.experiment.n_instances)
            write(connection, [rows.meta_row("versions", json.dumps(dict(made_with())))])

        return self._begin(path, fill, force=force)

    @classmethod
    def _begin(cls, name: Path | str | None, fill: Fill, *, force: bool) -> Recording:
        path = None if name is None else Path(name)

        def checked(connection: sqlite3.Connection) -> None:
            fill(connection)
            cls(Borrower(connection, threading.RLock()), path, sys.maxsize)  # raises before anything is replaced

        if path is not None:
            create_file(path, checked, force=force)
        connection = connect(path)
        if path is None:
            with writing_to(path):
                fill(connection)
        journal = Journal(path, connection)
        reader = Borrower(connection, journal.lock) if path is None else Reader(partial(connect_read_only, path))
        try:
            recording = cls(reader, path, sys.maxsize)
        except BaseException:
            journal.abandon()
            raise
        recording._journal = journal
        weakref.finalize(recording, _let_go, reader, journal)
        return recording

    def refresh(self) -> bool:
        """Take in what another process has written since; whether there was anything. Of an opened recording only.

        Lets go of the file, so that the other may finish it. Costs a millisecond: ask as often as anyone looks. Raises
        SessionError where what was written is damaged.
        """
        if self._journal is not None:
            return False
        try:
            with understood(self.path), self._keyframes.reading, self._reader.connection() as source:
                return self._take_in(source)
        finally:
            self._reader.close()

    # What is appended: from the training thread alone.

    def append(self, snapshot: Snapshot) -> None:
        """Keep a keyframe; its step is greater than that of the one before. Where the disk can't keep up, only some."""
        journal, index = self._writable(), len(self._keyframes)
        if journal.takes_keyframe() or not index:
            rotation = self._keyframes.append(snapshot)
            stored, size = partial(self._keyframes.stored, index), 2 * snapshot.W.nbytes + rotation.nbytes
            journal.put(partial(rows.snapshot_row, snapshot, rotation), stored=stored, size=size)
        self.show_live(snapshot)

    def append_losses(self, losses: Array, test_losses: Array | None = None) -> None:
        """Keep the next entries of the loss series, (buckets, instances); of a finite training set the test losses too.

        Those are the loss on fresh samples at the end of each bucket.
        """
        self._loss_rows.append(losses, test_losses, self._writable().put)
        self._revision += 1

    def append_edit(self, edit: Edit) -> None:
        """Keep an edit; it is in force from its step on. Raises RecipeError where it doesn't fit the experiment."""
        journal = self._writable()
        self._edit_log.append(edit)
        journal.put(partial(rows.edit_row, edit))
        self._revision += 1

    def append_checkpoint(self, checkpoint: Checkpoint, *, passing: bool = False) -> None:
        """Keep a checkpoint; training can be resumed from it. A `passing` one only until the next."""
        journal = self._writable()
        self._loss_rows.round_off(journal.put)
        if self._passing is not None:
            journal.put(partial(rows.no_checkpoint_row, self._passing))
        self._passing = checkpoint.step if passing else None
        journal.put(partial(rows.checkpoint_row, checkpoint, Parameters.of(self.experiment)))
        self.checkpoint = checkpoint
        self.show_live(self._weights_of(checkpoint))

    def note_backend(self, name: str) -> None:
        """Keep what it is really trained with, in place of what was intended."""
        self._writable().put(partial(rows.meta_row, "backend", name))
        self._about = replace(self._about, backend=name)
        self._revision += 1

    def show_live(self, snapshot: Snapshot) -> None:
        """Take the weights at the live head, in place of earlier ones; they are shown but not kept."""
        self._show_live(snapshot)

    # How it is looked at, what is noted of it, and its store.

    @property
    def is_writable(self) -> bool:
        """Whether what is appended and changed is kept at once; otherwise changes last until it is saved."""
        return self._journal is not None and not self._journal.closed

    @property
    def thinned(self) -> int:
        """Keyframes that were not kept, since the disk could not keep up."""
        return self._about.thinned + (self._journal.thinned if self._journal is not None else 0)

    @property
    def display(self) -> DisplaySettings:
        """How it is looked at. Kept in the store of a writable recording; in an opened one until it is saved."""
        return self._display

    @display.setter
    def display(self, settings: DisplaySettings) -> None:
        self._display = settings
        if self.is_writable:
            self._writable().put(partial(rows.display_row, settings.model_dump_json()))

    def bookmark(self, step: int, note: str) -> None:
        """Remember a step, in place of what was noted there."""
        bookmark = Bookmark(step, note)
        others = (other for other in self.bookmarks if other.step != step)
        self.bookmarks = tuple(sorted((*others, bookmark), key=lambda each: each.step))
        self._keep(rows.bookmark_row(bookmark))

    def remove_bookmark(self, step: int) -> None:
        """Forget what was noted at a step."""
        self.bookmarks = tuple(bookmark for bookmark in self.bookmarks if bookmark.step != step)
        self._keep(rows.no_bookmark_row(step))

    def _keep(self, row: rows.Statement) -> None:
        if self.is_writable:
            self._writable().put(lambda: row)
        self._revision += 1

    def rename(self, title: str) -> None:
        """Give it another title: what of it fits into one line that can be written."""
        self._about = replace(self._about, title=fitting_title(title))
        self._keep(rows.meta_row("title", self.title))

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
        path = Path(path)
        if not self.keyframe_count:
            raise SessionError(f"{path}: not written: nothing is recorded yet")

        def fill(connection: sqlite3.Connection) -> None:
            self._copy_into(connection)
            if path.exists() and self.path is not None and path.samefile(self.path):
                self._reader.close()  # some systems replace no file that is open

        create_file(path, fill, force=force)

    def close(self) -> None:
        """Write what is left and let go of the store; the recording can still be looked at and saved.

        Raises SessionError for what could not be written.
        """
        self._reader.close()
        if self._journal is not None:
            if self._journal.thinned and not self._journal.closed:
                self._keep(rows.meta_row("thinned", str(self.thinned)))
            self._journal.close()

    def _writable(self) -> Journal:
        if self._journal is None:
            raise SessionError(f"{self.path}: opened to be looked at; to train on, make a copy with continued()")
        if self._journal.closed:
            raise SessionError(f"{self.path or 'the session'}: closed; nothing more is recorded")
        return self._journal

    def _copy_into(self, target: sqlite3.Connection) -> None:
        if self._journal is not None:
            self._journal.copy_into(target)
        else:
            # A connection of its own: the other one is for who looks at it meanwhile.
            with closing(self._reader.another()) as source:
                source.backup(target)
        notes = [rows.meta_row("title", self.title), rows.meta_row("thinned", str(self.thinned))]
        notes.append(rows.display_row(self._display.model_dump_json()))
        write(target, [*notes, rows.no_bookmarks_row(), *map(rows.bookmark_row, self.bookmarks)])


def _let_go(reader: Reader, journal: Journal) -> None:
    reader.close()
    journal.abandon()
