"""The painter: a scene onto any paint device. Screen, PNG, SVG, PDF and video all come through here."""

from __future__ import annotations

import math
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPainterPath, QPen

from superviz.scene.drawables import Disc, Paint, Path, Rect, Scene, Stroke, Text
from superviz.views.polygon import polygon
from superviz.views.segments import goes_in_segments, paint_segments
from superviz.views.text_layout import lay_out


def paint(painter: QPainter, scene: Scene, *, text_as_outlines: bool = False) -> None:
    """Paints `scene` in logical pixels; the caller scales the painter for the device. Any thread may do this.

    `text_as_outlines` fills the glyphs' outlines: for files that embed no font, and for films, where labels then glide
    by fractions of a pixel. Without it text stands on whole device pixels, which is sharper and faster.
    Nothing becomes a bitmap: no pixmaps, no cosmetic pens, no painter opacity.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(QRectF(0, 0, scene.width, scene.height), QColor(scene.background))
    for drawable in scene.drawables:
        match drawable:
            case Path():
                _paint_path(painter, drawable)
            case Rect():
                _paint_rect(painter, drawable)
            case Disc():
                _dip(painter, drawable.stroke, drawable.fill)
                painter.drawEllipse(QPointF(drawable.x, drawable.y), drawable.radius, drawable.radius)
            case Text():
                _paint_text(painter, drawable, text_as_outlines)


def to_image(scene: Scene, scale: float = 1.0, *, text_as_outlines: bool = False) -> QImage:
    """The scene as a picture of `scale` device pixels a logical one, rounded up to whole pixels; opaque.

    Null where it doesn't fit into memory.
    """
    image = QImage(math.ceil(scene.width * scale), math.ceil(scene.height * scale), QImage.Format.Format_RGB32)
    if image.isNull():
        return image
    image.fill(QColor(scene.background))
    painter = QPainter(image)
    painter.scale(scale, scale)
    paint(painter, scene, text_as_outlines=text_as_outlines)
    painter.end()
    return image


def _paint_path(painter: QPainter, path: Path) -> None:
    if goes_in_segments(painter, path.stroke):
        if path.fill is not None:
            _dip(painter, None, path.fill)
            painter.drawPolygon(polygon(path.points), Qt.FillRule.WindingFill)
        _dip(painter, path.stroke, None)
        paint_segments(painter, path)
        return
    _dip(painter, path.stroke, path.fill)
    if path.closed:
        painter.drawPolygon(polygon(path.points), Qt.FillRule.WindingFill)
    elif path.fill is None:
        painter.drawPolyline(polygon(path.points))
    else:
        # Open: the fill closes itself, the line doesn't.
        outline = QPainterPath()
        outline.setFillRule(Qt.FillRule.WindingFill)
        outline.addPolygon(polygon(path.points))
        painter.drawPath(outline)


def _paint_rect(painter: QPainter, rect: Rect) -> None:
    _dip(painter, rect.stroke, rect.fill)
    extent = QRectF(rect.x, rect.y, rect.width, rect.height)
    if rect.radius:
        painter.drawRoundedRect(extent, rect.radius, rect.radius)
    else:
        painter.drawRect(extent)


def _paint_text(painter: QPainter, text: Text, as_outlines: bool) -> None:
    block = lay_out(text)
    if text.box is not None:
        box = text.box
        _dip(painter, box.stroke, box.fill)
        extent = QRectF(text.x + block.left, text.y + block.top, block.width, block.height)
        extent.adjust(-box.padding_x, -box.padding_y, box.padding_x, box.padding_y)
        painter.drawRoundedRect(extent, box.radius, box.radius)
    if as_outlines:
        _dip(painter, None, Paint(text.color, text.opacity))
        painter.translate(text.x, text.y)
        for outline in block.outlines:
            painter.drawPath(outline)
        painter.translate(-text.x, -text.y)
    else:
        painter.setPen(_color(text.color, text.opacity))
        for x, y, run in block.runs:
            painter.drawGlyphRun(QPointF(round(text.x + x), round(text.y + y)), run)


def _dip(painter: QPainter, stroke: Stroke | None, fill: Paint | None) -> None:
    painter.setPen(Qt.PenStyle.NoPen if stroke is None else _pen(stroke))
    painter.setBrush(Qt.BrushStyle.NoBrush if fill is None else _brush(fill))


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
