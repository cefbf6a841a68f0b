"""Timelines: epochs named by shape without flicker, edits as marks, losses thinned, and nothing read twice."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superviz.core.bookmark import Bookmark
from superviz.core.experiment import Experiment
from superviz.core.shapes import name_shape
from superviz.core.snapshot import Array, Edit, Snapshot, frozen
from superviz.session import timeline as timeline_module
from superviz.session.recording import Recording
from superviz.session.timeline import FIRST_EPOCH, UNDESCRIBED_EPOCH, UNNAMED_EPOCH, Epoch, Mark, TimelineReader, epochs

Record = Callable[..., Recording]

PENTAGON = np.stack([np.cos(np.radians(72 * np.arange(5))), np.sin(np.radians(72 * np.arange(5)))]) * 1.13
DIGONS = np.array([[1.0, 0.0, -1.0, 0.0, 0.0], [0.0, 1.0, 0.0, -1.0, 0.0]])
JUMBLE = np.array([[1.0, 0.9, 0.3, -0.2, -0.5], [0.0, 0.4, 0.8, 0.6, -0.9]])


@pytest.fixture
def record() -> Iterator[Record]:
    """A recording of 5 features in 2 dimensions: {step: weights (hidden, features), or one such array an instance}."""
    made: list[Recording] = []

    def make(
        weights: dict[int, object],
        *,
        losses: Sequence[float] | None = None,
        steps: int = 1000,
        instances: int = 1,
        described: bool = True,
        **recipe: object,
    ) -> Recording:
        fields: dict[str, Any] = {"n_instances": instances, "steps": steps, **recipe}
        experiment = Experiment(n_features=5, n_hidden=2, **fields)
        recording = Recording.create(experiment, described=described)
        made.append(recording)
        extend(recording, weights, losses)
        return recording

    yield make
    for recording in made:
        recording.close()


def extend(recording: Recording, weights: dict[int, object], losses: Sequence[float] | None = None) -> None:
    instances = recording.experiment.n_instances
    for step, W in weights.items():
        whole = frozen(np.broadcast_to(np.asarray(W, dtype=np.float32), (instances, 2, 5)))
        recording.append(Snapshot(step, whole, frozen(np.zeros((instances, 5)))))
    if losses is not None:
        recording.append_losses(
            np.broadcast_to(np.asarray(losses, dtype=np.float32)[:, None], (len(losses), instances))
        )  # pyright: ignore[reportArgumentType]


def by_shape(W: Array, *_: object) -> str | None:
    shape = name_shape(W)
    return None if shape is None else shape.name


def reader_of(recording: Recording) -> TimelineReader:
    return TimelineReader(recording, by_shape)


def names(timeline: timeline_module.Timeline) -> list[str]:
    return [epoch.name for epoch in timeline.epochs]


class TestEpochs:
    def test_named_by_shape(self, record: Record) -> None:
        recording = record(
            {
                **dict.fromkeys(range(0, 300, 10), JUMBLE),
                **dict.fromkeys(range(300, 600, 10), DIGONS),
                **dict.fromkeys(range(600, 1001, 10), PENTAGON),
            }
        )
        assert reader_of(recording).read(0).epochs == (
            Epoch(0.0, 300.0, FIRST_EPOCH),
            Epoch(300.0, 600.0, "Two digons and a dead feature"),
            Epoch(600.0, 1000.0, "Pentagon"),
        )

    def test_unnamed_later(self, record: Record) -> None:
        recording = record({0: PENTAGON, 500: JUMBLE, 1000: JUMBLE})
        assert names(reader_of(recording).read(0)) == ["Pentagon", UNNAMED_EPOCH]

    def test_each_instance_has_its_own(self, record: Record) -> None:
        recording = record({0: JUMBLE, 500: [PENTAGON, DIGONS], 1000: [PENTAGON, DIGONS]}, instances=2)
        reader = reader_of(recording)
        assert names(reader.read(0)) == [FIRST_EPOCH, "Pentagon"]
        assert names(reader.read(1)) == [FIRST_EPOCH, "Two digons and a dead feature"]

    def test_named_in_the_experiment_in_force(self, record: Record) -> None:
        recording = record({0: JUMBLE})
        recording.append_edit(Edit(250, "learning_rate", 0.5))
        extend(recording, {250: JUMBLE, 500: JUMBLE})
        asked: list[tuple[float, int, float]] = []

        def name(_: Array, experiment: Experiment, instance: int, position: float) -> None:
            asked.append((position, instance, experiment.learning_rate))

        TimelineReader(recording, name).read(0)
        assert asked == [(0, 0, 0.001), (250, 0, 0.5), (500, 0, 0.5)]

    def test_none_before_the_first_step(self, record: Record) -> None:
        timeline = reader_of(record({0: JUMBLE})).read(0)
        assert (timeline.live_step, timeline.epochs, timeline.horizon) == (0, (), 1000)

    def test_empty_recording(self, record: Record) -> None:
        timeline = reader_of(record({})).read(0)
        assert (timeline.live_step, timeline.epochs, timeline.marks, len(timeline.losses)) == (0, (), (), 0)
        assert timeline.epoch_at(0) is None

    def test_found_by_position(self, record: Record) -> None:
        timeline = reader_of(record({0: JUMBLE, 500: PENTAGON, 1000: PENTAGON})).read(0)
        found = [timeline.epoch_at(position) for position in (0, 499.9, 500, 1000)]
        assert [epoch and epoch.name for epoch in found] == [FIRST_EPOCH, FIRST_EPOCH, "Pentagon", "Pentagon"]


class TestMerging:
    def test_flicker_within_a_name_is_that_name(self) -> None:
        runs = [(0, "A"), (100, "B"), (105, "A"), (200, "B"), (203, "A")]
        assert epochs(runs, 1000, 15) == (Epoch(0.0, 1000.0, "A"),)

    def test_flicker_as_long_as_what_it_interrupts_is_still_merged(self) -> None:
        # No stretch of A holds by itself, but together they do.
        runs: list[tuple[int, str | None]] = [(10 * index, "AB"[index % 2]) for index in range(10)]
        assert epochs([*runs, (100, "A")], 1000, 15) == (Epoch(0.0, 1000.0, "A"),)

    def test_a_short_run_between_others_goes_to_the_one_before(self) -> None:
        assert epochs([(0, "A"), (100, "B"), (110, "C")], 1000, 15) == (
            Epoch(0.0, 110.0, "A"),
            Epoch(110.0, 1000.0, "C"),
        )

    def test_a_name_counts_once_it_has_held(self) -> None:
        runs: list[tuple[int, str | None]] = [(0, None), (500, "Pentagon")]
        assert [epoch.name for epoch in epochs(runs, 514, 15)] == [FIRST_EPOCH]
        assert [epoch.name for epoch in epochs(runs, 515, 15)] == [FIRST_EPOCH, "Pentagon"]

    def test_a_short_start_waits_for_a_name_that_holds(self) -> None:
        runs: list[tuple[int, str | None]] = [(0, None), (5, "Pentagon")]
        assert epochs(runs, 12, 15) == (Epoch(0.0, 12.0, FIRST_EPOCH),)
        assert epochs(runs, 100, 15) == (Epoch(0.0, 100.0, "Pentagon"),)

    def test_a_late_first_keyframe_leaves_no_gap(self) -> None:
        assert epochs([(40, "A")], 100, 1)[0].start == 0.0

    @given(
        st.lists(st.tuples(st.integers(1, 60), st.sampled_from(["A", "B", "C", None])), min_size=1, max_size=30),
        st.integers(0, 40),
    )
    def test_epochs_tile_the_run(self, stretches: list[tuple[int, str | None]], shortest: int) -> None:
        runs: list[tuple[int, str | None]] = []
        step = 0
        for length, name in stretches:
            if not runs or runs[-1][1] != name:
                runs.append((step, name))
            step += length
        made = epochs(runs, step, shortest)
        assert (made[0].start, made[-1].end) == (0.0, float(step))
        assert all(one.end == other.start and one.name != other.name for one, other in itertools.pairwise(made))
        assert len(made) == 1 or all(epoch.end - epoch.start >= shortest for epoch in made)


class TestIncremental:
    def test_a_keyframe_is_named_at_most_once(self, record: Record) -> None:
        named: list[bytes] = []

        def counting(W: Array, *_: object) -> None:
            named.append(W.tobytes())

        recording = record({step: JUMBLE * (1 + step / 1e4) for step in range(0, 500, 10)})
        reader = TimelineReader(recording, counting)
        for _ in range(3):
            reader.read(0)
        assert len(named) == 50
        extend(recording, {500: PENTAGON})
        reader.read(0)
        assert len(named) == 51
        reader.read(0)
        assert len(named) == 51

    def test_what_there_is_no_time_to_name_is_named_the_next_time(self, record: Record) -> None:
        named: list[float] = []

        def slowly(_: Array, experiment: Experiment, instance: int, position: float) -> None:
            named.append(position)
            time.sleep(0.002)

        reader = TimelineReader(record(dict.fromkeys(range(0, 500, 10), JUMBLE)), slowly)
        counts = []
        while not reader.read(0, 0.001).is_complete:
            counts.append(len(named))
        assert counts == list(range(1, 50))
        assert named == list(range(0, 500, 10))

    def test_dense_keyframes_are_named_on_a_grid(self, record: Record) -> None:
        named: list[float] = []

        def counting(_: Array, experiment: Experiment, instance: int, position: float) -> None:
            named.append(position)

        TimelineReader(record(dict.fromkeys(range(0, 4001), JUMBLE), steps=4000), counting).read(0)
        assert named == list(range(0, 4001, 10))

    @settings(max_examples=20, deadline=None)
    @given(st.lists(st.sampled_from(["jumble", "digons", "pentagon"]), min_size=2, max_size=40), st.data())
    def test_reading_as_it_grows_is_reading_at_once(self, kinds: list[str], data: st.DataObject) -> None:
        weights = {"jumble": JUMBLE, "digons": DIGONS, "pentagon": PENTAGON}
        recording = Recording.create(Experiment(n_features=5, n_hidden=2, steps=400))
        try:
            reader = reader_of(recording)
            for index, kind in enumerate(kinds):
                extend(recording, {10 * index: weights[kind]}, [0.01] if index else None)
                if data.draw(st.booleans()):
                    reader.read(0)
            grown, whole = reader.read(0), reader_of(recording).read(0)
            assert grown.epochs == whole.epochs
            np.testing.assert_array_equal(grown.losses, whole.losses)
        finally:
            recording.close()


class TestMarks:
    def test_texts(self, record: Record) -> None:
        recording = record({0: JUMBLE, 1000: JUMBLE}, feature_probability=0.05, importance=0.9)
        for edit in (
            Edit(100, "feature_probability", 0.1),
            Edit(200, "importance", 0.5),
            Edit(300, "importance", [1.0, 1.0, 1.0, 1.0, 0.5]),
            Edit(400, "learning_rate", 0.003),
            Edit(500, "weight_decay", 0.0),
            Edit(600, "feature_probability", [[0.1, 0.2, 0.3, 0.4, 0.5]]),
            Edit(700, "l1_penalty", 0.001),
            Edit(800, "correlation", 0.25),
        ):
            recording.append_edit(edit)
        assert reader_of(recording).read(0).marks == (
            Mark(100, "p = 0.10"),
            Mark(200, "importance = 0.5"),
            Mark(300, "importance changed"),
            Mark(400, "learning rate = 0.003"),
            Mark(500, "weight decay = 0"),
            Mark(600, "p changed"),
            Mark(700, "L1 penalty = 0.001"),
            Mark(800, "correlation = 0.25"),
        )

    def test_what_changes_nothing_is_no_mark(self, record: Record) -> None:
        recording = record({0: JUMBLE, 1000: JUMBLE}, feature_probability=0.05, importance=0.9)
        for step, (field, value) in enumerate(
            [("feature_probability", 0.05), ("importance", 0.9), ("learning_rate", 1e-3)]
        ):
            recording.append_edit(Edit(100 * step, field, value))
        assert reader_of(recording).read(0).marks == ()

    def test_small_probabilities_keep_their_digits(self, record: Record) -> None:
        recording = record({0: JUMBLE, 1000: JUMBLE})
        recording.append_edit(Edit(100, "feature_probability", 0.0042))
        assert reader_of(recording).read(0).marks == (Mark(100, "p = 0.0042"),)

    def test_an_edit_of_another_instance_is_no_mark(self, record: Record) -> None:
        recording = record({0: JUMBLE, 1000: JUMBLE}, instances=2, feature_probability=[0.5, 0.05])
        recording.append_edit(Edit(100, "feature_probability", [0.5, 0.2]))
        reader = reader_of(recording)
        assert reader.read(0).marks == ()
        assert reader.read(1).marks == (Mark(100, "p = 0.20"),)

    def test_a_dragged_slider_leaves_one_mark(self, record: Record) -> None:
        recording = record({0: JUMBLE, 1000: JUMBLE})
        for step in range(100, 130, 3):
            recording.append_edit(Edit(step, "feature_probability", step / 1000))
        recording.append_edit(Edit(128, "learning_rate", 0.01))
        recording.append_edit(Edit(300, "feature_probability", 0.5))
        texts = [mark.text for mark in reader_of(recording).read(0).marks]
        assert texts == ["p = 0.13", "learning rate = 0.01", "p = 0.50"]

    def test_horizon_follows_edits_and_the_live_head(self, record: Record) -> None:
        recording = record({0: JUMBLE, 100: JUMBLE})
        reader = reader_of(recording)
        assert reader.read(0).horizon == 1000
        recording.append_edit(Edit(100, "steps", 400))
        assert (reader.read(0).horizon, reader.read(0).marks) == (400, ())
        extend(recording, {700: JUMBLE})
        assert reader.read(0).horizon == 700


class TestLosses:
    def test_as_recorded(self, record: Record) -> None:
        recording = record({0: JUMBLE, 30: JUMBLE}, losses=[0.3, np.nan, 0.1])
        timeline = reader_of(recording).read(0)
        np.testing.assert_array_equal(timeline.steps, [10, 20, 30])
        np.testing.assert_array_equal(timeline.losses, np.array([0.3, np.nan, 0.1], dtype=np.float32))

    def test_of_the_instance(self, record: Record) -> None:
        recording = record({0: JUMBLE, 10: JUMBLE}, instances=3)
        recording.append_losses(np.array([[0.1, 0.2, 0.3]], dtype=np.float32))
        reader = reader_of(recording)
        assert [float(reader.read(index).losses[0]) for index in range(3)] == pytest.approx([0.1, 0.2, 0.3])

    @pytest.mark.parametrize("chunks", [[100], [7, 33, 1, 59], [1] * 100])
    def test_thinned_to_means_of_equal_stretches(
        self, record: Record, monkeypatch: pytest.MonkeyPatch, chunks: list[int]
    ) -> None:
        monkeypatch.setattr(timeline_module, "_MOST_LOSSES", 16)
        losses = np.random.default_rng(0).random(sum(chunks)).astype(np.float32)
        recording = record({0: JUMBLE, 1000: JUMBLE})
        reader = reader_of(recording)
        timeline = reader.read(0)
        done = 0
        for chunk in chunks:
            recording.append_losses(losses[done : done + chunk, None])
            done += chunk
            timeline = reader.read(0)
            assert len(timeline.losses) == len(timeline.steps) <= 16
        # 100 losses, at most 16 of them: eights, of which twelve are whole.
        np.testing.assert_allclose(timeline.losses, losses[:96].reshape(12, 8).mean(axis=1), rtol=1e-5)
        np.testing.assert_array_equal(timeline.steps, np.arange(80, 961, 80))


class TestTestLosses:
    def test_none_where_there_are_none(self, record: Record) -> None:
        assert reader_of(record({0: JUMBLE, 10: JUMBLE}, losses=[0.1])).read(0).test_losses is None

    def test_of_the_instance_and_as_long_as_the_losses(self, record: Record) -> None:
        recording = record({0: JUMBLE, 10: JUMBLE}, instances=2, training_set=8)
        reader = reader_of(recording)
        before = reader.read(1).test_losses
        assert before is not None
        assert len(before) == 0
        recording.append_losses(np.array([[0.1, 0.2]], np.float32), np.array([[0.3, 0.4]], np.float32))
        timeline = reader.read(1)
        assert timeline.test_losses is not None
        assert (timeline.losses.tolist(), timeline.test_losses.tolist()) == ([np.float32(0.2)], [np.float32(0.4)])

    def test_thinned_over_the_same_stretches(self, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(timeline_module, "_MOST_LOSSES", 16)
        losses = np.random.default_rng(0).random((100, 1)).astype(np.float32)
        recording = record({0: JUMBLE, 1000: JUMBLE}, training_set=8)
        reader = reader_of(recording)
        for first in range(0, 100, 20):
            recording.append_losses(losses[first : first + 20], 2 * losses[first : first + 20])
            timeline = reader.read(0)
            assert timeline.test_losses is not None
            assert len(timeline.test_losses) == len(timeline.steps)
            np.testing.assert_allclose(timeline.test_losses, 2 * timeline.losses, rtol=1e-6)
        assert len(reader.read(0).steps) == 12


class TestLargestInterference:
    def test_is_the_largest_so_far(self, record: Record) -> None:
        recording = record({0: 2 * JUMBLE, 500: PENTAGON})
        W = 2 * JUMBLE
        assert reader_of(recording).read(0).largest_interference == pytest.approx(np.abs(W.T @ W).max(), rel=1e-6)

    @given(st.integers(0, 10_000))
    def test_of_a_gram_matrix_lies_on_its_diagonal(self, seed: int) -> None:
        W = np.random.default_rng(seed).normal(size=(3, 6))
        assert np.abs(W.T @ W).max() == pytest.approx((W * W).sum(axis=0).max())

    def test_zero_before_the_first_keyframe(self, record: Record) -> None:
        assert reader_of(record({})).read(0).largest_interference == 0.0


def test_bookmarks_lie_on_every_instances_timeline_as_far_as_it_goes(record: Record) -> None:
    recording = record({0: PENTAGON, 400: PENTAGON}, instances=2)
    reader = reader_of(recording)
    assert reader.read(0).bookmarks == ()
    recording.bookmark(300, "later")
    recording.bookmark(20, "early")
    recording.bookmark(900, "not there yet")
    for instance in (0, 1):
        assert reader.read(instance).bookmarks == (Bookmark(20, "early"), Bookmark(300, "later"))
    recording.remove_bookmark(20)
    assert [bookmark.step for bookmark in reader.read(0).bookmarks] == [300]


def test_a_run_that_is_not_described_ends_where_it_ends_and_starts_nowhere(record: Record) -> None:
    recording = record({0: JUMBLE, 200: PENTAGON}, described=False)
    timeline = reader_of(recording).read(0)
    assert timeline.horizon == 200
    assert [epoch.name for epoch in timeline.epochs] == [UNDESCRIBED_EPOCH]
    extend(recording, {400: PENTAGON, 600: PENTAGON})
    epochs_now = reader_of(recording).read(0).epochs
    assert [epoch.name for epoch in epochs_now] == [UNDESCRIBED_EPOCH, "Pentagon"]
