"""The questions the window asks: what to do with unsaved work, and which file."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

SESSION_FILES = "superviz sessions (*.superviz)"
OPENABLE_FILES = "Sessions and recipes (*.superviz *.toml)"


class Answer(Enum):
    """What to do with work that isn't saved."""

    SAVE = "save"
    DISCARD = "discard"
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


def ask_open_file(parent: QWidget, folder: Path) -> Path | None:
    """A session or recipe to open, or None."""
    name, _ = QFileDialog.getOpenFileName(parent, "Open", str(folder), OPENABLE_FILES)
    return Path(name) if name else None


def ask_save_file(parent: QWidget, suggestion: Path) -> Path | None:
    """Where to save the session, or None; the dialog itself asks before a file is replaced."""
    name, _ = QFileDialog.getSaveFileName(parent, "Save session", str(suggestion), SESSION_FILES)
    if not name:
        return None
    path = Path(name)
    return path if path.suffix == ".superviz" else path.with_name(f"{path.name}.superviz")
