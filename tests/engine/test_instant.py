"""One instance trained alone is, byte for byte, what it is among the others, and stops as soon as nobody waits."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from superviz.core.experiment import Experiment
from superviz.core.snapshot import LOSS_BUCKET_STEPS
from superviz.engine.instant import train_alone
from superviz.engine.runner import Runner
from superviz.engine.trainer import Trainer

if TYPE_CHECKING:
    from conftest import KeepingSink

THREE = Experiment(
    n_features=5,
    n_hidden=2,
    n_instances=3,
    feature_probability=[0.5, 0.1, 0.05],
    importance=0.9,
    batch_size=128,
    steps=700,
    seed=4,
)


def forever() -> bool:
    return True


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"model": "absolute_value"},
        {"training_set": 7, "unit_norm": True},
        {"noise_free": True, "optimiser": "sgd", "schedule": "cosine"},
        {"distribution": "anticorrelated", "feature_sets": 2, "signed": True},
    ],
)
def test_alone_it_becomes_what_it_is_among_the_others(changes: dict[str, object], make_sink: type[KeepingSink]) -> None:
    experiment = THREE.changed(**changes)
    together = Trainer(experiment)
    losses = together.advance(experiment.steps)
    end = together.snapshot()
    for instance in (0, 2):
        sink = make_sink()
        assert train_alone(experiment, instance, sink, forever)
        assert sink.live[-1].step == experiment.steps
        for name in ("W", "b", "W_out"):
            alone, among = getattr(sink.live[-1], name), getattr(end, name)
            assert (alone is None) == (among is None)
            if alone is not None:
                assert alone.shape == (1, *among.shape[1:])
                assert alone.tobytes() == among[instance : instance + 1].tobytes()
        assert np.concatenate(sink.losses).tobytes() == losses[:, instance : instance + 1].tobytes()


def test_it_hands_on_what_a_run_of_that_instance_hands_on(make_sink: type[KeepingSink]) -> None:
    """Against the runner: a single instance is the first of any, so there both train the same."""
    single = THREE.changed(n_instances=1, feature_probability=0.5)
    run, alone = make_sink(), make_sink()
    Runner(Trainer(single), [run]).run()
    train_alone(single, 0, alone, forever)
    assert [snapshot.step for snapshot in alone.keyframes] == [snapshot.step for snapshot in run.keyframes]
    assert alone.keyframes[0].step == 0
    assert len(alone.keyframes) > 15
    for ours, theirs in zip(alone.keyframes, run.keyframes, strict=True):
        assert ours.W.tobytes() == theirs.W.tobytes()


def test_a_finite_training_set_brings_its_test_losses(sink: KeepingSink) -> None:
    train_alone(THREE.changed(training_set=7), 1, sink, forever)
    tests = np.concatenate(sink.test_losses)
    assert tests.shape == np.concatenate(sink.losses).shape == (THREE.steps // LOSS_BUCKET_STEPS, 1)
    # Seven examples are soon known by heart, the world is not.
    assert tests[-1, 0] > 2 * np.concatenate(sink.losses)[-1, 0]


def test_it_stops_soon_once_it_is_not_wanted(sink: KeepingSink) -> None:
    endless = THREE.changed(n_features=60, n_hidden=20, batch_size=1024, steps=10**7)
    asked: list[float] = []

    def wanted() -> bool:
        asked.append(time.perf_counter())
        return len(asked) < 12

    assert not train_alone(endless, 0, sink, wanted)
    assert 0 < sink.live[-1].step < endless.steps
    # Asked every 10 ms or so; a fault that asked once in a thousand steps would take a second.
    assert np.median(np.diff(asked)) < 0.1


def test_nobody_waiting_from_the_start_leaves_the_start(sink: KeepingSink) -> None:
    assert not train_alone(THREE, 1, sink, lambda: False)
    assert [snapshot.step for snapshot in sink.keyframes] == [0]
    assert sink.keyframes[0].W.tobytes() == Trainer(THREE).snapshot().W[1:2].tobytes()


def test_divergence_ends_it_at_the_last_finite_step(sink: KeepingSink) -> None:
    wild = THREE.changed(optimiser="sgd", learning_rate=10.0, loss_over_features="sum")
    assert train_alone(wild, 0, sink, forever)
    assert 0 < sink.live[-1].step < wild.steps
    assert np.isfinite(sink.live[-1].W).all()
