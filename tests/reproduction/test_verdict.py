"""Judging: a study's checks on trained models, faults told, and the object that programs read."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from superviz.reproduction.expected import at_least, near
from superviz.reproduction.run import probabilities, sweep
from superviz.reproduction.study import Check, Picture, Study, at
from superviz.reproduction.verdict import judge
from superviz.scene.drawables import Scene
from superviz.scene.palette import Palette

RUN = sweep(probabilities(0.5), seeds=2, n_features=3, n_hidden=2, batch_size=16, steps=20)
OTHER = sweep({"sparse": {"feature_probability": 0.1}}, seeds=1, n_features=3, n_hidden=2, batch_size=16, steps=30)


def quiet(done: int, total: int) -> None: ...


def study(*checks: Check, runs=(RUN, OTHER), pictures=()) -> Study:
    return Study("some", "Some study", "a paper", runs, checks, pictures)


def check(name: str, expected, measure) -> Check:
    return Check(name, "It is so.", "a table", expected, measure)


SEEDS = check("seeds", near(2, 0), at("p = 0.5", lambda trained: [float(len(trained.W))]))
FALSE = check("false", near([1, 2], 0.1), at("sparse", lambda trained: [1.0, 2.2]))
NOTHING = check("nothing", at_least(0), lambda models: [math.nan])


def test_every_check_is_measured_on_the_models_of_every_run() -> None:
    told: list[tuple[int, int]] = []
    verdict = judge(study(SEEDS, FALSE), lambda done, total: told.append((done, total)))
    assert [(result.measured, result.passed) for result in verdict.results] == [((2.0,), True), ((1.0, 2.2), False)]
    assert not verdict.passed
    assert judge(study(SEEDS), quiet).passed
    assert told[-1] == (70, 70)
    assert told == sorted(told)


def test_a_study_without_a_run_takes_no_training() -> None:
    verdict = judge(study(check("sum", near(4, 0), lambda models: [2.0 + 2.0]), runs=()), quiet)
    assert verdict.passed
    assert verdict.study.seeds == 0


def test_numpy_numbers_become_plain_ones() -> None:
    (result,) = judge(study(check("n", near(1, 0), lambda models: np.ones(2)), runs=()), quiet).results
    assert [type(value) for value in result.measured] == [float, float]


def test_divergence_fails_every_check_and_says_so() -> None:
    wild = sweep(probabilities(0.5), seeds=1, n_features=3, n_hidden=2, learning_rate=10.0, optimiser="sgd", steps=2000)
    verdict = judge(study(SEEDS, FALSE, runs=(wild,)), quiet, draw=True)
    assert [result.passed for result in verdict.results] == [False, False]
    assert all(result.words.startswith("training diverged at step ") for result in verdict.results)
    assert verdict.drawings == ()
    assert verdict.as_object()["checks"][0]["fault"].startswith("training diverged")


def test_the_object_is_json() -> None:
    verdict = judge(study(SEEDS, FALSE, NOTHING), quiet)
    shown = json.loads(json.dumps(verdict.as_object(), allow_nan=False))
    assert list(shown) == ["name", "title", "source", "seeds", "models", "model_steps", "seconds", "passed", "checks"]
    assert (shown["name"], shown["seeds"], shown["models"], shown["model_steps"]) == ("some", 2, 3, 70)
    assert shown["passed"] is False
    assert shown["checks"][1] == {
        "name": "false",
        "claim": "It is so.",
        "source": "a table",
        "expected": "1, 2",
        "tolerance": "± 0.1",
        "low": [0.9, 1.9],
        "high": [1.1, 2.1],
        "measured": [1.0, 2.2],
        "passed": False,
    }
    assert shown["checks"][2]["high"] == [None]
    assert shown["checks"][2]["measured"] == [None]


def test_pictures_are_drawn_in_both_themes_where_asked_for() -> None:
    def draw(models, palette: Palette) -> Scene:
        assert set(models) == {"p = 0.5", "sparse"}
        return Scene(10, 10, palette.canvas, ())

    one = study(SEEDS, pictures=(Picture("Nothing.", draw),))
    assert judge(one, quiet).drawings == ()
    (drawing,) = judge(one, quiet, draw=True).drawings
    assert {theme: scene.background for theme, scene in drawing.scenes.items()} == {
        "dark": "#0B0E12",
        "light": "#FFFFFF",
    }


@pytest.mark.parametrize(("values", "words"), [([2.0], "2"), ([1.0] * 9, "1"), ([0.123456], "0.123")])
def test_what_was_measured_in_words(values: list[float], words: str) -> None:
    (result,) = judge(study(check("n", at_least(0), lambda models: values), runs=()), quiet).results
    assert result.words == words
