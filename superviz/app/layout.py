"""Layout: where the panels stand, how much room each has, and which are hidden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
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

    def yielding(self, least: Measures, width: int, height: int) -> Measures:
        """In a window of that size, what stands around the vectors made smaller until they have their part of it.

        Nothing gets smaller than in `least`; the toolbar, the recipe and headers keep the room for their words.
        """
        across = round((1 - _PART_OF_WIDTH) * width) - self.recipe
        down = round((1 - _PART_OF_HEIGHT) * height) - self.toolbar
        part = (down - least.strip - least.timeline) / max(1, self.strip + self.timeline - least.strip - least.timeline)
        part = min(1.0, max(0.0, part))
        return replace(
            self,
            right=max(least.right, min(self.right, across)),
            strip=least.strip + round(part * (self.strip - least.strip)),
            timeline=least.timeline + round(part * (self.timeline - least.timeline)),
        )


WIDE = Measures(toolbar=52, recipe=304, right=384, strip=180, timeline=176, header=40)
COMPACT = Measures(toolbar=44, recipe=232, right=268, strip=118, timeline=118, header=32)
COMPACT_BELOW = 1600
TERSE_BELOW = 760
"""At text scale 1: so wide that a compact toolbar fits, if only just."""
LEAST = {"recipe": 0.9, "right": 0.8, "strip": 0.8, "timeline": 0.8, "interference": 0.6}
"""How much smaller than it was drawn a panel can be dragged."""
_LEAST_NEURONS = 0.45
"""How high the neurons stay, as a part of their column's drawn width."""
_LEAST_WIDTH, _LEAST_HEIGHT = 280, 180
"""Logical pixels that the vectors always have."""
_PART_OF_WIDTH, _PART_OF_HEIGHT = 0.45, 0.5
"""Of the window: what is theirs before large type has its room elsewhere."""
_HANDLE = 1


class Layout(QWidget):
    """Recipe | vectors over strip | interference over neurons, all above the timeline. Borders can be dragged.

    What was dragged is kept as a part of the size it was drawn with, so that it suits every window and text scale.
    """

    dragged = Signal()
    """Someone has moved a border."""

    def __init__(
        self, toolbar: QWidget, panels: dict[str, QWidget], playback_bar: QWidget, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._toolbar, self._panels, self._playback_bar = toolbar, panels, playback_bar
        self._measures, self._drawn_heatmap, self._bar_height = WIDE, 1, 0
        self.shares: dict[str, float] = {}
        """Of recipe, right, strip, timeline and interference, those that were dragged: parts of their drawn sizes."""
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
        self._borders: dict[tuple[QObject, int], str] = {
            (self._columns, 1): "recipe",
            (self._columns, 2): "right",
            (self._rows, 1): "timeline",
            (self._centre, 1): "strip",
            (self._right, 1): "interference",
        }
        """By splitter and handle: what has its size from there."""
        self._parts: dict[str, QWidget] = {name: panels[name] for name in ("recipe", "strip", "interference")}
        self._parts |= {"right": self._right, "timeline": self._timeline}
        for splitter in (self._columns, self._rows, self._centre, self._right):
            splitter.splitterMoved.connect(self._moved)
        whole = QVBoxLayout(self)
        _pack(whole)
        whole.addWidget(toolbar)
        whole.addWidget(self._rows, 1)

    def apply(self, measures: Measures) -> None:
        """Give every panel its measured room, or what it was dragged to; what is left goes to the vectors."""
        self._measures = measures
        self._toolbar.setFixedHeight(measures.toolbar)
        self._place()

    def drag(self, shares: Mapping[str, float]) -> None:
        """Have those panels sized so, and all others as they were drawn."""
        self.shares = {name: share for name, share in shares.items() if name in LEAST}
        self._place()

    def show_only(self, hidden: frozenset[str]) -> None:
        """Hide those panels, and what holds nothing any more."""
        for name, panel in self._panels.items():
            panel.setVisible(name not in hidden)
        self._right.setVisible(not {"interference", "neurons"} <= hidden)
        self._timeline.setVisible("timeline" not in hidden)
        self._toolbar.setVisible("toolbar" not in hidden)

    def event(self, event: QEvent) -> bool:
        """A change of text scale reaches the playback bar's buttons late: then there is other room to share out."""
        handled = super().event(event)
        if (
            event.type() == QEvent.Type.LayoutRequest
            and self._playback_bar.minimumSizeHint().height() != self._bar_height
        ):
            self._place()
        return handled

    def _place(self) -> None:
        width, upper = self.width() - 2 * _HANDLE, self.height() - self._measures.toolbar - _HANDLE
        recipe, right = self._size("recipe"), self._size("right")
        # Both give way in a narrow window.
        fitting = min(1.0, max(0, width - _LEAST_WIDTH) / max(1, recipe + right))
        recipe, right = round(fitting * recipe), round(fitting * right)
        timeline = min(self._size("timeline"), max(1, upper - _LEAST_HEIGHT))
        self._bar_height = self._playback_bar.minimumSizeHint().height()
        if timeline:
            timeline = max(timeline, self._bar_height)
        upper = max(1, upper - timeline)
        strip = min(self._size("strip"), max(1, upper - _HANDLE - _LEAST_HEIGHT))
        # The heatmap is square and as wide as its column; the neurons get what is left.
        self._drawn_heatmap = max(1, min(right + 2 * self._measures.header, upper * 6 // 11))
        heatmap = min(self._size("interference"), max(1, upper - _HANDLE - self._least_neurons))
        self._columns.setSizes([recipe, max(1, width - recipe - right), right])
        self._rows.setSizes([upper, timeline])
        self._centre.setSizes([max(1, upper - strip - _HANDLE), strip])
        self._right.setSizes([heatmap, max(1, upper - heatmap - _HANDLE)])
        self._playback_bar.setFixedWidth(max(recipe, self._measures.recipe))

    def _size(self, name: str) -> int:
        if self._parts[name].isHidden():
            return 0
        return round(max(LEAST[name], self.shares.get(name, 1.0)) * self._drawn(name))

    def _drawn(self, name: str) -> int:
        return self._drawn_heatmap if name == "interference" else getattr(self._measures, name)

    @property
    def _least_neurons(self) -> int:
        return round(_LEAST_NEURONS * self._measures.right)

    @Slot(int, int)
    def _moved(self, _position: int, handle: int) -> None:
        splitter = self.sender()
        assert isinstance(splitter, QSplitter)
        name, sizes = self._borders[splitter, handle], splitter.sizes()
        first = name in ("recipe", "interference")
        size = min(sizes[0 if first else -1], self._room(name))
        self.shares[name] = max(LEAST[name], size / self._drawn(name))
        self._place()  # what it was dragged over has its own size again
        self.dragged.emit()

    def _room(self, name: str) -> int:
        """How large it can be made while all else keeps its size, and the vectors what they need."""
        if name in ("recipe", "right"):
            other = self._size("right" if name == "recipe" else "recipe")
            return self.width() - 2 * _HANDLE - other - _LEAST_WIDTH
        upper = self.height() - self._measures.toolbar - _HANDLE
        if name == "timeline":
            return upper - self._size("strip") - _HANDLE - _LEAST_HEIGHT
        beside = self._least_neurons if name == "interference" else _LEAST_HEIGHT
        return upper - self._rows.sizes()[1] - _HANDLE - beside


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
