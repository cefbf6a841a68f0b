"""Renaming: another title for the session shown, typed where its title stands."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Signal, Slot
from PySide6.QtWidgets import QWidget

from superviz.app.inline_editor import InlineEditor
from superviz.app.session_controller import SessionController

LONGEST_TITLE = 80
"""Characters."""


class Renaming(QObject):
    """Opens its editor over `window`, under `place`, which shows the title."""

    renamed = Signal()

    def __init__(self, controller: SessionController, place: QWidget, window: QWidget) -> None:
        super().__init__(window)
        self._controller, self._place, self._window = controller, place, window
        self._editor: InlineEditor | None = None
        controller.session_changed.connect(self._session_changed)

    def open(self) -> None:
        """Ask for another title; an empty one leaves it as it was."""
        if self._editor is not None:
            self._editor.keep()
        title = self._controller.recording.title
        editor = self._editor = InlineEditor("Title of the session", title, "A title", LONGEST_TITLE, self._window)
        editor.kept.connect(self._kept)
        editor.taken_back.connect(self._taken_back)
        at = self._place.mapTo(self._window, QPoint(self._place.width() // 2, self._place.height()))
        editor.open_beside(at, self._window.rect().center())

    @Slot()
    def _kept(self) -> None:
        editor, self._editor = self._editor, None
        if editor is not None and editor.text and editor.text != self._controller.recording.title:
            self._controller.recording.rename(editor.text)
            self.renamed.emit()

    @Slot()
    def _taken_back(self) -> None:
        self._editor = None

    @Slot()
    def _session_changed(self) -> None:
        """What was being renamed is gone."""
        if self._editor is not None:
            self._editor.close()
            self._editor = None
