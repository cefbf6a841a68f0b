"""Field notes: one for every field, in their order, and nothing said in them that is not so."""

from __future__ import annotations

from typing import Any, get_args

from superviz.core.experiment import Experiment
from superviz.core.field_notes import FIELD_NOTES

SMALL: dict[str, Any] = {"n_features": 5, "n_hidden": 2}


def test_every_field_has_its_own() -> None:
    assert list(FIELD_NOTES) == list(Experiment.model_fields)


def test_every_field_tells_how_it_presents_itself() -> None:
    for name, note in FIELD_NOTES.items():
        assert note.label
        assert note.help.endswith(".")
        if note.slider is not None:
            low, high = note.slider
            assert low < high
            assert low > 0 or not note.logarithmic
            assert Experiment(**{**SMALL, name: low})
            assert Experiment(**{**SMALL, name: high})


def test_every_word_that_a_field_knows_is_taken_and_presented() -> None:
    for name, note in FIELD_NOTES.items():
        choices = note.choices
        for word, choice in choices.items():
            chosen: dict[str, Any] = {name: word}
            assert getattr(Experiment(**SMALL, **chosen), name) == word
            assert choice.name
            assert choice.help
        words = get_args(Experiment.model_fields[name].annotation)
        if choices and all(isinstance(word, str) for word in words):
            assert set(choices) == set(words)


def test_a_field_depends_on_values_that_other_fields_can_have() -> None:
    for note in FIELD_NOTES.values():
        for other, values in note.when.items():
            for value in values:
                depended: dict[str, Any] = {other: value}
                assert getattr(Experiment(**SMALL, **depended), other) == value
