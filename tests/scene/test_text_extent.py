"""Text extents against Qt's own metrics of the font that is painted."""

from __future__ import annotations

import string

import pytest
from PySide6.QtGui import QFontMetricsF

from superviz.scene.drawables import Paint, Text, TextBox
from superviz.scene.text_extent import break_lines, elided, text_extent, text_height, text_width
from superviz.views.fonts import font, load_fonts

SENTENCES = [
    "Five features share two dimensions. Each gets 0.40 of a dimension.",
    "Features are rarely active together here, so sharing costs little.",
    "1 and 4 are pushed up by 0.39. 2 and 5 are pushed down by 1.04, which the ReLU cuts off.",
    "Two digons and a dead feature",
    "Feature 3",
    "−1.04",
]


@pytest.mark.parametrize("text", SENTENCES)
@pytest.mark.parametrize("size", [11, 13, 16, 28, 40])
@pytest.mark.parametrize("weight", [400, 500, 600, 700])
def test_widths_are_those_that_qt_paints(qapp: object, text: str, size: int, weight: int) -> None:
    load_fonts()
    painted = QFontMetricsF(font(size, weight)).horizontalAdvance(text)  # pyright: ignore[reportArgumentType]
    assert text_width(text, size, weight) == pytest.approx(painted, rel=0.03, abs=0.6)


def test_every_printable_character_is_known(qapp: object) -> None:
    load_fonts()
    metrics = QFontMetricsF(font(14, 400))
    for character in string.printable[:95]:
        assert text_width(character, 14) == pytest.approx(metrics.horizontalAdvance(character), abs=0.35), character


def test_height_is_ascent_and_descent(qapp: object) -> None:
    load_fonts()
    metrics = QFontMetricsF(font(16, 400))
    assert text_height(16) == pytest.approx(metrics.ascent() + metrics.descent(), rel=0.02)


def test_figures_are_all_as_wide() -> None:
    assert len({text_width(digit, 13) for digit in string.digits}) == 1


def test_an_unknown_character_takes_some_room() -> None:
    assert text_width("Ж", 10) > 5


def test_wide_characters_are_wide_and_marks_take_no_room() -> None:
    assert text_width("漢字", 10) == pytest.approx(20)
    assert text_width("e\u0301", 10) == text_width("e", 10)


@pytest.mark.parametrize("room", [0, 10, 40, 80, 200, 1000])
def test_what_does_not_fit_is_cut_off(room: float) -> None:
    shown = elided(SENTENCES[0], 13, room)
    assert shown == "…" or text_width(shown, 13) <= room
    assert shown == SENTENCES[0] or (shown.endswith("…") and SENTENCES[0].startswith(shown[:-1]))
    assert shown == SENTENCES[0] or text_width(SENTENCES[0][: len(shown) + 2] + "…", 13) > room, "as much as fits"
    assert not shown.endswith(" …")


def test_lines_break_between_words_and_fit() -> None:
    lines = break_lines(SENTENCES[0], 16, 256)
    assert lines == ("Five features share two", "dimensions. Each gets 0.40 of a", "dimension.")
    assert all(text_width(line, 16) <= 256 for line in lines)
    assert break_lines("incomprehensibilities are rare", 16, 40)[0] == "incomprehensibilities"
    assert break_lines("", 16, 40) == ()


@pytest.mark.parametrize(("anchor", "left"), [("start", 100.0), ("middle", 75.0), ("end", 50.0)])
def test_anchors(anchor: str, left: float) -> None:
    text = Text(100, 100, "x", 10, "#000000", anchor=anchor)  # pyright: ignore[reportArgumentType]
    width = text_width("x", 10)
    assert text_extent(text)[0] == pytest.approx(100 + (left - 100) / 50 * width)


@pytest.mark.parametrize(("rise", "share"), [("top", 0.0), ("middle", 0.5), ("bottom", 1.0)])
def test_rises(rise: str, share: float) -> None:
    text = Text(0, 100, "x\ny", 10, "#000000", rise=rise, line_height=20)  # pyright: ignore[reportArgumentType]
    _, top, _, height = text_extent(text)
    assert (top, height) == (100 - share * 40, 40)


def test_a_box_adds_its_padding_and_a_wrap_its_lines() -> None:
    plain = Text(0, 0, "one two", 10, "#000000")
    boxed = Text(0, 0, "one two", 10, "#000000", box=TextBox(9, 4, 4, Paint("#000000")))
    left, top, width, height = text_extent(plain)
    assert text_extent(boxed) == (left - 9, top - 4, width + 18, height + 8)
    wrapped = Text(0, 0, "one two", 10, "#000000", wrap=20)
    assert text_extent(wrapped)[3] == pytest.approx(2 * height)
    assert text_extent(wrapped)[2] < width
