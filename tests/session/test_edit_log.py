"""Which experiment was in force when."""

from __future__ import annotations

import pytest

from superviz.core.errors import RecipeError
from superviz.core.experiment import Experiment
from superviz.core.snapshot import Edit
from superviz.session.edit_log import EditLog

EXPERIMENT = Experiment(n_features=5, n_hidden=2, n_instances=2)


def test_without_edits_the_experiment_never_changes() -> None:
    log = EditLog(EXPERIMENT)
    assert log.experiment_at(0) is log.experiment_at(1e9) is EXPERIMENT
    assert log.edits == []


def test_an_edit_is_in_force_from_its_step_on_and_leaves_the_rest() -> None:
    log = EditLog(EXPERIMENT)
    log.append(Edit(100, "learning_rate", 0.01))
    log.append(Edit(250, "feature_probability", [0.5, 0.1]))
    assert log.experiment_at(99.9).learning_rate == 1e-3
    assert log.experiment_at(100).learning_rate == 0.01
    assert log.experiment_at(249.9).probability_array()[0, 0] == pytest.approx(0.05)
    late = log.experiment_at(1000)
    assert late.learning_rate == 0.01
    assert late.probability_array()[:, 0] == pytest.approx([0.5, 0.1])
    assert [edit.step for edit in log.edits] == [100, 250]


def test_of_edits_at_one_step_the_last_holds() -> None:
    log = EditLog(EXPERIMENT)
    for value in (0.01, 0.02, 0.03):
        log.append(Edit(100, "learning_rate", value))
    assert log.experiment_at(100).learning_rate == 0.03
    assert log.experiment_at(99).learning_rate == 1e-3


def test_an_edit_that_does_not_fit_changes_nothing() -> None:
    log = EditLog(EXPERIMENT)
    with pytest.raises(RecipeError, match="feature_probability"):
        log.append(Edit(100, "feature_probability", [0.5, 0.1, 0.2]))
    assert log.edits == []
    assert log.experiment_at(200) is EXPERIMENT
