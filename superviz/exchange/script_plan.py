"""What a script has to say: the experiment a run began with, and what was changed while it trained."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from superviz.core.experiment import LIVE_FIELDS, Experiment, is_called_for
from superviz.core.snapshot import Edit


@dataclass(frozen=True, slots=True)
class Change:
    """What is another from a step on."""

    step: int
    """How many steps were done."""
    fields: tuple[str, ...]
    """In the order of the experiment's."""
    experiment: Experiment
    """As in force from here on."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that the parts of a script depend on."""

    first: Experiment
    changes: tuple[Change, ...]
    steps: int
    """How many are trained in all."""

    @classmethod
    def of(cls, first: Experiment, edits: Iterable[Edit]) -> Plan:
        """That of a run that began as `first`. Of several edits after one step the last counts."""
        changes: list[Change] = []
        before = first
        for step, edits_there in groupby(edits, key=lambda edit: edit.step):
            after = before
            for edit in edits_there:
                after = after.changed(**{edit.field: edit.value})
            changed = [name for name in LIVE_FIELDS if getattr(after, name) != getattr(before, name)]
            # Where training ends means nothing at a step but to a schedule that heads there.
            told = {name for name in changed if name != "steps" or after.schedule != "constant"}
            fields = tuple(name for name in Experiment.model_fields if name in told and is_called_for(name, after))
            if fields:
                changes.append(Change(step, fields, after))
            before = after
        steps = max([before.steps, *(change.step for change in changes)])
        return cls(first, tuple(change for change in changes if change.step < steps), steps)

    @property
    def changing(self) -> tuple[str, ...]:
        """The fields that change at some step, in the order of the experiment's."""
        fields = {name for change in self.changes for name in change.fields}
        return tuple(name for name in Experiment.model_fields if name in fields)

    def ever(self, name: str) -> bool:
        """Whether the field is at some step not at its default."""
        return any(
            getattr(experiment, name) != Experiment.model_fields[name].default
            for experiment in (self.first, *(change.experiment for change in self.changes))
        )

    @property
    def has_rates(self) -> bool:
        """Whether the learning rate differs from step to step of itself."""
        return self.first.schedule != "constant" or self.first.warmup > 0

    @property
    def uses_math(self) -> bool:
        """Whether the script needs more than torch's own functions."""
        return self.first.schedule == "cosine" or self.first.starting_weights == "polygon"
