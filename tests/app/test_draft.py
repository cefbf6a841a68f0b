"""A draft keeps apart what is in force and what waits, lets contradictions wait, and refuses what is no value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superviz.app.draft import Draft, Outcome, well_formed
from superviz.core.errors import RecipeError
from superviz.core.experiment import Experiment


@pytest.fixture
def draft(intro: Experiment) -> Draft:
    return Draft(intro, 7)


def test_a_live_value_is_in_force_at_once(draft: Draft) -> None:
    assert draft.enter("learning_rate", 0.01) is Outcome.LIVE
    assert (draft.in_force.learning_rate, draft.pending) == (0.01, {})
    assert draft.enter("learning_rate", 0.01) is Outcome.NOTHING


def test_another_waits_until_it_is_in_force(draft: Draft, intro: Experiment) -> None:
    assert draft.enter("n_features", 6) is Outcome.WAITS
    assert (draft.in_force, draft.edited.n_features, draft.value("n_features")) == (intro, 6, 6)
    draft.show(intro.changed(n_features=6), 7)
    assert draft.pending == {}


def test_what_waits_can_be_let_go(draft: Draft, intro: Experiment) -> None:
    draft.enter("seed", 3)
    draft.discard()
    assert (draft.pending, draft.edited) == ({}, intro)


def test_a_value_entered_back_waits_no_more(draft: Draft) -> None:
    draft.enter("seed", 3)
    draft.enter("seed", 11)
    assert draft.pending == {}


def test_a_live_field_that_means_nothing_to_the_run_waits_with_what_gives_it_a_meaning(draft: Draft) -> None:
    draft.enter("distribution", "correlated")
    assert not draft.acts_at_once("correlation")
    assert draft.enter("correlation", 0.5) is Outcome.WAITS
    assert draft.pending == {"distribution": "correlated", "correlation": 0.5}
    assert draft.whole().correlation == 0.5
    assert draft.acts_at_once("feature_probability"), "the run has a p, and it changes at once"


def test_what_contradicts_the_rest_waits_for_what_mends_it(draft: Draft, intro: Experiment) -> None:
    with pytest.raises(RecipeError, match=r"feature_probability: .* add up to 2"):
        draft.enter("distribution", "anticorrelated")
    assert draft.pending == {"distribution": "anticorrelated"}
    assert draft.edited.distribution == "anticorrelated", "so that the form shows what mends it"
    assert draft.fitting == intro
    with pytest.raises(RecipeError):
        draft.whole()
    assert draft.enter("probability_of", "set") is Outcome.WAITS
    assert draft.whole() == draft.edited == draft.fitting
    assert draft.fitting.distribution == "anticorrelated"


def test_a_live_edit_may_mend_it_as_well(draft: Draft, intro: Experiment) -> None:
    draft.show(intro.changed(feature_probability=0.9), 0)
    with pytest.raises(RecipeError):
        draft.enter("distribution", "anticorrelated")
    assert draft.enter("feature_probability", 0.3) is Outcome.LIVE
    assert draft.whole().distribution == "anticorrelated"


@pytest.mark.parametrize(
    ("name", "entered"),
    [
        ("n_features", 0),
        ("n_features", 2.5),
        ("seed", "many"),
        ("distribution", "gaussian"),
        ("training_set", 0),
        ("bias", "yes"),
        ("starting_scale", -1),
        ("learning_rate", "fast"),
    ],
)
def test_what_is_no_value_of_its_field_is_let_go(draft: Draft, intro: Experiment, name: str, entered: object) -> None:
    with pytest.raises(RecipeError, match=f"^{name}: "):
        draft.enter(name, entered)
    assert (draft.in_force, draft.pending) == (intro, {})


def test_an_instances_entry_leaves_the_others_alone(intro: Experiment) -> None:
    draft = Draft(intro.changed(seed=list(range(8)), starting_scale=[1.0] * 8), 2)
    assert draft.value("seed") == 2
    draft.enter("seed", 2**62 + 1)
    draft.enter("starting_scale", 4)
    assert draft.whole().seeds() == (0, 1, 2**62 + 1, 3, 4, 5, 6, 7)
    assert draft.whole().starting_scales() == (1, 1, 4, 1, 1, 1, 1, 1)
    assert draft.value("seed") == 2**62 + 1


def test_with_fewer_instances_to_come_the_last_is_looked_at(draft: Draft) -> None:
    draft.enter("n_instances", 2)
    assert (draft.instance_in(draft.edited), draft.instance_in(draft.in_force)) == (1, 7)
    assert draft.value("feature_probability") == 0.05, "p is that of the run while it is what a change would act on"


def test_in_instant_mode_every_change_is_tried_whole(draft: Draft, intro: Experiment) -> None:
    draft.instant = True
    assert draft.enter("n_features", 6) is Outcome.TRIED
    assert draft.enter("learning_rate", 0.01) is Outcome.TRIED
    assert draft.in_force == intro.changed(n_features=6, learning_rate=0.01)
    assert draft.pending == {}
    assert draft.enter("n_features", 6) is Outcome.NOTHING


def test_in_instant_mode_what_waited_goes_along(draft: Draft) -> None:
    draft.enter("seed", 3)
    draft.instant = True
    assert draft.enter("learning_rate", 0.01) is Outcome.TRIED
    assert (draft.in_force.seed, draft.pending) == (3, {})


def test_in_instant_mode_contradictions_wait_too(draft: Draft, intro: Experiment) -> None:
    draft.instant = True
    with pytest.raises(RecipeError):
        draft.enter("distribution", "anticorrelated")
    assert draft.in_force == intro
    assert draft.enter("probability_of", "set") is Outcome.TRIED
    assert (draft.in_force.distribution, draft.pending) == ("anticorrelated", {})


@pytest.mark.parametrize("name", list(Experiment.model_fields))
def test_every_value_a_recipe_holds_is_well_formed_by_itself(name: str, intro: Experiment) -> None:
    value = getattr(intro, name)
    assert well_formed(name, value) == value


@given(st.one_of(st.integers(-5, 5), st.floats(-1, 2), st.text(max_size=3), st.none(), st.booleans()))
def test_nothing_entered_breaks_what_is_in_force(entered: object) -> None:
    before = Experiment(n_features=5, n_hidden=2)
    for name in Experiment.model_fields:
        draft = Draft(before)
        try:
            outcome = draft.enter(name, entered)
        except RecipeError:
            assert draft.in_force == before
            continue
        together = draft.whole()
        assert Experiment(**together.model_dump()) == together
        assert (draft.in_force == before) == (outcome is not Outcome.LIVE)


def test_a_list_that_waits_is_let_go_under_other_sizes() -> None:
    """It was made for six instances; a preset of eight is shown, and its last instances are looked at."""
    draft = Draft(Experiment(n_features=5, n_hidden=2, n_instances=6, seed=[0, 1, 2, 3, 4, 5]))
    draft.enter("seed", 9)
    draft.enter("steps", 500)
    assert isinstance(draft.pending["seed"], tuple)
    draft.show(Experiment(n_features=5, n_hidden=2, n_instances=8), 7)
    assert "seed" not in draft.pending
    assert draft.value("seed") == 0
