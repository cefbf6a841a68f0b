"""The loss series: where each entry ends, what is to be said at a position, and how long runs stay small."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superviz.core.snapshot import LOSS_BUCKET_STEPS, Array, frozen
from superviz.session import losses as losses_module
from superviz.session.losses import Losses, Stretch

LEVEL = 8
"""Entries of a width, in these tests: eight of one bucket each, eight of two, eight of four..."""


@pytest.fixture
def losses() -> Losses:
    losses = Losses(instances=2, tested=False)
    extend(losses, np.array([[1, 10], [2, 20]], dtype=np.float32))
    extend(losses, np.array([[3, 30]], dtype=np.float32))
    return losses


def extend(losses: Losses, values: Array, test_values: Array | None = None) -> list[Stretch]:
    return list(losses.extend(values, test_values))


def buckets(count: int, instances: int = 2, *, seed: int = 0) -> Array:
    """Losses of many sizes, so that the order of their sums shows."""
    rng = np.random.default_rng(seed)
    return frozen(np.exp(rng.normal(scale=4, size=(count, instances))))


def expected_series(values: Array) -> tuple[list[int], Array]:
    """The steps and entries, worked out one bucket at a time."""
    steps: list[int] = []
    entries: list[Array] = []
    start = 0
    while (width := 2 ** (len(entries) // LEVEL)) + start <= len(values):
        total = np.zeros(values.shape[1])
        for bucket in values[start : start + width]:
            total = total + bucket.astype(np.float64)
        entries.append((total / width).astype(np.float32))
        start += width
        steps.append(start * LOSS_BUCKET_STEPS)
    return steps, np.array(entries, dtype=np.float32).reshape(-1, values.shape[1])


def pieces(values: Array, cuts: set[int]) -> Iterator[Array]:
    places = [0, *sorted(cut for cut in cuts if cut <= len(values)), len(values)]
    return (values[a:b] for a, b in itertools.pairwise(places))


def test_each_bucket_carries_the_step_it_ends_at(losses: Losses) -> None:
    series = losses.series
    np.testing.assert_array_equal(series.steps, LOSS_BUCKET_STEPS * np.array([1, 2, 3]))
    np.testing.assert_array_equal(series.values, [[1, 10], [2, 20], [3, 30]])
    assert len(losses) == losses.buckets == 3


def test_there_is_none_before_the_first_bucket_is_complete(losses: Losses) -> None:
    assert np.isnan(losses.at(LOSS_BUCKET_STEPS - 0.01)[0]).all()
    loss, test_loss = losses.at(0)
    assert loss.shape == (2,)
    assert test_loss is None
    with pytest.raises(ValueError, match="read-only"):
        loss[0] = 1


@pytest.mark.parametrize(("position", "expected"), [(10, 1), (19.9, 1), (20, 2), (25, 2), (30, 3), (1000, 3)])
def test_at_a_position_the_last_complete_bucket_counts(losses: Losses, position: float, expected: float) -> None:
    np.testing.assert_array_equal(losses.at(position)[0], [expected, 10 * expected])


@pytest.mark.parametrize(("step", "count"), [(0, 0), (9, 0), (10, 1), (25, 2), (30, 3), (99, 3)])
def test_a_series_can_end_at_any_step(losses: Losses, step: int, count: int) -> None:
    cut = losses.series.until(step)
    assert (len(cut.steps), len(cut.values), cut.test_values) == (count, count, None)


def test_no_losses_at_all() -> None:
    series = Losses(instances=4, tested=False).series
    assert series.steps.shape == (0,)
    assert series.values.shape == (0, 4)
    assert np.isnan(Losses(instances=4, tested=False).at(50)[0]).all()
    assert extend(Losses(4, tested=False), np.empty((0, 4), np.float32)) == []


def test_a_finite_training_set_has_test_losses_beside() -> None:
    losses = Losses(instances=2, tested=True)
    loss, test_loss = losses.at(5)
    assert test_loss is not None
    assert np.isnan(test_loss).all()
    assert test_loss.shape == loss.shape == (2,)
    extend(losses, np.array([[1, 10], [2, 20]], np.float32), np.array([[3, 30], [4, 40]], np.float32))
    series = losses.series
    assert series.test_values is not None
    np.testing.assert_array_equal(series.test_values, [[3, 30], [4, 40]])
    np.testing.assert_array_equal(losses.at(14)[1], [3, 30])
    np.testing.assert_array_equal(losses.at(20)[1], [4, 40])
    np.testing.assert_array_equal(series.until(10).test_values, [[3, 30]])


def test_a_reader_never_sees_more_test_losses_than_losses() -> None:
    losses = Losses(instances=1, tested=True)
    extend(losses, np.ones((1, 1), np.float32), np.ones((1, 1), np.float32))
    half_written, steps = losses._test_values, losses._steps  # pyright: ignore[reportPrivateUsage]
    assert half_written is not None
    half_written.extend(np.ones((1, 1), np.float32))
    steps.extend(np.array([20]))
    series = losses.series
    assert series.test_values is not None
    assert len(series.steps) == len(series.values) == len(series.test_values) == 1


@pytest.mark.parametrize("tested", [False, True])
def test_losses_that_do_not_fit_the_experiment_are_a_mistake(tested: bool) -> None:
    values = np.ones((1, 2), np.float32)
    with pytest.raises(AssertionError, match="test losses are of a finite training set only"):
        extend(Losses(2, tested=tested), values, None if tested else values)


def test_losses_that_came_with_weights_lie_wherever_they_came() -> None:
    losses = Losses(instances=2, tested=False)
    for step, loss in ((0, [5, 6]), (3, [np.nan, 4]), (1_000_000, [1, 2])):
        losses.append_at(step, np.array(loss, np.float32))
    np.testing.assert_array_equal(losses.series.steps, [0, 3, 1_000_000])
    np.testing.assert_array_equal(losses.series.values, [[5, 6], [np.nan, 4], [1, 2]])
    np.testing.assert_array_equal(losses.at(2)[0], [5, 6])


@pytest.mark.parametrize(("instances", "entries"), [(1, 8_192), (1024, 8_192), (2048, 4_096), (10_000, 1_024)])
def test_the_first_entries_of_any_run_are_of_one_bucket_each(instances: int, entries: int) -> None:
    losses = Losses(instances, tested=False)
    ones = np.broadcast_to(np.float32(1), (entries + 3, instances))
    extend(losses, ones)
    np.testing.assert_array_equal(np.diff(losses.series.steps)[-3:], [10, 10, 20])


class TestLongRuns:
    @pytest.fixture(autouse=True)
    def short_levels(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(losses_module, "_MOST_ENTRIES", LEVEL)
        monkeypatch.setattr(losses_module, "_FEWEST_ENTRIES", LEVEL)

    def test_later_entries_are_means_over_twice_as_many_buckets(self) -> None:
        losses = Losses(1, tested=False)
        extend(losses, np.arange(8 + 16 + 32 + 8, dtype=np.float32)[:, None])
        means = [*range(8), *(8.5 + 2 * n for n in range(8)), *(25.5 + 4 * n for n in range(8)), 59.5]
        np.testing.assert_array_equal(losses.series.values[:, 0], means)
        widths = np.diff(losses.series.steps, prepend=0) // LOSS_BUCKET_STEPS
        np.testing.assert_array_equal(widths, [1] * 8 + [2] * 8 + [4] * 8 + [8])
        assert losses.buckets == 64

    def test_a_run_takes_room_with_the_logarithm_of_its_length(self) -> None:
        losses = Losses(1, tested=False)
        extend(losses, np.ones((100_000, 1), np.float32))
        assert len(losses) < LEVEL * 15
        assert losses.series.steps[-1] > 900_000

    def test_test_losses_are_those_where_each_entry_ends(self) -> None:
        losses = Losses(1, tested=True)
        values = np.arange(26, dtype=np.float32)[:, None]
        extend(losses, values[:9], -values[:9])
        extend(losses, values[9:], -values[9:])
        tests = losses.series.test_values
        assert tests is not None
        np.testing.assert_array_equal(tests[:, 0], [-n for n in [*range(8), *range(9, 24, 2)]])

    @pytest.mark.parametrize("bad", [np.nan, np.inf])
    def test_a_run_that_diverged_says_so_in_its_means(self, bad: float) -> None:
        losses = Losses(1, tested=False)
        values = np.ones((24, 1), np.float32)
        values[[3, 12]] = bad
        extend(losses, values)
        assert np.flatnonzero(~np.isfinite(losses.series.values[:, 0])).tolist() == [3, 10]

    @given(st.integers(0, 200), st.sets(st.integers(0, 200)), st.sets(st.integers(0, 200)), st.booleans())
    def test_it_is_the_same_byte_for_byte_however_it_was_cut(
        self, count: int, cuts: set[int], checkpoints: set[int], tested: bool
    ) -> None:
        values = buckets(count)
        losses, kept = Losses(2, tested=tested), []
        for part in pieces(values, cuts | checkpoints):
            kept += extend(losses, part, 2 * part if tested else None)
            if losses.buckets in checkpoints:
                kept += losses.rest()
                assert not list(losses.rest()), "what was told is not told again"
        read = Losses(2, tested=tested)
        assert all(read.adopt(stretch) for stretch in [*kept, *losses.rest()])
        steps, entries = expected_series(values)
        for found in (losses, read):
            assert (found.series.steps.tolist(), found.buckets) == (steps, count)
            assert found.series.values.tobytes() == entries.tobytes()
            tests = found.series.test_values
            assert (tests is None) == (not tested)
            ends = np.array(steps, dtype=int) // LOSS_BUCKET_STEPS - 1
            assert tests is None or np.array_equal(tests, 2 * values[ends])

    @given(st.integers(1, 150), st.integers(0, 60), st.sets(st.integers(0, 150)))
    def test_it_goes_on_after_a_checkpoint_as_if_it_had_never_stopped(
        self, stop: int, more: int, cuts: set[int]
    ) -> None:
        """Also in the midst of a wide entry: its first buckets are kept, one by one."""
        values = buckets(stop + more)
        first, kept = Losses(2, tested=False), []
        for part in pieces(values[:stop], cuts):
            kept += extend(first, part)
        kept += first.rest()
        resumed = Losses(2, tested=False)
        assert all(resumed.adopt(stretch) for stretch in kept)
        assert not list(resumed.rest()), "it is in the file already"
        kept += extend(resumed, values[stop:])
        kept += resumed.rest()
        again = Losses(2, tested=False)
        assert all(again.adopt(stretch) for stretch in kept)
        steps, entries = expected_series(values)
        for found in (resumed, again):
            assert found.series.steps.tolist() == steps
            assert found.series.values.tobytes() == entries.tobytes()

    def test_what_was_kept_before_there_were_wider_means_is_read_into_them(self) -> None:
        values, losses = buckets(100), Losses(2, tested=False)
        for first in range(0, 100, 20):
            assert losses.adopt(Stretch(first, 1, values[first : first + 20], None))
        assert losses.series.values.tobytes() == expected_series(values)[1].tobytes()

    @pytest.mark.parametrize(
        ("known", "stretch"),
        [
            (0, lambda means: Stretch(1, 1, means[:1], None)),
            (3, lambda means: Stretch(2, 1, means[:1], None)),
            (8, lambda means: Stretch(8, 4, means[:1], None)),
            (8, lambda means: Stretch(8, 0, means[:1], None)),
            (8, lambda means: Stretch(8, -2, means[:1], None)),
            (8, lambda means: Stretch(8, 2, means[:9], None)),
            (9, lambda means: Stretch(9, 2, means[:1], None)),
            (4, lambda means: Stretch(4, 2, means[:1], None)),
        ],
    )
    def test_what_can_not_follow_is_not_taken(self, known: int, stretch: Callable[[Array], Stretch]) -> None:
        """A gap, an overlap, another width, more than there are of a width, or the midst of an entry."""
        losses, means = Losses(2, tested=False), buckets(20)
        extend(losses, means[:known])
        before = losses.series.values.tobytes()
        assert not losses.adopt(stretch(means))
        assert (losses.buckets, losses.series.values.tobytes()) == (known, before)
