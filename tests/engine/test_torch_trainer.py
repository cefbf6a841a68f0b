"""TorchTrainer on torch's CPU: against the kernel, across cuts and checkpoints, and when it fails."""

from __future__ import annotations

import gc
import itertools
import subprocess
import sys
import weakref
from typing import get_args

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from superviz.core.errors import RecipeError, TrainingError
from superviz.core.experiment import Experiment
from superviz.core.kinds import Distribution, ModelKind
from superviz.core.snapshot import Checkpoint, Edit
from superviz.engine.backend import Backend
from superviz.engine.runner import Runner, RunState
from superviz.engine.torch_trainer import OutOfMemory, TorchTrainer
from superviz.engine.toy_models import ToyModel
from superviz.engine.trainer import Diverged, Trainer

SMALL = Experiment(
    n_features=5, n_hidden=2, n_instances=3, batch_size=48, steps=120, importance=0.9,
    feature_probability=[0.1, 0.3, 0.9], seed=[3, 3, 8],
)  # fmt: skip
TABLE = SMALL.changed(training_set=6, unit_norm=True, distribution="anticorrelated", feature_probability=0.3)
UNSTABLE = SMALL.changed(learning_rate=10, weight_decay=10)
NOWHERE = np.empty(0, dtype=np.int64)

OPTIMISERS = ({"optimiser": "adamw", "weight_decay": 0.1}, {"optimiser": "adam", "weight_decay": 0.1},
              {"optimiser": "sgd", "weight_decay": 0.01, "momentum": 0.8, "learning_rate": 0.05})  # fmt: skip
SCHEDULES = ({"schedule": "constant"}, {"schedule": "linear", "warmup": 30}, {"schedule": "cosine"})
WAYS = itertools.cycle({**optimiser, **schedule} for optimiser in OPTIMISERS for schedule in SCHEDULES)
EVERY_KIND = [
    {"model": model, "distribution": distribution, "feature_probability": 0.3, **next(WAYS)}
    for model in get_args(ModelKind)
    for distribution in get_args(Distribution)
]
OPTIONS = [
    {"bias": False},
    {"signed": True},
    {"loss_over_features": "sum", "l1_penalty": 0.01},
    {"model": "relu_hidden", "loss_over_features": "sum", "l1_penalty": 0.1, "feature_probability": 0.3},
    {"distribution": "correlated", "correlation": 0.4, "feature_probability": 0.2, "signed": True},
    {"distribution": "anticorrelated", "probability_of": "set", "feature_sets": 5, "feature_probability": 0.5},
    {"distribution": "hierarchical", "parents": [-1, 0, 1, 2, 0]},
    {"noise_free": True, "l1_penalty": 0.01, "feature_probability": 0.2},
    {"training_set": 20, "model": "absolute_value", "signed": True},
    {"training_set": 9, "unit_norm": True, "l1_penalty": 0.01},
]


@pytest.fixture(autouse=True)
def _one_thread():
    """Small work is slower on several, and the machine is not this test's alone."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def parts(checkpoint: Checkpoint) -> list[bytes]:
    return [getattr(checkpoint, name).tobytes() for name in ("parameters", "mean", "square", "loss_sum")]


def trainer(experiment: Experiment, checkpoint: Checkpoint | None = None) -> TorchTrainer:
    return TorchTrainer(experiment, checkpoint=checkpoint, device="cpu")


def check_alike(experiment: Experiment, steps: int) -> None:
    """Both go the same way: what rounding does stays below 1e-4 of the weights, some of them times Adam's stride."""
    at = np.array([1, 10, steps])
    kernel, ours = Trainer(experiment).trace(steps, at), trainer(experiment).trace(steps, at)
    assert ours.taken[0] == steps
    assert np.abs(ours.parameters[-1] - kernel.parameters[0]).max() > 1e-3  # it has been moving
    for noted, expected in zip(ours.parameters, kernel.parameters, strict=True):
        np.testing.assert_allclose(noted, expected, rtol=1e-4, atol=1e-4 * np.abs(expected).max())
    np.testing.assert_allclose(ours.losses, kernel.losses, rtol=1e-4)
    assert ours.test_losses.shape == kernel.test_losses.shape
    np.testing.assert_allclose(ours.test_losses, kernel.test_losses, rtol=1e-4)


