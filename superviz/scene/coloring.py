"""Which colour each feature has at a moment: the same in every view."""

from __future__ import annotations

from superviz.core.shapes import feature_glyphs
from superviz.scene.palette import Palette, colored_by_shape, feature_colors
from superviz.session.moment import Moment


def colors_at(moment: Moment, instance: int, palette: Palette) -> tuple[str, ...]:
    """One colour a feature: by importance, or by shape where there are many features of equal importance."""
    importance = moment.experiment.importance_array()[instance]
    shapes = feature_glyphs(moment.W[instance]) if colored_by_shape(importance) else None
    return feature_colors(palette, importance, shapes)
