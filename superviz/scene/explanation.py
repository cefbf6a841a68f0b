"""Explanation: an arrangement's name, one sentence that says what it is, and one line why."""

from __future__ import annotations

from dataclasses import dataclass

from superviz.core.geometry import DEAD_NORM, feature_dimensionality, weight_norms
from superviz.core.shapes import UNNAMED, Glyph, Shape, name_shape, number_word
from superviz.core.snapshot import Array
from superviz.scene.numerals import fixed
from superviz.session.moment import Moment

_RARE = 0.3
"""Up to this feature probability features count as rarely active together."""
_SETTLED = 0.08
"""Features that moved less than this on average, over the later half of their trails, have come to rest."""

_BEGINNING = 0.1
"""This part of a run is its beginning: what stands still there has only just started."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the words beside the arrows say."""

    title: str
    glyph: Glyph
    caption: str
    """Such as "Five features share two dimensions. Each gets 0.40 of a dimension."."""
    brief: str
    """The caption where room is scarce."""
    why: str


def explain(moment: Moment, instance: int) -> Explanation:
    """The words for one instance at a moment."""
    W = moment.W[instance]
    shape = name_shape(W)
    if shape is None:
        return _unnamed(W, _moving(moment, instance))
    linear = moment.experiment.model == "linear"
    probability = float(moment.experiment.probability_array()[instance].mean())
    caption, brief = _caption(shape, W)
    return Explanation(shape.name, shape.glyph, caption, brief, _why(shape, linear, probability))


def _caption(shape: Shape, W: Array) -> tuple[str, str]:
    if not shape.parts:
        nothing = f"Every feature is shorter than {fixed(DEAD_NORM, 1)}."
        return f"{nothing} The model represents none of them.", nothing
    live = [index for part in shape.parts for index in part.features]
    rank = sum(part.rank for part in shape.parts)
    left_out = _left_out(len(shape.dead))
    features = _number(len(live), "feature")
    dimensions = _number(rank, "dimension").lower()
    if shape.glyph == "alone":
        if len(live) == 1:
            return f"One feature has a dimension to itself.{left_out}", "One feature, one dimension."
        return f"{features} each have a dimension to themselves.{left_out}", f"{features}, a dimension each."
    pairs = " in opposite pairs" if shape.glyph == "digon" and len(shape.parts) > 1 else ""
    shares = [float(share) for share in feature_dimensionality(W)[live]]
    if shape.glyph == "mixed":
        spread = f"Shares run from {fixed(min(shares))} to {fixed(max(shares))} of a dimension."
        return f"{features} share {dimensions}. {spread}{left_out}", f"{features} share {dimensions}."
    share = fixed(sum(shares) / len(shares))
    return (
        f"{features} share {dimensions}{pairs}. Each gets {share} of a dimension.{left_out}",
        f"{features} share {dimensions}: {share} each.",
    )


def _why(shape: Shape, linear: bool, probability: float) -> str:
    if not shape.parts:
        return "Its answers come from the biases alone."
    if shape.glyph == "alone":
        if not shape.dead:
            return "There is a dimension for each, so nothing has to be shared."
        if linear:
            return "Without a ReLU sharing never pays: the most important features get it all."
        if probability > _RARE:
            return "Features are often active together here, so sharing would cost too much."
        return "The others matter too little here to pay for sharing."
    if probability <= _RARE:
        return "Features are rarely active together here, so sharing costs little."
    if all(part.glyph in ("digon", "alone") for part in shape.parts) and not linear:
        return "Opposite features only push each other down, and the ReLU cuts that off."
    return "Sharing costs something here, but leaving features out would cost more."


def _unnamed(W: Array, moving: bool) -> Explanation:
    n_hidden, n_features = W.shape
    live = int((weight_norms(W) >= DEAD_NORM).sum())
    dimensions = _number(n_hidden, "dimension").lower()
    who = _number(n_features, "feature")
    if live < n_features:
        who = f"{number_word(live).capitalize()} of {who.lower()}"
    why = "Each pulls for length and pushes the others aside."
    if moving:
        caption, brief = f"{who} in {dimensions}, not settled yet.", f"{who}, {dimensions}: not settled yet."
        return Explanation(UNNAMED, "mixed", caption, brief, why)
    mean = fixed(float(feature_dimensionality(W).sum()) / max(1, live))
    caption = f"{who} share {dimensions}: {mean} of a dimension each, on average."
    return Explanation("Mixed", "mixed", caption, f"{who} share {dimensions}: {mean} each, on average.", why)


def _moving(moment: Moment, instance: int) -> bool:
    if moment.trail_instance != instance or len(moment.trail) < 2:
        return True
    if moment.position < _BEGINNING * moment.experiment.steps:
        return True
    earlier = moment.trail[-1 - len(moment.trail) // 2]
    return float(weight_norms(moment.W[instance] - earlier).mean()) > _SETTLED


def _left_out(count: int) -> str:
    if count == 0:
        return ""
    return f" {number_word(count).capitalize()} more {'is' if count == 1 else 'are'} left out."


def _number(count: int, noun: str) -> str:
    return f"{number_word(count).capitalize()} {noun}{'' if count == 1 else 's'}"
