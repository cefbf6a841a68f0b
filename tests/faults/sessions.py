"""Small sessions for the faults to happen to, and what is to be found in a session afterwards."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from superviz.core.experiment import Experiment
from superviz.core.parameters import Parameters
from superviz.core.snapshot import Checkpoint, Snapshot, frozen
from superviz.session.recording import Recording

SMALL = Experiment(n_features=5, n_hidden=2, n_instances=3)
LARGE = Experiment(n_features=60, n_hidden=12, n_instances=4)


def weights(experiment: Experiment, step: int) -> Snapshot:
    """Made-up weights, a function of the step."""
    shape = (experiment.n_instances, experiment.n_hidden, experiment.n_features)
    W = np.sin(np.arange(np.prod(shape)) + 0.01 * step).reshape(shape)
    return Snapshot(step, frozen(W), frozen(W[:, 0] * 0.5))


def record(recording: Recording, first: int, last: int) -> None:
    """Append a keyframe and a loss for every ten steps from `first` to `last`, both with it, and a checkpoint."""
    experiment = recording.experiment
    for step in range(first, last + 1, 10):
        if step:
            recording.append_losses(np.full((1, experiment.n_instances), step, np.float32))
        recording.append(weights(experiment, step))
    end = weights(experiment, last)
    rows = Parameters.of(experiment).join(end.W, end.b, None)
    recording.append_checkpoint(Checkpoint(last, rows, rows, rows, np.zeros(experiment.n_instances)))


def recorded(path: Path | None, title: str, last: int, experiment: Experiment = SMALL) -> Recording:
    """A recording up to step `last`, open for more."""
    recording = Recording.create(experiment, path, title=title, force=True)
    record(recording, 0, last)
    return recording


def content(path: Path) -> str:
    """Everything a session holds, read from its file, in one line: its title, how many keyframes, and a digest.

    Raises SessionError.
    """
    recording = Recording.open(path)
    digest = hashlib.sha256(recording.experiment.model_dump_json().encode())
    for snapshot in recording.snapshots:
        digest.update(str(snapshot.step).encode() + snapshot.W.tobytes() + snapshot.b.tobytes())
    digest.update(recording.losses.values.tobytes())
    if recording.checkpoint is not None:
        digest.update(str(recording.checkpoint.step).encode() + recording.checkpoint.parameters.tobytes())
    return f"{recording.title}: {recording.keyframe_count} keyframes, {digest.hexdigest()[:16]}"
