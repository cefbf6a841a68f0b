"""Handing on: a run's weights, history, recipe and script into files, and recipe strings by way of the clipboard."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, QThread, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from superviz.app import questions
from superviz.app.log import timed
from superviz.app.notifications import Card, Notifications, Offer
from superviz.app.preview import Preview
from superviz.app.session_controller import SessionController
from superviz.app.session_files import SessionFiles
from superviz.app.stage import Stage
from superviz.core.errors import ExportError, RecipeError, SupervizError
from superviz.core.recipe import Recipe, load_recipe, recipe_string
from superviz.core.recipe_string import BEGINNING, is_recipe_string
from superviz.exchange.formats import FORMATS, Format, Order
from superviz.exchange.recipe_file import recipe_of

_TELL_SECONDS = 0.2
"""Between two words about how far a long writing has come; a short one says nothing until it is done."""


class _CalledOffError(Exception):
    pass


class WritingThread(QThread):
    """One file. A fault is kept as one line."""

    progressed = Signal(int)
    """Per cent, now and then."""

    def __init__(self, format: Format, order: Order, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("handing on")
        self.order = order
        self.said = self.fault = ""
        self._format = format
        self._told = time.monotonic()
        self._called_off = threading.Event()

    @property
    def was_called_off(self) -> bool:
        """Whether it was told to stop."""
        return self._called_off.is_set()

    def call_off(self) -> None:
        """Stop soon; no half file is left."""
        self._called_off.set()

    def run(self) -> None:
        """Called by QThread.start() on the new thread."""
        try:
            with timed(f"writing {self.order.path.name}"):
                self.said = self._format.write(replace(self.order, progress=self._heed))
        except _CalledOffError:
            pass
        except SupervizError as error:
            self.fault = str(error)
        except Exception as error:  # told in the window; the thread must not take the app down
            self.fault = f"{self.order.path.name}: {type(error).__name__}: {error}"

    def _heed(self, done: int, total: int) -> None:
        if self._called_off.is_set():
            raise _CalledOffError
        if time.monotonic() - self._told > _TELL_SECONDS:
            self._told = time.monotonic()
            self.progressed.emit(100 * done // total)


class HandingOn(QObject):
    """What goes to other programs and people from the window. Methods raise SupervizError where it can't be done."""

    def __init__(
        self,
        stage: Stage,
        controller: SessionController,
        files: SessionFiles,
        notifications: Notifications,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._stage, self._controller, self._files = stage, controller, files
        self._notifications, self._window = notifications, parent
        self._thread: WritingThread | None = None
        self._card: Card | None = None

    @property
    def busy(self) -> bool:
        """Whether a file is being written."""
        return self._thread is not None

    def write(self, name: str) -> None:
        """Ask where to write that format of `FORMATS`, and write it while the window goes on."""
        if self._thread is not None:
            raise ExportError(f"{self._thread.order.path.name} is still being written; wait until it is done")
        format, recording = FORMATS[name], self._controller.recording
        recipe = self._recipe() if isinstance(self._stage.shown, Preview) else recording
        suggestion = self._files.suggestion(format.endings[0])
        answer = questions.ask_new_file(self._window, format.deed, suggestion, format.files, format.endings)
        if answer is None:
            return
        path, force = answer
        order = Order(recording, recipe, self._stage.playback.position, path, force=force)
        self._thread = thread = WritingThread(format, order, self)
        thread.progressed.connect(self._progressed)
        thread.finished.connect(self._finished)
        thread.start()

    def copy_recipe(self) -> None:
        """The recipe of what is shown to the clipboard, as a recipe string."""
        QGuiApplication.clipboard().setText(recipe_string(self._recipe()))
        self._notifications.notify("Copied the recipe string: paste it into any message, and from there into superviz")

    def paste_recipe(self) -> None:
        """Train the recipe whose string is on the clipboard; asks first where work would be lost."""
        text = QGuiApplication.clipboard().text()
        if not is_recipe_string(text):
            raise RecipeError(f"the clipboard holds no recipe string; one begins with {BEGINNING}")
        self.train_recipe(text)

    def train_recipe(self, text: str) -> None:
        """Train the recipe that a string tells of; asks first where work would be lost."""
        recipe = load_recipe(text)
        if self._files.may_leave():
            self._controller.start(recipe, self._stage.display_of_new_runs, pristine=False)

    def close(self) -> None:
        """Stop what is being written, leaving no half file."""
        if self._thread is not None:
            self._thread.call_off()
            self._thread.wait()
            self._finished()

    def _recipe(self) -> Recipe:
        """That of the run, or of what is tried out in its place."""
        return replace(recipe_of(self._controller.recording), experiment=self._stage.shown.experiment)

    @Slot(int)
    def _progressed(self, percent: int) -> None:
        if self._thread is None:
            return
        line = f"Writing {self._thread.order.path.name}: {percent} %"
        if self._card is None:
            stop = Offer("Stop", partial(WritingThread.call_off, self._thread))
            self._card = self._notifications.notify(line, "busy", [stop])
        else:
            self._notifications.reword(self._card, line)

    @Slot()
    def _finished(self) -> None:
        thread, self._thread = self._thread, None
        if thread is None:
            return
        card, self._card = self._card, None
        if card is not None:
            self._notifications.take_back(card)
        if thread.fault:
            self._notifications.notify(thread.fault, "error")
        elif not thread.was_called_off:
            more = f": {thread.said}" if thread.said else ""
            self._notifications.notify(f"Wrote {thread.order.path.name}{more}")
        thread.deleteLater()
