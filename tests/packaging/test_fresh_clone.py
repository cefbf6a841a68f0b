"""A fresh clone with an empty home: both commands of the README. By hand: python3 packaging/test.py -m packaging."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]

pytestmark = [pytest.mark.packaging, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What git would hand out of the working tree."""
    folder = tmp_path_factory.mktemp("fresh") / "superviz"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for name in filter(None, listed.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(PROJECT / name, folder / name)
    return folder


def _run(clone: Path, *words: str) -> subprocess.CompletedProcess[str]:
    home = clone.parent / "home"
    home.mkdir(exist_ok=True)
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "VIRTUAL_ENV", "PYTHONPATH")
    environment = {
        name: value for name, value in os.environ.items() if name not in hidden and not name.startswith("XDG_")
    }
    return subprocess.run(
        ["python3", *words],
        cwd=clone,
        env={**environment, "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_run_starts_superviz_and_the_second_time_adds_under_a_second(clone: Path) -> None:
    first = _run(clone, "packaging/run.py", "presets")
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("intro")
    begun = time.monotonic()
    second = _run(clone, "packaging/run.py", "--version")
    assert time.monotonic() - begun < 1.0
    assert second.stderr == ""
    without = _run(clone, "packaging/run.py")
    assert without.returncode == 2
    assert "there is no display" in without.stderr
    film = _run(clone, "packaging/run.py", "render", "pentagon", "-o", "pentagon.mp4", "--size", "640x360")
    assert film.returncode == 0, film.stderr
    assert (clone / "pentagon.mp4").stat().st_size > 10_000


def test_the_gate_passes(clone: Path) -> None:
    gate = _run(clone, "packaging/test.py")
    assert gate.returncode == 0, gate.stdout[-4000:] + gate.stderr[-4000:]
