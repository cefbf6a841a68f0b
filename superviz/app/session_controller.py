"""SessionController: the one recording the window shows, whether it is trained, and the life of its file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from superviz.app.copying import Copying
from superviz.app.following import Following
from superviz.app.held_journal import HeldJournal, LeavingJournals
from superviz.app.held_session import HeldSession, notes_of
from superviz.app.new_runs import NewRuns, Plan, again
from superviz.app.playback import DEFAULT_PACE, FASTEST, SLOWEST
from superviz.app.saving import Saved, Saving
from superviz.app.training_thread import TrainingThread
from superviz.core.errors import SessionError, SupervizError
from superviz.core.experiment import Experiment
from superviz.core.recipe import Recipe
from superviz.core.snapshot import LiveValue
from superviz.engine.runner import Runner, RunState
from superviz.engine.schedule import learning_rates
from superviz.session.display import DisplaySettings, dimensions_for
from superviz.session.recording import Recording
from superviz.session.versions import FileMark


class SessionController(QObject):
    """Starts, opens, saves and closes runs.

    A run begun here is journalled in `journals` from its first step. One that was opened is only looked at: there is no
    training thread, nothing is copied and its file stays as it is. It is copied into a journal once there is something
    to write: when it is to be trained on, edited, or something is noted on it (docs/decisions/0013).

    A recipe that keeps the best of several seeds has them tried first, while what was shown before goes on being shown.
    Methods raise SupervizError where what was asked can't be done; the run shown before is then still there.
    """

    session_changed = Signal()
    """Another recording is shown."""
    journalled = Signal()
    """What is shown is from here on a copy of itself, in a journal, and looks the same."""
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
    thinned = Signal(int)
    """So many keyframes were not kept, and more than before: the disk can't keep up. Not told every time."""
    saved = Signal(str)
    """To a file of that name."""
    save_failed = Signal(str)
    """One line; the session is as it was, and so is the file."""
    pace_changed = Signal(object)
    """Steps a second, or None for flat out."""

    def __init__(self, journals: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.journals, self.leaving = journals, LeavingJournals()
        self._held: HeldSession | None = None
        self._awaiting: list[Callable[[Runner], object]] = []
        """What the runner is to do, once there is one."""
        self.new_runs, self.copying, self.saving = NewRuns(self), Copying(self), Saving(self)
        self.racing = self.new_runs.racing
        self.new_runs.remarked.connect(self.remarked)
        self.new_runs.failed.connect(self.failed)
        self.copying.failed.connect(self.failed)
        self.copying.ended.connect(self._awaiting.clear)
        self.saving.ended.connect(self._save_ended)
        self.pace: float | None = DEFAULT_PACE
        self.watching_pace = DEFAULT_PACE
        """Steps a second at which the recipe is best watched."""

    @property
    def held(self) -> HeldSession:
        """What is shown, and what the window has of it. Raises LookupError before the first run."""
        if self._held is None:
            raise LookupError("no session yet")
        return self._held

    @property
    def recording(self) -> Recording:
        """What is shown. Raises LookupError before the first run."""
        return self.held.recording

    @property
    def runner(self) -> Runner:
        """What trains it. Raises LookupError where nothing does."""
        if self.held.thread is None:
            raise LookupError("nothing trains what is only looked at")
        return self.held.thread.runner

    @property
    def state(self) -> RunState:
        """What training does."""
        return self.held.state

    @property
    def rate(self) -> float:
        """Steps a second, as measured; 0 while nothing trains."""
        return 0.0 if self.held.thread is None else self.held.thread.runner.rate

    @property
    def experiment(self) -> Experiment:
        """What is trained, edits applied."""
        return self.recording.experiment_at(self.recording.live_step)

    @property
    def requested(self) -> Experiment | None:
        """The experiment shown, as it was asked for: before its seeds were chosen, and before any edit."""
        return None if self._held is None else self._held.requested

    @property
    def file(self) -> Path | None:
        """Where the session was opened from or last saved to."""
        return None if self._held is None else self._held.file

    @property
    def has_unsaved_work(self) -> bool:
        """Whether closing would lose something that neither a file nor the preset can give back."""
        return self.held.has_unsaved_work

    # -- which run ------------------------------------------------------------------------------------------------

    def start(self, recipe: Recipe, display: DisplaySettings, *, pristine: bool = True) -> None:
        """Train a recipe from its random start, at the pace it is best watched at; flat out stays flat out."""
        self.watching_pace = recipe.pace or DEFAULT_PACE
        if self.pace is not None:
            self.pace = self.watching_pace
        instance = recipe.instance if recipe.instance is not None else 0
        display = display.model_copy(
            update={"dimensions": dimensions_for(recipe.experiment.n_hidden), "feature_names": {}, "feature_colors": {}}
        )
        plan = Plan(recipe.experiment, recipe.title, instance, None, self.pace, pristine)
        self.new_runs.begin(plan, display, is_first=self._held is None)

    def restart(self, experiment: Experiment) -> None:
        """Train that experiment from its random start, looked at as now, at the pace of now."""
        self.refuse_untrainable()
        self.new_runs.begin(again(self.held, experiment, self.pace, tried=False), self.recording.display)

    def train_flat_out(self, experiment: Experiment) -> bool:
        """Train that experiment from its random start, as fast as the machine goes; the pace of runs to come stays.

        Where it is what is trained already, go on with that: then there is no new run, and it returns False.
        """
        if experiment == self.requested and not self.recording.edits and self.state is not RunState.FAILED:
            self._with_runner(lambda runner: runner.set_pace(None))
            self._with_runner(Runner.resume)
            return False
        self.refuse_untrainable()
        self.new_runs.begin(again(self.held, experiment, None, tried=True), self.recording.display)
        return True

    def open(self, path: Path, *, follow: bool = False) -> None:
        """Show a session from a file, at rest; with `follow`, as another program goes on writing it."""
        recording = Recording.open(path)
        held = HeldSession(recording, recording.experiment, file=path)
        if follow:
            held.following = Following(recording, path)
        self.show_held(held)

    def restore(self, journal: Path) -> None:
        """Show what a window that died left behind, at rest; until it is saved, that is unsaved work."""
        taken = HeldJournal.take(journal)
        if taken is None:
            raise SessionError(f"{journal.stem}: another window has it by now")
        try:
            recording = Recording.open(journal)
        except SessionError:
            taken.let_go()
            raise
        self.show_held(HeldSession(recording, recording.experiment, taken, saved_revision=-1))

    def show_recording(self, recording: Recording, *, owned: bool = False) -> None:
        """Show a recording made elsewhere, at rest; who made it closes it, unless it is handed over as `owned`."""
        self.show_held(HeldSession(recording, recording.experiment, owned=owned))

    def show_held(self, held: HeldSession) -> None:
        """Show that, in place of what was shown; training goes on from here, where it has a thread."""
        self._leave()
        self._held = held
        self._watch(held)
        self.session_changed.emit()
        if held.thread is not None:
            held.thread.start()
        else:
            self.state_changed.emit(held.state, "")

    def refresh(self) -> None:
        """Take in what another program wrote, and see to it that no note is in memory only. Called every frame."""
        held = self._held
        if held is None:
            return
        if held.is_thinned_further():
            self.thinned.emit(held.recording.thinned)
        if held.following is not None:
            self._follow(held, held.following)
        if held.lacks_journal and not self.copying.is_on:
            held.tried_notes = notes_of(held.recording)
            then = self._move_into if held.following is None else held.keep_aside
            self.copying.start(held.recording.copied, HeldJournal.new(self.journals), then)

    # -- its file -------------------------------------------------------------------------------------------------

    def begin_save(self, path: Path) -> None:
        """Write the session there, whole or not at all, while training and the window go on.

        Raises SessionError while nothing is recorded: such a file could not be opened.
        """
        recording = self.recording
        if not recording.keyframe_count:
            raise SessionError("there is nothing to save yet: this run has only just begun")
        self.saving.start(Saved(recording, path, recording.revision, notes_of(recording)))

    def save(self, path: Path) -> bool:
        """Write the session there, and wait for it. Whether it was written: a fault is told by `save_failed`."""
        self.begin_save(path)
        return not self.saving.wait()

    def close(self) -> None:
        """Stop training and let go of everything. The journal of a run that was closed on purpose is removed."""
        self._leave()
        self.copying.close()
        self.leaving.remove()

    # -- what it does ---------------------------------------------------------------------------------------------

    def edit(self, field: str, value: LiveValue) -> None:
        """Change a live field of the running model."""
        self.experiment.changed(**{field: value})  # raises before it is queued
        self._with_runner(lambda runner: runner.edit(field, value))
        self.held.pristine = False

    def train_on(self) -> None:
        """Go on training; past the horizon where it has been reached."""
        state = self.state
        if state is RunState.FAILED:
            raise SessionError("this run failed and can't go on; start a new one")
        self.refuse_untrainable()
        if state is RunState.FINISHED:
            self._move_horizon(self.recording.live_step + self.recording.experiment.steps)
        self._with_runner(lambda runner: runner.set_pace(self.pace))
        self._with_runner(Runner.resume)

    def train_steps(self, steps: int) -> None:
        """That many steps, then rest."""
        self._with_runner(lambda runner: runner.advance(steps))

    def pause(self) -> None:
        """Rest after the step at hand, where anything trains."""
        if self.held.thread is not None:
            self.held.thread.runner.pause()

    def halve_learning_rate(self) -> None:
        """Go on from where training stopped, half as fast."""
        self._edit_for_them("learning_rate", self.experiment.learning_rate / 2)
        self._with_runner(Runner.resume)

    def train_on_cpu(self) -> None:
        """Go on from the last checkpoint on the CPU, wherever it was trained until now."""
        self.held.stop_training()
        self.held.device = "cpu"
        self._with_runner(Runner.resume)

    def toggle_training(self) -> None:
        """Pause, or go on."""
        if self.state in (RunState.RUNNING, RunState.COMPILING):
            self.pause()
        else:
            self.train_on()

    def refuse_untrainable(self) -> None:
        """Raises SessionError where what is shown can't be trained."""
        if reason := self.held.why_not_trained:
            raise SessionError(reason)

    def set_pace(self, pace: float | None) -> None:
        """Steps a second, or None for flat out; kept for the runs to come."""
        self.pace = pace
        if self.held.thread is not None:
            self.held.thread.runner.set_pace(pace)
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

    def _leave(self) -> None:
        self.racing.call_off()
        self.copying.call_off()
        self.saving.close()  # it is still writing what is let go of here
        if self._held is not None:
            self._held.let_go(self.leaving)
            self._held = None

    def _watch(self, held: HeldSession) -> None:
        held.recording.tell_of_faults(self._journal_fault)
        if held.thread is not None:
            held.thread.state_changed.connect(self._state_changed)

    def _with_runner(self, act: Callable[[Runner], object]) -> None:
        """Have the runner do it; what is only looked at is copied into a journal first, on a thread."""
        held = self.held
        self.racing.call_off()  # who goes on with this wants nothing in its place
        if held.thread is not None:
            act(held.thread.runner)
            return
        self.refuse_untrainable()
        if not self._awaiting:
            self.copying.start(held.recording.continued, HeldJournal.new(self.journals), self._train_copy)
        self._awaiting.append(act)

    def _train_copy(self, copy: Recording, journal: HeldJournal) -> None:
        acts, held = list(self._awaiting), self.held
        try:
            thread = TrainingThread(copy, pace=self.pace, paused=True, device=held.device, parent=self)
        except SupervizError as error:
            HeldSession(copy, copy.experiment, journal).discard()
            self.failed.emit(str(error))
            return
        held.move_into(copy, journal, self.leaving)
        held.thread = thread
        self._watch(held)
        self.journalled.emit()
        thread.start()
        for act in acts:
            act(thread.runner)

    def _move_into(self, copy: Recording, journal: HeldJournal) -> None:
        self.held.move_into(copy, journal, self.leaving)
        self._watch(self.held)
        self.journalled.emit()

    def _follow(self, held: HeldSession, following: Following) -> None:
        try:
            line = following.look()
        except SessionError as error:
            held.following = None
            self.failed.emit(str(error))
        else:
            if not line:
                return
            held.stop_following()
            self.remarked.emit(line)
        self.state_changed.emit(held.state, "")

    def _move_horizon(self, steps: int) -> None:
        moved = self._edit_for_them("steps", steps)
        if moved.schedule != "constant":
            rate = learning_rates(moved, self.recording.live_step, 1)[0]
            self.remarked.emit(
                f"The {moved.schedule} schedule now ends at step {steps:,}: "
                f"the learning rate is back at {rate:.2g} and falls to 0 again"
            )

    def _edit_for_them(self, field: str, value: LiveValue) -> Experiment:
        edited = self.experiment.changed(**{field: value})
        self.edit(field, value)
        self.edited.emit(edited)
        return edited

    def _journal_fault(self, fault: SessionError) -> None:
        self.journal_failed.emit(str(fault))  # from the writer's thread: the signal is queued to the window's

    @Slot(object, object, str)
    def _state_changed(self, runner: Runner, state: RunState, message: str) -> None:
        thread = None if self._held is None else self._held.thread
        if thread is not None and runner is thread.runner:
            self.state_changed.emit(state, message)

    @Slot(object, str)
    def _save_ended(self, saved: Saved, fault: str) -> None:
        if fault:
            self.save_failed.emit(fault)
            return
        held = self._held
        if held is not None and held.recording is saved.recording:
            held.file, held.file_mark = saved.path, FileMark.of(saved.path)
            held.saved_revision, held.saved_notes = saved.revision, saved.notes
        self.saved.emit(saved.path.name)
