"""What is known of a run as a whole: the rows of the table meta."""

from __future__ import annotations

import json
import platform
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib import metadata

from superviz.core.candidates import Candidate
from superviz.core.experiment import Experiment
from superviz.core.origin import ORIGINS, Origin
from superviz.session import rows


@dataclass(frozen=True, slots=True)
class About:
    """A run's facts. Whatever a file from before one of them was kept lacks has its default."""

    experiment: Experiment
    """As it started."""
    title: str = ""
    backend: str = "numba"
    """What it is trained with."""
    candidates: tuple[tuple[Candidate, ...], ...] = ()
    """What became of the seeds that were tried, a tuple an instance; empty where each had only one."""
    origin: Origin = "trained"
    described: bool = True
    """Whether the experiment says how the weights came about; otherwise only its sizes are known."""
    thinned: int = 0
    """Keyframes that were not kept, since the disk could not keep up."""
    versions: Mapping[str, str] = field(default_factory=lambda: made_with())
    """Of what it is made with: name -> version."""
    created: str = field(default_factory=lambda: datetime.now(UTC).isoformat())
    """In UTC; to the microsecond, so that no two runs share it."""

    @classmethod
    def read(cls, connection: sqlite3.Connection, most_bytes: int) -> About:
        """The facts in a store; weights of more than `most_bytes` aren't believed. Raises DamageError, RecipeError."""
        facts = rows.read_meta(connection)
        experiment = rows.read_experiment(facts["experiment"], most_bytes)
        origin = facts.get("origin", "trained")
        if origin not in ORIGINS:
            raise rows.DamageError(f"says its weights were {origin[:40]!r}, which is none of {', '.join(ORIGINS)}")
        return cls(
            experiment,
            facts["title"],
            facts["backend"],
            rows.read_candidates(facts.get("candidates", "[]"), experiment.n_instances),
            ORIGINS[origin],
            facts.get("described", "1") == "1",
            int(facts.get("thinned", "0")),
            dict(json.loads(facts["versions"])),
            facts.get("created", ""),
        )

    def rows(self) -> list[rows.Statement]:
        """How they lie in a store."""
        facts = {
            "experiment": self.experiment.model_dump_json(),
            "title": self.title,
            "backend": self.backend,
            "origin": self.origin,
            "described": "1" if self.described else "0",
            "thinned": str(self.thinned),
            "versions": json.dumps(dict(self.versions)),
            "created": self.created,
        }
        return [*(rows.meta_row(key, value) for key, value in facts.items()), rows.candidates_row(self.candidates)]


def candidates_of(candidates: Sequence[Sequence[Candidate]]) -> tuple[tuple[Candidate, ...], ...]:
    """The same, fixed."""
    return tuple(tuple(instance) for instance in candidates)


@cache
def made_with() -> Mapping[str, str]:
    """What this recording is made with, so far as it is installed; reading that of one package takes a millisecond."""
    versions = {"python": platform.python_version()}
    for name in ("superviz", "numpy", "numba", "torch"):
        with suppress(metadata.PackageNotFoundError):
            versions[name] = metadata.version(name)
    return versions
