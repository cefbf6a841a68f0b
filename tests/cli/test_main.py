"""The entry point: help, the default command, and how every kind of fault ends."""

from __future__ import annotations

import subprocess
import sys

import pytest

import superviz as surface
from superviz.core.errors import SessionError

COMMANDS = (
    "open",
    "presets",
    "train",
    "describe",
    "render",
    "weights",
    "import",
    "history",
    "recipe",
    "script",
    "bench",
    "doctor",
)


def test_help_names_every_command(superviz) -> None:
    said = superviz("--help")
    assert said.status == 0
    for command in COMMANDS:
        assert f"\n  {command} " in said.out
        assert superviz(command, "--help").status == 0


def test_every_command_says_what_it_does_in_a_whole_line(superviz) -> None:
    assert "..." not in superviz("--help").out.split("Commands:")[1]


@pytest.mark.parametrize("name", ["a\nb.toml", "a\x1b[31mb.toml"])
def test_an_error_is_one_line_that_leaves_the_terminal_alone(superviz, name: str) -> None:
    said = superviz("train", name, "-o", "out.superviz")
    assert said.status == 2
    assert said.line.isprintable()


def test_version(superviz) -> None:
    assert superviz("--version").out == f"superviz {surface.__version__}\n"


def test_python_m_is_the_same_command() -> None:
    done = subprocess.run([sys.executable, "-m", "superviz", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"superviz {surface.__version__}\n"


@pytest.mark.parametrize("arguments", [[], ["pentagon"], ["some.superviz"], ["open", "intro"], ["mine.toml"]])
def test_without_a_display_one_line_says_what_works(superviz, arguments: list[str]) -> None:
    said = superviz(*arguments)
    assert said.status == 2
    assert said.line.startswith("superviz: there is no display")
    for command in COMMANDS[1:]:
        assert command in said.line


@pytest.mark.parametrize(
    ("arguments", "file"),
    [([], None), (["pentagon"], "pentagon"), (["open", "a.superviz"], "a.superviz"), (["./x"], "./x")],
)
def test_a_word_that_is_no_command_is_what_the_window_opens(
    superviz, monkeypatch: pytest.MonkeyPatch, arguments: list[str], file: str | None
) -> None:
    opened: list[object] = []
    monkeypatch.setattr("superviz.app.show.show", lambda what, **_: opened.append(what) or 0)
    assert superviz(*arguments).status == 0
    assert opened == [file]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["tarin", "pentagon"], "No such command 'tarin'. Did you mean 'train'?"),
        (["presets", "--jsn"], "No such option: --jsn"),
        (["train", "intro"], "Missing option '--output' / '-o'."),
        (["describe"], "Missing argument"),
        (["describe", "a", "b"], "Got unexpected extra argument"),
    ],
)
def test_wrong_usage_is_one_line(superviz, arguments: list[str], line: str) -> None:
    said = superviz(*arguments)
    assert said.status == 2
    assert line in said.line
    assert said.out == ""


def test_an_error_of_ours_is_its_own_line(superviz, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise SessionError("a.superviz: locked by another program; close it there")

    monkeypatch.setattr("superviz.core.recipe.presets", fail)
    said = superviz("presets")
    assert (said.status, said.line) == (2, "superviz: a.superviz: locked by another program; close it there")


def test_the_systems_errors_are_one_line_and_another_status(superviz, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OSError(28, "No space left on device", "a.superviz")

    monkeypatch.setattr("superviz.core.recipe.presets", fail)
    said = superviz("presets")
    assert (said.status, said.line) == (1, "superviz: a.superviz: No space left on device")


def test_ctrl_c_ends_with_1(superviz, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("superviz.core.recipe.presets", stop)
    said = superviz("presets")
    assert said.status == 1
    assert "Traceback" not in said.err


def test_what_nobody_foresaw_keeps_its_traceback(superviz, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("superviz.core.recipe.presets", fail)
    with pytest.raises(ZeroDivisionError):
        superviz("presets")


def test_the_surface_has_what_it_lists() -> None:
    assert set(dir(surface)) >= {"Experiment", "train", "open", "render", "show", "load_recipe", "SupervizError"}
    for name in ("Experiment", "train", "open", "load_recipe", "show", "Recording", "SupervizError"):
        assert callable(getattr(surface, name))
    with pytest.raises(AttributeError, match="no attribute 'fly'"):
        _ = surface.fly
