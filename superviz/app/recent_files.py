"""RecentFiles: what was opened and saved last, a menu of it, and a command for each."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from superviz.app.home import with_tilde
from superviz.app.preferences import MOST_RECENT, PreferencesFile

_LONGEST_FOLDER = 44
"""Characters that are shown of it."""


class RecentFiles(QObject):
    """Sessions, recipes and weights, the newest first. Those that are gone are greyed."""

    picked = Signal(object)
    """The Path of one that is to be opened."""

    def __init__(self, preferences: PreferencesFile, action: QAction, parent: QWidget) -> None:
        """`action` becomes the way to the menu."""
        super().__init__(parent)
        self._preferences, self._action = preferences, action
        self.menu = QMenu(parent)
        action.setMenu(self.menu)
        self.menu.aboutToShow.connect(self._fill)
        self._commands: list[QAction] = []
        self._clear = QAction("Clear this list", self)
        self._clear.triggered.connect(self.clear)
        self._action.setEnabled(bool(preferences.now.recent))

    @property
    def commands(self) -> dict[str, QAction]:
        """For the command palette: to open each that is there."""
        for action in self._commands:
            action.deleteLater()
        there = filter(_is_there, self._paths())
        self._commands = [self._made(path, f"Open {_legible(path.name)}", self) for path in there]
        return {f"recent {number}": action for number, action in enumerate(self._commands)}

    def note(self, path: Path) -> None:
        """It was opened or saved just now."""
        path = path.absolute()
        newest = str(path)
        if not _is_text(newest):
            return
        others = (other for other in self._preferences.now.recent if not _same(other, newest))
        self._preferences.change(recent=(newest, *others)[:MOST_RECENT], folder=str(path.parent))
        self._action.setEnabled(True)

    @Slot()
    def clear(self) -> None:
        """Forget them."""
        self._preferences.change(recent=())
        self._action.setEnabled(False)

    @Slot()
    def _fill(self) -> None:
        self.menu.clear()  # and with it what the menu owns
        for path in self._paths():
            self.menu.addAction(self._made(path, _legible(path.name), self.menu))
        self.menu.addSeparator()
        self.menu.addAction(self._clear)

    def _paths(self) -> list[Path]:
        return [Path(recent) for recent in self._preferences.now.recent]

    def _made(self, path: Path, words: str, owner: QObject) -> QAction:
        action = QAction(f"{words}\t{_folder_words(path.parent)}", owner)
        action.setEnabled(_is_there(path))
        action.triggered.connect(partial(self._picked, path))
        return action

    def _picked(self, path: Path, _checked: bool = False) -> None:
        self.picked.emit(path)


def _same(one: str, other: str) -> bool:
    return os.path.normcase(one) == os.path.normcase(other)


def _is_text(name: str) -> bool:
    """Whether it can be written down; a name on a disk may be any bytes."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _folder_words(folder: Path) -> str:
    """The folder, from the home folder on where it lies there, its middle left out where it is long."""
    words = _legible(with_tilde(str(folder)))
    half = _LONGEST_FOLDER // 2
    return words if len(words) <= _LONGEST_FOLDER else f"{words[: half - 1]}…{words[-half:]}"


def _legible(name: str) -> str:
    """A name as a menu shows it: without what Qt takes for a shortcut or a key, or nobody can see."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in name).replace("&", "&&")
