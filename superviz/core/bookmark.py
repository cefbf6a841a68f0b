"""Bookmark: a step worth finding again, with a note on why."""

from __future__ import annotations

from dataclasses import dataclass

from superviz.core.errors import SessionError

LONGEST_NOTE = 200
"""Characters."""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """One line of words, or none, at a step. Raises SessionError for what can be neither shown nor found."""

    step: int
    note: str = ""

    def __post_init__(self) -> None:
        if self.step < 0:
            raise SessionError(f"bookmark: there is no step {self.step}; give 0 or more")
        if len(self.note) > LONGEST_NOTE:
            raise SessionError(f"bookmark: a note of {len(self.note)} characters; give at most {LONGEST_NOTE}")
        if not self.note.isprintable():
            raise SessionError("bookmark: its note has line breaks or characters that can't be seen; give one line")
