"""What activating one feature does to the others, in words."""

from __future__ import annotations

from collections.abc import Sequence

from superviz.core.experiment import ModelKind
from superviz.core.geometry import DEAD_NORM
from superviz.core.shapes import number_word
from superviz.core.snapshot import Array
from superviz.scene.numerals import fixed

NOTICEABLE = 0.05
"""A dot product closer to 0 moves the other feature by too little to speak of."""
_ALIKE = 0.15
"""Pushes that differ by less are told as their mean."""
_MOST_NAMED = 4


def effect_sentence(W: Array, b: Array, feature: int, model: ModelKind) -> tuple[str, str]:
    """A heading and its sentences for `feature` of one instance, W (hidden, features) and b (features,)."""
    heading = f"When feature {feature + 1} is active"
    pushes = (W.T @ W[:, feature]).tolist()
    if pushes[feature] < DEAD_NORM**2:
        return heading, f"the model hardly sees it: its length is under {fixed(DEAD_NORM, 1)}."
    others = [index for index in range(len(pushes)) if index != feature]
    up = [index for index in others if pushes[index] >= NOTICEABLE]
    down = [index for index in others if pushes[index] <= -NOTICEABLE]
    if not up and not down:
        return heading, "no other feature moves: its direction is its own." if others else "nothing else can move."
    sentences: list[str] = []
    if up:
        sentences.append(f"{_pushed(up)} up by {_amount([pushes[index] for index in up])}.")
    if down:
        cut = model == "relu_output" and all(pushes[index] + float(b[index]) <= 0.0 for index in down)
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
