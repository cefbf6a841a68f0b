"""The legend's numbers are the weights' own, and it fits."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from superviz.core.geometry import feature_dimensionality
from superviz.core.snapshot import frozen
from superviz.scene.arrows import NO_EMPHASIS, Emphasis
from superviz.scene.boxes import Box, box_of
from superviz.scene.camera import camera_for
from superviz.scene.canvas import Canvas
from superviz.scene.drawables import Drawable, Rect, Text
from superviz.scene.feature_names import UNNAMED
from superviz.scene.legend import legend_block, legend_width
from superviz.scene.palette import DARK, feature_colors
from superviz.scene.placement import Place, place_features
from superviz.scene.selection import Feature
from superviz.scene.type_sizes import TypeSizes
from superviz.session.display import DisplaySettings

LARGE = Canvas(1233, 632, DARK)
SMALL = Canvas(780, 409, DARK, 0.72, 0.92, compact=True)


def polygon(count: int, length: float) -> np.ndarray:
    turns = np.radians(90 - 360 / count * np.arange(count))
    return length * np.stack([np.cos(turns), np.sin(turns)])


def legend(
    W: np.ndarray,
    canvas: Canvas = LARGE,
    emphasis: Emphasis = NO_EMPHASIS,
    importance: np.ndarray | None = None,
    display: DisplaySettings = UNNAMED,
) -> tuple[list[Drawable], Box]:
    count = W.shape[1]
    importance = np.linspace(1, 0.5, count) if importance is None else importance
    placement = place_features(frozen(W), frozen(importance), Place(500, 300, 200), camera_for(W, DisplaySettings()))
    bias = frozen(-0.01 * np.arange(count))
    colors = feature_colors(DARK, importance)
    return legend_block(placement, bias, colors, display, canvas, TypeSizes.of(canvas), emphasis)


def rows(drawables: list[Drawable]) -> dict[int, list[str]]:
    """What each feature's row says."""
    said: dict[int, list[str]] = {}
    for item in drawables:
        if isinstance(item, Text) and isinstance(item.meaning, Feature):
            said.setdefault(item.meaning.index, []).append(item.text)
    return said


def all_words(drawables: list[Drawable]) -> list[str]:
    return [item.text for item in drawables if isinstance(item, Text)]


def test_the_numbers() -> None:
    drawables, _ = legend(polygon(5, 1.13))
    assert rows(drawables)[2] == ["Feature 3", "1.13", "−0.02", "0.40"]
    assert rows(drawables)[0] == ["Feature 1", "1.13", "0.00", "0.40"]
    assert all_words(drawables)[:3] == ["Length", "Bias", "Share"]
    assert all_words(drawables)[-2:] == ["Share of a dimension, in all", "2.00 of 2"]


def test_a_compact_one_has_no_bias_and_no_long_words() -> None:
    drawables, _ = legend(polygon(5, 1.13), SMALL)
    assert rows(drawables)[2] == ["3", "1.13", "0.40"]
    assert all_words(drawables)[:2] == ["Length", "Share"]
    assert all_words(drawables)[-2:] == ["in all", "2.00 of 2"]


@pytest.mark.parametrize("canvas", [LARGE, SMALL, Canvas(1600, 500, DARK, 1.0, 1.5)])
@pytest.mark.parametrize("count", [1, 5, 8, 9, 20, 80])
def test_it_fits_its_corner_and_its_rows_do_not_touch(canvas: Canvas, count: int) -> None:
    drawables, (left, _, right, bottom) = legend(np.random.default_rng(0).normal(size=(5, count)), canvas)
    assert bottom <= canvas.height
    assert right == canvas.width
    assert left == pytest.approx(canvas.width - legend_width(canvas, TypeSizes.of(canvas)))
    for item in drawables:
        if isinstance(item, Text):
            box = box_of(item)
            assert left <= box[0]
            assert box[2] <= canvas.width
    grounds = [item for item in drawables if isinstance(item, Rect) and item.radius == 6]
    for above, below in pairwise(grounds):
        assert above.y + above.height <= below.y + 1e-6


