"""A writer's stream and those who follow it: how long until what was appended is seen, and whether all of it is.

A process of its own appends weights through superviz.record at a steady rate and notes when; beside it a reader looks
at the file as often as a window's frames, or with --window the real window follows it (needs a screen, or Xvfb). Prints
JSON; exits with 1 where something is missing.

python tests/benchmarks/bench_following.py [--seconds 60] [--rate 200] [--window]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from superviz.session.recording import Recording

WRITER = """
import sys, time
import numpy as np
import superviz

path, seconds, rate = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
W = np.random.default_rng(0).normal(size=(5, 20)).astype(np.float32)
b = np.zeros(20, np.float32)
times, costs = [], []
with superviz.record(path) as recording:
    begun = time.monotonic()
    for step in range(round(seconds * rate)):
        time.sleep(max(0, begun + step / rate - time.monotonic()))
        W[:, step % 20] += 0.01
        start = time.monotonic()
        recording.append(step, W, b, 1 / (1 + step))
        times.append(time.monotonic())
        costs.append(times[-1] - start)
        if step == 0:
            recording.flush()
            print("begun", flush=True)
np.savez(sys.argv[4], times=times, costs=costs)
"""
_FRAME_SECONDS = 1 / 60


def seen_by_reader(path: Path, writer: subprocess.Popen[str]) -> list[tuple[float, int]]:
    """When which step was first seen by one who asks for news in every frame."""
    recording, seen = Recording.open(path), list[tuple[float, int]]()
    while True:
        ended = writer.poll() is not None
        if recording.refresh() or not seen:
            seen.append((time.monotonic(), recording.live_step))
        if ended:
            recording.close()
            return seen
        time.sleep(_FRAME_SECONDS)


def seen_in_window(path: Path, writer: subprocess.Popen[str]) -> list[tuple[float, int]]:
    """When which step was first in a picture of the vectors that was painted and flushed."""
    from PySide6.QtCore import QEventLoop, QTimer
    from PySide6.QtGui import QPainter

    from superviz.app.application import make_window
    from superviz.scene.drawables import Scene
    from superviz.views import plane_view

    window = make_window(path, path.parent / "journals", follow=True)
    window.resize(1920, 1080)
    seen: list[tuple[float, int]] = []

    def note(step: int) -> None:
        if not seen or step > seen[-1][1]:
            seen.append((time.monotonic(), step))

    paint = plane_view.paint

    def paint_and_note(painter: QPainter, scene: Scene) -> None:
        paint(painter, scene)
        frame = window.stage.frame
        if frame is not None and scene is window.stage.views["vectors"].scene:
            QTimer.singleShot(0, partial(note, int(frame.moment.position)))

    plane_view.paint = paint_and_note
    window.show()
    loop, look = QEventLoop(), QTimer()
    look.timeout.connect(lambda: writer.poll() is not None and QTimer.singleShot(500, loop.quit))
    look.start(50)
    loop.exec()
    look.stop()
    window.discard()
    return seen


def lags(times: NDArray[np.float64], seen: list[tuple[float, int]]) -> NDArray[np.float64]:
    """(appends,): seconds until each step, or a later one, was seen; inf where that never came."""
    moments, steps = np.array([when for when, _ in seen]), np.array([step for _, step in seen])
    first = np.searchsorted(steps, np.arange(len(times)))
    return np.append(moments, np.inf)[first] - times


def main() -> int:
    """0 where nothing is missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=200.0)
    parser.add_argument("--window", action="store_true")
    wanted = parser.parse_args()
    if wanted.window:
        from superviz.app.application import make_application

        make_application()  # before the writer begins, which should not wait for what takes a second to load
    with tempfile.TemporaryDirectory() as name:
        path, noted = Path(name) / "streamed.superviz", Path(name) / "noted.npz"
        command = [sys.executable, "-c", WRITER, path, str(wanted.seconds), str(wanted.rate), noted]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            seen = (seen_in_window if wanted.window else seen_by_reader)(path, writer)
        with np.load(noted) as told:
            times, costs = told["times"], told["costs"][1:]
        recording = Recording.open(path)
        kept = [snapshot.step for snapshot in recording.snapshots]
        missing = sorted(set(range(len(times))) - set(kept))
        lag = lags(times, seen)
        if wanted.window:
            lag = lag[times > seen[0][0]]  # those before are from before it was open
        recording.close()
    report = {
        "appends": len(times),
        "missing": len(missing),
        "never seen": int(np.isinf(lag).sum()),
        "looks that brought news": len(seen),
        "lag, ms": _figures(lag[np.isfinite(lag)] * 1e3),
        "cost of an append, us": _figures(costs * 1e6),
    }
    print(json.dumps(report, indent=1))
    return 1 if missing or report["never seen"] else 0


def _figures(values: NDArray[np.float64]) -> dict[str, float]:
    names = {"p50": 50, "p99": 99, "most": 100}
    return {name: round(float(np.percentile(values, part)), 1) for name, part in names.items()}


if __name__ == "__main__":
    sys.exit(main())
