"""The suite: every study there is, in the order in which they are trained and told."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from superviz.core.errors import SupervizError
from superviz.reproduction.studies import (
    ideals,
    jumps,
    levels,
    memorisation,
    neurons,
    phases,
    sparsity,
    together,
    uniform,
)
from superviz.reproduction.study import Study

SUITE: tuple[Study, ...] = (
    *ideals.STUDIES,
    *sparsity.STUDIES,
    *phases.STUDIES,
    *uniform.STUDIES,
    *together.STUDIES,
    *jumps.STUDIES,
    *neurons.STUDIES,
    *levels.STUDIES,
    *memorisation.STUDIES,
)


class NoSuchStudy(SupervizError):
    """A name that no study has."""


def chosen(names: Sequence[str], *, quick: bool = False) -> tuple[Study, ...]:
    """The studies of those names in the suite's order, or all; with `quick` and no names, the quick ones.

    Raises NoSuchStudy.
    """
    known = [study.name for study in SUITE]
    for name in names:
        if name not in known:
            close = get_close_matches(name, known, 1)
            guess = f" (did you mean {close[0]}?)" if close else ""
            raise NoSuchStudy(f"no study {name!r}{guess}; the studies are {', '.join(known)}")
    if names:
        return tuple(study for study in SUITE if study.name in names)
    return tuple(study for study in SUITE if study.quick or not quick)
