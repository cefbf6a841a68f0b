"""The small parts the chrome is made of: buttons, tinted glyphs, rules and drop-down lists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, TypeAlias

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QAction, QKeySequence, QPainter, QPaintEvent, QPalette, QWheelEvent
from PySide6.QtWidgets import QComboBox, QPushButton, QSizePolicy, QStyle, QStyleOptionComboBox, QStylePainter, QWidget

from superviz.views.icons import icon, paint_icon
from superviz.views.theme import BODY_SIZE, scaled, set_style, typeset

Kind: TypeAlias = Literal["plain", "accent", "primary", "quiet", "left", "right"]
Tone: TypeAlias = Literal["plain", "soft", "faint", "accent", "warning"]

ICON_SIZE = 15
_ICON_GAP = 4
_CHEVRON_SIZE = 12
_MNEMONIC = int(Qt.TextFlag.TextShowMnemonic)
_TINTING = (QEvent.Type.StyleChange, QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.EnabledChange)


class Button(QPushButton):
    """A push button whose icon takes the colour of its words. With `action`, it is that action's face."""

    def __init__(
        self,
        kind: Kind = "plain",
        icon_name: str = "",
        text: str = "",
        action: QAction | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._icon_name = icon_name
        self._icon_size = ICON_SIZE
        self._reserved: tuple[str, ...] = ()
        self.setProperty("kind", kind)
        # Reached by Tab, not by a click: the ring is for the keyboard, and the bare-key shortcuts keep working.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAutoDefault(False)
        typeset(self, BODY_SIZE, 600)
        self._action = action
        if action is not None:
            self.setCheckable(action.isCheckable())
            self.clicked.connect(action.trigger)
            action.changed.connect(self._mirror)
            self._mirror()
        self._tint()

    def show_icon(self, name: str, size: int = ICON_SIZE) -> None:
        """Show that icon, `size` pixels large at text scale 1."""
        if (name, size) != (self._icon_name, self._icon_size):
            self._icon_name, self._icon_size = name, size
            self._tint()

    def show_kind(self, kind: Kind) -> None:
        """Look like that kind of button."""
        set_style(self, "kind", kind)

    def show_text(self, text: str, reserve: Sequence[str] = ()) -> None:
        """Show those words, in room enough for any of `reserve`, so that nothing moves when they change."""
        self.setText(text)
        self._reserved = tuple(reserve)
        set_style(self, "square", not text)
        self._tint()
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        if self._reserved:
            # Measured as QPushButton measures, to the pixel.
            widths = {text: self.fontMetrics().size(_MNEMONIC, text).width() for text in (*self._reserved, self.text())}
            hint.setWidth(hint.width() + max(widths.values()) - widths[self.text()])
        if not self.text():
            hint.setWidth(max(hint.width(), hint.height()))
        return hint

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in _TINTING:
            self._tint()

    @Slot()
    def _mirror(self) -> None:
        action = self._action
        assert action is not None
        words, keys = described(action)
        self.setEnabled(action.isEnabled())
        self.setChecked(action.isChecked())
        self.setToolTip(f"{words}   {keys}" if keys else words)
        self.setAccessibleName(words)

    def _tint(self) -> None:
        # The style sheet sets a widget's own palette, so an icon follows theme and kind without being told of them.
        if self._icon_name:
            self.setIcon(icon(self._icon_name, self.palette().color(QPalette.ColorRole.ButtonText).name()))
            em = self.font().pixelSize() / BODY_SIZE
            side = round(self._icon_size * em)
            self.setIconSize(QSize(side + (round(_ICON_GAP * em) if self.text() else 0), side))


class Glyph(QWidget):
    """An icon that stands beside words, in a tone of the theme."""

    def __init__(self, name: str, size: int = 12, tone: Tone = "soft", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._size = name, size
        self.setProperty("tone", tone)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_glyph(self, name: str, tone: Tone) -> None:
        """Show that icon in that tone."""
        self._name = name
        set_style(self, "tone", tone)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(scaled(self._size), scaled(self._size))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_icon(painter, self._name, self.palette().color(QPalette.ColorRole.WindowText).name(), QRectF(self.rect()))


class Rule(QWidget):
    """A hairline between two things."""

    def __init__(self, orientation: Qt.Orientation, length: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        if orientation is Qt.Orientation.Horizontal:
            self.setFixedHeight(1)
        else:
            self.setFixedSize(1, length)


class Chooser(QComboBox):
    """A drop-down list with a chevron; the wheel scrolls what it stands in instead of choosing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._width = 0
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        typeset(self, BODY_SIZE, 500)

    def set_width(self, width: int) -> None:
        """Be that wide, in logical pixels, and narrower where room is short."""
        self._width = width
        self.setMaximumWidth(width)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(self._width or hint.width(), hint.height())

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), 6 * self.fontMetrics().height()), hint.height()) if self._width else hint

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        field = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        words = self.fontMetrics().elidedText(option.currentText, Qt.TextElideMode.ElideRight, field.width())
        side_of_field = Qt.AlignmentFlag.AlignRight if self.property("bare") else Qt.AlignmentFlag.AlignLeft
        ink = self.palette().color(QPalette.ColorRole.ButtonText)
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.setPen(ink)
        painter.drawText(field, side_of_field | Qt.AlignmentFlag.AlignVCenter, words)
        side = _CHEVRON_SIZE * self.font().pixelSize() / BODY_SIZE
        inset = side * (1.2 if self.property("large") else 0.1 if self.property("bare") else 0.8)
        place = QRectF(self.width() - side - inset, (self.height() - side) / 2, side, side)
        paint_icon(painter, "chevron-down", ink.name(), place)


def described(action: QAction) -> tuple[str, str]:
    """An action's words and its keys, for people: bare keys stand after a tab in its text, others are its shortcut."""
    words, _, keys = action.text().partition("\t")
    keys = keys or action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    return re.sub("&(.)", r"\1", words).rstrip("…"), keys
