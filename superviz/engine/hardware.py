"""What this machine is, and which versions run on it: the words that stand beside any timing."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("superviz", "numpy", "numba", "torch")
"""What does the arithmetic, and superviz itself."""


def hardware_words() -> str:
    """The processor, how many cores of it there are, and the system: one line."""
    return f"{processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, {platform.machine()}"


def version_words() -> str:
    """Python, superviz and what does the arithmetic, each with its version: one line."""
    versions = ((package, installed_version(package) or "missing") for package in PACKAGES)
    return ", ".join(f"{name} {number}" for name, number in (("Python", platform.python_version()), *versions))


def processor() -> str:
    """The processor's own name, where the system tells it; otherwise its architecture."""
    if platform.system() == "Darwin":
        asked = subprocess.run(
            ["sysctl", "-n", "machdep.cpu.brand_string"], capture_output=True, text=True, check=False
        )
        named = asked.stdout.strip()
    else:
        named = _named_by_linux(Path("/proc/cpuinfo"))
    return named or platform.processor() or platform.machine()


def installed_version(package: str) -> str | None:
    """The version of an installed package, which is not imported; None where it is missing."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _named_by_linux(cpuinfo: Path) -> str:
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
