"""PlaneView: a scene on the screen. Says what the pointer did there, in terms of what the drawables stand for."""

from __future__ import annotations

from time import perf_counter
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from superviz.core.bookmark import Bookmark
from superviz.scene.drawables import Scene
from superviz.scene.picking import pick
from superviz.scene.selection import Feature, Meaning
from superviz.views.plane_painter import paint, to_image

_DRAG_THRESHOLD: Final = 4.0
"""Pixels: a press that moves less is a click."""
_ZOOM_PER_NOTCH: Final = 1.15
_COPY_SCALE: Final = 2.0
_KEYBOARD_REASONS: Final = {
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
}


class PlaneView(QWidget):
    """A plain widget that paints one scene, in the scene's logical pixels from its own top left corner."""

    hovered = Signal(object)
    """What the pointer has come to rest on: a Meaning, or None; only when that changes."""
    picked = Signal(object)
    """What was clicked: a Meaning, or None for the ground."""
    opened = Signal(object, object)
    """The feature or bookmark that was double-clicked, and where, a QPointF."""
    menu_asked = Signal(object, object)
    """For which bookmark, and where on the screen, a QPoint."""
    pressed = Signal(float, float)
    """Where the left button went down."""
    moved = Signal(float, float)
    """Where the pointer is, while the left button is down."""
    dragged = Signal(float, float)
    """By how much the pointer moved on, once a press has become a drag."""
    zoomed = Signal(float, float, float)
    """The wheel turned: the factor, and the point that should stay where it is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene: Scene | None = None
        self._hovered: Meaning | None = None
        self._press: QPointF | None = None
        self._drag: QPointF | None = None
        self._ringed = False
        self._paint_seconds = 0.0
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @property
    def scene(self) -> Scene | None:
        """What is shown."""
        return self._scene

    def show_scene(self, scene: Scene) -> None:
        """Shows `scene`; the one that is shown already costs nothing."""
        if scene is not self._scene:
            self._scene = scene
            self.update()

    def image(self, scale: float = 1.0) -> QImage:
        """What is shown, without the focus ring, at `scale` device pixels a logical one; null without a scene."""
        return QImage() if self._scene is None else to_image(self._scene, scale)

    def take_paint_seconds(self) -> float:
        """How long painting took since this was last asked."""
        taken, self._paint_seconds = self._paint_seconds, 0.0
        return taken

    def copy_to_clipboard(self) -> None:
        """Puts a picture of the scene, sharp enough for a slide, on the clipboard."""
        if self._scene is not None:
            QGuiApplication.clipboard().setImage(self.image(max(_COPY_SCALE, self.devicePixelRatioF())))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the scene, and the ring where the keyboard has brought the focus here."""
        started = perf_counter()
        painter = QPainter(self)
        if self._scene is None:
            painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Base))
        else:
            if (self._scene.width, self._scene.height) != (self.width(), self.height()):
                # Until a new size has its scene, the one before leaves some of the room free.
                painter.fillRect(self.rect(), QColor(self._scene.background))
            paint(painter, self._scene)
        if self._ringed:
            pen = QPen(self.palette().color(QPalette.ColorRole.Accent), 2)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        painter.end()
        self._paint_seconds += perf_counter() - started

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click begins, or a drag."""
        if event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        self._press, self._drag = event.position(), None
        self._unring()
        self.pressed.emit(event.position().x(), event.position().y())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Opens what has something to edit; on anything else it is one more click."""
        meaning = self._meaning_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and isinstance(meaning, (Feature, Bookmark)):
            self.opened.emit(meaning, event.position())
        else:
            self.mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """A bookmark has a menu of its own; anything else has that of the panel around."""
        meaning = self._meaning_at(QPointF(event.pos()))
        if isinstance(meaning, Bookmark):
            self.menu_asked.emit(meaning, event.globalPos())
        else:
            super().contextMenuEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Hovers; with the button down, drags."""
        point = event.position()
        if not event.buttons() & Qt.MouseButton.LeftButton:
            # Another window may have taken the release.
            self._press = self._drag = None
        if self._press is None:
            self._hover(self._meaning_at(point))
            return
        self.moved.emit(point.x(), point.y())
        start = self._drag or self._press
        step = point - start
        if self._drag is not None or step.manhattanLength() >= _DRAG_THRESHOLD:
            self._drag = point
            self.dragged.emit(step.x(), step.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A press that has not become a drag is a click."""
        if event.button() != Qt.MouseButton.LeftButton or self._press is None:
            super().mouseReleaseEvent(event)
            return
        clicked = self._drag is None
        self._press = self._drag = None
        meaning = self._meaning_at(event.position())
        if clicked:
            self.picked.emit(meaning)
        self._hover(meaning if self.rect().contains(event.position().toPoint()) else None)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is hovered any more."""
        self._hover(None)
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zooms: a notch of the wheel, or a trackpad's fraction of one."""
        notches = event.angleDelta().y() / 120
        if notches:
            self.zoomed.emit(_ZOOM_PER_NOTCH**notches, event.position().x(), event.position().y())
        event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The ring shows where the keyboard is, not where the pointer clicked."""
        self._ringed = event.reason() in _KEYBOARD_REASONS
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """No focus, no ring."""
        self._unring()
        super().focusOutEvent(event)

    def _unring(self) -> None:
        if self._ringed:
            self._ringed = False
            self.update()

    def _meaning_at(self, point: QPointF) -> Meaning | None:
        return None if self._scene is None else pick(self._scene, point.x(), point.y())

    def _hover(self, meaning: Meaning | None) -> None:
        if meaning != self._hovered:
            self._hovered = meaning
            self.hovered.emit(meaning)
