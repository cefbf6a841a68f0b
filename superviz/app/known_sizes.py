"""KnownSizes: in the recipe's place, all that is known of weights that came without one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QLabel, QVBoxLayout, QWidget

from superviz.core.experiment import Experiment, field_note
from superviz.views.theme import BODY_SIZE, typeset

_SIZES = ("n_features", "n_hidden", "n_instances")
_MARGIN, _COMPACT_MARGIN = 16, 12


class KnownSizes(QWidget):
    """Sizes to read, and nothing to enter."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._values = {name: _label("", "plain", 600) for name in _SIZES}
        form = QFormLayout()
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        for name, value in self._values.items():
            form.addRow(_label(field_note(name).label, "soft"), value)
        self._snapshots = _label("", "plain", 600)
        form.addRow(_label("Snapshots", "soft"), self._snapshots)
        self._words = _label("What they were trained on, and how, isn’t known here.", "faint", 400, 12)
        self._words.setWordWrap(True)
        self._column = QVBoxLayout(self)
        self._column.setSpacing(16)
        self._column.addLayout(form)
        self._column.addWidget(self._words)
        self._column.addStretch(1)
        self.set_compact(False)

    def show_sizes(self, experiment: Experiment) -> None:
        """Show how large it is."""
        for name, value in self._values.items():
            value.setText(f"{getattr(experiment, name):,}")

    def show_snapshots(self, count: int) -> None:
        """Show how many moments of it were kept."""
        self._snapshots.setText(f"{count:,}")

    def set_compact(self, compact: bool) -> None:
        """Take the smaller form, or the full one."""
        margin = _COMPACT_MARGIN if compact else _MARGIN
        self._column.setContentsMargins(margin, 8, margin, 8)


def _label(text: str, tone: str, weight: int = 400, size: float = BODY_SIZE) -> QLabel:
    label = QLabel(text)
    label.setProperty("tone", tone)
    label.setTextFormat(Qt.TextFormat.PlainText)
    typeset(label, size, 600 if weight == 600 else 400)
    return label
