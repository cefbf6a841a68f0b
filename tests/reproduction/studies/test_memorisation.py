"""Data points and features, on weights made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.engine.tables import table
from superviz.reproduction.studies.memorisation import MEMORISATION, hidden_points


@pytest.fixture
def few(make_trained, pentagon: np.ndarray):
    """Five examples of two hundred features, put into a pentagon by the W that does just that."""
    fields = {"feature_probability": 0.02, "training_set": 5, "unit_norm": True}
    blank = make_trained(np.zeros((1, 2, 200)), **fields)
    examples = table(blank.experiment)
    assert examples is not None
    W = pentagon @ np.linalg.pinv(examples.x[0].astype(np.float64))
    return make_trained(W[None], b=-0.1, losses=np.full((4, 1), 1e-9), **fields)


def test_examples_lie_where_the_weights_send_them(few, pentagon: np.ndarray) -> None:
    points = hidden_points(few)
    assert points.shape == (1, 2, 5)
    np.testing.assert_allclose(points[0], pentagon, atol=1e-5)


def test_a_memorised_pentagon_passes(few) -> None:
    checks = [check for check in MEMORISATION.checks if check.name.startswith("few")]
    passed = {check.name for check in checks if check.expected.admits(check.measure({"T = 5": few}))}
    # Weights made in one go lean on some features more than trained ones do.
    assert passed >= {"few: data points", "few: memorised"}


def test_a_pentagon_of_features_is_none_of_data(make_trained, pentagon: np.ndarray) -> None:
    W = np.zeros((1, 2, 200))
    W[0, :, 10:15] = 0.9 * pentagon
    trained = make_trained(W, b=0.0, feature_probability=0.02, training_set=2500, unit_norm=True)
    results = {
        check.name: list(check.measure({"T = 2,500": trained}))
        for check in MEMORISATION.checks
        if check.name.startswith("many") and check.name != "many: generalises"
    }
    assert results["many: features"] == pytest.approx([0.4] * 5)
    assert results["many: the others"] == [0]
    assert max(results["many: no data points"]) < 0.1
