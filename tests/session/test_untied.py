"""An untied model on a finite training set: its second matrix and its test losses, all the way through a recording."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.core.experiment import Experiment
from superviz.core.kinds import ModelKind
from superviz.core.snapshot import Array, Snapshot, frozen
from superviz.session.gauge import Gauged
from superviz.session.keyframes import Keyframes
from superviz.session.recording import Recording


def not_stored(step: int) -> Gauged:
    raise AssertionError(f"nothing is in a store, and {step} is asked for")


def fresh_losses(recording: Recording) -> Array:
    """(buckets, instances)."""
    values = recording.losses.test_values
    assert values is not None
    return values


def test_its_file_holds_everything(create, untied, tmp_path, same_recordings) -> None:
    recording = untied.record(create(tmp_path / "run.superviz", untied.experiment), 0, 200)
    recording.close()
    opened = Recording.open(tmp_path / "run.superviz")
    same_recordings(opened, recording)
    assert opened.snapshots[3].W_out is not None
    np.testing.assert_array_equal(opened.snapshots[3].W_out, untied.snapshot(30).W_out)
    np.testing.assert_array_equal(fresh_losses(opened), untied.both_losses(0, 20)[1])


def test_it_goes_on_from_its_last_checkpoint(create, untied, tmp_path, same_recordings) -> None:
    whole = untied.record(create(tmp_path / "whole.superviz", untied.experiment), 0, 200)
    first = untied.record(create(tmp_path / "first.superviz", untied.experiment), 0, 100)
    for step in (110, 120):  # after the last checkpoint, and so made again
        first.append_losses(*untied.both_losses(step // 10 - 1, step // 10))
        first.append(untied.snapshot(step))
    first.close()
    resumed = Recording.open(tmp_path / "first.superviz").continued(tmp_path / "next.superviz")
    assert resumed.live_step == 100
    assert fresh_losses(resumed).shape == (10, 3)
    same_recordings(untied.record(resumed, 110, 200), whole)
    resumed.close()


def test_no_loss_is_read_beyond_the_live_head(create, untied, tmp_path) -> None:
    recording = untied.record(create(tmp_path / "run.superviz", untied.experiment), 0, 100)
    recording.append_losses(*untied.both_losses(10, 14))
    recording.close()
    opened = Recording.open(tmp_path / "run.superviz")
    assert len(opened.losses.values) == len(fresh_losses(opened)) == 10


def test_a_moment_has_the_second_matrix_and_the_test_loss_of_its_position(create, untied) -> None:
    recording = untied.record(create(None, untied.experiment), 0, 100)
    before, between, after = (recording.moment(position) for position in (30, 37.5, 40))
    np.testing.assert_array_equal(before.W_out, untied.snapshot(30).W_out)
    np.testing.assert_allclose(between.W_out, 0.25 * before.W_out + 0.75 * after.W_out, atol=1e-6)
    assert between.W_out.dtype == np.float32
    np.testing.assert_array_equal(before.test_loss, 100 * before.loss)
    np.testing.assert_array_equal(before.loss, untied.losses(2, 3)[0])
    assert np.isnan(recording.moment(5).test_loss).all()


def test_beyond_the_last_keyframe_the_tip_is_shown(create, untied) -> None:
    recording = untied.record(create(None, untied.experiment), 0, 100)
    recording.show_live(untied.snapshot(107))
    np.testing.assert_array_equal(recording.moment(107).W_out, untied.snapshot(107).W_out)


def test_a_tied_model_has_neither(create, made_up) -> None:
    moment = made_up.record(create(), 0, 100).moment(35)
    assert moment.W_out is moment.test_loss is None


@pytest.mark.parametrize("model", ["relu_hidden", "absolute_value"])
@pytest.mark.parametrize("hidden", [1, 2, 3, 6])
def test_neurons_that_are_a_basis_of_their_own_are_never_turned(model: ModelKind, hidden: int) -> None:
    """The first rows are then the first neurons, however many there are."""
    experiment = Experiment(n_features=4, n_hidden=hidden, n_instances=2, model=model)
    kept, rng = Keyframes(experiment, not_stored), np.random.default_rng(0)
    snapshots = []
    for step in (0, 10, 20):
        W, W_out = rng.normal(size=(2, 2, hidden, 4))
        second = None if experiment.is_tied else frozen(W_out)
        snapshots.append(Snapshot(step, frozen(W), frozen(W[:, 0]), second))
        rotation = kept.append(snapshots[-1])
        np.testing.assert_array_equal(rotation, np.broadcast_to(np.eye(hidden), (2, hidden, hidden)))
    for snapshot in snapshots:
        W, b, W_out, trail = kept.between(snapshot.step, snapshots[-1], 1)
        assert W.tobytes() == snapshot.W.tobytes()
        assert b.tobytes() == snapshot.b.tobytes()
        assert (W_out is None) == experiment.is_tied
        assert W_out is None or W_out.tobytes() == snapshot.W_out.tobytes()
        assert trail[0].tobytes() == snapshots[0].W[1].tobytes()


def test_losses_of_the_wrong_kind_are_a_mistake(create, untied, made_up) -> None:
    with pytest.raises(AssertionError, match="test losses are of a finite training set only"):
        create(None, untied.experiment).append_losses(untied.losses(0, 1))
