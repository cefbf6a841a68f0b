"""Keyframes: which steps of a run are kept. A pure function of the weights, so pace and chunking never matter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from superviz.core.parameters import Parameters
from superviz.core.snapshot import Array, Snapshot

MOVE = 0.02
"""How far some weight must have moved to be worth a keyframe: beyond the optimiser's own wander (.008 in 100 steps)."""
STRIDE = 250
"""Steps after which a keyframe is taken in any case."""
BUDGET = 256 * 2**20
"""Bytes that all keyframes of a run may take, unless told otherwise."""
MOST = 2**17
"""Of a small model so many may be taken: nobody tells more of them apart, and the step of each stays in memory."""

_DENSE = ((20, 1), (500, 5), (2_000, 10))
_SPACING = 25


def grid_steps(after: int, until: int) -> NDArray[np.int64]:
    """Steps in (after, until] at which W is looked at: all to 20, each 5th to 500, 10th to 2,000, then 25th."""
    parts: list[NDArray[np.int64]] = []
    start = after
    for end, spacing in (*_DENSE, (until, _SPACING)):
        stop = min(end, until)
        if start < stop:
            parts.append(np.arange((start // spacing + 1) * spacing, stop + 1, spacing, dtype=np.int64))
            start = stop
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)


class KeyframePolicy:
    """Takes a keyframe where some weight has moved by more than MOVE since the last one, and at multiples of STRIDE.

    As the count uses up the budget, or MOST, both double: when half of it is gone, when three quarters are, and so on.
    So a run of any length fits, its beginning in full detail. Nothing but the weights and the count decides; to go on
    with a run, give its last keyframe and how many there are.
    """

    def __init__(self, last: Snapshot | None = None, count: int = 0, *, budget: int = BUDGET) -> None:
        self._last = last
        self._budget = budget
        self.count = count
        """Keyframes taken so far, those before a resume included."""

    def start(self, snapshot: Snapshot) -> list[Snapshot]:
        """The first keyframe of a run: where it starts."""
        self._last, self.count = snapshot, self.count + 1
        return [snapshot]

    def select(self, steps: NDArray[np.int64], rows: Array, layout: Parameters) -> list[Snapshot]:
        """The keyframes among the states at `steps`, all on the grid, with parameters (steps, instances, count)."""
        keyframes: list[Snapshot] = []
        capacity = min(MOST, self._budget // rows[0].nbytes) if len(rows) else 0
        first = 0
        while self.count < capacity:
            due = self._due(steps[first:], rows[first:], layout, 1 << self._halvings(capacity))
            if not due.any():
                break
            first += int(due.argmax())
            self._last = layout.snapshot(int(steps[first]), rows[first])
            keyframes.append(self._last)
            self.count += 1
            first += 1
        return keyframes

    def _due(self, steps: NDArray[np.int64], rows: Array, layout: Parameters, factor: int) -> NDArray[np.bool_]:
        if self._last is None:
            return np.ones(len(steps), dtype=np.bool_)
        moved = np.abs(layout.W(rows) - self._last.W).max(axis=(1, 2, 3))
        W_out = layout.W_out(rows)
        if W_out is not None and self._last.W_out is not None:
            moved = np.maximum(moved, np.abs(W_out - self._last.W_out).max(axis=(1, 2, 3)))
        return (moved > MOVE * factor) | (steps % (STRIDE * factor) == 0)

    def _halvings(self, capacity: int) -> int:
        """How many times what was left of the budget has been halved."""
        left = capacity - self.count
        return (capacity // left).bit_length() - 1
