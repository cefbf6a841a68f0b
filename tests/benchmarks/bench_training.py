"""How much faster training is than the yardstick: one thread each, taken in turns in one run, as a table of ratios.

Run `python tests/benchmarks/bench_training.py`, or `pytest tests/benchmarks/bench_training.py -m benchmark -s`.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))

from yardstick import ReferenceLoop

from superviz.core.experiment import Experiment
from superviz.engine.trainer import Trainer

ROUNDS = 7
_SECONDS = 0.2
"""What each of the two takes in a round."""


@dataclass(frozen=True)
class Case:
    """A size to measure, and how many times the yardstick's speed the project wants there."""

    n_features: int
    n_hidden: int
    n_instances: int
    goal: int

    @property
    def name(self) -> str:
        instances = "" if self.n_instances == 1 else f", {self.n_instances} instances"
        return f"n={self.n_features} m={self.n_hidden}{instances}"


CASES = (Case(5, 2, 1, 60), Case(5, 2, 10, 45), Case(20, 5, 1, 28), Case(80, 20, 1, 5), Case(200, 20, 20, 5))


@dataclass(frozen=True)
class Result:
    """Medians over the rounds, in seconds a step, and the median of the rounds' own ratios."""

    case: Case
    reference: float
    superviz: float
    ratio: float

    def __str__(self) -> str:
        reference, ours = self.reference * 1e6, self.superviz * 1e6
        return f"{self.case.name:28}{reference:>14,.1f}{ours:>14,.1f}{self.ratio:>10.1f}{self.case.goal:>8}"


HEADER = f"{'size':28}{'reference, us':>14}{'superviz, us':>14}{'ratio':>10}{'goal':>8}"


def measure(case: Case, rounds: int = ROUNDS) -> Result:
    """Both, in turns, so that whatever else the machine does befalls both."""
    torch.set_num_threads(1)
    reference = ReferenceLoop(case.n_features, case.n_hidden, case.n_instances)
    experiment = Experiment(n_features=case.n_features, n_hidden=case.n_hidden, n_instances=case.n_instances)
    trainer = Trainer(experiment)
    trainer.prepare()
    advances: tuple[Callable[[int], object], ...] = (reference.advance, trainer.advance)
    steps = [_steps_that_fit(advance) for advance in advances]
    times = [
        [_seconds(advance, count) / count for advance, count in zip(advances, steps, strict=True)]
        for _ in range(rounds)
    ]
    ratio = statistics.median(reference / ours for reference, ours in times)
    return Result(case, statistics.median(row[0] for row in times), statistics.median(row[1] for row in times), ratio)


def _seconds(advance: Callable[[int], object], steps: int) -> float:
    start = perf_counter()
    advance(steps)
    return perf_counter() - start


def _steps_that_fit(advance: Callable[[int], object]) -> int:
    advance(2)
    return max(2, int(10 * _SECONDS / _seconds(advance, 10)))


@pytest.mark.benchmark
@pytest.mark.timeout(600)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_training_speed(case: Case) -> None:
    result = measure(case)
    print(f"\n{HEADER}\n{result}")
    assert result.ratio >= case.goal


if __name__ == "__main__":
    print(HEADER)
    for case in CASES:
        print(measure(case), flush=True)
