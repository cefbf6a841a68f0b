"""Instant: every change of the recipe is trained at once and shown; what the hand rests on becomes the run."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import dataclass

from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot

from superviz.app.preview import Preview
from superviz.app.session_controller import SessionController
from superviz.core.errors import SessionError, SupervizError
from superviz.core.experiment import Experiment
from superviz.engine.instant import train_alone
from superviz.engine.runner import STACK_BYTES, RunState
from superviz.session.moment import Moment

REST_MILLISECONDS = 400
"""Without a change for so long, the hand rests: what is tried out is then recorded as a run."""
PATIENCE_SECONDS = 0.1
"""How long a training goes on though a newer change waits: a hand that never stops would otherwise never see one.
Then what there is of it is shown, growing; most are done by then."""
_NEARLY = 0.5
"""A share of the steps: a training that has come so far in PATIENCE_SECONDS is whole before it is painted twice."""


@dataclass(frozen=True, eq=False, slots=True)
class Attempt:
    """What is to be trained at once."""

    experiment: Experiment
    instance: int
    base: Moment | None
    """What was shown before, for the other instances."""


class InstantThread(QThread):
    """Trains the newest attempt; those that came meanwhile are forgotten, never queued."""

    shown = Signal()
    """`preview` is another, or there is more of it."""
    failed = Signal(str)
    """An attempt can't be trained: one line."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("instant")
        self.setStackSize(STACK_BYTES)
        self.preview: Preview | None = None
        """What has come of an attempt, the last that was worth seeing."""
        self._changed = threading.Condition()
        self._newest: Attempt | None = None
        self._in_hand: Attempt | None = None
        self._closed = False

    def attempt(self, attempt: Attempt) -> None:
        """Train this next. From any thread."""
        with self._changed:
            self._newest = attempt
            self._changed.notify()

    def rest(self) -> None:
        """Train no more; what has been shown stays."""
        with self._changed:
            self._newest = self._in_hand = None

    def forget(self) -> None:
        """Train no more, and show nothing."""
        with self._changed:
            self._newest = self._in_hand = self.preview = None

    def stop(self) -> None:
        """End the thread, and wait for it."""
        with self._changed:
            self._closed = True
            self._newest = self._in_hand = None
            self._changed.notify()
        self.wait()

    def run(self) -> None:
        """Called by QThread.start() on the new thread."""
        while (attempt := self._next()) is not None:
            try:
                self._train(attempt)
            except SupervizError as error:
                self.failed.emit(str(error))
            except Exception as error:  # told in the window; the thread must not take the app down
                self.failed.emit(f"{type(error).__name__}: {error}")

    def _next(self) -> Attempt | None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._newest is not None)
            self._in_hand, self._newest = self._newest, None
            return self._in_hand

    def _train(self, attempt: Attempt) -> None:
        preview = Preview(attempt.experiment, attempt.instance, attempt.base)
        began = time.perf_counter()

        def is_wanted() -> bool:
            preview.timeline(attempt.instance)  # names shapes while the kernel trains; the window finds them named
            took = time.perf_counter() - began
            share = preview.recording.live_step / attempt.experiment.steps
            if took < PATIENCE_SECONDS or (took < 2 * PATIENCE_SECONDS and share >= _NEARLY):
                return self._in_hand is attempt
            self._show(attempt, preview)
            return self._in_hand is attempt and self._newest is None

        try:
            train_alone(attempt.experiment, attempt.instance, preview.recording, is_wanted)
            preview.timeline(attempt.instance)
            self._show(attempt, preview)
        finally:
            preview.close()

    def _show(self, attempt: Attempt, preview: Preview) -> None:
        if self.preview is not preview:
            with self._changed:
                if self._in_hand is not attempt:
                    return  # what is shown by now is something else
                self.preview = preview
        self.shown.emit()


