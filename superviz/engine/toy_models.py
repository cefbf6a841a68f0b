"""The kinds of toy model: how each reconstructs its input from fewer dimensions, its loss, and its gradient by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from superviz.core.experiment import Experiment
from superviz.core.kinds import ModelKind
from superviz.core.snapshot import Array


@dataclass(frozen=True, slots=True)
class ToyModel:
    """h = f(W x), y = g(W_out^T h + b), with W_out = W in the tied models (TMS).

    All its arrays are numpy's or torch's, (instances, ..., samples); the kernel does the same a lane at a time. What is
    not a number stays so: a ReLU that made a nan 0 would hide divergence.
    """

    rectifies_hidden: bool = False
    """Whether f is a ReLU; otherwise it is the identity."""
    rectifies_output: bool = False
    """Whether g is a ReLU; otherwise it is the identity."""
    reaches_for_size: bool = False
    """Whether y is to be abs(x); otherwise x."""

    def hidden(self, W: Any, x: Any) -> Any:
        """h for x (instances, features, samples), with W (instances, hidden, features)."""
        h = W @ x
        return h.clip(0) if self.rectifies_hidden else h

    def output(self, W_out: Any, b: Any, h: Any) -> Any:
        """y for h (instances, hidden, samples), with W_out like W and b (instances, features)."""
        y = W_out.swapaxes(-1, -2) @ h + b[..., None]
        return y.clip(0) if self.rectifies_output else y

    def target(self, x: Any) -> Any:
        """What y is to be."""
        return abs(x) if self.reaches_for_size else x

    def gradient(self, W: Any, W_out: Any, b: Any, x: Any, weight: Any, penalty: Any) -> tuple[Any, Any, Any, Any]:
        """(loss, dW, dW_out, db), with the loss (instances,) = sum of weight (y - target)^2 + penalty |h|.

        `weight` is an array that broadcasts with (instances, features, samples), `penalty` with (instances, hidden,
        samples). In a tied model the gradient of W is dW + dW_out.
        """
        h = self.hidden(W, x)
        y = self.output(W_out, b, h)
        error = y - self.target(x)
        slope = weight * error
        loss = (slope * error).sum(-1).sum(-1) + (penalty * abs(h)).sum(-1).sum(-1)
        slope = 2 * slope * (y > 0) if self.rectifies_output else 2 * slope
        back = W_out @ slope + (penalty * (h > 0) - penalty * (h < 0))
        if self.rectifies_hidden:
            back = back * (h > 0)
        return loss, back @ x.swapaxes(-1, -2), h @ slope.swapaxes(-1, -2), slope.sum(-1)


MODELS: dict[ModelKind, ToyModel] = {
    "linear": ToyModel(),
    "relu_output": ToyModel(rectifies_output=True),
    "relu_hidden": ToyModel(rectifies_hidden=True, rectifies_output=True),
    "absolute_value": ToyModel(rectifies_hidden=True, rectifies_output=True, reaches_for_size=True),
}
"""A row here and one in core.kinds are all that a kind of model takes."""


def loss(experiment: Experiment, W: Array, b: Array, W_out: Array | None, x: Array, weight: Array) -> NDArray[Any]:
    """The loss on samples x (instances or 1, features, samples), each counting by its weight; (instances,) float64.

    `weight` is (instances or 1, samples). It takes several arrays of (instances, features, samples): see `at_once`.
    """
    model = MODELS[experiment.model]
    h = model.hidden(W, x)
    error = model.output(W if W_out is None else W_out, b, h) - model.target(x)
    squares = np.einsum("ifs,ifs->if", error, error * weight[:, None], dtype=np.float64)
    total = (experiment.importance_array().astype(np.float64) * squares).sum(axis=1)
    if experiment.loss_over_features == "mean":
        total /= experiment.n_features
    if experiment.l1_penalty:
        total += experiment.l1_penalty * np.einsum("ihs,ihs->i", abs(h), weight[:, None], dtype=np.float64)
    return total


def at_once(experiment: Experiment) -> int:
    """How many samples to take `loss` of in one go: a power of two, and no array is much above 16 MB."""
    numbers = experiment.n_instances * max(experiment.n_features, experiment.n_hidden)
    return 1 << int(np.clip(np.log2(4_000_000 / numbers), 6, 16))
