"""EditLog: what was changed while a run was trained, and so which experiment was in force when."""

from __future__ import annotations

from bisect import bisect_right

from superviz.core.experiment import Experiment
from superviz.core.snapshot import Edit


class EditLog:
    """Written by one thread, read by any."""

    def __init__(self, experiment: Experiment) -> None:
        self.edits: list[Edit] = []
        self._experiments = [experiment]
        self._steps: list[int] = []

    def append(self, edit: Edit) -> None:
        """Take an edit, not earlier than the one before. Raises RecipeError where it doesn't fit the experiment."""
        self._experiments.append(self._experiments[-1].changed(**{edit.field: edit.value}))
        self.edits.append(edit)
        self._steps.append(edit.step)  # last: readers find the experiment by it

    def experiment_at(self, position: float) -> Experiment:
        """The experiment in force at a position in steps; an edit is, from its own step on."""
        return self._experiments[bisect_right(self._steps, position)]
