"""An opaque round line in segments looks like the line in one piece, and goes whole into files."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QPainter, QPicture
from PySide6.QtWidgets import QApplication

from superviz.scene.drawables import Paint, Path, Scene, Stroke
from superviz.views import plane_painter
from superviz.views.plane_painter import paint, to_image
from superviz.views.segments import goes_in_segments

LINE = Stroke("#3FD6A8", 2.2, round=True)


def picture(path: Path, scale: float) -> np.ndarray:
    image = to_image(Scene(740, 160, "#0B0E12", (path,)), scale)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[..., :3].astype(int)


def in_one_piece(path: Path, scale: float) -> np.ndarray:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plane_painter, "goes_in_segments", lambda _: False)
        return picture(path, scale)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    seed=st.integers(0, 1000),
    rough=st.sampled_from([0.5, 6.0, 30.0]),
    scale=st.sampled_from([1.0, 1.25, 1.5, 2.0]),
    width=st.sampled_from([1.4, 2.2, 4.2]),
    closed=st.booleans(),
)
def test_it_looks_the_same(
    qapp: QApplication, seed: int, rough: float, scale: float, width: float, closed: bool
) -> None:
    heights = 80 + rough * np.clip(np.random.default_rng(seed).normal(size=60), -2, 2)
    points = np.stack([20.3 + np.linspace(0, 700, 60), heights], axis=1)
    path = Path(points, Stroke("#3FD6A8", width, round=True), closed=closed)
    difference = np.abs(picture(path, scale) - in_one_piece(path, scale))
    assert difference.mean() < 0.5, "only the softened edges of joints may differ"


def test_a_fill_is_kept(qapp: QApplication) -> None:
    corners = np.array([[100.0, 20], [300, 20], [300, 120], [100, 120]])
    path = Path(corners, LINE, Paint("#FF0000"), closed=True)
    assert picture(path, 1)[70, 200].tolist() == [0, 0, 255]
    assert picture(path, 1)[20, 200].tolist() == [0xA8, 0xD6, 0x3F]
    assert picture(path, 1)[70, 100].tolist() == [0xA8, 0xD6, 0x3F], "the last side of a closed path is drawn"


def test_an_open_path_stays_open(qapp: QApplication) -> None:
    path = Path(np.array([[100.0, 20], [300, 20], [300, 120], [100, 120]]), LINE)
    assert picture(path, 1)[70, 100].tolist() == [0x12, 0x0E, 0x0B]


@pytest.mark.parametrize(
    "stroke",
    [
        None,
        Stroke("#FFFFFF", 2),
        Stroke("#FFFFFF", 2, 0.5, round=True),
        Stroke("#FFFFFF", 2, dashes=(4, 2), round=True),
    ],
)
def test_what_would_show_its_joints_goes_whole(stroke: Stroke | None) -> None:
    corners = np.array([[0.0, 0], [100, 100], [50, 100]])
    assert goes_in_segments(Path(corners, LINE))
    assert not goes_in_segments(Path(corners, stroke))
    assert not goes_in_segments(Path(corners[:2], LINE)), "a single line has its round ends"


def test_files_get_the_path_whole(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise AssertionError("cut into segments")

    monkeypatch.setattr(plane_painter, "segments", refuse)
    scene = Scene(740, 160, "#0B0E12", (Path(np.array([[0.0, 0], [100, 100], [50, 100]]), LINE),))
    painter = QPainter()
    recorded = QPicture()
    painter.begin(recorded)
    paint(painter, scene)
    painter.end()
    with pytest.raises(AssertionError, match="cut"):
        to_image(scene)
