"""Explanation: an arrangement's name, one sentence that says what it is, and one line why."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from superviz.core.experiment import Experiment
from superviz.core.geometry import DEAD_NORM, feature_dimensionality, weight_norms
from superviz.core.neurons import is_monosemantic, is_silent, name_neurons, polysemanticity
from superviz.core.parts import Glyph
from superviz.core.shapes import UNNAMED, Shape, name_shape, number_word
from superviz.core.snapshot import Array
from superviz.scene.crowd import is_crowd
from superviz.scene.digest import Digest, digest_of
from superviz.scene.examples import shape_of_examples, share_of_examples
from superviz.scene.naming import is_beginning
from superviz.scene.numerals import fixed
from superviz.session.moment import Moment

_RARE = 0.3
"""Up to this feature probability features count as rarely active together."""
_SETTLED = 0.08
"""Features that moved less than this on average, over the later half of their trails, have come to rest."""
_LATE = 0.6
"""Part of a run: from it on, what has no name won't get one soon, though it moves."""


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
    corners: int = 6
    """Of the glyph, where that is a polygon's."""


def explain(moment: Moment, instance: int) -> Explanation:
    """The words for one instance at a moment."""
    W, experiment = moment.W[instance], moment.experiment
    if not moment.described:
        return _of_crowd(digest_of(moment, instance)) if is_crowd(W.shape[1]) else _as_seen(W)
    rare = float(experiment.activity_array()[instance].mean()) <= _RARE
    beginning = is_beginning(moment.position, experiment)
    if experiment.has_privileged_basis:
        return _starting(W) if beginning else _of_neurons(W, rare, signed=experiment.signed)
    shape = name_shape(W)
    if shape is not None:
        caption, brief = _caption(shape, W)
        return Explanation(shape.name, shape.glyph, caption, brief, _why(shape, experiment, rare), _corners(shape))
    share = share_of_examples(W, experiment, instance)
    if (memorised := shape_of_examples(W, experiment, instance)) is not None:
        return _of_examples(memorised, share)
    unsettled = beginning if share is not None else _moving(moment, instance, beginning)
    return _starting(W) if unsettled else _mixed(W, share)


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
    sharing = f"{features} share {dimensions}"
    made_of = f"{_capitalised(shape.composition)} at right angles. " if shape.glyph == "bipyramid" else ""
    shares = [float(share) for share in feature_dimensionality(W)[live]]
    if len({part.glyph for part in shape.parts}) > 1:
        spread = f"Shares run from {fixed(min(shares))} to {fixed(max(shares))} of a dimension."
        return f"{made_of}{sharing}. {spread}{left_out}", f"{sharing}."
    share = fixed(sum(shares) / len(shares))
    return f"{made_of}{sharing}{pairs}. Each gets {share} of a dimension.{left_out}", f"{sharing}: {share} each."


def _why(shape: Shape, experiment: Experiment, rare: bool) -> str:
    linear = experiment.model == "linear"
    if not shape.parts:
        return "Its answers come from the biases alone."
    if shape.glyph == "alone":
        if not shape.dead:
            return "There is a dimension for each, so nothing has to be shared."
        if linear:
            return "Without a ReLU sharing never pays: the most important features get it all."
        if not rare:
            return "Features are often active together here, so sharing would cost too much."
        return "The others matter too little here to pay for sharing."
    if experiment.distribution == "one_hot":
        return "Only one feature is active at a time here, so sharing costs little."
    if experiment.distribution == "anticorrelated":
        return "Features of a set are never active together here, so they can share."
    if experiment.distribution == "correlated" and rare:
        return "Features that come together keep clear of each other; those that don't can share."
    if rare:
        return "Features are rarely active together here, so sharing costs little."
    if all(part.glyph in ("digon", "alone") for part in shape.parts) and not linear:
        return "Opposite features only push each other down, and the ReLU cuts that off."
    return "Sharing costs something here, but leaving features out would cost more."


def _of_examples(shape: Shape, share: float | None) -> Explanation:
    """Words for a shape that the training examples form, and the features don't."""
    examples = _number(sum(len(part.features) for part in shape.parts), "training example")
    each = "" if share is None else f" Each gets {fixed(share)} of a dimension."
    return Explanation(
        shape.name,
        shape.glyph,
        f"{examples} form it, not the features: the model memorises them.{each}",
        f"{examples}, memorised.",
        "So few examples say too little of the features to find them.",
        _corners(shape),
    )


def _of_neurons(W: Array, rare: bool, *, signed: bool) -> Explanation:
    """Words for neurons that are a basis of their own, W (hidden, features)."""
    heard = ~is_silent(W, signed=signed)
    alone, mixed = is_monosemantic(W, signed=signed), polysemanticity(W)
    count, ones = int(heard.sum()), int(alone.sum())
    idle = _idle(len(W) - count)
    left_out = _left_out(int((weight_norms(W) < DEAD_NORM).sum()))
    neurons, title = _number(count, "neuron").lower(), name_neurons(W, signed=signed)
    if not count:
        return Explanation(title, "dead", "No neuron ever fires.", "All silent.", "The biases answer alone.")
    if ones == count:
        why = "A neuron that mixed features would confuse those that are active together."
        if rare:
            why = "There are neurons enough for the features that matter."
        caption = f"Each of {neurons} is about one feature{_neurons_each(W[alone])}.{left_out}{idle}"
        return Explanation(title, "alone", caption, f"{_capitalised(neurons)}, one feature each.", why)
    why = "Mixing costs something here, but leaving features out would cost more."
    if rare:
        why = "Features are rarely active together here, so one neuron can serve several."
    amount = fixed(float(mixed[heard & ~alone].mean()), 1)
    if not ones:
        caption = f"Each of {neurons} mixes features: {amount} on average.{left_out}{idle}"
        return Explanation(title, "mixed", caption, f"{_capitalised(neurons)} mix {amount} features.", why)
    some = f"{_capitalised(number_word(ones))} of {neurons} {'is' if ones == 1 else 'are'} about one feature"
    caption = f"{some}; the others mix {amount} on average.{left_out}{idle}"
    return Explanation(title, "mixed", caption, f"{some}.", why)


