"""Moment: everything that can be seen of a recording at one position."""

from __future__ import annotations

from dataclasses import dataclass

from superviz.core.experiment import Experiment
from superviz.core.snapshot import Array


@dataclass(frozen=True, eq=False, slots=True)
class Moment:
    """What is to be seen at a fractional position in steps; the same however the position was reached.

    Weights are gauge-fixed: an instance's rotation of the hidden space, chosen so that what moves is learning.
    """

    position: float
    experiment: Experiment
    """As in force at this position, edits applied."""
    W: Array
    """(instances, hidden, features), between two keyframes, gauge-fixed."""
    b: Array
    """(instances, features)."""
    loss: Array
    """(instances,), the training loss of the bucket at this position; nan before the first."""
    trail: Array
    """(points, hidden, features): where one instance's W came from, oldest first, ending at this position."""
    trail_instance: int
    W_out: Array | None = None
    """(instances, hidden, features), what unpacks where the model is untied; interpolated and gauge-fixed as W is."""
    test_loss: Array | None = None
    """(instances,), of a finite training set only: the loss on fresh samples at the end of that bucket."""
    described: bool = True
    """Whether the experiment says how the weights came about; otherwise only its sizes are known."""
