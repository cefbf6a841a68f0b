"""The painter: a scene onto any paint device. Screen, PNG, SVG, PDF and video all come through here."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPaintEngine, QPainter, QPainterPath, QPen

from superviz.scene.drawables import Disc, Dots, Paint, Path, Rect, Scene, Stroke, Text
from superviz.views.polygon import polygon
from superviz.views.segments import goes_in_segments, segments
from superviz.views.text_layout import lay_out

_FAR = 1e7
"""Logical pixels. What reaches beyond, or to nowhere (nan), is left out: weights that diverged took Qt's painter along,
which counts in whole numbers of 32 bits."""


def paint(painter: QPainter, scene: Scene, *, text_as_outlines: bool = False) -> None:
    """Paints `scene` in logical pixels; the caller scales the painter for the device. Any thread may do this.

    `text_as_outlines` fills the glyphs' outlines: for files that embed no font, and for films, where labels then glide
    by fractions of a pixel. Without it text stands on whole device pixels, which is sharper and faster.
    Nothing becomes a bitmap: no pixmaps, no cosmetic pens, no painter opacity.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(QRectF(0, 0, scene.width, scene.height), QColor(scene.background))
    hand = _Hand(painter)
    for drawable in scene.drawables:
        match drawable:
            case Path(points) if not (points.max(initial=0) < _FAR and points.min(initial=0) > -_FAR):
                pass
            case Path():
                hand.path(drawable)
            case Rect(x, y) | Disc(x, y) | Text(x, y) if not (-_FAR < x < _FAR and -_FAR < y < _FAR):
                pass
            case Rect():
                hand.rect(drawable)
            case Disc():
                hand.disc(drawable)
            case Dots():
                hand.dots(drawable)
            case Text():
                hand.text(drawable, text_as_outlines)


def to_image(scene: Scene, scale: float = 1.0, *, text_as_outlines: bool = False) -> QImage:
    """The scene as a picture of `scale` device pixels a logical one, rounded up to whole pixels; opaque.

    Null where it doesn't fit into memory.
    """
    image = QImage(math.ceil(scene.width * scale), math.ceil(scene.height * scale), QImage.Format.Format_RGB32)
    if image.isNull():
        return image
    image.fill(QColor(scene.background))
    painter = QPainter(image)
    try:
        painter.scale(scale, scale)
        paint(painter, scene, text_as_outlines=text_as_outlines)
    finally:
        painter.end()  # a picture that goes while it is painted on takes the process along
    return image


class _Hand:
    """Paints drawables one after the other, taking up another pen or brush only where it must.

    Each call into Qt lets go of the interpreter's lock and fights for it again beside a thread that trains.
    """

    def __init__(self, painter: QPainter) -> None:
        self._painter = painter
        self._pen: QPen | None = None
        self._brush: QBrush | None = None
        self._scale = max(painter.deviceTransform().m11(), 1e-6)
        self._on_pixels = painter.paintEngine().type() == QPaintEngine.Type.Raster

    def path(self, path: Path) -> None:
        if path.stroke is not None and self._on_pixels and goes_in_segments(path):
            if path.fill is not None:
                self._take(_NO_PEN, _brush(path.fill))
                self._painter.drawPolygon(polygon(path.points), Qt.FillRule.WindingFill)
            self._take(_segment_pen(path.stroke), self._brush or _NO_BRUSH)
            self._painter.drawLines(segments(path))
            return
        self._dip(path.stroke, path.fill)
        if path.closed:
            self._painter.drawPolygon(polygon(path.points), Qt.FillRule.WindingFill)
        elif path.fill is None:
            self._painter.drawPolyline(polygon(path.points))
        else:
            # Open: the fill closes itself, the line doesn't.
            outline = QPainterPath()
            outline.setFillRule(Qt.FillRule.WindingFill)
            outline.addPolygon(polygon(path.points))
            self._painter.drawPath(outline)

    def rect(self, rect: Rect) -> None:
        self._dip(rect.stroke, rect.fill)
        extent = QRectF(rect.x, rect.y, rect.width, rect.height)
        if rect.radius:
            self._painter.drawRoundedRect(extent, rect.radius, rect.radius)
        else:
            self._painter.drawRect(extent)

    def disc(self, disc: Disc) -> None:
        self._dip(disc.stroke, disc.fill)
        self._painter.drawEllipse(QPointF(disc.x, disc.y), disc.radius, disc.radius)

    def dots(self, dots: Dots) -> None:
        self._dip(None, dots.fill)
        side, half = dots.side, dots.side / 2
        near = dots.points[(np.abs(dots.points) < _FAR).all(axis=1)] - half
        self._painter.drawRects([QRectF(x, y, side, side) for x, y in near.tolist()])

    def text(self, text: Text, as_outlines: bool) -> None:
        block = lay_out(text)
        if text.box is not None:
            box = text.box
            self._dip(box.stroke, box.fill)
            extent = QRectF(text.x + block.left, text.y + block.top, block.width, block.height)
            extent.adjust(-box.padding_x, -box.padding_y, box.padding_x, box.padding_y)
            self._painter.drawRoundedRect(extent, box.radius, box.radius)
        if as_outlines:
            self._take(_NO_PEN, _brush(Paint(text.color, text.opacity)))
            self._painter.translate(text.x, text.y)
            for outline in block.outlines:
                self._painter.drawPath(outline)
            self._painter.translate(-text.x, -text.y)
        else:
            self._take(_ink(text.color, text.opacity), self._brush or _NO_BRUSH)
            for x, y, run in block.runs:
                self._painter.drawGlyphRun(QPointF(self._whole(text.x + x), self._whole(text.y + y)), run)

    def _whole(self, place: float) -> float:
        return round(place * self._scale) / self._scale

    def _dip(self, stroke: Stroke | None, fill: Paint | None) -> None:
        self._take(_NO_PEN if stroke is None else _pen(stroke), _NO_BRUSH if fill is None else _brush(fill))

    def _take(self, pen: QPen, brush: QBrush) -> None:
        if pen is not self._pen:
            self._pen = pen
            self._painter.setPen(pen)
        if brush is not self._brush:
            self._brush = brush
            self._painter.setBrush(brush)


_NO_PEN, _NO_BRUSH = QPen(Qt.PenStyle.NoPen), QBrush(Qt.BrushStyle.NoBrush)


@lru_cache(maxsize=1024)
def _segment_pen(stroke: Stroke) -> QPen:
    pen = QPen(_pen(stroke))
    # Square ends close the joints as well as round ones do, to a fraction of a pixel, at half the price.
    pen.setCapStyle(Qt.PenCapStyle.SquareCap)
    return pen


@lru_cache(maxsize=1024)
def _ink(color: str, opacity: float) -> QPen:
    return QPen(_color(color, opacity))


@lru_cache(maxsize=1024)
def _pen(stroke: Stroke) -> QPen:
    pen = QPen(_color(stroke.color, stroke.opacity), stroke.width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap if stroke.round else Qt.PenCapStyle.FlatCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin if stroke.round else Qt.PenJoinStyle.MiterJoin)
    if stroke.dashes:
        # Qt counts dashes in widths of the pen.
        pen.setDashPattern([length / stroke.width for length in stroke.dashes])
    return pen


@lru_cache(maxsize=1024)
def _brush(fill: Paint) -> QBrush:
    return QBrush(_color(fill.color, fill.opacity))


@lru_cache(maxsize=1024)
def _color(color: str, opacity: float) -> QColor:
    made = QColor(color)
    made.setAlphaF(opacity)
    return made
