"""ExportForm: what to write, how large, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QWidget

from superviz.app.buttons import Button, Chooser
from superviz.app.number_box import NumberBox
from superviz.session.display import Theme
from superviz.views.theme import BODY_SIZE, typeset

_SIZES: dict[str, tuple[int, int] | None] = {
    "1080p": (1920, 1080),
    "4K": (3840, 2160),
    "720p": (1280, 720),
    "Square": (1080, 1080),
    "Custom": None,
}
_RATES = (24, 25, 30, 50, 60)
_VIEW_NAMES = {"vectors": "Feature vectors", "dashboard": "All panels"}
_THEMES = {"dark": "Dark", "light": "Light"}
_BOX_WIDTH = 64


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """What `superviz.export.render.render` is told, under its own names."""

    path: Path
    view: str = "vectors"
    size: tuple[int, int] = (1920, 1080)
    fps: float = 30
    duration: float = 10.0
    theme: Theme = "dark"
    instance: int | None = None


class ExportForm(QWidget):
    """Its `settings` are what it shows; they may still be refused by who writes the file."""

    changed = Signal()
    """The file or its format is another."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Here, not at the top: a window that exports nothing loads no encoder.
        from superviz.export.encoders import FilmFormat
        from superviz.export.render import FORMATS
        from superviz.scene.frames import FRAMES

        self._films = frozenset(ending for ending, kind in FORMATS.items() if isinstance(kind, FilmFormat))
        self._asked_size = (1920, 1080)
        self._seconds: float = 10
        self._view = _chooser("What to show", {view: _VIEW_NAMES.get(view, view.capitalize()) for view in FRAMES})
        self._theme = _chooser("Theme", _THEMES)
        self._size = _chooser("Size", {name: _size_words(name, size) for name, size in _SIZES.items()})
        self._across, self._down = _number("Width in pixels"), _number("Height in pixels")
        self._format = _chooser("Format", {ending: kind.name for ending, kind in FORMATS.items()})
        self._rate = _chooser("Frames a second", {rate: f"{rate} a second" for rate in _RATES})
        self._duration = _number("Seconds")
        self._path = QLineEdit()
        self._path.setAccessibleName("File")
        self._browse = Button("plain", text="Choose…")
        self._browse.setProperty("small", True)
        self._film_row = _row(self._rate, QLabel("for"), self._duration, QLabel("seconds"))
        self._lay_out()
        self._connect()
        self._show_size(self._asked_size)
        self._rate.setCurrentIndex(self._rate.findData(30))
        self._duration.show_number(self._seconds)

    @property
    def settings(self) -> ExportSettings:
        """What is asked for, as the form stands."""
        return ExportSettings(
            path=Path(self._path.text().strip()).expanduser(),
            view=self._view.currentData(),
            size=self._asked_size,
            fps=self._rate.currentData(),
            duration=self._seconds,
            theme=self._theme.currentData(),
        )

    def suggest(self, path: Path, theme: Theme) -> None:
        """Offer that file and that theme."""
        self._theme.setCurrentIndex(self._theme.findData(theme))
        self._show_path(str(path))

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(12)
        grid.setColumnStretch(1, 1)
        rows = (
            ("Show", _row(self._view)),
            ("Theme", _row(self._theme)),
            ("Size", _row(self._size, self._across, QLabel("×"), self._down)),
            ("Format", _row(self._format)),
            ("Frames", self._film_row),
            ("File", _row(self._path, self._browse, stretch=False)),
        )
        for place, (words, part) in enumerate(rows):
            label = QLabel(words)
            label.setProperty("tone", "soft")
            typeset(label, BODY_SIZE)
            grid.addWidget(label, place, 0)
            grid.addWidget(part, place, 1)

    def _connect(self) -> None:
        self._size.activated.connect(self._size_picked)
        self._across.entered.connect(self._across_entered)
        self._down.entered.connect(self._down_entered)
        self._duration.entered.connect(self._duration_entered)
        self._format.activated.connect(self._format_picked)
        self._path.textEdited.connect(self._path_edited)
        self._browse.clicked.connect(self._choose_file)

    def _show_size(self, size: tuple[int, int]) -> None:
        self._asked_size = size
        self._across.show_number(size[0])
        self._down.show_number(size[1])
        preset = next((name for name, known in _SIZES.items() if known == size), "Custom")
        self._size.setCurrentIndex(self._size.findData(preset))

    def _show_path(self, path: str) -> None:
        self._path.setText(path)
        self._path_edited()

    @Slot(int)
    def _size_picked(self, index: int) -> None:
        size = _SIZES[self._size.itemData(index)]
        if size is None:
            self._across.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._show_size(size)

    @Slot(object)
    def _across_entered(self, number: object) -> None:
        if isinstance(number, int):
            self._show_size((number, self._asked_size[1]))

    @Slot(object)
    def _down_entered(self, number: object) -> None:
        if isinstance(number, int):
            self._show_size((self._asked_size[0], number))

    @Slot(object)
    def _duration_entered(self, number: object) -> None:
        if isinstance(number, (int, float)):
            self._seconds = float(number)
            self._duration.show_number(number)

    @Slot(int)
    def _format_picked(self, index: int) -> None:
        path = self.settings.path
        if path.name:
            self._show_path(str(path.with_suffix(self._format.itemData(index))))

    @Slot()
    def _path_edited(self) -> None:
        ending = Path(self._path.text().strip()).suffix.lower()
        if (index := self._format.findData(ending)) >= 0:
            self._format.setCurrentIndex(index)
        self._film_row.setEnabled(self._format.currentData() in self._films)
        self.changed.emit()

    @Slot()
    def _choose_file(self) -> None:
        endings = " ".join(f"*{self._format.itemData(row)}" for row in range(self._format.count()))
        dialog = QFileDialog(self, "Export to", str(self.settings.path), f"Films and pictures ({endings})")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)  # asked when it comes to exporting
        dialog.fileSelected.connect(self._file_chosen)
        dialog.open()

    @Slot(str)
    def _file_chosen(self, name: str) -> None:
        self._show_path(name)


def _chooser(name: str, choices: Mapping[str, str] | Mapping[int, str]) -> Chooser:
    chooser = Chooser()
    chooser.setAccessibleName(name)
    for data, words in choices.items():
        chooser.addItem(words, data)
    return chooser


def _number(name: str) -> NumberBox:
    box = NumberBox(_BOX_WIDTH)
    box.setAccessibleName(name)
    return box


def _row(*parts: QWidget, stretch: bool = True) -> QWidget:
    whole = QWidget()
    row = QHBoxLayout(whole)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    for part in parts:
        row.addWidget(part)
    if stretch:
        row.addStretch(1)
    return whole


def _size_words(name: str, size: tuple[int, int] | None) -> str:
    return f"{name}, {size[0]} × {size[1]}" if size else name
