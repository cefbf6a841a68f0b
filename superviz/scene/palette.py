"""Palette: every colour of a theme, and which of them a feature or an interference gets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from superviz.core.parts import Glyph
from superviz.scene.color_space import contrast, from_hex, from_oklab, to_hex, to_oklab
from superviz.session.display import Theme

_DARK_INK, _LIGHT_INK = "#0B0E12", "#FFFFFF"
_INTERFERENCE_GAMMA = 0.9


@dataclass(frozen=True, slots=True)
class Palette:
    """A theme's colours, "#RRGGBB" each."""

    name: Theme
    window: str
    panel: str
    canvas: str
    """The most extreme ground: under vectors, thumbnails, loss, films."""
    raised: str
    hover: str
    selected: str
    line: str
    line_strong: str
    axes: str
    circle: str
    text1: str
    text2: str
    text3: str
    """The faintest text allowed."""
    accent: str
    """Live, primary, focus or picked instance; the only data it draws is the loss."""
    accent_ink: str
    """Text on the accent."""
    accent_tint: str
    few_features: tuple[str, ...]
    """Up to 5 features, the most important first."""
    some_features: tuple[str, ...]
    """6 to 8 features."""
    interference_low: str
    interference_zero: str
    interference_high: str
    shape_alone: str
    shape_tetrahedron: str
    shape_triangle: str
    shape_digon: str
    shape_pentagon: str
    shape_antiprism: str
    shape_mixed: str
    shape_dead: str

    def shape_color(self, glyph: Glyph) -> str:
        """The colour of a shape in phase diagrams and feature graphs."""
        colors: dict[Glyph, str] = {
            "alone": self.shape_alone,
            "digon": self.shape_digon,
            "triangle": self.shape_triangle,
            "tetrahedron": self.shape_tetrahedron,
            "pentagon": self.shape_pentagon,
            "dead": self.shape_dead,
        }
        return colors.get(glyph, self.shape_mixed)


DARK = Palette(
    name="dark",
    window="#0F1216",
    panel="#14181E",
    canvas="#0B0E12",
    raised="#1E242C",
    hover="#28303A",
    selected="#212933",
    line="#252C36",
    line_strong="#3D4755",
    axes="#20262E",
    circle="#39424E",
    text1="#EDF0F4",
    text2="#B3BCC8",
    text3="#87929F",
    accent="#3FD6A8",
    accent_ink="#04231A",
    accent_tint="#123128",
    few_features=("#FFD84D", "#F28C3A", "#E5468F", "#8E67F5", "#57B9FF"),
    some_features=("#FFE6A5", "#F6B002", "#E87000", "#DC3A5C", "#D588AC", "#9A6BEC", "#7EABF6", "#6EE4FB"),
    interference_low="#65A3E6",
    interference_zero="#171C23",
    interference_high="#EE8A66",
    shape_alone="#FEEF02",
    shape_tetrahedron="#F59502",
    shape_triangle="#BA452E",
    shape_digon="#7BE8D6",
    shape_pentagon="#3C61DC",
    shape_antiprism="#AD8FBC",
    shape_mixed="#87929F",
    shape_dead="#252C36",
)
LIGHT = Palette(
    name="light",
    window="#F1F3F5",
    panel="#F8F9FB",
    canvas="#FFFFFF",
    raised="#FFFFFF",
    hover="#ECEFF3",
    selected="#E6EAEF",
    line="#DDE2E8",
    line_strong="#BCC5CF",
    axes="#ECEFF2",
    circle="#C6CDD6",
    text1="#15191F",
    text2="#46505C",
    text3="#66707C",
    accent="#087A5E",
    accent_ink="#FFFFFF",
    accent_tint="#DDF2EB",
    few_features=("#B98F00", "#B25200", "#A61E5C", "#541A8C", "#067FA2"),
    some_features=("#B3990B", "#B06A05", "#AA2D00", "#870037", "#8D496A", "#4F1E7B", "#434DA8", "#088D9F"),
    interference_low="#2B68B0",
    interference_zero="#FFFFFF",
    interference_high="#B84A22",
    shape_alone="#C09001",
    shape_tetrahedron="#9A5002",
    shape_triangle="#5A2F2C",
    shape_digon="#197478",
    shape_pentagon="#353A8E",
    shape_antiprism="#AD52D2",
    shape_mixed="#66707C",
    shape_dead="#DDE2E8",
)
PALETTES: dict[Theme, Palette] = {"dark": DARK, "light": LIGHT}


def feature_colors(
    palette: Palette, importance: NDArray[np.floating], shapes: Sequence[Glyph] | None = None
) -> tuple[str, ...]:
    """Each feature's colour: warm to cool by importance, (features,), the first of equals first.

    Beyond 8 features of equal importance, colour can tell nothing by rank, so it tells each feature's shape: give
    `shapes`, one a feature (see `superviz.core.shapes.feature_glyphs`).
    """
    if shapes is not None and colored_by_shape(importance):
        return tuple(map(palette.shape_color, shapes))
    return _by_rank(palette, np.asarray(importance, dtype=np.float32).tobytes())


def colored_by_shape(importance: NDArray[np.floating]) -> bool:
    """Whether features of these importances, (features,), are told apart by their shape, not by their rank."""
    return len(importance) > len(DARK.some_features) and bool(np.ptp(importance) <= 1e-6 * np.max(importance))


def importance_order(importance: NDArray[np.floating]) -> NDArray[np.intp]:
    """Feature indices, (features,), the most important first; equals in their own order."""
    return np.argsort(-np.asarray(importance), kind="stable")


@lru_cache(maxsize=64)
def _by_rank(palette: Palette, importance_bytes: bytes) -> tuple[str, ...]:
    importance = np.frombuffer(importance_bytes, dtype=np.float32)
    ladder = _ladder(palette, len(importance))
    colors = [""] * len(importance)
    for color, feature in zip(ladder, importance_order(importance).tolist(), strict=True):
        colors[feature] = color
    return tuple(colors)


def _ladder(palette: Palette, count: int) -> tuple[str, ...]:
    for fixed in (palette.few_features, palette.some_features):
        if count <= len(fixed):
            return fixed[:count]
    anchors = to_oklab(np.array([from_hex(color) for color in palette.few_features]))
    at = np.linspace(0.0, len(anchors) - 1.0, count)
    lab = np.stack([np.interp(at, np.arange(len(anchors)), anchors[:, axis]) for axis in range(3)], axis=1)
    return tuple(to_hex(channels) for channels in from_oklab(lab))


def interference_color(palette: Palette, value: float, maximum: float) -> str:
    """The map colour of an interference or a bias; `maximum` > 0 is the value of full colour."""
    return _mixed(palette, round(max(-1.0, min(1.0, value / maximum)), 3))


@lru_cache(maxsize=8192)
def _mixed(palette: Palette, share: float) -> str:
    end = palette.interference_high if share > 0 else palette.interference_low
    return mix(palette.interference_zero, end, abs(share) ** _INTERFERENCE_GAMMA)


@lru_cache(maxsize=1024)
def mix(one: str, other: str, share: float) -> str:
    """`share` of `other` in `one`, mixed in sRGB."""
    return to_hex((1.0 - share) * from_hex(one) + share * from_hex(other))


@lru_cache(maxsize=8192)
def ink_on(color: str) -> str:
    """The text colour that contrasts more with `color`."""
    return max((_DARK_INK, _LIGHT_INK), key=lambda ink: contrast(ink, color))
