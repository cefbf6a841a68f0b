"""The table of panels: what each is called, says of itself and draws. A chart is one scene module and one row here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from superviz.core.experiment import MODEL_FORMULAS
from superviz.core.shapes import number_word
from superviz.scene import interference, neurons, strip, timeline, vectors
from superviz.scene.canvas import Canvas
from superviz.scene.drawables import Scene
from superviz.scene.selection import Selection
from superviz.session.display import DisplaySettings
from superviz.session.moment import Moment
from superviz.session.timeline import Timeline


@dataclass(frozen=True, eq=False, slots=True)
class Frame:
    """Everything that any panel may draw from, at one position of the playhead."""

    moment: Moment
    timeline: Timeline
    display: DisplaySettings
    selection: Selection


@dataclass(frozen=True, slots=True)
class PanelRow:
    """One panel of the window."""

    name: str
    title: str
    build: Callable[[Frame, Canvas], Scene]
    clause: Callable[[Frame], str]
    """What the panel shows, in plain words; <sup> raises."""
    brief: str
    """The same in a window under 1600 wide; where it is empty, the panel there does without its header."""
    help: str
    """For people who can't see it."""
    heading: Callable[[Frame], str] | None = None
    """What stands over it where that depends on what is shown; otherwise its title."""
    every: int = 1
    """While the playhead moves it is drawn every so many frames: the eye follows the vectors, and each frame that
    another panel skips is time for training. A change of selection or settings is always drawn at once."""


def _vectors_clause(frame: Frame) -> str:
    hidden = frame.moment.experiment.n_hidden
    room = {1: "one hidden dimension", 2: "two hidden dimensions", 3: "three hidden dimensions"}
    where = room.get(hidden, f"{hidden} hidden dimensions")
    return f"Each arrow is one feature: the direction the model gives it in its {where}."


def _strip_heading(frame: Frame) -> str:
    return "Sparser, more superposition" if _sparsities_differ(frame) else "The same recipe, other random starts"


def _strip_clause(frame: Frame) -> str:
    count = frame.moment.experiment.n_instances
    if _sparsities_differ(frame):
        return f"The same model at {number_word(count)} feature probabilities. Click one to look closer."
    return f"{number_word(count).capitalize()} models side by side. Click one to look closer."


def _sparsities_differ(frame: Frame) -> bool:
    return len(set(frame.moment.experiment.probability_array()[:, 0].tolist())) > 1


def _neurons_clause(frame: Frame) -> str:
    # Every kind of model there is so far has a linear hidden layer, where any rotation gives the same loss.
    assert frame.moment.experiment.model in MODEL_FORMULAS
    return "this basis is arbitrary: rotating it costs nothing"


PANELS: tuple[PanelRow, ...] = (
    PanelRow(
        "vectors",
        "Feature vectors",
        lambda frame, canvas: vectors.build(frame.moment, frame.display, frame.selection, canvas),
        _vectors_clause,
        "Each arrow is one feature’s direction in the model.",
        "The direction and length of each feature in the hidden space.",
    ),
    PanelRow(
        "strip",
        "Instances",
        lambda frame, canvas: strip.build(frame.moment, frame.display, frame.selection, canvas),
        _strip_clause,
        "",
        "The models trained side by side.",
        heading=_strip_heading,
        every=4,
    ),
    PanelRow(
        "interference",
        "Interference",
        lambda frame, canvas: interference.build(
            frame.moment, frame.display, frame.selection, canvas, frame.timeline.largest_interference
        ),
        lambda _: "W<sup>T</sup>W: what activating one does to another",
        "W<sup>T</sup>W",
        "How much activating one feature moves the model's output for another.",
        every=2,
    ),
    PanelRow(
        "neurons",
        "Neurons",
        lambda frame, canvas: neurons.build(frame.moment, frame.display, frame.selection, canvas),
        _neurons_clause,
        "basis is arbitrary",
        "Which features each hidden dimension carries.",
        every=4,
    ),
    PanelRow(
        "timeline",
        "Timeline",
        lambda frame, canvas: timeline.build(frame.timeline, frame.moment, frame.display, frame.selection, canvas),
        lambda _: "",
        "",
        "The loss over the steps of training; drag to look back.",
        every=2,
    ),
)
