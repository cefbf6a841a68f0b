"""What the stage looks at: a recording; or, laid over what it last showed of one, an instance that is tried out."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import numpy as np

from superviz.core.experiment import Experiment
from superviz.core.snapshot import Array
from superviz.core.spreads import PER_LIST, varies_by_instance
from superviz.scene.naming import name_arrangement
from superviz.session.moment import Moment
from superviz.session.recording import Recording
from superviz.session.timeline import Timeline, TimelineReader

NAMING_SECONDS = 0.004
"""In one frame a run's keyframes are named for so long at most: a long one that was just opened has hundreds."""


class Shown(Protocol):
    """Something to look at, with a live head that may still move on."""

    recording: Recording

    @property
    def experiment(self) -> Experiment:
        """As in force at the live head."""
        ...

    def moment(self, position: float, instance: int) -> Moment:
        """What is to be seen at a position in steps, with the trail of one instance."""
        ...

    def timeline(self, instance: int) -> Timeline:
        """The run of one instance so far."""
        ...


class Session:
    """A recording as it is."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self._reader = TimelineReader(recording, name_arrangement)

    @property
    def experiment(self) -> Experiment:
        return self.recording.experiment_at(self.recording.live_step)

    def moment(self, position: float, instance: int) -> Moment:
        return self.recording.moment(position, instance)

    def timeline(self, instance: int) -> Timeline:
        return self._reader.read(instance, NAMING_SECONDS)


class Preview:
    """One instance as another recipe makes it, in memory; of the others, what `base` has of them.

    Its recording is of a run of that instance alone. Where `base` is of another shape the others are shown untrained,
    as zeros. It is filled from one thread and may be looked at from another.
    """

    def __init__(self, experiment: Experiment, instance: int, base: Moment | None = None) -> None:
        self.experiment, self.instance = experiment, instance
        self.recording = Recording.create(alone(experiment, instance))
        self._reader = TimelineReader(self.recording, name_arrangement)
        self._base = base

    def moment(self, position: float, instance: int) -> Moment:
        own, base = self.recording.moment(position), self._base
        if base is not None and (base.W.shape[0], *own.W.shape[1:]) != (self.experiment.n_instances, *base.W.shape[1:]):
            base = None
        return replace(
            own,
            experiment=self.experiment,
            W=self._among(base and base.W, own.W, 0.0),
            b=self._among(base and base.b, own.b, 0.0),
            loss=self._among(base and base.loss, own.loss, np.nan),
            trail_instance=self.instance,
            W_out=None if own.W_out is None else self._among(base and base.W_out, own.W_out, 0.0),
            test_loss=None if own.test_loss is None else self._among(base and base.test_loss, own.test_loss, np.nan),
        )

    def timeline(self, instance: int) -> Timeline:
        """The run of the instance that is tried out; of any other nothing is known but how long it is to be."""
        own = self._reader.read(0)
        if instance == self.instance:
            return own
        return replace(
            own, steps=own.steps[:0], losses=own.losses[:0], test_losses=None, epochs=(), largest_interference=0.0
        )

    def close(self) -> None:
        """Nothing more will be recorded; it can still be looked at."""
        self.recording.close()

    def _among(self, others: Array | None, own: Array, unknown: float) -> Array:
        """The instance's own row of (1, ...) among those of the others, (instances, ...)."""
        if others is None:
            rows = np.full((self.experiment.n_instances, *own.shape[1:]), unknown, dtype=np.float32)
        else:
            rows = others.copy()
        rows[self.instance] = own[0]
        rows.setflags(write=False)
        return rows


def alone(experiment: Experiment, instance: int) -> Experiment:
    """The experiment of a single instance, on that instance's settings."""
    values: dict[str, object] = {"n_instances": 1}
    for name in PER_LIST:
        if varies_by_instance(experiment, name):
            entry = getattr(experiment, name)[instance]
            values[name] = (entry,) if isinstance(entry, tuple) else entry
    start = experiment.starting_weights
    if not isinstance(start, str) and np.ndim(start) == 3:
        values["starting_weights"] = start[instance]
    return experiment.changed(**values)
