"""The kinds of toy model: how each reconstructs its input from fewer dimensions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from superviz.core.experiment import ModelKind
from superviz.core.snapshot import Array


@dataclass(frozen=True)
class TiedModel:
    """x' = f(W^T W x + b): one W packs the features into the hidden space and its transpose unpacks them (TMS)."""

    rectified: bool
    """Whether f is a ReLU; otherwise it is the identity."""

    def reconstruct(self, W: Array, b: Array, x: Array) -> Array:
        """x' for x (instances, features, samples), with W (instances, hidden, features) and b (instances, features)."""
        output = np.matmul(W.swapaxes(-1, -2), np.matmul(W, x)) + b[..., None]
        return np.maximum(output, np.float32(0), out=output) if self.rectified else output


MODELS: dict[ModelKind, TiedModel] = {
    "linear": TiedModel(rectified=False),
    "relu_output": TiedModel(rectified=True),
}
"""The kernel's `tied_gradient` is the same forward pass with its derivative, a lane of samples at a time."""
