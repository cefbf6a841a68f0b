"""What the tests of faults lean on: the programs beside them, each run in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Program: TypeAlias = Callable[..., dict[str, Any]]


@pytest.fixture
def program() -> Program:
    """Runs a program of this folder, and returns the report it prints; what it says on stderr fails the test."""

    def run(name: str, *arguments: object) -> dict[str, Any]:
        command = [sys.executable, str(Path(__file__).with_name(name)), *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert not done.stderr, done.stderr
        report = json.loads(done.stdout)
        assert done.returncode == bool(report["problems"])
        return report

    return run
