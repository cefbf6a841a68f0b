"""Schedule: which position in training each frame of a film shows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from superviz.core.snapshot import Array, Snapshot

_MOTION_SHARE = 0.8
"""How much of a film is shared out by how far the weights move; the rest by steps, so that rest is seen to be rest."""

_MOST_READ = 4_096
"""Snapshots, evenly among all: more of them than a film has frames tell nothing new."""


class Schedule:
    """The first frame is the start of training, the last its end, and none goes back.

    Between them a stretch of training gets as many frames as the shown instance's W moves in it, blended with its
    length in steps: at an even pace the pentagon would form in a blink and then stand still for most of the film.
    The last `hold` frames rest on the end.
    """

    def __init__(self, snapshots: Sequence[Snapshot], instance: int, frames: int, hold: int = 0) -> None:
        steps: list[int] = []
        motion: list[float] = []
        before: Array | None = None
        for index in np.linspace(0, len(snapshots) - 1, min(len(snapshots), _MOST_READ)).round().astype(int).tolist():
            snapshot = snapshots[index]
            W = snapshot.W[instance]
            steps.append(snapshot.step)
            motion.append(0.0 if before is None else float(np.linalg.norm(W - before)))
            before = W
        self._steps = np.array(steps, np.float64)
        self._elapsed = _MOTION_SHARE * _share(np.cumsum(motion)) + (1 - _MOTION_SHARE) * _share(self._steps - steps[0])
        self._moving = max(frames - hold, 1)

    def position(self, frame: int) -> float:
        """The position, in steps, that `frame` shows, counted from 0."""
        if frame >= self._moving - 1:
            return float(self._steps[-1])
        return float(np.interp(frame / (self._moving - 1) * self._elapsed[-1], self._elapsed, self._steps))


def _share(run: np.ndarray) -> np.ndarray:
    """`run`, which grows from 0, as a share of its end."""
    return run / run[-1] if run[-1] > 0 else np.zeros_like(run)
