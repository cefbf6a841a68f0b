"""Where training starts: Xavier-normal instance by instance, a polygon, or what was given."""

from __future__ import annotations

import numpy as np
import pytest
from torch import empty, manual_seed
from torch.nn.init import xavier_normal_

from superviz.core.experiment import Experiment
from superviz.core.parameters import Parameters
from superviz.core.snapshot import Array
from superviz.engine.starting_weights import starting_parameters


def starting_weights(experiment: Experiment) -> Array:
    return Parameters.of(experiment).W(starting_parameters(experiment))


def test_the_scale_is_torchs() -> None:
    n, m = 400, 300
    W = starting_weights(Experiment(n_features=n, n_hidden=m)).astype(np.float64)
    manual_seed(0)
    torchs = xavier_normal_(empty(m, n)).double()
    assert W.std() == pytest.approx(float(torchs.std()), rel=5 / np.sqrt(n * m))


def test_normal() -> None:
    W = starting_weights(Experiment(n_features=500, n_hidden=400)).astype(np.float64)
    z = (W / np.sqrt(2 / 900)).ravel()
    count = z.size
    assert abs(z.mean()) < 5 / np.sqrt(count)
    assert abs((z**2).mean() - 1) < 5 * np.sqrt(2 / count)
    assert abs((z**3).mean()) < 5 * np.sqrt(15 / count)
    assert abs((z**4).mean() - 3) < 5 * np.sqrt(96 / count)
    # A normal value lies beyond 3 deviations with probability .0026998.
    assert abs((np.abs(z) > 3).mean() - 0.0026998) < 5 * np.sqrt(0.0027 / count)


def test_an_instance_starts_as_it_would_alone() -> None:
    eight = starting_weights(Experiment(n_features=5, n_hidden=2, n_instances=8, seed=4))
    assert np.array_equal(starting_weights(Experiment(n_features=5, n_hidden=2, seed=4))[0], eight[0])
    assert len(np.unique(eight)) == eight.size


def test_shape_and_seed() -> None:
    W = starting_weights(Experiment(n_features=5, n_hidden=2, n_instances=3))
    assert W.shape == (3, 2, 5)
    assert W.dtype == np.float32
    assert not np.any(starting_weights(Experiment(n_features=5, n_hidden=2, n_instances=3, seed=1)) == W)


def test_the_scale_multiplies_and_the_bias_starts_where_it_is_told() -> None:
    plain = Experiment(n_features=3, n_hidden=2, n_instances=2)
    scaled = plain.changed(starting_scale=[0.5, 3.0], starting_bias=[0.1, 0.2, -0.3])
    ratio = starting_weights(scaled) / starting_weights(plain)
    assert ratio[0] == pytest.approx(np.full((2, 3), 0.5))
    assert ratio[1] == pytest.approx(np.full((2, 3), 3.0))
    b = Parameters.of(scaled).b(starting_parameters(scaled))
    assert b == pytest.approx(np.array([[0.1, 0.2, -0.3]] * 2))
    assert not Parameters.of(scaled).b(starting_parameters(scaled.changed(bias=False))).any()


def test_polygons() -> None:
    W = starting_weights(
        Experiment(
            n_features=6,
            n_hidden=2,
            n_instances=2,
            starting_weights="polygon",
            starting_polygon=[4, 6],
            starting_scale=[1.0, 1.32],
        )
    ).astype(np.float64)
    assert np.linalg.norm(W[0], axis=0) == pytest.approx([1, 1, 1, 1, 0, 0])
    assert np.linalg.norm(W[1], axis=0) == pytest.approx(np.full(6, 1.32))
    gram = W[1].T @ W[1] / 1.32**2
    between = np.cos(2 * np.pi * np.subtract.outer(np.arange(6), np.arange(6)) / 6)
    assert gram == pytest.approx(between, abs=1e-6)
    assert W[:, :, 0] == pytest.approx(np.array([[0, 1], [0, 1.32]]), abs=1e-6)


@pytest.mark.parametrize("shared", [True, False])
def test_given_weights(shared: bool) -> None:
    matrices = np.arange(12, dtype=np.float64).reshape(2, 2, 3)
    given = matrices[0] if shared else matrices
    W = starting_weights(
        Experiment(n_features=3, n_hidden=2, n_instances=2, starting_weights=given.tolist(), starting_scale=2.0)
    )
    assert np.array_equal(W, 2 * (np.stack([matrices[0]] * 2) if shared else matrices))


def test_an_untied_model_has_two_matrices() -> None:
    random = Experiment(n_features=3, n_hidden=6, model="absolute_value", n_instances=2)
    layout, rows = Parameters.of(random), starting_parameters(random)
    W, W_out = layout.W(rows), layout.W_out(rows)
    assert W_out is not None
    assert W_out.shape == W.shape
    assert not np.any(W_out == W)
    tied = random.changed(model="relu_hidden")
    assert np.array_equal(W, starting_weights(tied))
    given = random.changed(starting_weights=np.eye(6)[:, :3])
    rows = starting_parameters(given)
    assert np.array_equal(layout.W(rows)[0], np.eye(6)[:, :3])
    W_out = layout.W_out(rows)
    assert W_out is not None
    assert np.array_equal(layout.W(rows), W_out)
