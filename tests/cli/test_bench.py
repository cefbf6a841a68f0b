"""`superviz bench`: the table for people, JSON for programs, and what it says where torch is missing."""

from __future__ import annotations

import json

import pytest

from superviz.engine import bench
from superviz.engine.bench import Case, Result

CASES = (Case(5, 2, 10, goal=45), Case(2, 1, 4096, goal=50, block=128))


@pytest.fixture(autouse=True)
def _measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Known times for two sizes; the time itself is measured in tests/engine."""
    times = {CASES[0]: (41.1e-6, 1792.8e-6, 43.64), CASES[1]: (7.3e-3, 430e-3, 58.9)}

    def measure(case: Case, rounds: int) -> Result:
        ours, reference, ratio = times[case]
        alone = not bench.has_yardstick()
        return Result(case, ours) if alone else Result(case, ours, reference, ratio)

    monkeypatch.setattr(bench, "CASES", CASES)
    monkeypatch.setattr(bench, "measure", measure)


def test_the_table(superviz) -> None:
    said = superviz("bench", "--rounds", 3)
    assert (said.status, said.err) == (0, "")
    hardware, versions, how, blank, header, *rows = said.out.splitlines()
    assert "cores" in hardware
    assert "torch 2." in versions
    assert "3 rounds" in how
    assert blank == ""
    assert header.split() == ["size", "reference,", "us", "superviz,", "us", "ratio", "goal"]
    assert rows[0].split() == ["n=5", "m=2,", "10", "instances", "1,792.8", "41.1", "x43.6", "x45"]
    assert rows[1].split() == ["n=2", "m=1,", "4,096", "instances", "430,000.0", "7,300.0", "x58.9", "x50"]
    assert len({len(line) for line in (header, *rows)}) == 1, "columns stand below each other"
    assert len(header) <= 80


def test_json(superviz) -> None:
    said = json.loads(superviz("bench", "--json").out)
    assert said["rounds"] == 7
    assert "cores" in said["hardware"]
    assert said["sizes"][1] == {
        "n_features": 2,
        "n_hidden": 1,
        "n_instances": 4096,
        "reference_block": 128,
        "reference_seconds": 0.43,
        "superviz_seconds": 0.0073,
        "ratio": 58.9,
        "goal": 50,
    }


def test_without_torch_its_own_times_stand_alone(superviz, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "has_yardstick", lambda: False)
    said = superviz("bench")
    assert said.status == 0
    assert "pip install superviz[gpu]" in said.line
    assert said.out.splitlines()[-2].split()[-4:] == ["-", "41.1", "-", "x45"]
    row = json.loads(superviz("bench", "--json").out)["sizes"][0]
    assert (row["reference_seconds"], row["ratio"], row["superviz_seconds"]) == (None, None, 41.1e-6)


@pytest.mark.parametrize("rounds", ["0", "-1", "many"])
def test_rounds_that_make_no_sense(superviz, rounds: str) -> None:
    said = superviz("bench", "--rounds", rounds)
    assert said.status == 2
    assert "--rounds" in said.line
