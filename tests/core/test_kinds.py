"""The kinds there are: each with a name and words for people, and those of models as the papers have them."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from superviz.core import kinds
from superviz.core.fields import Choice

TABLES = {
    kinds.ModelKind: kinds.MODEL_KINDS,
    kinds.Distribution: kinds.DISTRIBUTIONS,
    kinds.Bearer: kinds.BEARERS,
    kinds.Reduction: kinds.REDUCTIONS,
    kinds.Optimiser: kinds.OPTIMISERS,
    kinds.Schedule: kinds.SCHEDULES,
}


def test_every_kind_is_described_and_nothing_else() -> None:
    for words, table in TABLES.items():
        assert list(table) == list(get_args(words))


@pytest.mark.parametrize("table", [*TABLES.values(), kinds.STARTS])
def test_names_are_told_apart_and_help_is_a_formula_or_a_sentence(table: dict[str, Choice]) -> None:
    assert len({choice.name for choice in table.values()}) == len(table)
    for choice in table.values():
        assert choice.name[0].isupper()
        assert choice.help.endswith(".") or "=" in choice.help
        assert choice.help.count("<sup>") == choice.help.count("</sup>")


def test_models_are_those_of_the_papers() -> None:
    """What unpacks, and where a ReLU makes the neurons a basis of their own: its formula says as much."""
    for kind, note in kinds.MODEL_KINDS.items():
        assert note.tied == ("V<sup>T</sup>" not in note.help), kind
        assert note.privileged == ("h = ReLU" in note.help), kind
        assert bool(re.search(r"ReLU\((W|V)<sup>T</sup>", note.help)) == (kind != "linear")
