"""The kinds of toy model, of data and of training there are, as a recipe names them and as people call them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from superviz.core.fields import Choice

ModelKind: TypeAlias = Literal["linear", "relu_output", "relu_hidden", "absolute_value"]
Distribution: TypeAlias = Literal["independent", "correlated", "anticorrelated", "one_hot", "hierarchical"]
Bearer: TypeAlias = Literal["feature", "set"]
Reduction: TypeAlias = Literal["mean", "sum"]
Optimiser: TypeAlias = Literal["adamw", "adam", "sgd"]
Schedule: TypeAlias = Literal["constant", "linear", "cosine"]


@dataclass(frozen=True, slots=True)
class ModelNote(Choice):
    """A kind of model; `help` is its formula."""

    tied: bool = True
    """Whether W unpacks as well, transposed; otherwise a second matrix V does, `W_out`."""
    privileged: bool = False
    """Whether the neurons are a basis of their own, since a ReLU acts on each: rotations then cost something."""


MODEL_KINDS: dict[str, ModelNote] = {
    "linear": ModelNote("Linear", "x' = W<sup>T</sup>W x + b"),
    "relu_output": ModelNote("ReLU output", "x' = ReLU(W<sup>T</sup>W x + b)"),
    "relu_hidden": ModelNote("ReLU hidden", "h = ReLU(W x), x' = ReLU(W<sup>T</sup>h + b)", privileged=True),
    "absolute_value": ModelNote(
        "Absolute value", "h = ReLU(W x), y = ReLU(V<sup>T</sup>h + b), for |x|", tied=False, privileged=True
    ),
}
DISTRIBUTIONS: dict[str, Choice] = {
    "independent": Choice("Independent", "Each feature is active or not on its own."),
    "correlated": Choice("Correlated", "The features of a set tend to be active together."),
    "anticorrelated": Choice("Anticorrelated", "At most one feature of a set is active."),
    "one_hot": Choice("One-hot", "Exactly one feature is active in each sample."),
    "hierarchical": Choice("Hierarchical", "A child is active only where its parent is."),
}
BEARERS: dict[str, Choice] = {
    "feature": Choice(
        "Each feature", "Each feature is active with probability p, so a set's p must add up to 1 at most."
    ),
    "set": Choice("The set", "The set fires with probability p, and then one of its features is active."),
}
REDUCTIONS: dict[str, Choice] = {
    "mean": Choice("Mean", "The mean over features, as in the paper's notebook."),
    "sum": Choice("Sum", "The sum over features, as in the paper's text: n times the mean."),
}
OPTIMISERS: dict[str, Choice] = {
    "adamw": Choice("AdamW", "Adam with decoupled weight decay."),
    "adam": Choice("Adam", "Weight decay is added to the gradient."),
    "sgd": Choice("SGD", "Plain gradient descent with momentum."),
}
SCHEDULES: dict[str, Choice] = {
    "constant": Choice("Constant", "The same learning rate throughout."),
    "linear": Choice("Linear", "The learning rate falls to 0 in a straight line."),
    "cosine": Choice("Cosine", "The learning rate falls to 0 along half a cosine."),
}
STARTS: dict[str, Choice] = {
    "random": Choice("Random", "Normal numbers, by Xavier's rule."),
    "polygon": Choice("Polygon", "A regular polygon; the features beyond its corners start at 0."),
}
