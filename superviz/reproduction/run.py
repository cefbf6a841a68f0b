"""Run: one experiment that a study trains, its instances told apart by condition and seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from superviz.core.experiment import Experiment


@dataclass(frozen=True, slots=True)
class Run:
    """An experiment whose instances are so many seeds of each condition, one condition after the other."""

    experiment: Experiment
    conditions: tuple[str, ...]
    """What the instances differ in beside their seed: "p = 0.05"; no two of a study's are called the same."""
    note_every: int = 0
    """Steps between two notes of the weights; 0 where only the end counts."""

    @property
    def seeds(self) -> int:
        """How many models each condition has."""
        return self.experiment.n_instances // len(self.conditions)

    def instances(self, condition: str) -> slice:
        """Where that condition's models are."""
        at = self.conditions.index(condition)
        return slice(at * self.seeds, (at + 1) * self.seeds)

    @property
    def model_steps(self) -> int:
        """Steps of all models together."""
        return self.experiment.n_instances * self.experiment.steps


def sweep(conditions: Mapping[str, Mapping[str, Any]], seeds: int, *, note_every: int = 0, **fields: Any) -> Run:
    """A run of `seeds` models of each condition, which gives its own value of the same few fields; `fields` are shared.

    Every condition has the seeds 0, 1, 2..., and draws of its own all the same: an instance's place tells them apart.
    """
    varied = {name for values in conditions.values() for name in values}
    per_instance = {name: [values[name] for values in conditions.values() for _ in range(seeds)] for name in varied}
    own: dict[str, Any] = {**fields, **per_instance, "seed": list(range(seeds)) * len(conditions)}
    return Run(Experiment(n_instances=seeds * len(conditions), **own), tuple(conditions), note_every)


def probabilities(*values: float) -> dict[str, dict[str, Any]]:
    """One condition for each feature probability: "p = 0.05"."""
    return {f"p = {value:g}": {"feature_probability": value} for value in values}
