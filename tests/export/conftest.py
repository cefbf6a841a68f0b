"""A scene with every kind of drawable, a short run, and Qt with its fonts."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtWidgets import QApplication

from superviz.core.experiment import Experiment
from superviz.core.snapshot import Snapshot, frozen
from superviz.scene.drawables import Disc, Drawable, Paint, Path, Rect, Scene, Stroke, Text, TextBox
from superviz.session.recording import Recording
from superviz.views.fonts import load_fonts

INK, FAINT, GROUND = "#EDF0F4", "#87929F", "#0B0E12"
FEATURES = ("#FFD84D", "#F28C3A", "#E5468F", "#8E67F5", "#57B9FF")


@pytest.fixture
def rich_scene() -> Scene:
    """640 x 360: arrows with trails, dashes, a heatmap, rounded boxes, and text in every anchor, rise and weight."""
    angles = [math.tau * k / 5 - math.pi / 2 for k in range(5)]
    tips = np.array([[170 + 110 * math.cos(a), 180 + 110 * math.sin(a)] for a in angles])
    drawables: list[Drawable] = [
        Disc(170, 180, 100, stroke=Stroke("#39424E", 1.2)),
        Path(tips, stroke=Stroke(INK, 1.4, 0.34), fill=Paint(INK, 0.045), closed=True),
        Path(np.array([[20.0, 180], [320, 180]]), stroke=Stroke(FAINT, 1, dashes=(6, 5))),
        Path(np.array([[170.0, 20], [170, 340]]), stroke=Stroke(FAINT, 2, dashes=(2, 4))),
    ]
    for index, (tip, color) in enumerate(zip(tips, FEATURES, strict=True)):
        steps = np.linspace(0, 1, 40)[:, None]
        wave = np.hstack([np.sin(9 * steps), np.cos(7 * steps + index)]) * 14
        trail = np.array([170.0, 180]) + steps * (tip - [170, 180]) + wave
        drawables.append(Path(trail, stroke=Stroke(color, 1.6, 0.5, round=True)))
        along = (tip - [170, 180]) / 110
        across = np.array([-along[1], along[0]])
        shaft = np.array([[170.0, 180], tip - 15 * along])
        head = np.array([tip, tip - 17 * along + 7.5 * across, tip - 17 * along - 7.5 * across])
        drawables += [Path(shaft, stroke=Stroke(color, 4)), Path(head, fill=Paint(color), closed=True)]
        drawables.append(Disc(tip[0], tip[1], 5, stroke=Stroke(GROUND, 1.5), fill=Paint(color)))
    for row in range(4):
        for column in range(4):
            shade = Paint(FEATURES[(row + column) % 5], 0.25 + 0.2 * row)
            drawables.append(Rect(340 + 36 * column, 20 + 36 * row, 34, 34, 2, fill=shade))
            number = f"{(row - column) * 0.37:.2f}".replace("-", "−")
            drawables.append(Text(357 + 36 * column, 37 + 36 * row, number, 12, INK, anchor="middle"))
    drawables.append(Rect(375.5, 19.5, 37, 143, 3, stroke=Stroke(INK, 1.6)))
    weights = (400, 500, 600, 700)
    drawables += [Text(500, 24 + 26 * k, "Feature 3", 13 + 2 * k, INK, weight) for k, weight in enumerate(weights)]
    drawables += [
        Text(340, 190, "Pentagon", 28, INK, 700, rise="top"),
        Text(630, 190, "3,180", 24, INK, 600, anchor="end", rise="top"),
        Text(
            340,
            232,
            "Five features share two dimensions. Each gets 0.40 of a dimension.",
            14.5,
            FAINT,
            rise="top",
            wrap=190,
            line_height=21,
        ),
        Text(
            600,
            320,
            "+0.39",
            12,
            INK,
            600,
            anchor="middle",
            box=TextBox(7, 4, 4, Paint("#1E242C"), Stroke("#3D4755", 1)),
        ),
        Text(630, 350, "bottom, faded", 12, INK, anchor="end", rise="bottom", opacity=0.5),
    ]
    return Scene(640, 360, GROUND, tuple(drawables))


def pentagon(length: float) -> NDArray[np.float64]:
    """(2, 5): five features evenly around the circle."""
    angles = np.pi / 2 - np.arange(5) * math.tau / 5
    return length * np.stack([np.cos(angles), np.sin(angles)])


@pytest.fixture
def run() -> Iterator[Recording]:
    """1,000 steps of two models: the first stays as it starts, the second settles into a pentagon by step 500."""
    experiment = Experiment(n_features=5, n_hidden=2, n_instances=2, steps=1000)
    recording = Recording.create(experiment, title="Five features, two dimensions")
    start = np.random.default_rng(4).normal(0, 0.4, (2, 5))
    for step in range(0, 1001, 50):
        settled = min(1.0, step / 500)
        W = np.stack([start, (1 - settled) * start + settled * pentagon(1.13)])
        b = np.stack([np.zeros(5), np.full(5, -0.25 * settled)])
        recording.append(Snapshot(step, frozen(W), frozen(b)))
    buckets = np.linspace(0.02, 0.002, 100)
    recording.append_losses(np.stack([np.full(100, 0.02), buckets], axis=1).astype(np.float32))
    yield recording
    recording.close()


@pytest.fixture(autouse=True, scope="session")
def _fonts(qapp: QApplication) -> None:
    load_fonts()
