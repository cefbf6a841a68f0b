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
    """Written by one thread, read by any. The gauge is chained from keyframe to keyframe as they are appended.

    Where the neurons are a basis of their own, there is nothing to choose: the gauge is the identity throughout.
    """

    def __init__(self, experiment: Experiment) -> None:
        instances, hidden, features = experiment.n_instances, experiment.n_hidden, experiment.n_features
        self.snapshots: list[Snapshot] = []
        self._steps: list[int] = []
        self._rotations: list[Array] = []
        self._fixed: Array | None = None
        if experiment.has_privileged_basis:
            self._fixed = np.broadcast_to(np.eye(hidden, dtype=np.float32), (instances, hidden, hidden))
        weights, biases = (instances, hidden, features), (instances, features)
        shapes = [weights, biases] if experiment.is_tied else [weights, biases, weights]
        self._shown = [Growing(shape, np.float32) for shape in shapes]
        """W, b and, where the model is untied, W_out, in their gauge."""
        self._tip: tuple[Snapshot, int, list[Array]] | None = None

    def __len__(self) -> int:
        return len(self._steps)

    def append(self, snapshot: Snapshot, rotation: Array | None = None) -> Array:
        """Keep a keyframe and return its gauge: `rotation` as it was once stored, else the chain's next."""
        if rotation is None or self._fixed is not None:
            rotation = self._gauge_after(len(self) - 1, snapshot)
        for kept, array in zip(self._shown, self._in_gauge(snapshot, rotation), strict=True):
            kept.extend(array[None])
        self._rotations.append(rotation)
        self.snapshots.append(snapshot)
        self._steps.append(snapshot.step)
        return rotation

    def between(self, position: float, tip: Snapshot, instance: int) -> tuple[Array, Array, Array | None, Array]:
        """Gauge-fixed W, b, W_out and one instance's trail at a position from the first keyframe's step to the tip's.

        W is (instances, hidden, features), and so is W_out where there is one; b is (instances, features), the trail
        (points, hidden, features).
        """
        count = len(self._steps)
        before = bisect_right(self._steps, position, 0, count) - 1
        step, shown, past = self._steps[before], self._at(before), before
        if position != step:
            if before + 1 < count:
                step_after, after = self._steps[before + 1], self._at(before + 1)
            else:
                step_after, after = tip.step, self._at_tip(before, tip)
            part = np.float32((position - step) / (step_after - step))
            shown = [np.add((1 - part) * one, part * other) for one, other in zip(shown, after, strict=True)]
            past = before + 1
        W, b, *rest = shown
        # A stride of a power of two on the keyframe's index: as the position moves, the points stay where they are.
        stride = 1 << (max(0, past - 1) // (TRAIL_POINTS - 1)).bit_length()
        trail = np.concatenate([self._shown[0].view[:past:stride, instance], W[None, instance]])
        return W, b, rest[0] if rest else None, trail

    def _gauge_after(self, index: int, snapshot: Snapshot) -> Array:
        """The gauge of `snapshot`, next after keyframe `index`; the first one comes after -1."""
        if self._fixed is not None:
            return self._fixed
        if index < 0:
            return first_rotation(snapshot.W)
        last = self.snapshots[index]
        return next_rotation(self._rotations[index], last.W, snapshot.W, snapshot.step - last.step)

    def _in_gauge(self, snapshot: Snapshot, rotation: Array) -> list[Array]:
        matrices = [snapshot.W] if snapshot.W_out is None else [snapshot.W, snapshot.W_out]
        if self._fixed is None:
            matrices = [align(rotation, matrix) for matrix in matrices]
        return [matrices[0], snapshot.b, *matrices[1:]]

    def _at(self, index: int) -> list[Array]:
        return [kept.view[index] for kept in self._shown]

    def _at_tip(self, index: int, tip: Snapshot) -> list[Array]:
        """The tip in the gauge it would have as keyframe `index` + 1: worked out by whoever looks, once a tip."""
        cached = self._tip
        if cached is None or cached[0] is not tip or cached[1] != index:
            self._tip = cached = (tip, index, self._in_gauge(tip, self._gauge_after(index, tip)))
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
