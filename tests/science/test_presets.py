"""Every preset, trained to its end: it becomes what its `shows` says that it becomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from superviz.core.experiment import Experiment
from superviz.core.geometry import feature_dimensionality, frobenius_norm_squared, gram_matrix, weight_norms
from superviz.core.neurons import polysemanticity
from superviz.core.recipe import load_recipe, preset_paths
from superviz.core.shapes import name_shape
from superviz.core.snapshot import Array
from superviz.engine.evaluation import evaluation_loss
from superviz.engine.trainer import Trainer


@dataclass(frozen=True)
class Outcome:
    """What a preset became."""

    experiment: Experiment
    shown: int
    """The instance that is looked at first."""
    W: Array
    W_out: Array | None
    losses: Array
    """(buckets, instances), while it trained."""
    evaluation: Array

    @property
    def probabilities(self) -> list[float]:
        """Each instance's feature probability."""
        return [round(float(p), 3) for p in self.experiment.probability_array()[:, 0]]

    @property
    def shapes(self) -> list[str]:
        """The short name of each instance's shape, "" where it has none."""
        return [shape.short if (shape := name_shape(W)) is not None else "" for W in self.W]

    @property
    def cosines(self) -> NDArray[np.floating]:
        """Between the features of each instance, (instances, features, features)."""
        norms = weight_norms(self.W)
        return gram_matrix(self.W) / (norms[:, :, None] * norms[:, None, :])


CLAIMS: dict[str, Callable[[Outcome], None]] = {}
"""What each preset says of itself, as a check of what it became."""


def claim(name: str) -> Callable[[Callable[[Outcome], None]], Callable[[Outcome], None]]:
    def keep(check: Callable[[Outcome], None]) -> Callable[[Outcome], None]:
        CLAIMS[name] = check
        return check

    return keep


@claim("intro")
def two_orthogonal_then_two_digons_then_a_pentagon(became: Outcome) -> None:
    assert (became.shapes[0], became.shapes[-1]) == ("Orthogonal", "Pentagon")
    assert "Two digons" in became.shapes[1:-1]
    stored = (weight_norms(became.W) > 0.5).sum(axis=1).tolist()
    assert stored == sorted(stored)


@claim("orthogonal")
def the_two_most_important_get_a_direction_each(became: Outcome) -> None:
    lengths = weight_norms(became.W)
    assert np.abs(lengths[:, :2] - 1).max() < 0.05
    assert lengths[:, 2:].max() < 0.1
    assert np.abs(became.cosines[:, 0, 1]).max() < 0.05


@claim("dense")
def the_five_most_important_fill_five_dimensions(became: Outcome) -> None:
    assert frobenius_norm_squared(became.W)[0] == pytest.approx(5.0, abs=0.05)
    assert np.flatnonzero(weight_norms(became.W)[0] > 0.5).tolist() == [0, 1, 2, 3, 4]


@claim("scaled-up")
def the_sparser_the_more_share(became: Outcome) -> None:
    stored = weight_norms(became.W) > 0.5
    counts = stored.sum(axis=1).tolist()
    assert np.flatnonzero(stored[0]).tolist() == list(range(20))
    assert frobenius_norm_squared(became.W)[0] == pytest.approx(20.0, abs=0.1)
    assert all(more > fewer for fewer, more in pairwise(counts))
    assert counts[-1] > 40
    assert np.all(feature_dimensionality(became.W).sum(axis=1) < 20.01)


@claim("digons")
def opposites_share_a_line(became: Outcome) -> None:
    assert became.shapes[became.shown] == "Two digons"
    assert became.shapes.count("Two digons") >= 5


@claim("pentagon")
def a_pentagon_from_almost_any_start(became: Outcome) -> None:
    assert became.shapes[became.shown] == "Pentagon"
    assert 6 <= became.shapes.count("Pentagon") <= 7, "now and then one is left out"


@claim("antiprism")
def a_square_antiprism_of_three_eighths_each(became: Outcome) -> None:
    assert became.shapes == ["Square antiprism"] * 8
    assert np.abs(feature_dimensionality(became.W) - 3 / 8).max() < 0.02


@claim("correlated")
def sparse_pairs_stand_at_right_angles_and_dense_ones_merge(became: Outcome) -> None:
    for probability, cosines in zip(became.probabilities, became.cosines, strict=True):
        within = np.array([cosines[0, 1], cosines[2, 3]])
        if probability <= 0.2:
            assert np.abs(within).max() < 0.1, probability
        else:
            assert within.min() > 0.97, probability
            assert abs(cosines[0, 2]) < 0.1, probability


