"""NewRuns: begins runs, each journalled from its first step; the best of several seeds is found first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from superviz.app.held_journal import HeldJournal
from superviz.app.held_session import HeldSession, notes_of
from superviz.app.racing import Racing
from superviz.app.training_thread import TrainingThread
from superviz.core.candidates import Candidate, what_became
from superviz.core.errors import SessionError, SupervizError
from superviz.core.experiment import Experiment
from superviz.engine.race import Race
from superviz.session.display import DisplaySettings
from superviz.session.recording import Recording

if TYPE_CHECKING:
    from superviz.app.session_controller import SessionController

WAYS = ("theme", "text_scale", "hidden_panels")
"""What a person chooses for every run, whichever one is shown."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A run that is to be begun."""

    experiment: Experiment
    """As it was asked for: of a race, with all its seeds still to be tried."""
    title: str
    instance: int
    pinned: int | None
    pace: float | None
    pristine: bool
    tried: bool = False
    """Whether it is one of many that are tried out: the next may take its place unasked."""


def again(held: HeldSession, experiment: Experiment, pace: float | None, *, tried: bool) -> Plan:
    """A plan to train that experiment in place of the run that is held, looked at as that is."""
    now = held.recording
    shape, shape_now = ((each.n_features, each.n_hidden) for each in (experiment, now.experiment))
    title = now.title if shape == shape_now else f"{shape[0]} features, {shape[1]} dimensions"
    pristine = held.pristine and experiment == held.requested
    pinned = now.display.pinned_feature
    pinned = pinned if pinned is not None and pinned < experiment.n_features else None
    return Plan(experiment, title, now.display.instance, pinned, pace, pristine, tried)


class NewRuns(QObject):
    """Hands each run to the controller once it is there to be shown; what was shown before stays until then."""

    remarked = Signal(str)
    """What became of the seeds: one line."""
    failed = Signal(str)
    """A race that was on has led to nothing: one line."""

    def __init__(self, controller: SessionController) -> None:
        super().__init__(controller)
        self._controller = controller
        self._planned: tuple[Plan, DisplaySettings] | None = None
        self.may_replace: Callable[[], bool] = lambda: True
        """Asks a person; true where there is none."""
        self.racing = Racing(self)
        self.racing.ended.connect(self._race_ended)

    def agreed(self) -> bool:
        """Whether what is shown may go; asks only where work has come up on it since that was agreed before."""
        return self._controller.held.is_expendable or self.may_replace()

    def begin(self, plan: Plan, display: DisplaySettings, *, is_first: bool = False) -> None:
        """Train it from its random start; where seeds are to be tried, `is_first` has something shown meanwhile.

        Raises SupervizError where it can't be trained or journalled.
        """
        if plan.experiment.best_of == 1:
            self._create(plan, plan.experiment, display)
            return
        if is_first:
            # There must be something to look at: what the first seed starts from, at rest.
            self._create(plan, plan.experiment.changed(best_of=1), display, paused=True)
        self._controller.pause()
        self._planned = (plan, display)
        self.racing.start(plan.experiment)

    def _create(
        self,
        plan: Plan,
        experiment: Experiment,
        display: DisplaySettings,
        *,
        candidates: tuple[tuple[Candidate, ...], ...] = (),
        paused: bool = False,
    ) -> None:
        changes = {"instance": min(plan.instance, experiment.n_instances - 1), "pinned_feature": plan.pinned}
        display = display.model_copy(update=changes)
        journal = HeldJournal.new(self._controller.journals)
        try:
            recording = Recording.create(
                experiment, journal.path, title=plan.title, display=display, candidates=candidates
            )
        except SessionError:
            journal.remove()
            raise
        held = HeldSession(recording, plan.experiment, journal, pristine=plan.pristine)
        held.agreed = notes_of(recording) if plan.tried else None
        try:
            held.thread = TrainingThread(recording, pace=plan.pace, paused=paused, parent=self)
        except SupervizError:
            held.discard()
            raise
        self._controller.show_held(held)

    @Slot(object, str)
    def _race_ended(self, race: Race | None, fault: str) -> None:
        planned, self._planned = self._planned, None
        if race is None or planned is None:
            self.failed.emit(fault)
            return
        plan, display = planned
        if not self.agreed():
            return
        now = self._controller.recording.display
        display = display.model_copy(update={way: getattr(now, way) for way in WAYS})
        try:
            self._create(plan, race.experiment, display, candidates=race.candidates)
        except SupervizError as error:
            self.failed.emit(str(error))
            return
        shown = self._controller.recording.display.instance
        whose = f"instance {shown + 1}: " if race.experiment.n_instances > 1 else ""
        self.remarked.emit(whose + what_became(race.candidates[shown]))
