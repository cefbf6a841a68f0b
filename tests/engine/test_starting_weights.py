"""Where training starts: Xavier-normal, instance by instance."""

from __future__ import annotations

import numpy as np
import pytest
from torch import empty, manual_seed
from torch.nn.init import xavier_normal_

from superviz.core.experiment import Experiment
from superviz.engine.starting_weights import starting_weights


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
