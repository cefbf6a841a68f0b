"""What is known of a run as a whole comes back, and what a file from before it was kept lacks has its default."""

from __future__ import annotations

import json
import math
import platform
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib import metadata

import pytest

from superviz.core.candidates import Candidate
from superviz.core.errors import RecipeError
from superviz.core.experiment import Experiment
from superviz.core.origin import ORIGINS, Origin
from superviz.session import rows
from superviz.session.about import About, candidates_of, made_with
from superviz.session.migrations import upgrade
from superviz.session.store import write

EXPERIMENT = Experiment(n_features=5, n_hidden=2, n_instances=2)
TRIED = ((Candidate(0, 0.5, "Pentagon"),), (Candidate(0, math.inf, ""), Candidate(1, 0.25, "")))


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        upgrade(connection)
        yield connection


def facts(connection: sqlite3.Connection) -> dict[str, str]:
    return dict(connection.execute("SELECT key, value FROM meta"))


def test_everything_comes_back(connection) -> None:
    about = About(EXPERIMENT, "A run", "torch", TRIED, "streamed", False, 12, {"python": "4.0"}, "2026-01-01T00:00")
    write(connection, about.rows())
    assert About.read(connection, 10**6) == about


def test_another_program_finds_plain_text(connection) -> None:
    write(connection, About(EXPERIMENT, "Fünf", thinned=3, described=False).rows())
    found = facts(connection)
    assert json.loads(found.pop("experiment"))["n_features"] == 5
    assert json.loads(found.pop("versions"))["python"] == platform.python_version()
    assert abs(datetime.fromisoformat(found.pop("created")) - datetime.now(UTC)) < timedelta(minutes=5)
    assert found == {
        "title": "Fünf",
        "backend": "numba",
        "origin": "trained",
        "described": "0",
        "thinned": "3",
        "candidates": "[]",
    }


def test_what_older_files_lack_has_its_default(connection) -> None:
    write(connection, About(EXPERIMENT, "Old").rows())
    connection.execute("DELETE FROM meta WHERE key NOT IN ('experiment', 'title', 'backend', 'versions')")
    about = About.read(connection, 10**6)
    assert (about.candidates, about.origin, about.described, about.thinned, about.created) == (
        (),
        "trained",
        True,
        0,
        "",
    )


@pytest.mark.parametrize("origin", ORIGINS)
def test_weights_come_from_where_they_come(connection, origin: Origin) -> None:
    write(connection, About(EXPERIMENT, origin=origin).rows())
    assert About.read(connection, 10**6).origin == origin


def test_no_other_origin_is_believed(connection) -> None:
    write(connection, [*About(EXPERIMENT).rows(), rows.meta_row("origin", "stolen" * 50)])
    with pytest.raises(
        rows.DamageError, match=r"were 'stolenstolen.{28}', which is none of trained, streamed, imported$"
    ):
        About.read(connection, 10**6)


def test_weights_too_large_are_not_believed(connection) -> None:
    write(connection, About(EXPERIMENT).rows())
    assert About.read(connection, 80).experiment == EXPERIMENT
    with pytest.raises(rows.DamageError, match="claims weights of 80 bytes, more than it holds"):
        About.read(connection, 79)


@pytest.mark.parametrize(
    ("key", "value", "error"),
    [
        ("experiment", "{", ValueError),
        ("experiment", '{"n_features": 5, "n_hidden": -1, "n_instances": 1}', RecipeError),
        ("thinned", "many", ValueError),
        ("thinned", "9" * 5000, ValueError),
        ("versions", "7", TypeError),
    ],
)
def test_nonsense_is_not_let_through(connection, key: str, value: str, error: type[Exception]) -> None:
    write(connection, [*About(EXPERIMENT).rows(), rows.meta_row(key, value)])
    with pytest.raises(error):
        About.read(connection, 10**6)


def test_it_says_what_it_is_made_with(monkeypatch) -> None:
    assert made_with()["numpy"] == metadata.version("numpy")
    assert made_with() is made_with(), "finding out takes a millisecond a package"

    def version(name: str) -> str:
        if name == "torch":
            raise metadata.PackageNotFoundError(name)
        return "1"

    monkeypatch.setattr(metadata, "version", version)
    made_with.cache_clear()
    try:
        assert made_with() == {"python": platform.python_version(), "superviz": "1", "numpy": "1", "numba": "1"}
    finally:
        made_with.cache_clear()


def test_candidates_are_fixed() -> None:
    lists = [[Candidate(0, 0.5, "")], []]
    assert candidates_of(lists) == ((Candidate(0, 0.5, ""),), ())
    hash(candidates_of(lists))
