"""The loss series: where each bucket ends, and what is to be said at a position."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.core.snapshot import LOSS_BUCKET_STEPS
from superviz.session.losses import Losses


@pytest.fixture
def losses() -> Losses:
    losses = Losses(instances=2, tested=False)
    losses.extend(np.array([[1, 10], [2, 20]], dtype=np.float32))
    losses.extend(np.array([[3, 30]], dtype=np.float32))
    return losses


def test_each_bucket_carries_the_step_it_ends_at(losses: Losses) -> None:
    series = losses.series
    np.testing.assert_array_equal(series.steps, LOSS_BUCKET_STEPS * np.array([1, 2, 3]))
    np.testing.assert_array_equal(series.values, [[1, 10], [2, 20], [3, 30]])
    assert len(losses) == 3


def test_there_is_none_before_the_first_bucket_is_complete(losses: Losses) -> None:
    assert np.isnan(losses.at(LOSS_BUCKET_STEPS - 0.01)[0]).all()
    loss, test_loss = losses.at(0)
    assert loss.shape == (2,)
    assert test_loss is None
    with pytest.raises(ValueError, match="read-only"):
        loss[0] = 1


@pytest.mark.parametrize(("position", "expected"), [(10, 1), (19.9, 1), (20, 2), (25, 2), (30, 3), (1000, 3)])
def test_at_a_position_the_last_complete_bucket_counts(losses: Losses, position: float, expected: float) -> None:
    np.testing.assert_array_equal(losses.at(position)[0], [expected, 10 * expected])


def test_no_losses_at_all() -> None:
    series = Losses(instances=4, tested=False).series
    assert series.steps.shape == (0,)
    assert series.values.shape == (0, 4)
    assert np.isnan(Losses(instances=4, tested=False).at(50)[0]).all()


def test_a_finite_training_set_has_test_losses_beside() -> None:
    losses = Losses(instances=2, tested=True)
    loss, test_loss = losses.at(5)
    assert test_loss is not None
    assert np.isnan(test_loss).all()
    assert test_loss.shape == loss.shape == (2,)
    losses.extend(np.array([[1, 10], [2, 20]], dtype=np.float32), np.array([[3, 30], [4, 40]], dtype=np.float32))
    series = losses.series
    assert series.test_values is not None
    np.testing.assert_array_equal(series.test_values, [[3, 30], [4, 40]])
    np.testing.assert_array_equal(losses.at(14)[1], [3, 30])
    np.testing.assert_array_equal(losses.at(20)[1], [4, 40])


def test_a_reader_never_sees_more_test_losses_than_losses() -> None:
    losses = Losses(instances=1, tested=True)
    losses.extend(np.ones((1, 1), np.float32), np.ones((1, 1), np.float32))
    half_written = losses._test_values  # pyright: ignore[reportPrivateUsage]
    assert half_written is not None
    half_written.extend(np.ones((1, 1), np.float32))
    series = losses.series
    assert series.test_values is not None
    assert len(series.steps) == len(series.values) == len(series.test_values) == 1


@pytest.mark.parametrize("tested", [False, True])
def test_losses_that_do_not_fit_the_experiment_are_a_mistake(tested: bool) -> None:
    values = np.ones((1, 2), np.float32)
    with pytest.raises(AssertionError, match="test losses are of a finite training set only"):
        Losses(2, tested=tested).extend(values, None if tested else values)
