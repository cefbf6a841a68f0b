"""A recording: what is appended is seen at once, and what is to be seen at any position."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superviz.core.errors import RecipeError, SessionError
from superviz.core.snapshot import Edit, Snapshot, SnapshotSink, frozen
from superviz.session.recording import Recording


def test_a_recording_is_a_sink(create) -> None:
    sink: SnapshotSink = create()
    assert isinstance(sink, Recording)


def test_a_new_recording_is_empty_and_says_so(create, made_up, tmp_path) -> None:
    recording = create(tmp_path / "run.superviz", title="A run", backend="torch")
    assert recording.experiment == made_up.experiment
    assert (recording.title, recording.backend, recording.path) == ("A run", "torch", tmp_path / "run.superviz")
    assert (recording.keyframe_count, recording.live_step, recording.revision) == (0, 0, 0)
    assert recording.last_keyframe is recording.checkpoint is None
    assert len(recording.snapshots) == len(recording.edits) == len(recording.losses.values) == 0
    with pytest.raises(SessionError, match=r"run.superviz: nothing is recorded in it yet"):
        recording.moment(0)
    recording.show_live(made_up.snapshot(5))
    assert recording.snapshots[-1].step == 5
    with pytest.raises(SessionError, match="nothing is recorded"):
        recording.moment(0)


def test_what_is_appended_is_seen_at_once(create, made_up) -> None:
    recording = create()
    recording.append(made_up.snapshot(0))
    recording.append_losses(made_up.losses(0, 2))
    recording.append(made_up.snapshot(20))
    recording.append_edit(Edit(20, "learning_rate", 0.01))
    recording.append_checkpoint(made_up.checkpoint(25))
    recording.show_live(made_up.snapshot(27))
    assert recording.keyframe_count == 2
    assert recording.last_keyframe is not None
    assert recording.last_keyframe.step == 20
    assert recording.live_step == 27
    assert [s.step for s in recording.snapshots] == [0, 20, 27]
    np.testing.assert_array_equal(recording.losses.steps, [10, 20])
    assert recording.checkpoint is not None
    assert recording.checkpoint.step == 25
    assert recording.experiment_at(19.9) == recording.experiment
    assert recording.experiment_at(20).learning_rate == 0.01


def test_the_revision_grows_with_everything_appended(create, made_up) -> None:
    recording = create()
    revisions = [recording.revision]
    for append in (
        lambda: recording.append(made_up.snapshot(0)),
        lambda: recording.append_losses(made_up.losses(0, 1)),
        lambda: recording.append_edit(Edit(10, "learning_rate", 0.01)),
        lambda: recording.append_checkpoint(made_up.checkpoint(10)),
        lambda: recording.show_live(made_up.snapshot(12)),
    ):
        append()
        revisions.append(recording.revision)
    assert revisions == sorted(set(revisions))


def test_what_really_trains_it_takes_the_place_of_what_was_intended(create, made_up, tmp_path) -> None:
    recording = made_up.record(create(tmp_path / "run.superviz", backend="auto"), 0, 50)
    revision = recording.revision
    recording.note_backend("torch on NVIDIA H100")
    assert recording.backend == "torch on NVIDIA H100"
    assert recording.revision > revision
    recording.close()
    opened = Recording.open(tmp_path / "run.superviz")
    assert opened.backend == "torch on NVIDIA H100"
    with pytest.raises(SessionError, match="opened to be looked at"):
        opened.note_backend("numba")
    assert opened.backend == "torch on NVIDIA H100"


def test_a_passing_checkpoint_is_kept_until_the_next(create, made_up, tmp_path) -> None:
    recording = create(tmp_path / "run.superviz")
    recording.append(made_up.snapshot(0))
    for step, passing, kept in (
        (0, False, [0]),
        (10, True, [0, 10]),
        (20, True, [0, 20]),
        (20, True, [0, 20]),
        (30, False, [0, 30]),
        (40, True, [0, 30, 40]),
        (40, False, [0, 30, 40]),
        (50, False, [0, 30, 40, 50]),
    ):
        recording.append_checkpoint(made_up.checkpoint(step), passing=passing)
        recording.flush()
        with closing(sqlite3.connect(recording.path)) as connection:
            steps = [found for (found,) in connection.execute("SELECT step FROM checkpoint ORDER BY step")]
        assert steps == kept
        for found in (recording.checkpoint, Recording.open(recording.path).checkpoint):
            assert found is not None
            assert found.step == step


def test_the_live_head_never_goes_back(create, made_up) -> None:
    recording = create()
    recording.append(made_up.snapshot(0))
    recording.show_live(made_up.snapshot(30))
    recording.append(made_up.snapshot(20))
    recording.append_checkpoint(made_up.checkpoint(25))
    assert recording.live_step == 30


def test_an_edit_that_does_not_fit_is_not_recorded(create, tmp_path) -> None:
    recording = create(tmp_path / "run.superviz")
    with pytest.raises(RecipeError):
        recording.append_edit(Edit(10, "feature_probability", [0.5]))
    recording.close()
    assert not Recording.open(tmp_path / "run.superviz").edits


def test_snapshots_given_to_it_are_shared_not_copied(create) -> None:
    snapshot = Snapshot(0, frozen(np.zeros((3, 2, 5))), frozen(np.zeros((3, 5))))
    recording = create()
    recording.append(snapshot)
    assert recording.snapshots[0] is snapshot


def test_a_moment_is_held_to_what_was_recorded(create, made_up) -> None:
    recording = made_up.record(create(), 50, 100)
    recording.show_live(made_up.snapshot(104))
    for asked, given_ in ((-10, 50), (0, 50), (77.5, 77.5), (104, 104), (1e12, 104)):
        moment = recording.moment(asked, 1)
        assert moment.position == given_
        assert moment.trail_instance == 1
        assert moment.W.shape == (3, 2, 5)
        assert moment.b.shape == (3, 5)
        np.testing.assert_array_equal(moment.trail[-1], moment.W[1])


def test_a_moment_shows_the_very_weights_but_for_a_rotation(create, made_up) -> None:
    recording = made_up.record(create(), 0, 100)
    for step in (0, 40, 100):
        shown, raw = recording.moment(step).W, made_up.weights(step)
        gram = np.einsum("ihf,ihg->ifg", raw, raw)
        np.testing.assert_allclose(np.einsum("ihf,ihg->ifg", shown, shown), gram, atol=1e-5)


def test_a_moment_carries_the_experiment_and_the_loss_of_its_position(create, made_up) -> None:
    recording = made_up.record(create(), 0, 100)
    recording.append_edit(Edit(100, "feature_probability", 0.5))
    assert np.isnan(recording.moment(9.9).loss).all()
    np.testing.assert_allclose(recording.moment(35).loss, made_up.losses(2, 3)[0])
    assert recording.moment(99).experiment.feature_probability == made_up.experiment.feature_probability
    assert recording.moment(100).experiment.feature_probability == 0.5


@given(st.lists(st.floats(-5, 210), min_size=2, max_size=12))
@settings(max_examples=30, deadline=None)
def test_a_moment_is_the_same_however_it_was_reached(watched_and_read, visits: list[float]) -> None:
    recording, fresh = watched_and_read
    *earlier, target = visits
    for position in earlier:
        recording.moment(position, 1)
    moment, expected = recording.moment(target, 1), fresh.moment(target, 1)
    assert moment.W.tobytes() == expected.W.tobytes()
    assert moment.trail.tobytes() == expected.trail.tobytes()
