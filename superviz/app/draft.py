"""Draft: an experiment while someone edits it, without the widgets: what is in force, and what waits for a new run."""

from __future__ import annotations

from enum import Enum
from functools import lru_cache

from pydantic import TypeAdapter, ValidationError

from superviz.core.errors import RecipeError
from superviz.core.experiment import Experiment, field_note, is_called_for
from superviz.core.spreads import PER_LIST, refitted, spread_number, with_spread_number
from superviz.core.validation import in_one_line

_SIZES = ("n_features", "n_hidden", "n_instances")


class Outcome(Enum):
    """What became of a value entered."""

    NOTHING = "it was so already"
    LIVE = "it is in force"
    WAITS = "it waits for a new run"
    TRIED = "the whole experiment, edited, is to be trained at once"


class Draft:
    """`in_force` is what trains, `pending` what waits, by field, and `edited` both together, as far as they go.

    What is well formed but contradicts the rest waits as well: two settings that only fit together can be entered one
    after the other. Only what is no value of its field at all is let go.
    """

    def __init__(self, experiment: Experiment, instance: int = 0) -> None:
        self.instant = False
        """Whether every change is to be trained at once."""
        self.pending: dict[str, object] = {}
        self.in_force = experiment
        self.show(experiment, instance)

    def show(self, experiment: Experiment, instance: int) -> None:
        """Take `experiment` as in force, and look at `instance`; what waits goes on waiting where it differs.

        A list that waits was made for so many instances and features: under other sizes it is let go.
        """
        resized = any(getattr(experiment, size) != getattr(self.in_force, size) for size in _SIZES)
        self.in_force, self._instance = experiment, instance
        self.pending = {
            name: value
            for name, value in self.pending.items()
            if getattr(experiment, name) != value and not (resized and isinstance(value, tuple))
        }
        self.edited = self.fitting = experiment
        self._combine()

    def discard(self) -> None:
        """Let go of what waits."""
        self.pending = {}
        self._combine()

    def whole(self) -> Experiment:
        """The experiment with all that waits. Raises RecipeError where that doesn't fit together."""
        return refitted(self.in_force, **self.pending)

    def acts_at_once(self, name: str) -> bool:
        """Whether a change of that field acts on the running model, or is trained at once."""
        return self.instant or (field_note(name).live and is_called_for(name, self.in_force))

    def source(self, name: str) -> Experiment:
        """The experiment whose value of that field is to be shown."""
        return self.in_force if self.acts_at_once(name) and name not in self.pending else self.edited

    def instance_in(self, experiment: Experiment) -> int:
        """The instance looked at, or the last one where `experiment` has fewer."""
        return min(self._instance, experiment.n_instances - 1)

    def value(self, name: str) -> object:
        """What is shown of that field: its value, or the one number behind the instance's row, None for none."""
        experiment = self.source(name)
        return shown_value(experiment, name, self.instance_in(experiment))

    def enter(self, name: str, entered: object) -> Outcome:
        """Take a new value. Raises RecipeError for what is no value of that field, and for what won't fit the rest."""
        source, value = self.source(name), entered
        if name in PER_LIST and isinstance(entered, (int, float)):
            value = with_spread_number(source, name, self.instance_in(source), entered)
        if self.acts_at_once(name) and not self.instant:
            return self._act(name, value)
        before = self.in_force
        try:
            changed = refitted(before, **{**self.pending, name: value})
        except RecipeError:
            self.pending[name] = well_formed(name, value)
            self._combine()
            raise
        if self.instant:
            self.pending = {}
            self.show(changed, self._instance)
            return Outcome.NOTHING if changed == before else Outcome.TRIED
        self.pending[name] = getattr(changed, name)
        self.show(before, self._instance)
        return Outcome.WAITS

    def _act(self, name: str, value: object) -> Outcome:
        before = self.in_force
        # In force at once, before the run has heard of it: a slider must not lag behind the hand.
        self.in_force = before.changed(**{name: value})
        self.pending.pop(name, None)
        self._combine()
        return Outcome.NOTHING if getattr(before, name) == getattr(self.in_force, name) else Outcome.LIVE

    def _combine(self) -> None:
        try:
            self.edited = self.fitting = self.whole() if self.pending else self.in_force
        except RecipeError:
            # Together they are no experiment, but the form can still show them; `fitting` stays what last was one.
            self.edited = self.in_force.model_copy(update=self.pending)


def shown_value(experiment: Experiment, name: str, instance: int) -> object:
    """A field's value as a form shows it: of a setting that may be lists the one number behind the instance's row."""
    return spread_number(experiment, name, instance) if name in PER_LIST else getattr(experiment, name)


def well_formed(name: str, value: object) -> object:
    """`value` as the field `name` holds it, whatever the other fields are. Raises RecipeError."""
    try:
        return _adapter(name).validate_python(value)
    except ValidationError as error:
        raise RecipeError(in_one_line(error, list(Experiment.model_fields), name)) from None


@lru_cache(maxsize=64)
def _adapter(name: str) -> TypeAdapter[object]:
    return TypeAdapter(Experiment.model_fields[name].rebuild_annotation())
