"""Which colour each feature has at a moment: the same in every view."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from superviz.core.shapes import feature_glyphs
from superviz.scene.color_space import contrast
from superviz.scene.crowd import crowd_colors, is_crowd, shown_at
from superviz.scene.palette import PALETTES, Palette, colored_by_shape, feature_colors, mix
from superviz.session.display import DisplaySettings
from superviz.session.moment import Moment

_LEAST_CONTRAST = 2.0
"""Of an arrow with the canvas it lies on, at most 1:21; a colour that has less is moved towards the text's."""
_MIX_STEPS = 20


def colors_at(moment: Moment, instance: int, palette: Palette, display: DisplaySettings) -> tuple[str, ...]:
    """One colour a feature: the one it was given, else by importance, or by shape where many are equally important.

    Where nothing is known of importance, by their order, and in a crowd by nearness to the pinned one.
    """
    n_features = moment.W.shape[2]
    if not moment.described and is_crowd(n_features):
        colors = crowd_colors(shown_at(moment, instance, display), palette)
    elif not moment.described:
        colors = feature_colors(palette, np.arange(n_features, 0.0, -1.0))
    else:
        importance = moment.experiment.importance_array()[instance]
        shapes = feature_glyphs(moment.W[instance]) if colored_by_shape(importance) else None
        colors = feature_colors(palette, importance, shapes)
    return own_colors(colors, palette, display)


def own_colors(colors: Sequence[str], palette: Palette, display: DisplaySettings) -> tuple[str, ...]:
    """One colour a feature: in place of those in `colors` the ones they were given."""
    given = display.feature_colors
    if not given:
        return tuple(colors)
    return tuple(seen_in(palette, given[index]) if index in given else color for index, color in enumerate(colors))


@lru_cache(maxsize=1024)
def seen_in(palette: Palette, color: str) -> str:
    """A colour that was chosen in either theme, "#rrggbb", as it is seen in this one.

    Those of the palettes have counterparts; any other only keeps off the canvas.
    """
    for theirs in PALETTES.values():
        for name in ("some_features", "few_features"):
            ladder = [entry.lower() for entry in getattr(theirs, name)]
            if color.lower() in ladder:
                return getattr(palette, name)[ladder.index(color.lower())]
    shares = (step / _MIX_STEPS for step in range(_MIX_STEPS + 1))
    mixed = (mix(color, palette.text1, share) for share in shares)
    return next(found for found in mixed if contrast(found, palette.canvas) >= _LEAST_CONTRAST)
