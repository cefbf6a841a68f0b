"""Models put together by hand, so that measures and pictures can be looked at without training."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from superviz.core.experiment import Experiment
from superviz.core.snapshot import Snapshot, frozen
from superviz.export.render import in_qt
from superviz.reproduction.trained import Outcome, Trained


def _make(*W: Any, b: Any = 0.0, losses: Any = None, steps: tuple[int, ...] = (), **fields: Any) -> Trained:
    """Models of (seeds, hidden, features) weights: one array a step noted, of which the last is the end."""
    notes = [np.asarray(weights, dtype=np.float64) for weights in W]
    seeds, hidden, features = notes[-1].shape
    experiment = Experiment(n_features=features, n_hidden=hidden, n_instances=seeds, **fields)
    biases = frozen(np.broadcast_to(np.asarray(b, dtype=np.float64), (seeds, features)))
    out = {} if experiment.is_tied else {"W_out": frozen(np.abs(notes[-1]))}
    snapshots = tuple(
        Snapshot(step, frozen(weights), biases, **out)
        for step, weights in zip(steps or range(100, 100 * len(notes) + 1, 100), notes, strict=True)
    )
    series = np.ones((10, seeds)) if losses is None else np.asarray(losses, dtype=np.float64)
    return Trained(Outcome(experiment, snapshots, series), slice(0, seeds))


@pytest.fixture
def make_trained() -> Callable[..., Trained]:
    return _make


@pytest.fixture
def pentagon() -> np.ndarray:
    """(2, 5), of the length that training finds at p = .05."""
    turns = 2 * np.pi * np.arange(5) / 5
    return 1.13 * np.stack([np.cos(turns), np.sin(turns)])


@pytest.fixture
def in_qt_with_fonts() -> Iterator[None]:
    with in_qt():
        yield
