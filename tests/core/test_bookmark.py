"""A bookmark can be shown in one line and found at its step, or is refused in a line."""

from __future__ import annotations

import dataclasses

import pytest

from superviz.core.bookmark import LONGEST_NOTE, Bookmark
from superviz.core.errors import SessionError


def test_it_is_a_step_and_a_note() -> None:
    assert Bookmark(40, "α meets β") == Bookmark(40, "α meets β")
    assert Bookmark(40).note == ""
    assert len({Bookmark(40), Bookmark(40, ""), Bookmark(41)}) == 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        Bookmark(1).note = "later"  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize(
    ("step", "note", "line"),
    [
        (-1, "", "bookmark: there is no step -1; give 0 or more"),
        (0, "x" * (LONGEST_NOTE + 1), f"bookmark: a note of 201 characters; give at most {LONGEST_NOTE}"),
        (0, "two\nlines", "bookmark: its note has line breaks or characters that can't be seen; give one line"),
        (0, "\u202edrawkcab", "bookmark: its note has line breaks or characters that can't be seen; give one line"),
    ],
)
def test_what_is_none_is_refused_in_a_line(step: int, note: str, line: str) -> None:
    with pytest.raises(SessionError) as refused:
        Bookmark(step, note)
    assert str(refused.value) == line


def test_the_longest_note_counts() -> None:
    assert len(Bookmark(0, "x" * LONGEST_NOTE).note) == LONGEST_NOTE
