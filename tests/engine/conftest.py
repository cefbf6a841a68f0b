"""A sink that keeps everything, to see what a runner hands on; and the loss as its definition says, for autograd."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from superviz.core.experiment import Experiment
from superviz.core.parameters import Parameters
from superviz.core.snapshot import Array, Checkpoint, Edit, Snapshot
from superviz.engine.sampling import sample
from superviz.engine.tables import table


class KeepingSink:
    """Everything in the order it came; `on_live` is called with the number of live snapshots so far."""

    def __init__(self) -> None:
        self.keyframes: list[Snapshot] = []
        self.losses: list[Array] = []
        self.test_losses: list[Array] = []
        self.edits: list[Edit] = []
        self.checkpoints: list[Checkpoint] = []
        self.passing: list[Checkpoint] = []
        self.live: list[Snapshot] = []
        self.threads: set[int] = set()
        self.on_live: Callable[[Snapshot], None] = lambda snapshot: None

    def append(self, snapshot: Snapshot) -> None:
        self.threads.add(threading.get_ident())
        self.keyframes.append(snapshot)

    def append_losses(self, losses: Array, test_losses: Array | None = None) -> None:
        self.losses.append(losses)
        if test_losses is not None:
            self.test_losses.append(test_losses)

    def append_edit(self, edit: Edit) -> None:
        self.edits.append(edit)

    def append_checkpoint(self, checkpoint: Checkpoint, *, passing: bool = False) -> None:
        (self.passing if passing else self.checkpoints).append(checkpoint)

    def show_live(self, snapshot: Snapshot) -> None:
        self.live.append(snapshot)
        self.on_live(snapshot)

    def record(self) -> tuple[list[tuple[int, bytes, bytes]], bytes]:
        """What is recorded for good: keyframes and the loss series, as bytes."""
        return (
            [(frame.step, frame.W.tobytes(), frame.b.tobytes()) for frame in self.keyframes],
            np.concatenate(self.losses).tobytes(),
        )


@pytest.fixture
def sink() -> KeepingSink:
    return KeepingSink()


@pytest.fixture
def make_sink() -> type[KeepingSink]:
    return KeepingSink


class Oracle:
    """One instance's loss in float64, by the definitions in SCIENCE and no more cleverly than that, for autograd."""

    def __init__(self, experiment: Experiment, instance: int, row: NDArray[np.float32]) -> None:
        self.experiment, self.instance = experiment, instance
        self.row = torch.tensor(row.astype(np.float64), requires_grad=True)

    def samples(self, step: int) -> tuple[torch.Tensor, torch.Tensor]:
        """(samples, features), and how much each counts."""
        fixed = table(self.experiment)
        if fixed is None:
            x = sample(self.experiment, self.instance, step).T.astype(np.float64)
            return torch.from_numpy(x), torch.full((len(x),), 1 / len(x), dtype=torch.float64)
        x = fixed.x[min(self.instance, len(fixed.x) - 1)].T.astype(np.float64)
        return torch.from_numpy(x), torch.from_numpy(fixed.weight[self.instance].astype(np.float64))

    def loss(self, step: int) -> torch.Tensor:
        """The loss of the batch of that step."""
        return self.loss_on(*self.samples(step))

    def loss_on(self, x: torch.Tensor, share: torch.Tensor) -> torch.Tensor:
        """The loss on samples (samples, features), each counting as much as `share` says."""
        e = self.experiment
        n, m = e.n_features, e.n_hidden
        W = self.row[: m * n].reshape(m, n)
        W_out = W if e.is_tied else self.row[m * n : 2 * m * n].reshape(m, n)
        b = self.row[-n:] if e.bias else self.row[-n:] * 0
        h = x @ W.T
        if e.model in ("relu_hidden", "absolute_value"):
            h = torch.relu(h)
        y = h @ W_out + b
        if e.model != "linear":
            y = torch.relu(y)
        target = x.abs() if e.model == "absolute_value" else x
        importance = torch.from_numpy(e.importance_array()[self.instance].astype(np.float64))
        errors = importance * (target - y) ** 2
        a_sample = errors.mean(1) if e.loss_over_features == "mean" else errors.sum(1)
        return (share * (a_sample + e.l1_penalty * h.abs().sum(1))).sum()

    def gradient(self, step: int) -> NDArray[np.float64]:
        """The loss's gradient by autograd, laid out as the parameters."""
        self.row.grad = None
        self.loss(step).backward()
        assert self.row.grad is not None
        return self.row.grad.numpy().copy()


@pytest.fixture
def oracle() -> type[Oracle]:
    return Oracle


def random_checkpoint(experiment: Experiment, step: int = 0, seed: int = 1) -> Checkpoint:
    """Random parameters, a bias only where the model has one, and nothing remembered."""
    layout = Parameters.of(experiment)
    generator = np.random.default_rng(seed)
    rows = generator.normal(size=(experiment.n_instances, layout.count)).astype(np.float32)
    layout.b(rows)[:] = generator.normal(0.1, 0.3, layout.b(rows).shape) if experiment.bias else 0
    nothing = np.zeros_like(rows)
    return Checkpoint(step, rows, nothing, nothing, np.zeros(experiment.n_instances))


@pytest.fixture
def standing() -> Callable[..., Checkpoint]:
    return random_checkpoint
