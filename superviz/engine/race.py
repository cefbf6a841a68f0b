"""A race of seeds: several are trained for each instance, and the one of lowest evaluation loss is kept (TMS)."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from superviz.core.candidates import Candidate
from superviz.core.errors import TrainingError
from superviz.core.experiment import Experiment
from superviz.core.shapes import name_shape
from superviz.engine.evaluation import evaluation_loss
from superviz.engine.trainer import Diverged, Trainer

_LOOK_SECONDS = 0.05
"""Between two looks at whether the race is cancelled."""


class Cancelled(TrainingError):
    """The race was called off."""


class AllDiverged(TrainingError):
    """Every seed of an instance diverged."""


@dataclass(frozen=True, slots=True)
class Race:
    """What came of it."""

    experiment: Experiment
    """With each instance's best seed: trained, it becomes what the race saw, since seeds decide everything."""
    candidates: tuple[tuple[Candidate, ...], ...]
    """For each instance, every seed that was tried, in their order."""


def race(
    experiment: Experiment,
    *,
    threads: int = 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Race:
    """Train `best_of` seeds an instance, its own and those that follow it, to the end; `threads` of them at a time.

    `progress` is told how many steps of how many are done; it and `cancelled` are called from those threads. Raises
    Cancelled, and AllDiverged where every seed of an instance did.
    """
    entrants = [
        experiment.changed(seed=[(seed + by) % 2**63 for seed in experiment.seeds()], best_of=1)
        for by in range(experiment.best_of)
    ]
    done = [0] * len(entrants)

    def run(number: int) -> list[Candidate]:
        def tell(steps: int) -> None:
            done[number] = steps
            progress(sum(done), len(entrants) * experiment.steps)

        return _train(entrants[number], tell, cancelled)

    with ThreadPoolExecutor(threads, thread_name_prefix="race") as pool:
        tried = list(zip(*pool.map(run, range(len(entrants))), strict=True))
    for instance, candidates in enumerate(tried):
        if not np.isfinite([candidate.loss for candidate in candidates]).any():
            raise AllDiverged(
                f"instance {instance}: all {len(candidates)} seeds diverged; "
                f"try a learning rate smaller than {experiment.learning_rate:g}"
            )
    winners = [min(candidates, key=lambda candidate: candidate.loss).seed for candidates in tried]
    return Race(experiment.changed(seed=winners, best_of=1), tuple(tried))


def _train(experiment: Experiment, tell: Callable[[int], None], cancelled: Callable[[], bool]) -> list[Candidate]:
    """One candidate for each instance, of that instance's seed."""

    def heed() -> None:
        if cancelled():
            raise Cancelled("called off before every seed was tried")

    trainer = Trainer(experiment)
    losses: list[float]
    steps = 1
    try:
        while trainer.step < experiment.steps:
            heed()
            start = time.perf_counter()
            trainer.advance(min(steps, experiment.steps - trainer.step))
            steps = max(1, min(2 * steps, int(steps * _LOOK_SECONDS / (time.perf_counter() - start))))
            tell(trainer.step)
        end = trainer.snapshot()
        losses = evaluation_loss(experiment, end.W, end.b, end.W_out, heed=heed).tolist()
    except Diverged:
        end = trainer.snapshot()
        losses = [float("inf")] * experiment.n_instances
    shapes = [name_shape(weights) for weights in end.W]
    return [
        Candidate(seed, loss, shape.name if shape is not None and np.isfinite(loss) else "")
        for seed, loss, shape in zip(experiment.seeds(), losses, shapes, strict=True)
    ]
