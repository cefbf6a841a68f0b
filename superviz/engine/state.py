"""What the kernel reads and writes, as plain tuples of arrays: settings, the state of training, and what it leaves."""

from __future__ import annotations

import math
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from superviz.core.errors import TrainingError
from superviz.core.experiment import Experiment
from superviz.core.parameters import Parameters
from superviz.core.snapshot import Array, Checkpoint, frozen
from superviz.engine.random_numbers import Keys, Stream, instance_keys
from superviz.engine.sampling import Plan, plan
from superviz.engine.starting_weights import starting_parameters
from superviz.engine.tables import Table, table
from superviz.engine.toy_models import MODELS

Flag: TypeAlias = NDArray[np.int64]
"""(1,), 0 or raised; may be raised from any thread while the kernel runs."""


class Kind(NamedTuple):
    """What is computed: the model, as in toy_models.ToyModel, and what it is computed on."""

    rectifies_hidden: bool
    rectifies_output: bool
    reaches_for_size: bool
    tied: bool
    biased: bool
    weighted: bool
    """Whether samples come from a table, each with its own weight, and not fresh at every step."""
    tested: bool
    """Whether a test loss is wanted: on fresh samples, at the end of each bucket."""
    normed: bool
    """Whether those are scaled to length 1, as the table's are."""
    plain: bool
    """Whether every row is on its own, without a sign: the fast way."""
    signed: bool
    adaptive: bool
    """Adam, otherwise SGD."""

    @classmethod
    def of(cls, experiment: Experiment, scheme: Plan) -> Kind:
        """The kind of `experiment`, whose samples come about by `scheme`."""
        model = MODELS[experiment.model]
        alone = bool((scheme.parent < 0).all() and (scheme.shift == 0).all())
        return cls(
            rectifies_hidden=model.rectifies_hidden,
            rectifies_output=model.rectifies_output,
            reaches_for_size=model.reaches_for_size,
            tied=experiment.is_tied,
            biased=experiment.bias,
            weighted=experiment.noise_free or experiment.training_set is not None,
            tested=experiment.training_set is not None,
            normed=experiment.unit_norm,
            plain=alone and not scheme.signed,
            signed=scheme.signed,
            adaptive=experiment.optimiser != "sgd",
        )


class Settings(NamedTuple):
    """An experiment as the kernel wants it."""

    kind: Kind
    keys: Keys
    test_keys: Keys
    """(instances,), what each draws its samples under."""
    word: NDArray[np.int64]
    shift: NDArray[np.uint32]
    scale: Array
    parent: NDArray[np.int64]
    order: NDArray[np.int64]
    """The plan's, as in sampling.Plan."""
    table: Array
    """(instances or 1, features, samples); no samples where they are fresh at every step."""
    share: Array
    """(instances, samples), how much each of the table's samples counts."""
    batch_size: int
    weight: Array
    """(instances, features), 2 I over whatever the loss is a mean of."""
    penalty: float
    decay: float
    """Weight decay that is added to the gradient."""
    momentum: float

    @property
    def samples(self) -> int:
        """How many an instance takes in a step."""
        return self.share.shape[1] or self.batch_size

    @classmethod
    def of(cls, experiment: Experiment) -> Settings:
        """The settings of `experiment`."""
        scheme, samples = plan(experiment), table(experiment)
        kind = Kind.of(experiment, scheme)
        if samples is None:
            empty = np.zeros((1, experiment.n_features, 0), dtype=np.float32)
            samples = Table(empty, np.zeros((experiment.n_instances, 0), dtype=np.float32))
        features = experiment.n_features if experiment.loss_over_features == "mean" else 1
        counted = 1 if kind.weighted else experiment.batch_size
        return cls(
            kind,
            instance_keys(experiment.seeds(), Stream.SAMPLES),
            instance_keys(experiment.seeds(), Stream.TEST),
            np.ascontiguousarray(scheme.word, dtype=np.int64),
            np.ascontiguousarray(scheme.shift, dtype=np.uint32),
            _own(scheme.scale),
            np.ascontiguousarray(scheme.parent, dtype=np.int64),
            np.ascontiguousarray(scheme.order, dtype=np.int64),
            _own(samples.x),
            _own(samples.weight),
            experiment.batch_size,
            _own(2.0 * experiment.importance_array() / (features * counted)),
            experiment.l1_penalty / counted,
            0.0 if experiment.optimiser == "adamw" else experiment.weight_decay,
            experiment.momentum,
        )


