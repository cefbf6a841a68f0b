"""The gauge of each keyframe: a chain, or none at all where the neurons are a basis of their own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superviz.core.alignment import first_rotation, next_rotation
from superviz.core.experiment import Experiment
from superviz.core.kinds import ModelKind
from superviz.core.snapshot import Array, Snapshot, frozen
from superviz.session.gauge import Gauge, Gauged

EXPERIMENT = Experiment(n_features=5, n_hidden=2, n_instances=3)


def snapshot(step: int, shape: tuple[int, int, int] = (3, 2, 5), *, untied: bool = False) -> Snapshot:
    W, W_out = np.random.default_rng(step).normal(size=(2, *shape))
    return Snapshot(step, frozen(W), frozen(W[:, 0]), frozen(W_out) if untied else None)


def upright(instances: int, hidden: int) -> Array:
    return frozen(np.broadcast_to(np.eye(hidden), (instances, hidden, hidden)))


def test_the_first_stands_by_itself() -> None:
    np.testing.assert_array_equal(Gauge(EXPERIMENT).after(None, snapshot(0)), first_rotation(snapshot(0).W))


def test_each_follows_from_the_one_before_and_the_steps_between() -> None:
    gauge, last = Gauge(EXPERIMENT), Gauged(snapshot(10), upright(3, 2))
    found = gauge.after(last, snapshot(17))
    np.testing.assert_array_equal(found, next_rotation(last.rotation, snapshot(10).W, snapshot(17).W, 7))
    assert not np.array_equal(found, gauge.after(last, Snapshot(500, snapshot(17).W, snapshot(17).b)))


@given(st.integers(2, 12), st.integers(0, 11))
@settings(max_examples=30, deadline=None)
def test_a_chain_goes_on_from_any_link_as_if_it_had_never_been_cut(length: int, cut: int) -> None:
    """All that a link needs of the past is what a session keeps of the one before."""
    chain: list[Gauged] = []
    for step in range(0, 10 * length, 10):
        chain.append(Gauged(snapshot(step), Gauge(EXPERIMENT).after(chain[-1] if chain else None, snapshot(step))))
    cut %= length
    resumed, last = Gauge(EXPERIMENT), chain[cut]
    for link in chain[cut + 1 :]:
        last = Gauged(link.snapshot, resumed.after(last, link.snapshot))
        assert last.rotation.tobytes() == link.rotation.tobytes()


def test_what_is_shown_is_turned_but_for_the_biases() -> None:
    tied, untied = snapshot(3), snapshot(3, untied=True)
    quarter = frozen(np.broadcast_to([[0.0, -1.0], [1.0, 0.0]], (3, 2, 2)))
    W, b = Gauge(EXPERIMENT).shown(tied, quarter)
    np.testing.assert_allclose(W, np.stack([-tied.W[:, 1], tied.W[:, 0]], axis=1), rtol=1e-6)
    assert b is tied.b
    W, b, W_out = Gauge(EXPERIMENT).shown(untied, quarter)
    assert untied.W_out is not None
    np.testing.assert_allclose(W_out, np.stack([-untied.W_out[:, 1], untied.W_out[:, 0]], axis=1), rtol=1e-6)


@pytest.mark.parametrize("model", ["relu_hidden", "absolute_value"])
@pytest.mark.parametrize("hidden", [1, 2, 3, 6])
def test_neurons_that_are_a_basis_of_their_own_are_never_turned(model: ModelKind, hidden: int) -> None:
    """The first rows are then the first neurons, however many there are; whatever gauge a file may claim."""
    gauge = Gauge(Experiment(n_features=4, n_hidden=hidden, n_instances=2, model=model))
    one, other = (snapshot(step, (2, hidden, 4), untied=model == "absolute_value") for step in (0, 10))
    first = gauge.after(None, one)
    for rotation in (first, gauge.after(Gauged(one, first), other)):
        np.testing.assert_array_equal(rotation, upright(2, hidden))
        assert rotation.dtype == np.float32
    shown = gauge.shown(one, frozen(-upright(2, hidden)))
    expected = [one.W, one.b] if one.W_out is None else [one.W, one.b, one.W_out]
    assert [array.tobytes() for array in shown] == [array.tobytes() for array in expected]


def test_a_linear_models_gauge_is_free() -> None:
    experiment = Experiment(n_features=4, n_hidden=2, model="linear")
    assert np.abs(Gauge(experiment).after(None, snapshot(1, (1, 2, 4))) - np.eye(2)).max() > 0.01
