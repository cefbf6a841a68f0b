"""The user's home folder, as people write it: whose it is, nobody needs to know, and it is short."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def with_tilde(text: str) -> str:
    """The same text, every path in it that leads through the home folder beginning with "~"."""
    with suppress(RuntimeError):  # nobody's home
        home = str(Path.home())
        if len(home) > 1:
            return "~" if text == home else text.replace(home + os.sep, f"~{os.sep}")
    return text
