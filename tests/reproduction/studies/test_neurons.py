"""What neurons mean, on weights made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.reproduction.studies.neurons import ABSOLUTE, COMPUTING, mixing
from superviz.reproduction.study import Study

PAIRS = np.kron(np.eye(3), [[1.0], [-1.0]])[None]
"""Two neurons a feature, one for each sign: (1, 6, 3)."""


def passed(study: Study, condition: str, trained) -> set[str]:
    checks = [check for check in study.checks if condition in check.claim]
    return {check.name for check in checks if check.expected.admits(check.measure({condition: trained}))}


def test_how_many_features_a_neuron_mixes(make_trained) -> None:
    W = np.array([[[1.0, 0, 0, 0], [1, -1, 1, -1], [3, 1, 0, 0]]])
    trained = make_trained(W, model="relu_hidden", feature_probability=0.5)
    assert mixing(trained) == pytest.approx([1, 4, 1.6])


def _absolute(make_trained, W: np.ndarray):
    return {
        condition: make_trained(W, model="absolute_value", signed=True, feature_probability=float(condition[4:]))
        for condition in ("p = 1", "p = 0.1")
    }


def test_two_neurons_a_feature_compute_its_size(make_trained) -> None:
    models = _absolute(make_trained, PAIRS)
    assert all(check.expected.admits(check.measure(models)) for check in ABSOLUTE.checks)


def test_two_neurons_of_the_same_sign_do_not(make_trained) -> None:
    models = _absolute(make_trained, np.abs(PAIRS))
    failed = {check.name for check in ABSOLUTE.checks if not check.expected.admits(check.measure(models))}
    assert failed == {"one for each sign", "no loss"}


def test_three_neurons_for_one_feature_are_noticed(make_trained) -> None:
    W = PAIRS.copy()
    W[0, 3] = W[0, 1]
    models = _absolute(make_trained, W)
    failed = {check.name for check in ABSOLUTE.checks if not check.expected.admits(check.measure(models))}
    assert {"two a feature, p = 1", "two a feature, p = 0.1", "one for each sign"} <= failed


def test_the_share_of_neurons_that_mean_one_feature(make_trained) -> None:
    fields = {"model": "absolute_value", "signed": True, "feature_probability": 0.1}
    all_mixed, none_mixed = np.ones((1, 4, 8)), np.eye(4, 8)[None]
    half = np.concatenate([all_mixed[:, :2], none_mixed[:, 2:]], axis=1)
    assert passed(COMPUTING, "p = 0.3", make_trained(none_mixed, **fields)) == {"dense"}
    assert passed(COMPUTING, "p = 0.1", make_trained(half, **fields)) == {"between"}
    assert passed(COMPUTING, "p = 0.03", make_trained(all_mixed, **fields)) == {"sparse"}
    for condition in ("p = 0.3", "p = 0.03"):
        assert passed(COMPUTING, condition, make_trained(half, **fields)) == set()
