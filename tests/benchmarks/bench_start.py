"""How long the starts take, as whole processes: `superviz --help`, and the window until its first frame is on screen.

Run with a screen (or under Xvfb): python tests/benchmarks/bench_start.py [--rounds 7]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

BARE = [sys.executable, "-c", "pass"]
HELP = [sys.executable, "-m", "superviz", "--help"]
WINDOW = [
    sys.executable,
    "-c",
    """
import time
from PySide6.QtCore import QTimer
from superviz.app.application import make_application, make_window

app = make_application()
window = make_window()
window.show()
shown = QTimer()

def look():
    if window.windowHandle().isExposed() and window.stage.frame is not None:
        print(time.time())
        shown.stop()
        window.discard()
        QTimer.singleShot(0, app.quit)

shown.timeout.connect(look)
shown.start(1)
app.exec()
""",
]


def whole(command: list[str]) -> float:
    """Seconds from the start of a process to its end."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def until_shown() -> float:
    """Seconds from the start of the process to the window's first frame."""
    with tempfile.TemporaryDirectory() as home:
        start = time.time()
        done = subprocess.run(
            WINDOW, check=True, capture_output=True, text=True, env={**os.environ, "XDG_DATA_HOME": home}
        )
    return float(done.stdout) - start


def main() -> None:
    """Measure in turns, so that what else the machine does falls on all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    rows: dict[str, list[float]] = {"python -c pass": [], "superviz --help": [], "window, first frame": []}
    for _ in range(rounds):
        for name, seconds in zip(rows, (whole(BARE), whole(HELP), until_shown()), strict=True):
            rows[name].append(seconds)
    print(f"{'':24}{'least':>10}{'median':>10}{'most':>10}")
    for name, seconds in rows.items():
        least, most = min(seconds), max(seconds)
        print(f"{name:24}{least:9.2f}s{statistics.median(seconds):9.2f}s{most:9.2f}s")


if __name__ == "__main__":
    main()
