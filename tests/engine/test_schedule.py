"""The learning rate over a run, against torch's schedulers and its own ends."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from superviz.core.experiment import Experiment
from superviz.engine.schedule import learning_rates, step_sizes


def experiment(**values: Any) -> Experiment:
    return Experiment(n_features=5, n_hidden=2, steps=100, learning_rate=0.2, **values)


def torchs(make: Any, steps: int) -> list[float]:
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.2)
    scheduler, rates = make(optimiser), []
    for _ in range(steps):
        rates.append(scheduler.get_last_lr()[0])
        optimiser.step()
        scheduler.step()
    return rates


def test_constant() -> None:
    assert learning_rates(experiment(), 0, 300).tolist() == [0.2] * 300


def test_linear_is_torchs() -> None:
    schedule = torch.optim.lr_scheduler
    expected = torchs(lambda o: schedule.LinearLR(o, start_factor=1.0, end_factor=1e-300, total_iters=100), 100)
    assert learning_rates(experiment(schedule="linear"), 0, 100) == pytest.approx(expected)


def test_cosine_is_the_papers() -> None:
    """TMS's notebook: cos(pi/2 step/steps), a quarter of a period, not torch's half."""
    expected = torchs(lambda o: torch.optim.lr_scheduler.LambdaLR(o, lambda s: np.cos(0.5 * np.pi * s / 100)), 100)
    assert learning_rates(experiment(schedule="cosine"), 0, 100) == pytest.approx(expected)


def test_warm_up_rises_to_the_rate_and_then_the_schedule_begins() -> None:
    rates = learning_rates(experiment(schedule="linear", warmup=10), 0, 100)
    assert rates[:10] == pytest.approx(0.2 * np.arange(1, 11) / 10)
    assert rates[10] == pytest.approx(0.2)
    assert rates[55] == pytest.approx(0.1)
    assert rates[-1] == pytest.approx(0.2 / 90)
    assert learning_rates(experiment(warmup=100), 0, 100)[-1] == pytest.approx(0.2)


@pytest.mark.parametrize("schedule", ["linear", "cosine"])
def test_beyond_the_last_step_nothing_moves(schedule: str) -> None:
    assert learning_rates(experiment(schedule=schedule), 100, 50).tolist() == [0.0] * 50


@given(st.integers(0, 150), st.integers(0, 80), st.sampled_from(["constant", "linear", "cosine"]), st.integers(0, 60))
def test_where_it_is_cut_changes_nothing(first: int, steps: int, schedule: str, warmup: int) -> None:
    e = experiment(schedule=schedule, warmup=warmup)
    whole = step_sizes(e, 0, first + steps)
    assert np.array_equal(whole[first:], step_sizes(e, first, steps))


def test_adams_corrections() -> None:
    sizes = step_sizes(experiment(optimiser="adamw", weight_decay=0.5), 0, 3).astype(np.float64)
    for count, (stride, correction, keep) in enumerate(sizes, 1):
        assert stride == pytest.approx(0.2 / (1 - 0.9**count))
        assert correction == pytest.approx((1 - 0.999**count) ** -0.5)
        assert keep == pytest.approx(1 - 0.2 * 0.5)
    assert step_sizes(experiment(optimiser="adam", weight_decay=0.5), 0, 3)[:, 2].tolist() == [1, 1, 1]
    sgd = step_sizes(experiment(optimiser="sgd", weight_decay=0.5), 0, 3)
    assert np.array_equal(sgd, np.array([[0.2, 1, 1]] * 3, dtype=np.float32))
