"""Parameters: what lies where in the flat row, as views and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superviz.core.experiment import Experiment
from superviz.core.parameters import Parameters

sizes = st.tuples(st.integers(1, 4), st.integers(1, 5), st.integers(1, 6))


@pytest.mark.parametrize(("model", "count"), [("relu_output", 15), ("relu_hidden", 15), ("absolute_value", 25)])
def test_of_an_experiment(model, count: int) -> None:
    parameters = Parameters.of(Experiment(n_features=5, n_hidden=2, n_instances=3, model=model))
    assert parameters == Parameters(n_hidden=2, n_features=5, tied=model != "absolute_value")
    assert parameters.count == count


def test_w_comes_first_then_w_out_then_b() -> None:
    rows = np.arange(2 * 16, dtype=np.float32).reshape(2, 16)
    untied = Parameters(n_hidden=2, n_features=3, tied=False)
    assert untied.count == 15
    W_out = untied.W_out(rows[:, :15])
    assert W_out is not None
    np.testing.assert_array_equal(untied.W(rows[:, :15])[0], [[0, 1, 2], [3, 4, 5]])
    np.testing.assert_array_equal(W_out[0], [[6, 7, 8], [9, 10, 11]])
    np.testing.assert_array_equal(untied.b(rows[:, :15])[0], [12, 13, 14])
    tied = Parameters(n_hidden=2, n_features=3, tied=True)
    assert tied.count == 9
    assert tied.W_out(rows[:, :9]) is None
    np.testing.assert_array_equal(tied.b(rows[:, :9])[1], [22, 23, 24])


@pytest.mark.parametrize("tied", [True, False])
def test_what_is_seen_of_a_row_is_the_row_itself(tied: bool) -> None:
    parameters = Parameters(n_hidden=2, n_features=3, tied=tied)
    rows = np.zeros((4, parameters.count), dtype=np.float32)
    parameters.W(rows)[:] = 1
    parameters.b(rows)[:] = 3
    W_out = parameters.W_out(rows)
    if W_out is not None:
        W_out[:] = 2
    assert np.all(rows > 0)
    assert rows.sum() == 4 * (6 * 1 + (0 if tied else 6 * 2) + 3 * 3)


@given(sizes, st.booleans(), st.integers(0, 2**32 - 1))
def test_taken_apart_and_joined_again_it_is_the_same(size: tuple[int, int, int], tied: bool, seed: int) -> None:
    instances, hidden, features = size
    parameters = Parameters(hidden, features, tied)
    rows = np.random.default_rng(seed).normal(size=(instances, parameters.count)).astype(np.float32)
    joined = parameters.join(parameters.W(rows), parameters.b(rows), parameters.W_out(rows))
    assert joined.tobytes() == rows.tobytes()
    assert not joined.flags.writeable


@given(sizes, st.booleans())
def test_a_snapshot_is_a_copy_of_the_rows(size: tuple[int, int, int], tied: bool) -> None:
    instances, hidden, features = size
    parameters = Parameters(hidden, features, tied)
    rows = np.ones((instances, parameters.count), dtype=np.float32)
    snapshot = parameters.snapshot(7, rows)
    rows[:] = 0
    assert snapshot.step == 7
    assert snapshot.W.shape == (instances, hidden, features)
    assert snapshot.b.shape == (instances, features)
    assert (snapshot.W_out is None) == tied
    for array in (snapshot.W, snapshot.b, snapshot.W_out):
        assert array is None or (array.all() and not array.flags.writeable)
