"""The questions the window asks: what to do with unsaved work, which file, and how it is to be read."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from pathlib import Path

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog, QFileDialog, QMessageBox, QWidget
from shiboken6 import isValid

from superviz.app.import_dialog import Choice, ImportDialog
from superviz.exchange.importing import Importable

SESSIONS = "superviz sessions"
OPENABLE_FILES = "Sessions, recipes and weights (*.superviz *.toml *.npz *.npy *.safetensors)"


class Answer(Enum):
    """What to do with work that isn't saved."""

    SAVE = "save"
    DISCARD = "discard"
    CANCEL = "cancel"


class Replacing(Enum):
    """What to do where another program has changed the file that is to be replaced."""

    REPLACE = "replace"
    SAVE_ELSEWHERE = "save elsewhere"
    CANCEL = "cancel"


def ask_unsaved(parent: QWidget, title: str) -> Answer:
    """Whether to save the run before it goes."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setWindowTitle("superviz")
    box.setText(f"Save “{title}” first?")
    box.setInformativeText("It has changes that are in no file yet.")
    save = box.addButton("Save…", QMessageBox.ButtonRole.AcceptRole)
    discard = box.addButton("Don’t save", QMessageBox.ButtonRole.DestructiveRole)
    cancel = box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(save)
    box.setEscapeButton(cancel)
    box.exec()
    if box.clickedButton() is save:
        return Answer.SAVE
    return Answer.DISCARD if box.clickedButton() is discard else Answer.CANCEL


def ask_changed(parent: QWidget, name: str) -> Replacing:
    """Whether to replace a file that is not what it was when it was opened or last saved."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setWindowTitle("superviz")
    box.setText(f"Another program has changed “{name}”.")
    box.setInformativeText("It isn’t what it was when it was opened or last saved here.")
    replace = box.addButton("Replace it", QMessageBox.ButtonRole.DestructiveRole)
    elsewhere = box.addButton("Save elsewhere…", QMessageBox.ButtonRole.AcceptRole)
    cancel = box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(elsewhere)
    box.setEscapeButton(cancel)
    box.exec()
    if box.clickedButton() is replace:
        return Replacing.REPLACE
    return Replacing.SAVE_ELSEWHERE if box.clickedButton() is elsewhere else Replacing.CANCEL


def ask_import(parent: QWidget, path: Path, found: Sequence[Importable]) -> Choice | None:
    """Which of the arrays found in a file is to be read, and how; None for none. Asks nothing that the file says."""
    if len(found) == 1 and found[0].is_marked:
        return Choice(found[0].name, None, None)
    dialog = ImportDialog(path.name, found, parent)
    accepted = dialog.exec() == ImportDialog.DialogCode.Accepted
    if not isValid(dialog):  # Ctrl+C in the terminal has taken the window, and the dialog with it
        return None
    choice = dialog.choice
    dialog.deleteLater()
    return choice if accepted else None


def ask_color(parent: QWidget, color: str) -> str | None:
    """A colour, "#rrggbb", with `color` to start from, or None."""
    chosen = QColorDialog.getColor(QColor(color), parent, "Another colour")
    return chosen.name() if chosen.isValid() else None


def ask_open_file(parent: QWidget, folder: Path) -> Path | None:
    """A session or recipe to open, or None."""
    name, _ = QFileDialog.getOpenFileName(parent, "Open", str(folder), OPENABLE_FILES)
    return Path(name) if name else None


def ask_new_file(
    parent: QWidget, deed: str, suggestion: Path, kind: str, endings: Sequence[str]
) -> tuple[Path, bool] | None:
    """Where to write a file of that kind, and whether one that is there may go; None for nowhere.

    It gets the first of `endings` where its name has none of them; that name the dialog has not asked about.
    """
    patterns = " ".join(f"*{ending}" for ending in endings)
    name, _ = QFileDialog.getSaveFileName(parent, deed, str(suggestion), f"{kind} ({patterns})")
    if not name:
        return None
    path = Path(name)
    return (path, True) if path.suffix.lower() in endings else (path.with_name(f"{path.name}{endings[0]}"), False)


def ask_save_file(parent: QWidget, suggestion: Path) -> Path | None:
    """Where to save the session, or None. A file that is there is replaced only where that was asked."""
    answer = ask_new_file(parent, "Save session", suggestion, SESSIONS, (".superviz",))
    if answer is None:
        return None
    path, asked = answer
    return path if asked or not path.exists() or ask_replace(parent, path.name) else None


def ask_replace(parent: QWidget, name: str) -> bool:
    """Whether a file that is there already may be replaced."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setWindowTitle("superviz")
    box.setText(f"There is a “{name}” already.")
    box.setInformativeText("Saving replaces it.")
    replace = box.addButton("Replace it", QMessageBox.ButtonRole.DestructiveRole)
    cancel = box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(cancel)
    box.setEscapeButton(cancel)
    box.exec()
    return box.clickedButton() is replace
