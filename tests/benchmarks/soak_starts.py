"""Starting and stopping a run thousands of times in one window: is any thread, handle or memory left behind?

Each run is begun as the recipe panel begins it, journalled, trains for some milliseconds and gives way to the next
(needs a screen, or Xvfb). Prints JSON; exits with 1 where there are more threads or handles after the last run than
after the warm-up, or 10 MB more memory (private and written to, garbage collected).

python tests/benchmarks/soak_starts.py [--starts 5000] [--warm-up 200] [--milliseconds 5]
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import tempfile
import time
from pathlib import Path

from footprint import Footprint
from PySide6.QtCore import QEventLoop, QTimer

from superviz.app.application import make_application, make_window
from superviz.app.main_window import MainWindow

MOST_BYTES = 10 * 2**20


def live(milliseconds: float) -> None:
    """Let the window's events happen."""
    loop = QEventLoop()
    QTimer.singleShot(round(milliseconds), loop.quit)
    loop.exec()


def start_and_stop(window: MainWindow, times: int, milliseconds: float) -> int:
    """Begin so many runs; how many steps they trained in all."""
    controller, steps = window.controller, 0
    experiment = controller.recording.experiment
    for seed in range(times):
        controller.restart(experiment.changed(seed=seed))
        live(milliseconds)
        steps += controller.runner.step
    return steps


def settled(window: MainWindow) -> Footprint:
    """What the window holds while it rests."""
    window.controller.runner.pause()
    live(500)
    gc.collect()
    return Footprint.now()


def main() -> int:
    """0 where nothing was left behind."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--starts", type=int, default=5000)
    parser.add_argument("--warm-up", type=int, default=200, help="starts that don't count")
    parser.add_argument("--milliseconds", type=float, default=5.0, help="for which each run is left alone")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        make_application()
        window = make_window(journals=Path(name))
        window.show()
        live(2000)
        start_and_stop(window, wanted.warm_up, wanted.milliseconds)
        before, begun = settled(window), time.monotonic()
        steps = start_and_stop(window, wanted.starts, wanted.milliseconds)
        seconds = time.monotonic() - begun
        after = settled(window)
        journals = len(list(Path(name).rglob("*.superviz")))
        window.discard()
    grown = after.own_bytes - before.own_bytes
    report = {
        "starts": wanted.starts,
        "ms a start": round(1000 * seconds / wanted.starts, 1),
        "steps": steps,
        "memory grown, MB": round(grown / 2**20, 2),
        "handles": (before.handles, after.handles),
        "threads": (before.threads, after.threads),
        "journals left": journals,
    }
    print(json.dumps(report, indent=1))
    return 1 if grown > MOST_BYTES or after.handles > before.handles or after.threads > before.threads else 0


if __name__ == "__main__":
    sys.exit(main())
