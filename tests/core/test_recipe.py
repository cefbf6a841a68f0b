"""Recipes: what ships, what a file may say, and how each fault in one is told."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import numpy as np
import pytest

from superviz.core.errors import RecipeError
from superviz.core.experiment import Experiment
from superviz.core.recipe import DEFAULT_PRESET, load_recipe, parse_recipe, preset_paths, presets, recipe_string

SIZES = "n_features = 5\nn_hidden = 2\n"


def test_the_presets_that_ship() -> None:
    assert next(iter(preset_paths())) == presets()[0].name == DEFAULT_PRESET
    assert {recipe.name for recipe in presets()} == set(preset_paths()) >= {"dense", "digons", "orthogonal", "pentagon"}
    assert [recipe.place for recipe in presets()] == sorted({recipe.place for recipe in presets()}), "no two in a place"
    for recipe in presets():
        assert load_recipe(recipe.name) == recipe
        assert recipe.title
        assert recipe.shows.endswith(".")
        assert recipe.pace is not None
        assert recipe.experiment.remarks() == []


def test_intro_is_the_papers_first_figure() -> None:
    recipe = load_recipe(DEFAULT_PRESET)
    experiment = recipe.experiment
    assert (experiment.n_features, experiment.n_hidden, experiment.n_instances) == (5, 2, 8)
    np.testing.assert_allclose(experiment.probability_array()[:, 0], 0.05 ** (np.arange(8) / 7), rtol=2e-2)
    np.testing.assert_allclose(experiment.importance_array()[3], 0.9 ** np.arange(5), rtol=1e-6)
    assert recipe.instance == 7


def test_pentagon_is_eight_seeds_of_one_setting() -> None:
    experiment = load_recipe("pentagon").experiment
    assert (experiment.n_features, experiment.n_hidden, experiment.n_instances) == (5, 2, 8)
    assert set(experiment.probability_array().ravel().tolist()) == {np.float32(0.05)}
    assert set(experiment.importance_array().ravel().tolist()) == {1.0}


def test_dense_is_the_papers_twenty_in_five() -> None:
    experiment = load_recipe("dense").experiment
    assert (experiment.n_features, experiment.n_hidden) == (20, 5)
    assert set(experiment.probability_array().ravel().tolist()) == {1.0}
    np.testing.assert_allclose(experiment.importance_array()[0], 0.7 ** np.arange(20), rtol=1e-5)


def test_a_recipe_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(SIZES + '[about]\ntitle = " Mine "\nshows = "Look."\ninstance = 0\npace = 50\n')
    recipe = load_recipe(path)
    assert recipe.experiment == Experiment(n_features=5, n_hidden=2)
    assert (recipe.title, recipe.shows, recipe.instance, recipe.pace) == ("Mine", "Look.", 0, 50.0)
    assert recipe.name == str(path)


def test_a_file_that_says_nothing_about_itself_is_called_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "my toy.TOML"
    path.write_bytes(b"\xef\xbb\xbf" + SIZES.replace("\n", "\r\n").encode())
    recipe = load_recipe(str(path))
    assert (recipe.title, recipe.shows, recipe.instance, recipe.pace) == ("my toy", "", None, None)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("n_features", "r: not TOML: "),
        ("", "r: n_features: missing; "),
        (SIZES + "n_features = 5", "r: not TOML: "),
        (SIZES + "sparsity = 0.9", "r: sparsity: no such field; the fields are n_features, "),
        (SIZES + 'importance = "high"', "r: importance: give an importance above 0 and at most 1,000,000, not 'high'"),
        (SIZES + "steps = 1979-05-27", "r: steps: give a number, not datetime.date"),
        (
            SIZES + "n_instances = 2\nfeature_probability = [0.1]",
            "r: feature_probability: a list of 1, but n_instances is 2",
        ),
        (SIZES + "about = 5", "r: about: give a table of fields, not 5"),
        (SIZES + "[about]\ntitle = 3", "r: about.title: give text, not 3"),
        (SIZES + f"[about]\ntitle = '{'a' * 81}'", "r: about.title: give at most 80 characters, not 'aaa"),
        (SIZES + "[about]\ntitle = '''a\nb'''", r"r: about.title: give one line, not 'a\nb'"),
        (
            SIZES + "[about]\nauthor = 'me'",
            "r: about.author: no such field; the fields are title, shows, source, place, instance, pace",
        ),
        (SIZES + "[about]\ninstance = 1", "r: about.instance: 1, but n_instances is 1; count from 0"),
        (SIZES + "[about]\ninstance = -1", "r: about.instance: give at least 0, not -1"),
        (SIZES + "[about]\ninstance = true", "r: about.instance: give a number, not True"),
        (SIZES + "[about]\npace = 0", "r: about.pace: give more than 0, not 0"),
        (SIZES + "[about]\npace = nan", "r: about.pace: give more than 0, not nan"),
        ("n_features = " + "1" * 5000, "r: no recipe: a number is too long, or lists lie too deep"),
        ("importance = " + "[" * 50_000, "r: no recipe: a number is too long, or lists lie too deep"),
        (f"n_features = 0x{'f' * 5000}\nn_hidden = 2", "r: n_features: give at most 100,000, not so long a number"),
    ],
)
def test_a_fault_is_told_by_file_and_field(text: str, line: str) -> None:
    with pytest.raises(RecipeError) as caught:
        parse_recipe(text, "r")
    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)


def test_an_unknown_preset_is_told_with_those_there_are() -> None:
    with pytest.raises(RecipeError) as caught:
        load_recipe("hexagon")
    known = ", ".join(preset_paths())
    line = f"hexagon: no such preset; the presets are {known}, or give a recipe file ending in .toml"
    assert str(caught.value) == line


def test_a_recipe_string_that_lost_its_beginning_is_not_taken_for_a_presets_name() -> None:
    whole = recipe_string(load_recipe("pentagon"))
    for damaged in (whole[1:], whole.replace("-", " "), whole[:4] + "\n" + whole[5:], f"{whole[:-3]}.{whole[-3:]}"):
        with pytest.raises(RecipeError) as caught:
            load_recipe(damaged)
        assert "whole recipe string" in str(caught.value) or "the recipe string is not whole" in str(caught.value)
        assert "\n" not in str(caught.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"nowhere\.toml: can't be read: No such file"):
        load_recipe(tmp_path / "nowhere.toml")
    (tmp_path / "folder.toml").mkdir()
    os.mkfifo(tmp_path / "pipe.toml")
    with pytest.raises(RecipeError, match=r"pipe\.toml: a device or a pipe"):
        load_recipe(tmp_path / "pipe.toml")
    with pytest.raises(RecipeError, match=r"folder\.toml: can't be read: "):
        load_recipe(tmp_path / "folder.toml")
    (tmp_path / "latin.toml").write_bytes(b"# \xe9\xe8\n")
    with pytest.raises(RecipeError, match=r"latin\.toml: no text in UTF-8"):
        load_recipe(tmp_path / "latin.toml")


EVERY_FIELD = """
n_features = 4
n_hidden = 2
n_instances = 2
importance = [[1, 0.5, 0.25, 0.125], [1, 1, 1, 1]]
model = "absolute_value"
bias = true
loss_over_features = "sum"
l1_penalty = 1e-3
starting_weights = [[[1, 0, 0, 0.5], [0, 1, 0, 0]], [[1, 0, 0, 0], [0, 1, 0, -1]]]
starting_polygon = [3, 4]
starting_scale = [0.1, 1]
starting_bias = [[0, 0, 0, -0.5], [0, 0, 0, 0]]
distribution = "correlated"
feature_probability = [0.1, 0.2]
feature_sets = [[0, 1], [2, 3]]
correlation = 0.5
probability_of = "set"
parents = [-1, 0, -1, 2]
signed = true
training_set = 50
unit_norm = true
noise_free = false
learning_rate = 1e-2
batch_size = 64
steps = 500
weight_decay = 0
seed = [3, 1]
optimiser = "sgd"
momentum = 0.5
schedule = "cosine"
warmup = 50
best_of = 3
"""


def test_every_field_can_be_written_in_toml() -> None:
    experiment = parse_recipe(EVERY_FIELD, "r").experiment
    values = tomllib.loads(EVERY_FIELD)
    assert values.keys() == Experiment.model_fields.keys()
    assert experiment.model_dump(mode="json") == values
    unlike = {name for name in values if getattr(experiment, name) != Experiment.model_fields[name].default}
    assert set(values) - unlike == {"bias", "noise_free"}, "what is at its default shows nothing"
    assert parse_recipe(EVERY_FIELD.replace("bias = true", "bias = false"), "r").experiment.bias is False


def test_a_file_without_a_title_lends_its_name_as_far_as_that_is_text(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("n_features = 2\nn_hidden = 1\n")
    assert load_recipe(tmp_path / "mine.toml").title == "mine"
    assert parse_recipe("n_features = 2\nn_hidden = 1\n", "bad\udcff.toml").title == "bad?"