@claim("anticorrelated")
def each_pair_shares_a_line_at_no_cost(became: Outcome) -> None:
    assert became.cosines[:, 0, 1].max() < -0.99
    assert became.cosines[:, 2, 3].max() < -0.99
    assert weight_norms(became.W).min() > 0.8
    assert became.evaluation.max() < 1e-5, "two independent features in a digon cost a hundred times that"


@claim("jumps")
def the_loss_falls_from_level_to_level(became: Outcome) -> None:
    # With the k most important features stored and no others, the loss is the spread of the others: I p (1/3 - p/4).
    p = became.probabilities[0]
    importance = became.experiment.importance_array()[0]
    shown = became.losses[:, became.shown]
    for k in (0, 2):
        level = float(importance[k:].sum()) * p * (1 / 3 - p / 4)
        assert (np.abs(shown / level - 1) < 0.03).sum() >= 20, f"rests for 200 steps with {k} features stored"
    assert np.all(became.losses[1:] <= became.losses[:-1] * 1.001), "without noise it never rises"
    assert became.shapes == ["Two digons"] * 8


@claim("octahedron")
def opposites_come_from_different_sets(became: Outcome) -> None:
    octahedra = [index for index, shape in enumerate(became.shapes) if shape == "Octahedron"]
    assert became.shown in octahedra
    assert len(octahedra) >= 6
    for index in octahedra:
        opposite = became.cosines[index].argmin(axis=1)
        assert np.all((opposite >= 3) == (np.arange(6) < 3))


@claim("privileged")
def dense_features_get_a_neuron_each_and_sparse_ones_are_mixed(became: Outcome) -> None:
    for probability, mixed in zip(became.probabilities, polysemanticity(became.W), strict=True):
        if probability >= 0.5:
            assert mixed.max() < 1.5, probability
        elif probability <= 0.1:
            assert mixed.min() > 2, probability


@claim("absolute-value")
def each_feature_gets_a_neuron_for_either_sign(became: Outcome) -> None:
    assert became.W_out is not None
    assert became.evaluation.max() < 1e-6
    for W in became.W:
        assert polysemanticity(W).max() < 1.1
        feature = np.abs(W).argmax(axis=1)
        signs = sorted((int(i), float(np.sign(W[neuron, i]))) for neuron, i in enumerate(feature))
        assert signs == [(i, sign) for i in range(3) for sign in (-1.0, 1.0)]


@claim("computing")
def dense_features_have_neurons_to_themselves(became: Outcome) -> None:
    mixed = polysemanticity(became.W)
    assert (mixed[0] < 1.5).sum() > 30
    assert (mixed[1] < 1.5).sum() > 25
    assert mixed[-1].min() > 4
    assert np.all(np.diff(np.median(mixed, axis=1)[1:]) > 0)


@claim("chen")
def the_loss_rests_on_published_levels(became: Outcome) -> None:
    # Chen et al. 2023: L(k) = (h_k + 6 - k) / 18, less 1/144 for each spare feature with bias 1/12.
    levels = {"Two digons": 2 / 18 - 2 / 144, "Pentagon": (0.23738 + 1) / 18 - 1 / 144, "Hexagon": 0.86746 / 18}
    assert set(became.shapes) == set(levels)
    for shape, loss in zip(became.shapes, became.losses[-1], strict=True):
        assert loss == pytest.approx(levels[shape], abs=1e-4)
    # What is shown lingers on the square's level, and ends on the pentagon's.
    assert became.shapes[became.shown] == "Pentagon"
    shown = became.losses[:, became.shown]
    assert (np.abs(shown / levels["Two digons"] - 1) < 0.03).sum() >= 30


@claim("memorisation")
def five_examples_are_five_directions(became: Outcome) -> None:
    from superviz.engine.tables import table

    assert became.losses[-1].max() < 1e-4
    assert became.evaluation.min() > 0.7, "answering 0 would cost 1"
    examples = table(became.experiment)
    assert examples is not None
    hidden = became.W @ examples.x
    for points in hidden:
        around = np.sort(np.degrees(np.arctan2(points[1], points[0])))
        steps = np.diff(around, append=around[0] + 360)
        assert np.abs(steps - 72).max() < 10


def test_every_preset_has_its_claim() -> None:
    assert set(CLAIMS) == set(preset_paths())


@pytest.mark.parametrize("name", list(preset_paths()))
def test_it_becomes_what_it_says(name: str) -> None:
    recipe = load_recipe(name)
    experiment = recipe.experiment
    trainer = Trainer(experiment, threads=2)
    losses = trainer.advance(experiment.steps)
    trainer.close()
    last = trainer.snapshot()
    weights = (last.W, last.b) if last.W_out is None else (last.W, last.b, last.W_out)
    shown = recipe.instance
    assert shown is not None
    CLAIMS[name](Outcome(experiment, shown, last.W, last.W_out, losses, evaluation_loss(experiment, *weights)))
