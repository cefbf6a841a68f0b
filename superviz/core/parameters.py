"""Parameters: where a model's weights and biases lie in the one flat row that an optimiser works on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from superviz.core.experiment import Experiment
from superviz.core.snapshot import Array, Snapshot, frozen


@dataclass(frozen=True, slots=True)
class Parameters:
    """An instance's parameters in a row: W, then W_out where the model is untied, then b."""

    n_hidden: int
    n_features: int
    tied: bool

    @classmethod
    def of(cls, experiment: Experiment) -> Parameters:
        """Those of each instance of `experiment`."""
        return cls(experiment.n_hidden, experiment.n_features, experiment.is_tied)

    @property
    def count(self) -> int:
        """How many there are."""
        return self.n_hidden * self.n_features * (1 if self.tied else 2) + self.n_features

    def W(self, rows: Array) -> Array:
        """W of (..., count) rows, (..., hidden, features): a view."""
        size = self.n_hidden * self.n_features
        return rows[..., :size].reshape(*rows.shape[:-1], self.n_hidden, self.n_features)

    def W_out(self, rows: Array) -> Array | None:
        """The matrix that unpacks, (..., hidden, features), where it is another than W: a view."""
        if self.tied:
            return None
        size = self.n_hidden * self.n_features
        return rows[..., size : 2 * size].reshape(*rows.shape[:-1], self.n_hidden, self.n_features)

    def b(self, rows: Array) -> Array:
        """The bias, (..., features): a view."""
        return rows[..., -self.n_features :]

    def join(self, W: Array, b: Array, W_out: Array | None = None) -> Array:
        """The rows, (..., count), of which those are views; read-only. `W_out` only where the model is untied."""
        parts = [W, b] if W_out is None else [W, W_out, b]
        return frozen(np.concatenate([part.reshape(*b.shape[:-1], -1) for part in parts], axis=-1))

    def snapshot(self, step: int, rows: Array) -> Snapshot:
        """The weights of every instance, copied from (instances, count) rows."""
        W_out = self.W_out(rows)
        return Snapshot(step, frozen(self.W(rows)), frozen(self.b(rows)), None if W_out is None else frozen(W_out))
