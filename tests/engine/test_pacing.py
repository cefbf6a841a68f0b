"""The pacer, against a clock that is set by hand."""

from __future__ import annotations

import pytest

from superviz.engine.pacing import CHUNK_SECONDS, STRETCH_CHUNKS, WAKE_SECONDS, Pacer


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def train(pacer: Pacer, clock: Clock, seconds: float, step_seconds: float) -> tuple[int, list[int]]:
    """Do as the runner does for that long; returns the steps taken and the chunks."""
    end, chunks = clock.now + seconds, list[int]()
    while clock.now < end:
        if wait := pacer.wait():
            clock.now += wait
        if due := pacer.due():
            clock.now += due * step_seconds
            pacer.took(due, due * step_seconds)
            chunks.append(due)
    return sum(chunks), chunks


@pytest.mark.parametrize("pace", [3.0, 60.0, 400.0, 5_000.0])
def test_it_keeps_its_pace(pace: float) -> None:
    clock = Clock()
    pacer = Pacer(pace, clock)
    steps, _ = train(pacer, clock, 10, step_seconds=1e-5)
    assert steps == pytest.approx(10 * pace, rel=0.01, abs=1)


def test_it_wakes_no_oftener_than_it_must() -> None:
    clock = Clock()
    _, chunks = train(Pacer(1_000.0, clock), clock, 1, step_seconds=1e-6)
    # Some more at first, while it learns how long a step takes.
    assert len(chunks) <= 1 / WAKE_SECONDS + 8
    pacer = Pacer(2.0, clock)
    assert pacer.wait() == pytest.approx(0.5)


@pytest.mark.parametrize("step_seconds", [4e-6, 3e-4, 2e-2])
def test_chunks_take_at_most_five_milliseconds(step_seconds: float) -> None:
    clock = Clock()
    pacer = Pacer(None, clock)
    _, stretches = train(pacer, clock, 1, step_seconds)
    assert pacer.chunk * step_seconds <= max(CHUNK_SECONDS * 1.01, step_seconds)
    assert pacer.chunk * step_seconds > CHUNK_SECONDS / 2 or pacer.chunk == 1
    assert max(stretches) <= STRETCH_CHUNKS * pacer.chunk


def test_chunks_shrink_when_steps_grow_dearer_but_not_for_one_that_had_to_wait() -> None:
    clock = Clock()
    pacer = Pacer(None, clock)
    train(pacer, clock, 1, 1e-5)
    before = pacer.chunk
    pacer.took(before, 0.5)
    assert pacer.chunk == before
    train(pacer, clock, 20, 1e-3)
    assert pacer.chunk == 5


def test_a_pace_that_can_not_be_held_leaves_no_debt() -> None:
    clock = Clock()
    pacer = Pacer(1_000.0, clock)
    train(pacer, clock, 2, step_seconds=1e-2)
    steps, _ = train(pacer, clock, 1, step_seconds=1e-6)
    assert steps < 1_000 * 1.1


def test_a_rest_leaves_no_debt() -> None:
    clock = Clock()
    pacer = Pacer(1_000.0, clock)
    train(pacer, clock, 1, 1e-6)
    clock.now += 60
    pacer.restart()
    assert pacer.due() == 0
    assert pacer.rate == 0


def test_another_pace_holds_from_now_on() -> None:
    clock = Clock()
    pacer = Pacer(10.0, clock)
    train(pacer, clock, 5, 1e-6)
    pacer.set(200.0)
    assert pacer.due() == 0
    assert train(pacer, clock, 1, 1e-6)[0] == pytest.approx(200, abs=3)
    pacer.set(None)
    assert pacer.wait() == 0
    assert pacer.due() == STRETCH_CHUNKS * pacer.chunk


def test_the_rate_is_what_was_measured() -> None:
    clock = Clock()
    pacer = Pacer(None, clock)
    train(pacer, clock, 1, 1e-4)
    assert pacer.rate == pytest.approx(10_000, rel=0.01)
    pacer.set(500.0)
    train(pacer, clock, 1, 1e-4)
    assert pacer.rate == pytest.approx(500, rel=0.05)
