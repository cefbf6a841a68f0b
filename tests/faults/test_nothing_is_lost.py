"""Faults at every write, power cuts, kills and hostile files: a few of each in the gate, all of them with -m soak."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import pytest


def _why_no_faulty_disk() -> str:
    spec = importlib.util.spec_from_file_location("faulty_io", Path(__file__).with_name("faulty_io.py"))
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["faulty_io"] = importlib.util.module_from_spec(spec)  # where its dataclasses look for it
    spec.loader.exec_module(module)
    return module.why_not_here()


_REASON = _why_no_faulty_disk()
on_a_faulty_disk = pytest.mark.skipif(bool(_REASON), reason=_REASON)
forking = pytest.mark.skipif(not hasattr(os, "fork"), reason="the tries are forked, and killed by POSIX signals")
on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is limited and measured as on Linux")


@on_a_faulty_disk
def test_a_fault_at_any_write_leaves_the_old_file_or_the_new_one(program) -> None:
    report = program("every_write.py")
    assert report["problems"] == []
    for scenario in report["scenarios"].values():
        assert scenario["faults"] >= 4 * scenario["calls"] > 60
        assert scenario["killed"] == 2 * scenario["calls"]
        assert scenario["error"] > 10
    saving = report["scenarios"]["save over a session, 5 features"]
    assert saving["old file"] > 10
    assert saving["new file"] > 1


@on_a_faulty_disk
def test_careless_saving_would_be_found_out(program) -> None:
    problems = "\n".join(program("every_write.py", "--careless")["problems"])
    assert "overwriting" in problems, "half a file in place of the old one"


@on_a_faulty_disk
def test_a_power_cut_leaves_the_old_file_or_the_new_one(program) -> None:
    report = program("power_cut.py")
    assert report["problems"] == []
    assert all(scenario["states"] > scenario["calls"] for scenario in report["scenarios"].values())
    journal = report["scenarios"]["journal, 5 features"]
    assert {f"up to step {step}" for step in (40, 50, 60, 70, 80)} <= journal.keys()


@on_a_faulty_disk
def test_careless_saving_would_not_survive_a_power_cut(program) -> None:
    problems = "\n".join(program("power_cut.py", "--careless")["problems"])
    assert "overwriting" in problems
    assert "renaming at once" in problems


@forking
def test_kills_while_training_and_saving_lose_nothing(program) -> None:
    report = program("random_kills.py", "--kills", 10, "--longest", 0.8)
    assert report["problems"] == []
    assert report["saves"] > 5


@on_linux
def test_hostile_files_are_refused_or_read_aright(program) -> None:
    report = program("hostile_files.py", "--count", 400)
    assert report["problems"] == []
    refused = {kind.partition(":")[0] for kind in report["became"] if kind.endswith("refused")}
    assert {"cut", "flip", "another_kind", "poison_schema", "poison_meta", "poison_rows", "add_to_schema"} <= refused
    assert "extend: read" in report["became"]


@on_linux
def test_careless_reading_would_be_found_out(program) -> None:
    problems = "\n".join(program("hostile_files.py", "--count", 200, "--careless")["problems"])
    assert "wrong weights" in problems
    assert "DatabaseError" in problems


@on_a_faulty_disk
@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("name", ["every_write.py", "power_cut.py"])
def test_all_faults_at_all_writes(program, name: str) -> None:
    assert program(name, "--full")["problems"] == []


@forking
@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_two_hundred_kills(program) -> None:
    assert program("random_kills.py", "--kills", 200)["problems"] == []


@on_linux
@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_ten_thousand_hostile_files(program) -> None:
    assert program("hostile_files.py", "--count", 10_000)["problems"] == []
