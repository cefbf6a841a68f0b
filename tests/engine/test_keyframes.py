"""Keyframes: the grid, the threshold, the budget; and that the way a run is cut up never matters."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superviz.core.snapshot import Array, Snapshot
from superviz.engine.keyframes import BUDGET, MOVE, STRIDE, KeyframePolicy, grid_steps

FRAME_BYTES = 4 * (2 + 1)
"""One instance of one feature in two dimensions."""


def walk(steps: np.ndarray, speed: float) -> tuple[Array, Array]:
    """W, (steps, 1, 2, 1), whose first entry moves by `speed` a step; and b."""
    W = np.zeros((len(steps), 1, 2, 1), dtype=np.float32)
    W[:, 0, 0, 0] = speed * steps
    return W, np.zeros((len(steps), 1, 1), dtype=np.float32)


def select_steps(policy: KeyframePolicy, until: int, speed: float, after: int = -1) -> list[int]:
    steps = grid_steps(after, until)
    return [frame.step for frame in policy.select(steps, *walk(steps, speed))]


def test_grid() -> None:
    assert grid_steps(0, 3000).tolist() == [
        *range(1, 21),
        *range(25, 501, 5),
        *range(510, 2001, 10),
        *range(2025, 3001, 25),
    ]
    assert grid_steps(-1, 0).tolist() == [0]
    assert grid_steps(100, 104).tolist() == []
    assert grid_steps(7, 7).tolist() == []
    assert grid_steps(10_000, 10_060).tolist() == [10_025, 10_050]


@given(st.integers(0, 5000), st.integers(0, 2000), st.integers(0, 2000))
def test_the_grid_has_no_seam(start: int, one: int, other: int) -> None:
    middle, end = start + one, start + one + other
    together = np.concatenate([grid_steps(start, middle), grid_steps(middle, end)])
    assert np.array_equal(together, grid_steps(start, end))


def test_the_start_is_always_taken() -> None:
    policy = KeyframePolicy()
    W, b = walk(np.array([0]), 0)
    assert [frame.step for frame in policy.start(Snapshot(0, W[0], b[0]))] == [0]
    assert policy.count == 1


def test_what_stands_still_is_taken_at_the_stride() -> None:
    assert select_steps(KeyframePolicy(), 1000, speed=0) == [0, 250, 500, 750, 1000]


def test_what_moves_is_taken_once_it_has_moved() -> None:
    # Every 10.5 steps it has moved enough; the grid step after that is taken.
    assert select_steps(KeyframePolicy(), 60, speed=MOVE / 10.5) == [0, 11, 25, 40, 55]


def test_movement_is_measured_from_the_last_keyframe() -> None:
    """There and back again within the threshold is no movement, however long the way."""
    steps = grid_steps(-1, 200)
    W = np.zeros((len(steps), 1, 2, 1), dtype=np.float32)
    W[::2] = MOVE * 0.9
    W[0] = 0
    assert [frame.step for frame in KeyframePolicy().select(steps, W, W[:, 0, :1])] == [0]


@pytest.mark.parametrize("entry", [(0, 0, 0), (1, 1, 2)])
def test_one_weight_of_one_instance_is_enough(entry: tuple[int, int, int]) -> None:
    steps = np.array([0, 1, 2])
    W = np.zeros((3, 2, 2, 3), dtype=np.float32)
    W[1][entry] = -1.5 * MOVE
    W[2] = W[1]
    assert [frame.step for frame in KeyframePolicy().select(steps, W, W[:, :, 0])] == [0, 1]


@given(st.lists(st.integers(1, 2999), max_size=8), st.floats(0, 0.01))
def test_chunks_and_resuming_never_matter(cuts: list[int], speed: float) -> None:
    whole = select_steps(KeyframePolicy(budget=100 * FRAME_BYTES), 3000, speed)
    policy, taken = KeyframePolicy(budget=100 * FRAME_BYTES), list[int]()
    last: Snapshot | None = None
    ends = [-1, *sorted(set(cuts)), 3000]
    for after, until in pairwise(ends):
        steps = grid_steps(after, until)
        frames = policy.select(steps, *walk(steps, speed))
        taken += [frame.step for frame in frames]
        last = frames[-1] if frames else last
        policy = KeyframePolicy(last, policy.count, budget=100 * FRAME_BYTES)
    assert taken == whole


def test_keyframes_are_copies_that_never_change() -> None:
    steps = grid_steps(-1, 5)
    W, b = walk(steps, 1)
    frames = KeyframePolicy().select(steps, W, b)
    W[:] = -1
    assert [frame.W[0, 0, 0] for frame in frames] == [0, 1, 2, 3, 4, 5]
    assert not frames[0].W.flags.writeable
    assert frames[0].W.base is None


@pytest.mark.parametrize("capacity", [1, 2, 10, 64])
def test_the_budget_is_kept_whatever_happens(capacity: int) -> None:
    policy = KeyframePolicy(budget=capacity * FRAME_BYTES)
    for after in range(-1, 400_000, 100_000):
        select_steps(policy, after + 100_000, speed=1.0, after=after)
    assert policy.count <= capacity


def test_detail_halves_as_the_budget_goes() -> None:
    """A still run of 40 keyframes' room: every 250 steps to the 20th, every 500 to the 30th, then 1,000, 2,000..."""
    taken = select_steps(KeyframePolicy(budget=40 * FRAME_BYTES), 200_000, speed=0)
    assert set(np.diff(taken[:20])) == {STRIDE}
    assert set(np.diff(taken[20:30])) == {2 * STRIDE}
    assert set(np.diff(taken[30:35])) == {4 * STRIDE}
    assert len(taken) <= 40
    assert taken[-1] > 30_000


def test_a_long_run_of_the_intro_fits_by_far() -> None:
    """Eight instances of (5, 2) take 480 bytes a keyframe: a hundred million steps at rest use less than the budget."""
    assert 100_000_000 / STRIDE * 480 < BUDGET


def test_nothing_to_select_from() -> None:
    W, b = walk(np.array([], dtype=np.int64), 0)
    assert KeyframePolicy().select(np.array([], dtype=np.int64), W, b) == []
