"""The trainer: the same bytes however a run is cut up, edits, and what happens when it diverges."""

from __future__ import annotations

import subprocess
import sys
import threading

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from superviz.core.errors import RecipeError, TrainingError
from superviz.core.experiment import Experiment
from superviz.core.snapshot import Checkpoint, Edit
from superviz.engine import state
from superviz.engine.trainer import Diverged, Trainer

EXPERIMENT = Experiment(
    n_features=5, n_hidden=2, n_instances=5, feature_probability=[0.05, 0.1, 0.2, 0.5, 1.0], importance=0.9
)
UNSTABLE = Experiment(n_features=5, n_hidden=2, n_instances=3, learning_rate=10, weight_decay=10)
"""Decay alone multiplies the weights by 1 - 100 at every step."""


def parts(checkpoint: Checkpoint) -> list[bytes]:
    names = ("parameters", "mean", "square", "loss_sum")
    return [getattr(checkpoint, name).tobytes() for name in names]


@pytest.fixture(scope="module")
def reference() -> tuple[list[bytes], bytes]:
    """137 steps in one go on one thread: its state and its losses."""
    trainer = Trainer(EXPERIMENT)
    losses = trainer.advance(137)
    return parts(trainer.checkpoint()), losses.tobytes()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(1, 136), max_size=6), threads=st.integers(1, 7), resumed=st.integers(0, 6))
def test_cuts_threads_and_resuming_change_nothing(
    reference: tuple[list[bytes], bytes], cuts: list[int], threads: int, resumed: int
) -> None:
    trainer = Trainer(EXPERIMENT, threads=threads)
    losses = b""
    ends = [*sorted(set(cuts)), 137]
    for index, end in enumerate(ends):
        if index == resumed:
            trainer.close()
            trainer = Trainer(EXPERIMENT, checkpoint=trainer.checkpoint(), threads=threads)
        losses += trainer.advance(end - trainer.step).tobytes()
    trainer.close()
    assert trainer.step == 137
    assert parts(trainer.checkpoint()) == reference[0]
    assert losses == reference[1]


def test_an_instance_is_what_it_would_be_alone() -> None:
    trainer = Trainer(EXPERIMENT)
    losses = trainer.advance(60)
    alone = Trainer(EXPERIMENT.changed(n_instances=1, feature_probability=0.05))
    alone_losses = alone.advance(60)
    assert alone.snapshot().W.tobytes() == trainer.snapshot().W[:1].tobytes()
    assert alone.snapshot().b.tobytes() == trainer.snapshot().b[:1].tobytes()
    assert alone_losses.tobytes() == np.ascontiguousarray(losses[:, :1]).tobytes()


@pytest.mark.parametrize("instance", [0, 3])
def test_one_instance_can_be_trained_by_itself(instance: int) -> None:
    trainer, alone = Trainer(EXPERIMENT), Trainer(EXPERIMENT, only=instance, threads=2)
    start = alone.snapshot()
    losses, own = trainer.advance(60), alone.advance(60)
    assert alone.snapshot().W[instance].tobytes() == trainer.snapshot().W[instance].tobytes()
    assert own[:, instance].tobytes() == losses[:, instance].tobytes()
    others = [index for index in range(5) if index != instance]
    assert np.array_equal(alone.snapshot().W[others], start.W[others])


def test_a_list_of_seeds_gives_each_instance_its_own() -> None:
    one, many = Trainer(EXPERIMENT.changed(seed=9)), Trainer(EXPERIMENT.changed(seed=[0, 9, 0, 9, 1]))
    plain = Trainer(EXPERIMENT)
    for trainer in (one, many, plain):
        trainer.advance(30)
    for instance, same in enumerate((plain, one, plain, one, None)):
        ours = many.snapshot().W[instance].tobytes()
        if same is not None:
            assert ours == same.snapshot().W[instance].tobytes()
        else:
            assert ours not in {one.snapshot().W[instance].tobytes(), plain.snapshot().W[instance].tobytes()}


def test_losses_are_bucket_means() -> None:
    whole, single = Trainer(EXPERIMENT), Trainer(EXPERIMENT)
    losses = whole.advance(25)
    assert losses.shape == (2, 5)
    assert losses.dtype == np.float32
    sums = np.zeros(5)
    before = np.zeros(5)
    for step in range(10):
        single.advance(1)
        after = single.checkpoint().loss_sum
        if step < 9:
            assert np.all(after > before)
            sums, before = after, after
    assert np.all(losses[0] > sums / 10)
    assert single.checkpoint().loss_sum.tolist() == [0] * 5


def test_no_steps_do_nothing() -> None:
    trainer = Trainer(EXPERIMENT)
    before = parts(trainer.checkpoint())
    assert trainer.advance(0).shape == (0, 5)
    assert parts(trainer.checkpoint()) == before


def test_trace_notes_the_weights_at_steps() -> None:
    traced, plain = Trainer(EXPERIMENT, threads=2), Trainer(EXPERIMENT)
    plain.advance(7)
    traced.advance(7)
    trace = traced.trace(30, np.array([8, 15, 37]))
    traced.close()
    for step, rows in zip(trace.steps, trace.parameters, strict=True):
        plain.advance(int(step) - plain.step)
        assert rows.tobytes() == plain.checkpoint().parameters.tobytes()


def test_what_is_handed_out_never_changes() -> None:
    trainer = Trainer(EXPERIMENT)
    trainer.advance(5)
    snapshot, checkpoint = trainer.snapshot(), trainer.checkpoint()
    kept = snapshot.W.copy(), parts(checkpoint)
    trainer.advance(5)
    assert np.array_equal(snapshot.W, kept[0])
    assert parts(checkpoint) == kept[1]
    assert not snapshot.W.flags.writeable
    assert not any(getattr(checkpoint, name).flags.writeable for name in ("parameters", "mean", "square", "loss_sum"))


