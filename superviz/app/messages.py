"""Messages: what a run says that a person should hear, as notifications, with what may be done about it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from superviz.app.notifications import Card, Notifications, Offer, Severity
from superviz.app.session_controller import SessionController
from superviz.app.session_files import SessionFiles
from superviz.core.experiment import Experiment
from superviz.engine.race import Race
from superviz.engine.runner import RunState
from superviz.engine.torch_trainer import OutOfMemory
from superviz.engine.trainer import Diverged

_KINDS: dict[RunState, Severity] = {RunState.FAILED: "error", RunState.COMPILING: "info"}


class Messages(QObject):
    """Listens to the controller. `attempt` does what is offered; `start_run` begins a run, asking where it must."""

    def __init__(
        self,
        controller: SessionController,
        notifications: Notifications,
        attempt: Callable[[Callable[[], object]], None],
        start_run: Callable[[Experiment], None],
        files: SessionFiles,
    ) -> None:
        super().__init__(notifications)
        self._controller, self._notifications = controller, notifications
        self._attempt, self._start_run = attempt, start_run
        self._elsewhere = self._offer("Save elsewhere…", files.save_as)
        self._trouble: Card | None = None
        self._race: Card | None = None
        self._work: Card | None = None
        self._thinned: Card | None = None
        controller.session_changed.connect(self._session_changed)
        controller.state_changed.connect(self._state_changed)
        controller.remarked.connect(self._remarked)
        controller.failed.connect(self._failed)
        controller.journal_failed.connect(self._journal_failed)
        controller.thinned.connect(self._frames_thinned)
        controller.saved.connect(self._saved)
        controller.save_failed.connect(self._save_failed)
        controller.saving.lasts.connect(self._saving_lasts)
        controller.saving.ended.connect(self._work_ended)
        controller.copying.lasts.connect(self._copying_lasts)
        controller.copying.ended.connect(self._work_ended)
        files.importing.began.connect(self._import_began)
        files.importing.ended.connect(self._import_ended)
        controller.racing.progressed.connect(self._race_progressed)
        controller.racing.ended.connect(self._race_ended)
        controller.racing.called_off.connect(self._race_is_over)

    @Slot()
    def _session_changed(self) -> None:
        self._settle_trouble()
        self._thinned = None
        if not self._controller.recording.described:
            return
        for remark in self._controller.recording.experiment.remarks():
            self._notifications.notify(remark)

    @Slot(object, str)
    def _state_changed(self, state: RunState, message: str) -> None:
        if state is RunState.RUNNING:
            self._settle_trouble()
        if not message:
            return
        offers = self._remedies(message)
        card = self._notifications.notify(message[0].upper() + message[1:], _KINDS.get(state, "warning"), offers)
        if offers:
            self._trouble = card

    def _remedies(self, message: str) -> list[Offer]:
        """What may be done about it, where the run stopped over what `message` says."""
        controller = self._controller
        error, now = controller.runner.error, controller.experiment
        if str(error) != message:
            return []
        if isinstance(error, Diverged):
            slower = controller.recording.experiment.changed(learning_rate=now.learning_rate / 2)
            return [
                self._offer("Halve the learning rate", controller.halve_learning_rate),
                self._offer("Start over with half", lambda: self._start_run(slower)),
            ]
        if isinstance(error, OutOfMemory):
            offers = [self._offer("Use the CPU", controller.train_on_cpu)]
            if error.batch_size is not None:
                smaller = now.changed(batch_size=error.batch_size)
                offers.append(self._offer("Halve the batch", lambda: self._start_run(smaller)))
            return offers
        return []

    def _offer(self, words: str, what: Callable[[], object]) -> Offer:
        return Offer(words, lambda: self._attempt(what))

    def _settle_trouble(self) -> None:
        """Its offers are for the run as it stood: they go once that goes on, or is another."""
        if self._trouble is not None:
            self._notifications.take_back(self._trouble)
            self._trouble = None

    @Slot(str)
    def _remarked(self, line: str) -> None:
        self._notifications.notify(line[0].upper() + line[1:])

    @Slot(str)
    def _failed(self, line: str) -> None:
        self._notifications.notify(line, "error")

    @Slot(str)
    def _journal_failed(self, line: str) -> None:
        self._notifications.notify(f"{line}; the run goes on in memory only", "error", [self._elsewhere])

    @Slot(str)
    def _saved(self, name: str) -> None:
        self._notifications.notify(f"Saved {name}")

    @Slot(str)
    def _save_failed(self, line: str) -> None:
        self._notifications.notify(line, "error", [self._elsewhere])

    @Slot(int)
    def _frames_thinned(self, count: int) -> None:
        """Once a run, and then only the number, for as long as that is there."""
        line = f"{count:,} frame{'' if count == 1 else 's'} not kept: the disk can’t keep up"
        if self._thinned is None:
            self._thinned = self._notifications.notify(line)
        else:
            self._notifications.reword(self._thinned, line)

    @Slot(str)
    def _saving_lasts(self, name: str) -> None:
        self._be_busy(f"Saving {name}…")

    @Slot()
    def _copying_lasts(self) -> None:
        self._be_busy("Making a copy to work in…")

    @Slot(str)
    def _import_began(self, name: str) -> None:
        self._be_busy(f"Reading {name}…")

    @Slot(str)
    def _import_ended(self, fault: str) -> None:
        self._work_ended()
        if fault:
            self._failed(fault)

    def _be_busy(self, line: str) -> None:
        self._work_ended()
        self._work = self._notifications.notify(line, "busy")

    @Slot()
    def _work_ended(self) -> None:
        if self._work is not None:
            self._notifications.take_back(self._work)
            self._work = None

    @Slot(int, int)
    def _race_progressed(self, seeds: int, percent: int) -> None:
        line = f"Trying {seeds} seeds… {percent} %"
        if self._race is None:
            cancel = Offer("Cancel", self._controller.racing.call_off)
            self._race = self._notifications.notify(line, "busy", [cancel])
        else:
            self._notifications.reword(self._race, line)

    @Slot(object, str)
    def _race_ended(self, _race: Race | None, _fault: str) -> None:
        self._race_is_over()

    @Slot()
    def _race_is_over(self) -> None:
        if self._race is not None:
            self._notifications.take_back(self._race)
            self._race = None
