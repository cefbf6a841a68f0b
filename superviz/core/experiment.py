"""Experiment: what to train. Flat where people think flat, frozen, validated, and its own form and file format."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    StrictBool,
    ValidationError,
    model_validator,
)

from superviz.core import consistency, structure
from superviz.core.errors import RecipeError
from superviz.core.field_notes import FIELD_NOTES, FieldNote
from superviz.core.fields import (
    Bias,
    Importance,
    Parents,
    Polygon,
    Probability,
    Scale,
    Seed,
    Sets,
    Start,
    importances,
    per_instance,
    probabilities,
    spread_out,
)
from superviz.core.kinds import MODEL_KINDS, Bearer, Distribution, ModelKind, Optimiser, Reduction, Schedule
from superviz.core.snapshot import Array
from superviz.core.validation import Number, Whole, in_one_line

MOST_WEIGHTS = 100_000_000
"""In all instances together: 400 MB, and as much again for each of Adam's moments."""
MOST_STEPS = 1_000_000_000


class Experiment(BaseModel):
    """A toy model, its data and its training; every instance trains the same model on its own settings.

    Raises RecipeError, naming the field, where values are malformed or contradict each other. Defaults are those of
    TMS's notebook. Loss is the mean over batch and features (or the sum over features) of I_i (x_i - x'_i)^2.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)

    n_features: Annotated[Whole, Field(ge=1, le=100_000)]
    importance: Importance = 1.0
    n_hidden: Annotated[Whole, Field(ge=1, le=10_000)]
    model: ModelKind = "relu_output"
    bias: StrictBool = True
    loss_over_features: Reduction = "mean"
    l1_penalty: Annotated[Number, Field(ge=0, le=100)] = 0.0
    starting_weights: Start = "random"
    starting_polygon: Polygon = 5
    starting_scale: Scale = 1.0
    starting_bias: Bias = 0.0
    n_instances: Annotated[Whole, Field(ge=1, le=100_000)] = 1
    distribution: Distribution = "independent"
    feature_probability: Probability = 0.05
    feature_sets: Sets = 2
    correlation: Annotated[Number, Field(ge=0, le=1)] = 1.0
    probability_of: Bearer = "feature"
    parents: Parents = ()
    signed: StrictBool = False
    training_set: Annotated[Whole, Field(ge=1, le=1_000_000)] | None = None
    unit_norm: StrictBool = False
    noise_free: StrictBool = False
    learning_rate: Annotated[Number, Field(gt=0, le=10)] = 1e-3
    batch_size: Annotated[Whole, Field(ge=1, le=1_000_000)] = 1024
    steps: Annotated[Whole, Field(ge=1, le=MOST_STEPS)] = 10_000
    weight_decay: Annotated[Number, Field(ge=0, le=10)] = 0.01
    seed: Seed = 0
    optimiser: Optimiser = "adamw"
    momentum: Annotated[Number, Field(ge=0, lt=1)] = 0.9
    schedule: Schedule = "constant"
    warmup: Annotated[Whole, Field(ge=0, le=MOST_STEPS)] = 0
    best_of: Annotated[Whole, Field(ge=1, le=1000)] = 1

    @model_validator(mode="wrap")
    @classmethod
    def _raise_recipe_error(cls, values: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(values)
        except ValidationError as error:
            raise RecipeError(in_one_line(error, list(cls.model_fields))) from None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        weights = self.n_instances * self.n_hidden * self.n_features * (1 if self.is_tied else 2)
        if weights * self.best_of > MOST_WEIGHTS:
            tries = f", best_of: {weights:,} weights in all, {self.best_of} times" if self.best_of > 1 else ""
            raise RecipeError(
                f"n_instances, n_hidden, n_features{tries or f': {weights:,} weights in all'}; "
                f"give at most {MOST_WEIGHTS:,}"
            )
        consistency.check(self)
        return self

    @property
    def is_tied(self) -> bool:
        """Whether W unpacks as well as packs."""
        return MODEL_KINDS[self.model].tied

    @property
    def has_privileged_basis(self) -> bool:
        """Whether the neurons are a basis of their own; otherwise rotating the hidden space costs nothing."""
        return MODEL_KINDS[self.model].privileged

    @property
    def loss_words(self) -> str:
        """What a loss of this experiment is, in a few words: shown wherever one is."""
        words = f"{self.loss_over_features} over features"
        return f"{words} + L1" if self.l1_penalty else words

    def probability_array(self) -> Array:
        """Feature probability p as given, (instances, features); the caller's own."""
        return probabilities(self.feature_probability, self.n_instances, self.n_features).copy("C")

    def activity_array(self) -> Array:
        """How often each feature is active, (instances, features), whatever p stands for; the caller's own."""
        p = self.probability_array()
        if self.distribution == "one_hot":
            p[:] = 1 / self.n_features
        elif self.distribution == "anticorrelated" and self.probability_of == "set":
            for members in self.sets():
                p[:, list(members)] /= len(members)
        elif self.distribution == "hierarchical":
            given, family = p.copy(), self.ancestry()
            for feature in range(self.n_features):
                ancestor = family[feature]
                while ancestor >= 0:
                    p[:, feature] *= given[:, ancestor]
                    ancestor = family[ancestor]
        return p

    def importance_array(self) -> Array:
        """Importance I, (instances, features), the caller's own; a single number r stands for r^i, i from 0."""
        return importances(self.importance, self.n_instances, self.n_features).copy("C")

    def starting_bias_array(self) -> Array:
        """The bias at step 0, (instances, features), the caller's own; zero where the model has none."""
        given = self.starting_bias if self.bias else 0.0
        return spread_out("starting_bias", given, self.n_instances, self.n_features, per_list="feature").copy("C")

    def sets(self) -> structure.Sets:
        """The sets of features that belong together; a feature in none of them is on its own."""
        return structure.feature_sets(self.feature_sets, self.n_features)

    def ancestry(self) -> tuple[int, ...]:
        """Each feature's parent, -1 for none."""
        return structure.parents(self.parents, self.n_features)

    def seeds(self) -> tuple[int, ...]:
        """The seed of each instance: instance i of a seed is the same whatever stands beside it."""
        return per_instance("seed", self.seed, self.n_instances)

    def polygons(self) -> tuple[int, ...]:
        """How many corners the polygon has that each instance starts from."""
        return per_instance("starting_polygon", self.starting_polygon, self.n_instances)

    def starting_scales(self) -> tuple[float, ...]:
        """What each instance's starting weights are multiplied by."""
        return per_instance("starting_scale", self.starting_scale, self.n_instances)

    def changed(self, **values: Any) -> Experiment:
        """A copy with some fields changed, validated as a whole. Raises RecipeError."""
        return Experiment(**{**self.model_dump(), **values})

    def remarks(self) -> list[str]:
        """What is allowed but worth saying: one line each."""
        enough = self.n_features * (1 if self.is_tied else 2)  # |x| takes a neuron for each sign
        if self.n_hidden > enough:
            return [
                f"n_hidden: {self.n_hidden} dimensions for {self.n_features} features, "
                "so nothing needs to share a direction and there is no superposition to see"
            ]
        return []


def field_note(name: str) -> FieldNote:
    """How the experiment's field `name` presents itself."""
    return FIELD_NOTES[name]


def is_called_for(name: str, experiment: Experiment) -> bool:
    """Whether the field `name` means anything in `experiment`."""
    return all(getattr(experiment, other) in values for other, values in field_note(name).when.items())


LIVE_FIELDS: frozenset[str] = frozenset(name for name in Experiment.model_fields if field_note(name).live)
"""The fields whose change acts on a running model; any other change starts a new run."""
