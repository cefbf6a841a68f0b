"""What lies between keyframes, the trail that leads there, and how little of it is in memory."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superviz.core.alignment import align, first_rotation, next_rotation
from superviz.core.errors import SessionError
from superviz.core.experiment import Experiment
from superviz.core.snapshot import Snapshot, frozen
from superviz.session import keyframes as keyframes_module
from superviz.session.gauge import Gauged
from superviz.session.keyframes import TRAIL_POINTS, Keyframes, Snapshots

EXPERIMENT = Experiment(n_features=5, n_hidden=2, n_instances=3)
UPRIGHT = frozen(np.broadcast_to(np.eye(2), (3, 2, 2)))
ONE_KEYFRAME = 2 * 4 * 3 * (2 * 5 + 5) + 4 * 3 * 2 * 2 + 1024
"""Bytes in memory: as recorded, as shown, the gauge, and what holds them."""


def snapshot(step: int) -> Snapshot:
    W = np.random.default_rng(step).normal(size=(3, 2, 5)) * 0.02 + np.random.default_rng(0).normal(size=(3, 2, 5))
    return Snapshot(step, frozen(W), frozen(W[:, 1]))


def counted(step: int) -> Snapshot:
    """Whose every weight is its step."""
    return Snapshot(step, frozen(np.full((3, 2, 5), step)), frozen(np.zeros((3, 5))))


class Shelf(dict[int, Gauged]):
    """A store that notes what is read."""

    def __init__(self, *gauged: Gauged) -> None:
        super().__init__({one.snapshot.step: one for one in gauged})
        self.read: list[int] = []

    def __call__(self, step: int) -> Gauged:
        self.read.append(step)
        if step not in self:
            raise SessionError(f"damaged: snapshot at step {step}")
        return self[step]


def keyframes(*steps: int) -> Keyframes:
    """Appended, and in no store yet."""
    kept = Keyframes(EXPERIMENT, Shelf())
    for step in steps:
        kept.append(snapshot(step))
    return kept


def stored(count: int, *damaged: int) -> tuple[Keyframes, Shelf]:
    """So many keyframes, upright and a step apart, found in a store."""
    shelf = Shelf(*(Gauged(counted(step), UPRIGHT) for step in range(count) if step not in damaged))
    kept = Keyframes(EXPERIMENT, shelf)
    kept.found(np.arange(count))
    shelf.read.clear()
    return kept, shelf


def test_gauges_are_chained_from_the_first() -> None:
    kept = keyframes()
    first = kept.append(snapshot(0))
    np.testing.assert_array_equal(first, first_rotation(snapshot(0).W))
    second = kept.append(snapshot(7))
    np.testing.assert_array_equal(second, next_rotation(first, snapshot(0).W, snapshot(7).W, 7))
    assert len(kept) == 2
    np.testing.assert_array_equal(kept.steps, [0, 7])


def test_a_stored_gauge_is_taken_as_it_is_and_the_chain_goes_on_from_it() -> None:
    mirror = frozen(np.broadcast_to(np.diag([-1.0, 1.0]), (3, 2, 2)))
    kept = Keyframes(EXPERIMENT, Shelf(Gauged(snapshot(0), mirror)))
    kept.found(np.array([0]))
    W, *_ = kept.between(0, snapshot(0), 0)
    np.testing.assert_array_equal(W, align(mirror, snapshot(0).W))
    expected = next_rotation(mirror, snapshot(0).W, snapshot(7).W, 7)
    np.testing.assert_array_equal(kept.append(snapshot(7)), expected)


def test_where_nothing_is_found_nothing_is_read() -> None:
    kept, shelf = stored(0)
    assert (len(kept), shelf.read) == (0, [])
    np.testing.assert_array_equal(kept.append(snapshot(3)), first_rotation(snapshot(3).W))


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
    kept, shelf = stored(count)
    position = part / 1000 * (count - 1)
    W, _, _, trail = kept.between(position, counted(count - 1), instance)
    assert 1 <= len(trail) <= TRAIL_POINTS
    assert len(shelf.read) <= TRAIL_POINTS + 1, "no more is read than there is to see"
    np.testing.assert_array_equal(trail[-1], W[instance])
    along = trail[:, 0, 0]
    assert along[0] == pytest.approx(0 if len(trail) > 1 else position)
    assert np.all(np.diff(along) > 0), "no point twice"
    if len(trail) > 2:
        stride = along[1] - along[0]
        assert stride == 2 ** int(np.log2(stride)), "points stay where they are as the position moves"
        np.testing.assert_array_equal(np.diff(along[:-1]), stride)
        assert along[-1] - along[-2] <= stride


class TestMemory:
    def test_what_is_in_no_store_yet_is_held(self) -> None:
        kept = keyframes(0, 10, 20)
        for index, step in enumerate((0, 10, 20)):
            assert kept.snapshot(index).W.tobytes() == snapshot(step).W.tobytes()
            kept.between(step, snapshot(20), 0)

    def test_what_was_stored_of_late_is_not_read_again(self) -> None:
        shelf = Shelf()
        kept = Keyframes(EXPERIMENT, shelf)
        for index, step in enumerate((0, 10, 20)):
            shelf[step] = Gauged(snapshot(step), kept.append(snapshot(step)))
            kept.stored(index)
        kept.between(15, snapshot(20), 0)
        assert shelf.read == []

    def test_what_was_not_used_of_late_is_let_go(self, monkeypatch) -> None:
        monkeypatch.setattr(keyframes_module, "CACHE_BYTES", 3 * ONE_KEYFRAME)
        kept, shelf = stored(10)
        for index in (1, 2, 3, 1, 4, 1, 2):
            assert kept.snapshot(index).step == index
        assert shelf.read == [1, 2, 3, 4, 2], "1 was in use all the time, 2 made room for 4"

    def test_two_are_kept_however_large_they_are(self, monkeypatch) -> None:
        """What lies between two keyframes is looked at many times."""
        monkeypatch.setattr(keyframes_module, "CACHE_BYTES", 1)
        kept, shelf = stored(10)
        for index in (4, 5, 4, 5, 4):
            assert kept.snapshot(index).step == index
        assert shelf.read == [4, 5]

    @given(st.lists(st.tuples(st.floats(0, 99), st.integers(0, 2)), max_size=12))
    @settings(max_examples=40, deadline=None)
    def test_with_hardly_any_room_all_is_as_it_is_with_plenty(self, visits: list[tuple[float, int]]) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(keyframes_module, "CACHE_BYTES", 2 * ONE_KEYFRAME)
            scarce, ample = stored(100)[0], stored(100)[0]
            for position, instance in visits:
                found = scarce.between(position, counted(99), instance)
                patch.setattr(keyframes_module, "CACHE_BYTES", 2**26)
                expected = ample.between(position, counted(99), instance)
                patch.setattr(keyframes_module, "CACHE_BYTES", 2 * ONE_KEYFRAME)
                for one, other in zip(found, expected, strict=True):
                    assert one is other is None or (
                        one is not None and other is not None and np.array_equal(one, other)
                    )

    def test_trails_of_large_models_have_fewer_points(self, monkeypatch) -> None:
        monkeypatch.setattr(keyframes_module, "_TRAIL_BYTES", 10 * 4 * 2 * 5)
        kept, shelf = stored(100)
        *_, trail = kept.between(99, counted(99), 1)
        np.testing.assert_array_equal(trail[:, 0, 0], [0, 16, 32, 48, 64, 80, 96, 99])
        assert len(shelf.read) <= 9
        monkeypatch.setattr(keyframes_module, "_TRAIL_BYTES", 1)
        *_, trail = stored(100)[0].between(99, counted(99), 1)
        np.testing.assert_array_equal(trail[:, 0, 0], [0, 99])

    def test_few_trails_are_kept(self) -> None:
        kept, _ = stored(50)
        for instance in (0, 1, 2):
            for position in (3.5, 20, 49):
                kept.between(position, counted(49), instance)
        assert len(kept._trails) <= 4


class TestDamage:
    def test_one_keyframe_is_missed_where_it_is_looked_at_and_nowhere_else(self) -> None:
        kept, _ = stored(10, 4)
        for position in (3.5, 4, 4.5):
            with pytest.raises(SessionError, match=r"snapshot at step 4$"):
                kept.between(position, counted(9), 0)
        with pytest.raises(SessionError, match=r"snapshot at step 4$"):
            kept.snapshot(4)
        for position in (0, 2.5, 3, 5, 5.5, 9):
            W, *_ = kept.between(position, counted(9), 0)
            assert W[0, 0, 0] == np.float32(position)

    def test_trails_go_on_from_the_point_before(self) -> None:
        *_, trail = stored(7, 3)[0].between(6, counted(6), 0)
        np.testing.assert_array_equal(trail[:, 0, 0], [0, 1, 2, 2, 4, 5, 6])

    def test_trails_begin_where_something_can_be_read(self) -> None:
        kept, _ = stored(7, 0, 1)
        for position, along in ((2, [2]), (6, [2, 3, 4, 5, 6]), (3, [2, 3])):
            *_, trail = kept.between(position, counted(6), 0)
            np.testing.assert_array_equal(trail[:, 0, 0], along)


def test_many_threads_read_what_one_appends_and_stores(monkeypatch) -> None:
    """With next to no room, so that everything is on its way out of memory all the time."""
    monkeypatch.setattr(keyframes_module, "CACHE_BYTES", 2 * ONE_KEYFRAME)
    shelf, faults, done = Shelf(), [], threading.Event()
    kept = Keyframes(EXPERIMENT, shelf)
    kept.append(counted(0))

    def look(seed: int) -> None:
        rng = np.random.default_rng(seed)
        while not done.is_set():
            newest = len(kept) - 1
            position = float(rng.uniform(0, newest))
            W, _, _, trail = kept.between(position, counted(newest), seed)
            # Turned as it may be, a matrix of equal entries keeps its size.
            if not np.allclose(np.sqrt(np.sum(W[0] ** 2) / 10), position, atol=1e-2 + 1e-5 * position):
                faults.append((position, W))
            if not np.array_equal(trail[-1], W[seed]):
                faults.append((position, trail))

    def look_and_tell(seed: int) -> None:
        try:
            look(seed)
        except Exception as error:
            faults.append(error)

    readers = [threading.Thread(target=look_and_tell, args=(seed,)) for seed in range(3)]
    for reader in readers:
        reader.start()
    shelf[0] = Gauged(counted(0), first_rotation(counted(0).W))
    for step in range(1, 600):
        shelf[step] = Gauged(counted(step), kept.append(counted(step)))
        if step >= 5:
            kept.stored(step - 5)
    done.set()
    for reader in readers:
        reader.join()
    assert not faults


class TestSnapshots:
    def test_a_sequence_fixed_when_asked_for(self) -> None:
        kept = keyframes(0, 10)
        found = Snapshots(kept, 2, snapshot(15))
        kept.append(snapshot(20))
        assert [s.step for s in found] == [0, 10, 15]
        assert found[-1].step == found[2].step == 15
        assert found[-3] is kept.snapshot(0)
        assert [s.step for s in found[1:]] == [10, 15]
        with pytest.raises(IndexError):
            found[3]

    def test_a_tip_that_is_a_keyframe_is_not_told_twice(self) -> None:
        kept = keyframes(0, 10)
        assert [s.step for s in Snapshots(kept, 2, kept.snapshot(1))] == [0, 10]
        assert [s.step for s in Snapshots(kept, 2, None)] == [0, 10]
        assert [s.step for s in Snapshots(keyframes(), 0, snapshot(3))] == [3]
        assert len(Snapshots(keyframes(), 0, None)) == 0

    def test_only_what_is_asked_for_is_read(self) -> None:
        kept, shelf = stored(100)
        found = Snapshots(kept, 100, counted(105))
        assert len(found) == 101
        assert (found[-1].step, shelf.read) == (105, [])
        assert [s.step for s in found[10:13]] == [10, 11, 12]
        assert shelf.read == [10, 11, 12]
