"""A made-up run, deterministic and quick: what a trainer would append, without one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np
import pytest

from superviz.core.experiment import Experiment
from superviz.core.parameters import Parameters
from superviz.core.snapshot import LOSS_BUCKET_STEPS, Array, Checkpoint, Snapshot, frozen
from superviz.session import rows
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
        return Snapshot(step, W, frozen(W[:, 0]), None if self.experiment.is_tied else frozen(0.5 * W))

    def checkpoint(self, step: int) -> Checkpoint:
        weights = self.snapshot(step)
        rows = Parameters.of(self.experiment).join(weights.W, weights.b, weights.W_out)
        return Checkpoint(step, rows, frozen(rows * 2), frozen(rows * rows), np.full(3, step / 7))

    def losses(self, first_bucket: int, end_bucket: int) -> Array:
        """(buckets, instances)."""
        return frozen(np.arange(float(first_bucket), end_bucket)[:, None] + np.array([0.1, 0.2, 0.3]))

    def both_losses(self, first_bucket: int, end_bucket: int) -> tuple[Array, Array | None]:
        """The test losses, where there are any, are 100 times the losses."""
        losses = self.losses(first_bucket, end_bucket)
        return losses, None if self.experiment.training_set is None else frozen(100 * losses)

    def record(self, recording: Recording, start: int, end: int) -> Recording:
        """Append what the run leaves from `start` on, up to and with `end`, and a checkpoint there."""
        for step in range(start, end + 1, 10):
            if step:
                recording.append_losses(*self.both_losses(step // LOSS_BUCKET_STEPS - 1, step // LOSS_BUCKET_STEPS))
            recording.append(self.snapshot(step))
        recording.append_checkpoint(self.checkpoint(end))
        return recording


class UntiedRun(MadeUpRun):
    """The same of a model with a matrix W_out, on a training set: everything that a session can hold."""

    experiment = MadeUpRun.experiment.changed(model="absolute_value", signed=True, training_set=20)


@pytest.fixture(scope="session")
def made_up() -> MadeUpRun:
    return MadeUpRun()


@pytest.fixture(scope="session")
def untied() -> UntiedRun:
    return UntiedRun()


@pytest.fixture
def create() -> Iterator[Callable[..., Recording]]:
    """Recording.create, on the made-up run's experiment unless told; what it made is closed after the test."""
    made: list[Recording] = []

    def create(path: Path | None = None, experiment: Experiment = MadeUpRun.experiment, **options) -> Recording:
        made.append(Recording.create(experiment, path, **options))
        return made[-1]

    yield create
    for recording in made:
        recording.close()


@pytest.fixture
def stuck_disk() -> Callable[[Recording], AbstractContextManager[None]]:
    """As a context, a disk that has just begun to write what a recording has put, and doesn't come to an end."""

    @contextmanager
    def stuck(recording: Recording) -> Iterator[None]:
        begun, release = threading.Event(), threading.Event()

        def stick() -> rows.Statement:
            begun.set()
            release.wait(30)
            return rows.meta_row("stuck", "")

        journal = recording._journal  # pyright: ignore[reportPrivateUsage]
        assert journal is not None
        journal.put(stick)
        assert begun.wait(30)
        try:
            yield
        finally:
            release.set()

    return stuck


@pytest.fixture
def session_file(tmp_path: Path, create, made_up) -> Path:
    """A closed session of 20 keyframes, up to step 200."""
    made_up.record(create(tmp_path / "run.superviz", title="A run"), 0, 200).close()
    return tmp_path / "run.superviz"


@pytest.fixture
def untied_file(tmp_path: Path, create, untied) -> Path:
    """A closed session of an untied model on a training set, 20 keyframes up to step 200."""
    untied.record(create(tmp_path / "untied.superviz", untied.experiment), 0, 200).close()
    return tmp_path / "untied.superviz"


@pytest.fixture(scope="session")
def watched_and_read(tmp_path_factory, made_up: MadeUpRun) -> tuple[Recording, Recording]:
    """A recording that was watched while it grew, and the same read from its file."""
    path = tmp_path_factory.mktemp("parts") / "run.superviz"
    recording = Recording.create(made_up.experiment, path)
    for step in range(0, 200, 10):
        recording.append(made_up.snapshot(step))
        recording.show_live(made_up.snapshot(step + 3))
        recording.moment(step + 2)
    recording.append_checkpoint(made_up.checkpoint(204))
    recording.close()
    return recording, Recording.open(path)


@pytest.fixture
def same_recordings() -> Callable[[Recording, Recording], None]:
    """Asserts that two recordings hold the same bytes and show the same moments."""

    def assert_same_bytes(one: Array | None, other: Array | None, what: str) -> None:
        assert (one is None) == (other is None), what
        assert one is None or other is None or one.tobytes() == other.tobytes(), what

    def assert_same(one: Recording, other: Recording) -> None:
        assert (one.experiment, one.title, one.backend) == (other.experiment, other.title, other.backend)
        assert (one.keyframe_count, one.live_step, list(one.edits)) == (
            other.keyframe_count,
            other.live_step,
            list(other.edits),
        )
        np.testing.assert_array_equal(one.losses.steps, other.losses.steps)
        assert one.candidates == other.candidates
        for name in ("values", "test_values"):
            assert_same_bytes(getattr(one.losses, name), getattr(other.losses, name), name)
        for a, b in zip(one.snapshots, other.snapshots, strict=True):
            assert a.step == b.step
            for name in ("W", "b", "W_out"):
                assert_same_bytes(getattr(a, name), getattr(b, name), name)
        for position in (0, 3.3, 10, 50, 57.25, 199.9, 200):
            for instance in (0, 2):
                a, b = one.moment(position, instance), other.moment(position, instance)
                assert (a.position, a.experiment) == (b.position, b.experiment)
                for name in ("W", "b", "W_out", "loss", "test_loss", "trail"):
                    assert_same_bytes(getattr(a, name), getattr(b, name), f"{name} at {position}")

    return assert_same
