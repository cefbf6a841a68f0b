"""Layout: where the panels stand, how much room each has, and which are hidden."""

from __future__ import annotations

from dataclasses import dataclass, fields

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget


@dataclass(frozen=True, slots=True)
class Measures:
    """Sizes in logical pixels, as LOOK.md gives them for a width."""

    toolbar: int
    recipe: int
    right: int
    strip: int
    timeline: int
    header: int

    def scaled(self, text_scale: float) -> Measures:
        """Room for text that much larger."""
        return Measures(*(round(text_scale * getattr(self, field.name)) for field in fields(self)))


WIDE = Measures(toolbar=52, recipe=304, right=384, strip=180, timeline=176, header=40)
COMPACT = Measures(toolbar=44, recipe=232, right=268, strip=118, timeline=118, header=32)
COMPACT_BELOW = 1600
_HANDLE = 1


class Layout(QWidget):
    """Recipe | vectors over strip | interference over neurons, all above the timeline. Borders can be dragged."""

    def __init__(
        self, toolbar: QWidget, panels: dict[str, QWidget], playback_bar: QWidget, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._toolbar, self._panels, self._playback_bar = toolbar, panels, playback_bar
        self._timeline = QWidget()
        row = QHBoxLayout(self._timeline)
        _pack(row)
        row.addWidget(playback_bar)
        row.addWidget(panels["timeline"], 1)

        self._centre = _splitter(Qt.Orientation.Vertical, panels["vectors"], panels["strip"])
        self._right = _splitter(Qt.Orientation.Vertical, panels["interference"], panels["neurons"])
        self._columns = _splitter(Qt.Orientation.Horizontal, panels["recipe"], self._centre, self._right)
        self._rows = _splitter(Qt.Orientation.Vertical, self._columns, self._timeline)
        for splitter, hero in ((self._columns, 1), (self._centre, 0), (self._rows, 0)):
            for index in range(splitter.count()):
                splitter.setStretchFactor(index, int(index == hero))
        whole = QVBoxLayout(self)
        _pack(whole)
        whole.addWidget(toolbar)
        whole.addWidget(self._rows, 1)

    def apply(self, measures: Measures) -> None:
        """Give every panel its measured room; what is left goes to the vectors."""
        self._toolbar.setFixedHeight(measures.toolbar)
        self._playback_bar.setFixedWidth(measures.recipe)
        width, height = self.width(), self.height() - measures.toolbar
        upper = height - measures.timeline - _HANDLE
        centre = width - measures.recipe - measures.right - 2 * _HANDLE
        self._columns.setSizes([measures.recipe, max(1, centre), measures.right])
        self._rows.setSizes([max(1, upper), measures.timeline])
        self._centre.setSizes([max(1, upper - measures.strip - _HANDLE), measures.strip])
        # The heatmap is square and as wide as its column; the neurons get what is left.
        heatmap = min(measures.right + 2 * measures.header, upper * 6 // 11)
        self._right.setSizes([heatmap, max(1, upper - heatmap - _HANDLE)])

    def show_only(self, hidden: frozenset[str]) -> None:
        """Hide those panels, and what holds nothing any more."""
        for name, panel in self._panels.items():
            panel.setVisible(name not in hidden)
        self._right.setVisible(not {"interference", "neurons"} <= hidden)
        self._timeline.setVisible("timeline" not in hidden)
        self._toolbar.setVisible("toolbar" not in hidden)


def _splitter(orientation: Qt.Orientation, *parts: QWidget) -> QSplitter:
    splitter = QSplitter(orientation)
    splitter.setChildrenCollapsible(False)
    splitter.setHandleWidth(_HANDLE)
    for part in parts:
        splitter.addWidget(part)
    return splitter


def _pack(layout: QHBoxLayout | QVBoxLayout) -> None:
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
