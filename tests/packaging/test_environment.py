"""What `run.py` and `test.py` stand on: when the environment is made anew, and which system packages are missing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

PACKAGING = Path(__file__).parents[2] / "packaging"


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """packaging/environment.py, at work in an empty project whose commands are only noted down."""
    monkeypatch.syspath_prepend(PACKAGING)
    import environment

    (tmp_path / "pyproject.toml").write_text("[project]")
    (tmp_path / "constraints.txt").write_text("numpy==2.0")
    monkeypatch.setattr(environment, "PROJECT", tmp_path)
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(environment, "CONSTRAINTS", tmp_path / "constraints.txt")
    yield environment
    sys.modules.pop("environment")


@pytest.fixture
def commands(environment: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that would have been run; making an environment makes its interpreter."""
    noted: list[list[str]] = []

    def note(command: list[object], **_: object) -> subprocess.CompletedProcess[str]:
        noted.append([str(word) for word in command])
        if "venv" in noted[-1]:
            environment.script("python").parent.mkdir(parents=True)
            environment.script("python").touch()
        return subprocess.CompletedProcess(noted[-1], 0, "", "")

    monkeypatch.setattr(environment.subprocess, "run", note)
    return noted


def test_the_first_start_makes_and_installs_and_the_second_does_nothing(
    environment: ModuleType, commands: list[list[str]], capfd: pytest.CaptureFixture[str]
) -> None:
    environment.prepare("run")
    assert [("venv" in command, "pip" in command) for command in commands] == [(True, False), (False, True)]
    assert commands[1][-1] == str(environment.PROJECT)
    environment.prepare("run")
    assert len(commands) == 2
    assert capfd.readouterr().out == ""


def test_tests_add_their_tools_to_the_same_environment(environment: ModuleType, commands: list[list[str]]) -> None:
    environment.prepare("run")
    environment.prepare("test")
    assert commands[2][-1] == f"{environment.PROJECT}[dev]"
    assert "venv" not in commands[2]
    environment.prepare("run")
    environment.prepare("test")
    assert len(commands) == 3


def test_other_wishes_install_again_and_another_python_starts_afresh(
    environment: ModuleType, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    environment.prepare("run")
    environment.CONSTRAINTS.write_text("numpy==2.1")
    environment.prepare("run")
    assert len(commands) == 3
    monkeypatch.setattr(environment.platform, "python_version", lambda: "3.99.0")
    environment.script("python").unlink()
    environment.script("python").parent.rmdir()
    environment.prepare("run")
    assert "--clear" in commands[3]


def test_a_failed_installation_is_not_taken_for_done(
    environment: ModuleType, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    environment.prepare("run")
    environment.CONSTRAINTS.write_text("numpy==0")
    failed = subprocess.CompletedProcess([], 1)
    monkeypatch.setattr(environment.subprocess, "run", lambda *_, **__: failed)
    for _ in range(2):
        with pytest.raises(SystemExit, match="pip could not install"):
            environment.prepare("run")


def test_a_python_without_ensurepip_is_told_which_package(
    environment: ModuleType, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(environment.shutil, "which", lambda _: None)
    with pytest.raises(SystemExit, match=r"sudo apt-get install python3\.\d+-venv"):
        environment.prepare("run")
    assert commands == []


@pytest.mark.skipif(sys.platform != "linux", reason="apt is Debian's")
def test_missing_packages_are_installed_by_root_and_told_to_others(
    environment: ModuleType,
    commands: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(environment.shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None)
    monkeypatch.setattr(environment, "_is_there", lambda file: file not in ("libGL.so.1", "xauth"))
    monkeypatch.setattr(environment.os, "geteuid", lambda: 1000)
    environment.see_to_libraries("window")
    assert capfd.readouterr().err == "System packages are missing; run: sudo apt-get install libgl1\n"
    assert commands == []
    monkeypatch.setattr(environment.os, "geteuid", lambda: 0)
    environment.see_to_libraries("window", "test")
    assert [command[1] for command in commands] == ["update", "install"]
    assert commands[1][-2:] == ["libgl1", "xauth"]
    assert "libgl1 xauth" in capfd.readouterr().err


@pytest.mark.skipif(sys.platform != "linux", reason="apt is Debian's")
def test_where_all_is_there_nothing_is_said(
    environment: ModuleType,
    commands: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(environment, "_is_there", lambda _: True)
    environment.see_to_libraries("window", "test")
    monkeypatch.setattr(environment.shutil, "which", lambda _: None)
    monkeypatch.setattr(environment, "_is_there", lambda _: False)
    environment.see_to_libraries("window", "test")
    assert commands == []
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("program", ["run.py", "test.py"])
def test_they_parse_as_the_oldest_python_3(program: str) -> None:
    """Else an old interpreter stops at a syntax error before it can say that it is too old."""
    import ast

    ast.parse((PACKAGING / program).read_text(), feature_version=(3, 6))


@pytest.mark.parametrize("program", ["run.py", "test.py"])
def test_an_older_python_is_told_so(program: str) -> None:
    pretend = "import sys, runpy; sys.version_info = (3, 10, 1); runpy.run_path(sys.argv[1], run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", pretend, str(PACKAGING / program)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("superviz needs Python 3.11 or newer, and this is 3.10: ")
    assert len(done.stderr.splitlines()) == 1
