"""Text blocks stand where their anchors say, break where they should, and agree with what the scene room estimates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication

from superviz.scene.drawables import Text
from superviz.scene.text_extent import text_extent
from superviz.views import text_layout
from superviz.views.fonts import font, load_fonts
from superviz.views.text_layout import lay_out

INK = "#EDF0F4"
CAPTION = "Five features share two dimensions. Each gets 0.40 of a dimension."


@pytest.fixture(autouse=True, scope="module")
def _loaded(qapp: QApplication) -> None:
    load_fonts()


def drawn(text: Text) -> QRectF:
    """What the glyphs themselves cover."""
    extent = QRectF()
    for outline in lay_out(text).outlines:
        extent = extent.united(outline.boundingRect())
    return extent


@pytest.mark.parametrize(("anchor", "left", "right"), [("start", 0, 1), ("middle", -0.5, 0.5), ("end", -1, 0)])
def test_anchors(anchor: str, left: float, right: float) -> None:
    block = lay_out(Text(0, 0, "HIH", 40, INK, anchor=anchor))  # type: ignore[arg-type]
    assert (block.left, block.left + block.width) == pytest.approx((left * block.width, right * block.width))
    extent = drawn(Text(0, 0, "HIH", 40, INK, anchor=anchor))  # type: ignore[arg-type]
    # H has as much room on its left as on its right.
    assert extent.left() - block.left == pytest.approx(block.left + block.width - extent.right(), abs=0.3)


@pytest.mark.parametrize("size", [12, 13, 15, 24, 28, 88])
def test_the_capitals_of_a_middle_text_stand_in_the_middle(size: float) -> None:
    extent = drawn(Text(0, 0, "H", size, INK, 600))
    assert extent.center().y() == pytest.approx(0, abs=0.02 * size)


@pytest.mark.parametrize(("rise", "top"), [("top", 0), ("middle", -36), ("bottom", -72)])
def test_rises_speak_of_the_whole(rise: str, top: float) -> None:
    block = lay_out(Text(0, 0, CAPTION, 16, INK, rise=rise, wrap=200, line_height=24))  # type: ignore[arg-type]
    assert len(block.lines) == 3
    assert (block.top, block.height) == (top, 72)
    baselines = [line.baseline for line in block.lines]
    assert baselines[1] - baselines[0] == baselines[2] - baselines[1] == 24


def test_lines_hold_what_fits_and_no_more() -> None:
    block = lay_out(Text(0, 0, CAPTION, 16, INK, wrap=200))
    metrics = QFontMetricsF(font(16))
    lines = [line.text for line in block.lines]
    assert " ".join(lines) == CAPTION
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        assert metrics.horizontalAdvance(line) <= 200
        if following:
            assert metrics.horizontalAdvance(f"{line} {following.split()[0]}") > 200
    assert block.width == pytest.approx(max(metrics.horizontalAdvance(line) for line in lines))


def test_a_word_too_wide_has_a_line_of_its_own() -> None:
    assert [line.text for line in lay_out(Text(0, 0, "an incomprehensibility of", 16, INK, wrap=60)).lines] == [
        "an",
        "incomprehensibility",
        "of",
    ]


def test_newlines_break_always() -> None:
    assert [line.text for line in lay_out(Text(0, 0, "one\n\nthree", 16, INK)).lines] == ["one", "", "three"]


@given(size=st.floats(8, 100), factor=st.sampled_from([1.1, 1.25, 1.5, 2.0]))
def test_sizes_between_whole_pixels_are_kept(size: float, factor: float) -> None:
    block = lay_out(Text(0, 0, "Pentagon", size, INK))
    assert block.font.pixelSize() * block.scale == pytest.approx(size)
    assert block.height == pytest.approx(1.21 * size, rel=0.01)


@given(
    text=st.text(st.sampled_from("Feature 0123456789.,−+sharing two dimensions"), min_size=1, max_size=40),
    size=st.sampled_from([11, 12, 13.8, 15, 16, 28, 48, 88]),
    weight=st.sampled_from([400, 500, 600, 700]),
)
def test_the_scene_rooms_estimate_of_an_extent_holds(text: str, size: float, weight: int) -> None:
    """Scenes are built without Qt; picking and collisions go by an estimate, which must be near what is painted."""
    written = Text(0, 0, text, size, INK, weight)  # type: ignore[arg-type]
    left, top, width, height = text_extent(written)
    block = lay_out(written)
    assert width == pytest.approx(block.width, rel=0.06, abs=0.35 * size)
    assert (left, top, height) == pytest.approx((block.left, block.top, block.height), rel=0.06, abs=0.1 * size)


def test_the_outline_is_the_painted_text() -> None:
    metrics = QFontMetricsF(font(40, 700))
    tight = metrics.tightBoundingRect("Pentagon")
    extent = drawn(Text(0, 0, "Pentagon", 40, INK, 700))
    assert (extent.width(), extent.height()) == pytest.approx((tight.width(), tight.height()), abs=2)
    assert len(lay_out(Text(0, 0, "Pentagon", 40, INK, 700)).outlines) == 8


def test_blocks_are_kept_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_layout, "_KEPT_BLOCKS", 10)
    kept = lay_out(Text(1, 2, "kept", 16, INK))
    assert lay_out(Text(300, 400, "kept", 16, "#000000", opacity=0.5)) is kept
    for step in range(25):
        lay_out(Text(0, 0, str(step), 16, INK))
    assert lay_out(Text(1, 2, "kept", 16, INK)) is not kept
