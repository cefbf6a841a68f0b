"""The panels say what they show, of every kind of model, in words that fit beside their names."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from superviz.app.panels import PANELS, Frame
from superviz.core.experiment import Experiment
from superviz.core.kinds import MODEL_KINDS
from superviz.core.snapshot import frozen
from superviz.scene.canvas import Canvas
from superviz.scene.palette import DARK
from superviz.scene.selection import Feature, Pair, Selection
from superviz.scene.text_extent import text_width
from superviz.session.display import DisplaySettings
from superviz.session.moment import Moment
from superviz.session.timeline import Epoch, Timeline

SIDE_PANEL = 384.0
"""Of a window 1920 wide; its header has margins of 16, and 10 between title and clause."""


def frame(selection: Selection | None = None, **recipe: Any) -> Frame:
    settings = {"n_features": 5, "n_hidden": 4, "n_instances": 2, "steps": 1000, **recipe}
    experiment = Experiment(**settings)
    rng = np.random.default_rng(0)
    W, W_out = rng.normal(size=(2, 2, experiment.n_hidden, 5))
    nothing = frozen(np.zeros((2, 5)))
    out = None if experiment.is_tied else frozen(W_out)
    moment = Moment(900.0, experiment, frozen(W), nothing, frozen(np.full(2, 0.01)), frozen(W[:1]), 0, out)
    losses = np.full(90, 0.01, np.float32)
    epochs = (Epoch(0, 900, "Finding directions"),)
    timeline = Timeline(1000, 900, 10 * np.arange(1, 91), losses, epochs, (), 2.0)
    return Frame(moment, timeline, DisplaySettings(), selection or Selection())


def clause(name: str, **recipe: Any) -> str:
    (row,) = [row for row in PANELS if row.name == name]
    return row.clause(frame(**recipe))


@pytest.mark.parametrize("model", MODEL_KINDS)
@pytest.mark.parametrize("selection", [Selection(), Selection(Feature(1), Pair(2, 3))])
def test_every_panel_draws_every_model(model: str, selection: Selection) -> None:
    shown = frame(selection, model=model)
    for row in PANELS:
        for canvas in (Canvas(500, 400, DARK), Canvas(268, 226, DARK, 0.72, 0.92, compact=True)):
            assert row.build(shown, canvas).drawables


@pytest.mark.parametrize("model", MODEL_KINDS)
def test_clauses_of_side_panels_fit(model: str) -> None:
    for row in PANELS:
        if row.name in ("interference", "neurons"):
            words = row.clause(frame(model=model))
            raised = 0.68 * text_width("T", 13) if "<sup>" in words else 0.0
            width = text_width(words.replace("<sup>T</sup>", ""), 13) + raised
            assert text_width(row.title, 14, 600) + 10 + width <= SIDE_PANEL - 32


def test_interference_says_what_its_cells_are() -> None:
    assert clause("interference") == "W<sup>T</sup>W: what activating one does to another"
    assert clause("interference", model="relu_hidden") == "ReLU(W)<sup>T</sup>W: what one alone does to all"
    assert clause("interference", model="absolute_value") == "ReLU(W)<sup>T</sup>V: what one alone does to all"


def test_neurons_are_real_or_not() -> None:
    assert "arbitrary" in clause("neurons")
    assert "real" in clause("neurons", model="relu_hidden")


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        ({"n_hidden": 1}, "the direction the model gives it in its one hidden dimension."),
        ({"n_hidden": 3}, "the direction the model gives it in its three hidden dimensions."),
        ({"n_hidden": 20}, "the direction the model gives it in its 20 hidden dimensions."),
        ({"model": "relu_hidden"}, "the weights with which four neurons read it."),
        ({"model": "relu_hidden", "n_hidden": 1}, "the weights with which one neuron reads it."),
    ],
)
def test_what_an_arrow_is(recipe: dict[str, Any], words: str) -> None:
    assert clause("vectors", **recipe) == f"Each arrow is one feature: {words}"


def test_the_strip_says_what_differs() -> None:
    (strip,) = [row for row in PANELS if row.name == "strip"]
    shown = frame(feature_probability=[0.5, 0.05])
    assert strip.heading is not None
    assert strip.heading(shown) == "Sparser, more superposition"
    assert strip.clause(shown) == "The same model at two feature probabilities. Click one to look closer."
    assert strip.heading(frame()) == "The same recipe, other random starts"
