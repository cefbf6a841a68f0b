"""Keyframes: the grid, the threshold, the budget; and that the way a run is cut up never matters."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superviz.core.parameters import Parameters
from superviz.core.snapshot import Array, Snapshot
from superviz.engine import keyframes
from superviz.engine.keyframes import BUDGET, MOST, MOVE, STRIDE, KeyframePolicy, grid_steps

FRAME_BYTES = 4 * (2 + 1)
"""One instance of one feature in two dimensions."""


LAYOUT = Parameters(n_hidden=2, n_features=1, tied=True)


def walk(steps: np.ndarray, speed: float) -> Array:
    """Parameters (steps, 1, 3) of one feature in two dimensions, whose first weight moves by `speed` a step."""
    rows = np.zeros((len(steps), 1, LAYOUT.count), dtype=np.float32)
    rows[:, 0, 0] = speed * steps
    return rows


def select_steps(policy: KeyframePolicy, until: int, speed: float, after: int = -1) -> list[int]:
    steps = grid_steps(after, until)
    return [frame.step for frame in policy.select(steps, walk(steps, speed), LAYOUT)]


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
    assert [frame.step for frame in policy.start(LAYOUT.snapshot(0, walk(np.array([0]), 0)[0]))] == [0]
    assert policy.count == 1


def test_what_stands_still_is_taken_at_the_stride() -> None:
    assert select_steps(KeyframePolicy(), 1000, speed=0) == [0, 250, 500, 750, 1000]


def test_what_moves_is_taken_once_it_has_moved() -> None:
    # Every 10.5 steps it has moved enough; the grid step after that is taken.
    assert select_steps(KeyframePolicy(), 60, speed=MOVE / 10.5) == [0, 11, 25, 40, 55]


def test_movement_is_measured_from_the_last_keyframe() -> None:
    """There and back again within the threshold is no movement, however long the way."""
    steps = grid_steps(-1, 200)
    rows = walk(steps, 0)
    rows[::2] = MOVE * 0.9
    rows[0] = 0
    assert [frame.step for frame in KeyframePolicy().select(steps, rows, LAYOUT)] == [0]


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("entry", [(0, 0), (1, 5), (1, -4)])
def test_one_weight_of_one_instance_is_enough(entry: tuple[int, int], tied: bool) -> None:
    """W's first and last, and W_out's last: it lies before the three biases."""
    layout = Parameters(n_hidden=2, n_features=3, tied=tied)
    rows = np.zeros((3, 2, layout.count), dtype=np.float32)
    rows[1][entry] = -1.5 * MOVE
    rows[2] = rows[1]
    assert [frame.step for frame in KeyframePolicy().select(np.array([0, 1, 2]), rows, layout)] == [0, 1]


def test_the_bias_alone_is_not() -> None:
    rows = walk(np.arange(3), 0)
    rows[1:, 0, -1] = 10.0
    assert [frame.step for frame in KeyframePolicy().select(np.arange(3), rows, LAYOUT)] == [0]


@given(st.lists(st.integers(1, 2999), max_size=8), st.floats(0, 0.01))
def test_chunks_and_resuming_never_matter(cuts: list[int], speed: float) -> None:
    whole = select_steps(KeyframePolicy(budget=100 * FRAME_BYTES), 3000, speed)
    policy, taken = KeyframePolicy(budget=100 * FRAME_BYTES), list[int]()
    last: Snapshot | None = None
    ends = [-1, *sorted(set(cuts)), 3000]
    for after, until in pairwise(ends):
        steps = grid_steps(after, until)
        frames = policy.select(steps, walk(steps, speed), LAYOUT)
        taken += [frame.step for frame in frames]
        last = frames[-1] if frames else last
        policy = KeyframePolicy(last, policy.count, budget=100 * FRAME_BYTES)
    assert taken == whole


def test_keyframes_are_copies_that_never_change() -> None:
    steps = grid_steps(-1, 5)
    rows = walk(steps, 1)
    frames = KeyframePolicy().select(steps, rows, LAYOUT)
    rows[:] = -1
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


def test_of_a_small_model_no_more_are_taken_than_anyone_can_tell_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyframes, "MOST", 40)
    assert select_steps(KeyframePolicy(), 200_000, speed=0) == select_steps(
        KeyframePolicy(budget=40 * FRAME_BYTES), 200_000, speed=0
    )


def test_a_long_run_of_the_intro_keeps_its_detail() -> None:
    """Eight instances of (5, 2) take 480 bytes a keyframe: ten million steps at rest use half of what there may be."""
    assert min(MOST, BUDGET // 480) / 2 > 10_000_000 / STRIDE


def test_nothing_to_select_from() -> None:
    none = np.array([], dtype=np.int64)
    assert KeyframePolicy().select(none, walk(none, 0), LAYOUT) == []
