"""Feature dictionaries of real models: how long it takes to keep, open and look at one. Prints a table a size.

Needs no screen: python tests/benchmarks/bench_dictionary.py [--sizes 4096x512 16384x768] [--frames 20]
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from superviz.cli.describe import describe_run
from superviz.core.experiment import Experiment
from superviz.core.snapshot import Snapshot
from superviz.scene import interference, neurons, vectors
from superviz.scene.canvas import Canvas
from superviz.scene.drawables import Scene
from superviz.scene.naming import name_arrangement
from superviz.scene.palette import DARK
from superviz.scene.picking import pick
from superviz.scene.selection import Feature, Selection
from superviz.session.display import DisplaySettings
from superviz.session.moment import Moment
from superviz.session.recording import Recording
from superviz.session.timeline import TimelineReader

SIZES = ("1024x128", "4096x512", "16384x768")
SHARES = {"vectors": (1230, 650), "interference": (384, 430), "neurons": (384, 360)}
"""The panels of a window of 1920x1080."""


def dictionary(n_features: int, n_hidden: int) -> NDArray[np.float32]:
    """(1, hidden, features): random unit directions, and near copies and opposites of the first ones."""
    rng = np.random.default_rng(0)
    W = rng.standard_normal((1, n_hidden, n_features), dtype=np.float32)
    half = n_features // 8
    W[..., half : 2 * half] = W[..., :half] + 0.5 * W[..., half : 2 * half]
    W[..., 2 * half : 3 * half] = -W[..., :half] + 0.7 * W[..., 2 * half : 3 * half]
    W /= np.linalg.norm(W, axis=-2, keepdims=True)
    return W


@dataclass(frozen=True)
class Looked:
    """How one looks at a dictionary."""

    moment: Moment
    largest: float

    def build(self, display: DisplaySettings, selection: Selection) -> dict[str, Scene]:
        """Every panel's scene."""
        canvases = {name: Canvas(width, height, DARK) for name, (width, height) in SHARES.items()}
        return {
            "vectors": vectors.build(self.moment, display, selection, canvases["vectors"]),
            "interference": interference.build(self.moment, display, selection, canvases["interference"], self.largest),
            "neurons": neurons.build(self.moment, display, selection, canvases["neurons"]),
        }


def milliseconds(what: Callable[[], object]) -> float:
    """How long it takes."""
    started = time.perf_counter()
    what()
    return 1000 * (time.perf_counter() - started)


def measure(n_features: int, n_hidden: int, frames: int) -> list[tuple[str, float]]:
    """What happens to a dictionary in the order it happens, in milliseconds; the last entry is in MB."""
    from superviz.views.plane_painter import to_image

    W, b = dictionary(n_features, n_hidden), np.zeros((1, n_features), dtype=np.float32)
    experiment = Experiment(n_features=n_features, n_hidden=n_hidden, bias=False)
    table: list[tuple[str, float]] = []

    def note(name: str, *taken: float) -> None:
        table.append((name, statistics.median(taken)))

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dictionary.superviz"

        def keep() -> None:
            recording = Recording.create(experiment, path, origin="imported", described=False)
            recording.append(Snapshot(0, W, b))
            recording.close()

        note("keep it: gauge and file", milliseconds(keep))
        opened: list[Recording] = []
        note("open the file", milliseconds(lambda: opened.append(Recording.open(path))))
        recording = opened[0]
        moments: list[Moment] = []
        note("the moment", milliseconds(lambda: moments.append(recording.moment(0, 0))))
        timelines = TimelineReader(recording, name_arrangement)
        note("the timeline", milliseconds(lambda: timelines.read(0)))
        note("describe", milliseconds(lambda: describe_run(recording, recording.snapshots[0])))
        looked = Looked(moments[0], timelines.read(0).largest_interference)
        recording.close()

    def frame(display: DisplaySettings, selection: Selection) -> float:
        return milliseconds(lambda: [to_image(scene) for scene in looked.build(display, selection).values()])

    free, pinned = DisplaySettings(), DisplaySettings(pinned_feature=16)
    note("first frame, built and painted", frame(free, Selection()))
    note("later frames", *(frame(free, Selection(hovered=Feature(index))) for index in range(frames)))
    note("pin a feature", *(frame(DisplaySettings(pinned_feature=i), Selection(Feature(i))) for i in range(frames)))
    hovering = [Selection(Feature(16), Feature(index)) for index in range(frames)]
    frame(pinned, hovering[0])
    note("hover over others meanwhile", *(frame(pinned, selection) for selection in hovering))
    scenes = looked.build(free, Selection())
    note("find what is under the pointer", *(milliseconds(lambda: pick(scenes["vectors"], 650, 300)) for _ in hovering))
    table.append(("memory at most, MB", peak_megabytes()))
    return table


def peak_megabytes() -> float:
    """The most memory this process had so far; nan where the system doesn't say."""
    if sys.platform == "win32":
        return float("nan")
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="+", default=SIZES, metavar="FEATURESxHIDDEN")
    parser.add_argument("--frames", type=int, default=20, help="of which the median is told")
    asked = parser.parse_args(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QGuiApplication

    from superviz.views.fonts import load_fonts

    application = QGuiApplication([])
    load_fonts()
    for size in asked.sizes:
        n_features, n_hidden = map(int, size.split("x"))
        print(f"\n{n_features:,} features in {n_hidden:,} dimensions")
        for name, value in measure(n_features, n_hidden, asked.frames):
            print(f"  {name:34} {value:10,.1f}")
    del application


if __name__ == "__main__":
    main()
