"""Bookmarks hang where their steps are, and neither they nor their notes cover anything, however they crowd."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superviz.core.bookmark import Bookmark
from superviz.scene.boxes import Box, box_of, overlaps
from superviz.scene.canvas import Canvas
from superviz.scene.drawables import Path, Rect, Text
from superviz.scene.flags import card, flag_drawables, place_flags
from superviz.scene.palette import DARK

PLOT: Box = (48.0, 31.0, 1592.0, 151.0)
LOW: Box = (38.0, 25.0, 1036.0, 99.0)
CANVAS = Canvas(1616, 176, DARK)
LONG = "Here the fifth feature begins to push the fourth aside, and the loss falls for good"


def boxes(bookmarks: tuple[Bookmark, ...], xs: tuple[float, ...], plot: Box = PLOT, taken: tuple[Box, ...] = ()):
    """Every ribbon's and every note's box."""
    drawn = flag_drawables(place_flags(bookmarks, xs, plot, taken, 1.0), plot[3], CANVAS, None)
    found: list[Box] = [box_of(item) for item in drawn if isinstance(item, Text)]
    for item in drawn:
        if isinstance(item, Path) and item.closed:
            found.append((*item.points.min(axis=0).tolist(), *item.points.max(axis=0).tolist()))
    return found


def test_a_note_stands_beside_its_ribbon() -> None:
    (flag,) = place_flags((Bookmark(500, "Settled"),), (300.0,), PLOT, (), 1.0)
    assert (flag.x, flag.y, flag.note) == (300.0, 31.0, "Settled")


def test_two_close_together_stack() -> None:
    first, second = place_flags((Bookmark(1, "One of them"), Bookmark(2, "The other")), (300.0, 310.0), PLOT, (), 1.0)
    assert first.y < second.y
    assert (first.note, second.note) == ("One of them", "The other")
    assert (first.x, second.x) == (300.0, 310.0)


def test_a_long_note_is_cut_off_and_stands_on_the_left_where_that_has_the_room() -> None:
    (flag,) = place_flags((Bookmark(1, LONG),), (300.0,), PLOT, (), 1.0)
    assert flag.note.endswith("…")
    assert LONG.startswith(flag.note[:-1])
    assert flag.anchor == "start"
    (last,) = place_flags((Bookmark(1, LONG),), (1570.0,), PLOT, (), 1.0)
    assert last.anchor == "end"
    assert LONG.startswith(last.note[:-1])
    assert last.note
    narrow = (1540.0, *PLOT[1:])
    assert [flag.note for flag in place_flags((Bookmark(1, LONG),), (1570.0,), narrow, (), 1.0)] == [""]


def test_it_makes_way_for_what_is_there_already() -> None:
    taken = ((290.0, 30.0, 340.0, 50.0),)
    (flag,) = place_flags((Bookmark(1, "Settled"),), (300.0,), PLOT, taken, 1.0)
    assert flag.y > 31.0
    assert not any(overlaps(box, taken) for box in boxes((Bookmark(1, "Settled"),), (300.0,), taken=taken))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(50, 1030), st.sampled_from(["", "Note", LONG])), min_size=1, max_size=12),
    st.sampled_from([PLOT, LOW]),
    st.lists(st.floats(50, 1000), max_size=3),
)
def test_nothing_covers_anything(places: list[tuple[float, str]], plot: Box, marks: list[float]) -> None:
    places.sort()
    bookmarks = tuple(Bookmark(step, note) for step, (_, note) in enumerate(places))
    taken = tuple((x, plot[1] + 5, x + 60, plot[1] + 16) for x in marks)
    found = boxes(bookmarks, tuple(x for x, _ in places), plot, taken)
    assert not any(overlaps(one, [other]) for one, other in itertools.combinations(found, 2))
    assert not any(overlaps(one, taken) for one in found)
    assert all(box[3] <= plot[3] for box in found)


def test_forty_in_one_place_all_hang_somewhere_near() -> None:
    flags = place_flags(tuple(map(Bookmark, range(40))), (800.0,) * 40, PLOT, (), 1.0)
    assert len({(flag.x, flag.y) for flag in flags}) == 40
    assert max(abs(flag.x - 800) for flag in flags) < 100


def test_the_thread_ends_at_the_step_however_far_the_ribbon_hangs() -> None:
    flags = place_flags(tuple(map(Bookmark, range(9))), tuple(800.0 + step for step in range(9)), PLOT, (), 1.0)
    threads = [d for d in flag_drawables(flags, 151.0, CANVAS, None) if isinstance(d, Path) and not d.closed]
    assert [thread.points[-1].tolist() for thread in threads] == [[800.0 + step, 151.0] for step in range(9)]
    assert all(np.isfinite(thread.points).all() for thread in threads)


def test_the_hovered_one_is_brighter() -> None:
    flags = place_flags((Bookmark(1, "One"), Bookmark(2, "Two")), (300.0, 600.0), PLOT, (), 1.0)
    drawn = flag_drawables(flags, 151.0, CANVAS, Bookmark(2, "Two"))
    assert {d.text: d.color for d in drawn if isinstance(d, Text)} == {"One": DARK.text2, "Two": DARK.text1}


@pytest.mark.parametrize("x", [60.0, 800.0, 1590.0])
@pytest.mark.parametrize("note", ["", "Settled", LONG * 2, "W" * 200])
def test_its_card_says_all_of_it_within_the_canvas(x: float, note: str) -> None:
    bookmark = Bookmark(1500, note[:200])
    (flag,) = place_flags((bookmark,), (x,), PLOT, (), 1.0)
    ground, head, *lines = card(flag, CANVAS)
    assert isinstance(ground, Rect)
    assert isinstance(head, Text)
    assert head.text == "Step 1,500"
    if " " in note:
        assert " ".join(line.text for line in lines if isinstance(line, Text)) == bookmark.note
    assert ground.x >= 0
    assert ground.x + ground.width <= CANVAS.width
    assert ground.y >= 0
    assert ground.y + ground.height <= CANVAS.height
    for line in (head, *lines):
        assert isinstance(line, Text)
        assert not overlaps(box_of(line), [(-9e9, -9e9, ground.x, 9e9), (ground.x + ground.width, -9e9, 9e9, 9e9)])
