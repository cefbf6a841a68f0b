"""A made-up run, deterministic and quick: what a trainer would append, without one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from superviz.core.experiment import Experiment
from superviz.core.snapshot import LOSS_BUCKET_STEPS, Array, Checkpoint, Snapshot, frozen
from superviz.session.recording import Recording


class MadeUpRun:
    """A keyframe and a loss bucket every 10 steps; everything is a function of the step."""

    experiment = Experiment(n_features=5, n_hidden=2, n_instances=3, feature_probability=[1, 0.3, 0.05], importance=0.9)

    def weights(self, step: int) -> Array:
        """Weights that drift, (instances, hidden, features)."""
        start, drift = np.random.default_rng(0).normal(size=(2, 3, 2, 5))
        return frozen(start + np.sin(0.001 * step) * drift)

    def snapshot(self, step: int) -> Snapshot:
        W = self.weights(step)
        return Snapshot(step, W, frozen(W[:, 0]))

    def checkpoint(self, step: int) -> Checkpoint:
        W, b = self.weights(step), frozen(self.weights(step)[:, 0])
        return Checkpoint(step, W, b, frozen(W * 2), frozen(b * 2), frozen(W * W), frozen(b * b), np.full(3, step / 7))

    def losses(self, first_bucket: int, end_bucket: int) -> Array:
        """(buckets, instances)."""
        return frozen(np.arange(first_bucket, end_bucket)[:, None] + np.array([0.1, 0.2, 0.3]))

    def record(self, recording: Recording, start: int, end: int) -> Recording:
        """Append what the run leaves from `start` on, up to and with `end`, and a checkpoint there."""
        for step in range(start, end + 1, 10):
            if step:
                recording.append_losses(self.losses(step // LOSS_BUCKET_STEPS - 1, step // LOSS_BUCKET_STEPS))
            recording.append(self.snapshot(step))
        recording.append_checkpoint(self.checkpoint(end))
        return recording


@pytest.fixture(scope="session")
def made_up() -> MadeUpRun:
    return MadeUpRun()


@pytest.fixture
def create() -> Iterator[Callable[..., Recording]]:
    """Recording.create on the made-up run's experiment; what it made is closed after the test."""
    made: list[Recording] = []

    def create(path: Path | None = None, **options) -> Recording:
        made.append(Recording.create(MadeUpRun.experiment, path, **options))
        return made[-1]

    yield create
    for recording in made:
        recording.close()


@pytest.fixture
def session_file(tmp_path: Path, create, made_up) -> Path:
    """A closed session of 20 keyframes, up to step 200."""
    made_up.record(create(tmp_path / "run.superviz", title="A run"), 0, 200).close()
    return tmp_path / "run.superviz"
