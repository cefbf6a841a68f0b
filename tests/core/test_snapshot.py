"""What training leaves behind can't be changed afterwards."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from superviz.core.snapshot import Checkpoint, Edit, Snapshot, frozen


def test_frozen_is_a_copy_in_float32_that_refuses_writing() -> None:
    source = np.arange(6, dtype=np.float64).reshape(2, 3).T
    copy = frozen(source)
    assert copy.dtype == np.float32
    assert copy.flags.c_contiguous
    np.testing.assert_array_equal(copy, source)
    source[0, 0] = 7
    assert copy[0, 0] == 0
    with pytest.raises(ValueError, match="read-only"):
        copy[0, 0] = 1


def test_a_snapshot_is_frozen_and_compared_by_identity() -> None:
    W, b = frozen(np.ones((1, 2, 5))), frozen(np.zeros((1, 5)))
    snapshot = Snapshot(10, W, b)
    with pytest.raises(dataclasses.FrozenInstanceError):
        snapshot.step = 11  # pyright: ignore[reportAttributeAccessIssue]
    assert snapshot != Snapshot(10, W, b)


def test_only_an_untied_model_has_a_second_matrix() -> None:
    W, b = frozen(np.ones((1, 2, 5))), frozen(np.zeros((1, 5)))
    assert Snapshot(10, W, b).W_out is None
    assert Snapshot(10, W, b, W).W_out is W


def test_a_checkpoint_is_frozen_and_compared_by_identity() -> None:
    rows = frozen(np.ones((1, 15)))
    checkpoint = Checkpoint(30, rows, rows, rows, np.zeros(1))
    with pytest.raises(dataclasses.FrozenInstanceError):
        checkpoint.step = 31  # pyright: ignore[reportAttributeAccessIssue]
    assert checkpoint != Checkpoint(30, rows, rows, rows, checkpoint.loss_sum)


def test_edits_compare_by_value() -> None:
    assert Edit(5, "importance", 0.9) == Edit(5, "importance", 0.9)
    assert Edit(5, "importance", 0.9) != Edit(6, "importance", 0.9)
