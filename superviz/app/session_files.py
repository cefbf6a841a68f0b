"""SessionFiles: opening and saving as a person does it, with the questions that need asking."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from superviz.app import questions
from superviz.app.questions import Answer
from superviz.app.session_controller import SessionController
from superviz.core.recipe import Recipe, load_recipe
from superviz.session.display import DisplaySettings


class SessionFiles(QObject):
    """Methods raise SupervizError where a file can't be read or written; what was shown before is then still there."""

    saved = Signal(str)
    """To a file of that name."""

    def __init__(self, controller: SessionController, parent: QWidget) -> None:
        super().__init__(parent)
        self._controller, self._window = controller, parent

    @property
    def name(self) -> str:
        """What the session goes by: its file's name, else its title."""
        file = self._controller.file
        return file.stem if file else self._controller.recording.title or "session"

    def suggestion(self, ending: str) -> Path:
        """A file beside the session's own, or in the home folder."""
        file = self._controller.file
        return (file.parent if file else Path.home()) / f"{self.name}{ending}"

    def open(self, path: Path, display: DisplaySettings) -> None:
        """Show a session, at rest, or a recipe, training and looked at as `display` says."""
        if not self.may_leave():
            return
        if path.suffix == ".toml":
            self._controller.start(load_recipe(path), display, pristine=False)
        else:
            self._controller.open(path)

    def start(self, recipe: Recipe, display: DisplaySettings) -> None:
        """Train a preset from its random start."""
        if self.may_leave():
            self._controller.start(recipe, display)

    def ask_open(self, display: DisplaySettings) -> None:
        """Ask which file, and open it."""
        if path := questions.ask_open_file(self._window, self.suggestion("").parent):
            self.open(path, display)

    def save(self) -> bool:
        """To the session's file; asks where, the first time. Whether it was saved."""
        if self._controller.file is None:
            return self.save_as()
        self._controller.save(self._controller.file)
        self.saved.emit(self._controller.file.name)
        return True

    def save_as(self) -> bool:
        """Ask where, and save. Whether it was saved."""
        path = questions.ask_save_file(self._window, self.suggestion(".superviz"))
        if path is None:
            return False
        self._controller.save(path)
        self.saved.emit(path.name)
        return True

    def may_leave(self) -> bool:
        """Whether the run shown may go: asks once where work would be lost."""
        if not self._controller.has_unsaved_work:
            return True
        answer = questions.ask_unsaved(self._window, self.name)
        return self.save() if answer is Answer.SAVE else answer is Answer.DISCARD
