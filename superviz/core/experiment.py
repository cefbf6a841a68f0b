"""Experiment: what to train. Flat where people think flat, frozen, validated, and its own form and file format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal, Self, TypeAlias, cast

import numpy as np
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PlainValidator,
    ValidationError,
    model_validator,
)

from superviz.core.errors import RecipeError
from superviz.core.snapshot import Array
from superviz.core.validation import Number, Whole, in_one_line, number_within

Spread: TypeAlias = float | Sequence[float] | Sequence[Sequence[float]]
"""A setting that may differ between instances and features: one number, a list, or a nested list."""
ModelKind: TypeAlias = Literal["linear", "relu_output"]


def _parse_spread(value: object, low: float, high: float, what: str) -> Spread:
    """A number, a list or a nested list of finite numbers above `low` and at most `high`, as floats and tuples."""
    if isinstance(value, np.ndarray):
        value = cast(object, value.tolist())
    if not isinstance(value, (list, tuple)):
        return number_within(value, low, high, what)
    rows = cast("Sequence[object]", value)
    if not rows:
        raise ValueError(f"an empty list; give {what}")
    lists = [cast("Sequence[object]", row) for row in rows if isinstance(row, (list, tuple))]
    if not lists:
        return tuple(number_within(entry, low, high, what) for entry in rows)
    if len(lists) < len(rows) or len({len(row) for row in lists}) > 1 or not lists[0]:
        raise ValueError("lists of different lengths; give one list an instance, one number a feature")
    return tuple(tuple(number_within(entry, low, high, what) for entry in row) for row in lists)


def _parse_probability(value: object) -> Spread:
    return _parse_spread(value, 0.0, 1.0, "a probability above 0 and at most 1")


def _parse_importance(value: object) -> Spread:
    return _parse_spread(value, 0.0, 1e6, "an importance above 0 and at most 1,000,000")


Probability: TypeAlias = Annotated[Spread, PlainValidator(_parse_probability)]
Importance: TypeAlias = Annotated[Spread, PlainValidator(_parse_importance)]

MODEL_FORMULAS: dict[str, str] = {
    "linear": "x' = W<sup>T</sup>W x + b",
    "relu_output": "x' = ReLU(W<sup>T</sup>W x + b)",
}
MODEL_NAMES: dict[str, str] = {"linear": "Linear", "relu_output": "ReLU output"}


MOST_WEIGHTS = 100_000_000
"""In all instances together: 400 MB, and as much again for each of Adam's moments."""
MOST_STEPS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class FieldNote:
    """How a field presents itself to a person: the recipe panel is built from these alone."""

    group: Literal["Features", "Model", "Data", "Training"]
    label: str
    help: str
    live: bool = False
    """Whether a change acts on the running model; otherwise it starts a new run."""
    slider: tuple[float, float] | None = None
    """The range a slider covers where a single number is edited."""
    logarithmic: bool = False
    short: str = ""
    """The label where room is scarce, if another than `label`."""
    half: bool = False
    """Whether it is content with half a row, beside its neighbour."""


