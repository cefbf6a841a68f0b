"""Racing: the seeds of a recipe that keeps the best of several, trained on a thread of their own."""

from __future__ import annotations

import threading

from PySide6.QtCore import QObject, QThread, Signal, Slot

from superviz.app.training_thread import spare_cores
from superviz.core.errors import SupervizError
from superviz.core.experiment import Experiment
from superviz.engine.race import Cancelled, Race, race
from superviz.engine.runner import STACK_BYTES


class RaceThread(QThread):
    """One race. Its outcome is kept in `race`, None where it was called off or failed; a fault as one line."""

    progressed = Signal(int)
    """Percent of the steps, each time it is another."""

    def __init__(self, experiment: Experiment, threads: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("race")
        self.setStackSize(STACK_BYTES)
        self.experiment = experiment
        self.race: Race | None = None
        self.fault = ""
        self._threads = threads
        self._cancelled = threading.Event()
        self._percent = -1

    def cancel(self) -> None:
        """Stop within some 50 ms."""
        self._cancelled.set()

    def run(self) -> None:
        """Called by QThread.start() on the new thread."""
        try:
            self.race = race(
                self.experiment, threads=self._threads, progress=self._tell, cancelled=self._cancelled.is_set
            )
        except Cancelled:
            pass
        except SupervizError as error:
            self.fault = str(error)
        except Exception as error:  # told in the window; the thread must not take the app down
            self.fault = f"the seeds could not be tried: {type(error).__name__}: {error}"

    def _tell(self, done: int, total: int) -> None:
        percent = 100 * done // total
        if percent != self._percent:
            self._percent = percent
            self.progressed.emit(percent)


class Racing(QObject):
    """At most one race at a time: another one, or whatever else is to be shown, calls it off."""

    progressed = Signal(int, int)
    """How many seeds are tried, and how many percent of their steps are done."""
    ended = Signal(object, str)
    """The Race, or None where it failed; and the fault's one line, or "". Not told of a race that was called off."""
    called_off = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread: RaceThread | None = None

    @property
    def is_on(self) -> bool:
        """Whether seeds are being tried."""
        return self._thread is not None

    def start(self, experiment: Experiment) -> None:
        """Try its seeds."""
        self.call_off()
        self._thread = RaceThread(experiment, spare_cores(), self)
        self._thread.progressed.connect(self._progressed)
        self._thread.finished.connect(self._finished)
        self._thread.start()
        self.progressed.emit(experiment.best_of, 0)

    @Slot()
    def call_off(self) -> None:
        """Stop where one is on, and wait for it."""
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.cancel()
            thread.wait()
            thread.deleteLater()
            self.called_off.emit()

    @Slot(int)
    def _progressed(self, percent: int) -> None:
        if self._thread is not None:
            self.progressed.emit(self._thread.experiment.best_of, percent)

    @Slot()
    def _finished(self) -> None:
        thread = self._thread
        if thread is None or not thread.isFinished():
            return  # told of a race that was called off, or of the one before
        self._thread = None
        thread.deleteLater()
        self.ended.emit(thread.race, thread.fault)
