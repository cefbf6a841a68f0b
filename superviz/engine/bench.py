"""How much faster training is than the yardstick: one thread each, taken in turns, as a table of paired ratios."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import TypeAlias

from superviz.core.experiment import Experiment
from superviz.engine.hardware import installed_version
from superviz.engine.trainer import Trainer

ROUNDS = 7
_SECONDS = 0.2
"""What each of the two takes in a round, but for what takes longer by the step."""

Advance: TypeAlias = Callable[[int], object]
"""Takes that many steps."""


@dataclass(frozen=True, slots=True)
class Case:
    """A size to measure, and how many times the yardstick's speed the project wants there."""

    n_features: int
    n_hidden: int
    n_instances: int
    goal: int
    block: int | None = None
    """How many instances the yardstick takes at once, where all of them at once would slow it down."""

    @property
    def name(self) -> str:
        """Such as "n=5 m=2, 10 instances"."""
        instances = "" if self.n_instances == 1 else f", {self.n_instances:,} instances"
        return f"n={self.n_features} m={self.n_hidden}{instances}"


CASES = (
    Case(5, 2, 1, goal=120),
    Case(5, 2, 10, goal=45),
    Case(20, 5, 1, goal=28),
    Case(80, 20, 1, goal=5),
    Case(200, 20, 20, goal=5),
    Case(2, 1, 4096, goal=50, block=128),
)


@dataclass(frozen=True, slots=True)
class Result:
    """Medians over the rounds, in seconds a step, and the median of the rounds' own ratios."""

    case: Case
    superviz: float
    reference: float | None = None
    """None where there is no torch to measure it with; `ratio` likewise."""
    ratio: float | None = None


def has_yardstick() -> bool:
    """Whether torch is installed, which the yardstick is written in."""
    return installed_version("torch") is not None


def measure(case: Case, rounds: int = ROUNDS, seconds: float = _SECONDS) -> Result:
    """Both, in turns, so that whatever else the machine does befalls both; superviz alone where there is no torch."""
    experiment = Experiment(n_features=case.n_features, n_hidden=case.n_hidden, n_instances=case.n_instances)
    trainer = Trainer(experiment)
    trainer.prepare()
    if not has_yardstick():
        (ours,) = zip(*_in_turns((trainer.advance,), rounds, seconds), strict=True)
        return Result(case, statistics.median(ours))
    with _one_torch_thread():
        times = _in_turns((_reference(case), trainer.advance), rounds, seconds)
    references, ours = zip(*times, strict=True)
    ratio = statistics.median(reference / mine for reference, mine in times)
    return Result(case, statistics.median(ours), statistics.median(references), ratio)


def _reference(case: Case) -> Advance:
    from superviz.engine.yardstick import ReferenceBlocks, ReferenceLoop

    if case.block is None:
        return ReferenceLoop(case.n_features, case.n_hidden, case.n_instances).advance
    return ReferenceBlocks(case.n_features, case.n_hidden, case.n_instances, case.block).advance


def _in_turns(advances: tuple[Advance, ...], rounds: int, seconds: float) -> list[tuple[float, ...]]:
    """Seconds a step of each, a row a round."""
    steps = [_steps_that_fit(advance, seconds) for advance in advances]
    return [
        tuple(_seconds(advance, count) / count for advance, count in zip(advances, steps, strict=True))
        for _ in range(rounds)
    ]


def _steps_that_fit(advance: Advance, seconds: float) -> int:
    """How many steps take about that long, at least one; what is slow the first time is past by then."""
    advance(1)
    steps = 1
    while (taken := _seconds(advance, steps)) < seconds / 4:
        steps *= 4
    return max(1, round(steps * seconds / taken))


def _seconds(advance: Advance, steps: int) -> float:
    start = perf_counter()
    advance(steps)
    return perf_counter() - start


@contextmanager
def _one_torch_thread() -> Generator[None]:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
