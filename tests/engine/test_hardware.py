"""What this machine is called, on each kind of system."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

import numpy
import pytest

from superviz.engine import hardware


def test_it_names_processor_and_cores() -> None:
    words = hardware.hardware_words()
    assert words.startswith(hardware.processor())
    assert f"{os.cpu_count()} cores" in words
    assert platform.machine() in words


def test_versions_are_those_that_run() -> None:
    words = hardware.version_words().split(", ")
    assert f"numpy {numpy.__version__}" in words
    assert f"Python {platform.python_version()}" in words
    assert [word.split()[0] for word in words] == ["Python", "superviz", "numpy", "numba", "torch"]


def test_a_missing_package_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardware, "PACKAGES", ("numpy", "no-such-package"))
    assert hardware.version_words().endswith("no-such-package missing")


def test_linux_tells_the_name(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor\t: 0\nmodel name\t: AMD EPYC 7B13: 64 cores\nflags\t: avx2\nmodel name\t: another\n")
    assert hardware._named_by_linux(cpuinfo) == "AMD EPYC 7B13: 64 cores"


@pytest.mark.parametrize("content", ["", "processor\t: 0\nCPU implementer\t: 0x41\n"])
def test_linux_on_arm_does_not(tmp_path: Path, content: str) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(content)
    assert hardware._named_by_linux(cpuinfo) == ""
    assert hardware._named_by_linux(tmp_path / "missing") == ""


def test_macos_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        assert command == ["sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.CompletedProcess(command, 0, "Apple M3 Pro\n", "")

    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    monkeypatch.setattr(subprocess, "run", answer)
    assert hardware.processor() == "Apple M3 Pro"


def test_there_is_always_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardware, "_named_by_linux", lambda path: "")
    monkeypatch.setattr(platform, "processor", lambda: "")
    assert hardware.processor() == platform.machine()
