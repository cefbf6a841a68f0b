"""Recipes as TOML: what is written reads back as the same experiment, and says what it is."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superviz.core.errors import ExportError
from superviz.core.experiment import Experiment
from superviz.core.recipe import Recipe, load_recipe, parse_recipe, presets
from superviz.core.snapshot import Edit, Snapshot, frozen
from superviz.exchange.recipe_file import recipe_of, recipe_toml, write_recipe
from superviz.session.display import DisplaySettings
from superviz.session.recording import Recording

FIVE = Experiment(n_features=5, n_hidden=2)


@settings(deadline=None, max_examples=150)
@given(data=st.data(), title=st.text(max_size=100), shows=st.text(st.characters(codec="utf-8"), max_size=50))
def test_every_recipe_reads_back(experiments, data: st.DataObject, title: str, shows: str) -> None:
    experiment = data.draw(experiments)
    text = recipe_toml(Recipe("any", experiment, title, shows=shows))
    found = parse_recipe(text, "back")
    assert found.experiment == experiment
    assert found.title == (" ".join(title.split())[:80].strip() or "back")
    assert found.shows.strip() == shows.strip()
    written = tomllib.loads(text)
    written.pop("about", None)
    assert list(written) == [name for name in Experiment.model_fields if name in written], "in their order"
    assert {"n_features", "n_hidden"} <= set(written)
    unlike = {name for name in written if getattr(experiment, name) != Experiment.model_fields[name].default}
    assert set(written) == unlike


def test_the_presets_read_back_and_read_well() -> None:
    for recipe in presets():
        assert parse_recipe(recipe_toml(recipe), recipe.name) == replace(recipe, place=0.0)
    _, *lines = recipe_toml(replace(load_recipe("pentagon"), shows="A pentagon.")).splitlines()
    assert lines == [
        "n_features = 5",
        "n_hidden = 2",
        "n_instances = 8",
        "seed = 4",
        "",
        "[about]",
        'title = "A pentagon from eight starts"',
        'shows = "A pentagon."',
        'source = "Elhage et al. 2022, The Geometry of Superposition"',
        "instance = 2",
        "pace = 120.0",
    ]


def run(title: str = "", **options) -> Recording:
    recording = Recording.create(FIVE.changed(n_instances=2), title=title, **options)
    for step in (0, 300):
        recording.append(Snapshot(step, frozen(np.ones((2, 2, 5))), frozen(np.zeros((2, 5)))))
    return recording


def test_of_a_run_it_is_what_was_in_force_at_the_end() -> None:
    recording = run("Mine", display=DisplaySettings(instance=1))
    plain = recipe_toml(recording)
    assert parse_recipe(plain, "back").experiment == recording.experiment
    assert "As in force" not in plain
    recording.append_edit(Edit(100, "learning_rate", 0.01))
    recording.append_edit(Edit(200, "feature_probability", [0.1, 0.2]))
    text = recipe_toml(recording)
    found = parse_recipe(text, "back")
    assert found.experiment == recording.experiment.changed(learning_rate=0.01, feature_probability=[0.1, 0.2])
    assert (found.title, found.instance) == ("Mine", 1)
    assert text.splitlines()[1].startswith("# As in force at the end, at step 300: ")


def test_a_title_from_anywhere_is_made_to_fit() -> None:
    recording = run(' Two\nlines, "quoted"\\ \x7f and long' + "." * 100)
    found = parse_recipe(recipe_toml(recording), "back")
    assert found.title == recipe_of(recording).title
    assert found.title.startswith('Two lines, "quoted"\\ \x7f and long...')
    assert len(found.title) == 80
    assert "[about]" not in recipe_toml(run())


def test_weights_alone_have_no_recipe(tmp_path: Path) -> None:
    recording = run("A dictionary", described=False, origin="imported")
    with pytest.raises(ExportError, match=r"^A dictionary: only its weights are known, not how they were trained"):
        write_recipe(recording, tmp_path / "mine.toml")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ExportError, match=r"^this run: only its weights"):
        recipe_of(run(described=False, origin="imported"))


def test_a_file_of_it(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    recipe = replace(load_recipe("pentagon"), title="Größer")
    write_recipe(recipe, path)
    assert replace(load_recipe(path), name="pentagon") == replace(recipe, place=0.0)
    with pytest.raises(ExportError, match="exists already"):
        write_recipe(recipe, path)
    write_recipe(load_recipe("intro"), path, force=True)
    assert load_recipe(path).experiment == load_recipe("intro").experiment
    with pytest.raises(ExportError, match=r"unknown ending \.json; end the name in \.toml"):
        write_recipe(recipe, tmp_path / "mine.json")
