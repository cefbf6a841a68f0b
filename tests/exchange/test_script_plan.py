"""What a script has to say of a run: the edits that changed something, each at its step."""

from __future__ import annotations

from superviz.core.experiment import Experiment
from superviz.core.snapshot import Edit
from superviz.exchange.script_plan import Plan

FIRST = Experiment(n_features=5, n_hidden=2, steps=1_000)


def test_a_recipe_has_no_changes() -> None:
    plan = Plan.of(FIRST, [])
    assert (plan.changes, plan.changing, plan.steps) == ((), (), 1_000)
    assert not plan.has_rates
    assert not plan.uses_math
    assert not plan.ever("l1_penalty")


def test_edits_of_one_step_are_one_change_and_the_last_counts() -> None:
    edits = [
        Edit(100, "learning_rate", 0.1),
        Edit(100, "l1_penalty", 0.5),
        Edit(100, "learning_rate", 0.2),
        Edit(200, "learning_rate", 0.2),
        Edit(300, "l1_penalty", 0),
    ]
    plan = Plan.of(FIRST, edits)
    assert [(change.step, change.fields) for change in plan.changes] == [
        (100, ("l1_penalty", "learning_rate")),
        (300, ("l1_penalty",)),
    ]
    assert plan.changes[0].experiment.learning_rate == 0.2
    assert plan.changing == ("l1_penalty", "learning_rate")
    assert plan.ever("l1_penalty")


def test_what_means_nothing_is_left_out() -> None:
    one_hot = FIRST.changed(distribution="one_hot")
    edits = [Edit(10, "feature_probability", 0.5), Edit(20, "correlation", 0.5), Edit(1_000, "learning_rate", 1.0)]
    assert Plan.of(one_hot, edits).changes == ()


def test_where_training_ends_matters_to_a_schedule_alone() -> None:
    edits = [Edit(1_000, "steps", 2_000), Edit(1_500, "learning_rate", 0.1)]
    constant = Plan.of(FIRST, edits)
    assert (constant.steps, [change.step for change in constant.changes]) == (2_000, [1_500])
    cosine = Plan.of(FIRST.changed(schedule="cosine"), edits)
    assert (cosine.steps, [change.step for change in cosine.changes]) == (2_000, [1_000, 1_500])
    assert cosine.uses_math
    assert cosine.has_rates
    cut = Plan.of(FIRST, [Edit(600, "learning_rate", 0.1), Edit(800, "steps", 500)])
    assert (cut.steps, [change.step for change in cut.changes]) == (600, []), "the run went on to there"
