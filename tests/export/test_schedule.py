"""A film starts at the start, ends at the end, never goes back, and dwells where the weights move."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superviz.core.snapshot import Snapshot, frozen
from superviz.export.schedule import Schedule


def snapshot(step: int, *heights: float) -> Snapshot:
    """One hidden dimension, one feature an instance."""
    return Snapshot(step, frozen(np.array(heights)[:, None, None]), frozen(np.zeros((len(heights), 1))))


histories = st.lists(st.tuples(st.integers(1, 500), st.floats(-2, 2, width=32)), min_size=1, max_size=40).map(
    lambda moves: [
        snapshot(step, height)
        for step, height in zip(
            np.cumsum([0, *(gap for gap, _ in moves)]).tolist(), [0.0, *(h for _, h in moves)], strict=True
        )
    ]
)


@given(histories, st.integers(2, 400), st.integers(0, 60))
def test_from_the_start_to_the_end_without_going_back(history: list[Snapshot], frames: int, hold: int) -> None:
    hold = min(hold, frames - 2)
    schedule = Schedule(history, 0, frames, hold)
    positions = [schedule.position(frame) for frame in range(frames)]
    assert positions[0] == 0
    assert positions[-1] == history[-1].step
    assert all(position == history[-1].step for position in positions[frames - hold - 1 :])
    assert all(later >= earlier for earlier, later in pairwise(positions))
    if frames - hold > 2:
        assert positions[frames - hold - 2] < history[-1].step


def test_a_run_that_stands_still_is_shown_at_an_even_pace() -> None:
    schedule = Schedule([snapshot(step, 1.0) for step in range(0, 1001, 100)], 0, 11)
    assert [schedule.position(frame) for frame in range(11)] == pytest.approx(list(range(0, 1001, 100)))


def test_where_the_weights_move_there_are_more_frames() -> None:
    """All the motion lies in the first tenth: it gets four fifths of the film, not a tenth."""
    history = [snapshot(0, 0.0), snapshot(100, 1.0), snapshot(1000, 1.0)]
    schedule = Schedule(history, 0, 101)
    in_motion = sum(schedule.position(frame) < 100 for frame in range(101))
    assert 78 <= in_motion <= 86


def test_the_instance_shown_sets_the_pace() -> None:
    history = [snapshot(0, 0.0, 0.0), snapshot(500, 1.0, 0.0), snapshot(1000, 1.0, 1.0)]
    early, late = (Schedule(history, instance, 101).position(50) for instance in (0, 1))
    assert early < 500 < late


def test_a_run_of_one_snapshot_is_a_standing_picture() -> None:
    schedule = Schedule([snapshot(0, 1.0)], 0, 30, 5)
    assert {schedule.position(frame) for frame in range(30)} == {0.0}


def test_a_run_may_start_later_than_0() -> None:
    schedule = Schedule([snapshot(300, 0.0), snapshot(500, 1.0)], 0, 3)
    assert [schedule.position(frame) for frame in range(3)] == [300, 400, 500]