class Experiment(BaseModel):
    """A toy model, its data and its training; every instance trains the same model on its own settings.

    Raises RecipeError, naming the field, where values are malformed or contradict each other.
    Defaults are those of TMS's notebook. Loss is the mean over batch and features of I_i (x_i - x'_i)^2.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)

    n_features: Annotated[
        Whole, Field(ge=1, le=100_000), FieldNote("Features", "Features, n", "How many things there are to represent.")
    ]
    importance: Annotated[
        Importance,
        FieldNote("Features", "Importance", "Each matters {value} times the one before.", live=True, slider=(0.1, 1.0)),
    ] = 1.0
    n_hidden: Annotated[
        Whole,
        Field(ge=1, le=10_000),
        FieldNote("Model", "Dimensions, m", "How many directions the model has for them."),
    ]
    model: Annotated[ModelKind, FieldNote("Model", "Kind", "What the model computes.")] = "relu_output"
    n_instances: Annotated[
        Whole, Field(ge=1, le=100_000), FieldNote("Data", "Instances", "Copies of the model, trained side by side.")
    ] = 1
    feature_probability: Annotated[
        Probability,
        FieldNote(
            "Data",
            "Probability, p",
            "Each feature is active {percent} of the time: sparsity {sparsity}.",
            live=True,
            slider=(0.01, 1.0),
            logarithmic=True,
        ),
    ] = 0.05
    learning_rate: Annotated[
        Number,
        Field(gt=0, le=10),
        FieldNote(
            "Training",
            "Learning rate",
            "How far each step moves the weights.",
            live=True,
            slider=(1e-5, 0.1),
            logarithmic=True,
        ),
    ] = 1e-3
    batch_size: Annotated[
        Whole,
        Field(ge=1, le=1_000_000),
        FieldNote("Training", "Batch size", "Fresh samples drawn for each step.", half=True),
    ] = 1024
    steps: Annotated[
        Whole,
        Field(ge=1, le=MOST_STEPS),
        FieldNote("Training", "Steps", "Where training comes to rest.", live=True, half=True),
    ] = 10_000
    weight_decay: Annotated[
        Number,
        Field(ge=0, le=10),
        FieldNote(
            "Training",
            "Weight decay",
            "How strongly AdamW pulls the weights towards zero.",
            live=True,
            short="Decay",
            half=True,
        ),
    ] = 0.01
    seed: Annotated[
        Whole,
        Field(ge=0, lt=2**63),
        FieldNote("Training", "Seed", "Which random start and samples; the same seed gives the same run.", half=True),
    ] = 0

    @model_validator(mode="wrap")
    @classmethod
    def _raise_recipe_error(cls, values: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(values)
        except ValidationError as error:
            raise RecipeError(in_one_line(error, list(cls.model_fields))) from None

    @model_validator(mode="after")
    def _shapes_fit(self) -> Self:
        weights = self.n_instances * self.n_hidden * self.n_features
        if weights > MOST_WEIGHTS:
            raise RecipeError(
                f"n_instances, n_hidden, n_features: {weights:,} weights in all; give at most {MOST_WEIGHTS:,}"
            )
        self.probability_array()
        self.importance_array()
        return self

    def probability_array(self) -> Array:
        """Feature probability p, (instances, features); the caller's own."""
        return _probabilities(self.feature_probability, self.n_instances, self.n_features).copy("C")

    def importance_array(self) -> Array:
        """Importance I, (instances, features), the caller's own; a single number r stands for r^i, i from 0."""
        return _importances(self.importance, self.n_instances, self.n_features).copy("C")

    def changed(self, **values: Any) -> Experiment:
        """A copy with some fields changed, validated as a whole. Raises RecipeError."""
        return Experiment(**{**self.model_dump(), **values})

    def remarks(self) -> list[str]:
        """What is allowed but worth saying: one line each."""
        if self.n_hidden > self.n_features:
            return [
                f"n_hidden: {self.n_hidden} dimensions for {self.n_features} features, "
                "so nothing needs to share a direction and there is no superposition to see"
            ]
        return []


@lru_cache(maxsize=64)
def _probabilities(probability: Spread, n_instances: int, n_features: int) -> Array:
    return _spread_out("feature_probability", probability, n_instances, n_features, per_list="instance")


@lru_cache(maxsize=64)
def _importances(importance: Spread, n_instances: int, n_features: int) -> Array:
    if isinstance(importance, float):
        with np.errstate(over="ignore"):
            powers = (np.float64(importance) ** np.arange(n_features)).astype(np.float32)
        if not np.all(np.isfinite(powers)):
            raise RecipeError(f"importance: {importance}^i is too large by feature {n_features}; give at most 1")
        return np.broadcast_to(powers, (n_instances, n_features))
    return _spread_out("importance", importance, n_instances, n_features, per_list="feature")


def _spread_out(
    name: str, given: Spread, n_instances: int, n_features: int, per_list: Literal["instance", "feature"]
) -> Array:
    values = np.asarray(given, dtype=np.float32)
    shape = (n_instances, n_features)
    if values.ndim == 1:
        expected = n_instances if per_list == "instance" else n_features
        if len(values) != expected:
            raise RecipeError(
                f"{name}: a list of {len(values)}, but n_{per_list}s is {expected}: give one number for each"
            )
        values = values[:, None] if per_list == "instance" else values
    elif values.ndim == 2 and values.shape != shape:
        rows, columns = values.shape
        raise RecipeError(
            f"{name}: {rows} lists of {columns}, but there are {n_instances} instances of {n_features} features: "
            "give one list an instance, one number a feature"
        )
    return np.broadcast_to(values, shape)


def field_note(name: str) -> FieldNote:
    """How the experiment's field `name` presents itself."""
    return next(entry for entry in Experiment.model_fields[name].metadata if isinstance(entry, FieldNote))


LIVE_FIELDS: frozenset[str] = frozenset(name for name in Experiment.model_fields if field_note(name).live)
"""The fields whose change acts on a running model; any other change starts a new run."""
