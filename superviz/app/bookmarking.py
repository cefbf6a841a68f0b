"""Bookmarking: steps worth finding again are marked, noted, visited and forgotten, on the timeline and by key."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QPoint, QPointF, Slot
from PySide6.QtWidgets import QMenu, QWidget

from superviz.app.buttons import Button
from superviz.app.inline_editor import InlineEditor
from superviz.app.notifications import Card, Notifications, Offer
from superviz.app.session_controller import SessionController
from superviz.app.stage import Stage
from superviz.core.bookmark import LONGEST_NOTE, Bookmark
from superviz.core.errors import SessionError
from superviz.scene.numerals import count
from superviz.scene.selection import Meaning
from superviz.scene.timeline import flag_at
from superviz.views.theme import scaled

_OVER = 16
"""Logical pixels over the flag: the playhead's pennant is there."""


class Bookmarking(QObject):
    """What is done to the bookmarks of the recording that the stage shows, by keys and on its timeline."""

    def __init__(
        self, stage: Stage, controller: SessionController, notifications: Notifications, window: QWidget
    ) -> None:
        super().__init__(window)
        self._stage, self._controller, self._window = stage, controller, window
        self._notifications = notifications
        self._editor: InlineEditor | None = None
        self._removed: Card | None = None
        view = stage.views["timeline"]
        view.opened.connect(self._opened)
        view.menu_asked.connect(self._menu_asked)
        controller.session_changed.connect(self._session_changed)

    def mark(self) -> None:
        """Bookmark the step at the playhead, and ask for a note; where there is one, ask for another note.

        Raises SessionError where what is shown is only being tried out.
        """
        if self._stage.shown.recording is not self._controller.recording:
            raise SessionError("this is only being tried out: bookmark it once it is trained")
        self.edit(round(self._stage.playback.position))

    def edit(self, step: int) -> None:
        """Ask for the note of the bookmark at `step`, which is made if there is none."""
        if self._editor is not None:
            self._editor.keep()
        recording = self._controller.recording
        before = next((bookmark for bookmark in recording.bookmarks if bookmark.step == step), None)
        if before is None:
            recording.bookmark(step, "")
        note = "" if before is None else before.note
        heading = f"Bookmark at step {count(step)}"
        editor = self._editor = InlineEditor(heading, note, "A note, if you like", LONGEST_NOTE, self._window)
        editor.kept.connect(partial(self._kept, step, before))
        editor.taken_back.connect(partial(self._taken_back, step, before))
        remove = Button("quiet", text="Remove")
        remove.setProperty("tight", True)
        remove.clicked.connect(partial(self._remove_edited, before))
        editor.bottom.addStretch(1)
        editor.bottom.addWidget(remove)
        editor.open_beside(*self._place_of(step))

    def remove(self, bookmark: Bookmark) -> None:
        """Forget it, and offer the last one that was forgotten back."""
        self._controller.recording.remove_bookmark(bookmark.step)
        put_back = Offer("Put back", partial(self._put_back, bookmark))
        self._removed = self._notifications.notify("Bookmark removed", offers=[put_back])

    def go(self, by: int) -> None:
        """To the next bookmark, +1, or the one before, -1; where there is no more, stay."""
        steps = [bookmark.step for bookmark in self._stage.shown.recording.bookmarks]
        here = self._stage.playback.position
        beyond = [step for step in steps if (step - here) * by > 0]
        if beyond:
            self._stage.scrub_to(float(beyond[0] if by > 0 else beyond[-1]))

    def _place_of(self, step: int) -> tuple[QPoint, QPoint]:
        """Where to ask, and a point that is to be seen meanwhile; mid-window where the timeline is hidden."""
        view, frame = self._stage.views["timeline"], self._stage.frame
        if not view.isVisible() or frame is None:
            return self._window.rect().center(), self._window.rect().center()
        canvas = self._stage.canvas(view.width(), view.height())
        flag = view.mapTo(self._window, QPointF(*flag_at(frame.timeline, canvas, step)).toPoint())
        return flag - QPoint(0, scaled(_OVER)), flag - QPoint(1, 0)

    def _kept(self, step: int, before: Bookmark | None) -> None:
        editor, self._editor = self._editor, None
        if editor is not None and (before is None or editor.text != before.note):
            self._controller.recording.bookmark(step, editor.text)

    @Slot()
    def _session_changed(self) -> None:
        """What was being noted is gone, and so is what could be put back."""
        if self._editor is not None:
            self._editor.close()
            self._editor = None
        if self._removed is not None:
            self._notifications.take_back(self._removed)
            self._removed = None

    def _taken_back(self, step: int, before: Bookmark | None) -> None:
        self._editor = None
        if before is None:
            self._controller.recording.remove_bookmark(step)

    def _remove_edited(self, before: Bookmark | None, _clicked: bool = False) -> None:
        if self._editor is not None:
            self._editor.take_back()
        if before is not None:
            self.remove(before)

    def _put_back(self, bookmark: Bookmark) -> None:
        self._controller.recording.bookmark(bookmark.step, bookmark.note)

    def _opened(self, meaning: Meaning, _at: QPointF) -> None:
        if isinstance(meaning, Bookmark):
            self.edit(meaning.step)

    def _menu_asked(self, bookmark: Bookmark, at: QPoint) -> None:
        menu = QMenu(self._window)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.addAction("Edit the note…").triggered.connect(partial(self._edit_asked, bookmark.step))
        menu.addAction("Remove the bookmark").triggered.connect(partial(self._remove_asked, bookmark))
        menu.popup(at)

    def _edit_asked(self, step: int, _checked: bool = False) -> None:
        self.edit(step)

    def _remove_asked(self, bookmark: Bookmark, _checked: bool = False) -> None:
        self.remove(bookmark)
