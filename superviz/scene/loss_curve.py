"""The loss curve: losses in training, and in test, as points of a picture, on one log scale, one a pixel column."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from superviz.core.experiment import Experiment
from superviz.core.snapshot import Array
from superviz.scene.drawables import Points

_HEADROOM = 0.1
"""Of the height, left free above the highest and under the lowest loss."""
_LEAST_DECADES = 0.3
"""A curve flatter than this is not stretched to fill the height."""


@dataclass(frozen=True, eq=False, slots=True)
class LossCurve:
    """Losses as (x, y), and the scales that put them there."""

    points: Points
    """(points, 2), x ascending; without what is not finite."""
    test_points: Points
    """The same of the test losses; empty where there are none."""
    left: float
    right: float
    top: float
    bottom: float
    horizon: float
    low: float
    high: float
    """The losses at the bottom and at the top, both above 0; 0 where there is no loss to show."""

    def x(self, step: float) -> float:
        """Where that step is."""
        return self.left + step / self.horizon * (self.right - self.left)

    def y(self, loss: float) -> float:
        """Where that loss is."""
        share = (np.log(loss) - np.log(self.low)) / (np.log(self.high) - np.log(self.low))
        return float(self.bottom - share * (self.bottom - self.top))

    def y_at(self, x: float) -> float:
        """The curve's height at `x`; the bottom where there is no curve."""
        return float(np.interp(x, self.points[:, 0], self.points[:, 1])) if len(self.points) else self.bottom

    def split(self, x: float) -> tuple[Points, Points]:
        """The curve up to `x` and from there on; both end at `x` where it lies on the curve."""
        xs = self.points[:, 0]
        if not len(xs) or x <= xs[0]:
            return self.points[:0], self.points
        if x >= xs[-1]:
            return self.points, self.points[:0]
        cut = int(np.searchsorted(xs, x))
        joint = np.array([[x, self.y_at(x)]])
        return np.concatenate([self.points[:cut], joint]), np.concatenate([joint, self.points[cut:]])


def loss_curve(
    steps: NDArray[np.int64],
    losses: Array,
    horizon: float,
    box: tuple[float, float, float, float],
    column: float = 6.0,
    test_losses: Array | None = None,
) -> LossCurve:
    """The curve of `losses` at `steps`, (losses,), in the box (left, top, right, bottom) of logical pixels.

    `test_losses`, as many, are a curve of their own. 0 to `horizon` steps span its width. Each `column` logical pixels
    wide stretch is the mean of what falls into it.
    """
    left, top, right, bottom = box
    horizon = max(horizon, 1.0)
    series = [_by_column(steps, one, horizon, right - left, column) for one in (losses, test_losses)]
    logs = np.log(np.concatenate([means for _, means in series]))
    if not len(logs):
        return LossCurve(np.empty((0, 2)), np.empty((0, 2)), left, right, top, bottom, horizon, 0.0, 0.0)
    low, high = float(logs.min()), float(logs.max())
    spare = max(0.0, _LEAST_DECADES * np.log(10) - (high - low)) / 2
    margin = _HEADROOM / (1 - 2 * _HEADROOM) * (high - low + 2 * spare) + spare
    low, high = low - margin, high + margin
    points, test_points = (
        np.stack([left + xs, bottom - (np.log(means) - low) / (high - low) * (bottom - top)], axis=1)
        for xs, means in series
    )
    return LossCurve(points, test_points, left, right, top, bottom, horizon, float(np.exp(low)), float(np.exp(high)))


def loss_name(experiment: Experiment, *, described: bool) -> str:
    """What a loss of this experiment is called where there is room: "loss, mean over features"; else only "loss"."""
    if not described:
        return "loss"
    name = "expected loss, noise-free" if experiment.noise_free else "loss"
    return f"{name}, {experiment.loss_words}"


def brief_loss_name(experiment: Experiment, *, described: bool) -> str:
    """The same in two words, beside a number: over features it is a mean or a sum."""
    if not described:
        return "loss"
    if experiment.noise_free:
        return "expected loss"
    return "mean loss" if experiment.loss_over_features == "mean" else "summed loss"


def _by_column(
    steps: NDArray[np.int64], losses: Array | None, horizon: float, width: float, column: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The mean x and the mean loss of each column that holds any; x from 0, ascending."""
    if losses is None:
        return np.empty(0), np.empty(0)
    known = np.isfinite(losses) & (losses > 0)
    if not known.any():
        return np.empty(0), np.empty(0)
    xs, values = steps[known].astype(np.float64) * width / horizon, losses[known].astype(np.float64)
    columns = (xs / column).astype(np.int64)
    begins = np.flatnonzero(np.diff(columns, prepend=-1))
    counts = np.diff(begins, append=len(xs))
    middles = np.add.reduceat(xs, begins) / counts
    # The curve begins and ends where the losses do, not in the middle of a column.
    middles[[0, -1]] = xs[[0, -1]]
    return middles, np.add.reduceat(values, begins) / counts
