"""What the kernel reads and writes, as plain tuples of arrays: settings, the state of training, and what it leaves."""

from __future__ import annotations

import math
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from superviz.core.errors import TrainingError
from superviz.core.experiment import Experiment
from superviz.core.snapshot import Array, Checkpoint, frozen
from superviz.engine.random_numbers import Keys, Stream, instance_keys
from superviz.engine.sampling import scales
from superviz.engine.starting_weights import starting_weights
from superviz.engine.toy_models import MODELS

Flag: TypeAlias = NDArray[np.int64]
"""(1,), 0 or raised; may be raised from any thread while the kernel runs."""


class Settings(NamedTuple):
    """An experiment as the kernel wants it."""

    keys: Keys
    """(instances,), what each draws its samples under."""
    rectified: bool
    """The kind of model, as in toy_models.TiedModel."""
    batch_size: int
    learning_rate: float
    weight_decay: float
    scale: Array
    """(instances, features), sampling.scales of the feature probability."""
    importance: Array
    """(instances, features)."""

    @classmethod
    def of(cls, experiment: Experiment) -> Settings:
        """The settings of `experiment`."""
        return cls(
            instance_keys(experiment.seed, experiment.n_instances, Stream.SAMPLES),
            MODELS[experiment.model].rectified,
            experiment.batch_size,
            experiment.learning_rate,
            experiment.weight_decay,
            _own(scales(experiment.probability_array())),
            _own(experiment.importance_array()),
        )


class State(NamedTuple):
    """All that changes from step to step, updated in place: the arrays of a Checkpoint, writable."""

    W: Array
    b: Array
    mean_W: Array
    mean_b: Array
    square_W: Array
    square_b: Array
    loss_sum: NDArray[np.float64]

    @classmethod
    def start(cls, experiment: Experiment) -> State:
        """Xavier-normal weights, no bias, nothing remembered."""
        W = starting_weights(experiment)
        b = np.zeros((experiment.n_instances, experiment.n_features), dtype=np.float32)
        return cls(W, b, np.zeros_like(W), np.zeros_like(b), np.zeros_like(W), np.zeros_like(b), np.zeros(len(W)))

    @classmethod
    def resume(cls, experiment: Experiment, checkpoint: Checkpoint) -> State:
        """The state that was put down. Raises TrainingError where it is of another shape than `experiment`."""
        state = cls(
            _own(checkpoint.W),
            _own(checkpoint.b),
            _own(checkpoint.mean_W),
            _own(checkpoint.mean_b),
            _own(checkpoint.square_W),
            _own(checkpoint.square_b),
            np.array(checkpoint.loss_sum, dtype=np.float64),
        )
        weights = (experiment.n_instances, experiment.n_hidden, experiment.n_features)
        bias = (experiment.n_instances, experiment.n_features)
        for name, array, shape in zip(cls._fields, state, (*(weights, bias) * 3, bias[:1]), strict=True):
            if array.shape != shape:
                raise TrainingError(f"the checkpoint's {name} is {array.shape}, but the experiment's is {shape}")
        return state

    def checkpoint(self, step: int) -> Checkpoint:
        """A read-only copy."""
        loss_sum = self.loss_sum.copy()
        loss_sum.setflags(write=False)
        return Checkpoint(
            step,
            frozen(self.W),
            frozen(self.b),
            frozen(self.mean_W),
            frozen(self.mean_b),
            frozen(self.square_W),
            frozen(self.square_b),
            loss_sum,
        )

    def copy(self) -> State:
        """A copy of every array."""
        return State._make(array.copy() for array in self)

    def restore(self, kept: State) -> None:
        """Back to the values of `kept`, in place."""
        for array, values in zip(self, kept, strict=True):
            array[:] = values


class Trace(NamedTuple):
    """What a stretch of training leaves: its completed loss buckets, and the weights at the steps asked for."""

    losses: Array
    """(buckets, instances)."""
    steps: NDArray[np.int64]
    """(states,), ascending."""
    W: Array
    """(states, instances, hidden, features)."""
    b: Array
    """(states, instances, features)."""
    sound: NDArray[np.int64]
    """(instances,), how many steps each took before one that was not finite."""
    taken: NDArray[np.int64]
    """(1,), how many steps were begun."""

    def cut(self, buckets: int, states: int) -> Trace:
        """The first so many buckets and states."""
        return self._replace(
            losses=self.losses[:buckets], steps=self.steps[:states], W=self.W[:states], b=self.b[:states]
        )

    @classmethod
    def empty(cls, state: State, buckets: int, steps: NDArray[np.int64]) -> Trace:
        """Room for `buckets` of loss and for the weights at `steps`."""
        return cls(
            np.empty((buckets, len(state.W)), dtype=np.float32),
            steps,
            np.empty((len(steps), *state.W.shape), dtype=np.float32),
            np.empty((len(steps), *state.b.shape), dtype=np.float32),
            np.empty(len(state.W), dtype=np.int64),
            np.empty(1, dtype=np.int64),
        )


class Room(NamedTuple):
    """Where one thread of the kernel works, on a lane of samples at a time; it means nothing between calls."""

    x: Array
    y: Array
    """(features, lane)."""
    hidden: Array
    grad_hidden: Array
    """(hidden, lane)."""
    transposed: Array
    """(features, hidden)."""
    grad_W: Array
    """(hidden, features)."""
    grad_b: Array
    weight: Array
    """(features,)."""

    @classmethod
    def of(cls, experiment: Experiment) -> Room:
        """Room for an instance of `experiment`."""
        n, m = experiment.n_features, experiment.n_hidden
        # Long lanes hide the loops' overhead; short ones keep a model that is not tiny in the first cache.
        longest = 512 if n + m <= 12 else 256
        lane = min(longest, -(-experiment.batch_size // 16) * 16)
        shapes = ((n, lane), (n, lane), (m, lane), (m, lane), (n, m), (m, n), (n,), (n,))
        return cls._make(map(_aligned, shapes))


def _own(array: Array) -> Array:
    # The kernel takes writable arrays of rows only, and a broadcast is neither.
    return np.array(array, dtype=np.float32, order="C")


def _aligned(shape: tuple[int, ...]) -> Array:
    """An array that starts on a cache line: loads that straddle two lines made the kernel up to 70 % slower."""
    size = math.prod(shape)
    room = np.empty(size + 16, dtype=np.float32)
    start = -room.ctypes.data // 4 % 16
    return room[start : start + size].reshape(shape)
