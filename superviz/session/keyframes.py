"""Keyframes: what a recording keeps of the weights, each in its gauge, and what lies between them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import overload

import numpy as np

from superviz.core.alignment import align, first_rotation, next_rotation
from superviz.core.experiment import Experiment
from superviz.core.snapshot import Array, Snapshot
from superviz.session.growing import Growing

TRAIL_POINTS = 128
"""The most points of a trail: more than its 14 painted segments need, few enough to gather in every frame."""


class Keyframes:
    """Written by one thread, read by any. The gauge is chained from keyframe to keyframe as they are appended."""

    def __init__(self, experiment: Experiment) -> None:
        shape = (experiment.n_instances, experiment.n_hidden, experiment.n_features)
        self.snapshots: list[Snapshot] = []
        self._steps: list[int] = []
        self._rotations: list[Array] = []
        self._W = Growing(shape, np.float32)
        self._b = Growing((shape[0], shape[2]), np.float32)
        self._tip: tuple[Snapshot, int, Array] | None = None

    def __len__(self) -> int:
        return len(self._steps)

    def append(self, snapshot: Snapshot, rotation: Array | None = None) -> Array:
        """Keep a keyframe and return its gauge: `rotation` as it was once stored, else the chain's next."""
        if rotation is None:
            rotation = self._gauge_after(len(self) - 1, snapshot) if self._steps else first_rotation(snapshot.W)
        self._W.extend(align(rotation, snapshot.W)[None])
        self._b.extend(snapshot.b[None])
        self._rotations.append(rotation)
        self.snapshots.append(snapshot)
        self._steps.append(snapshot.step)
        return rotation

    def between(self, position: float, tip: Snapshot, instance: int) -> tuple[Array, Array, Array]:
        """Gauge-fixed W, b and one instance's trail at a position from the first keyframe's step to the tip's.

        W is (instances, hidden, features), b (instances, features), the trail (points, hidden, features).
        """
        count = len(self._steps)
        before = bisect_right(self._steps, position, 0, count) - 1
        step, at_keyframe = self._steps[before], self._W.view[before]
        if position == step:
            past, weights, bias = before, at_keyframe, self._b.view[before]
        else:
            if before + 1 < count:
                step_after, after = self._steps[before + 1], self._W.view[before + 1]
                bias_after = self._b.view[before + 1]
            else:
                step_after, after, bias_after = tip.step, self._tip_weights(before, tip), tip.b
            part = np.float32((position - step) / (step_after - step))
            weights = (1 - part) * at_keyframe + part * after
            bias = (1 - part) * self._b.view[before] + part * bias_after
            past = before + 1
        # A stride of a power of two on the keyframe's index: as the position moves, the points stay where they are.
        stride = 1 << (max(0, past - 1) // (TRAIL_POINTS - 1)).bit_length()
        trail = np.concatenate([self._W.view[:past:stride, instance], weights[None, instance]])
        return weights, bias, trail

    def _gauge_after(self, index: int, snapshot: Snapshot) -> Array:
        last = self.snapshots[index]
        return next_rotation(self._rotations[index], last.W, snapshot.W, snapshot.step - last.step)

    def _tip_weights(self, index: int, tip: Snapshot) -> Array:
        """The tip's W in the gauge it would have as keyframe `index` + 1: worked out by whoever looks, once a tip."""
        cached = self._tip
        if cached is None or cached[0] is not tip or cached[1] != index:
            self._tip = cached = (tip, index, align(self._gauge_after(index, tip), tip.W))
        return cached[2]


class Snapshots(Sequence[Snapshot]):
    """The first `count` keyframes and, where it is later, the state at the tip: fixed at the time it was asked for."""

    def __init__(self, keyframes: list[Snapshot], count: int, tip: Snapshot | None) -> None:
        self._keyframes = keyframes
        self._count = count
        beyond = tip is not None and (count == 0 or tip.step > keyframes[count - 1].step)
        self._tail = tip if beyond else None

    def __len__(self) -> int:
        return self._count + (self._tail is not None)

    @overload
    def __getitem__(self, index: int) -> Snapshot: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Snapshot]: ...
    def __getitem__(self, index: int | slice) -> Snapshot | Sequence[Snapshot]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        place = range(len(self))[index]
        return self._keyframes[place] if self._tail is None or place < self._count else self._tail
