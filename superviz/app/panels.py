"""The table of panels: what each is called, says of itself and draws. A chart is one scene module and one row here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from superviz.core.shapes import number_word
from superviz.scene import interference, neurons, strip, timeline, vectors
from superviz.scene.canvas import Canvas
from superviz.scene.differences import Differences, differences
from superviz.scene.drawables import Scene
from superviz.scene.effects import effects_clause, effects_formula
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
    experiment = frame.moment.experiment
    count = number_word(experiment.n_hidden)
    if experiment.has_privileged_basis:
        neurons = "neuron reads" if experiment.n_hidden == 1 else "neurons read"
        return f"Each arrow is one feature: the weights with which {count} {neurons} it."
    where = f"{count} hidden dimension{'' if experiment.n_hidden == 1 else 's'}"
    if not frame.moment.described:
        return f"Each arrow is one feature: the direction it has in {where}."
    return f"Each arrow is one feature: the direction the model gives it in its {where}."


def _differences(frame: Frame) -> Differences:
    return differences(frame.moment.experiment, frame.display, described=frame.moment.described)


def _strip_clause(frame: Frame) -> str:
    return f"{_differences(frame).clause} Click one to look closer."


def _interference_clause(frame: Frame) -> str:
    if not frame.moment.described:
        return f"{effects_formula(frame.moment)}: {effects_clause(frame.moment)}"
    privileged = frame.moment.experiment.has_privileged_basis
    what = "what one alone does to all" if privileged else "what activating one does to another"
    return f"{effects_formula(frame.moment)}: {what}"


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
        heading=lambda frame: _differences(frame).heading,
        every=4,
    ),
    PanelRow(
        "interference",
        "Interference",
        lambda frame, canvas: interference.build(
            frame.moment, frame.display, frame.selection, canvas, frame.timeline.largest_interference
        ),
        _interference_clause,
        "one moving another",
        "How much activating one feature moves the model's output for another.",
        every=2,
    ),
    PanelRow(
        "neurons",
        "Neurons",
        lambda frame, canvas: neurons.build(frame.moment, frame.display, frame.selection, canvas),
        lambda frame: neurons.basis_words(frame.moment.experiment, described=frame.moment.described),
        "what each one carries",
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
