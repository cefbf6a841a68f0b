"""The paired measurement: what is timed, how often, in which order, and what becomes of it. No speeds are asserted."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest
import torch

from superviz.core.experiment import Experiment
from superviz.engine import bench
from superviz.engine.bench import CASES, Case, measure

SMALL = Case(2, 1, 1, goal=1)


class Clockwork:
    """Stands for both trainers and the clock: a step of each takes a known time."""

    def __init__(self, **seconds_a_step: list[float]) -> None:
        self.now = 0.0
        self.calls: list[tuple[str, int]] = []
        self.times: dict[str, Iterator[float]] = {name: itertools.cycle(it) for name, it in seconds_a_step.items()}

    def advance(self, name: str) -> Callable[[int], None]:
        def step(steps: int) -> None:
            self.calls.append((name, steps))
            self.now += steps * next(self.times[name])

        return step

    def read(self) -> float:
        return self.now


def test_the_sizes_are_those_we_claim() -> None:
    claimed = [(case.n_features, case.n_hidden, case.n_instances, case.goal, case.block) for case in CASES]
    assert claimed == [
        (5, 2, 1, 120, None),
        (5, 2, 10, 45, None),
        (20, 5, 1, 28, None),
        (80, 20, 1, 5, None),
        (200, 20, 20, 5, None),
        (2, 1, 4096, 50, 128),
    ]
    assert CASES[-1].name == "n=2 m=1, 4,096 instances"
    assert CASES[0].name == "n=5 m=2"


def test_a_measurement_has_both_and_their_ratio() -> None:
    result = measure(SMALL, rounds=3, seconds=0.002)
    assert result.reference is not None
    assert result.ratio is not None
    assert 0 < result.superviz < 1
    assert 0 < result.reference < 1
    # The ratio is the median of three, so it lies between the least and the greatest, as the medians' own does.
    assert result.ratio == pytest.approx(result.reference / result.superviz, rel=0.9)


def test_ratios_are_paired_within_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    # Round by round 30/1, 60/2, 20/1: the machine's slow round befell both, and the median ratio doesn't see it, where
    # the ratio of the medians would only by luck.
    clock = Clockwork(theirs=[30.0, 60.0, 20.0], ours=[1.0, 2.0, 1.0])
    monkeypatch.setattr(bench, "perf_counter", clock.read)
    monkeypatch.setattr(bench, "_steps_that_fit", lambda advance, seconds: 2)
    times = bench._in_turns((clock.advance("theirs"), clock.advance("ours")), rounds=3, seconds=0.2)
    assert times == [(30.0, 1.0), (60.0, 2.0), (20.0, 1.0)]
    assert clock.calls == [("theirs", 2), ("ours", 2)] * 3, "in turns"


@pytest.mark.parametrize(
    ("seconds_a_step", "steps"), [(1e-6, 200_000), (4e-6, 50_000), (1e-3, 200), (0.06, 3), (0.43, 1), (30.0, 1)]
)
def test_steps_are_as_many_as_fit(monkeypatch: pytest.MonkeyPatch, seconds_a_step: float, steps: int) -> None:
    clock = Clockwork(ours=[seconds_a_step])
    monkeypatch.setattr(bench, "perf_counter", clock.read)
    assert bench._steps_that_fit(clock.advance("ours"), 0.2) == steps
    warming, *sizing = [taken for _, taken in clock.calls]
    assert warming == 1, "the first step may have to allocate or compile"
    assert sum(sizing) * seconds_a_step < max(0.2, 2 * seconds_a_step), "finding out takes no longer than measuring"


def test_one_thread_for_torch_and_then_as_it_was() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with bench._one_torch_thread():
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_without_torch_superviz_alone_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "has_yardstick", lambda: False)
    monkeypatch.setattr(bench, "_reference", lambda case: pytest.fail("there is no torch"))
    result = measure(SMALL, rounds=1, seconds=0.002)
    assert (result.reference, result.ratio) == (None, None)
    assert result.superviz > 0


def test_both_train_the_same_size(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Experiment] = []
    trainer = bench.Trainer
    monkeypatch.setattr(bench, "Trainer", lambda experiment: made.append(experiment) or trainer(experiment))
    asked: list[Case] = []
    reference = bench._reference
    monkeypatch.setattr(bench, "_reference", lambda case: asked.append(case) or reference(case))
    case = Case(3, 2, 6, goal=1, block=4)
    measure(case, rounds=1, seconds=0.002)
    assert [(it.n_features, it.n_hidden, it.n_instances, it.batch_size) for it in made] == [(3, 2, 6, 1024)]
    assert asked == [case]
