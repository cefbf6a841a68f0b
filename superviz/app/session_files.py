"""SessionFiles: opening and saving as a person does it, with the questions that need asking."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from superviz.app import questions
from superviz.app.held_session import notes_of
from superviz.app.importing import IMPORTABLE, Importing
from superviz.app.log import timed
from superviz.app.questions import Answer, Replacing
from superviz.app.session_controller import SessionController
from superviz.core.paths import file_stem
from superviz.core.recipe import Recipe, load_recipe
from superviz.session.display import DisplaySettings

_UNTITLED = "session"


class SessionFiles(QObject):
    """Methods raise SupervizError where a file can't be read; what was shown before is then still there.

    Saving goes on beside the window: what becomes of it is told by the controller.
    """

    opened = Signal(object)
    """The Path of what is shown now."""

    def __init__(self, controller: SessionController, parent: QWidget) -> None:
        super().__init__(parent)
        self._controller, self._window = controller, parent
        self.importing = Importing(controller, self)
        self.importing.shown.connect(self.opened)
        controller.new_runs.may_replace = self.may_leave
        self.folder = Path.home()
        """Where a file is looked for and suggested while the session has none of its own."""

    @property
    def name(self) -> str:
        """What the session goes by: its file's name, else its title."""
        file = self._controller.file
        return file.stem if file else self._controller.recording.title or _UNTITLED

    def suggestion(self, ending: str) -> Path:
        """A file beside the session's own, or in the folder of the one before, by its title."""
        if file := self._controller.file:
            return file.with_name(f"{file.stem}{ending}")
        return self.folder / f"{file_stem(self._controller.recording.title) or _UNTITLED}{ending}"

    def open(self, path: Path, display: DisplaySettings) -> None:
        """Show a session or weights, at rest, or a recipe, training and looked at as `display` says."""
        if path.suffix.lower() in IMPORTABLE:
            self._import(path)
        elif self.may_leave():
            with timed(f"opening {path.name}"):
                if path.suffix == ".toml":
                    self._controller.start(load_recipe(path), display, pristine=False)
                else:
                    self._controller.open(path)
            self.opened.emit(path)

    def start(self, recipe: Recipe, display: DisplaySettings) -> None:
        """Train a preset from its random start."""
        if self.may_leave():
            self._controller.start(recipe, display)

    def ask_open(self, display: DisplaySettings) -> None:
        """Ask which file, and open it."""
        if path := questions.ask_open_file(self._window, self.suggestion("").parent):
            self.open(path, display)

    def save(self) -> None:
        """To the session's file; asks where, the first time."""
        if path := self._destination():
            self._controller.begin_save(path)

    def save_as(self) -> None:
        """Ask where, and save."""
        if path := self._asked():
            self._controller.begin_save(path)

    def may_leave(self) -> bool:
        """Whether the run shown may go: asks once where work would be lost, and waits where it is to be saved."""
        held = self._controller.held
        if self._controller.has_unsaved_work:
            answer = questions.ask_unsaved(self._window, self.name)
            if answer is Answer.CANCEL or (answer is Answer.SAVE and not self._is_saved()):
                return False
        held.agreed = notes_of(held.recording)
        return True

    def _is_saved(self) -> bool:
        path = self._destination()
        return path is not None and self._controller.save(path)

    def _import(self, path: Path) -> None:
        found = self.importing.look_into(path)
        choice = questions.ask_import(self._window, path, found)
        if choice is not None and self.may_leave():
            self.importing.start(path, choice)

    def _destination(self) -> Path | None:
        path = self._controller.file
        if path is None:
            return self._asked()
        if self._controller.held.file_was_changed:
            answer = questions.ask_changed(self._window, path.name)
            if answer is not Replacing.REPLACE:
                return self._asked() if answer is Replacing.SAVE_ELSEWHERE else None
        return path

    def _asked(self) -> Path | None:
        return questions.ask_save_file(self._window, self.suggestion(".superviz"))
