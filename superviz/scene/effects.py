"""What activating one feature does to the others, in numbers and in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from superviz.core.geometry import DEAD_NORM, response
from superviz.core.shapes import number_word
from superviz.scene.numerals import fixed
from superviz.session.moment import Moment

NOTICEABLE = 0.05
"""A push closer to 0 moves the other feature by too little to speak of."""
_ALIKE = 0.15
"""Pushes that differ by less are told as their mean."""
_MOST_NAMED = 4


def effects(moment: Moment, instance: int, sources: Sequence[int], targets: Sequence[int]) -> NDArray[np.float32]:
    """What each source feature, at 1 and alone, adds to each target's output before bias: (sources, targets).

    W^T W in a tied model with a linear hidden layer; where a ReLU acts there, what that lets through.
    """
    W = moment.W[instance]
    W_out = W if moment.W_out is None else moment.W_out[instance]
    rectified = moment.experiment.has_privileged_basis
    return response(W[:, list(sources)], W_out[:, list(targets)], rectified=rectified)


def effects_formula(moment: Moment) -> str:
    """What `effects` are, as a formula; <sup> raises."""
    experiment = moment.experiment
    packed = "ReLU(W)" if experiment.has_privileged_basis else "W"
    return f"{packed}<sup>T</sup>{'W' if experiment.is_tied else 'V'}"


def effect_sentence(moment: Moment, instance: int, feature: int) -> tuple[str, str]:
    """A heading and its sentences for `feature` of one instance."""
    heading = f"When feature {feature + 1} is active"
    W, b = moment.W[instance], moment.b[instance]
    if float(W[:, feature] @ W[:, feature]) < DEAD_NORM**2:
        return heading, f"the model hardly sees it: its length is under {fixed(DEAD_NORM, 1)}."
    everyone = range(W.shape[1])
    pushes: list[float] = effects(moment, instance, [feature], everyone)[0].tolist()
    others = [index for index in everyone if index != feature]
    up = [index for index in others if pushes[index] >= NOTICEABLE]
    down = [index for index in others if pushes[index] <= -NOTICEABLE]
    if not up and not down:
        return heading, "no other feature moves: its direction is its own." if others else "nothing else can move."
    sentences: list[str] = []
    if up:
        sentences.append(f"{_pushed(up)} up by {_amount([pushes[index] for index in up])}.")
    if down:
        linear = moment.experiment.model == "linear"
        cut = not linear and all(pushes[index] + float(b[index]) <= 0.0 for index in down)
        ending = ", which the ReLU cuts off." if cut else "."
        sentences.append(f"{_pushed(down)} down by {_amount([pushes[index] for index in down])}{ending}")
    return heading, " ".join(sentences)


def _pushed(features: Sequence[int]) -> str:
    if len(features) == 1:
        return f"{features[0] + 1} is pushed"
    if len(features) <= _MOST_NAMED:
        *first, last = (str(index + 1) for index in features)
        return f"{', '.join(first)} and {last} are pushed"
    return f"{number_word(len(features)).capitalize()} others are pushed"


def _amount(pushes: Sequence[float]) -> str:
    sizes = [abs(push) for push in pushes]
    if max(sizes) - min(sizes) < _ALIKE:
        return fixed(sum(sizes) / len(sizes))
    return f"{fixed(min(sizes))} to {fixed(max(sizes))}"
