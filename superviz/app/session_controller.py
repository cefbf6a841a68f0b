"""SessionController: the one recording the window shows, its training thread, and the life of its file."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from superviz.app.playback import DEFAULT_PACE, FASTEST, SLOWEST
from superviz.app.racing import Racing, what_became
from superviz.app.training_thread import TrainingThread
from superviz.core.candidates import Candidate
from superviz.core.errors import SessionError, SupervizError
from superviz.core.experiment import Experiment
from superviz.core.recipe import Recipe
from superviz.core.snapshot import LiveValue
from superviz.engine.devices import Device
from superviz.engine.race import Race
from superviz.engine.runner import Runner, RunState
from superviz.engine.schedule import learning_rates
from superviz.session.display import DisplaySettings, dimensions_for
from superviz.session.recording import Recording


@dataclass(frozen=True, slots=True)
class _Plan:
    """A run that is to be begun."""

    experiment: Experiment
    """As it was asked for: of a race, with all its seeds still to be tried."""
    title: str
    instance: int
    pinned: int | None
    pace: float | None
    pristine: bool


class SessionController(QObject):
    """Starts, opens, saves and closes runs. Every run is journalled in `journals` from its first step.

    A recipe that keeps the best of several seeds has them tried first, while what was shown before goes on being shown.
    Methods raise SupervizError where what was asked can't be done; the run shown before is then still there.
    """

    session_changed = Signal()
    """Another recording is shown."""
    state_changed = Signal(object, str)
    """The RunState of the run shown and one line for people, or ""."""
    edited = Signal(object)
    """The Experiment with an edit that is not the recipe panel's own."""
    remarked = Signal(str)
    """Something worth saying of what was just done: one line."""
    failed = Signal(str)
    """What was asked for, and had to wait, can't be done: one line."""
    journal_failed = Signal(str)
    """What is trained can no longer be written to its journal: one line."""
    pace_changed = Signal(object)
    """Steps a second, or None for flat out."""

    def __init__(self, journals: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._journals = journals
        self._thread: TrainingThread | None = None
        self._recording: Recording | None = None
        self._planned: _Plan | None = None
        self._saved_revision = 0
        self._pristine = True
        self.racing = Racing(self)
        self.racing.ended.connect(self._race_ended)
        self.requested: Experiment | None = None
        """The experiment shown, as it was asked for: before its seeds were chosen, and before any edit."""
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
    def experiment(self) -> Experiment:
        """What is trained, edits applied."""
        return self.recording.experiment_at(self.recording.live_step)

    @property
    def has_unsaved_work(self) -> bool:
        """Whether closing would lose something that the preset alone can't give back."""
        return not self._pristine and self.recording.revision != self._saved_revision

    # -- which run ------------------------------------------------------------------------------------------------

    def start(self, recipe: Recipe, display: DisplaySettings, *, pristine: bool = True) -> None:
        """Train a recipe from its random start, at the pace it is best watched at; flat out stays flat out."""
        self.watching_pace = recipe.pace or DEFAULT_PACE
        if self.pace is not None:
            self.pace = self.watching_pace
        instance = recipe.instance if recipe.instance is not None else 0
        display = display.model_copy(update={"dimensions": dimensions_for(recipe.experiment.n_hidden)})
        self._begin(_Plan(recipe.experiment, recipe.title, instance, None, self.pace, pristine), display)

    def restart(self, experiment: Experiment) -> None:
        """Train that experiment from its random start, looked at as now, at the pace of now."""
        self._restart(experiment, self.pace)

    def train_flat_out(self, experiment: Experiment) -> bool:
        """Train that experiment from its random start, as fast as the machine goes; the pace of runs to come stays.

        Where it is what is trained already, go on with that: then there is no new run, and it returns False.
        """
        if experiment == self.requested and not self.recording.edits and self.runner.state is not RunState.FAILED:
            self.runner.set_pace(None)
            self.runner.resume()
            return False
        self._restart(experiment, None)
        return True

    def open(self, path: Path) -> None:
        """Show a session from a file, at rest; training can go on. The file stays as it is until saved."""
        recording = Recording.open(path).continued(self._journal())
        self._show(recording, recording.experiment, pace=self.pace, paused=True, file=path, pristine=False)
        self._saved_revision = recording.revision

    def show_recording(self, recording: Recording) -> None:
        """Show a copy of a recording made elsewhere, at rest."""
        copy = recording.continued(self._journal())
        self._show(copy, copy.experiment, pace=self.pace, paused=True, file=None, pristine=False)

    def save(self, path: Path) -> None:
        """Write the session there, whole or not at all; training goes on."""
        revision = self.recording.revision
        self.recording.save(path, force=True)
        self.file, self._saved_revision = path, revision

    def close(self) -> None:
        """Stop training and let go of everything. The journal of a run that was closed on purpose is removed."""
        self.racing.call_off()
        if self._thread is not None:
            self._thread.stop()
            self._thread.deleteLater()
            self._thread = None
        if self._recording is not None:
            _let_go(self._recording)
            self._recording = None

    # -- what it does ---------------------------------------------------------------------------------------------

    def edit(self, field: str, value: LiveValue) -> None:
        """Change a live field of the running model."""
        self.experiment.changed(**{field: value})  # raises before it is queued
        self._pristine = False
        self.runner.edit(field, value)

    def train_on(self) -> None:
        """Go on training; past the horizon where it has been reached."""
        runner = self.runner
        if runner.state is RunState.FAILED:
            raise SessionError("this run failed and can't go on; start a new one")
        if runner.state is RunState.FINISHED:
            self._move_horizon(runner.step + self.recording.experiment.steps)
        runner.set_pace(self.pace)
        runner.resume()

    def halve_learning_rate(self) -> None:
        """Go on from where training stopped, half as fast."""
        self._edit_for_them("learning_rate", self.experiment.learning_rate / 2)
        self.runner.resume()

    def train_on_cpu(self) -> None:
        """Go on from the last checkpoint on the CPU, wherever it was trained until now."""
        recording, file, pristine, requested = self.recording, self.file, self._pristine, self.requested
        copy = recording.continued(self._journal())
        self._show(copy, requested, pace=self.pace, paused=False, file=file, pristine=pristine, device="cpu")

    def toggle_training(self) -> None:
        """Pause, or go on."""
        if self.runner.state in (RunState.RUNNING, RunState.COMPILING):
            self.runner.pause()
        else:
            self.train_on()

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

    # -- how ------------------------------------------------------------------------------------------------------

    def _restart(self, experiment: Experiment, pace: float | None) -> None:
        now = self.recording
        shape, shape_now = ((e.n_features, e.n_hidden) for e in (experiment, now.experiment))
        title = now.title if shape == shape_now else f"{shape[0]} features, {shape[1]} dimensions"
        pristine = self._pristine and experiment == self.requested
        pinned = now.display.pinned_feature
        pinned = pinned if pinned is not None and pinned < experiment.n_features else None
        self._begin(_Plan(experiment, title, now.display.instance, pinned, pace, pristine), now.display)

    def _begin(self, plan: _Plan, display: DisplaySettings) -> None:
        if plan.experiment.best_of == 1:
            self._create(plan, plan.experiment, display)
            return
        if self._recording is None:
            # There must be something to look at: what the first seed starts from, at rest.
            self._create(plan, plan.experiment.changed(best_of=1), display, paused=True)
        self.runner.pause()
        self._planned = plan
        self.racing.start(plan.experiment)

    def _create(
        self,
        plan: _Plan,
        experiment: Experiment,
        display: DisplaySettings,
        *,
        candidates: tuple[tuple[Candidate, ...], ...] = (),
        paused: bool = False,
    ) -> None:
        changes = {"instance": min(plan.instance, experiment.n_instances - 1), "pinned_feature": plan.pinned}
        display = display.model_copy(update=changes)
        recording = Recording.create(
            experiment, self._journal(), title=plan.title, display=display, candidates=candidates
        )
        self._show(recording, plan.experiment, pace=plan.pace, paused=paused, file=None, pristine=plan.pristine)

    def _show(
        self,
        recording: Recording,
        requested: Experiment | None,
        *,
        pace: float | None,
        paused: bool,
        file: Path | None,
        pristine: bool,
        device: Device = "auto",
    ) -> None:
        try:
            thread = TrainingThread(recording, pace=pace, paused=paused, device=device, parent=self)
        except SupervizError:
            _let_go(recording)
            raise
        self.close()
        self._recording, self.file, self._pristine, self._saved_revision = recording, file, pristine, 0
        self.requested = requested
        recording.tell_of_faults(self._journal_fault)
        self._thread = thread
        self._thread.state_changed.connect(self._state_changed)
        self.session_changed.emit()
        self._thread.start()

    def _move_horizon(self, steps: int) -> None:
        moved = self._edit_for_them("steps", steps)
        if moved.schedule != "constant":
            rate = learning_rates(moved, self.runner.step, 1)[0]
            self.remarked.emit(
                f"The {moved.schedule} schedule now ends at step {steps:,}: "
                f"the learning rate is back at {rate:.2g} and falls to 0 again"
            )

    def _edit_for_them(self, field: str, value: LiveValue) -> Experiment:
        edited = self.experiment.changed(**{field: value})
        self.edit(field, value)
        self.edited.emit(edited)
        return edited

    @Slot(object, str)
    def _race_ended(self, race: Race | None, fault: str) -> None:
        plan, self._planned = self._planned, None
        if race is None or plan is None:
            self.failed.emit(fault)
            return
        try:
            self._create(plan, race.experiment, self.recording.display, candidates=race.candidates)
        except SessionError as error:
            self.failed.emit(str(error))
            return
        shown = self.recording.display.instance
        whose = f"Instance {shown + 1}: " if race.experiment.n_instances > 1 else ""
        self.remarked.emit(whose + what_became(race.candidates[shown], race.experiment.seeds()[shown]))

    def _journal_fault(self, fault: SessionError) -> None:
        self.journal_failed.emit(str(fault))  # from the writer's thread: the signal is queued to the window's

    @Slot(object, object, str)
    def _state_changed(self, runner: Runner, state: RunState, message: str) -> None:
        if self._thread is not None and runner is self._thread.runner:
            self.state_changed.emit(state, message)

    def _journal(self) -> Path:
        try:
            self._journals.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            line = f"{self._journals}: can't be made: {error.strerror}; runs are journalled there"
            raise SessionError(line) from None
        return self._journals / f"{time.strftime('%Y-%m-%d %H.%M.%S')} {time.time_ns() % 10**9:09d}.superviz"


def _let_go(recording: Recording) -> None:
    """Close it and remove its journal."""
    with suppress(SessionError):  # what could not be written is let go of here
        recording.close()
    if recording.path is not None:
        recording.path.unlink(missing_ok=True)
