"""Neurons say as much of themselves as there is room for, all of them the same way."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.core.experiment import Experiment
from superviz.scene.canvas import Canvas
from superviz.scene.drawables import Text
from superviz.scene.feature_names import UNNAMED
from superviz.scene.neuron_names import neuron_names
from superviz.scene.palette import DARK
from superviz.scene.selection import Neuron
from superviz.session.display import DisplaySettings

W = np.array([[1.0, 0.02, 0.0], [0.7, 0.0, 0.7], [0.0, 0.0, -1.0], [0.0, 0.0, 0.0]])


def names(
    model: str = "relu_hidden",
    column: float = 150.0,
    weights: np.ndarray = W,
    *,
    compact: bool = False,
    display: DisplaySettings = UNNAMED,
    **recipe: object,
) -> list[Text]:
    hidden, features = weights.shape
    settings = {"n_features": features, "n_hidden": hidden, "model": model, **recipe}
    centres = [60 + (neuron + 0.5) * column for neuron in range(hidden)]
    canvas = Canvas(60 + hidden * column + 40, 300, DARK, compact=compact)
    drawn = neuron_names(weights, Experiment(**settings), display, centres, column, 47.0, 200.0, canvas)  # pyright: ignore[reportArgumentType]
    return [text for text in drawn if isinstance(text, Text)]


def said(texts: list[Text]) -> list[str]:
    """The lower line, and what stands before it."""
    return [text.text for text in texts if text.meaning is None]


def test_a_rotation_of_the_basis_has_no_monosemantic_neurons() -> None:
    assert said(names("relu_output"))[:3] == ["mixes 1.0 features", "mixes 2.0 features", "mixes 1.0 features"]
    assert {text.weight for text in names("relu_output") if text.meaning is None} == {400}


@pytest.mark.parametrize(
    ("column", "lower"),
    [
        (150.0, ["only feature 1", "mixes 2.0 features", "silent", "silent"]),
        (70.0, ["only 1", "mixes 2.0", "silent", "silent"]),
        (48.0, ["only 1", "2.0", "silent", "silent", "mixes"]),
        (32.0, ["1.0", "2.0", "1.0", "0.0", "mixes"]),
    ],
)
def test_the_longest_form_that_fits_all(column: float, lower: list[str]) -> None:
    assert said(names(column=column)) == lower


def test_those_about_one_feature_stand_out() -> None:
    strong = [text.text for text in names() if text.meaning is None and text.weight == 600]
    assert strong == ["only feature 1"]
    assert said(names("absolute_value", signed=True))[2] == "only feature 3"


def test_every_name_leads_to_its_neuron() -> None:
    titled = [text for text in names() if text.meaning is not None]
    assert [text.text for text in titled] == ["Neuron 1", "Neuron 2", "Neuron 3", "Neuron 4"]
    assert [text.meaning for text in titled] == [Neuron(index) for index in range(4)]
    assert [text.x for text in titled] == [135.0, 285.0, 435.0, 585.0]


def test_of_many_every_fifth_has_a_name() -> None:
    titled = [text.text for text in names(column=8.0, weights=np.eye(40)) if text.meaning is not None]
    assert titled == [str(number) for number in range(5, 41, 5)]


def test_compact_words() -> None:
    assert said(names("relu_output", compact=True))[0] == "1.0 features"
