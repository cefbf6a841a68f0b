"""A session of 100,000 snapshots: run `pytest tests/benchmarks/bench_large_session.py -m benchmark -s`.

Prints how long it takes to open and to find any moment, and what that costs in memory. Run it on a machine at rest.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import psutil
import pytest

from superviz.core.experiment import Experiment
from superviz.core.snapshot import LOSS_BUCKET_STEPS, Snapshot, frozen
from superviz.session import rows
from superviz.session.losses import Losses
from superviz.session.recording import Recording
from superviz.session.timeline import TimelineReader

EXPERIMENT = Experiment(n_features=20, n_hidden=5)
SNAPSHOTS, STEPS_APART = 100_000, 100
MOMENTS = 300
LONGEST_OPENING, LONGEST_MOMENT = 1.0, 0.016


def write(path: Path) -> None:
    """The file, without training: weights that wander, a loss bucket every 10 steps."""
    steps = SNAPSHOTS * STEPS_APART
    Recording.create(EXPERIMENT.changed(steps=steps), path, title="Long").close()
    rng = np.random.default_rng(0)
    W, b, upright = (
        rng.normal(size=(1, 5, 20)).astype(np.float32),
        np.zeros((1, 20), np.float32),
        frozen(np.eye(5)[None]),
    )
    losses = Losses(1, tested=False)
    with closing(sqlite3.connect(path)) as connection, connection:
        for index in range(SNAPSHOTS):
            W = W + rng.normal(scale=0.01, size=W.shape).astype(np.float32)
            connection.execute(*rows.snapshot_row(Snapshot(index * STEPS_APART, W, b), upright))
        for _ in range(10):
            values = np.ones((steps // LOSS_BUCKET_STEPS // 10, 1), np.float32)
            for stretch in losses.extend(values):
                connection.execute(*rows.loss_row([stretch]))


def drop_from_page_cache(path: Path) -> None:
    """So that it has to be read from the disk, where the system lets us say so."""
    if hasattr(os, "posix_fadvise"):
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def report(name: str, seconds: list[float]) -> None:
    p50, p99, most = np.quantile(seconds, [0.5, 0.99, 1]) * 1e3
    print(f"{name:34} p50 {p50:8.2f} ms   p99 {p99:8.2f} ms   most {most:8.2f} ms")


@pytest.mark.benchmark
@pytest.mark.timeout(600)
def test_a_session_of_100_000_snapshots(tmp_path: Path) -> None:
    path, process = tmp_path / "long.superviz", psutil.Process()
    print(f"\nwritten in {timed(lambda: write(path)):.1f} s, {path.stat().st_size / 2**20:.0f} MB")
    drop_from_page_cache(path)
    before = process.memory_info().rss
    opened: list[Recording] = []
    opening = timed(lambda: opened.append(Recording.open(path)))
    recording = opened[0]
    assert recording.keyframe_count == SNAPSHOTS
    print(f"opened, none of it in the page cache: {opening * 1e3:.0f} ms")
    recording.close()
    print(f"opened again: {timed(lambda: Recording.open(path)) * 1e3:.0f} ms")
    drop_from_page_cache(path)
    print(f"first moment, at the end: {timed(lambda: recording.moment(recording.live_step)) * 1e3:.2f} ms")
    positions = np.random.default_rng(1).uniform(0, recording.live_step, size=MOMENTS).tolist()
    cold = [timed(lambda at=at: recording.moment(at)) for at in positions]
    warm = [timed(lambda at=at: recording.moment(at)) for at in positions]
    report(f"{MOMENTS} random moments, cold", cold)
    report("the same again", warm)
    played = [timed(lambda at=at: recording.moment(at)) for at in np.linspace(2e6, 2.1e6, 3_000).tolist()]
    report("played through 1,000 keyframes", played)
    report("looked for news", [timed(recording.refresh) for _ in range(100)])
    print(f"timeline: {timed(lambda: TimelineReader(recording, lambda *_: None).read(0)) * 1e3:.0f} ms")
    more = process.memory_info().rss - before
    print(f"memory: {before / 2**20:.0f} MB before, {more / 2**20:.0f} MB more after all this")
    recording.close()
    assert opening < LONGEST_OPENING
    assert max(cold) < LONGEST_MOMENT
    assert more < 200 * 2**20
