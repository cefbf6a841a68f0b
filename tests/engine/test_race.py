"""The race of seeds: the best is kept, and trained again it is the very same."""

from __future__ import annotations

import math

import numpy as np
import pytest

from superviz.core.errors import TrainingError
from superviz.core.experiment import Experiment
from superviz.engine import evaluation
from superviz.engine.evaluation import evaluation_loss
from superviz.engine.race import Cancelled, race
from superviz.engine.trainer import Trainer

EXPERIMENT = Experiment(
    n_features=5, n_hidden=2, n_instances=2, feature_probability=0.05, steps=300, learning_rate=1e-2, best_of=4, seed=7
)


def trained_loss(experiment: Experiment) -> list[float]:
    trainer = Trainer(experiment)
    trainer.advance(experiment.steps)
    end = trainer.snapshot()
    return evaluation_loss(experiment, end.W, end.b).tolist()


def test_the_best_is_kept_and_becomes_the_same_again() -> None:
    result = race(EXPERIMENT)
    assert len(result.candidates) == 2
    assert result.experiment.best_of == 1
    for instance, candidates in enumerate(result.candidates):
        assert [candidate.seed for candidate in candidates] == [7, 8, 9, 10]
        best = min(candidates, key=lambda candidate: candidate.loss)
        assert result.experiment.seeds()[instance] == best.seed
        assert trained_loss(result.experiment)[instance] == best.loss
        alone = trained_loss(EXPERIMENT.changed(seed=8, best_of=1))
        assert alone[instance] == candidates[1].loss


def test_threads_change_nothing() -> None:
    assert race(EXPERIMENT, threads=3) == race(EXPERIMENT)


def test_shapes_are_named() -> None:
    result = race(EXPERIMENT.changed(steps=3000, best_of=2, n_instances=1))
    assert {candidate.shape for candidate in result.candidates[0]} <= {
        "Pentagon",
        "Two digons and a dead feature",
        "",
    }
    assert any(candidate.shape for candidate in result.candidates[0])


def test_progress_ends_at_the_whole() -> None:
    told: list[tuple[int, int]] = []
    race(EXPERIMENT, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (1200, 1200)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_it_can_be_called_off() -> None:
    told: list[int] = []
    with pytest.raises(Cancelled, match="called off"):
        race(
            EXPERIMENT.changed(steps=10**9),
            progress=lambda done, total: told.append(done),
            cancelled=lambda: len(told) >= 3,
        )


def test_it_can_be_called_off_while_models_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of instances take half a minute to compare."""
    compared: list[int] = []
    monkeypatch.setattr(evaluation, "loss", lambda *_: compared.append(1) or np.zeros(2))
    with pytest.raises(Cancelled):
        race(EXPERIMENT.changed(n_features=500, n_hidden=1, steps=1), cancelled=lambda: len(compared) == 2)
    assert len(compared) == 2


def test_one_that_diverges_is_beaten_by_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    unstable = EXPERIMENT.changed(learning_rate=10, weight_decay=10)
    with pytest.raises(TrainingError, match="all 4 seeds diverged; try a learning rate smaller than 10"):
        race(unstable)
    from superviz.engine import race as module

    real = module.Trainer

    def fragile(experiment: Experiment) -> Trainer:
        return real(unstable if experiment.seeds()[0] == 7 else experiment)

    monkeypatch.setattr(module, "Trainer", fragile)
    result = race(EXPERIMENT)
    assert math.isinf(result.candidates[0][0].loss)
    assert result.candidates[0][0].shape == ""
    assert result.experiment.seeds()[0] != 7


def test_seeds_follow_each_other_around_the_end() -> None:
    result = race(EXPERIMENT.changed(seed=[2**63 - 1, 0], best_of=2, steps=20))
    assert [candidate.seed for candidate in result.candidates[0]] == [2**63 - 1, 0]
    assert np.isfinite([candidate.loss for candidate in result.candidates[1]]).all()
