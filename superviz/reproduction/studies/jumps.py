"""Learning in jumps: a feature finds its place all at once, and the loss falls with it (TMS)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from superviz.core.geometry import feature_dimensionality
from superviz.core.snapshot import LOSS_BUCKET_STEPS
from superviz.reproduction.chart import Axis, Curve, chart
from superviz.reproduction.expected import at_least, at_most
from superviz.reproduction.measures import shape_names
from superviz.reproduction.run import probabilities, sweep
from superviz.reproduction.study import Check, Models, Picture, Study, at
from superviz.reproduction.trained import Floats, Trained
from superviz.scene.drawables import Scene
from superviz.scene.palette import Palette

_SOURCE = "TMS, “Discrete ‘energy level’ jumps”"
_NOTES = 50
"""Steps between two looks at the weights."""
_SETTLED = 1500
"""Steps after which the first fall of the loss is over: whatever moves later leaves a plateau."""
_JUMP = 0.03
"""Of some D_i in so many steps, at least: the optimiser alone moves it by a tenth of that."""


def _moves(trained: Trained) -> Floats:
    """The largest change of a D_i between two notes, (notes − 1, seeds); 0 before the plateau."""
    moves = np.abs(np.diff(feature_dimensionality(trained.noted_W), axis=0)).max(axis=2)
    return np.where(trained.noted_steps[1:, None] > _SETTLED, moves, 0.0)


def _falls(trained: Trained) -> Floats:
    """By how much the logarithm of the loss falls from one stretch of steps to the next, as _moves has it."""
    per_note = _NOTES // LOSS_BUCKET_STEPS
    stretches = trained.losses.reshape(-1, per_note, trained.losses.shape[1]).mean(axis=1)
    falls = -np.diff(np.log(stretches), axis=0)
    return np.where(trained.noted_steps[:-1, None] > _SETTLED, falls, -np.inf)


def late_jumpers(trained: Trained) -> list[int]:
    """The seeds that become a pentagon only after a while on a plateau."""
    jumps = _moves(trained).max(axis=0) > _JUMP
    return [seed for seed, name in enumerate(shape_names(trained.W)) if jumps[seed] and name == "Pentagon"]


def _apart(trained: Trained) -> Sequence[float]:
    """Steps between a late jumper's largest move of a D_i and the largest fall of its loss."""
    seeds = late_jumpers(trained)
    if not seeds:
        return []
    moved = trained.noted_steps[1:][_moves(trained)[:, seeds].argmax(axis=0)]
    fell = trained.noted_steps[:-1][_falls(trained)[:, seeds].argmax(axis=0)]
    return np.abs(moved - fell).tolist()


def _latest(trained: Trained) -> int:
    """The seed that jumps last of all; of all seeds, where none does so late."""
    seeds = late_jumpers(trained) or list(range(len(trained.W)))
    return seeds[int(_moves(trained)[:, seeds].argmax(axis=0).argmax())]


def _until(trained: Trained) -> Axis:
    return Axis("Step", 0, float(trained.experiment.steps))


def _shares_of_one(models: Models, palette: Palette) -> Scene:
    trained = models["p = 0.05"]
    shares = feature_dimensionality(trained.noted_W[:, _latest(trained)])
    curves = [
        Curve(trained.noted_steps, share, f"feature {feature + 1}", feature) for feature, share in enumerate(shares.T)
    ]
    return chart(curves, _until(trained), Axis("D", 0, 0.6), palette)


def _loss_of_one(models: Models, palette: Palette) -> Scene:
    trained = models["p = 0.05"]
    loss = trained.losses[:, _latest(trained)]
    across = Axis("Noise-free loss, mean over features", 0.8 * float(loss.min()), 1.2 * float(loss.max()), True)
    return chart([Curve(trained.loss_steps, loss, color=4)], _until(trained), across, palette)


JUMPS = Study(
    name="jumps",
    title="Learning in jumps, by the noise-free loss",
    source=_SOURCE,
    runs=(
        sweep(
            probabilities(0.05),
            seeds=64,
            note_every=_NOTES,
            n_features=5,
            n_hidden=2,
            noise_free=True,
            steps=6_000,
        ),
    ),
    checks=(
        Check(
            "late jumps",
            "Some of 64 seeds stay on a plateau for a while, and leave it all at once.",
            _SOURCE,
            at_least(5),
            at("p = 0.05", lambda trained: [float(len(late_jumpers(trained)))]),
        ),
        Check(
            "at the same time",
            "Where a D_i moves most, the loss falls most: so many steps lie between the two, for each late seed.",
            _SOURCE,
            at_most(2 * _NOTES),
            at("p = 0.05", _apart),
        ),
    ),
    pictures=(
        Picture("A late seed's five features: each one's dimensionality D while it trains.", _shares_of_one),
        Picture("The same seed's loss.", _loss_of_one),
    ),
)

STUDIES = (JUMPS,)