@pytest.mark.parametrize("changes", EVERY_KIND, ids=lambda changes: " ".join(map(str, changes.values())))
def test_it_goes_the_kernels_way_in_every_kind(changes: dict[str, object]) -> None:
    check_alike(SMALL.changed(**changes), 120)


@pytest.mark.parametrize("changes", OPTIONS, ids=lambda changes: " ".join(changes))
def test_it_goes_the_kernels_way_with_every_option(changes: dict[str, object]) -> None:
    check_alike(SMALL.changed(**changes), 60)


def test_it_is_a_backend() -> None:
    backend: Backend = trainer(SMALL)
    assert backend.backend == "torch on cpu"
    assert "GPU" in backend.preparation()
    backend.prepare()
    assert backend.preparation() == ""
    assert backend.step == 0
    np.testing.assert_array_equal(backend.snapshot().W, Trainer(SMALL).snapshot().W)
    backend.close()
    assert backend.preparation()


@pytest.fixture(scope="module", params=[SMALL, TABLE], ids=["fresh", "training set"])
def reference(request: pytest.FixtureRequest) -> tuple[Experiment, list[bytes], bytes, bytes]:
    """73 steps in one go: the state, the losses and the test losses."""
    whole = trainer(request.param)
    trace = whole.trace(73, NOWHERE)
    return request.param, parts(whole.checkpoint()), trace.losses.tobytes(), trace.test_losses.tobytes()


@settings(max_examples=12, deadline=None)
@given(cuts=st.lists(st.integers(1, 72), max_size=5), chunk=st.integers(1, 30), resumed=st.integers(0, 5))
def test_cuts_chunks_and_resuming_change_nothing(reference, cuts: list[int], chunk: int, resumed: int) -> None:
    experiment, state, losses, test_losses = reference
    ours, told, told_test = trainer(experiment), b"", b""
    for index, end in enumerate([*sorted(set(cuts)), 73]):
        if index == resumed:
            ours = trainer(experiment, ours.checkpoint())
        trace = ours.trace(end - ours.step, NOWHERE, chunk)
        told, told_test = told + trace.losses.tobytes(), told_test + trace.test_losses.tobytes()
    assert (ours.step, parts(ours.checkpoint())) == (73, state)
    assert (told, told_test) == (losses, test_losses)


def test_each_goes_on_from_the_others_checkpoint() -> None:
    straight, ours = Trainer(SMALL), trainer(SMALL)
    straight.advance(90)
    ours.advance(34)
    kernel = Trainer(SMALL, checkpoint=ours.checkpoint())
    kernel.advance(29)
    back = trainer(SMALL, kernel.checkpoint())
    back.advance(27)
    assert back.step == 90
    np.testing.assert_allclose(back.snapshot().W, straight.snapshot().W, atol=1e-5)


