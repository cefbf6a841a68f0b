"""HeldSession: a recording that is shown, and what the window has of it: a journal, a training thread, a file."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from superviz.app.following import Following
from superviz.app.held_journal import HeldJournal, LeavingJournals
from superviz.app.training_thread import TrainingThread
from superviz.core.bookmark import Bookmark
from superviz.core.errors import SessionError
from superviz.core.experiment import Experiment
from superviz.engine.devices import Device
from superviz.engine.runner import RunState
from superviz.session.recording import Recording
from superviz.session.versions import FileMark

Notes: TypeAlias = tuple[str, tuple[Bookmark, ...], dict[int, str], dict[int, str]]
"""What a person has written on a recording: title, bookmarks, the names and the colours of features."""

_TELL_SECONDS = 0.5


def notes_of(recording: Recording) -> Notes:
    """What was written on it by now."""
    display = recording.display
    return recording.title, recording.bookmarks, display.feature_names, display.feature_colors


@dataclass(eq=False, slots=True)
class HeldSession:
    """Without a journal it is only looked at; without a thread it is at rest, whatever it was trained by."""

    recording: Recording
    requested: Experiment
    """As it was asked for: before its seeds were chosen, and before any edit."""
    journal: HeldJournal | None = None
    thread: TrainingThread | None = None
    file: Path | None = None
    """Where it was opened from or last saved to."""
    owned: bool = True
    """Whether the recording is the window's to close."""
    pristine: bool = False
    """Whether the preset alone could give it back."""
    following: Following | None = None
    aside: HeldJournal | None = None
    """A copy with what is written on it while it is followed: it moves into a journal once its writer is gone."""
    device: Device = "auto"
    saved_revision: int = 0
    """That of the recording when it was last the same as its file; -1 where it is in none."""
    saved_notes: Notes = field(init=False)
    agreed: Notes | None = None
    """The notes on it when it was last agreed that it may go; None where that never was."""
    tried_notes: Notes = field(init=False)
    """The notes for which a journal was last asked for: where there is none to be had, it is not asked for again."""
    file_mark: FileMark | None = field(init=False)
    """What its file was then."""
    thinned_told: tuple[int, float] = field(init=False)
    """How many keyframes were not kept when that was last told, and when."""

    def __post_init__(self) -> None:
        self.saved_notes = self.tried_notes = notes_of(self.recording)
        self.file_mark = None if self.file is None else FileMark.of(self.file)
        self.thinned_told = (self.recording.thinned, 0.0)

    @property
    def state(self) -> RunState:
        """What training does; a recording at rest is paused, or finished once it is as far as it was to go."""
        if self.thread is not None:
            return self.thread.runner.state
        live = self.recording.live_step
        return RunState.FINISHED if live >= self.recording.experiment_at(live).steps else RunState.PAUSED

    @property
    def why_not_trained(self) -> str:
        """Why it can't be trained on, in a line; "" where it can."""
        if self.following is not None:
            return "These weights are being trained elsewhere"
        can_train = self.thread is not None or self.recording.can_train
        return "" if can_train else "These weights were trained elsewhere"

    @property
    def may_grow(self) -> bool:
        """Whether there may be more of it: it is being trained, here or elsewhere, or can be trained on."""
        return self.following is not None or not self.why_not_trained

    @property
    def has_grown(self) -> bool:
        """Whether more was recorded than is in its file; of a preset's run, once it has one."""
        is_behind = self.journal is not None and self.recording.revision != self.saved_revision
        return is_behind and not (self.pristine and self.file is None)

    @property
    def has_unsaved_work(self) -> bool:
        """Whether letting go of it would lose what neither its file nor a preset can give back."""
        return self.has_grown or notes_of(self.recording) != self.saved_notes

    @property
    def is_expendable(self) -> bool:
        """Whether it may go unasked: it holds no work, or that was agreed and nothing has been written on it since."""
        return not self.has_unsaved_work or notes_of(self.recording) == self.agreed

    @property
    def file_was_changed(self) -> bool:
        """Whether another program has written its file since it was opened or saved."""
        return self.file is not None and FileMark.of(self.file) not in (self.file_mark, None)

    @property
    def lacks_journal(self) -> bool:
        """Whether something new was written on a recording that no journal of the window's keeps."""
        if self.journal is not None and self.recording.is_writable:
            return False
        return notes_of(self.recording) not in (self.saved_notes, self.tried_notes)

    def is_thinned_further(self) -> bool:
        """Whether more keyframes were not kept than when it was last so; not more often than is good to read."""
        (count, told), now = self.thinned_told, time.monotonic()
        if self.recording.thinned <= count or now - told < _TELL_SECONDS:
            return False
        self.thinned_told = (self.recording.thinned, now)
        return True

    def keep_aside(self, copy: Recording, journal: HeldJournal) -> None:
        """Have that copy of itself lie in a journal, with what was written on it, in case the window dies."""
        carry_over(self.recording, copy)
        if not copy.title and self.file is not None:
            copy.rename(self.file.stem)  # a journal's own name says nothing to whom it is offered back
        with suppress(SessionError):  # the next note tries again
            copy.close()
        self._remove_aside()
        self.aside = journal

    def stop_following(self) -> None:
        """Its writer is gone, and the file is what was seen of it; notes are to move into a journal now."""
        self.following = None
        self.file_mark = None if self.file is None else FileMark.of(self.file)
        self.tried_notes = self.saved_notes

    def move_into(self, copy: Recording, journal: HeldJournal, leaving: LeavingJournals) -> None:
        """Be that copy of itself from here on, in a journal; what was written on it meanwhile goes along."""
        carry_over(self.recording, copy)
        self.saved_revision = -1 if self.has_grown else copy.revision
        self.let_go(leaving)
        self.recording, self.journal, self.owned = copy, journal, True

    def stop_training(self) -> None:
        """End its thread, where there is one."""
        if self.thread is not None:
            self.thread.stop()
            self.thread.deleteLater()
            self.thread = None

    def let_go(self, leaving: LeavingJournals) -> None:
        """Stop training, close what is the window's, and see the journal off."""
        self.stop_training()
        self._remove_aside()
        if self.owned:
            with suppress(SessionError):  # what could not be written is let go of here
                self.recording.close()
        if self.journal is not None:
            leaving.add(self.recording, self.journal)
            self.journal = None

    def _remove_aside(self) -> None:
        if self.aside is not None:
            self.aside.remove()
            self.aside = None

    def discard(self) -> None:
        """Let go of what was never shown, its journal too."""
        leaving = LeavingJournals()
        self.let_go(leaving)
        leaving.remove()


def carry_over(source: Recording, copy: Recording) -> None:
    """Have on `copy` what is written on `source`, as far as it goes."""
    if copy.title != source.title:
        copy.rename(source.title)
    if copy.display != source.display:
        copy.display = source.display
    wanted = {mark for mark in source.bookmarks if mark.step <= copy.live_step}
    for mark in set(copy.bookmarks) - wanted:
        copy.remove_bookmark(mark.step)
    for mark in wanted - set(copy.bookmarks):
        copy.bookmark(mark.step, mark.note)
