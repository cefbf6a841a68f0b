"""A new file gets today's layout; an older one comes up to it, one script a version."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from superviz.session import migrations
from superviz.session.migrations import APPLICATION_ID, expected_schema, newest_version, schema, upgrade


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        yield connection


def pragma(connection: sqlite3.Connection, name: str) -> int:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_an_empty_file_becomes_a_session(connection) -> None:
    upgrade(connection)
    assert pragma(connection, "application_id") == APPLICATION_ID
    assert APPLICATION_ID.to_bytes(4, "big") == b"SPVZ"
    assert pragma(connection, "user_version") == newest_version() == 3
    assert {"meta", "snapshot", "loss", "step_loss", "edit", "checkpoint", "display", "bookmark"} == schema(
        connection
    ).keys()


def test_what_is_expected_of_a_version_is_what_upgrading_makes(connection) -> None:
    upgrade(connection)
    assert schema(connection) == expected_schema(newest_version())
    assert expected_schema(0) == {}


def test_upgrading_the_newest_changes_nothing(connection) -> None:
    upgrade(connection)
    connection.execute("INSERT INTO meta VALUES ('title', 'kept')")
    before = list(connection.iterdump())
    upgrade(connection)
    assert list(connection.iterdump()) == before


def test_an_older_file_runs_only_the_scripts_it_lacks(connection, monkeypatch) -> None:
    upgrade(connection)
    connection.execute("INSERT INTO meta VALUES ('title', 'kept')")
    later = "CREATE TABLE branch (id INTEGER PRIMARY KEY, step INTEGER NOT NULL);"
    monkeypatch.setattr(migrations, "SCRIPTS", (*migrations.SCRIPTS, later))
    upgrade(connection)
    assert pragma(connection, "user_version") == newest_version() == 4
    assert schema(connection) == expected_schema(4)
    assert "branch" not in expected_schema(3)
    assert connection.execute("SELECT value FROM meta").fetchall() == [("kept",)]


@pytest.mark.parametrize(
    ("version", "added"),
    [
        (2, {"snapshot": ["W_out"], "checkpoint": ["W_out", "mean_W_out", "square_W_out"], "loss": ["test_means"]}),
        (3, {"loss": ["width"]}),
    ],
)
def test_columns_are_added_behind_those_that_were_there(connection, version: int, added: dict[str, list[str]]) -> None:
    """Where they stand is part of the format: other programs may have read columns by number."""
    connection.executescript("".join(migrations.SCRIPTS[: version - 1]))
    before = {table: columns(connection, table) for table in schema(connection)}
    connection.executescript(migrations.SCRIPTS[version - 1])
    assert {table: columns(connection, table) for table in before} == {
        table: [*names, *added.get(table, [])] for table, names in before.items()
    }


def test_losses_from_before_there_were_wider_means_are_one_bucket_wide(connection) -> None:
    connection.executescript("".join(migrations.SCRIPTS[:2]))
    connection.execute("INSERT INTO loss (first_bucket, means, checksum) VALUES (0, x'00', 0)")
    connection.execute("PRAGMA user_version = 2")
    upgrade(connection)
    assert connection.execute("SELECT width FROM loss").fetchall() == [(1,)]


def columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]


def test_a_script_that_fails_leaves_the_file_as_it_was(connection, monkeypatch) -> None:
    upgrade(connection)
    faulty = "CREATE TABLE branch (id); CREATE TABLE meta (id);"
    monkeypatch.setattr(migrations, "SCRIPTS", (*migrations.SCRIPTS, faulty))
    with pytest.raises(sqlite3.OperationalError, match="meta already exists"):
        upgrade(connection)
    connection.execute("ROLLBACK")
    assert pragma(connection, "user_version") == 3
    assert schema(connection) == expected_schema(3)
