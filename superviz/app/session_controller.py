"""SessionController: the one recording the window shows, its training thread, and the life of its file."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from superviz.app.playback import DEFAULT_PACE, FASTEST, SLOWEST
from superviz.app.training_thread import TrainingThread
from superviz.core.errors import SessionError
from superviz.core.experiment import Experiment
from superviz.core.recipe import Recipe
from superviz.core.snapshot import LiveValue
from superviz.engine.runner import Runner, RunState
from superviz.session.display import DisplaySettings
from superviz.session.recording import Recording


class SessionController(QObject):
    """Starts, opens, saves and closes runs. Every run is journalled in `journals` from its first step.

    Methods raise SupervizError where what was asked can't be done; the run shown before is then still there.
    """

    session_changed = Signal()
    """Another recording is shown."""
    state_changed = Signal(object, str)
    """The RunState of the run shown and one line for people, or ""."""
    journal_failed = Signal(str)
    """What is trained can no longer be written to its journal: one line."""
    pace_changed = Signal(object)
    """Steps a second, or None for flat out."""

    def __init__(self, journals: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._journals = journals
        self._thread: TrainingThread | None = None
        self._recording: Recording | None = None
        self._saved_revision = 0
        self._pristine = True
        self.file: Path | None = None
        """Where the session was opened from or last saved to."""
        self.pace: float | None = DEFAULT_PACE
        self.watching_pace = DEFAULT_PACE
        """Steps a second at which the recipe is best watched."""

    @property
    def recording(self) -> Recording:
        """What is shown. Raises LookupError before the first run."""
        if self._recording is None:
            raise LookupError("no session yet")
        return self._recording

    @property
    def runner(self) -> Runner:
        """What trains it."""
        if self._thread is None:
            raise LookupError("no session yet")
        return self._thread.runner

    @property
    def has_unsaved_work(self) -> bool:
        """Whether closing would lose something that the preset alone can't give back."""
        return not self._pristine and self.recording.revision != self._saved_revision

    def start(self, recipe: Recipe, display: DisplaySettings, *, pristine: bool = True) -> None:
        """Train a recipe from its random start, at the pace it is best watched at; flat out stays flat out."""
        self.watching_pace = recipe.pace or DEFAULT_PACE
        if self.pace is not None:
            self.pace = self.watching_pace
        shown = recipe.instance if recipe.instance is not None else 0
        self._begin(recipe.experiment, recipe.title, display, shown, pristine=pristine)

    def restart(self, experiment: Experiment) -> None:
        """Train that experiment from its random start, looked at as now, at the pace of now."""
        now = self.recording
        shape, shape_now = ((e.n_features, e.n_hidden) for e in (experiment, now.experiment))
        title = now.title if shape == shape_now else f"{shape[0]} features, {shape[1]} dimensions"
        pristine = self._pristine and experiment == now.experiment
        self._begin(experiment, title, now.display, now.display.instance, pristine=pristine)

    def open(self, path: Path) -> None:
        """Show a session from a file, at rest; training can go on. The file stays as it is until saved."""
        recording = Recording.open(path).continued(self._journal())
        self._show(recording, paused=True, file=path, pristine=False)
        self._saved_revision = recording.revision

    def show_recording(self, recording: Recording) -> None:
        """Show a copy of a recording made elsewhere, at rest."""
        self._show(recording.continued(self._journal()), paused=True, file=None, pristine=False)

    def save(self, path: Path) -> None:
        """Write the session there, whole or not at all; training goes on."""
        revision = self.recording.revision
        self.recording.save(path, force=True)
        self.file, self._saved_revision = path, revision

    def edit(self, field: str, value: LiveValue) -> None:
        """Change a live field of the running model."""
        now = self.recording.experiment_at(self.recording.live_step)
        now.changed(**{field: value})  # raises before it is queued
        self._pristine = False
        self.runner.edit(field, value)

    def train_on(self) -> None:
        """Go on training; past the horizon where it has been reached."""
        runner = self.runner
        if runner.state is RunState.FINISHED:
            self.edit("steps", runner.step + self.recording.experiment.steps)
        if runner.state is RunState.FAILED:
            raise SessionError("this run failed and can't go on; start a new one")
        runner.resume()

    def set_pace(self, pace: float | None) -> None:
        """Steps a second, or None for flat out; kept for the runs to come."""
        self.pace = pace
        self.runner.set_pace(pace)
        self.pace_changed.emit(pace)

    def scale_pace(self, factor: float) -> None:
        """Faster or slower, up to flat out."""
        if self.pace is None:
            self.set_pace(FASTEST if factor < 1 else None)
        else:
            wanted = self.pace * factor
            self.set_pace(None if wanted > FASTEST else max(SLOWEST, wanted))

    def toggle_flat_out(self) -> None:
        """As fast as the machine goes, or as fast as is good to watch."""
        self.set_pace(self.watching_pace if self.pace is None else None)

    def toggle_training(self) -> None:
        """Pause, or go on."""
        if self.runner.state in (RunState.RUNNING, RunState.COMPILING):
            self.runner.pause()
        else:
            self.train_on()

    def close(self) -> None:
        """Stop training and let go of everything. The journal of a run that was closed on purpose is removed."""
        if self._thread is not None:
            self._thread.stop()
            self._thread.state_changed.disconnect(self._state_changed)
            self._thread.deleteLater()
            self._thread = None
        if self._recording is not None:
            journal = self._recording.path
            with suppress(SessionError):  # what could not be written is let go of here
                self._recording.close()
            self._recording = None
            if journal is not None:
                journal.unlink(missing_ok=True)

    def _begin(
        self, experiment: Experiment, title: str, display: DisplaySettings, shown: int, *, pristine: bool
    ) -> None:
        changes = {"instance": min(shown, experiment.n_instances - 1), "pinned_feature": None}
        recording = Recording.create(
            experiment, self._journal(), title=title, display=display.model_copy(update=changes)
        )
        self._show(recording, paused=False, file=None, pristine=pristine)

    def _show(self, recording: Recording, *, paused: bool, file: Path | None, pristine: bool) -> None:
        self.close()
        self._recording, self.file, self._pristine, self._saved_revision = recording, file, pristine, 0
        recording.tell_of_faults(self._journal_fault)
        self._thread = TrainingThread(recording, pace=self.pace, paused=paused, parent=self)
        self._thread.state_changed.connect(self._state_changed)
        self.session_changed.emit()
        self._thread.start()

    def _journal_fault(self, fault: SessionError) -> None:
        self.journal_failed.emit(str(fault))  # from the writer's thread: the signal is queued to the window's

    @Slot(object, str)
    def _state_changed(self, state: RunState, message: str) -> None:
        self.state_changed.emit(state, message)

    def _journal(self) -> Path:
        try:
            self._journals.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            line = f"{self._journals}: can't be made: {error.strerror}; runs are journalled there"
            raise SessionError(line) from None
        return self._journals / f"{time.strftime('%Y-%m-%d %H.%M.%S')} {time.time_ns() % 10**9:09d}.superviz"
