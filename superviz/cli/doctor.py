"""`superviz doctor`: what this machine offers, probed in processes of their own: a broken driver may abort one."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version

import typer

from superviz import __version__

PACKAGES = ("numpy", "numba", "pydantic", "PySide6-Essentials", "av", "torch")

_QT = """
from PySide6.QtGui import QGuiApplication, QOpenGLContext, QOffscreenSurface
app = QGuiApplication([])
print(app.platformName())
screen = app.primaryScreen()
print(f"{screen.size().width()} x {screen.size().height()}" if screen else "none")
context, surface = QOpenGLContext(), QOffscreenSurface()
if app.platformName() not in ("offscreen", "minimal") and context.create():
    surface.create()
    context.makeCurrent(surface)
    print(".".join(map(str, context.format().version())), context.functions().glGetString(0x1F01))
else:
    print("none; 3D is projected")
"""
_KERNEL = """
from superviz.engine.kernel import kernel_is_cached
print("compiled" if kernel_is_cached() else "to be compiled at the first training, once, in some seconds")
"""
_ENCODERS = """
import av
wanted = ("libx264", "libvpx-vp9", "prores_ks", "gif", "apng")
print(", ".join(name for name in wanted if name in av.codecs_available))
"""
_CUDA = """
import torch
torch.ones(1, device="cuda").item()
"""


def doctor() -> None:
    """Say what this machine offers, and which versions.

    Qt platform, OpenGL, CPU and GPU and where training runs, encoders, packages.
    """
    from superviz.app.show import NoScreenError, require_screen
    from superviz.engine.devices import find_gpu, find_torch

    try:
        require_screen()
        qt_platform = None
    except NoScreenError:
        qt_platform = "offscreen"
    qt = _probe(_QT, qt_platform)
    window, screen, opengl = (*qt, "-", "-")[:3]
    rows = {
        "system": f"{platform.system()} {platform.release()}, {platform.machine()}, {os.cpu_count()} cores",
        "Python": f"{platform.python_version()} at {sys.executable}",
        "Qt platform": f"{window}; no display, so files only" if qt_platform else window,
        "screen": screen,
        "OpenGL": opengl,
        "CPU": f"the kernel is {' '.join(_probe(_KERNEL))}",
        "GPU": str(find_gpu() or "none found"),
        "torch": str(find_torch() or "not installed"),
        "training": _training(),
        "encoders": " ".join(_probe(_ENCODERS)),
        "versions": ", ".join(
            [f"superviz {__version__}", *(f"{name} {_version(name) or 'missing'}" for name in PACKAGES)]
        ),
    }
    width = max(map(len, rows)) + 2
    for name, value in rows.items():
        typer.echo(f"{name:<{width}}{value}")


def _training() -> str:
    """What --device auto would take, and why."""
    from superviz.engine.devices import why_no_cuda

    fault = why_no_cuda()
    if fault is not None:
        return f"auto takes the CPU: {fault}"
    answer = " ".join(_probe(_CUDA))
    if answer.startswith("failed"):
        return f"auto takes the CPU: the GPU {answer}"
    return "auto takes the CPU or the GPU, whichever it measures to be faster as a run begins"


def _probe(program: str, qt_platform: str | None = None) -> list[str]:
    """What the program printed, a line an entry; or one entry saying how it failed."""
    environment = {**os.environ, **({"QT_QPA_PLATFORM": qt_platform} if qt_platform else {})}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=False)
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        return [f"failed: {said[-1] if said else f'exit status {done.returncode}'}"]
    return done.stdout.strip().splitlines()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
