"""Phase diagrams: which model is the best, and where something ceases."""

from __future__ import annotations

import math

import numpy as np
import pytest

from superviz.core.theory import phase_boundary, two_feature_optimum
from superviz.reproduction.studies.phases import CROSSOVER, DIAGRAM, PHASE, best_weights, cell, turning_point


def test_where_something_ceases() -> None:
    tried = (0.1, 0.2, 0.3, 0.4)
    assert turning_point(tried, [True, True, False, False]) == pytest.approx(0.25)
    assert turning_point(tried, [True, False, False, False]) == pytest.approx(0.15)
    for found in ([True] * 4, [False] * 4, [True, False, True, False], [False, True, False, False]):
        assert math.isnan(turning_point(tried, found))


def test_the_best_model_is_known_without_noise(make_trained) -> None:
    """Losses 7 % apart, antipodal the lower one, at equal importance and p = .62."""
    best = two_feature_optimum(0.62, 1.0)
    rival = np.array([[0.97, 0.39]])
    trained = make_trained(
        np.stack([rival, best.W]), b=np.stack([[-0.13, 0.15], best.b]), feature_probability=0.62, importance=(1.0, 1.0)
    )
    np.testing.assert_allclose(best_weights(trained), best.W, atol=1e-6)


def test_the_boundaries_expected_are_the_derived_ones() -> None:
    for check in PHASE.checks:
        if check.name.startswith("boundary"):
            importance = float(check.name.rpartition(" ")[2])
            middle = (check.expected.low[0] + check.expected.high[0]) / 2
            assert middle == pytest.approx(phase_boundary(importance), abs=6e-4), check.name


def test_the_best_models_there_are_pass_every_check(make_trained) -> None:
    """The derived optimum at each point stands for ten trained models."""
    (run,) = PHASE.runs
    models = {}
    for condition in run.conditions:
        importance, p = (float(part.partition("= ")[2]) for part in condition.split(", "))
        if importance == 10:
            continue
        best = two_feature_optimum(p, importance)
        models[condition] = make_trained(best.W[None], b=best.b, feature_probability=p, importance=(1.0, importance))
    for check in PHASE.checks:
        if check.name != "boundary, I = 10":
            assert check.expected.admits(check.measure(models)), check.name


def test_a_third_feature_that_fades_is_no_jump(make_trained) -> None:
    """Its length falls evenly from .9 to 0: that must not pass."""
    (run,) = CROSSOVER.runs
    models = {}
    for condition, length in zip(run.conditions, np.linspace(0.9, 0, len(run.conditions)), strict=True):
        W = np.array([[[1.0, 0, -length], [0, 1, 0]]])
        models[condition] = make_trained(W, feature_probability=0.5, importance=(1.0, 1.0, 0.5))
    passed = {check.name for check in CROSSOVER.checks if check.expected.admits(check.measure(models))}
    assert passed == {"boundary", "antipodal"}


def test_the_diagram_has_ten_models_at_each_of_441_points() -> None:
    (run,) = DIAGRAM.runs
    assert len(run.conditions) == 441
    assert run.seeds == 10
    assert cell(1.0, 0.01) in run.conditions
    assert cell(0.1, 1.0) in run.conditions
