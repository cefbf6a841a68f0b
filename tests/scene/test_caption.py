"""The words in the corners fit into them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from superviz.scene.boxes import box_of
from superviz.scene.canvas import Canvas
from superviz.scene.caption import caption_block, margin, sentence_block
from superviz.scene.drawables import Drawable, Rect, Text
from superviz.scene.explanation import Explanation
from superviz.scene.palette import DARK
from superviz.scene.selection import Feature
from superviz.scene.type_sizes import TypeSizes

SAID = Explanation(
    "Two digons and a dead feature",
    "digon",
    "Four features share two dimensions in opposite pairs. Each gets 0.50 of a dimension. One more is left out.",
    "Four features share two dimensions: 0.50 each.",
    "Features are rarely active together here, so sharing costs little.",
)
LARGE = Canvas(1233, 632, DARK)
SMALL = Canvas(780, 409, DARK, 0.72, 0.92, compact=True)
BODY = "1 and 4 are pushed up by 0.39. 2 and 5 are pushed down by 1.04, which the ReLU cuts off."


def texts(drawables: list[Drawable]) -> list[Text]:
    return [item for item in drawables if isinstance(item, Text)]


@pytest.mark.parametrize("canvas", [LARGE, SMALL, Canvas(1233, 632, DARK, 1.0, 1.6)])
def test_every_line_lies_in_the_box_and_none_on_another(canvas: Canvas) -> None:
    drawables, (left, top, right, bottom) = caption_block(SAID, canvas, TypeSizes.of(canvas), 500)
    boxes = [box_of(text) for text in texts(drawables)]
    for box in boxes:
        assert left <= box[0]
        assert top <= box[1]
        assert box[2] <= right + 1
        assert box[3] <= bottom
    for above, below in pairwise(boxes):
        assert above[3] <= below[1] + 4 * canvas.text
    assert left == margin(canvas)


def test_all_words_are_there_where_there_is_room() -> None:
    said = " ".join(text.text for text in texts(caption_block(SAID, LARGE, TypeSizes.of(LARGE), 900)[0]))
    assert said == f"{SAID.title} {SAID.caption} {SAID.why}"


def test_a_compact_canvas_is_brief() -> None:
    said = " ".join(text.text for text in texts(caption_block(SAID, SMALL, TypeSizes.of(SMALL), 900)[0]))
    assert said == f"{SAID.title} {SAID.brief}"


def test_large_type_makes_any_canvas_brief() -> None:
    assert not TypeSizes.of(LARGE).brief
    assert TypeSizes.of(Canvas(1233, 632, DARK, 1.0, 1.5)).brief


def test_a_long_name_breaks_before_it_reaches_the_figure() -> None:
    drawables, box = caption_block(SAID, SMALL, TypeSizes.of(SMALL), 280)
    names = [text for text in texts(drawables) if text.weight == 700]
    assert [name.text for name in names] == ["Two digons and a dead", "feature"]
    assert box[2] <= 280


def test_sizes_are_looks_own() -> None:
    drawables = texts(caption_block(SAID, LARGE, TypeSizes.of(LARGE), 900)[0])
    assert [(text.size, text.weight) for text in drawables if text.weight == 700] == [(28, 700)]
    assert {text.size for text in drawables} == {28, 16, 13}
    assert min(text.size for text in texts(caption_block(SAID, SMALL, TypeSizes.of(SMALL), 900)[0])) >= 11


def test_the_sentence_stands_beside_a_bar_in_its_features_colour() -> None:
    drawables, (left, top, right, bottom) = sentence_block(
        "When feature 3 is active", BODY, 2, "#E5468F", LARGE, TypeSizes.of(LARGE)
    )
    bar, heading = drawables[:2]
    assert isinstance(bar, Rect)
    assert isinstance(heading, Text)
    assert bar.fill is not None
    assert (bar.x, bar.width, bar.fill.color, bar.meaning) == (left, 3.0, "#E5468F", Feature(2))
    assert (heading.text, heading.weight, heading.size) == ("When feature 3 is active", 600, 14)
    assert [text.text for text in texts(drawables)[1:]] == [
        "1 and 4 are pushed up by 0.39. 2 and 5",
        "are pushed down by 1.04, which the",
        "ReLU cuts off.",
    ]
    assert bottom == LARGE.height - 22
    for text in texts(drawables):
        assert top <= box_of(text)[1]
        assert box_of(text)[3] <= bottom
        assert box_of(text)[2] <= right + 1 or text is heading


def test_without_a_caption_the_name_alone_takes_room() -> None:
    drawables, box = caption_block(replace(SAID, caption=""), LARGE, TypeSizes.of(LARGE), 900)
    (name,) = texts(drawables)
    assert name.weight == 700
    assert box_of(name)[3] - 2 <= box[3] < caption_block(SAID, LARGE, TypeSizes.of(LARGE), 900)[1][3] - 30
    assert box[2] == pytest.approx(box_of(name)[2])
