"""The names under the neurons' bars, and how many features each neuron mixes: as much of it as there is room for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from superviz.core.experiment import Experiment
from superviz.core.neurons import is_monosemantic, is_silent, polysemanticity
from superviz.scene.canvas import Canvas
from superviz.scene.drawables import Drawable, Text
from superviz.scene.feature_names import feature_word, short_name
from superviz.scene.numerals import fixed
from superviz.scene.selection import Neuron
from superviz.scene.text_extent import text_width
from superviz.session.display import DisplaySettings

_MANY = 1000.0
"""Features: from so many on they are told in thousands."""


def neuron_names(
    W: NDArray[np.floating],
    experiment: Experiment,
    display: DisplaySettings,
    centres: Sequence[float],
    column: float,
    left: float,
    bottom: float,
    canvas: Canvas,
    neurons: Sequence[int] | None = None,
) -> list[Drawable]:
    """Two lines under bars that end at `bottom`, centred on `centres`, `column` logical pixels apart.

    W is (hidden, features); the bars are those of all its neurons, or of the `neurons` given. Where neurons are a basis
    of their own, one that is about one feature says which.
    """
    neurons = range(len(W)) if neurons is None else neurons
    text, palette = canvas.text, canvas.palette
    upper, lower = bottom + 20 * text, bottom + (35 if canvas.compact else 40) * text
    size, name_size = 12.5 * text, 13 * text
    amounts, singled = _amounts(W[list(neurons)], experiment, display, column - 6 * text, size, compact=canvas.compact)
    named = text_width(f"Neuron {max(neurons) + 1}", name_size, 600) <= column - 6 * text
    every = next(every for every in (1, 2, 5, 10, 20, 50, 100) if every * column >= 30 * text or every == 100)
    drawn: list[Drawable] = []
    for at in range(every - 1, len(neurons), every):
        x, amount, neuron = centres[at], amounts[at], neurons[at]
        name = f"Neuron {neuron + 1}" if named else str(neuron + 1)
        strong = bool(singled[at])
        weight, color = (600, palette.text1) if strong else (400, palette.text2)
        if x + max(text_width(amount, size, weight), text_width(name, name_size, 600)) / 2 > canvas.width:
            continue
        meaning = Neuron(neuron)
        drawn.append(Text(x, upper, name, name_size, palette.text1, 600, "middle", meaning=meaning))
        drawn.append(Text(x, lower, amount, size, color, weight, "middle"))
    bare = any(amount[0].isdigit() and "feature" not in amount for amount in amounts)
    if bare and text_width("mixes", 12 * text) <= left - 13 * text:
        drawn.append(Text(left - 9 * text, lower, "mixes", 12 * text, palette.text3, anchor="end"))
    return drawn


def _amounts(
    W: NDArray[np.floating],
    experiment: Experiment,
    display: DisplaySettings,
    room: float,
    size: float,
    *,
    compact: bool,
) -> tuple[list[str], NDArray[np.bool_]]:
    """What each neuron says of itself, in the longest form that fits for all, and which are about one feature."""
    privileged, signed = experiment.has_privileged_basis, experiment.signed
    mixed = [fixed(amount, 1) if amount < _MANY else f"{amount / _MANY:.1f}k" for amount in polysemanticity(W).tolist()]
    singled = is_monosemantic(W, signed=signed) & privileged
    about: list[int] = np.argmax(np.abs(W), axis=1).tolist()
    words, shorts = ([name(display, feature) for feature in about] for name in (feature_word, short_name))
    numbers = [str(feature + 1) for feature in about]
    silent: list[bool] = (is_silent(W, signed=signed) & privileged).tolist()
    forms = [("mixes {} features", "", words), ("{} features", "", words), ("{}", "", words)][compact:]
    if privileged:
        forms = [
            ("mixes {} features", "only {}", words),
            ("mixes {}", "only {}", shorts),
            ("{}", "only {}", shorts),
            ("{}", "only {}", numbers),
            ("{}", "", numbers),
        ]
    amounts = mixed
    for mixing, alone, names in forms:
        amounts = [
            "silent" if mute and alone else alone.format(name) if single and alone else mixing.format(amount)
            for amount, single, name, mute in zip(mixed, singled.tolist(), names, silent, strict=True)
        ]
        if max(text_width(amount, size, 600 if privileged else 400) for amount in amounts) <= room:
            break
    return amounts, singled