def _neurons_each(W: Array) -> str:
    """Of monosemantic neurons (neurons, features): how many stand for each feature, where it's several for all."""
    counts = np.bincount(np.argmax(np.abs(W), axis=1))
    most = int(counts.max())
    return f", {number_word(most)} neurons a feature" if most > 1 and set(counts.tolist()) <= {0, most} else ""


def _corners(shape: Shape) -> int:
    """Of the polygon that it is, or that all its parts are; 6 of anything else."""
    return len(shape.parts[0].features) if shape.glyph == "polygon" else 6


def _starting(W: Array) -> Explanation:
    who, dimensions, _ = _crowd(W)
    caption, brief = f"{who} in {dimensions}, not settled yet.", f"{who}, {dimensions}: not settled yet."
    return Explanation(UNNAMED, "mixed", caption, brief, "Each pulls for length and pushes the others aside.")


def _as_seen(W: Array) -> Explanation:
    """Words for W, (hidden, features), of which nothing is known but what can be seen."""
    shape, near = name_shape(W), _nearest(W)
    if shape is None:
        return replace(_mixed(W, None), why=near)
    caption, brief = _caption(shape, W)
    return Explanation(shape.name, shape.glyph, caption if shape.parts else brief, brief, near, _corners(shape))


def _nearest(W: Array) -> str:
    """How near the two nearest directions lie; nothing where there aren't two."""
    norms = weight_norms(W)
    live = (W / np.maximum(norms, DEAD_NORM))[:, norms >= DEAD_NORM].astype(np.float64)
    if live.shape[1] < 2:
        return ""
    cosines = live.T @ live - 2 * np.eye(live.shape[1])
    apart = f"{np.degrees(np.arccos(np.clip(cosines.max(), -1.0, 1.0))):.0f}°"
    return f"They lie {apart} apart." if live.shape[1] == 2 else f"The two nearest lie {apart} apart."


def _of_crowd(digest: Digest) -> Explanation:
    """Words for more features than can be told apart, of which nothing is known but where they point."""
    who, dimensions, live = _crowd(digest.W, int(digest.alive.sum()))
    mean = float(digest.dimensionality.sum()) / max(1, live)
    shared = f"{who} share {dimensions}: {fixed(mean, 2 if mean >= 0.01 else 3)}"
    return Explanation(
        f"{digest.W.shape[1]:,} directions",
        "mixed",
        f"{shared} of a dimension each, on average.",
        f"{shared} each, on average.",
        "Click one, or type its number in the command palette, to see what lies near it.",
    )


def _mixed(W: Array, share_of_example: float | None) -> Explanation:
    who, dimensions, live = _crowd(W)
    mean = float(feature_dimensionality(W).sum()) / max(1, live)
    decimals = 2 if mean >= 0.01 else 3
    shared = f"{who} share {dimensions}: {fixed(mean, decimals)}"
    why = "Each pulls for length and pushes the others aside."
    if share_of_example is not None:
        why = f"Each training example has {fixed(share_of_example, decimals)} of a dimension."
    return Explanation(
        "Mixed", "mixed", f"{shared} of a dimension each, on average.", f"{shared} each, on average.", why
    )


def _crowd(W: Array, live: int | None = None) -> tuple[str, str, int]:
    """Whom there is to speak of, in how many dimensions, and how many of them live, where that isn't known yet."""
    n_hidden, n_features = W.shape
    live = int((weight_norms(W) >= DEAD_NORM).sum()) if live is None else live
    who = _number(n_features, "feature")
    if live < n_features:
        who = f"{_capitalised(number_word(live))} of {who.lower()}"
    return who, _number(n_hidden, "dimension").lower(), live


def _moving(moment: Moment, instance: int, beginning: bool) -> bool:
    if moment.position >= _LATE * moment.experiment.steps:
        return False
    if moment.trail_instance != instance or len(moment.trail) < 2 or beginning:
        return True
    earlier = moment.trail[-1 - len(moment.trail) // 2]
    return float(weight_norms(moment.W[instance] - earlier).mean()) > _SETTLED


def _left_out(count: int) -> str:
    if count == 0:
        return ""
    return f" {_capitalised(number_word(count))} more {'is' if count == 1 else 'are'} left out."


def _idle(count: int) -> str:
    if count == 0:
        return ""
    return f" {_number(count, 'neuron')} never {'fires' if count == 1 else 'fire'}."


def _number(count: int, noun: str) -> str:
    return f"{_capitalised(number_word(count))} {noun}{'' if count == 1 else 's'}"


def _capitalised(text: str) -> str:
    return text[0].upper() + text[1:]