@pytest.mark.parametrize("most_notes", [1, 3, 256])
def test_trace_notes_the_weights_however_many_fit(most_notes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("superviz.engine.torch_steps._NOTES", most_notes)
    traced, plain = trainer(SMALL), trainer(SMALL)
    for ours in (traced, plain):
        ours.advance(7)
    at = np.array([8, 9, 10, 11, 15, 29, 30, 37])
    trace = traced.trace(30, at, 12)
    assert trace.steps.tolist() == at.tolist()
    assert trace.losses.shape == (3, 3)
    for step, rows in zip(trace.steps, trace.parameters, strict=True):
        plain.advance(int(step) - plain.step)
        assert rows.tobytes() == plain.checkpoint().parameters.tobytes()


def test_long_calls_are_taken_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = trainer(SMALL)
    losses = whole.advance(64)
    monkeypatch.setattr("superviz.engine.torch_run.PIECE_STEPS", 7)
    pieces = trainer(SMALL)
    assert pieces.advance(64).tobytes() == losses.tobytes()
    assert parts(pieces.checkpoint()) == parts(whole.checkpoint())


def test_no_steps_do_nothing() -> None:
    ours = trainer(SMALL)
    before = parts(ours.checkpoint())
    assert ours.advance(0).shape == (0, 3)
    assert parts(ours.checkpoint()) == before


def test_an_interruption_ends_after_a_whole_chunk() -> None:
    ours = trainer(SMALL)
    ours.interrupt()
    trace = ours.trace(100, np.array([4, 8, 9, 50]), chunk=8)
    assert (ours.step, int(trace.taken[0])) == (8, 8)
    assert trace.steps.tolist() == [4, 8]
    assert len(trace.losses) == 0
    ours.uninterrupt()
    assert len(ours.trace(40, NOWHERE, chunk=8).losses) == 4
    assert ours.step == 48


def test_what_is_handed_out_never_changes() -> None:
    ours = trainer(SMALL)
    ours.advance(5)
    snapshot, checkpoint = ours.snapshot(), ours.checkpoint()
    kept = snapshot.W.copy(), parts(checkpoint)
    ours.advance(5)
    assert np.array_equal(snapshot.W, kept[0])
    assert parts(checkpoint) == kept[1]
    assert not snapshot.W.flags.writeable
    assert not checkpoint.mean.flags.writeable


@pytest.mark.parametrize("experiment", [SMALL, SMALL.changed(noise_free=True), TABLE], ids=["fresh", "nodes", "set"])
def test_edits_act_from_the_next_step(experiment: Experiment) -> None:
    ours = trainer(experiment)
    ours.advance(20)
    checkpoint = ours.checkpoint()
    edits = [
        ours.edit("learning_rate", 0.01),
        ours.edit("feature_probability", 0.4),
        ours.edit("importance", [1.0, 0.5, 0.5, 0.5, 0.25]),
        ours.edit("weight_decay", 0.2),
        ours.edit("l1_penalty", 0.01),
        ours.edit("steps", 50),
    ]
    assert edits[2] == Edit(20, "importance", [1.0, 0.5, 0.5, 0.5, 0.25])
    ours.advance(20)
    resumed = trainer(experiment.changed(**{edit.field: edit.value for edit in edits}), checkpoint)
    resumed.advance(20)
    assert ours.experiment == resumed.experiment
    assert parts(resumed.checkpoint()) == parts(ours.checkpoint())


def test_edits_that_do_not_fit_change_nothing() -> None:
    ours = trainer(SMALL)
    with pytest.raises(TrainingError, match=r"n_features: can't change .* what can is correlation, "):
        ours.edit("n_features", 6)
    with pytest.raises(RecipeError, match="feature_probability"):
        ours.edit("feature_probability", 1.5)
    assert ours.experiment == SMALL


def test_a_checkpoint_of_another_shape_is_refused() -> None:
    with pytest.raises(TrainingError, match=r"parameters is \(3, 15\), but the experiment's is \(3, 20\)"):
        trainer(SMALL.changed(n_hidden=3), trainer(SMALL).checkpoint())


def test_divergence_leaves_the_last_finite_state() -> None:
    ours, kernel = trainer(UNSTABLE), Trainer(UNSTABLE)
    for each in (ours, kernel):
        each.advance(3)
    with pytest.raises(Diverged, match=r"diverged at step \d+: .* learning rate smaller than 10") as caught:
        ours.trace(1000, np.arange(4, 1004))
    with pytest.raises(Diverged, match=f"at step {ours.step + 1}:"):
        kernel.advance(1000)
    assert 3 < ours.step == kernel.step < 100
    trace, state = caught.value.trace, ours.checkpoint()
    assert all(np.isfinite(array).all() for array in (state.parameters, state.mean, state.square, state.loss_sum))
    assert trace.steps.tolist() == list(range(4, ours.step + 1))
    assert trace.parameters[-1].tobytes() == state.parameters.tobytes()
    assert len(trace.losses) == ours.step // 10
    again = trainer(UNSTABLE)
    again.advance(ours.step)
    assert parts(again.checkpoint()) == parts(state)
    for _ in range(2):
        with pytest.raises(Diverged):
            again.advance(1)
        assert again.step == ours.step


class _NoRoom:
    """A device whose memory is gone after so many steps; remembers what was on it then."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
        self.left, self.held = after, list[weakref.ref[torch.Tensor]]()
        own = ToyModel.gradient

        def gradient(model: ToyModel, *given: torch.Tensor) -> object:
            self.left -= 1
            if self.left < 0:
                large = torch.zeros(10)
                self.held += [weakref.ref(large), *map(weakref.ref, given)]
                raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")
            return own(model, *given)

        monkeypatch.setattr(ToyModel, "gradient", gradient)


def test_out_of_memory_lets_go_of_it_and_keeps_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, reference = trainer(SMALL), trainer(SMALL)
    for each in (ours, reference):
        each.advance(13)
    run, room = weakref.ref(ours._run), _NoRoom(monkeypatch, after=17)
    gc.disable()  # nothing may wait for it
    try:
        with pytest.raises(OutOfMemory) as caught:
            ours.advance(40)
        assert len(room.held) >= 6
        assert [held() for held in room.held] == [None] * len(room.held)
        assert run() is None
    finally:
        gc.enable()
    assert "; try a batch size of 24, or the CPU" in str(caught.value)
    assert (caught.value.batch_size, caught.value.__context__) == (24, None)
    monkeypatch.undo()
    assert ours.step == 13
    assert parts(ours.checkpoint()) == parts(reference.checkpoint())
    kernel = Trainer(SMALL, checkpoint=ours.checkpoint())
    kernel.advance(40)
    for each in (ours, reference):
        each.advance(40)
    assert parts(ours.checkpoint()) == parts(reference.checkpoint())
    np.testing.assert_allclose(kernel.snapshot().W, ours.snapshot().W, atol=1e-5)


@pytest.mark.parametrize(
    ("changes", "advice"),
    [
        ({"batch_size": 1}, "try the CPU"),
        ({"training_set": 5}, "try the CPU"),
        ({"noise_free": True}, "try the CPU"),
        ({"batch_size": 4097}, "try a batch size of 2,048, or the CPU"),
    ],
)
def test_what_to_do_without_memory(changes: dict[str, int], advice: str) -> None:
    line = f"the GPU has too little memory for this experiment; {advice}"
    assert str(OutOfMemory(SMALL.changed(**changes))) == line


def test_out_of_memory_while_preparing_leaves_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`")

    ours = trainer(SMALL)
    monkeypatch.setattr("superviz.engine.torch_steps.Steps.load", fail)
    with pytest.raises(OutOfMemory):
        ours.prepare()
    assert ours.preparation()
    assert parts(ours.checkpoint()) == parts(Trainer(SMALL).checkpoint())


def test_another_fault_is_no_lack_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("CUDA error: device-side assert triggered")

    monkeypatch.setattr("superviz.engine.torch_steps.Steps.take", fail)
    with pytest.raises(RuntimeError, match="device-side assert"):
        trainer(SMALL).advance(1)


def test_without_torch_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "superviz.engine.torch_run", None)
    with pytest.raises(TrainingError, match=r"^torch can't be loaded: .*; train on the CPU$"):
        trainer(SMALL).prepare()


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_it_says_so() -> None:
    with pytest.raises(TrainingError, match="torch can't use this machine's GPU"):
        TorchTrainer(SMALL).prepare()


def test_a_runner_drives_it(sink) -> None:
    ours = trainer(TABLE)
    runner = Runner(ours, [sink], until=60)
    runner.run()
    assert runner.state is RunState.FINISHED
    assert ours.preparation()
    assert ours.snapshot().step == sink.checkpoints[-1].step == 60
    assert [np.concatenate(series).shape for series in (sink.losses, sink.test_losses)] == [(6, 3), (6, 3)]


def test_making_one_loads_no_torch() -> None:
    code = (
        "import sys; from superviz.core.experiment import Experiment;"
        "from superviz.engine.torch_trainer import TorchTrainer; import superviz.engine.auto;"
        "trainer = TorchTrainer(Experiment(n_features=5, n_hidden=2)); trainer.checkpoint(); trainer.backend;"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