class State(NamedTuple):
    """All that changes from step to step, updated in place: the arrays of a Checkpoint, writable."""

    parameters: Array
    mean: Array
    square: Array
    loss_sum: NDArray[np.float64]

    @classmethod
    def start(cls, experiment: Experiment) -> State:
        """The starting weights, nothing remembered."""
        rows = starting_parameters(experiment)
        return cls(rows, np.zeros_like(rows), np.zeros_like(rows), np.zeros(len(rows)))

    @classmethod
    def resume(cls, experiment: Experiment, checkpoint: Checkpoint) -> State:
        """The state that was put down. Raises TrainingError where it is of another shape than `experiment`."""
        state = cls(
            _own(checkpoint.parameters),
            _own(checkpoint.mean),
            _own(checkpoint.square),
            np.array(checkpoint.loss_sum, dtype=np.float64),
        )
        rows = (experiment.n_instances, Parameters.of(experiment).count)
        for name, array, shape in zip(cls._fields, state, (rows, rows, rows, rows[:1]), strict=True):
            if array.shape != shape:
                raise TrainingError(f"the checkpoint's {name} is {array.shape}, but the experiment's is {shape}")
        return state

    def checkpoint(self, step: int) -> Checkpoint:
        """A read-only copy."""
        loss_sum = self.loss_sum.copy()
        loss_sum.setflags(write=False)
        return Checkpoint(step, frozen(self.parameters), frozen(self.mean), frozen(self.square), loss_sum)

    def copy(self) -> State:
        """A copy of every array."""
        return State._make(array.copy() for array in self)

    def restore(self, kept: State) -> None:
        """Back to the values of `kept`, in place."""
        for array, values in zip(self, kept, strict=True):
            array[:] = values


class Trace(NamedTuple):
    """What a stretch of training leaves: its completed loss buckets, and the parameters at the steps asked for."""

    losses: Array
    """(buckets, instances)."""
    test_losses: Array
    """(buckets, instances), on fresh samples; (0, instances) where there is no finite training set."""
    steps: NDArray[np.int64]
    """(states,), ascending."""
    parameters: Array
    """(states, instances, count), laid out as core.parameters.Parameters has it."""
    sound: NDArray[np.int64]
    """(instances,), how many steps each took before one that was not finite."""
    taken: NDArray[np.int64]
    """(1,), how many steps were begun."""

    def cut(self, buckets: int, states: int) -> Trace:
        """The first so many buckets and states."""
        return self._replace(
            losses=self.losses[:buckets],
            test_losses=self.test_losses[:buckets],
            steps=self.steps[:states],
            parameters=self.parameters[:states],
        )

    @classmethod
    def empty(cls, instances: int, count: int, buckets: int, steps: NDArray[np.int64], *, tested: bool) -> Trace:
        """Room for `buckets` of loss and for `count` parameters an instance at `steps`."""
        return cls(
            np.empty((buckets, instances), dtype=np.float32),
            np.empty((buckets if tested else 0, instances), dtype=np.float32),
            steps,
            np.empty((len(steps), instances, count), dtype=np.float32),
            np.empty(instances, dtype=np.int64),
            np.empty(1, dtype=np.int64),
        )


class Room(NamedTuple):
    """Where one thread of the kernel works, on a lane of samples at a time; it means nothing between calls."""

    x: Array
    """(rows, lane): the features, and what gates them."""
    y: Array
    """(features, lane)."""
    hidden: Array
    grad_hidden: Array
    """(hidden, lane)."""
    share: Array
    """(1, lane)."""
    transposed: Array
    """(features, hidden)."""
    gradient: Array
    """(1, parameters)."""
    zeros: Array
    """(1, hidden)."""

    @classmethod
    def of(cls, experiment: Experiment, settings: Settings) -> Room:
        """Room for an instance of `experiment`, of those settings."""
        n, m, rows = experiment.n_features, experiment.n_hidden, len(settings.word)
        # Long lanes hide the loops' overhead; short ones keep a model that is not tiny in the first cache.
        longest = 512 if n + m <= 12 else 256
        lane = min(longest, -(-settings.samples // 16) * 16)
        shapes = (
            (rows, lane),
            (n, lane),
            (m, lane),
            (m, lane),
            (1, lane),
            (n, m),
            (1, Parameters.of(experiment).count),
            (1, m),
        )
        return cls._make(map(_aligned, shapes))


def _own(array: NDArray[np.floating]) -> Array:
    # The kernel takes writable arrays of rows only, and a broadcast is neither.
    return np.array(array, dtype=np.float32, order="C")


def _aligned(shape: tuple[int, ...]) -> Array:
    """An array that starts on a cache line: loads that straddle two lines made the kernel up to 70 % slower."""
    size = math.prod(shape)
    room = np.empty(size + 16, dtype=np.float32)
    start = -room.ctypes.data // 4 % 16
    return room[start : start + size].reshape(shape)
