"""ExportDialog: asks what to export, then says how far it is. Training and the window go on beside it."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from superviz.app.buttons import Button, Glyph
from superviz.app.export_form import ExportForm, ExportSettings
from superviz.core.errors import ExportError
from superviz.session.display import Theme
from superviz.views.theme import scaled

_WIDTH = 520
_MARGIN = 24
_SETTLED_SECONDS = 0.5
"""Before so much has passed, the time left is anyone's guess."""


class ExportDialog(QDialog):
    """Not modal: closed while a file is being written, it says how far that is when it is opened again."""

    export_requested = Signal(object)
    """An ExportSettings. An existing file is to be replaced: that was asked here."""
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export")
        self._began = 0.0
        self._running = False
        self._agreed: Path | None = None
        """The existing file that is to be replaced."""
        self._form = ExportForm()
        self._fault_mark, self._fault = Glyph("warning", 14, "warning"), QLabel()
        self._export = Button("primary", "export", "Export")
        self._close = Button("plain", text="Close")
        self._cancel = Button("plain", text="Cancel")
        self._bar, self._progress = QProgressBar(), QLabel()
        self._foot = QStackedWidget()
        self._lay_out()
        self._form.changed.connect(self._form_changed)
        self._export.clicked.connect(self._ask)
        self._close.clicked.connect(self.close)
        self._cancel.clicked.connect(self._cancel_asked)
        self.suggest(Path.home() / "superviz.mp4", "dark")

    @property
    def settings(self) -> ExportSettings:
        """What is asked for, as the form stands."""
        return self._form.settings

    def suggest(self, path: Path, theme: Theme) -> None:
        """Offer that file and that theme."""
        self._form.suggest(path, theme)

    def show_progress(self, done: int, total: int) -> None:
        """Say how many frames are written, and how long the others will take; all of them, and it is done."""
        if not self._running:
            return  # the last of a cancelled export
        if done >= total:
            self.show_idle()
            return
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        words = f"Frame {done:,} of {total:,}"
        elapsed = time.monotonic() - self._began
        if done and elapsed > _SETTLED_SECONDS:
            words += f" · {_time_words(elapsed * (total - done) / done)} left"
        self._progress.setText(words)

    def show_idle(self, fault: str = "") -> None:
        """Nothing is being written, any more or yet; `fault` says in a line what went wrong."""
        self._show_running(False)
        self._show_fault(fault)

    def hideEvent(self, event: QHideEvent) -> None:
        self._form_changed()
        super().hideEvent(event)

    def _lay_out(self) -> None:
        self._bar.setTextVisible(False)
        self._fault.setWordWrap(True)
        self._fault.setTextFormat(Qt.TextFormat.PlainText)
        fault_row = QHBoxLayout()
        fault_row.setSpacing(8)
        fault_row.addWidget(self._fault_mark, 0, Qt.AlignmentFlag.AlignTop)
        fault_row.addWidget(self._fault, 1, Qt.AlignmentFlag.AlignTop)
        # Its room is kept, so that nothing moves when there is a fault to tell.
        self._fault.setMinimumHeight(2 * self._fault.fontMetrics().lineSpacing())
        idle, running = QWidget(), QWidget()
        buttons, going, told = QHBoxLayout(idle), QHBoxLayout(running), QVBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._close)
        buttons.addWidget(self._export)
        told.setSpacing(6)
        told.addWidget(self._progress)
        told.addWidget(self._bar)
        going.setSpacing(16)
        going.addLayout(told, 1)
        going.addWidget(self._cancel)
        for page, row in ((idle, buttons), (running, going)):
            row.setContentsMargins(0, 0, 0, 0)
            self._foot.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        column.setSpacing(16)
        column.addWidget(self._form)
        column.addLayout(fault_row)
        column.addStretch(1)
        column.addWidget(self._foot)
        self.setMinimumWidth(scaled(_WIDTH))

    def _show_fault(self, fault: str) -> None:
        self._fault.setText(fault)
        self._fault_mark.setVisible(bool(fault))

    def _show_running(self, running: bool) -> None:
        self._running = running
        self._form.setEnabled(not running)
        self._foot.setCurrentIndex(int(running))

    @Slot()
    def _form_changed(self) -> None:
        self._agreed = None
        self._export.show_text("Export")
        self._show_fault("")

    @Slot()
    def _ask(self) -> None:
        # Here, not at the top: a window that exports nothing loads no encoder.
        from superviz.export.render import check_export

        settings = self.settings
        try:
            check_export(settings.path, size=settings.size, fps=settings.fps, duration=settings.duration, force=True)
        except ExportError as error:
            self._show_fault(str(error))
            return
        if settings.path.exists() and self._agreed != settings.path:
            self._agreed = settings.path
            self._show_fault(f"{settings.path.name} exists already.")
            self._export.show_text("Replace it")
            return
        self._form_changed()
        self._began = time.monotonic()
        self._bar.setRange(0, 1)
        self._bar.setValue(0)
        self._progress.setText("Preparing")
        self._show_running(True)
        self.export_requested.emit(settings)

    @Slot()
    def _cancel_asked(self) -> None:
        self.show_idle()
        self.cancel_requested.emit()


def _time_words(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
