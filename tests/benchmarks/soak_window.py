"""Training flat out for long with the window open: does memory stay flat, do handles and threads stay as they are?

The default preset, journalled, in the real window at 1920x1080 (needs a screen, or Xvfb). Memory is what is private and
was written to by /proc/self/smaps_rollup, every 5 s; its slope is the Theil-Sen estimate over what follows the warm-up,
with its 95% interval. Prints JSON; exits with 1 where memory grows by more than --most MB an hour, or there are more
handles or threads at the end than just after the warm-up.

python tests/benchmarks/soak_window.py [--minutes 30] [--warm-up 10] [--every 5] [--most 5]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
from footprint import Footprint, theil_sen
from PySide6.QtCore import QEventLoop, QTimer

from superviz.app.application import make_application, make_window, spare_the_collector

_ENDLESS = 10**9


def watch(folder: Path, seconds: float, every: float) -> tuple[list[Footprint], int]:
    """Footprints of the window while it trains, and the steps that were trained."""
    make_application()
    window = make_window(journals=folder)
    spare_the_collector(window)
    window.resize(1920, 1080)
    window.show()
    window.controller.edit("steps", _ENDLESS)
    window.controller.set_pace(None)
    found: list[Footprint] = []
    sampling, loop = QTimer(), QEventLoop()
    sampling.timeout.connect(lambda: found.append(Footprint.now()))
    sampling.start(round(1000 * every))
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()
    sampling.stop()
    steps = window.controller.runner.step
    window.discard()
    return found, steps


def main() -> int:
    """0 where nothing grew."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--warm-up", type=float, default=10.0, help="minutes that don't count")
    parser.add_argument("--every", type=float, default=5.0, help="seconds between two samples")
    parser.add_argument("--most", type=float, default=5.0, help="MB an hour")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        every, steps = watch(Path(name), 60 * wanted.minutes, wanted.every)
    counted = [one for one in every if one.seconds - every[0].seconds >= 60 * wanted.warm_up]
    hours = np.array([one.seconds for one in counted]) / 3600
    slope, low, high = theil_sen(hours, np.array([one.own_bytes for one in counted]) / 2**20)
    third = max(1, len(counted) // 3)
    grown = {
        kind: (max(getattr(one, kind) for one in counted[:third]), max(getattr(one, kind) for one in counted[-third:]))
        for kind in ("handles", "threads")
    }
    report = {
        "minutes": wanted.minutes,
        "samples after the warm-up": len(counted),
        "steps": steps,
        "slope, MB/h": [round(number, 2) for number in (slope, low, high)],
        "memory, MB": {
            when: round(one.own_bytes / 2**20, 1) for when, one in (("at first", counted[0]), ("at last", counted[-1]))
        },
        "most handles, threads: first third, last third": grown,
    }
    print(json.dumps(report, indent=1))
    return 1 if slope > wanted.most or any(last > first for first, last in grown.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
