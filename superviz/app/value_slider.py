"""ValueSlider: a slider over real numbers, evenly or logarithmically spaced, that goes where it is clicked."""

from __future__ import annotations

import math

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QSlider, QStyle, QStyleOptionSlider, QWidget

from superviz.app import figures

_POSITIONS = 1000
_KEY_STEP, _PAGE_STEP = 10, 100


class ValueSlider(QSlider):
    """From `low` to `high`; a drag lands on numbers of two digits that count.

    With `from_zero` its low end is 0, which a logarithmic scale never reaches, and `low` the least number after it.
    """

    moved = Signal(float)
    """The value someone moved it to; never emitted for a value shown."""

    def __init__(
        self,
        low: float,
        high: float,
        *,
        logarithmic: bool = False,
        from_zero: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._low, self._high, self._logarithmic, self._from_zero = low, high, logarithmic, from_zero
        self._width = 0
        self.setRange(0, _POSITIONS)
        self.setSingleStep(_KEY_STEP)
        self.setPageStep(_PAGE_STEP)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.valueChanged.connect(self._moved)

    def set_width(self, width: int) -> None:
        """Be that wide, in logical pixels, and down to half of it where room is short."""
        self._width = width
        self.setMaximumWidth(width)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(self._width or hint.width(), hint.height())

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(self._width // 2 or hint.width(), hint.height())

    def show_value(self, value: float) -> None:
        """Stand at `value`, or at the end nearest to it; not while someone drags."""
        if not self.isSliderDown():
            with QSignalBlocker(self):
                position = round(self._fraction(value) * _POSITIONS)
                self.setValue(max(position, 1) if self._from_zero and value > 0 else position)

    def value_at(self, position: int) -> float:
        """The value at that position of the slider, ends exact."""
        if position in (0, _POSITIONS):
            return self._high if position else 0.0 if self._from_zero else self._low
        fraction = position / _POSITIONS
        if self._logarithmic:
            return figures.rounded(self._low * (self._high / self._low) ** fraction)
        return figures.rounded(self._low + (self._high - self._low) * fraction)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            # The knob comes to the pointer first; then Qt takes it for a drag of the knob.
            self.setValue(self._position_at(event.position().x()))
        super().mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the wheel scrolls what the slider stands in

    def _fraction(self, value: float) -> float:
        value = min(max(value, self._low), self._high)
        if self._logarithmic:
            return math.log(value / self._low) / math.log(self._high / self._low)
        return (value - self._low) / (self._high - self._low)

    def _position_at(self, x: float) -> int:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        handle = self.style().subControlRect(
            QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, self
        )
        return QStyle.sliderValueFromPosition(
            0, _POSITIONS, round(x - handle.width() / 2), self.width() - handle.width()
        )

    @Slot(int)
    def _moved(self, position: int) -> None:
        self.moved.emit(self.value_at(position))
