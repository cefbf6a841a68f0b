"""ExportDialog: what to write, how large, where; then how far it is. Training and the window go on beside it."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from superviz.app.buttons import Button, Chooser, Glyph
from superviz.app.number_box import NumberBox
from superviz.app.playback import SPEEDS  # noqa: F401
from superviz.core.errors import ExportError
from superviz.session.display import Theme
from superviz.views.theme import scaled, typeset

_WIDTH = 520
_SIZES: dict[str, tuple[int, int] | None] = {
    "1080p": (1920, 1080),
    "4K": (3840, 2160),
    "720p": (1280, 720),
    "Square": (1080, 1080),
    "Custom": None,
}
_RATES = (24, 25, 30, 50, 60)
_VIEW_NAMES = {"vectors": "Feature vectors", "dashboard": "All panels"}
_THEMES: dict[Theme, str] = {"dark": "Dark", "light": "Light"}


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


class ExportDialog(QDialog):
    """Not modal: closed while a file is being written, it says how far that is when it is opened again."""

    export_requested = Signal(object)
    """An ExportSettings; whether an existing file is to be replaced was asked here."""
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Here, not at the top: a window that exports nothing loads no encoder.
        from superviz.export.encoders import FilmFormat
        from superviz.export.render import FORMATS
        from superviz.scene.frames import FRAMES

        self.setWindowTitle("Export")
        self.setModal(False)
        self._films = frozenset(ending for ending, kind in FORMATS.items() if isinstance(kind, FilmFormat))
        self._began = 0.0
        self._replace: Path | None = None
        self._view = _chooser("What to show", {view: _VIEW_NAMES.get(view, view.capitalize()) for view in FRAMES})
        self._format = _chooser("Format", {ending: kind.name for ending, kind in FORMATS.items()})
        self._size = _chooser("Size", {name: _size_words(name, size) for name, size in _SIZES.items()})
        self._across, self._down = NumberBox(64), NumberBox(64)
        self._rate = _chooser("Frames a second", {rate: f"{rate} a second" for rate in _RATES})
        self._duration = NumberBox(64)
        self._theme = _chooser("Theme", dict(_THEMES))
        self._path = QLineEdit()
        self._path.setAccessibleName("File")
        self._browse = Button("plain", text="Choose…")
        self._fault_mark, self._fault = Glyph("warning", 14, "warning"), QLabel()
        self._fault.setWordWrap(True)
        self._fault.setTextFormat(Qt.TextFormat.PlainText)
        self._export = Button("primary", "export", "Export")
        self._close = Button("plain", text="Close")
        self._cancel = Button("plain", text="Cancel")
        self._bar, self._progress = QProgressBar(), QLabel()
        self._bar.setTextVisible(False)
        self._form, self._foot = QWidget(), QStackedWidget()
        self._lay_out()
        self._connect()
        self._show_size((1920, 1080))
        self._rate.setCurrentIndex(self._rate.findData(30))
        self._seconds = 10.0
        self._duration.show_number(10)
        self.suggest(Path.home() / "superviz.mp4", "dark")

    def suggest(self, path: Path, theme: Theme) -> None:
        """Offer that file and that theme."""
        self._path.setText(str(path))
        self._theme.setCurrentIndex(self._theme.findData(theme))
        self._path_edited()

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

    def show_progress(self, done: int, total: int) -> None:
        """Say how many frames are written, and how long the others will take."""
        self._set_running(True)
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        words = f"Frame {done:,} of {total:,}"
        elapsed = time.monotonic() - self._began
        if done and elapsed > 0.5:
            words += f" · {_time_words(elapsed * (total - done) / done)} left"
        self._progress.setText(words)

    def show_idle(self, fault: str = "") -> None:
        """Nothing is being written, any more or yet; `fault` says in a line what went wrong."""
        self._set_running(False)
        self._show_fault(fault)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._show_fault("")
        super().closeEvent(event)

    def _lay_out(self) -> None:
        grid = QGridLayout(self._form)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(12)
        grid.setColumnStretch(1, 1)
        self._custom = _row(self._across, QLabel("×"), self._down)
        self._film_row = _row(self._rate, QLabel("for"), self._duration, QLabel("seconds"))
        rows = (
            ("Show", self._view),
            ("Theme", self._theme),
            ("Size", _row(self._size, self._custom)),
            ("Format", self._format),
            ("Frames", self._film_row),
            ("File", _row(self._path, self._browse, stretch=False)),
        )
        for place, (words, part) in enumerate(rows):
            label = QLabel(words)
            label.setProperty("tone", "soft")
            typeset(label, 13)
            grid.addWidget(label, place, 0)
            grid.addWidget(part, place, 1)
        for button in (self._browse,):
            button.setProperty("small", True)
        fault_row = _row(self._fault_mark, self._fault, stretch=False)
        idle, running = QWidget(), QWidget()
        buttons = QHBoxLayout(idle)
        buttons.addStretch(1)
        buttons.addWidget(self._close)
        buttons.addWidget(self._export)
        told = QVBoxLayout()
        told.setSpacing(6)
        told.addWidget(self._progress)
        told.addWidget(self._bar)
        going = QHBoxLayout(running)
        going.setSpacing(16)
        going.addLayout(told, 1)
        going.addWidget(self._cancel)
        for page in (idle, running):
            page.layout().setContentsMargins(0, 0, 0, 0)
            self._foot.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(16)
        column.addWidget(self._form)
        column.addWidget(fault_row)
        column.addStretch(1)
        column.addWidget(self._foot)
        # The row keeps its room, so that nothing moves when there is a fault to tell.
        fault_row.setFixedHeight(2 * self._fault.fontMetrics().lineSpacing())
        self.setMinimumWidth(scaled(_WIDTH))
        self._show_fault("")

    def _connect(self) -> None:
        self._size.activated.connect(self._size_picked)
        self._across.entered.connect(self._across_entered)
        self._down.entered.connect(self._down_entered)
        self._duration.entered.connect(self._duration_entered)
        self._format.activated.connect(self._format_picked)
        self._path.textEdited.connect(self._path_edited)
        self._browse.clicked.connect(self._choose_file)
        self._export.clicked.connect(self._ask)
        self._close.clicked.connect(self.close)
        self._cancel.clicked.connect(self._cancel_asked)

    def _show_size(self, size: tuple[int, int]) -> None:
        self._asked_size = size
        self._across.show_number(size[0])
        self._down.show_number(size[1])
        preset = next((name for name, known in _SIZES.items() if known == size), "Custom")
        self._size.setCurrentIndex(self._size.findData(preset))

    def _show_fault(self, fault: str) -> None:
        self._fault.setText(fault)
        self._fault_mark.setVisible(bool(fault))

    def _set_running(self, running: bool) -> None:
        self._form.setEnabled(not running)
        self._foot.setCurrentIndex(int(running))

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
        self._path.setText(str(path.with_suffix(self._format.itemData(index))) if path.name else "")
        self._path_edited()

    @Slot()
    def _path_edited(self) -> None:
        ending = Path(self._path.text().strip()).suffix.lower()
        if (index := self._format.findData(ending)) >= 0:
            self._format.setCurrentIndex(index)
        self._film_row.setEnabled(self._format.currentData() in self._films)
        self._replace = None
        self._export.show_text("Export")
        self._show_fault("")

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
        self._path.setText(name)
        self._path_edited()

    @Slot()
    def _ask(self) -> None:
        from superviz.export.render import check_export

        settings = self.settings
        asked = {name: value for name, value in asdict(settings).items() if name in ("size", "fps", "duration")}
        try:
            check_export(settings.path, **asked, force=True)
        except ExportError as error:
            self._show_fault(str(error))
            return
        if settings.path.exists() and self._replace != settings.path:
            self._replace = settings.path
            self._show_fault(f"{settings.path.name} exists already.")
            self._export.show_text("Replace it")
            return
        self._path_edited()
        self._began = time.monotonic()
        self._bar.setRange(0, 1)
        self._bar.setValue(0)
        self._progress.setText("Preparing")
        self._set_running(True)
        self.export_requested.emit(settings)

    @Slot()
    def _cancel_asked(self) -> None:
        self.show_idle()
        self.cancel_requested.emit()


def _chooser(name: str, choices: dict[object, str]) -> Chooser:
    chooser = Chooser()
    chooser.setAccessibleName(name)
    for data, words in choices.items():
        chooser.addItem(words, data)
    return chooser


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


def _time_words(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
