"""A step on a device: its samples, its agenda, and, on an imagined GPU, whether a graph could capture it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from superviz.core.experiment import Experiment
from superviz.engine.sampling import sample
from superviz.engine.schedule import step_sizes
from superviz.engine.state import State
from superviz.engine.torch_steps import PIECE_STEPS, Notes, Steps, agenda

CPU, META = torch.device("cpu"), torch.device("meta")
SMALL = Experiment(n_features=5, n_hidden=2, n_instances=3, batch_size=40, feature_probability=0.3)
KINDS = [
    SMALL,
    SMALL.changed(model="relu_hidden", distribution="correlated", optimiser="sgd", l1_penalty=0.1),
    SMALL.changed(model="absolute_value", distribution="one_hot", signed=True, optimiser="adam", bias=False),
    SMALL.changed(model="linear", distribution="hierarchical"),
    SMALL.changed(distribution="anticorrelated", training_set=7, unit_norm=True),
]


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("experiment", KINDS[:4], ids=lambda experiment: experiment.distribution)
def test_a_step_draws_the_kernels_samples_to_the_last_bit(
    experiment: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[np.ndarray] = []
    model = type(Steps(experiment, CPU)._model)
    own = model.gradient
    monkeypatch.setattr(model, "gradient", lambda *given: (seen.append(given[4].numpy().copy()), own(*given))[1])
    steps = Steps(experiment, CPU)
    steps.load(123_456, State.start(experiment))
    steps.take()
    assert len(seen) == 1
    for instance in range(3):
        np.testing.assert_array_equal(seen[0][instance], sample(experiment, instance, 123_456))


def test_instances_are_trained_in_blocks_and_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, blocks = [], []
    for told, size in ((whole, 2**22), (blocks, 2 * SMALL.n_features * SMALL.batch_size)):
        monkeypatch.setattr("superviz.engine.torch_steps._BLOCK", size)
        steps = Steps(SMALL, CPU)
        assert len(steps._blocks) == (1 if told is whole else 2)
        steps.load(0, State.start(SMALL))
        steps.begin(torch.from_numpy(agenda(step_sizes(SMALL, 0, 10), 0, np.empty(0, np.int64), 0, steps.most_notes)))
        for _ in range(10):
            steps.take()
        told.extend(steps.read())
    for one, other in zip(whole, blocks, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7)


def test_an_agenda_says_where_each_step_leaves_what_it_notes() -> None:
    sizes = step_sizes(SMALL, 17, 16)
    rows = agenda(sizes, 17, np.array([18, 20, 33]), half=1, most_notes=8)
    np.testing.assert_array_equal(rows[:, :3].astype(np.float32), sizes)
    first = PIECE_STEPS // 10 + 2
    # Steps 18 to 20 end bucket 1, 21 to 30 bucket 2, 31 to 33 begin bucket 3.
    assert rows[:, 3].tolist() == [first] * 3 + [first + 1] * 10 + [first + 2] * 3
    assert {18 + row: int(slot) for row, slot in enumerate(rows[:, 4]) if slot != 16} == {18: 8, 20: 9, 33: 10}
    assert [18 + row for row, kept in enumerate(rows[:, 5]) if kept == 0] == [20, 30]


def test_halves_of_notes_do_not_overlap() -> None:
    steps = Steps(SMALL.changed(training_set=4), CPU)
    notes = Notes._make(torch.zeros_like(array) for array in steps.notes)
    for half in (0, 1):
        for part in notes.half(half, PIECE_STEPS // 10 + 1, steps.most_notes):
            assert len(part)
            part += 1
    assert all(array.max() == 1 for array in notes)
    assert (notes.parameters[-1] == 0).all()


class _Watching(TorchDispatchMode):
    """Notes every operation, and fails on those that wait for a value: a graph can't be captured around them."""

    WAITING = ("_local_scalar_dense", "item", "nonzero", "is_nonzero", "masked_select", "equal")

    def __init__(self) -> None:
        super().__init__()
        self.operations: list[str] = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        assert func.__name__.split(".")[0] not in self.WAITING
        self.operations.append(func.__name__)
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("experiment", KINDS, ids=lambda experiment: f"{experiment.model}, {experiment.distribution}")
def test_steps_do_the_same_whatever_the_values(experiment: Experiment) -> None:
    """What a graph needs: the same operations each time, and everything that lasts where it was."""
    steps = Steps(experiment, CPU)
    steps.load(0, State.start(experiment))
    lasting = [*steps._arrays, *steps.notes, steps._gradient, steps._step, steps._place, steps._agenda]
    places = [array.data_ptr() for array in lasting]
    told: list[list[str]] = []
    for step in range(3):
        with _Watching() as watching:
            steps.take()
            if steps.tested:
                steps.test()
        told.append(watching.operations)
        steps.load(9 + step, State.start(experiment.changed(seed=step)))
    assert told[0] == told[1] == told[2]
    assert places == [array.data_ptr() for array in lasting]


@pytest.mark.parametrize("experiment", KINDS, ids=lambda experiment: f"{experiment.model}, {experiment.distribution}")
def test_a_step_stays_on_its_device(experiment: Experiment) -> None:
    """On torch's "meta" device, which knows shapes but no values: nothing of a step is on the host."""
    steps = Steps(experiment, META)
    steps.take()
    if steps.tested:
        steps.test()
    steps.keep()
    steps.go_back(5)
    lasting = [*vars(steps).values(), *steps._state, *steps._kept, *steps.notes]
    lasting += [getattr(steps._plan, name) for name in ("word", "shift", "scale", "parent")]
    arrays = [array for array in lasting if isinstance(array, torch.Tensor)]
    assert len(arrays) >= 20
    assert {array.device for array in arrays} == {META}


@pytest.mark.parametrize("astray", ["_keys", "_weight", "_step"])
def test_an_array_on_the_host_would_be_found(astray: str) -> None:
    """What the test before this one relies on."""
    steps = Steps(SMALL, META)
    array = getattr(steps, astray)
    setattr(steps, astray, torch.ones(array.shape, dtype=array.dtype))
    with pytest.raises((RuntimeError, NotImplementedError)):
        steps.take()


def test_large_notes_are_few() -> None:
    assert Steps(SMALL, META).most_notes == 256
    large = Steps(SMALL.changed(n_features=1000, n_hidden=1000, n_instances=1), META)
    assert large.most_notes == 16
    assert len(large.notes.parameters) == 33


def test_what_is_not_finite_is_seen_in_each_part() -> None:
    steps = Steps(SMALL, CPU)
    for part in range(4):
        for value in (float("nan"), float("inf"), -float("inf")):
            state = State.start(SMALL)
            state[part].flat[-1] = value
            steps.load(0, state)
            assert not steps.is_finite()
    steps.load(0, State.start(SMALL))
    assert steps.is_finite()


def test_settings_of_other_sizes_are_not_adopted() -> None:
    steps = Steps(SMALL, CPU)
    places = steps._plan.scale
    assert steps.adopt(SMALL.changed(feature_probability=0.9, importance=0.5, l1_penalty=0.1))
    assert steps._plan.scale is places
    np.testing.assert_allclose(steps._plan.scale, 2**-24 / 0.9, rtol=1e-6)
    np.testing.assert_allclose(steps._strengths, [0.1 / 40, 0], rtol=1e-6)
    assert not steps.adopt(SMALL.changed(noise_free=True))
