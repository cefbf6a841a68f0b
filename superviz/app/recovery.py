"""Recovery: what windows that died have left behind is looked for at the start, and offered back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QThread, Slot
from PySide6.QtGui import QImage

from superviz.app.held_journal import HeldJournal, hold
from superviz.app.left_runs import PICTURE, LeftRuns
from superviz.app.notifications import Card, Notifications, Offer
from superviz.app.session_controller import SessionController
from superviz.scene.coloring import colors_at
from superviz.scene.drawables import Scene
from superviz.scene.examples import hidden_examples
from superviz.scene.naming import shape_at
from superviz.scene.palette import Palette
from superviz.scene.thumbnails import thumbnails
from superviz.session.journals import LeftBehind, look_through, note_offered
from superviz.views.plane_painter import to_image
from superviz.views.theme import current_palette

_UNIT = 0.36
"""The unit circle's radius, as a part of that."""


class LookThread(QThread):
    """Looks through the folder of journals once, cleans it up, and paints a picture of each run that is worth it."""

    def __init__(self, folder: Path, palette: Palette, scale: float, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("recovery")
        self.found: list[tuple[LeftBehind, QImage | None]] = []
        self._folder, self._palette, self._scale = folder, palette, scale

    def run(self) -> None:
        """Called by QThread.start() on the new thread."""
        for left in look_through(self._folder, hold):
            scene = picture(left, self._palette)
            self.found.append((left, None if scene is None else to_image(scene, self._scale)))


class Recovery(QObject):
    """One card for all of them. `attempt` does what is asked for; `may_leave` says whether the run shown may go."""

    def __init__(
        self,
        controller: SessionController,
        notifications: Notifications,
        attempt: Callable[[Callable[[], object]], None],
        may_leave: Callable[[], bool],
    ) -> None:
        super().__init__(notifications)
        self._controller, self._notifications = controller, notifications
        self._attempt, self._may_leave = attempt, may_leave
        self._thread: LookThread | None = None
        self._runs: LeftRuns | None = None
        self._card: Card | None = None

    def look(self, scale: float) -> None:
        """Look for them, on a thread; pictures have `scale` device pixels a logical one at text scale 1."""
        self.close()
        self._thread = LookThread(self._controller.journals, current_palette(), scale, self)
        self._thread.finished.connect(self._looked)
        self._thread.start(QThread.Priority.LowPriority)

    def close(self) -> None:
        """Wait for what is being looked for."""
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.wait()
            thread.deleteLater()

    @Slot()
    def _looked(self) -> None:
        thread, self._thread = self._thread, None
        if thread is None:
            return
        thread.deleteLater()
        if thread.found:
            self._offer(thread.found)

    def _offer(self, found: Sequence[tuple[LeftBehind, QImage | None]]) -> None:
        self._runs = LeftRuns(found)
        self._runs.restore_asked.connect(self._restore_asked)
        self._runs.discard_asked.connect(self._discard)
        offers = [Offer("Not now", self._put_off)]
        self._card = self._notifications.notify(_heading(len(found)), "info", offers, self._runs)
        note_offered(left for left, _ in found)

    def _put_off(self) -> None:
        self._runs = self._card = None

    @Slot(object)
    def _restore_asked(self, left: LeftBehind) -> None:
        self._attempt(lambda: self._restore(left))

    def _restore(self, left: LeftBehind) -> None:
        if self._may_leave():
            self._controller.restore(left.path)
            self._settle(left)

    @Slot(object)
    def _discard(self, left: LeftBehind) -> None:
        journal = HeldJournal.take(left.path)
        if journal is not None:
            journal.remove()
        self._settle(left)

    def _settle(self, left: LeftBehind) -> None:
        if self._runs is None or self._card is None:
            return
        if self._runs.take_out(left):
            self._notifications.take_back(self._card)
            self._put_off()
        else:
            self._notifications.reword(self._card, _heading(len(self._runs.rows)))


def _heading(count: int) -> str:
    return f"{'A run was' if count == 1 else f'{count} runs were'} left open when superviz last ended"


def picture(left: LeftBehind, palette: Palette) -> Scene | None:
    """A run's last moment, as the strip shows an instance; None where there is nothing to see of it."""
    moment = left.moment
    if moment is None:
        return None
    index = min(left.display.instance, len(moment.W) - 1)
    W, experiment = moment.W[index], moment.experiment
    (drawn,) = thumbnails(
        moment.W[index : index + 1],
        experiment.importance_array()[index : index + 1],
        [shape_at(W, experiment, index)],
        [colors_at(moment, index, palette, left.display)],
        [(PICTURE / 2, PICTURE / 2)],
        _UNIT * PICTURE,
        left.display,
        palette,
        privileged=experiment.has_privileged_basis,
        examples=[hidden_examples(W, experiment, index)],
    )
    return Scene(PICTURE, PICTURE, palette.canvas, tuple(drawn))
