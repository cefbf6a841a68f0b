"""What reaches the terminal: words for counts, and text from anyone's files as one line that does nothing to it."""

from __future__ import annotations

import sys


def one_line(text: str) -> str:
    """`text` without line ends and without signs that drive a terminal: names and titles may hold any."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in " ".join(text.split()))


def counted(number: int, noun: str) -> str:
    """ "1 feature", "12 features"."""
    return f"{number:,} {noun}{'s' if number != 1 else ''}"


def write_what_can_be_written() -> None:
    """Have stdout take signs that its encoding lacks, which in a pipe on Windows are many, as question marks."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:  # whoever calls main() may have put something else in its place
        reconfigure(errors="replace")
