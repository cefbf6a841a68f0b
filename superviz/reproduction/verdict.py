"""Verdicts: a study trained and judged, check by check."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from superviz.engine.trainer import Diverged
from superviz.reproduction.expected import in_words
from superviz.reproduction.study import Check, Study
from superviz.reproduction.trained import Progress, Trained, train
from superviz.scene.drawables import Scene
from superviz.scene.palette import PALETTES
from superviz.session.display import Theme


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a check."""

    check: Check
    measured: tuple[float, ...]
    passed: bool
    fault: str = ""
    """Why nothing was measured, where nothing was."""

    @property
    def words(self) -> str:
        """What was measured."""
        return self.fault or in_words(self.measured, self.check.expected.decimals, figures=3)

    def as_object(self) -> dict[str, Any]:
        """As `reproduce --json` prints it."""
        expected = self.check.expected
        return {
            "name": self.check.name,
            "claim": self.check.claim,
            "source": self.check.source,
            "expected": expected.words,
            "tolerance": expected.tolerance,
            "low": _finite(expected.low),
            "high": _finite(expected.high),
            "measured": _finite(self.measured),
            "passed": self.passed,
            **({"fault": self.fault} if self.fault else {}),
        }


@dataclass(frozen=True, eq=False, slots=True)
class Drawing:
    """A picture's caption, and the scene in each theme."""

    caption: str
    scenes: dict[Theme, Scene]


@dataclass(frozen=True, eq=False, slots=True)
class Verdict:
    """What came of a study."""

    study: Study
    results: tuple[Result, ...]
    drawings: tuple[Drawing, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether every check did."""
        return all(result.passed for result in self.results)

    def as_object(self) -> dict[str, Any]:
        """As `reproduce --json` prints it."""
        study = self.study
        return {
            "name": study.name,
            "title": study.title,
            "source": study.source,
            "seeds": study.seeds,
            "models": sum(run.experiment.n_instances for run in study.runs),
            "model_steps": sum(run.model_steps for run in study.runs),
            "seconds": round(self.seconds, 2),
            "passed": self.passed,
            "checks": [result.as_object() for result in self.results],
        }


def judge(study: Study, progress: Progress, *, draw: bool = False) -> Verdict:
    """Train a study's runs and measure every check of it; with `draw`, its pictures too.

    Training that diverges fails every check.
    """
    begun = time.perf_counter()
    total = sum(run.model_steps for run in study.runs)
    models: dict[str, Trained] = {}
    done = 0
    try:
        for run in study.runs:
            models |= train(run, lambda steps, _, before=done: progress(before + steps, total))
            done += run.model_steps
    except Diverged as error:
        results = tuple(Result(check, (), False, str(error)) for check in study.checks)
        return Verdict(study, results, (), time.perf_counter() - begun)
    results = tuple(_measured(check, check.measure(models)) for check in study.checks)
    drawings = tuple(
        Drawing(picture.caption, {theme: picture.draw(models, palette) for theme, palette in PALETTES.items()})
        for picture in (study.pictures if draw else ())
    )
    return Verdict(study, results, drawings, time.perf_counter() - begun)


def _measured(check: Check, values: Sequence[float]) -> Result:
    measured = tuple(float(value) for value in values)
    return Result(check, measured, check.expected.admits(measured))


def _finite(values: Sequence[float]) -> list[float | None]:
    """Numbers as JSON can hold them."""
    return [float(f"{value:.6g}") if abs(value) < float("inf") else None for value in values]
