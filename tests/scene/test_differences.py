"""What sets instances apart is told truly, the most telling first."""

from __future__ import annotations

from typing import Any

import pytest

from superviz.core.experiment import Experiment
from superviz.scene.differences import Differences, differences
from superviz.scene.feature_names import UNNAMED


def told(instances: int = 3, **recipe: Any) -> Differences:
    settings = {"n_features": 5, "n_hidden": 2, "n_instances": instances, **recipe}
    return differences(Experiment(**settings), UNNAMED, described=True)  # pyright: ignore[reportArgumentType]


def test_copies_are_numbered() -> None:
    said = told()
    assert said.heading == "The same recipe, other random starts"
    assert said.clause == "Three models side by side."
    assert said.notes == (("copy 1",), ("copy 2",), ("copy 3",))


def test_one_alone() -> None:
    assert told(1).clause == "One model."


def test_what_starts_at_the_same_place_differs_in_its_samples() -> None:
    assert told(starting_weights="polygon").heading == "The same recipe, other samples"


def test_sparsity() -> None:
    said = told(feature_probability=[1.0, 0.2, 0.05])
    assert said.heading == "Sparser, more superposition"
    assert said.clause == "The same model at three feature probabilities."
    assert said.notes[-1] == ("p 0.05 · S 0.95", "p 0.05")


def test_probabilities_are_counted_once() -> None:
    assert told(feature_probability=[0.2, 0.2, 0.1]).clause == "The same model at two feature probabilities."


@pytest.mark.parametrize(
    ("recipe", "note"),
    [
        ({"distribution": "anticorrelated", "feature_sets": 5, "probability_of": "set"}, "p 0.20"),
        ({"distribution": "correlated"}, "p 1.00"),
        ({"distribution": "hierarchical", "parents": [-1, 0, 0, 0, 0]}, "p 1.00"),
    ],
)
def test_p_is_how_often_a_feature_is_active(recipe: dict[str, Any], note: str) -> None:
    assert told(feature_probability=[1.0, 0.5, 0.25], **recipe).notes[0][-1] == note


def test_one_hot_features_have_no_p_of_their_own() -> None:
    assert told(feature_probability=[1.0, 0.5, 0.25], distribution="one_hot").notes[0] == ("copy 1",)


def test_a_family_of_several_probabilities() -> None:
    said = told(feature_probability=[0.5, 0.4, 0.25], distribution="hierarchical")
    assert said.notes[0] == ("p 0.25 to 0.50",)


def test_one_features_sparsity() -> None:
    rows = [[0.05, 0.05, p, 0.05, 0.05] for p in (0.5, 0.05, 0.01)]
    said = told(feature_probability=rows)
    assert said.heading == "Feature 3, from common to rare"
    assert said.notes[0] == ("feature 3: p 0.50", "p 0.50")
    assert told(feature_probability=rows[::-1]).heading == "Feature 3, from rare to common"


def test_importance() -> None:
    rows = [[1.0, 1.0, 1.0, 1.0, second] for second in (2.0, 1.0, 0.5)]
    said = told(importance=rows)
    assert said.clause == "The same model at three importances."
    assert said.notes[0] == ("feature 5: I 2.00", "I 2.00")
    assert told(importance=[[1.0] * 5, [0.5] * 5, [1.0, 0.9, 0.8, 0.7, 0.6]]).notes[2] == ("I 1.00 to 0.60",)


def test_a_phase_diagram_differs_in_both() -> None:
    said = told(importance=[[1.0, 1, 1, 1, i] for i in (1.0, 2.0, 3.0)], feature_probability=[1.0, 0.1, 0.1])
    assert said.heading == "Sparser, more superposition"
    assert said.notes[1] == ("p 0.10 · I 2.00", "p 0.10")


def test_starts() -> None:
    polygons = told(starting_weights="polygon", starting_polygon=[3, 4, 5])
    assert polygons.clause == "The same model from three polygons."
    assert polygons.notes[0] == ("from 3 corners", "3 corners")
    scales = told(starting_scale=[0.1, 1.0, 3.0])
    assert scales.notes == (("start × 0.1",), ("start × 1",), ("start × 3",))
    assert scales.heading == "The same recipe, other starts"


def test_seeds_are_told_where_nothing_else_differs() -> None:
    said = told(seed=[4, 17, 3])
    assert said.heading == "The same recipe, other seeds"
    assert said.notes == (("seed 4",), ("seed 17",), ("seed 3",))
    assert told(seed=[4, 17, 3], feature_probability=[1.0, 0.1, 0.2]).notes[0][-1] == "p 1.00"
