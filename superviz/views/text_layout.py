"""Text blocks: a scene's text broken into lines and placed around its anchor, in logical pixels."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF, QGlyphRun, QPainterPath, QTextLayout, QTransform

from superviz.scene.drawables import Text
from superviz.views.fonts import font

_KEPT_BLOCKS = 2048
_blocks_of_this_thread = threading.local()

_ANCHOR_SHARE = {"start": 0.0, "middle": 0.5, "end": 1.0}
_RISE_SHARE = {"top": 0.0, "middle": 0.5, "bottom": 1.0}


@dataclass(frozen=True, slots=True)
class Line:
    """One line: where its baseline starts, from the text's anchor."""

    text: str
    x: float
    baseline: float


@dataclass(frozen=True)
class TextBlock:
    """Lines with their extent, all measured from the text's anchor. Lives in the thread that laid it out."""

    lines: tuple[Line, ...]
    left: float
    top: float
    width: float
    height: float
    font: QFont
    """At whole pixels, which is all that Qt offers..."""
    scale: float
    """...and what it is to be scaled by, to be as large as was asked."""

    @cached_property
    def runs(self) -> tuple[tuple[float, float, QGlyphRun], ...]:
        """Shaped glyphs, each run with where it goes from the text's anchor: shaped once, they paint in a third."""
        return tuple(run for line in self.lines for run in _runs(line, self.font, self.scale))

    @cached_property
    def outlines(self) -> tuple[QPainterPath, ...]:
        """The outline of each glyph, at scale, from the text's anchor.

        One path a glyph: Qt's rasteriser is several times slower on a path that spans a whole line.
        """
        return tuple(outline for line in self.lines for outline in _outlines(line, self.font, self.scale))


def lay_out(text: Text) -> TextBlock:
    """The block that `text` makes: broken at `wrap` between words, and at every newline.

    A line is `line_height` high, or as high as the font; its capitals stand in the middle of that.
    """
    blocks: dict[tuple[object, ...], TextBlock] | None = getattr(_blocks_of_this_thread, "blocks", None)
    if blocks is None:
        blocks = _blocks_of_this_thread.blocks = {}
    key = (text.text, text.size, text.weight, text.anchor, text.rise, text.wrap, text.line_height)
    if key not in blocks:
        if len(blocks) >= _KEPT_BLOCKS:
            blocks.clear()
        blocks[key] = _lay_out(text)
    return blocks[key]


def _lay_out(text: Text) -> TextBlock:
    whole = font(text.size, text.weight)
    metrics = QFontMetricsF(whole)
    scale = text.size / whole.pixelSize()
    rows = [
        row
        for paragraph in text.text.split("\n")
        for row in _break(paragraph, metrics, None if text.wrap is None else text.wrap / scale)
    ]
    widths = [metrics.horizontalAdvance(row) * scale for row in rows]
    line_height = text.line_height or (metrics.ascent() + metrics.descent()) * scale
    # Inter's ascent and descent lie evenly around its capitals: centring the two centres what is read.
    first_baseline = line_height / 2 + (metrics.ascent() - metrics.descent()) / 2 * scale
    share = _ANCHOR_SHARE[text.anchor]
    height = line_height * len(rows)
    top = -height * _RISE_SHARE[text.rise]
    lines = tuple(
        Line(row, -width * share, top + first_baseline + index * line_height)
        for index, (row, width) in enumerate(zip(rows, widths, strict=True))
    )
    width = max(widths)
    return TextBlock(lines, -width * share, top, width, height, whole, scale)


def _break(paragraph: str, metrics: QFontMetricsF, width: float | None) -> list[str]:
    """Fills each row with as many words as fit; a word wider than `width` has a row of its own."""
    if width is None:
        return [paragraph]
    rows = [""]
    for word in paragraph.split(" "):
        longer = f"{rows[-1]} {word}" if rows[-1] else word
        if not rows[-1] or metrics.horizontalAdvance(longer) <= width:
            rows[-1] = longer
        else:
            rows.append(word)
    return rows


def _shaped(line: Line, font: QFont) -> tuple[float, list[QGlyphRun]]:
    """How far the baseline lies below the origin of the glyphs' positions, and the glyphs."""
    layout = QTextLayout(line.text, font)
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    return layout.lineAt(0).ascent(), layout.glyphRuns()


def _runs(line: Line, font: QFont, scale: float) -> Iterator[tuple[float, float, QGlyphRun]]:
    ascent, runs = _shaped(line, font)
    for run in runs:
        if scale != 1:
            raw = run.rawFont()
            raw.setPixelSize(font.pixelSize() * scale)
            run.setRawFont(raw)
            run.setPositions([position * scale for position in run.positions()])
        yield line.x, line.baseline - ascent * scale, run


def _outlines(line: Line, font: QFont, scale: float) -> Iterator[QPainterPath]:
    ascent, runs = _shaped(line, font)
    for run in runs:
        shapes = run.rawFont()
        for glyph, position in zip(run.glyphIndexes(), run.positions(), strict=True):
            to_place = QTransform.fromTranslate(line.x, line.baseline).scale(scale, scale)
            outline = to_place.translate(position.x(), position.y() - ascent).map(shapes.pathForGlyph(glyph))
            # Inter's glyphs are made of overlapping contours, which the odd-even rule would punch holes into.
            outline.setFillRule(Qt.FillRule.WindingFill)
            yield outline
