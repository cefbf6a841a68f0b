"""Trained: what training left of a condition's models, for measures and pictures to look at."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from superviz.core.alignment import align, first_rotation
from superviz.core.experiment import Experiment
from superviz.core.snapshot import LOSS_BUCKET_STEPS, Snapshot
from superviz.engine.evaluation import evaluation_loss
from superviz.engine.trainer import Trainer
from superviz.reproduction.run import Run
from superviz.session.moment import Moment

Floats: TypeAlias = NDArray[np.float64]
Progress: TypeAlias = Callable[[int, int], None]
"""Told how much is done, and of how much."""

_LOOK_SECONDS = 0.1
"""Between two reports of progress, and two chances to stop."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """A run that was trained to its end."""

    experiment: Experiment
    snapshots: tuple[Snapshot, ...]
    """The weights at the steps noted, and last of all at the end."""
    losses: Floats
    """(buckets, instances), of LOSS_BUCKET_STEPS steps each."""

    @cached_property
    def evaluation(self) -> Floats:
        """The evaluation loss at the end, (instances,)."""
        end = self.snapshots[-1]
        return evaluation_loss(self.experiment, end.W, end.b, end.W_out).astype(np.float64)

    @cached_property
    def moment(self) -> Moment:
        """The end as scenes show it, feature 1 pointing up where the model leaves that open."""
        end, experiment = self.snapshots[-1], self.experiment
        W = end.W if experiment.has_privileged_basis else align(first_rotation(end.W), end.W)
        nowhere = np.empty((0, *end.W.shape[1:]), dtype=np.float32)
        loss = self.losses[-1].astype(np.float32)
        return Moment(end.step, experiment, W, end.b, loss, nowhere, -1, end.W_out)


@dataclass(frozen=True, eq=False)
class Trained:
    """One condition's models: those of all its seeds."""

    outcome: Outcome
    instances: slice

    @property
    def experiment(self) -> Experiment:
        """Of the whole run."""
        return self.outcome.experiment

    @property
    def W(self) -> Floats:
        """At the end, (seeds, hidden, features)."""
        return self.outcome.snapshots[-1].W[self.instances].astype(np.float64)

    @property
    def b(self) -> Floats:
        """At the end, (seeds, features)."""
        return self.outcome.snapshots[-1].b[self.instances].astype(np.float64)

    @property
    def losses(self) -> Floats:
        """(buckets, seeds), of LOSS_BUCKET_STEPS steps each."""
        return self.outcome.losses[:, self.instances]

    @property
    def loss_steps(self) -> Floats:
        """The middle of each bucket of `losses`, in steps."""
        return np.arange(0.5, len(self.outcome.losses)) * float(LOSS_BUCKET_STEPS)

    @property
    def noted_steps(self) -> Floats:
        """The steps of `noted_W`."""
        return np.array([snapshot.step for snapshot in self.outcome.snapshots], dtype=np.float64)

    @property
    def noted_W(self) -> Floats:
        """(notes, seeds, hidden, features)."""
        return np.stack([snapshot.W[self.instances].astype(np.float64) for snapshot in self.outcome.snapshots])

    @property
    def evaluation(self) -> Floats:
        """The evaluation loss at the end, (seeds,)."""
        return self.outcome.evaluation[self.instances]

    @property
    def best(self) -> int:
        """Which seed has the lowest evaluation loss: the paper keeps that one of several."""
        return int(np.argmin(self.evaluation))

    @property
    def importance(self) -> Floats:
        """(seeds, features)."""
        return self.experiment.importance_array()[self.instances].astype(np.float64)

    @property
    def probability(self) -> Floats:
        """(seeds, features)."""
        return self.experiment.probability_array()[self.instances].astype(np.float64)


def train(run: Run, progress: Progress) -> dict[str, Trained]:
    """Train every model of a run to the end: each condition's by its name. Raises Diverged.

    Ctrl-C ends it between two chunks of steps.
    """
    experiment = run.experiment
    trainer = Trainer(experiment, threads=min(os.cpu_count() or 1, experiment.n_instances))
    losses: list[NDArray[np.floating]] = []
    notes: list[Snapshot] = []
    try:
        trainer.prepare()
        chunk = 1
        while trainer.step < experiment.steps:
            begun = time.perf_counter()
            goal = min(trainer.step + chunk, experiment.steps)
            if run.note_every:
                goal = min(goal, (trainer.step // run.note_every + 1) * run.note_every)
            losses.append(trainer.advance(goal - trainer.step))
            if run.note_every and goal % run.note_every == 0 and goal < experiment.steps:
                notes.append(trainer.snapshot())
            chunk = max(1, min(2 * chunk, int(chunk * _LOOK_SECONDS / (time.perf_counter() - begun + 1e-9))))
            progress(trainer.step * experiment.n_instances, run.model_steps)
        notes.append(trainer.snapshot())
    finally:
        trainer.close()
    outcome = Outcome(experiment, tuple(notes), np.concatenate(losses).astype(np.float64))
    return {condition: Trained(outcome, run.instances(condition)) for condition in run.conditions}
