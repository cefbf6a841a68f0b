"""What training leaves behind: snapshots, checkpoints, edits, and the protocol of those who keep them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float32]
LiveValue: TypeAlias = float | int | list[float] | list[list[float]]

LOSS_BUCKET_STEPS = 10
"""Steps averaged into one entry of the loss series: a single batch's loss wobbles by a quarter of its size."""


def frozen(array: NDArray[np.floating]) -> Array:
    """A read-only, contiguous float32 copy of `array`."""
    copy = np.array(array, dtype=np.float32, order="C")
    copy.setflags(write=False)
    return copy


@dataclass(frozen=True, eq=False, slots=True)
class Snapshot:
    """The weights of every instance at one step, read-only.

    `W` is (instances, hidden, features): column i of an instance's W is feature i's direction.
    `b` is (instances, features). `W_out`, shaped like W, unpacks where the model is untied; elsewhere W does.
    """

    step: int
    W: Array
    b: Array
    W_out: Array | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Checkpoint:
    """All that training needs to go on from `step` as if it had never stopped.

    Random numbers are a pure function of (seed, instance, step), so `step` is their position too. `parameters` is
    (instances, count), laid out as core.parameters.Parameters has it; so are `mean` and `square`, Adam's first and
    second moments (of SGD, `mean` is the momentum). `loss_sum` (instances,) float64 holds the unfinished loss bucket.
    """

    step: int
    parameters: Array
    mean: Array
    square: Array
    loss_sum: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of one live field of the experiment, in force for every step after `step`."""

    step: int
    field: str
    value: LiveValue


class SnapshotSink(Protocol):
    """Who keeps what training leaves behind. Called from the training thread; must not block it.

    Whatever is handed over is immutable and may be shared between sinks.
    """

    def append(self, snapshot: Snapshot) -> None:
        """Take the next keyframe; its step is greater than the one before."""
        ...

    def append_losses(self, losses: Array, test_losses: Array | None = None) -> None:
        """Take the next entries of the loss series, (buckets, instances), LOSS_BUCKET_STEPS steps each.

        `test_losses`, as many, are the loss on fresh samples at the end of each bucket: of a finite training set only.
        """
        ...

    def append_edit(self, edit: Edit) -> None:
        """Take an edit; it is in force from its step on."""
        ...

    def append_checkpoint(self, checkpoint: Checkpoint, *, passing: bool = False) -> None:
        """Take a checkpoint; training can be resumed from it. A `passing` one is wanted only until the next."""
        ...

    def show_live(self, snapshot: Snapshot) -> None:
        """Take the weights at the live head. Not a keyframe: each replaces the one before, none is kept."""
        ...
