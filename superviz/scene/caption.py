"""Caption: the arrangement's glyph, name and words at the top left, the selected one's sentence at the bottom left."""

from __future__ import annotations

from superviz.scene.boxes import Box
from superviz.scene.canvas import Canvas
from superviz.scene.drawables import Drawable, Paint, Rect, Text
from superviz.scene.explanation import Explanation
from superviz.scene.glyphs import glyph_drawables
from superviz.scene.selection import Feature
from superviz.scene.text_extent import break_lines, elided, text_width
from superviz.scene.type_sizes import TypeSizes

_BAR = 3.0


def caption_block(
    explanation: Explanation, canvas: Canvas, sizes: TypeSizes, right: float
) -> tuple[list[Drawable], Box]:
    """The words at the top left, the name kept left of `right`, and the box they take; without a caption, the name."""
    palette = canvas.palette
    left = margin(canvas)
    radius = 0.5 * sizes.title
    y = sizes.title if canvas.compact else 1.22 * sizes.title
    indent = left + 1.5 * sizes.title
    drawables = glyph_drawables(
        explanation.glyph, left + radius, y, radius, palette.text1, 2.0 * canvas.text, explanation.corners
    )
    names = break_lines(explanation.title, sizes.title, max(right - indent, 4 * sizes.title), 700)
    for row, name in enumerate(names):
        drawables.append(Text(indent, y + row * 1.15 * sizes.title, name, sizes.title, palette.text1, weight=700))
    widest = indent + max(text_width(name, sizes.title, 700) for name in names)
    y += (len(names) - 1) * 1.15 * sizes.title + 0.68 * sizes.title
    if not explanation.caption:
        return drawables, (left, 0.0, widest, y)
    y += 1.3 * sizes.caption
    width = 16 * sizes.caption
    line_height = 1.5 * sizes.caption
    for line in break_lines(explanation.brief if sizes.brief else explanation.caption, sizes.caption, width):
        drawables.append(Text(left, y, line, sizes.caption, palette.text1))
        y += line_height
    if not sizes.brief:
        y += 8 * canvas.text
        for line in break_lines(explanation.why, sizes.body, width):
            drawables.append(Text(left, y, line, sizes.body, palette.text2))
            y += 1.54 * sizes.body
    return drawables, (left, 0.0, max(left + width, widest), y)


def sentence_block(
    heading: str, body: str, feature: int, color: str, canvas: Canvas, sizes: TypeSizes
) -> tuple[list[Drawable], Box]:
    """The selected feature's sentence at the bottom left beside a bar in its colour, and the box it takes."""
    palette = canvas.palette
    left = margin(canvas)
    indent = left + 17 * canvas.text
    pitch = 1.54 * sizes.body
    width = 19.4 * sizes.body
    head_size = sizes.body + canvas.text
    heads = [elided(line, head_size, width, 600) for line in break_lines(heading, head_size, width, 600)]
    lines = [elided(line, sizes.body, width) for line in break_lines(body, sizes.body, width)]
    height = (0.2 + len(heads) + len(lines)) * pitch
    bottom = canvas.height - 22 * canvas.text
    top = bottom - height
    meaning = Feature(feature)
    drawables: list[Drawable] = [Rect(left, top, _BAR, height, fill=Paint(color), meaning=meaning)]
    for row, line in enumerate(heads):
        y = top + (0.48 + row) * pitch
        drawables.append(Text(indent, y, line, head_size, palette.text1, weight=600, meaning=meaning))
    for row, line in enumerate(lines, start=len(heads)):
        drawables.append(Text(indent, top + (0.62 + row) * pitch, line, sizes.body, palette.text2))
    widest = max(text_width(line, head_size, 600) for line in [*heads, *lines])
    return drawables, (left, top, indent + widest, bottom)


def margin(canvas: Canvas) -> float:
    """From the canvas's edge to its text."""
    return 16.0 if canvas.compact else 24.0
