"""A race of seeds goes on beside the window: it tells how far it is, and ends at once where nobody waits for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from superviz.app.racing import Racing
from superviz.core.errors import TrainingError
from superviz.core.experiment import Experiment
from superviz.engine.race import Race, race

FOUR = Experiment(n_features=5, n_hidden=2, n_instances=2, batch_size=64, steps=400, best_of=4, seed=3)


@pytest.fixture
def racing(qtbot: QtBot) -> Iterator[Racing]:
    made = Racing()
    yield made
    made.call_off()
    made.deleteLater()


def test_it_brings_what_the_engine_finds(racing: Racing, qtbot: QtBot) -> None:
    told: list[tuple[int, int]] = []
    racing.progressed.connect(lambda seeds, percent: told.append((seeds, percent)))
    with qtbot.waitSignal(racing.ended, timeout=30_000) as ended:
        racing.start(FOUR)
        assert racing.is_on
    came, fault = ended.args or []
    assert (came, fault) == (race(FOUR), "")
    assert isinstance(came, Race)
    assert not racing.is_on
    assert told[0] == (4, 0)
    assert told[-1] == (4, 100)
    assert [percent for _, percent in told] == sorted(percent for _, percent in told)


def test_called_off_it_ends_soon_and_tells_no_outcome(racing: Racing, qtbot: QtBot) -> None:
    outcomes: list[object] = []
    racing.ended.connect(lambda came, _fault: outcomes.append(came))
    racing.start(FOUR.changed(steps=10**7, batch_size=1024))
    qtbot.wait(100)
    start = time.perf_counter()
    with qtbot.waitSignal(racing.called_off, timeout=100):
        racing.call_off()
    assert time.perf_counter() - start < 1
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("race")]
    qtbot.wait(50)
    assert outcomes == []
    racing.call_off()  # nothing is on: nothing happens


def test_another_race_takes_its_place(racing: Racing, qtbot: QtBot) -> None:
    outcomes: list[Race] = []
    racing.ended.connect(lambda came, _fault: outcomes.append(came))
    racing.start(FOUR.changed(steps=10**7))
    racing.start(FOUR)
    qtbot.waitUntil(lambda: bool(outcomes), timeout=30_000)
    qtbot.wait(50)
    assert [len(came.candidates) for came in outcomes] == [2]
    assert outcomes[0].experiment.steps == FOUR.steps


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (TrainingError("instance 0: all 4 seeds diverged"), "instance 0: all 4 seeds diverged"),
        (MemoryError("no room"), "the seeds could not be tried: MemoryError: no room"),
    ],
)
def test_a_fault_is_told_in_one_line(
    error: Exception, line: str, racing: Racing, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("superviz.app.racing.race", fail)
    with qtbot.waitSignal(racing.ended, timeout=5_000) as ended:
        racing.start(FOUR)
    assert ended.args == [None, line]
