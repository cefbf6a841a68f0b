"""What commands are given: which word is a recipe, which a run, and which of a run's weights are meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from superviz.cli.source import kept_snapshot, open_source, opened
from superviz.core.errors import RecipeError, SessionError
from superviz.core.experiment import Experiment
from superviz.core.recipe import Recipe, load_recipe, recipe_string
from superviz.session.recording import Recording


def test_each_word_finds_what_it_names(small_session: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    pentagon = load_recipe("pentagon")
    found = open_source(recipe_string(pentagon))
    assert isinstance(found, Recipe)
    assert found.experiment == pentagon.experiment
    small_session.rename("superviz1-run.superviz")
    with opened("superviz1-run.superviz") as run:
        assert isinstance(run, Recording)
        assert run.title == ""
    with opened("pentagon") as recipe:
        assert recipe == pentagon
    with pytest.raises(RecipeError, match="no such preset"), opened("hexagon"):
        pass


def test_weights_are_found_by_their_step_and_the_nearest_are_named(small_run: Recording) -> None:
    steps = [snapshot.step for snapshot in small_run.snapshots]
    assert kept_snapshot(small_run, None).step == steps[-1] == 600
    for step in steps:
        assert kept_snapshot(small_run, step).step == step
    missing = next(step for step in range(600) if step not in steps)
    below, above = max(s for s in steps if s < missing), min(s for s in steps if s > missing)
    with pytest.raises(
        SessionError, match=f"step {missing} were not kept; the nearest kept are at {below} and {above},"
    ):
        kept_snapshot(small_run, missing)
    with pytest.raises(SessionError, match=f"the nearest kept are at {steps[-2]} and 600, of {len(steps)} from 0 to 6"):
        kept_snapshot(small_run, 601)


def test_a_run_without_any_weights_says_so() -> None:
    empty = Recording.create(Experiment(n_features=5, n_hidden=2))
    with pytest.raises(SessionError, match="nothing is recorded in it yet"):
        kept_snapshot(empty, None)


@pytest.mark.parametrize("ending", ["", ".npz", ".superviz", ".SUPERVIZ"])
@pytest.mark.parametrize(
    "command",
    [["describe"], ["recipe"], ["script", "-o", "a.py"], ["train", "-o", "a.superviz"], ["import", "-o", "a"]],
)
def test_a_name_that_no_file_can_have_is_wrong_usage(superviz, command: list[str], ending: str) -> None:
    said = superviz(*command, "x" * 300 + ending)
    assert said.status == 2
    assert said.line


def test_weights_that_are_not_there_are_no_preset_mistyped(superviz) -> None:
    assert superviz("train", "weights.npz", "-o", "run.superviz").line == "superviz: weights.npz: no such file"
