"""The loss series: where each bucket ends, and what is to be said at a position."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.core.snapshot import LOSS_BUCKET_STEPS
from superviz.session.losses import Losses


@pytest.fixture
def losses() -> Losses:
    losses = Losses(instances=2)
    losses.extend(np.array([[1, 10], [2, 20]], dtype=np.float32))
    losses.extend(np.array([[3, 30]], dtype=np.float32))
    return losses


def test_each_bucket_carries_the_step_it_ends_at(losses: Losses) -> None:
    series = losses.series
    np.testing.assert_array_equal(series.steps, LOSS_BUCKET_STEPS * np.array([1, 2, 3]))
    np.testing.assert_array_equal(series.values, [[1, 10], [2, 20], [3, 30]])
    assert len(losses) == 3


def test_there_is_none_before_the_first_bucket_is_complete(losses: Losses) -> None:
    assert np.isnan(losses.at(LOSS_BUCKET_STEPS - 0.01)).all()
    assert losses.at(0).shape == (2,)
    with pytest.raises(ValueError, match="read-only"):
        losses.at(0)[0] = 1


@pytest.mark.parametrize(("position", "expected"), [(10, 1), (19.9, 1), (20, 2), (25, 2), (30, 3), (1000, 3)])
def test_at_a_position_the_last_complete_bucket_counts(losses: Losses, position: float, expected: float) -> None:
    assert losses.at(position)[0] == expected
    assert losses.at(position)[1] == 10 * expected


def test_no_losses_at_all() -> None:
    series = Losses(instances=4).series
    assert series.steps.shape == (0,)
    assert series.values.shape == (0, 4)
    assert np.isnan(Losses(instances=4).at(50)).all()
