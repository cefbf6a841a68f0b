"""Crowd: more features than can be told apart at once. Which of them are shown, why those, and in which colours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from superviz.scene.digest import Digest, digest_of
from superviz.scene.feature_names import feature_word
from superviz.scene.palette import Palette, feature_colors, importance_order
from superviz.session.display import DisplaySettings
from superviz.session.moment import Moment

MOST_FEATURES = 128
"""Of more only some are shown: the others' arrows, cells and segments couldn't be seen."""
COMPANY = 20
"""So many of a crowd are shown around a feature that is pinned, itself included: few enough for each to have a name."""
_ALIKE = 0.02
"""Lengths that differ by no more than this part say nothing: many dictionaries are of unit length."""


@dataclass(frozen=True, eq=False, slots=True)
class Shown:
    """The features that are shown, of one instance at a moment."""

    features: tuple[int, ...]
    """In the order they are drawn: around a pinned one the nearest first, otherwise in their own order."""
    ranked: tuple[int, ...]
    """The same, the most worth seeing first."""
    n_features: int
    focus: int | None
    """The pinned feature that the others are the nearest to, by |cosine|; None where all, or the chief ones, are
    shown."""
    words: str
    """Which these are: "the 128 longest of 4,096"; empty where they are all there are."""

    @property
    def is_part(self) -> bool:
        """Whether others are left out."""
        return len(self.features) < self.n_features


def is_crowd(n_features: int) -> bool:
    """Whether only some of so many features are shown."""
    return n_features > MOST_FEATURES


def shown_at(moment: Moment, instance: int, display: DisplaySettings) -> Shown:
    """The features to show of an instance: all, or of a crowd the pinned one with its nearest, or else the chief ones.

    Chief are the most important; where nothing is known of importance the longest or, where all are as long, those with
    the smallest share of a dimension: the ones that interfere most.
    """
    n_features = moment.W.shape[2]
    if is_crowd(n_features):
        pinned = display.pinned_feature
        if pinned is None or pinned >= n_features:
            return _shown(moment, instance, None, "")
        return _shown(moment, instance, pinned, feature_word(display, pinned))
    ranked: list[int] = importance_order(moment.experiment.importance_array()[instance]).tolist()
    return Shown(tuple(range(n_features)), tuple(ranked), n_features, None, "")


# Every panel asks for it in every frame.
@lru_cache(maxsize=4)
def _shown(moment: Moment, instance: int, pinned: int | None, name: str) -> Shown:
    digest, n_features = digest_of(moment, instance), moment.W.shape[2]
    if pinned is not None and digest.alive[pinned]:
        shown = (pinned, *nearest(digest, pinned, COMPANY - 1))
        return Shown(shown, shown, n_features, pinned, f"{COMPANY} of {n_features:,}, nearest to {name}")
    order, words = _chief(moment, instance, digest)
    ranked: list[int] = order[:MOST_FEATURES].tolist()
    return Shown(tuple(sorted(ranked)), tuple(ranked), n_features, None, words)


def nearest(digest: Digest, feature: int, count: int) -> tuple[int, ...]:
    """The `count` features whose directions, or whose opposites, are nearest to that of `feature`, the nearest first.

    Equals come in their own order.
    """
    closeness = np.nan_to_num(np.abs(digest.cosines(feature)))
    closeness[feature] = -1.0
    found: list[int] = np.argsort(-closeness, kind="stable")[:count].tolist()
    return tuple(found)


def _chief(moment: Moment, instance: int, digest: Digest) -> tuple[NDArray[np.intp], str]:
    """All features, the most worth seeing first, and what the first MOST_FEATURES of them are."""
    of = f"of {moment.W.shape[2]:,}"
    if moment.described:
        importance = moment.experiment.importance_array()[instance]
        ranked = f"{MOST_FEATURES} most important" if np.ptp(importance) > 0 else f"first {MOST_FEATURES}"
        return importance_order(importance), f"the {ranked} {of}"
    norms = np.nan_to_num(digest.norms)
    if np.ptp(norms) > _ALIKE * norms.max(initial=0.0):
        return np.argsort(-norms, kind="stable"), f"the {MOST_FEATURES} longest {of}"
    return np.argsort(digest.dimensionality, kind="stable"), f"the {MOST_FEATURES} {of} that interfere most"


def crowd_colors(shown: Shown, palette: Palette) -> tuple[str, ...]:
    """The colours of a crowd of which nothing is known: neutral, and around a pinned feature by nearness to it."""
    made = [palette.text3] * shown.n_features
    if shown.focus is not None:
        for feature, color in zip(shown.ranked, feature_colors(palette, np.arange(COMPANY, 0.0, -1.0)), strict=True):
            made[feature] = color
    return tuple(made)
