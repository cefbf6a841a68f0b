"""The levels of the one-hot model: polygons on which training rests (Chen et al. 2023)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from superviz.core.theory import critical_polygon, polygon_level
from superviz.reproduction.chart import Axis, Curve, chart
from superviz.reproduction.expected import at_most, near
from superviz.reproduction.run import sweep
from superviz.reproduction.study import Check, Measure, Models, Picture, Study, at
from superviz.reproduction.trained import Trained
from superviz.scene.drawables import Scene
from superviz.scene.palette import Palette

_SOURCE = "Chen et al. 2023, arXiv 2310.06301"
_FEATURES = 6
_STEPS = 1000
_DEAD_BIAS = -0.1
"""Of a feature that is never active. Any below 0 leaves it so; 0 itself is on the edge, and rounding may tip it."""


@dataclass(frozen=True, slots=True)
class Level:
    """A polygon to start at, and how many dead features have the bias that suits them."""

    corners: int
    spare_biases: int
    published: float
    """L, of six features."""

    @property
    def name(self) -> str:
        """As the paper writes it: "5+" has one such bias."""
        return f"{self.corners}{'+' * self.spare_biases}"

    def start(self) -> dict[str, object]:
        """The fields of an experiment that starts right there."""
        polygon = critical_polygon(self.corners)
        dead = _FEATURES - self.corners
        spare = [1 / (2 * _FEATURES)] * self.spare_biases + [_DEAD_BIAS] * (dead - self.spare_biases)
        return {
            "starting_polygon": self.corners,
            "starting_scale": polygon.length,
            "starting_bias": tuple([polygon.bias] * self.corners + spare),
        }


_NOISE_FREE: dict[str, Any] = {
    "n_features": _FEATURES,
    "n_hidden": 2,
    "distribution": "one_hot",
    "noise_free": True,
    "weight_decay": 0.0,
    "loss_over_features": "sum",
    "optimiser": "sgd",
    "momentum": 0.0,
    "learning_rate": 0.05,
}
_RANDOM = "random starts"

LEVELS = (
    Level(4, 0, 0.11111),
    Level(4, 1, 0.10417),
    Level(4, 2, 0.09722),
    Level(5, 0, 0.06874),
    Level(5, 1, 0.06180),
    Level(6, 0, 0.04819),
)


def _stays(level: Level) -> Measure:
    """The lowest and the highest loss on the way."""

    def measure(models: Models) -> Sequence[float]:
        losses = models[level.name].losses
        return [float(losses.min()), float(losses.max())]

    return measure


def _at_start(trained: Trained) -> float:
    return float(trained.losses[0, 0])


def _corner(corners: int, length: float, bias: float, height: float) -> Check:
    def measure(models: Models) -> Sequence[float]:
        polygon = critical_polygon(corners)
        return [polygon.length, polygon.bias, polygon.height]

    return Check(
        f"polygon {corners}",
        f"The critical polygon of {corners} corners has this length, this bias, and this height h.",
        _SOURCE,
        near([length, bias, height], 1e-5),
        measure,
    )


def _rest(level: Level) -> Check:
    return Check(
        f"level {level.name}",
        f"Noise-free training that starts at {level.name} stays on its level for {_STEPS:,} steps: lowest and highest "
        "loss.",
        _SOURCE,
        near(level.published, 1e-4),
        _stays(level),
    )


def _off_level(trained: Trained) -> Sequence[float]:
    """How far each seed's last loss is from the nearest level."""
    levels = np.array([polygon_level(level.corners, _FEATURES, level.spare_biases) for level in LEVELS])
    return np.abs(trained.losses[-1][:, None] - levels).min(axis=1).tolist()


def _staircase(models: Models, palette: Palette) -> Scene:
    trained = models[_RANDOM]
    steps = trained.loss_steps
    shown = np.unique(np.geomspace(1, len(steps), 400).astype(int)) - 1
    falling = [Curve(steps[shown], loss, color=4, manner="thin") for loss in trained.losses[shown].T]
    ends = np.array([steps[0], steps[-1]])
    levels = [Curve(ends, np.full(2, level.published), level.name, manner="dashed") for level in LEVELS]
    across = Axis("Step", steps[0], steps[-1], logarithmic=True)
    return chart([*falling, *levels], across, Axis("Loss, sum over features", 0.03, 0.25), palette)


LEVELS_STUDY = Study(
    name="levels",
    title="Six one-hot features in two dimensions",
    source=_SOURCE,
    runs=(
        sweep(
            {level.name: level.start() for level in LEVELS},
            seeds=1,
            starting_weights="polygon",
            steps=_STEPS,
            **_NOISE_FREE,
        ),
        sweep({_RANDOM: {}}, seeds=32, steps=20_000, **_NOISE_FREE),
    ),
    checks=(
        _corner(4, 1.0, 0.0, 0.0),
        _corner(5, 1.17046, -0.28230, 0.23738),
        _corner(6, 1.32053, -0.61814, 0.86746),
        *map(_rest, LEVELS),
        Check(
            "a spare bias",
            "A dead feature that is guessed by its mean lowers the level by exactly 1/144.",
            _SOURCE,
            near(1 / 144, 1e-6),
            lambda models: [_at_start(models["5"]) - _at_start(models["5+"])],
        ),
        Check(
            "random starts",
            "Every one of 32 random starts ends on one of those levels: how far from it.",
            _SOURCE,
            at_most(1e-4),
            at(_RANDOM, _off_level),
        ),
    ),
    pictures=(Picture("The noise-free loss of 32 random starts, and the levels of six features.", _staircase),),
)

STUDIES = (LEVELS_STUDY,)
