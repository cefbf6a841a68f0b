"""Training beside the window: paired speeds with and without it, and the gaps between frames. Prints a table.

Run with a screen (or under Xvfb at 1920x1080): python tests/benchmarks/bench_window.py [--rounds 3] [--seconds 4]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer

from superviz.app.application import make_application, make_window, spare_the_collector
from superviz.core.recipe import load_recipe
from superviz.engine.kernel import compile_kernel
from superviz.engine.runner import Runner
from superviz.engine.trainer import Trainer
from superviz.scene.drawables import Scene
from superviz.session.recording import Recording

ENDLESS = 10**9


def windowless(folder: Path, seconds: float) -> float:
    """Steps a second of the default preset, trained and journalled as the window does, on a bare thread."""
    experiment = load_recipe("intro").experiment
    recording = Recording.create(experiment, folder / f"{time.time_ns()}.superviz")
    runner = Runner(Trainer(experiment), [recording], until=ENDLESS)
    thread = threading.Thread(target=runner.run)
    thread.start()
    speed = _speed(runner, seconds, time.sleep)
    runner.stop()
    thread.join()
    recording.close()
    return speed


def beside_window(folder: Path, seconds: float) -> tuple[float, np.ndarray]:
    """Steps a second beside the real window, training flat out, and the gaps between its frames in milliseconds."""
    make_application()
    window = make_window(journals=folder)
    spare_the_collector(window)
    window.resize(1920, 1080)
    window.show()
    shown: list[float] = []
    vectors = window.stage.views["vectors"]
    show_scene = vectors.show_scene

    def note(scene: Scene) -> None:
        shown.append(time.perf_counter())
        show_scene(scene)

    vectors.show_scene = note
    window.controller.edit("steps", ENDLESS)
    window.controller.set_pace(None)

    def live(duration: float) -> None:
        # A loop that sleeps between events, as the app's own: processEvents() with a deadline spins instead.
        loop = QEventLoop()
        QTimer.singleShot(int(duration * 1000), loop.quit)
        loop.exec()

    live(1.5)
    shown.clear()
    speed = _speed(window.controller.runner, seconds, live)
    gaps = np.diff(np.array(shown)) * 1000
    window.discard()
    live(0.2)
    return speed, gaps


def _speed(runner: Runner, seconds: float, wait: Callable[[float], None]) -> float:
    wait(0.5)
    first, start = runner.step, time.perf_counter()
    wait(seconds)
    return (runner.step - first) / (time.perf_counter() - start)


def main() -> None:
    """Measure in turns, so that what else the machine does falls on both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0)
    wanted = parser.parse_args()
    compile_kernel()
    bare: list[float] = []
    beside: list[float] = []
    gaps: list[np.ndarray] = []
    with tempfile.TemporaryDirectory() as name:
        for _ in range(wanted.rounds):
            bare.append(windowless(Path(name), wanted.seconds))
            speed, between = beside_window(Path(name), wanted.seconds)
            beside.append(speed)
            gaps.append(between)
    every = np.concatenate(gaps)
    kept = statistics.median(b / a for a, b in zip(bare, beside, strict=True))
    print(f"{'':34}{'steps/s':>12}{'kept':>8}{'gap p50':>10}{'gap p99':>10}{'gap max':>10}")
    print(f"{'no window':34}{statistics.median(bare):12,.0f}")
    print(
        f"{'window at 1920x1080, flat out':34}{statistics.median(beside):12,.0f}{kept:8.0%}"
        f"{np.percentile(every, 50):8.1f}ms{np.percentile(every, 99):8.1f}ms{every.max():8.1f}ms"
    )


if __name__ == "__main__":
    main()
