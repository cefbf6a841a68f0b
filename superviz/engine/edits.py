"""Edits of a live field, as every backend takes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from superviz.core.errors import TrainingError
from superviz.core.experiment import LIVE_FIELDS, Experiment
from superviz.core.snapshot import Edit, LiveValue


def edited(experiment: Experiment, step: int, field: str, value: LiveValue) -> tuple[Experiment, Edit]:
    """`experiment` with a live field changed, and the edit after `step` that says so.

    Raises TrainingError for a field that is not live, and RecipeError.
    """
    if field not in LIVE_FIELDS:
        raise TrainingError(f"{field}: can't change while training; what can is {', '.join(sorted(LIVE_FIELDS))}")
    changed = experiment.changed(**{field: value})
    return changed, Edit(step, field, _plain(getattr(changed, field)))


def _plain(value: object) -> LiveValue:
    """A validated live value with lists for tuples, as it is kept in files."""
    if isinstance(value, Sequence):
        return cast(LiveValue, [_plain(entry) for entry in cast(Sequence[object], value)])
    return cast(LiveValue, value)
