"""Feature names: what a feature is called, given by a person or else its number, in as much room as there is."""

from __future__ import annotations

from superviz.scene.text_extent import elided
from superviz.session.display import DisplaySettings

UNNAMED = DisplaySettings()
"""Every feature by its number."""
_FEWEST_LETTERS = 3
"""Fewer tell less than the feature's number does."""


def feature_name(display: DisplaySettings, feature: int) -> str:
    """The name that `feature`, counted from 0, was given, or "Feature 3"."""
    return display.feature_names.get(feature, f"Feature {feature + 1}")


def feature_word(display: DisplaySettings, feature: int) -> str:
    """The same in the middle of a sentence: "feature 3"."""
    return display.feature_names.get(feature, f"feature {feature + 1}")


def short_name(display: DisplaySettings, feature: int) -> str:
    """The same where features are told by their numbers: "3"."""
    return display.feature_names.get(feature, str(feature + 1))


def fitting_name(display: DisplaySettings, feature: int, room: float, size: float, weight: int = 400) -> str:
    """Of the name that was given as much as fits into `room` logical pixels; the number where that is next to nothing,
    and where there is no name."""
    name = display.feature_names.get(feature)
    if name is None:
        return str(feature + 1)
    shown = elided(name, size, room, weight)
    return shown if shown == name or len(shown) > _FEWEST_LETTERS else str(feature + 1)