class Instant(QObject):
    """The mode, and what it shows in place of the session.

    ::

        a change -> trained alone, shown as `preview` --400 ms rest--> a new run, flat out --caught up--> the session

    The run becomes what the preview was, to the byte, and takes its place unseen: docs/decisions/0010. A recipe
    that keeps the best of several seeds is previewed with the first of them.
    """

    switched = Signal(bool)
    """On, or off."""
    shown = Signal()
    """There is something newer to be shown."""
    failed = Signal(str)
    """What was changed can't be trained: one line."""
    taken_back = Signal()
    """What was tried becomes no run: the session is as it was."""

    def __init__(self, controller: SessionController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self.on = False
        self._thread: InstantThread | None = None
        self.attempt: Attempt | None = None
        """What is being tried, until the session has caught up with it."""
        self._awaits_run = False
        self._run_rests = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MILLISECONDS)
        self._rest.timeout.connect(self._rested)
        controller.session_changed.connect(self._session_changed)
        controller.state_changed.connect(self._state_changed)
        controller.racing.ended.connect(self._race_ended)
        controller.racing.called_off.connect(self._race_called_off)

    def switch(self, on: bool) -> None:
        """Turn it on; or off, and then what was tried last is the session."""
        if on == self.on:
            return
        self.on = on
        if not on and self._rest.isActive():
            self._rested()
        self.switched.emit(on)

    def try_out(self, experiment: Experiment, instance: int) -> None:
        """Show what becomes of an instance under another recipe."""
        base = self.attempt.base if self.attempt is not None else self._session_now(instance)
        self._rest.start()
        self._controller.racing.call_off()
        self._controller.pause()
        self._begin(Attempt(experiment, instance, base))

    def show_instance(self, instance: int) -> None:
        """Show what becomes of another instance, where something is being tried."""
        if self.attempt is not None and self.attempt.instance != instance:
            self._begin(Attempt(self.attempt.experiment, instance, self.attempt.base))

    def preview_now(self) -> Preview | None:
        """What is to be shown in place of the session; it is let go of once the session has caught up with it."""
        preview = None if self._thread is None else self._thread.preview
        if preview is not None and self._has_caught_up(preview):
            self._forget()
            return None
        return preview

    def close(self) -> None:
        """Let go of the thread and of what it shows."""
        self._rest.stop()
        if self._thread is not None:
            self._thread.stop()
            self._thread.deleteLater()
            self._thread = None
        self.attempt = None

    def _begin(self, attempt: Attempt) -> None:
        self.attempt = attempt
        if self._thread is None:
            self._thread = InstantThread(self)
            self._thread.shown.connect(self.shown)
            self._thread.failed.connect(self.failed)
            self._thread.start()
        self._thread.attempt(attempt)

    @Slot()
    def _rested(self) -> None:
        """Make what was tried last a run, recorded and of all instances."""
        self._rest.stop()
        attempt, thread, controller = self.attempt, self._thread, self._controller
        if attempt is None or thread is None:
            return
        if attempt.experiment != controller.requested and not controller.new_runs.agreed():
            self._forget()
            self.taken_back.emit()
            return
        if thread.preview is not None and thread.preview.experiment == attempt.experiment:
            thread.rest()
        else:
            thread.forget()
        self._run_rests, self._awaits_run = False, True
        try:
            if not controller.train_flat_out(attempt.experiment):
                self._awaits_run = False
        except SupervizError as error:
            self._forget()
            self.taken_back.emit()
            self.failed.emit(str(error))

    def _has_caught_up(self, preview: Preview) -> bool:
        controller = self._controller
        if self._rest.isActive() or controller.requested != preview.experiment:
            return False
        run = controller.recording
        return self._run_rests or run.live_step >= preview.recording.live_step or bool(run.edits)

    def _session_now(self, instance: int) -> Moment | None:
        recording = self._controller.recording
        with suppress(SessionError):  # it has only just begun
            return recording.moment(recording.live_step, instance)
        return None

    def _forget(self) -> None:
        self._rest.stop()
        self.attempt, self._awaits_run = None, False
        if self._thread is not None:
            self._thread.forget()

    @Slot()
    def _session_changed(self) -> None:
        self._run_rests = False
        if not self._awaits_run:
            self._forget()  # another run or file was asked for: that is what is to be seen
        self._awaits_run = False

    @Slot(object, str)
    def _state_changed(self, state: RunState, _message: str) -> None:
        self._run_rests = state not in (RunState.READY, RunState.COMPILING, RunState.RUNNING)

    @Slot(object, str)
    def _race_ended(self, race: object, _fault: str) -> None:
        if race is None:
            self._forget()

    @Slot()
    def _race_called_off(self) -> None:
        if not self._rest.isActive():
            self._forget()
