"""The suite as a whole: its tables are sound, and its checks fail on models that have learned nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from superviz.reproduction.run import Run
from superviz.reproduction.study import Study
from superviz.reproduction.suite import SUITE, NoSuchStudy, chosen
from superviz.reproduction.verdict import judge

ABOUT_FORMULAS = {
    "phase": {"zero bias", "all optimised", "pair held"},
    "levels": {"polygon 4", "polygon 5", "polygon 6"},
}
"""Checks that look at no trained model."""
TRUE_AT_THE_START = {
    # The very point of these: training starts there, and stays.
    "levels": {"level 4", "level 4+", "level 4++", "level 5", "level 5+", "level 6", "a spare bias"},
    # A bias starts at 0, random weights make no shape and mix all features, and what is absent was so from the start.
    "basic": {"bias, kept"},
    "scaled": {"bias, kept"},
    "octahedron": {"seeds, p = 0.2"},
    "privileged": {"polysemantic, p = 0.15", "polysemantic, p = 0.1"},
    "computing": {"sparse"},
    "memorisation": {"few: no features", "many: the others", "many: no data points", "many: generalises"},
}
TOO_MANY_MODELS = {"phase-diagram"}


def _ids(study: Study) -> str:
    return study.name


def test_every_study_of_the_table_is_named_once() -> None:
    names = [study.name for study in SUITE]
    assert len(set(names)) == len(names) >= 18
    assert all(name == name.lower() and " " not in name for name in names)


@pytest.mark.parametrize("study", SUITE, ids=_ids)
def test_a_study_is_complete(study: Study) -> None:
    assert study.title
    assert study.source
    assert study.checks
    names = [check.name for check in study.checks]
    assert len(set(names)) == len(names)
    for check in study.checks:
        assert check.claim[0].isupper(), check.name
        assert check.claim.endswith("."), check.name
        assert check.source, check.name
        assert check.expected.words, check.name
        assert len(check.name) <= 26, check.name
    for picture in study.pictures:
        assert picture.caption.endswith("."), picture.caption
    conditions = [condition for run in study.runs for condition in run.conditions]
    assert len(set(conditions)) == len(conditions)


@pytest.mark.parametrize(
    "study", [study for study in SUITE if study.runs and study.name not in TOO_MANY_MODELS], ids=_ids
)
def test_what_passes_on_models_that_have_learned_nothing(study: Study) -> None:
    """Hardly a step from their random start. A check that still passes there can not tell training from none."""
    runs = tuple(_barely_trained(run) for run in study.runs)
    verdict = judge(replace(study, runs=runs), lambda done, total: None, draw=True)
    assert len(verdict.drawings) == len(study.pictures)
    passed = {result.check.name for result in verdict.results if result.passed}
    assert passed == ABOUT_FORMULAS.get(study.name, set()) | TRUE_AT_THE_START.get(study.name, set())
    assert not verdict.passed


def _barely_trained(run: Run) -> Run:
    experiment = run.experiment
    steps = 2 * run.note_every if 0 < run.note_every < 1000 else 20
    return Run(experiment.changed(steps=steps, warmup=0, learning_rate=1e-6), run.conditions, run.note_every)


def test_all_studies_or_the_quick_ones_are_chosen() -> None:
    assert chosen([]) == SUITE
    quick = chosen([], quick=True)
    assert set(quick) < set(SUITE)
    assert {study.name for study in SUITE if study not in quick} == {"phase-diagram", "uniform-large", "computing"}


def test_named_studies_come_in_the_suites_order_whether_quick_or_not() -> None:
    assert [study.name for study in chosen(["levels", "intro", "levels"])] == ["intro", "levels"]
    assert [study.name for study in chosen(["uniform-large"], quick=True)] == ["uniform-large"]


def test_an_unknown_name_is_refused_with_those_there_are() -> None:
    with pytest.raises(
        NoSuchStudy, match=r"^no study 'pentagons' \(did you mean pentagon\?\); the studies are ideals, "
    ):
        chosen(["intro", "pentagons"])
    with pytest.raises(NoSuchStudy, match=r"^no study 'zzz'; the studies are .*, memorisation$"):
        chosen(["zzz"])
