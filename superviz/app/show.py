"""Show the window, where there is a screen to show it on. Loads Qt only once that is certain."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from superviz.core.errors import SupervizError

if TYPE_CHECKING:
    from superviz.session.recording import Recording

_SCREENLESS_PLATFORMS = {"offscreen", "minimal", "vnc"}


class NoScreenError(SupervizError):
    """There is no screen to open a window on."""


def show(what: str | Path | Recording | None = None, *, follow: bool = False) -> int:
    """Open the window on a session, a recipe, a preset's name, a recording, or the default preset, until it is closed.

    With `follow`, on a session that another program is writing, as it grows. Returns the exit status. Raises
    SupervizError where there is no screen or what was asked for can't be shown.
    """
    require_screen()
    from superviz.app.application import run_application

    return run_application(what, follow=follow)


def require_screen() -> None:
    """Raises NoScreenError on Linux and its like without a display; macOS and Windows always have one."""
    if sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return
    if os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0] in _SCREENLESS_PLATFORMS:
        return
    raise NoScreenError(
        "there is no display to open the window on (DISPLAY and WAYLAND_DISPLAY are unset); "
        "presets, train, describe, render, weights, import, history, recipe, script, bench and doctor work without one"
    )