def test_columns_stand_clear_of_each_other() -> None:
    for canvas in (LARGE, SMALL):
        drawables, _ = legend(polygon(5, 1.13), canvas)
        for feature in range(5):
            row = [item for item in drawables if isinstance(item, Text) and item.meaning == Feature(feature)]
            boxes = sorted(box_of(item) for item in row)
            assert all(one[2] < other[0] for one, other in pairwise(boxes))


def test_the_whole_row_stands_for_its_feature() -> None:
    drawables, _ = legend(polygon(5, 1.13))
    ground = next(
        item for item in drawables if isinstance(item, Rect) and item.meaning == Feature(3) and item.radius == 6
    )
    assert ground.width == 292
    assert ground.fill is not None
    assert ground.fill.opacity == 0


def test_the_selected_row_is_marked_and_bold() -> None:
    drawables, _ = legend(polygon(5, 1.13), emphasis=Emphasis(selected=2))
    ground = next(
        item for item in drawables if isinstance(item, Rect) and item.meaning == Feature(2) and item.radius == 6
    )
    assert ground.fill is not None
    assert (ground.fill.color, ground.fill.opacity) == (DARK.selected, 1)
    assert {item.weight for item in drawables if isinstance(item, Text) and item.meaning == Feature(2)} == {600}
    assert {item.color for item in drawables if isinstance(item, Text) and item.meaning == Feature(2)} == {DARK.text1}


def test_the_dead_are_fainter_and_have_no_share() -> None:
    drawables, _ = legend(np.array([[1.0, 0.02], [0.0, 0.0]]))
    assert rows(drawables)[1] == ["Feature 2", "0.02", "−0.01", "0.00"]
    assert {item.color for item in drawables if isinstance(item, Text) and item.meaning == Feature(1)} == {DARK.text3}


def test_what_does_not_fit_is_summed_up() -> None:
    W = np.random.default_rng(0).normal(size=(20, 80))
    drawables, _ = legend(W, importance=0.9 ** np.arange(80))
    shown = sorted(rows(drawables))
    assert shown == list(range(len(shown)))
    assert len(shown) < 25
    words = all_words(drawables)
    at = words.index(f"and {80 - len(shown)} more")
    rest = feature_dimensionality(W)[len(shown) :].sum()
    assert float(words[at + 1]) == pytest.approx(rest, abs=0.006)


def test_what_is_singled_out_always_has_a_row() -> None:
    W = np.random.default_rng(0).normal(size=(20, 80))
    without = rows(legend(W)[0])
    with_both = rows(legend(W, emphasis=Emphasis(selected=70, hovered=60))[0])
    assert {60, 70} <= set(with_both)
    assert len(with_both) == len(without)


def test_the_most_important_have_rows_in_the_features_own_order() -> None:
    importance = np.linspace(0.1, 1.0, 80)
    shown = list(rows(legend(np.ones((3, 80)), importance=importance)[0]))
    assert shown == sorted(shown)
    assert shown[-1] == 79
    assert 0 not in shown


def test_a_very_low_canvas_still_has_a_row() -> None:
    assert len(rows(legend(polygon(5, 1.0), Canvas(1233, 90, DARK))[0])) == 1


def test_without_a_bias_there_is_no_column_of_zeros() -> None:
    W = polygon(5, 1.13)
    placement = place_features(frozen(W), frozen(np.ones(5)), Place(500, 300, 200), camera_for(W, DisplaySettings()))
    drawables, _ = legend_block(placement, None, ("#123456",) * 5, UNNAMED, LARGE, TypeSizes.of(LARGE), NO_EMPHASIS)
    said = [item.text for item in drawables if isinstance(item, Text)]
    assert "Bias" not in said
    assert said[:2] == ["Length", "Share"]
    assert said.count("1.13") == 5
