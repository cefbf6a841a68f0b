"""Numbers, and lists of them, as TOML and Python both write them: short where they fit a line, else wrapped."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TypeAlias, cast

Numbers: TypeAlias = "float | Sequence[Numbers]"

_WIDTH = 96
"""Columns of a line, but for the name before it."""
_INDENT = "    "


def literal(value: Numbers) -> str:
    """A number, 10_000 or 0.05, or a list, a list of lists one to a line where they don't fit."""
    if not isinstance(value, Sequence):
        return f"{value:_}" if isinstance(value, int) else repr(value)
    entries = [literal(entry) for entry in value]
    line = f"[{', '.join(entries)}]"
    if len(line) <= _WIDTH and "\n" not in line:
        return line
    if isinstance(value[0], Sequence):
        lines = textwrap.indent(",\n".join(entries), _INDENT)
    else:
        lines = textwrap.fill(
            ", ".join(entries), _WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT, break_on_hyphens=False
        )
    return f"[\n{lines},\n]"


def count(value: object) -> int:
    """How many numbers `value` is, in lists and lists of lists; what is no list counts one."""
    return sum(map(count, cast("Sequence[object]", value))) if isinstance(value, (list, tuple)) else 1
