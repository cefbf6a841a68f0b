"""Instant mode in the real window: from the change of a slider to the painted frame. Prints a table.

Run with a screen (or under Xvfb at 1920x1080): python tests/benchmarks/bench_instant.py [--changes 60]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSlider

from superviz.app.application import make_application, make_window, spare_the_collector
from superviz.app.main_window import MainWindow
from superviz.core.recipe import load_recipe
from superviz.engine.kernel import compile_kernel
from superviz.engine.runner import RunState
from superviz.scene.drawables import Scene
from superviz.views import plane_view

STEPS = 10_000
LONGEST_MILLISECONDS = 5_000
HAND_SECONDS = 0.016
"""Between two changes of a slider that is being dragged."""


class Painted(QObject):
    """Of what training the picture of the vectors is that was painted last: its p, and how far it had come."""

    changed = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.p, self.step = 0.0, 0.0
        paint = plane_view.paint

        def note(painter: QPainter, scene: Scene) -> None:
            paint(painter, scene)
            frame = window.stage.frame
            if frame is not None and scene is window.stage.views["vectors"].scene:
                self.step = frame.moment.position
                self.p = float(frame.moment.experiment.probability_array()[frame.display.instance, 0])
                QTimer.singleShot(0, self.changed.emit)  # once what else is in this frame is painted and all is flushed

        plane_view.paint = note


class Bench:
    """The window at 1920x1080 on five features in two dimensions, with instant mode on and the hand on p."""

    def __init__(self, folder: Path, instances: int) -> None:
        make_application()
        self.window = window = make_window("pentagon", journals=folder)
        spare_the_collector(window)
        window.resize(1920, 1080)
        window.show()
        recipe = load_recipe("pentagon")
        experiment = recipe.experiment.changed(n_instances=instances, steps=STEPS)
        window.controller.set_pace(None)
        window.controller.start(replace(recipe, experiment=experiment), window.stage.display)
        while window.controller.runner.state is not RunState.FINISHED:
            live(0.1)
        window.switch_instant(True)
        self.painted = Painted(window)
        self.slider = _slider_of(window, "Probability")

    def single(self, value: int) -> float:
        """Milliseconds from one change to the frame of its last step, painted and flushed."""
        loop, took = QEventLoop(), []
        start = time.perf_counter()
        self.slider.setValue(value)
        p = self._p()

        def look() -> None:
            if (self.painted.p, self.painted.step) == (p, STEPS):
                took.append(1000 * (time.perf_counter() - start))
                loop.quit()

        self.painted.changed.connect(look)
        QTimer.singleShot(LONGEST_MILLISECONDS, loop, loop.quit)
        loop.exec()
        self.painted.changed.disconnect(look)
        assert took, f"p = {p} was never painted"
        return took[0]

    def drag(self, values: Sequence[int]) -> list[float]:
        """The hand goes through `values` without a stop: for each that was painted, milliseconds since it was set."""
        set_at: dict[float, float] = {}
        took: dict[float, float] = {}

        def look() -> None:
            if self.painted.p in set_at and self.painted.step == STEPS:
                took.setdefault(self.painted.p, 1000 * (time.perf_counter() - set_at[self.painted.p]))

        self.painted.changed.connect(look)
        for value in values:
            self.slider.setValue(value)
            set_at.setdefault(self._p(), time.perf_counter())
            live(HAND_SECONDS)
        live(0.3)
        self.painted.changed.disconnect(look)
        return list(took.values())

    def close(self) -> None:
        """Let go of the window."""
        self.window.discard()
        live(0.2)

    def _p(self) -> float:
        # As the panel has just asked for it: the attempt is made before setValue returns.
        attempt = self.window.instant.attempt
        assert attempt is not None
        return float(attempt.experiment.probability_array()[self.window.stage.display.instance, 0])


def live(seconds: float) -> None:
    """Let the window live for so long."""
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def _slider_of(window: MainWindow, label: str) -> QSlider:
    sliders = [slider for slider in window.recipe_panel.findChildren(QSlider) if label in slider.accessibleName()]
    assert len(sliders) == 1, [slider.accessibleName() for slider in window.recipe_panel.findChildren(QSlider)]
    return sliders[0]


def _row(name: str, took: Sequence[float]) -> str:
    if not took:
        return f"{name:44}{0:6}"
    p50, p95 = np.percentile(took, [50, 95])
    return f"{name:44}{len(took):6}{p50:10.0f}{p95:10.0f}{max(took):10.0f}"


def main() -> None:
    """Change by change with rests, and then one long drag; alone and with seven other instances beside it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=60)
    wanted = parser.parse_args()
    compile_kernel()
    print(f"{'from slider to painted frame, ms':44}{'count':>6}{'median':>10}{'p95':>10}{'max':>10}")
    for instances in (1, 8):
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench(Path(folder), instances)
            low, high = bench.slider.minimum(), bench.slider.maximum()
            values = np.random.default_rng(0).permutation(np.linspace(low, high, wanted.changes + 2)[1:-1].astype(int))
            took: list[float] = []
            for value in values.tolist():
                took.append(bench.single(value))
                live(0.05)
            beside = "alone" if instances == 1 else f"beside {instances - 1} others"
            print(_row(f"5,2, {STEPS:,} steps, {beside}", took))
            dragged = bench.drag(np.linspace(low, high, 4 * wanted.changes).astype(int).tolist())
            print(_row(f"the same, never letting go, {1000 * HAND_SECONDS:.0f} ms apart", dragged))
            bench.close()


if __name__ == "__main__":
    main()
