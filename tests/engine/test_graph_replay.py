"""CUDA graphs, played on the host: what is captured once is right at every other step. On a GPU: test_torch_gpu."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from superviz.core.experiment import Experiment
from superviz.engine.cuda_graphs import Graphs
from superviz.engine.torch_trainer import TorchTrainer

SMALL = Experiment(n_features=5, n_hidden=2, n_instances=3, batch_size=40, feature_probability=0.3, steps=300)
KINDS = [
    {},
    {"model": "absolute_value", "distribution": "correlated", "signed": True, "optimiser": "adam"},
    {"model": "relu_hidden", "distribution": "one_hot", "optimiser": "sgd", "schedule": "cosine", "warmup": 9},
    {"distribution": "hierarchical", "l1_penalty": 0.01, "bias": False},
    {"training_set": 7, "unit_norm": True, "distribution": "anticorrelated"},
    {"noise_free": True},
]


class _Graph:
    """What CUDAGraph is: the very operations on the very arrays, done again at each replay."""

    def __init__(self) -> None:
        self.recorded: list[tuple[Callable[..., object], tuple[object, ...], dict[str, object], object]] = []
        self.replays = 0

    def pool(self) -> str:
        return "pool"

    def reset(self) -> None:
        self.recorded.clear()

    def replay(self) -> None:
        assert self.recorded, "launched after it was let go"
        self.replays += 1
        for operation, given, named, kept in self.recorded:
            for there, here in zip(_each(kept), _each(operation(*given, **named)), strict=True):
                there.copy_(here)


def _each(result: Any) -> list[torch.Tensor]:
    return list(result) if isinstance(result, (tuple, list)) else [result]


class _Capture(TorchDispatchMode):
    """What torch.cuda.graph is: what is done inside is recorded, in full precision. It is done too, unlike there."""

    def __init__(self, graph: _Graph, pool: object, stream: object, capture_error_mode: str) -> None:
        super().__init__()
        self.graph = graph
        assert pool in (None, "pool")
        assert capture_error_mode == "thread_local"
        assert torch.backends.cuda.matmul.fp32_precision == "ieee"

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        self.graph.recorded.append((func, args, kwargs or {}, result))
        return result


class _HostGraphs(Graphs):
    """Graphs whose landings are not pinned."""

    def landing(self, shape: Sequence[int], dtype: torch.dtype) -> torch.Tensor:
        return torch.zeros(tuple(shape), dtype=dtype)


def _play_graphs(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on, launch what is trained on torch's CPU through graphs."""
    for name in ("Stream", "Event", "synchronize", "empty_cache"):
        monkeypatch.setattr(torch.cuda, name, MagicMock())
    monkeypatch.setattr(torch.cuda, "stream", lambda stream: nullcontext())
    monkeypatch.setattr(torch.cuda, "CUDAGraph", _Graph)
    monkeypatch.setattr(torch.cuda, "graph", _Capture)
    monkeypatch.setattr("superviz.engine.torch_run.launcher", _HostGraphs)


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def _train(experiment: Experiment) -> tuple[TorchTrainer, list[np.ndarray]]:
    """A trainer that was led through cuts, chunks and edits, and all that it left."""
    trainer = TorchTrainer(experiment, device="cpu")
    first = trainer.trace(37, np.array([1, 2, 12, 37]), 15)
    trainer.edit("learning_rate", 0.01)
    trainer.edit("feature_probability", 0.4)
    trainer.edit("importance", 0.8)
    second, end = trainer.trace(44, np.array([40, 81])), trainer.checkpoint()
    return trainer, [*first[:4], *second[:4], end.parameters, end.mean, end.square, end.loss_sum]


@pytest.mark.parametrize("changes", KINDS, ids=lambda changes: " ".join(changes) or "default")
def test_a_captured_run_is_the_run_itself(monkeypatch: pytest.MonkeyPatch, changes: dict[str, object]) -> None:
    experiment = SMALL.changed(**changes)
    _, plain = _train(experiment)
    _play_graphs(monkeypatch)
    trainer, captured = _train(experiment)
    for array, expected in zip(captured, plain, strict=True):
        np.testing.assert_array_equal(array, expected)
    run = trainer._run
    assert run is not None
    assert isinstance(run._launcher, _HostGraphs)
    graphs: list[Any] = list(run._launcher._graphs)
    one, many, *test = graphs
    if not experiment.noise_free:  # whose table another probability made longer: everything was captured anew
        assert one.replays + 10 * many.replays == 81
        assert many.replays >= 5
    assert [graph.replays for graph in test] == ([8] if experiment.training_set else [])
    trainer.close()
    for graph in graphs:
        with pytest.raises(AssertionError, match="let go"):
            graph.replay()


def test_an_edit_that_fits_captures_nothing_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    _play_graphs(monkeypatch)
    trainer = TorchTrainer(SMALL, device="cpu")
    trainer.prepare()
    run = trainer._run
    for field, value in (("learning_rate", 0.1), ("feature_probability", 0.9), ("l1_penalty", 0.1), ("steps", 20)):
        trainer.edit(field, value)
    assert trainer._run is run
