"""Stills: one scene as a picture in a file. One function and one row of STILL_FORMATS a format."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, QSize, QSizeF
from PySide6.QtGui import QImageWriter, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from superviz.core.errors import ExportError
from superviz.exchange.target import check_ending, new_file
from superviz.scene.drawables import Scene
from superviz.views.plane_painter import paint, to_image

_CREATOR = "superviz"


@dataclass(frozen=True)
class StillFormat:
    """A row of the table: what people call it, and what turns a scene and a title into the file's bytes."""

    name: str
    encode: Callable[[Scene, str], bytes]


def encode_png(scene: Scene, title: str) -> bytes:
    """One pixel a logical pixel, rounded up to whole ones."""
    image = to_image(scene, text_as_outlines=True)
    if image.isNull():
        raise ExportError(f"a picture of {scene.width:g}x{scene.height:g} doesn't fit into memory; make it smaller")
    buffer = _open_buffer()
    writer = QImageWriter(buffer, QByteArray(b"png"))
    writer.setText("Title", title)
    if not writer.write(image):
        raise ExportError(f"the PNG can't be made: {writer.errorString()}")
    return bytes(buffer.data().data())


def encode_svg(scene: Scene, title: str) -> bytes:
    """As wide in CSS pixels as the scene is in logical ones. Text is outlines: the file embeds no font."""
    buffer = _open_buffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setTitle(title)
    generator.setDescription(_CREATOR)
    width, height = math.ceil(scene.width), math.ceil(scene.height)
    generator.setSize(QSize(width, height))
    generator.setViewBox(QRectF(0, 0, width, height))
    _paint_on(generator, scene)
    # Qt gives the size in rounded millimetres, which other programs turn into fractions of a pixel.
    in_pixels = f'<svg width="{width}" height="{height}"'.encode()
    return re.sub(rb'<svg width="[^"]+mm" height="[^"]+mm"', in_pixels, bytes(buffer.data().data()), count=1)


def encode_pdf(scene: Scene, title: str) -> bytes:
    """One page, a point a logical pixel, no margins.

    Text is outlines: Qt would name Inter's tabular figures by private characters, which copy as nonsense.
    """
    buffer = _open_buffer()
    writer = QPdfWriter(buffer)
    writer.setTitle(title)
    writer.setCreator(_CREATOR)
    writer.setResolution(72)
    size = QSizeF(math.ceil(scene.width), math.ceil(scene.height))
    page = QPageSize(size, QPageSize.Unit.Point, title, QPageSize.SizeMatchPolicy.ExactMatch)
    no_margins = QMarginsF(0, 0, 0, 0)
    writer.setPageLayout(
        QPageLayout(page, QPageLayout.Orientation.Portrait, no_margins, QPageLayout.Unit.Point, no_margins)
    )
    _paint_on(writer, scene)
    return bytes(buffer.data().data())


STILL_FORMATS: dict[str, StillFormat] = {
    ".png": StillFormat("PNG picture", encode_png),
    ".svg": StillFormat("SVG drawing", encode_svg),
    ".pdf": StillFormat("PDF page", encode_pdf),
}


def write_still(scene: Scene, path: Path, *, title: str = "", force: bool = False) -> None:
    """Writes `scene` as a png, svg or pdf, by the ending of `path`. Needs a QGuiApplication with fonts; any thread.

    Raises ExportError where the ending is another, `path` exists and `force` isn't set, or it can't be written.
    """
    format = STILL_FORMATS[check_ending(path, STILL_FORMATS)]
    with new_file(path, force=force) as part:
        part.write_bytes(format.encode(scene, title))


def _paint_on(device: QSvgGenerator | QPdfWriter, scene: Scene) -> None:
    painter = QPainter(device)
    paint(painter, scene, text_as_outlines=True)
    painter.end()


def _open_buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer
