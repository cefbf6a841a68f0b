"""How the project's files are: short, opening with what they are for, named after nouns someone could ask for."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
SOURCES = sorted((PROJECT / "superviz").rglob("*.py"))
CODE = [*SOURCES, *sorted((PROJECT / "packaging").glob("*.py"))]
TESTS = sorted((PROJECT / "tests").rglob("*.py"))
FORBIDDEN_NAMES = {"utils", "util", "helpers", "common", "manager", "misc"}


@pytest.mark.parametrize("path", CODE + TESTS, ids=lambda path: path.relative_to(PROJECT).as_posix())
def test_a_module_is_short_and_opens_with_what_it_is_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    docstring = ast.get_docstring(ast.parse(text))
    assert docstring, "no docstring"
    assert docstring.splitlines()[0].rstrip().endswith((".", "?", ":", "`")), docstring.splitlines()[0]


def test_no_module_is_named_after_nothing() -> None:
    for path in CODE:
        assert not FORBIDDEN_NAMES & set(path.stem.split("_")), path


def test_every_room_has_a_layer_and_every_layer_a_room() -> None:
    contracts = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = {room.strip() for layer in contracts[0]["layers"] for room in layer.split("|")}
    rooms = {path.stem for path in (PROJECT / "superviz").iterdir() if path.name not in ("__init__.py", "__pycache__")}
    assert rooms == layers


def test_nothing_is_left_to_do() -> None:
    for path in CODE:
        text = path.read_text(encoding="utf-8")
        for word in ("TODO", "FIXME", "XXX", "raise NotImplementedError"):
            assert word not in text, f"{path}: {word}"


def test_tests_mirror_the_rooms() -> None:
    for path in (PROJECT / "tests").iterdir():
        assert not (path / "__init__.py").exists()
    for room in ("core", "engine", "session", "exchange", "scene", "views", "export", "app", "cli"):
        assert list((PROJECT / "tests" / room).glob("test_*.py")), f"no tests of {room}"
