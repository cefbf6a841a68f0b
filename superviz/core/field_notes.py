"""Field notes: how the fields of an experiment present themselves; the recipe panel is built from these alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from superviz.core.fields import Choice
from superviz.core.kinds import BEARERS, DISTRIBUTIONS, MODEL_KINDS, OPTIMISERS, REDUCTIONS, SCHEDULES, STARTS


@dataclass(frozen=True, slots=True)
class FieldNote:
    """How a field presents itself to a person."""

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
    choices: Mapping[str, Choice] = field(default_factory=dict[str, Choice])
    """The words it knows, where it is one of several."""
    rare: bool = False
    """Whether most people never need it: it is shown on request, or where it isn't at its default."""
    when: Mapping[str, tuple[object, ...]] = field(default_factory=dict[str, "tuple[object, ...]"])
    """Where it means anything at all: the fields it depends on, and the values of each that call for it."""


FIELD_NOTES: Mapping[str, FieldNote] = {
    "n_features": FieldNote("Features", "Features, n", "How many things there are to represent."),
    "importance": FieldNote(
        "Features", "Importance", "Each matters {value} times the one before.", live=True, slider=(0.1, 1.0)
    ),
    "n_hidden": FieldNote("Model", "Dimensions, m", "How many directions the model has for them."),
    "model": FieldNote("Model", "Kind", "What the model computes.", choices=MODEL_KINDS),
    "bias": FieldNote("Model", "Bias", "Whether the model has a bias, b.", rare=True),
    "loss_over_features": FieldNote(
        "Model",
        "Loss over features",
        "How the features' errors are put together.",
        choices=REDUCTIONS,
        short="Loss",
        rare=True,
    ),
    "l1_penalty": FieldNote(
        "Model",
        "L1 penalty",
        "{value} times the sum of the hidden activations' sizes is added to the loss.",
        live=True,
        slider=(1e-5, 1.0),
        logarithmic=True,
        rare=True,
    ),
    "starting_weights": FieldNote(
        "Model", "Starting weights", "Where training begins.", choices=STARTS, short="Start", rare=True
    ),
    "starting_polygon": FieldNote(
        "Model", "Corners", "How many features start as its corners.", when={"starting_weights": ("polygon",)}
    ),
    "starting_scale": FieldNote(
        "Model",
        "Starting scale",
        "The starting weights are multiplied by {value}; a polygon's corners start at this length.",
        slider=(0.01, 10.0),
        logarithmic=True,
        rare=True,
    ),
    "starting_bias": FieldNote("Model", "Starting bias", "What the bias starts at.", rare=True, when={"bias": (True,)}),
    "n_instances": FieldNote("Data", "Instances", "Copies of the model, trained side by side."),
    "distribution": FieldNote(
        "Data", "Features are", "How features come together.", choices=DISTRIBUTIONS, short="Features"
    ),
    "feature_probability": FieldNote(
        "Data",
        "Probability, p",
        "Each feature is active {percent} of the time: sparsity {sparsity}.",
        live=True,
        slider=(0.01, 1.0),
        logarithmic=True,
        when={"distribution": ("independent", "correlated", "anticorrelated", "hierarchical")},
    ),
    "feature_sets": FieldNote(
        "Data",
        "Sets",
        "Which features belong together: a size, or sets such as 1 2, 3 4 5.",
        when={"distribution": ("correlated", "anticorrelated")},
    ),
    "correlation": FieldNote(
        "Data",
        "Correlation",
        "Between the features of a set: 0 is on their own, 1 is always together.",
        live=True,
        slider=(0.0, 1.0),
        when={"distribution": ("correlated",)},
    ),
    "probability_of": FieldNote(
        "Data",
        "p is of",
        "What is active with probability p.",
        choices=BEARERS,
        when={"distribution": ("anticorrelated",)},
    ),
    "parents": FieldNote(
        "Data",
        "Parents",
        "Each feature's parent, 0 for none: p is then that of the child where its parent is active.",
        when={"distribution": ("hierarchical",)},
    ),
    "signed": FieldNote("Data", "Both signs", "Active features lie on [−1, 1], not on [0, 1].", rare=True),
    "training_set": FieldNote(
        "Data", "Training set", "So many examples, all of them in every step, in place of fresh samples.", rare=True
    ),
    "unit_norm": FieldNote("Data", "Unit norm", "Whether each example is scaled to length 1.", rare=True),
    "noise_free": FieldNote("Data", "Noise-free", "The expected loss, by quadrature, in place of samples.", rare=True),
    "learning_rate": FieldNote(
        "Training",
        "Learning rate",
        "How far each step moves the weights.",
        live=True,
        slider=(1e-5, 0.1),
        logarithmic=True,
    ),
    "batch_size": FieldNote(
        "Training",
        "Batch size",
        "Fresh samples drawn for each step.",
        half=True,
        when={"training_set": (None,), "noise_free": (False,)},
    ),
    "steps": FieldNote("Training", "Steps", "Where training comes to rest.", live=True, half=True),
    "weight_decay": FieldNote(
        "Training",
        "Weight decay",
        "How strongly the optimiser pulls the weights towards zero.",
        live=True,
        short="Decay",
        half=True,
    ),
    "seed": FieldNote(
        "Training", "Seed", "Which random start and samples; the same seed gives the same run.", half=True
    ),
    "optimiser": FieldNote("Training", "Optimiser", "How gradients move the weights.", choices=OPTIMISERS, rare=True),
    "momentum": FieldNote(
        "Training", "Momentum", "How much of the last move is kept.", half=True, when={"optimiser": ("sgd",)}
    ),
    "schedule": FieldNote("Training", "Schedule", "How the learning rate changes.", choices=SCHEDULES, rare=True),
    "warmup": FieldNote(
        "Training", "Warm-up", "Steps over which the learning rate rises from 0.", half=True, rare=True
    ),
    "best_of": FieldNote(
        "Training",
        "Best of",
        "Seeds tried for each instance; the one of lowest loss is kept.",
        half=True,
        rare=True,
    ),
}
"""A note here and a line in core.experiment, in the same order, are all that a field takes."""
