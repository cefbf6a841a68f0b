"""`superviz presets`."""

from __future__ import annotations

import json

from superviz.core.experiment import Experiment
from superviz.core.recipe import presets


def test_the_list_says_what_each_shows(superviz) -> None:
    said = superviz("presets")
    assert said.status == 0
    words = " ".join(said.out.split())
    for recipe in presets():
        assert f"{recipe.name} {recipe.title} {recipe.shows}" in words
        assert recipe.source in words
    assert max(map(len, said.out.splitlines())) <= 96


def test_presets_stand_under_their_source_once(superviz) -> None:
    headers = [line for line in superviz("presets").out.splitlines() if line and not line.startswith(" ")]
    assert headers == list(dict.fromkeys(recipe.source for recipe in presets()))


def test_json_holds_the_whole_recipes(superviz) -> None:
    rows = json.loads(superviz("presets", "--json").out)
    assert [row["name"] for row in rows] == [recipe.name for recipe in presets()]
    for row, recipe in zip(rows, presets(), strict=True):
        assert row["title"] == recipe.title
        assert row["shows"] == recipe.shows
        assert row["source"] == recipe.source
        assert Experiment(**row["experiment"]) == recipe.experiment
