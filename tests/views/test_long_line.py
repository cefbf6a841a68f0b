"""A long line in slabs is, pixel by pixel, the line in one piece."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QImage, QPainter, QPicture
from PySide6.QtWidgets import QApplication

from superviz.scene.drawables import Paint, Path, Scene, Stroke
from superviz.views import long_line
from superviz.views.long_line import is_long_line
from superviz.views.plane_painter import to_image

STROKE = Stroke("#3FD6A8", 2.2)


def curve(points: int = 120, width: float = 700, seed: int = 0, rough: float = 6) -> np.ndarray:
    heights = 60 + rough * np.random.default_rng(seed).normal(size=points)
    return np.stack([20.3 + np.linspace(0, width, points), heights], axis=1)


def picture(path: Path, scale: float) -> bytes:
    image = to_image(Scene(740, 120, "#0B0E12", (path,)), scale)
    return bytes(image.constBits())


@pytest.fixture
def painter(qapp: QApplication) -> Iterator[QPainter]:
    image = QImage(800, 200, QImage.Format.Format_RGB32)
    made = QPainter(image)
    yield made
    made.end()


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    seed=st.integers(0, 1000),
    rough=st.sampled_from([0.5, 6, 30]),
    scale=st.sampled_from([1, 1.25, 1.37, 1.5, 2]),
    width=st.sampled_from([1.6, 2.2, 4.2, 9.0]),
    opacity=st.sampled_from([0.4, 1.0]),
    round=st.booleans(),
)
def test_slabs_leave_no_trace(
    qapp: QApplication, seed: int, rough: float, scale: float, width: float, opacity: float, round: bool
) -> None:
    path = Path(curve(seed=seed, rough=rough), stroke=Stroke("#3FD6A8", width, opacity, round=round))
    in_slabs = picture(path, scale)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_line, "_FEWEST_POINTS", 10_000)
        in_one = picture(path, scale)
    assert in_slabs == in_one


def test_steep_and_vertical_stretches_are_lines_too(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    points = curve()
    points[40:60, 0] = points[40, 0]
    path = Path(points, stroke=STROKE)
    in_slabs = picture(path, 1)
    monkeypatch.setattr(long_line, "_FEWEST_POINTS", 10_000)
    assert picture(path, 1) == in_slabs


def test_a_loss_curve_is_a_long_line(painter: QPainter) -> None:
    assert is_long_line(painter, Path(curve(), stroke=STROKE))


@pytest.mark.parametrize(
    "path",
    [
        Path(curve(20), stroke=STROKE),
        Path(curve()[::-1], stroke=STROKE),
        Path(curve(), stroke=STROKE, closed=True),
        Path(curve(), stroke=STROKE, fill=Paint("#FFFFFF")),
        Path(curve(), fill=Paint("#FFFFFF")),
        Path(curve(), stroke=Stroke("#FFFFFF", 1, dashes=(3, 2))),
    ],
    ids=["short", "leftwards", "closed", "filled", "without a stroke", "dashed"],
)
def test_other_paths_are_not(painter: QPainter, path: Path) -> None:
    assert not is_long_line(painter, path)


def test_turned_pictures_and_files_get_it_in_one_piece(painter: QPainter) -> None:
    painter.rotate(10)
    assert not is_long_line(painter, Path(curve(), stroke=STROKE))
    file = QPicture()
    writer = QPainter(file)
    assert not is_long_line(writer, Path(curve(), stroke=STROKE))
    writer.end()


def test_the_painters_clip_is_kept(painter: QPainter) -> None:
    painter.setClipRect(0, 0, 100, 200)
    assert painter.hasClipping()
    painter.setPen("white")
    long_line.paint_long_line(painter, Path(curve(), stroke=STROKE))
    assert painter.clipBoundingRect().right() == 100
