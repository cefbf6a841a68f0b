"""FeatureNaming: a feature's own name and colour, given where the feature is seen, and seen while they are given."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QPoint, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from superviz.app import questions
from superviz.app.buttons import Button
from superviz.app.inline_editor import InlineEditor
from superviz.app.session_controller import SessionController
from superviz.app.stage import Stage
from superviz.scene.coloring import colors_at, seen_in
from superviz.scene.drawables import Text
from superviz.scene.palette import PALETTES
from superviz.scene.selection import Feature, Meaning
from superviz.session.display import LONGEST_NAME
from superviz.views.theme import current_palette, scaled


class FeatureNaming(QObject):
    """Opens an editor over `window` for the feature that was double-clicked in one of the stage's views."""

    def __init__(self, stage: Stage, controller: SessionController, window: QWidget) -> None:
        super().__init__(window)
        self._stage, self._window = stage, window
        self._editor: FeatureEditor | None = None
        for view in stage.views.values():
            view.opened.connect(partial(self._opened, view))
        controller.session_changed.connect(self._session_changed)

    def name_selected(self) -> None:
        """Name the feature that is selected, or else hovered, or else the first one, beside its arrow."""
        feature = self._stage.selection.feature or 0
        view = self._stage.views["vectors"]
        drawn = view.scene.drawables if view.scene is not None else ()
        labels = (each for each in drawn if isinstance(each, Text) and each.meaning == Feature(feature))
        label = next(labels, None)
        at = QPointF(label.x, label.y) if label is not None else QPointF(view.rect().center())
        self.open(feature, view, at.toPoint())

    def open(self, feature: int, view: QWidget, point: QPoint) -> None:
        """Name that feature, beside a point of one of the views; it is selected meanwhile."""
        if self._editor is not None:
            self._editor.keep()
        self._stage.pin(feature)
        display, frame = self._stage.display, self._stage.frame
        palette = PALETTES[display.theme]
        shown = palette.text1 if frame is None else colors_at(frame.moment, display.instance, palette, display)[feature]
        name, color = display.feature_names.get(feature, ""), display.feature_colors.get(feature)
        editor = self._editor = FeatureEditor(feature, name, color, shown, self._window)
        editor.chosen.connect(partial(self._show, feature))
        editor.kept.connect(self._kept)
        editor.taken_back.connect(partial(self._taken_back, feature, name, color))
        editor.open_beside(view.mapTo(self._window, point), view.mapTo(self._window, view.rect().center()))

    def _opened(self, view: QWidget, meaning: Meaning, at: QPointF) -> None:
        if isinstance(meaning, Feature):
            self.open(meaning.index, view, at.toPoint())

    def _show(self, feature: int, name: str, color: str | None) -> None:
        display = self._stage.display
        names = {index: other for index, other in display.feature_names.items() if index != feature}
        colors = {index: other for index, other in display.feature_colors.items() if index != feature}
        if name:
            names[feature] = name
        if color:
            colors[feature] = color
        self._stage.change_display(feature_names=names, feature_colors=colors)

    @Slot()
    def _kept(self) -> None:
        self._editor = None

    @Slot()
    def _session_changed(self) -> None:
        """What was being named is gone."""
        if self._editor is not None:
            self._editor.close()
            self._editor = None

    def _taken_back(self, feature: int, name: str, color: str | None) -> None:
        self._editor = None
        self._show(feature, name, color)


class FeatureEditor(InlineEditor):
    """A name to type and colours to choose from."""

    chosen = Signal(str, object)
    """The name, "" for none, and the colour, "#rrggbb", or None for the palette's."""

    def __init__(self, feature: int, name: str, color: str | None, shown: str, parent: QWidget) -> None:
        """`shown` is the colour the feature has now, whether it was given one or not."""
        super().__init__(f"Feature {feature + 1}", name, "Give it a name", LONGEST_NAME, parent)
        self._color, self._shown = color, shown
        palette = current_palette()
        self._swatches = [Swatch(choice) for choice in palette.some_features]
        for number, swatch in enumerate(self._swatches, start=1):
            swatch.setAccessibleName(f"Colour {number}")
            swatch.clicked.connect(partial(self._choose, swatch.color))
            self.bottom.addWidget(swatch)
        other = Button("quiet", "plus")
        other.setToolTip("Another colour…")
        other.setAccessibleName("Another colour")
        other.clicked.connect(self._ask)
        reset = Button("quiet", text="Reset")
        reset.setToolTip("The number for a name, and the palette’s colour")
        reset.clicked.connect(self._reset)
        for button in (other, reset):
            button.setProperty("tight", True)
        self.bottom.setSpacing(4)
        self.bottom.addWidget(other)
        self.bottom.addStretch(1)
        self.bottom.addWidget(reset)
        self.typed.connect(self._tell)
        self._ring()

    def _choose(self, color: str, _clicked: bool = False) -> None:
        self._color = color.lower()
        self._ring()
        self._tell()

    @Slot()
    def _ask(self) -> None:
        color = questions.ask_color(self, self._color or self._shown)
        if color is not None:
            self._choose(color)

    @Slot()
    def _reset(self) -> None:
        self._color = None
        self.show_text("")
        self._ring()
        self._tell()

    @Slot()
    def _tell(self) -> None:
        self.chosen.emit(self.text, self._color)

    def _ring(self) -> None:
        seen = None if self._color is None else seen_in(current_palette(), self._color)
        for swatch in self._swatches:
            swatch.setChecked(swatch.color == seen)


class Swatch(QAbstractButton):
    """A colour to choose, with a ring around it where it is the one."""

    def __init__(self, color: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.color = color
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(scaled(20), scaled(24))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_palette()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = min(self.width(), self.height())
        place = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        ringed = theme.accent if self.hasFocus() else theme.text1 if self.isChecked() else None
        if ringed is not None:
            painter.setPen(QPen(QColor(ringed), 2))
            painter.drawRoundedRect(place.adjusted(1, 1, -1, -1), 5, 5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.color))
        inset = 4 if ringed or not self.underMouse() else 3
        painter.drawRoundedRect(place.adjusted(inset, inset, -inset, -inset), 3, 3)
