"""Dropping: a file or a recipe string dropped on the window is opened like any other."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from superviz.app.drop_overlay import DropOverlay
from superviz.app.dropped import Dropped, read

if TYPE_CHECKING:
    from superviz.app.main_window import MainWindow


class Dropping(QObject):
    """Asks first where work would be lost; what superviz doesn't open is refused in a line."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.overlay = DropOverlay(window)
        self.overlay.dropped.connect(self._dropped)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A drag that comes in is the overlay's as soon as it moves; until then it is the window's."""
        if isinstance(event, QDragEnterEvent):
            what = read(event.mimeData())
            if what is None:
                return False
            self.overlay.show_for(what)
            event.acceptProposedAction()
        elif event.type() is QEvent.Type.DragLeave:
            self.overlay.hide()
        elif event.type() is QEvent.Type.Drop and isinstance(event, QDropEvent):
            self.overlay.dropEvent(event)
        else:
            return False
        return True

    @Slot(object)
    def _dropped(self, what: Dropped) -> None:
        # Once the drop is over: a question asked meanwhile would hold up the program that it came from.
        QTimer.singleShot(0, self, partial(self._open, what))

    def _open(self, what: Dropped) -> None:
        if what.path is not None:
            self._window.open_file(what.path)
        elif what.recipe:
            self._window.attempt(partial(self._window.handing_on.train_recipe, what.recipe))
        else:
            self._window.notify(what.line, "warning")
