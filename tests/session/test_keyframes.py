"""What lies between keyframes, and the trail that leads there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superviz.core.alignment import align, first_rotation, next_rotation
from superviz.core.experiment import Experiment
from superviz.core.snapshot import Snapshot, frozen
from superviz.session.keyframes import TRAIL_POINTS, Keyframes, Snapshots

EXPERIMENT = Experiment(n_features=5, n_hidden=2, n_instances=3)


def snapshot(step: int) -> Snapshot:
    W = np.random.default_rng(step).normal(size=(3, 2, 5)) * 0.02 + np.random.default_rng(0).normal(size=(3, 2, 5))
    return Snapshot(step, frozen(W), frozen(W[:, 1]))


def keyframes(*steps: int) -> Keyframes:
    kept = Keyframes(EXPERIMENT)
    for step in steps:
        kept.append(snapshot(step))
    return kept


def test_gauges_are_chained_from_the_first() -> None:
    kept = Keyframes(EXPERIMENT)
    first = kept.append(snapshot(0))
    np.testing.assert_array_equal(first, first_rotation(snapshot(0).W))
    second = kept.append(snapshot(7))
    np.testing.assert_array_equal(second, next_rotation(first, snapshot(0).W, snapshot(7).W, 7))
    assert len(kept) == 2


def test_a_stored_gauge_is_taken_as_it_is() -> None:
    mirror = np.broadcast_to(np.diag([-1.0, 1.0]), (3, 2, 2)).astype(np.float32)
    kept = Keyframes(EXPERIMENT)
    assert kept.append(snapshot(0), mirror) is mirror
    W, *_ = kept.between(0, snapshot(0), 0)
    np.testing.assert_array_equal(W, align(mirror, snapshot(0).W))


def test_at_a_keyframe_stands_that_keyframe() -> None:
    kept = keyframes(0, 10, 30)
    rotation = first_rotation(snapshot(0).W)
    W, b, *_ = kept.between(0, snapshot(30), 0)
    np.testing.assert_array_equal(W, align(rotation, snapshot(0).W))
    np.testing.assert_array_equal(b, snapshot(0).b)


def test_between_two_keyframes_weights_and_biases_are_interpolated() -> None:
    kept, tip = keyframes(0, 10, 30), snapshot(30)
    before, after = kept.between(10, tip, 0), kept.between(30, tip, 0)
    W, b, *_ = kept.between(15, tip, 0)
    np.testing.assert_allclose(W, 0.75 * before[0] + 0.25 * after[0], atol=1e-6)
    np.testing.assert_allclose(b, 0.75 * before[1] + 0.25 * after[1], atol=1e-6)


def test_beyond_the_last_keyframe_the_tip_is_shown_in_the_gauge_it_would_have_as_a_keyframe() -> None:
    kept, tip = keyframes(0, 10), snapshot(17)
    W, b, *_ = kept.between(17, tip, 0)
    np.testing.assert_array_equal(b, tip.b)
    halfway, *_ = kept.between(13.5, tip, 0)
    kept.append(tip)
    kept_W, *_ = kept.between(17, tip, 0)
    np.testing.assert_array_equal(W, kept_W)
    np.testing.assert_array_equal(halfway, kept.between(13.5, tip, 0)[0])


def test_a_new_tip_takes_the_place_of_the_one_before() -> None:
    kept = keyframes(0, 10)
    assert not np.array_equal(kept.between(12, snapshot(12), 0)[0], kept.between(12, snapshot(13), 0)[0])
    tip = snapshot(25)
    before = kept.between(25, tip, 0)[0]
    kept.append(snapshot(20))
    after = kept.between(25, tip, 0)[0]
    assert not np.array_equal(before, after), "a keyframe has come between: the chain goes through it"


def test_a_single_keyframe_is_its_own_trail() -> None:
    W, _, _, trail = keyframes(5).between(5, snapshot(5), 1)
    np.testing.assert_array_equal(trail, W[None, 1])


@given(st.integers(1, 1500), st.integers(0, 1000), st.integers(0, 2))
@settings(max_examples=60, deadline=None)
def test_a_trail_leads_from_the_start_to_the_position_in_few_points(count: int, part: int, instance: int) -> None:
    kept = Keyframes(EXPERIMENT)
    upright = np.broadcast_to(np.eye(2, dtype=np.float32), (3, 2, 2))
    for step in range(count):
        kept.append(Snapshot(step, frozen(np.full((3, 2, 5), step)), frozen(np.zeros((3, 5)))), upright)
    position = part / 1000 * (count - 1)
    W, _, _, trail = kept.between(position, kept.snapshots[-1], instance)
    assert 1 <= len(trail) <= TRAIL_POINTS
    np.testing.assert_array_equal(trail[-1], W[instance])
    along = trail[:, 0, 0]
    assert along[0] == pytest.approx(0 if len(trail) > 1 else position)
    assert np.all(np.diff(along) > 0), "no point twice"
    if len(trail) > 2:
        stride = along[1] - along[0]
        assert stride == 2 ** int(np.log2(stride)), "points stay where they are as the position moves"
        np.testing.assert_array_equal(np.diff(along[:-1]), stride)
        assert along[-1] - along[-2] <= stride


def test_snapshots_are_a_sequence_fixed_when_asked_for() -> None:
    kept = [snapshot(0), snapshot(10)]
    found = Snapshots(kept, 2, snapshot(15))
    kept.append(snapshot(20))
    assert [s.step for s in found] == [0, 10, 15]
    assert found[-1].step == found[2].step == 15
    assert found[-3] is kept[0]
    assert [s.step for s in found[1:]] == [10, 15]
    with pytest.raises(IndexError):
        found[3]


def test_a_tip_that_is_a_keyframe_is_not_told_twice() -> None:
    kept = [snapshot(0), snapshot(10)]
    assert [s.step for s in Snapshots(kept, 2, kept[1])] == [0, 10]
    assert [s.step for s in Snapshots(kept, 2, None)] == [0, 10]
    assert [s.step for s in Snapshots([], 0, snapshot(3))] == [3]
    assert len(Snapshots([], 0, None)) == 0
