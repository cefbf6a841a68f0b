"""What activating one feature does to the others, in numbers and in words."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from superviz.core.geometry import DEAD_NORM, response
from superviz.core.shapes import number_word
from superviz.scene.digest import digest_of
from superviz.scene.feature_names import feature_word, short_name
from superviz.scene.numerals import fixed
from superviz.session.display import DisplaySettings
from superviz.session.moment import Moment

NOTICEABLE = 0.05
"""A push closer to 0 moves the other feature by too little to speak of."""
_ALIKE = 0.15
"""Pushes that differ by less are told as their mean."""
_MOST_NAMED = 4
_NEAR, _MOST_NEAR = 0.5, 2
"""Directions of this |cosine| or more are worth naming, the nearest few of them."""


def effects(
    moment: Moment, instance: int, sources: Sequence[int], targets: Sequence[int] | slice
) -> NDArray[np.float32]:
    """What each source feature, at 1 and alone, adds to each target's output before bias: (sources, targets).

    W^T W in a tied model with a linear hidden layer; where a ReLU acts there, what that lets through.
    """
    W = moment.W[instance]
    W_out = W if moment.W_out is None else moment.W_out[instance]
    rectified = moment.experiment.has_privileged_basis
    return response(W[:, list(sources)], W_out[:, targets], rectified=rectified)


def effects_clause(moment: Moment) -> str:
    """What a cell tells, in a plain clause."""
    return "what activating one does to another" if moment.described else "how far one goes along another"


def effects_formula(moment: Moment) -> str:
    """What `effects` are, as a formula; <sup> raises."""
    experiment = moment.experiment
    packed = "ReLU(W)" if experiment.has_privileged_basis else "W"
    return f"{packed}<sup>T</sup>{'W' if experiment.is_tied else 'V'}"


def effect_sentence(moment: Moment, display: DisplaySettings, feature: int) -> tuple[str, str]:
    """A heading and its sentences for `feature` of the instance looked at."""
    instance = display.instance
    heading = f"When {feature_word(display, feature)} is active"
    W, b = moment.W[instance], moment.b[instance]
    short = float(W[:, feature] @ W[:, feature]) < DEAD_NORM**2
    if not moment.described:
        return _neighbours(moment, display, feature, short=short)
    if short:
        return heading, f"the model hardly sees it: its length is under {fixed(DEAD_NORM, 1)}."
    moved = effects(moment, instance, [feature], slice(None))[0]
    pushes: list[float] = moved.tolist()
    moved[feature] = 0.0
    up: list[int] = np.flatnonzero(moved >= NOTICEABLE).tolist()
    down: list[int] = np.flatnonzero(moved <= -NOTICEABLE).tolist()
    if not up and not down:
        alone = len(pushes) == 1
        return heading, "nothing else can move." if alone else "no other feature moves: its direction is its own."
    sentences: list[str] = []
    if up:
        sentences.append(f"{_pushed(display, up)} up by {_amount([pushes[index] for index in up])}.")
    if down:
        linear = moment.experiment.model == "linear"
        cut = not linear and all(pushes[index] + float(b[index]) <= 0.0 for index in down)
        ending = ", which the ReLU cuts off." if cut else "."
        sentences.append(f"{_pushed(display, down)} down by {_amount([pushes[index] for index in down])}{ending}")
    return heading, " ".join(sentences)


def _neighbours(moment: Moment, display: DisplaySettings, feature: int, *, short: bool) -> tuple[str, str]:
    """The same where nothing is known of the model: which directions lie near that of `feature`, or opposite to it."""
    heading = f"Around {feature_word(display, feature)}"
    if short:
        return heading, f"nothing lies near it: its length is under {fixed(DEAD_NORM, 1)}."
    digest = digest_of(moment, display.instance)
    cosines = digest.cosines(feature).astype(np.float64)
    cosines[feature] = 0.0
    angles = np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0)))
    order = np.argsort(-cosines, kind="stable")
    near = [index for index in order[:_MOST_NEAR].tolist() if cosines[index] >= _NEAR]
    opposite = [index for index in order[: -_MOST_NEAR - 1 : -1].tolist() if cosines[index] <= -_NEAR]
    sentences: list[str] = []
    for words, found in (("Nearest", near), ("Opposite", opposite)):
        if found:
            told = [f"{short_name(display, index)} at {angles[index]:.0f}°" for index in found]
            sentences.append(f"{words}: {', '.join(told)}.")
    if not sentences:
        sentences.append(f"No other lies within {math.degrees(math.acos(_NEAR)):.0f}° of it or of its opposite.")
    products = np.abs(digest.products(feature))
    products[feature] = 0.0
    count, others = int((products >= NOTICEABLE).sum()), len(cosines) - 1
    sentences.append(f"{count:,} of {others:,} interfere by {fixed(NOTICEABLE)} or more.")
    return heading, " ".join(sentences)


def _pushed(display: DisplaySettings, features: Sequence[int]) -> str:
    if len(features) == 1:
        return f"{short_name(display, features[0])} is pushed"
    if len(features) <= _MOST_NAMED:
        *first, last = (short_name(display, index) for index in features)
        return f"{', '.join(first)} and {last} are pushed"
    return f"{number_word(len(features)).capitalize()} others are pushed"


def _amount(pushes: Sequence[float]) -> str:
    sizes = [abs(push) for push in pushes]
    if max(sizes) - min(sizes) < _ALIKE:
        return fixed(sum(sizes) / len(sizes))
    return f"{fixed(min(sizes))} to {fixed(max(sizes))}"
