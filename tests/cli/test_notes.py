"""What a recipe gives that means nothing in it is said in a line, and is no reason to refuse it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from superviz.cli.notes import idle_fields
from superviz.core.experiment import Experiment
from superviz.core.recipe import presets

if TYPE_CHECKING:
    from conftest import Outcome

LINE = 'momentum: has no effect, since optimiser is "adamw"'


@pytest.mark.parametrize(
    ("values", "lines"),
    [
        ({"momentum": 0.5}, [LINE]),
        ({"momentum": 0.5, "optimiser": "sgd"}, []),
        ({"momentum": 0.9}, []),
        ({"batch_size": 64, "training_set": 10}, ["batch_size: has no effect, since training_set is 10"]),
        ({"starting_bias": 0.1, "bias": False}, ["starting_bias: has no effect, since bias is false"]),
        (
            {"starting_polygon": 3, "starting_weights": [[1.0] * 5] * 2},
            ["starting_polygon: has no effect, since starting_weights is given"],
        ),
    ],
)
def test_a_field_without_effect_is_named_with_the_reason(values: dict[str, Any], lines: list[str]) -> None:
    assert idle_fields(Experiment(n_features=5, n_hidden=2, **values)) == lines


def test_no_preset_gives_any() -> None:
    assert [line for recipe in presets() for line in idle_fields(recipe.experiment)] == []


def test_train_and_describe_tell(superviz: Callable[..., Outcome]) -> None:
    trained = superviz("train", "pentagon", "-o", "run.superviz", "--steps", 10, "--set", "momentum=0.5")
    assert trained.status == 0
    assert LINE in trained.err.splitlines()
    assert LINE in superviz("describe", "run.superviz").out.splitlines()
    assert superviz("describe", "run.superviz", "--json").out.startswith("{")
