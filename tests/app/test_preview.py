"""A preview is one instance's own run, laid over what was shown of the others."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.app.preview import Preview, Session, alone
from superviz.core.experiment import Experiment
from superviz.engine.instant import train_alone
from superviz.session.moment import Moment
from superviz.session.recording import Recording
from superviz.training import train

THREE = Experiment(
    n_features=4, n_hidden=2, n_instances=3, feature_probability=[0.5, 0.2, 0.05], batch_size=64, steps=300, seed=2
)


@pytest.fixture(scope="module")
def run() -> Recording:
    return train(THREE)


def previewed(experiment: Experiment, instance: int, base: Moment | None) -> Preview:
    preview = Preview(experiment, instance, base)
    train_alone(experiment, instance, preview.recording, lambda: True)
    preview.close()
    return preview


def test_it_is_the_run_that_it_will_become(run: Recording) -> None:
    """The weights to the byte, and the gauge to less than a thousandth: what replaces it can't be told from it."""
    preview = previewed(THREE, 1, None)
    early, shown, kept = preview.moment(100, 1), preview.moment(300, 1), run.moment(300, 1)
    assert preview.recording.snapshots[-1].W[0].tobytes() == run.snapshots[-1].W[1].tobytes()
    assert np.abs(shown.W[1] - kept.W[1]).max() < 1e-3
    assert np.abs(early.W[1] - run.moment(100, 1).W[1]).max() < 1e-3
    assert (shown.b[1], shown.loss[1]) == (pytest.approx(kept.b[1]), pytest.approx(kept.loss[1]))
    ours, theirs = preview.timeline(1), Session(run).timeline(1)
    assert ours.losses.tobytes() == theirs.losses.tobytes()
    assert (ours.horizon, ours.live_step) == (theirs.horizon, theirs.live_step)


def test_the_others_are_as_they_were(run: Recording) -> None:
    base = run.moment(300, 0)
    denser = THREE.changed(feature_probability=[0.5, 0.9, 0.05])
    moment = previewed(denser, 1, base).moment(300, 1)
    assert moment.experiment == denser
    for instance in (0, 2):
        assert (moment.W[instance] == base.W[instance]).all()
        assert (moment.b[instance] == base.b[instance]).all()
        assert moment.loss[instance] == base.loss[instance]
    assert np.abs(moment.W[1] - base.W[1]).max() > 0.05
    assert moment.trail_instance == 1
    assert moment.trail[-1] == pytest.approx(moment.W[1])
    assert not moment.W.flags.writeable


@pytest.mark.parametrize("changes", [{"n_features": 6}, {"n_hidden": 3}, {"n_instances": 2}])
def test_in_another_shape_the_others_are_untrained(changes: dict[str, int], run: Recording) -> None:
    other = THREE.changed(feature_probability=0.2, **changes)
    moment = previewed(other, 1, run.moment(300, 0)).moment(300, 1)
    assert moment.W.shape == (other.n_instances, other.n_hidden, other.n_features)
    assert not moment.W[0].any()
    assert np.isnan(moment.loss[0])
    assert moment.W[1].any()


def test_of_another_instance_nothing_is_made_up(run: Recording) -> None:
    preview = previewed(THREE, 1, run.moment(300, 0))
    timeline = preview.timeline(0)
    assert (len(timeline.losses), timeline.epochs) == (0, ())
    assert timeline.horizon == THREE.steps
    assert (preview.moment(300, 0).W[0] == run.moment(300, 0).W[0]).all()


def test_an_untied_model_and_a_training_set_are_whole() -> None:
    untied = THREE.changed(model="absolute_value", training_set=9)
    base = train(untied).moment(300, 0)
    assert base.W_out is not None
    assert base.test_loss is not None
    moment = previewed(untied, 2, base).moment(300, 2)
    assert moment.W_out is not None
    assert moment.test_loss is not None
    assert moment.W_out[:2] == pytest.approx(base.W_out[:2])
    assert moment.W_out[2] == pytest.approx(base.W_out[2], abs=1e-3)
    assert moment.test_loss == pytest.approx(base.test_loss)
    from_nothing = previewed(untied, 2, None).moment(300, 2)
    assert from_nothing.test_loss is not None
    assert np.isnan(from_nothing.test_loss[:2]).all()


def test_alone_keeps_the_settings_of_that_instance() -> None:
    W = np.arange(24.0).reshape(3, 2, 4)
    everything = Experiment(
        n_features=4,
        n_hidden=2,
        n_instances=3,
        feature_probability=[[0.1] * 4, [0.2, 0.3, 0.4, 0.5], [0.3] * 4],
        importance=[[1.0] * 4, [4.0, 3.0, 2.0, 1.0], [2.0] * 4],
        starting_bias=[[0.0] * 4, [1.0, 2.0, 3.0, 4.0], [0.0] * 4],
        starting_weights=W.tolist(),
        starting_scale=[1.0, 0.5, 2.0],
        starting_polygon=[2, 3, 4],
        seed=[7, 8, 9],
    )
    one = alone(everything, 1)
    assert one.n_instances == 1
    assert one.probability_array().tolist() == everything.probability_array()[1:2].tolist()
    assert one.importance_array().tolist() == everything.importance_array()[1:2].tolist()
    assert one.starting_bias_array().tolist() == everything.starting_bias_array()[1:2].tolist()
    assert (one.seeds(), one.polygons(), one.starting_scales()) == ((8,), (3,), (0.5,))
    assert np.array_equal(one.starting_weights, W[1])


def test_alone_leaves_what_all_share() -> None:
    shared = Experiment(n_features=4, n_hidden=2, n_instances=3, importance=[4.0, 3.0, 2.0, 1.0], seed=5)
    one = alone(shared, 2)
    assert one == shared.changed(n_instances=1)
