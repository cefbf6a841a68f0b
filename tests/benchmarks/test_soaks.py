"""Streams that are followed, long training and many starts: a short stream in the gate, the rest with -m soak."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="footprints are read from Linux's /proc")


def run(name: str, *arguments: object) -> tuple[dict[str, Any], int]:
    """The report a program of this folder prints, and how it ended."""
    command = [sys.executable, str(Path(__file__).with_name(name)), *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    return json.loads(done.stdout), done.returncode


def test_all_of_a_stream_is_seen_while_it_is_written() -> None:
    report, ended = run("bench_following.py", "--seconds", 2)
    assert ended == 0
    assert report["appends"] == 400
    assert report["missing"] == report["never seen"] == 0
    assert report["looks that brought news"] > 4, "seen as it was written, not only at the end"


@pytest.mark.soak
@pytest.mark.timeout(300)
@pytest.mark.parametrize("how", [(), ("--window",)], ids=["reader", "window"])
def test_a_minute_of_200_appends_a_second_is_seen_within_150_ms(how: tuple[str, ...]) -> None:
    report, ended = run("bench_following.py", "--seconds", 60, *how)
    assert ended == 0
    assert report["lag, ms"]["most"] < 150


@on_linux
@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_half_an_hour_of_training_with_the_window_open_takes_no_more_memory() -> None:
    report, ended = run("soak_window.py")
    assert ended == 0, report


@on_linux
@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_five_thousand_runs_leave_nothing_behind() -> None:
    report, ended = run("soak_starts.py")
    assert ended == 0, report


def test_the_slope_of_a_noisy_line_is_found_and_jumps_do_not_tilt_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    from footprint import theil_sen

    x, random = np.linspace(0, 1, 240), np.random.default_rng(0)
    slope, low, high = theil_sen(x, 3 * x + random.normal(0, 0.2, len(x)))
    assert low < 3 < high
    assert abs(slope - 3) < 0.2
    flat = random.normal(0, 0.2, len(x)) + np.where(x > 0.98, 50, 0)
    assert abs(theil_sen(x, flat)[0]) < 0.2
