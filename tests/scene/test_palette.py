"""Colours can be told apart and read, by people with any kind of colour vision, in both themes."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest

from superviz.core.parts import Glyph
from superviz.scene.color_space import contrast, from_hex, from_linear, to_linear, to_oklab
from superviz.scene.palette import (
    DARK,
    LIGHT,
    PALETTES,
    Palette,
    colored_by_shape,
    feature_colors,
    importance_order,
    ink_on,
    interference_color,
    mix,
)

# Machado, Oliveira and Fernandes 2009, "A physiologically-based model for simulation of color vision deficiency",
# severity 1: what remains of linear sRGB.
VISIONS = {
    "usual": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
EVERY_PALETTE = pytest.mark.parametrize("palette", [DARK, LIGHT], ids=lambda palette: palette.name)


def seen(color: str, vision: str) -> np.ndarray:
    return to_oklab(from_linear(np.clip(VISIONS[vision] @ to_linear(from_hex(color)), 0, 1)))


@EVERY_PALETTE
@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("count", [2, 3, 5, 6, 7, 8])
def test_features_can_be_told_apart(palette: Palette, vision: str, count: int) -> None:
    colors = feature_colors(palette, np.full(count, 1.0))
    nearest = min(np.linalg.norm(seen(a, vision) - seen(b, vision)) for a, b in combinations(colors, 2))
    assert nearest >= 0.07


@EVERY_PALETTE
@pytest.mark.parametrize("vision", VISIONS)
def test_up_and_down_can_be_told_apart(palette: Palette, vision: str) -> None:
    high, low = seen(palette.interference_high, vision), seen(palette.interference_low, vision)
    assert np.linalg.norm(high - low) >= 0.07


@EVERY_PALETTE
def test_features_stand_out_from_their_ground(palette: Palette) -> None:
    for count in (5, 8, 20, 80):
        for color in feature_colors(palette, 0.9 ** np.arange(count)):
            assert contrast(color, palette.canvas) >= 2.8  # "about 3:1"


@EVERY_PALETTE
def test_text_can_be_read(palette: Palette) -> None:
    for ground in (palette.window, palette.panel, palette.canvas, palette.raised, palette.hover, palette.selected):
        assert contrast(palette.text1, ground) >= 7
        assert contrast(palette.text2, ground) >= 4.5
        assert contrast(palette.text3, ground) >= 4
    assert contrast(palette.text3, palette.panel) >= 4.7
    assert contrast(palette.accent_ink, palette.accent) >= 4.5


@EVERY_PALETTE
@pytest.mark.parametrize("share", np.linspace(-1, 1, 21).tolist())
def test_the_ink_on_a_cell_can_be_read_and_is_the_better_one(palette: Palette, share: float) -> None:
    cell = interference_color(palette, share, 1.0)
    assert contrast(ink_on(cell), cell) >= 4.3
    assert contrast(ink_on(cell), cell) == max(contrast("#0B0E12", cell), contrast("#FFFFFF", cell))


def test_tokens_are_looks_own() -> None:
    assert DARK.canvas == "#0B0E12"
    assert LIGHT.accent == "#087A5E"
    assert DARK.few_features == ("#FFD84D", "#F28C3A", "#E5468F", "#8E67F5", "#57B9FF")
    assert PALETTES == {"dark": DARK, "light": LIGHT}
    assert DARK.shape_color("pentagon") == "#3C61DC"
    assert LIGHT.shape_color("mixed") == LIGHT.text3
    assert DARK.shape_color("dead") == DARK.line


def test_colours_follow_importance_not_position() -> None:
    assert feature_colors(DARK, np.array([0.1, 1.0, 0.5])) == (
        DARK.few_features[2],
        DARK.few_features[0],
        DARK.few_features[1],
    )


def test_equals_keep_their_order() -> None:
    assert feature_colors(DARK, np.ones(5)) == DARK.few_features
    assert feature_colors(DARK, np.ones(8)) == DARK.some_features
    assert importance_order(np.array([1.0, 2.0, 1.0, 2.0])).tolist() == [1, 3, 0, 2]


def test_many_features_run_through_the_five() -> None:
    colors = feature_colors(DARK, 0.7 ** np.arange(21))
    assert len(set(colors)) == 21
    assert colors[::5] == DARK.few_features
    lightness = [to_oklab(from_hex(color)) for color in colors]
    steps = [np.linalg.norm(b - a) for a, b in pairwise(lightness)]
    assert max(steps) < 0.09


def test_many_features_of_equal_importance_are_coloured_by_shape() -> None:
    assert colored_by_shape(np.ones(9))
    assert not colored_by_shape(np.ones(8))
    assert not colored_by_shape(0.9 ** np.arange(9))
    shapes: list[Glyph] = ["digon", "digon", "alone", "dead", "mixed", "pentagon", "pentagon", "pentagon", "pentagon"]
    colors = feature_colors(DARK, np.ones(9), shapes)
    assert colors[:5] == ("#7BE8D6", "#7BE8D6", "#FEEF02", DARK.line, DARK.text3)
    # Ranks tell more than shapes where importances differ.
    assert feature_colors(DARK, 0.9 ** np.arange(9), shapes)[0] == DARK.few_features[0]


def test_interference_at_its_ends_and_beyond() -> None:
    assert interference_color(DARK, 1.3, 1.3) == DARK.interference_high
    assert interference_color(DARK, -9.0, 1.3) == DARK.interference_low
    assert interference_color(DARK, 0.0, 1.3) == DARK.interference_zero


def test_interference_between_is_mixed_in_srgb_by_the_power() -> None:
    share = 0.5**0.9
    wanted = (1 - share) * from_hex(LIGHT.interference_zero) + share * from_hex(LIGHT.interference_high)
    np.testing.assert_allclose(from_hex(interference_color(LIGHT, 0.65, 1.3)), wanted, atol=1 / 255)
    assert mix("#000000", "#FFFFFF", 0.2) == "#333333"
