"""Training a run: what is kept of it, and that it is what a trainer alone would give."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.engine.evaluation import evaluation_loss
from superviz.engine.trainer import Diverged, Trainer
from superviz.reproduction.run import Run, probabilities, sweep
from superviz.reproduction.trained import Trained, train

RUN = sweep(
    probabilities(0.5, 0.1), seeds=2, note_every=40, n_features=4, n_hidden=2, batch_size=64, steps=100, importance=0.8
)


def quiet(done: int, total: int) -> None: ...


@pytest.fixture(scope="module")
def trained() -> dict[str, Trained]:
    return train(RUN, quiet)


def test_it_is_what_one_long_call_gives(trained: dict[str, Trained]) -> None:
    trainer = Trainer(RUN.experiment)
    losses = trainer.advance(100)
    end = trainer.snapshot()
    for condition, models in trained.items():
        np.testing.assert_array_equal(models.W, end.W[RUN.instances(condition)])
        np.testing.assert_array_equal(models.b, end.b[RUN.instances(condition)])
        np.testing.assert_array_equal(models.losses, losses[:, RUN.instances(condition)])


def test_weights_are_noted_on_the_way_and_at_the_end(trained: dict[str, Trained]) -> None:
    models = trained["p = 0.1"]
    assert models.noted_steps.tolist() == [40, 80, 100]
    assert models.noted_W.shape == (3, 2, 2, 4)
    np.testing.assert_array_equal(models.noted_W[-1], models.W)
    trainer = Trainer(RUN.experiment)
    trainer.advance(40)
    np.testing.assert_array_equal(models.noted_W[0], trainer.snapshot().W[2:])


def test_each_condition_sees_its_own(trained: dict[str, Trained]) -> None:
    dense, sparse = trained["p = 0.5"], trained["p = 0.1"]
    assert dense.probability[0, 0] == pytest.approx(0.5)
    assert sparse.probability[0, 0] == pytest.approx(0.1)
    np.testing.assert_allclose(sparse.importance[1], 0.8 ** np.arange(4), rtol=1e-6)
    assert dense.losses.shape == (10, 2)
    assert dense.loss_steps.tolist() == [5, 15, 25, 35, 45, 55, 65, 75, 85, 95]


def test_the_best_seed_has_the_lowest_evaluation_loss(trained: dict[str, Trained]) -> None:
    models = trained["p = 0.5"]
    end = models.outcome.snapshots[-1]
    losses = evaluation_loss(RUN.experiment, end.W, end.b)
    np.testing.assert_allclose(models.evaluation, losses[:2])
    assert models.best == int(losses[:2].argmin())


def test_the_moment_shows_feature_1_pointing_up(trained: dict[str, Trained]) -> None:
    moment = trained["p = 0.5"].outcome.moment
    assert moment.W.shape == (4, 2, 4)
    np.testing.assert_allclose(moment.W[:, 0, 0], 0, atol=1e-5)
    assert (moment.W[:, 1, 0] > 0).all()
    end = trained["p = 0.5"].outcome.snapshots[-1].W
    np.testing.assert_allclose(moment.W.swapaxes(1, 2) @ moment.W, end.swapaxes(1, 2) @ end, atol=1e-5)


def test_a_basis_of_its_own_is_not_turned() -> None:
    run = sweep(probabilities(0.5), seeds=1, n_features=3, n_hidden=2, batch_size=16, steps=10, model="relu_hidden")
    outcome = train(run, quiet)["p = 0.5"].outcome
    np.testing.assert_array_equal(outcome.moment.W, outcome.snapshots[-1].W)


def test_progress_ends_at_the_whole() -> None:
    told: list[tuple[int, int]] = []
    train(RUN, lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert told[-1] == (RUN.model_steps, RUN.model_steps) == (400, 400)


def test_divergence_is_raised_and_no_thread_is_left() -> None:
    run = sweep(probabilities(0.5), seeds=2, n_features=3, n_hidden=2, learning_rate=10.0, optimiser="sgd", steps=2000)
    with pytest.raises(Diverged):
        train(run, quiet)


def test_it_can_be_stopped_between_two_chunks() -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    endless = Run(RUN.experiment.changed(steps=1_000_000_000), RUN.conditions)
    with pytest.raises(KeyboardInterrupt):
        train(endless, stop)
