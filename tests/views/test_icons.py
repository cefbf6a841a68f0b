"""The icons: well-formed drawings in one ink, tinted with any colour, sharp at every size."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QIcon, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from superviz.views.icons import ICONS_FOLDER, icon, paint_icon

DRAWINGS = sorted(ICONS_FOLDER.glob("*.svg"))
APP = Path(__file__).parents[2] / "superviz" / "app"

pytestmark = pytest.mark.usefixtures("qapp")


def painted(name: str, color: str, side: int) -> QImage:
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_icon(painter, name, color, QRectF(0, 0, side, side))
    painter.end()
    return image


def inked(image: QImage) -> list[QColor]:
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return [pixel for pixel in pixels if pixel.alpha() > 0]


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.stem)
def test_a_drawing_is_well_formed_and_has_one_ink(path: Path) -> None:
    root = ElementTree.fromstring(path.read_text(encoding="utf-8"))
    assert root.get("viewBox") == "0 0 16 16"
    inks = {element.get(name) for element in root.iter() for name in ("fill", "stroke")} - {None, "none"}
    assert inks == {"currentColor"}
    assert QSvgRenderer(str(path)).isValid()


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.stem)
def test_a_drawing_stays_inside_its_square(path: Path) -> None:
    image = painted(path.stem, "#3FD6A8", 64)
    assert len(inked(image)) > 64, "too little to be seen"
    rim = [image.pixelColor(at, edge) for at in range(64) for edge in (0, 63)]
    rim += [image.pixelColor(edge, at) for at in range(64) for edge in (0, 63)]
    assert all(pixel.alpha() < 128 for pixel in rim), "cut off at the edge"


def test_an_icon_has_the_colour_asked_for() -> None:
    strongest = max(inked(painted("dot", "#E5468F", 32)), key=QColor.alpha)
    assert strongest == QColor("#E5468F")
    assert max(inked(icon("play", "#3FD6A8").pixmap(24, 24).toImage()), key=QColor.alpha) == QColor("#3FD6A8")


def test_an_icon_has_its_colour_in_every_mode() -> None:
    drawn = icon("play", "#87929F")
    for mode in QIcon.Mode:
        strongest = max(inked(drawn.pixmap(QSize(24, 24), mode).toImage()), key=QColor.alpha)
        assert strongest == QColor("#87929F")


def test_an_icon_is_drawn_anew_at_every_size() -> None:
    # Scaled up from 16 pixels, an edge would smear over several; drawn anew, it takes two at the most.
    row = icon("dot", "#FFFFFF").pixmap(256, 256).toImage()
    partial = [x for x in range(256) if 0 < row.pixelColor(x, 128).alpha() < 255]
    assert len(partial) <= 4


def test_an_icon_survives_copies_and_wide_room() -> None:
    copy = QIcon(icon("search", "#FFFFFF"))
    wide = copy.pixmap(30, 16).toImage()
    assert all(wide.pixelColor(x, y).alpha() == 0 for x in range(18, 30) for y in range(16)), "the gap to the words"
    assert inked(wide)


def test_an_unknown_icon_is_an_error() -> None:
    with pytest.raises(FileNotFoundError, match="unicorn"):
        icon("unicorn", "#FFFFFF")


def test_every_icon_named_in_the_app_is_there_and_none_is_spare() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in APP.glob("*.py"))
    named = set(re.findall(r'"([a-z][a-z-]+)"', source))
    drawn = {path.stem for path in DRAWINGS}
    glyphs = re.findall(r'(?:Glyph|show_icon|paint_icon)\((?:painter, )?"([a-z-]+)"', source)
    buttons = re.findall(r'Button\("[a-z]+", "([a-z-]+)"', source)
    assert set(glyphs) | set(buttons) <= drawn
    assert drawn <= named
    assert QApplication.instance() is not None
