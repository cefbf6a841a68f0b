"""The virtual environment beside the project and the system libraries that Qt needs; the standard library alone."""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Literal, NoReturn, TypeAlias

PROJECT = Path(__file__).resolve().parents[1]
VENV = PROJECT / ".venv"
CONSTRAINTS = PROJECT / "packaging" / "constraints.txt"
DEBIAN_PACKAGES = PROJECT / "packaging" / "debian-packages.txt"

Purpose: TypeAlias = Literal["run", "test"]
_EXTRAS: dict[Purpose, str] = {"run": "", "test": "[dev]"}


def say(line: str) -> None:
    """To stderr: stdout belongs to the program that is started."""
    print(line, file=sys.stderr, flush=True)


def script(name: str) -> Path:
    """A program of the virtual environment."""
    return VENV / ("Scripts" if os.name == "nt" else "bin") / (f"{name}.exe" if os.name == "nt" else name)


def prepare(purpose: Purpose) -> None:
    """Make the virtual environment what pyproject.toml and constraints.txt say, unless it is so already."""
    wanted = _fingerprint()
    stamps = {name: VENV / f"superviz-{name}.stamp" for name in _EXTRAS}
    # An environment for tests holds all that running needs.
    if any(_read(stamps[name]) == wanted for name in ("test", purpose)):
        return
    if not script("python").exists() or wanted.split()[0] not in {
        _read(stamp).partition(" ")[0] for stamp in stamps.values()
    }:
        _make_environment()
    say("Installing superviz and what it needs; the first time this takes some minutes.")
    install = [script("python"), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    done = subprocess.run(
        [*install, "-c", CONSTRAINTS, "-e", f"{PROJECT}{_EXTRAS[purpose]}"], stdout=sys.stderr.fileno(), check=False
    )
    if done.returncode != 0:
        sys.exit("pip could not install superviz; its last lines above say why.")
    stamps[purpose].write_text(wanted, encoding="utf-8")


def replace_process(program: Path, arguments: list[str]) -> NoReturn:
    """Go on as `program`."""
    command = [str(program), *arguments]
    if os.name == "nt":  # execv there returns to the shell at once, with the program still running
        sys.exit(subprocess.run(command, check=False).returncode)
    os.execv(program, command)


def see_to_libraries(*groups: str) -> None:
    """On Debian, Ubuntu and their like: install what is missing of debian-packages.txt, or say how to."""
    if not (sys.platform == "linux" and shutil.which("apt-get")):
        return
    missing = [package for package, file in _debian_packages(groups) if not _is_there(file)]
    if not missing:
        return
    if os.geteuid() != 0:
        say(f"System packages are missing; run: sudo apt-get install {' '.join(missing)}")
        return
    say(f"Installing system packages: {' '.join(missing)}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *missing]):
        done = subprocess.run(
            ["apt-get", *command], env=quiet, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            reason = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
            say(f"apt-get {command[0]} failed: {' '.join(reason)}")


def _make_environment() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        if not (shutil.which("apt-get") and os.geteuid() == 0):
            sys.exit(f"This Python has no ensurepip; run: sudo apt-get install {package}")
        say(f"Installing system packages: {package}")
        subprocess.run(["apt-get", "update", "-qq"], stdout=subprocess.DEVNULL, check=False)
        subprocess.run(["apt-get", "install", "-y", "-qq", package], stdout=subprocess.DEVNULL, check=False)
    say(f"Making the virtual environment {VENV}")
    if subprocess.run(
        [sys.executable, "-m", "venv", "--clear", VENV], stdout=sys.stderr.fileno(), check=False
    ).returncode:
        sys.exit(f"{VENV}: the virtual environment could not be made; the lines above say why.")


def _fingerprint() -> str:
    """What the environment depends on: the interpreter and place, then the wishes."""
    base = f"{platform.python_version()} {platform.machine()} {sys.base_prefix} {PROJECT}"
    wishes = (PROJECT / "pyproject.toml").read_bytes() + CONSTRAINTS.read_bytes()
    return f"{hashlib.sha256(base.encode()).hexdigest()} {hashlib.sha256(wishes).hexdigest()}"


def _debian_packages(groups: tuple[str, ...]) -> list[tuple[str, str]]:
    """(package, a library, program or file it brings) for each line of those groups."""
    lines = (line.split() for line in DEBIAN_PACKAGES.read_text(encoding="utf-8").splitlines())
    return [(line[1], line[2]) for line in lines if line and line[0] in groups]


def _is_there(file: str) -> bool:
    if file.startswith("/"):
        return Path(file).exists()
    if ".so" not in file:
        return shutil.which(file) is not None
    try:
        ctypes.CDLL(file)
    except OSError:
        return False
    return True


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""
