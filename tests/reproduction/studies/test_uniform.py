"""Sharing among equals, on weights made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.reproduction.studies.uniform import LARGE, UNIFORM, sharing
from superviz.reproduction.study import Study


def _digons(dimensions: int, features: int) -> np.ndarray:
    W = np.zeros((1, dimensions, features))
    for dimension in range(dimensions):
        W[0, dimension, 2 * dimension : 2 * dimension + 2] = 1, -1
    return W


def test_dimensions_per_feature(make_trained) -> None:
    assert sharing(make_trained(np.eye(6, 60)[None], feature_probability=1.0)) == [1]
    assert sharing(make_trained(_digons(6, 60), feature_probability=0.3)) == [0.5]


@pytest.mark.parametrize(("study", "dimensions", "features"), [(UNIFORM, 6, 60), (LARGE, 30, 400)])
def test_checks_on_pairs_everywhere(study: Study, dimensions: int, features: int, make_trained) -> None:
    """Pairs in all dimensions at every p below 1: what is said of shares and pairs holds, and nothing of attacks."""
    dense, pairs = np.eye(dimensions, features)[None], _digons(dimensions, features)
    models = {
        condition: make_trained(dense if condition == "p = 1" else pairs, feature_probability=float(condition[4:]))
        for condition in study.runs[0].conditions
    }
    passed = {check.name for check in study.checks if check.expected.admits(check.measure(models))}
    assert {"all shares together", "plateau of one", "plateau of a half", "pairs"} <= passed


def test_a_dimension_that_holds_nothing_is_noticed(make_trained) -> None:
    models = {
        condition: make_trained(_digons(5, 60), feature_probability=float(condition[4:]))
        for condition in UNIFORM.runs[0].conditions
    }
    (check,) = [check for check in UNIFORM.checks if check.name == "all shares together"]
    assert check.measure(models) == pytest.approx([5] * 5)
