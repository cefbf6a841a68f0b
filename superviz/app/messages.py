"""Messages: what a run says that a person should hear, as notifications, with what may be done about it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from superviz.app.notifications import Card, Notifications, Offer, Severity
from superviz.app.session_controller import SessionController
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
    ) -> None:
        super().__init__(notifications)
        self._controller, self._notifications = controller, notifications
        self._attempt, self._start_run = attempt, start_run
        self._trouble: Card | None = None
        self._race: Card | None = None
        controller.session_changed.connect(self._session_changed)
        controller.state_changed.connect(self._state_changed)
        controller.remarked.connect(self._remarked)
        controller.failed.connect(self._failed)
        controller.journal_failed.connect(self._journal_failed)
        controller.racing.progressed.connect(self._race_progressed)
        controller.racing.ended.connect(self._race_ended)
        controller.racing.called_off.connect(self._race_is_over)

    @Slot()
    def _session_changed(self) -> None:
        self._settle_trouble()
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
        self._notifications.notify(line)

    @Slot(str)
    def _failed(self, line: str) -> None:
        self._notifications.notify(line, "error")

    @Slot(str)
    def _journal_failed(self, line: str) -> None:
        self._notifications.notify(f"{line}; the run is kept in memory only: save it elsewhere", "error")

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
