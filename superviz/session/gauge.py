"""Gauge: how each keyframe's hidden space is turned, so that what moves is learning; a chain from frame to frame."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from superviz.core.alignment import align, first_rotation, next_rotation
from superviz.core.experiment import Experiment
from superviz.core.snapshot import Array, Snapshot


class Gauged(NamedTuple):
    """A snapshot with its gauge."""

    snapshot: Snapshot
    rotation: Array


class Gauge:
    """Where the neurons are a basis of their own, there is nothing to choose: the gauge is the identity throughout."""

    def __init__(self, experiment: Experiment) -> None:
        instances, hidden = experiment.n_instances, experiment.n_hidden
        self._fixed: Array | None = None
        if experiment.has_privileged_basis:
            self._fixed = np.broadcast_to(np.eye(hidden, dtype=np.float32), (instances, hidden, hidden))

    def after(self, last: Gauged | None, snapshot: Snapshot) -> Array:
        """The gauge of `snapshot` as the next after `last`, or as the first: (instances, hidden, hidden)."""
        if self._fixed is not None:
            return self._fixed
        if last is None:
            return first_rotation(snapshot.W)
        return next_rotation(last.rotation, last.snapshot.W, snapshot.W, snapshot.step - last.snapshot.step)

    def shown(self, snapshot: Snapshot, rotation: Array) -> tuple[Array, ...]:
        """W, b and, where the model is untied, W_out, in their gauge."""
        matrices = [snapshot.W] if snapshot.W_out is None else [snapshot.W, snapshot.W_out]
        if self._fixed is None:
            matrices = [align(rotation, matrix) for matrix in matrices]
        return matrices[0], snapshot.b, *matrices[1:]
