"""Golden pictures: what people look at, as it was when it was last judged right."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from superviz.core.experiment import Experiment
from superviz.core.snapshot import Snapshot, frozen
from superviz.engine.sampling import sample
from superviz.export.shot import Shot
from superviz.scene import interference, neurons, vectors
from superviz.scene.canvas import Canvas
from superviz.scene.drawables import Scene
from superviz.scene.palette import DARK, LIGHT
from superviz.scene.selection import Feature, Selection
from superviz.session.display import DisplaySettings
from superviz.session.moment import Moment
from superviz.session.recording import Recording
from superviz.views.fonts import load_fonts
from superviz.views.plane_painter import to_image

FOLDER = Path(__file__).parent
MEAN, SHARE, LEVELS = 0.5, 0.001, 64
"""A picture may be off by half a level of 255 on average, and by more than 64 levels in one pixel of a thousand."""


@pytest.fixture(scope="module")
def run(qapp: QApplication) -> Iterator[Recording]:
    """A pentagon, made of sines rather than trained, so that it is the same on every machine."""
    load_fonts()
    experiment = Experiment(
        n_features=5, n_hidden=2, n_instances=3, importance=0.9, feature_probability=[1.0, 0.2, 0.05], steps=4000
    )
    recording = Recording.create(experiment, title="Five features, two dimensions")
    angles = np.pi / 2 - np.arange(5) * math.tau / 5
    for step in range(0, 3001, 50):
        settled = 1 - math.exp(-step / 500)
        swirl = angles + (1 - settled) * np.array([0.5, -1.0, 0.8, 1.3, -0.7])
        lengths = settled * np.stack([[1, 1, 0, 0, 0], [1, 1, 1, 1, 0], np.full(5, 1.13)]) + (1 - settled) * 0.3
        turned = np.stack([np.array([0, 1, 2, 3, 4]) * math.pi / 2, np.arange(5) * math.pi / 2, swirl])
        W = lengths[:, None, :] * np.stack([np.cos(turned), np.sin(turned)], axis=1)
        recording.append(Snapshot(step, frozen(W), frozen(np.full((3, 5), -0.25 * settled))))
    losses = 0.002 + 0.02 * np.exp(-np.arange(300) / 40)
    recording.append_losses(np.tile(losses[:, None], (1, 3)).astype(np.float32))
    yield recording
    recording.close()


def clip_dark(run: Recording) -> Scene:
    return Shot(run, view="vectors", size=(960, 540), theme="dark", instance=2).scene(2400)


def dashboard_light(run: Recording) -> Scene:
    return Shot(run, view="dashboard", size=(960, 540), theme="light", instance=2).scene(2400)


def vectors_selected(run: Recording) -> Scene:
    """With a feature pinned: halo, guides, feet, the sentence."""
    selection = Selection(pinned=Feature(2))
    display = run.display.model_copy(update={"instance": 2})
    return vectors.build(run.moment(3000, 2), display, selection, Canvas(900, 520, DARK))


def interference_hovered(run: Recording) -> Scene:
    display = run.display.model_copy(update={"instance": 2})
    return interference.build(run.moment(3000, 2), display, Selection(hovered=Feature(2)), Canvas(384, 460, DARK))


def moment_of(W: NDArray[np.floating], W_out: NDArray[np.floating] | None = None, **recipe: object) -> Moment:
    """A single model at the end of its run."""
    hidden, features = W.shape
    experiment = Experiment(n_features=features, n_hidden=hidden, steps=1000, **recipe)  # pyright: ignore[reportArgumentType]
    b, loss, trail = frozen(np.full((1, features), -0.1)), frozen(np.full(1, 0.0014)), frozen(W[None])
    return Moment(1000.0, experiment, trail, b, loss, trail, 0, None if W_out is None else frozen(W_out[None]))


def octahedron(_: Recording) -> Scene:
    """Three dimensions on a plane: edges, and depth by size and opacity."""
    turns = np.linalg.qr(np.array([[1.0, 0.3, 0.1], [0.2, 1.0, -0.4], [0.5, 0.1, 1.0]]))[0]
    W = turns @ np.hstack([np.eye(3), -np.eye(3)[:, [1, 2, 0]]])
    return vectors.build(moment_of(W), DisplaySettings(), Selection(), Canvas(900, 520, DARK))


def neurons_read_and_write(_: Recording) -> Scene:
    """Absolute values: two neurons a feature, one of them sharing."""
    W = np.array([[1.2, 0, 0], [-0.9, 0, 0], [0, 1.0, 0], [0, -1.0, 0.5], [0, 0, 1.6], [0, 0, -0.7]])
    W_out = np.array([[0.8, 0, 0], [1.1, 0, 0], [0, 1.0, 0], [0, 1.0, -0.3], [0, 0, 0.6], [0, 0, 1.4]])
    moment = moment_of(W, W_out, model="absolute_value", signed=True)
    return neurons.build(moment, DisplaySettings(), Selection(Feature(2)), Canvas(384, 348, DARK))


def memorised(_: Recording) -> Scene:
    """Five training examples in a pentagon, forty features in between."""
    recipe = {"training_set": 5, "feature_probability": 0.2}
    x = sample(Experiment(n_features=40, n_hidden=2, **recipe), 0, 0).astype(np.float64)  # pyright: ignore[reportArgumentType]
    angles = np.pi / 2 - np.arange(5) * math.tau / 5
    W = np.stack([np.cos(angles), np.sin(angles)]) @ np.linalg.pinv(x)
    return vectors.build(moment_of(W, **recipe), DisplaySettings(), Selection(), Canvas(900, 520, LIGHT))


PICTURES: list[Callable[[Recording], Scene]] = [
    clip_dark,
    dashboard_light,
    vectors_selected,
    interference_hovered,
    octahedron,
    neurons_read_and_write,
    memorised,
]


def levels(image: QImage) -> NDArray[np.int64]:
    """Red, green, blue, (height, width, 3)."""
    true = image.convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(true.constBits(), np.uint8).reshape(true.height(), true.width(), 4)
    return rows[..., 2::-1].astype(np.int64)


@pytest.mark.parametrize("build", PICTURES, ids=lambda build: build.__name__)
def test_looks_as_it_was_judged_right(
    run: Recording, build: Callable[[Recording], Scene], regenerate: bool, tmp_path: Path
) -> None:
    # Outlines: glyphs are smoothed by each system in its own way.
    image = to_image(build(run), text_as_outlines=True)
    golden = FOLDER / f"{build.__name__}.png"
    if regenerate:
        image.convertToFormat(QImage.Format.Format_RGB888).save(str(golden))
    found = tmp_path / golden.name
    image.save(str(found))
    expected = QImage(str(golden))
    assert not expected.isNull(), f"there is no {golden.name}; look at {found}, then use --regenerate-golden"
    assert image.size() == expected.size()
    apart = np.abs(levels(image) - levels(expected)).max(axis=-1)
    shown = f"compare {found} with {golden}; where it is right, use --regenerate-golden"
    assert apart.mean() <= MEAN, shown
    assert (apart > LEVELS).mean() <= SHARE, shown
