"""Ways in which a file may be broken, or made by a stranger to break its reader: each changes a valid one."""

from __future__ import annotations

import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeAlias

import numpy as np

Random: TypeAlias = np.random.Generator
Mutation: TypeAlias = Callable[[Path, Random], None]
"""Changes the file at a path."""

_HEADER = 100
_PAGE = 4096


def cut(path: Path, random: Random) -> None:
    """The end is missing."""
    content = path.read_bytes()
    path.write_bytes(content[: random.integers(0, len(content))])


def extend(path: Path, random: Random) -> None:
    """Something else follows."""
    path.write_bytes(path.read_bytes() + random.bytes(int(random.integers(1, 3 * _PAGE))))


def flip(path: Path, random: Random) -> None:
    """Some bits are others."""
    content = np.frombuffer(path.read_bytes(), np.uint8).copy()
    places = random.integers(0, len(content), random.integers(1, 20))
    content[places] ^= np.left_shift(1, random.integers(0, 8, len(places))).astype(np.uint8)
    path.write_bytes(content.tobytes())


def flip_structure(path: Path, random: Random) -> None:
    """Some bytes are others where a page says how it is laid out."""
    content = np.frombuffer(path.read_bytes(), np.uint8).copy()
    pages = random.integers(0, max(1, len(content) // _PAGE), random.integers(1, 5))
    places = (pages * _PAGE + random.integers(0, 40, len(pages)) + np.where(pages == 0, _HEADER, 0)) % len(content)
    content[places] = random.integers(0, 256, len(places))
    path.write_bytes(content.tobytes())


def edit_header(path: Path, random: Random) -> None:
    """A number of the header is another: page size, counts, encodings, versions."""
    content = bytearray(path.read_bytes())
    place = int(random.integers(16, _HEADER))
    value = random.choice([0, 1, 2, 127, 255]) if random.random() < 0.5 else random.integers(0, 256)
    for offset in range(int(random.integers(1, 5))):
        content[min(place + offset, _HEADER - 1)] = int(value)
    path.write_bytes(content)


def splice(path: Path, random: Random) -> None:
    """A stretch from one place lies at another."""
    content = bytearray(path.read_bytes())
    size = int(random.integers(1, max(2, min(3 * _PAGE, len(content)))))
    start, to = (int(random.integers(0, len(content) - size + 1)) for _ in range(2))
    content[to : to + size] = content[start : start + size]
    path.write_bytes(content)


def zero_pages(path: Path, random: Random) -> None:
    """Pages that never reached the disk."""
    content = bytearray(path.read_bytes())
    for page in random.integers(0, max(1, len(content) // _PAGE), random.integers(1, 4)).tolist():
        content[page * _PAGE : (page + 1) * _PAGE] = bytes(min(_PAGE, len(content) - page * _PAGE))
    path.write_bytes(content)


def swap_pages(path: Path, random: Random) -> None:
    """Two pages in each other's place."""
    content = bytearray(path.read_bytes())
    pages = random.integers(0, len(content) // _PAGE, 2).tolist()
    one, other = (slice(page * _PAGE, (page + 1) * _PAGE) for page in pages)
    content[one], content[other] = content[other], content[one]
    path.write_bytes(content)


def grow_lengths(path: Path, random: Random) -> None:
    """A record claims to be larger than it is: long variable-length integers where a cell begins."""
    content = bytearray(path.read_bytes())
    page = int(random.integers(0, max(1, len(content) // _PAGE)))
    place = page * _PAGE + int(random.integers(_HEADER, _PAGE - 9))
    if place + 9 <= len(content):
        content[place : place + 9] = bytes([*random.integers(128, 256, random.integers(1, 9)), 127, *bytes(9)])[:9]
    path.write_bytes(content)


def another_kind(path: Path, random: Random) -> None:
    """No session at all: a zip, text, noise, nothing."""
    choice = int(random.integers(0, 4))
    if choice == 0:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("W.npy", bytes(10**6))
    else:
        path.write_bytes([b"", b"SQLite format 3\x00", random.bytes(int(random.integers(1, 10**5)))][choice - 1])


def newer_version(path: Path, random: Random) -> None:
    """Written by a superviz to come, or claiming to be older than it is."""
    version = random.choice([0, 1, 2, 3, 4, 99, 2**31 - 1, 2**32 - 1])
    with path.open("rb+") as file:
        file.seek(60)
        file.write(int(version).to_bytes(4, "big"))


def _sql(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection, suppress(sqlite3.Error):
        for statement in statements:  # one that the layout itself refuses changes nothing
            connection.execute(statement)


def add_to_schema(path: Path, random: Random) -> None:
    """Views, triggers, tables and indices that superviz does not make."""
    _sql(
        path,
        str(
            random.choice(
                [
                    "CREATE VIEW more AS SELECT * FROM snapshot",
                    "CREATE TRIGGER more AFTER INSERT ON snapshot BEGIN DELETE FROM snapshot; END",
                    "CREATE TABLE more (step INTEGER)",
                    "CREATE VIRTUAL TABLE more USING fts5(text)",
                    "CREATE INDEX more ON snapshot (checksum)",
                    "CREATE INDEX more ON snapshot (abs(checksum))",
                    "CREATE TEMP VIEW more AS SELECT 1",
                ]
            )
        ),
    )


def poison_schema(path: Path, random: Random) -> None:
    """The schema itself written over: a view of endless rows in a table's place, SQL that is none, other root pages."""
    table = str(random.choice(["snapshot", "loss", "meta", "checkpoint", "display", "edit"]))
    endless = "WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT x FROM r"
    change = str(
        random.choice(
            [
                f"type = 'view', rootpage = 0, sql = 'CREATE VIEW {table} AS {endless}'",
                "sql = 'CREATE TABLE ' || name || ' (x)'",
                "sql = 'nonsense'",
                "sql = NULL",
                "rootpage = 1",
                "rootpage = rootpage + 1",
                "rootpage = 2147483647",
                "name = name || '_'",
                "type = 'index'",
                "sql = sql || printf('%.*c', 900000, ' ')",
                "sql = replace(sql, 'NOT NULL', 'NOT NULL GENERATED ALWAYS AS (zeroblob(999999999))')",
                "sql = replace(sql, 'NOT NULL', 'DEFAULT (randomblob(999999999))')",
            ]
        )
    )
    _sql(
        path,
        "PRAGMA writable_schema = ON",
        f"UPDATE sqlite_schema SET {change} WHERE name = '{table}'",
        "PRAGMA writable_schema = RESET",
    )


def poison_meta(path: Path, random: Random) -> None:
    """What the file says of itself: sizes beyond bounds, the wrong kinds of value, JSON nested without end."""
    fields = ["n_features", "n_hidden", "n_instances", "steps", "batch_size", "seed", "best_of", "training_set"]
    values = [
        "1e9",
        "2147483647",
        "-1",
        "0",
        "1e308",
        "null",
        "[]",
        "1e400",
        '"x"',
        "[[[[]]]]",
        "true",
        "99999999999999",
    ]
    field, value = str(random.choice(fields)), str(random.choice(values))
    key = str(random.choice(["experiment", "experiment", "versions", "candidates", "title", "backend", "created"]))
    huge = int(random.choice([10**3, 10**5, 10**6]))
    statement = str(
        random.choice(
            [
                f"UPDATE meta SET value = json_set(value, '$.{field}', json('{value}')) WHERE key = 'experiment'",
                f'UPDATE meta SET value = replace(value, \'"{field}":\', \'"{field}":{value},"x":\')',
                f"UPDATE meta SET value = printf('%.*c', {huge}, '[') WHERE key = '{key}'",
                f"UPDATE meta SET value = replace(printf('%.*c', {huge}, 'x'), 'x', '{{\"a\":') WHERE key = '{key}'",
                f"UPDATE meta SET value = replace(printf('[%.*c1]', {huge}, 'x'), 'x', '1,') WHERE key = '{key}'",
                f"UPDATE meta SET value = printf('%.*c', {huge}, '9') WHERE key = '{key}'",
                f"UPDATE meta SET value = CAST(x'fffe00c3' AS TEXT) WHERE key = '{key}'",
                f"UPDATE meta SET value = x'00' WHERE key = '{key}'",
                f"UPDATE meta SET value = 7 WHERE key = '{key}'",
                f"DELETE FROM meta WHERE key = '{key}'",
                f"UPDATE display SET settings = printf('%.*c', {huge}, '[')",
                "UPDATE display SET settings = x'ff'",
                'UPDATE display SET settings = \'{"instance": 1e999, "pinned_feature": -5}\'',
            ]
        )
    )
    _sql(path, statement)


def poison_rows(path: Path, random: Random) -> None:
    """Rows of other sizes, kinds and keys than superviz writes."""
    table, column = random.choice(
        [
            *(("snapshot", column) for column in ("W", "b", "rotation", "checksum", "W_out")),
            *(("loss", column) for column in ("means", "checksum", "test_means", "width")),
            *(("checkpoint", column) for column in ("W", "mean_b", "loss_sum", "checksum")),
            *(("step_loss", column) for column in ("losses", "checksum")),
        ]
    )
    key = "first_bucket" if table == "loss" else "step"
    size = int(random.choice([0, 1, 3, 4, 120, 10**6]))
    noise = f"x'{random.bytes(120).hex()}'"
    value = str(random.choice(["NULL", "'text'", "1", "1e999", f"zeroblob({size})", noise, f"{column} || x'00'"]))
    step = str(random.choice(["-1", str(2**63 - 1), str(-(2**63)), f"{key} * 1000000000", f"{key} + 1"]))
    one = f"{key} = (SELECT {key} FROM {table} LIMIT 1 OFFSET {random.integers(0, 4)})"
    statement = str(
        random.choice(
            [
                f"UPDATE {table} SET {column} = {value} WHERE {one}",
                f"UPDATE {table} SET {column} = {value}",
                f"UPDATE OR IGNORE {table} SET {key} = {step} WHERE {one}",
                f"DELETE FROM {table} WHERE {one}",
                f"DELETE FROM {table}",
                f"INSERT INTO edit (step, field, value) VALUES (-5, 'learning_rate', '{noise[2:5]}')",
                f"INSERT INTO bookmark (step, note) VALUES ({step.replace(key, '7')}, printf('%.*c', {size}, 'x'))",
                "INSERT INTO bookmark (step, note) VALUES (20, x'ff')",
                f"INSERT INTO edit (step, field, value) VALUES (20, 'importance', printf('%.*c', {size + 9}, '['))",
                "INSERT INTO edit (step, field, value) VALUES (1e300, 'steps', 1)",
            ]
        )
    )
    _sql(path, statement)


def several(path: Path, random: Random) -> None:
    """A few of the others, one after another."""
    for _ in range(int(random.integers(2, 4))):
        if path.stat().st_size > 2 * _PAGE:
            _OF_BYTES[int(random.integers(0, len(_OF_BYTES)))](path, random)


_OF_BYTES: tuple[Mutation, ...] = (
    *(cut, extend, flip, flip_structure, edit_header, splice, zero_pages, swap_pages, grow_lengths),
)
MUTATIONS: tuple[Mutation, ...] = (
    *_OF_BYTES,
    *(several, another_kind, newer_version, add_to_schema, poison_schema, poison_meta, poison_rows),
)
FAITHFUL: frozenset[Mutation] = frozenset(_OF_BYTES) | {several, newer_version}
"""Accidents, after which what can still be read is what was written; a stranger may write what he likes."""