def test_edits_act_from_the_next_step() -> None:
    """An edit equals a resume under the edited experiment."""
    trainer = Trainer(EXPERIMENT)
    trainer.advance(20)
    checkpoint = trainer.checkpoint()
    edits = [
        trainer.edit("learning_rate", 0.01),
        trainer.edit("feature_probability", 0.5),
        trainer.edit("importance", [1.0, 0.5, 0.5, 0.5, 0.25]),
        trainer.edit("weight_decay", 0.2),
        trainer.edit("steps", 50),
    ]
    assert edits[0] == Edit(20, "learning_rate", 0.01)
    assert edits[2] == Edit(20, "importance", [1.0, 0.5, 0.5, 0.5, 0.25])
    trainer.advance(20)
    changed = EXPERIMENT.changed(**{edit.field: edit.value for edit in edits})
    assert trainer.experiment == changed
    resumed = Trainer(changed, checkpoint=checkpoint)
    resumed.advance(20)
    assert parts(resumed.checkpoint()) == parts(trainer.checkpoint())
    plain = Trainer(EXPERIMENT)
    plain.advance(40)
    assert parts(plain.checkpoint()) != parts(trainer.checkpoint())


def test_an_edits_value_is_plain_lists() -> None:
    nested = np.full((5, 5), 0.5)
    edit = Trainer(EXPERIMENT).edit("feature_probability", nested.tolist())
    assert edit.value == [[0.5] * 5] * 5
    assert type(edit.value) is list


def test_edits_that_do_not_fit_change_nothing() -> None:
    trainer = Trainer(EXPERIMENT)
    with pytest.raises(
        TrainingError, match=r"n_features: can't change .* what can is correlation, feature_probability"
    ):
        trainer.edit("n_features", 6)
    with pytest.raises(TrainingError, match="colour"):
        trainer.edit("colour", 6)
    with pytest.raises(RecipeError, match="feature_probability"):
        trainer.edit("feature_probability", 1.5)
    with pytest.raises(RecipeError, match="learning_rate"):
        trainer.edit("learning_rate", -1)
    assert trainer.experiment == EXPERIMENT


def test_a_checkpoint_of_another_shape_is_refused() -> None:
    checkpoint = Trainer(EXPERIMENT).checkpoint()
    with pytest.raises(TrainingError, match=r"parameters is \(5, 15\), but the experiment's is \(5, 20\)"):
        Trainer(EXPERIMENT.changed(n_hidden=3), checkpoint=checkpoint)


def test_divergence_leaves_the_last_finite_state() -> None:
    trainer = Trainer(UNSTABLE)
    with pytest.raises(Diverged, match=r"diverged at step \d+: .* learning rate smaller than 10") as caught:
        trainer.advance(1000)
    last = trainer.step
    assert f"step {last + 1}:" in str(caught.value)
    assert 0 < last < 100
    state = trainer.checkpoint()
    assert all(np.all(np.isfinite(array)) for array in (state.parameters, state.mean, state.square, state.loss_sum))
    assert len(caught.value.trace.losses) == last // 10
    assert np.all(np.isfinite(caught.value.trace.losses))
    other = Trainer(UNSTABLE, threads=3)
    other.advance(last)
    assert parts(other.checkpoint()) == parts(state)
    with pytest.raises(Diverged):
        other.advance(1)
    assert other.step == last
    other.close()


def test_divergence_of_one_instance_stops_all_at_one_step() -> None:
    """Instances beside the one that fails are taken back to the same step."""
    calm, wild = Trainer(EXPERIMENT), Trainer(EXPERIMENT)
    start = calm.checkpoint()
    rows = start.parameters.copy()
    rows[2, 0] = 1e18
    broken = Checkpoint(0, rows, start.mean, start.square, start.loss_sum)
    wild = Trainer(EXPERIMENT, checkpoint=broken)
    with pytest.raises(Diverged):
        wild.advance(500)
    calm.advance(wild.step)
    assert wild.snapshot().W[0].tobytes() == calm.snapshot().W[0].tobytes()


def test_close_leaves_no_thread() -> None:
    before = set(threading.enumerate())
    trainer = Trainer(EXPERIMENT, threads=3)
    trainer.advance(5)
    assert set(threading.enumerate()) - before
    trainer.close()
    assert not set(threading.enumerate()) - before  # others' may end meanwhile
    trainer.close()
    trainer.advance(5)
    trainer.close()
    assert not set(threading.enumerate()) - before  # others' may end meanwhile


def test_making_a_trainer_loads_neither_numba_nor_torch() -> None:
    code = (
        "import sys; from superviz.core.experiment import Experiment; from superviz.engine.trainer import Trainer;"
        "import superviz.engine.runner, superviz.engine.evaluation;"
        "Trainer(Experiment(n_features=5, n_hidden=2)); sys.exit('numba' in sys.modules or 'torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_plan_and_table_are_made_once_however_many_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table of nodes takes some 10 ms: at every start, and while someone drags a slider."""
    made: list[str] = []

    def counted(name: str) -> None:
        real = getattr(state, name)
        monkeypatch.setattr(state, name, lambda experiment: made.append(name) or real(experiment))

    counted("plan")
    counted("table")
    trainer = Trainer(EXPERIMENT.changed(noise_free=True), threads=2)
    assert made == ["plan", "table"]
    trainer.edit("feature_probability", 0.3)
    assert made == ["plan", "table"] * 2
