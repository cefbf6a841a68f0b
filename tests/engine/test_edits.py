"""Edits of live fields, as every backend takes them."""

from __future__ import annotations

import pytest

from superviz.core.errors import RecipeError, TrainingError
from superviz.core.experiment import LIVE_FIELDS, Experiment
from superviz.core.snapshot import Edit
from superviz.engine.edits import edited

EXPERIMENT = Experiment(n_features=3, n_hidden=2, n_instances=2)


def test_a_live_field_is_changed_and_told_in_plain_lists() -> None:
    changed, edit = edited(EXPERIMENT, 7, "feature_probability", [[0.1, 0.2, 0.3]] * 2)
    assert changed == EXPERIMENT.changed(feature_probability=[[0.1, 0.2, 0.3]] * 2)
    assert edit == Edit(7, "feature_probability", [[0.1, 0.2, 0.3]] * 2)
    assert isinstance(edit.value, list)
    assert isinstance(edit.value[0], list)
    assert EXPERIMENT.feature_probability == 0.05


@pytest.mark.parametrize("field", sorted(set(Experiment.model_fields) - LIVE_FIELDS))
def test_no_other_field_can_be(field: str) -> None:
    with pytest.raises(TrainingError, match=f"^{field}: can't change while training; what can is .*learning_rate"):
        edited(EXPERIMENT, 7, field, getattr(EXPERIMENT, field))


def test_a_value_that_does_not_fit_is_refused() -> None:
    with pytest.raises(RecipeError, match="learning_rate"):
        edited(EXPERIMENT, 7, "learning_rate", -1.0)
