"""What superviz is, in which version, and whose work it stands on."""

from __future__ import annotations

import platform

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QMessageBox, QWidget

from superviz import __version__
from superviz.views.theme import scaled

_PARTS = (
    (f"Qt {qVersion()} and PySide6", "LGPL 3"),
    ("Inter, the typeface", "SIL Open Font License 1.1"),
    ("NumPy, Numba", "BSD"),
    ("PyAV with FFmpeg and x264, for clips", "BSD; the wheel’s encoders GPL"),
    (f"Python {platform.python_version()}", "PSF"),
)
"""What ships or comes with it that a person sees at work, and under which licence."""


def show_about(parent: QWidget) -> None:
    """Say so, in a box of its own."""
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setWindowTitle("About superviz")
    box.setTextFormat(Qt.TextFormat.RichText)
    name = f"<span style='font-size: {scaled(16)}px'>superviz {__version__}</span>"
    box.setText(f"{name}<br>Watch a neural network decide where to put its features.")
    rows = "".join(f"<tr><td>{part}</td><td style='padding-left: 16px'>{licence}</td></tr>" for part, licence in _PARTS)
    box.setInformativeText(f"MIT licence. It stands on:<table>{rows}</table>")
    box.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    box.addButton("Close", QMessageBox.ButtonRole.AcceptRole)  # a standard one has the desktop's icon
    box.open()
