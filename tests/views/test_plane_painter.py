"""Every drawable lands on the pixels it names, at every scale and from every thread."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from superviz.scene.drawables import Disc, Dots, Drawable, Paint, Path, Rect, Scene, Stroke, Text, TextBox
from superviz.views.fonts import load_fonts
from superviz.views.plane_painter import paint, to_image

WHITE, BLACK, RED = "#FFFFFF", "#000000", "#FF0000"


@pytest.fixture(autouse=True, scope="module")
def _loaded(qapp: QApplication) -> None:
    load_fonts()


def scene(*drawables: Drawable, width: float = 60, height: float = 40) -> Scene:
    return Scene(width, height, BLACK, drawables)


def pixels(*drawables: Drawable, scale: float = 1, as_outlines: bool = False) -> NDArray[np.int64]:
    """Red, green, blue of each pixel, (height, width, 3)."""
    image = to_image(scene(*drawables), scale, text_as_outlines=as_outlines)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return rows[..., 2::-1].astype(np.int64)


def ink(picture: NDArray[np.int64]) -> float:
    """How many pixels' worth of white."""
    return float(picture.sum()) / (3 * 255)


def line(*points: tuple[float, float]) -> NDArray[np.float64]:
    return np.array(points, np.float64)


def test_a_filled_rect_covers_its_pixels_and_no_others() -> None:
    picture = pixels(Rect(10, 5, 20, 8, fill=Paint(RED)))
    expected = np.zeros((40, 60, 3), np.int64)
    expected[5:13, 10:30, 0] = 255
    assert (picture == expected).all()


def test_the_ground_is_the_scenes() -> None:
    image = to_image(Scene(3.2, 2, "#123456", ()), 2)
    assert (image.width(), image.height()) == (7, 4)
    assert {image.pixelColor(x, y).name() for x in range(7) for y in range(4)} == {"#123456"}


def test_opacity_blends_with_what_lies_below() -> None:
    picture = pixels(Rect(0, 0, 60, 40, fill=Paint(WHITE)), Rect(0, 0, 60, 40, fill=Paint(BLACK, 0.25)))
    assert np.abs(picture - 191).max() <= 1


def test_later_drawables_cover_earlier_ones() -> None:
    picture = pixels(Rect(0, 0, 20, 20, fill=Paint(RED)), Rect(10, 10, 20, 20, fill=Paint(WHITE)))
    assert picture[15, 15].tolist() == [255, 255, 255]
    assert picture[5, 5].tolist() == [255, 0, 0]


def test_a_disc_has_the_area_of_a_disc() -> None:
    assert ink(pixels(Disc(30, 20, 12, fill=Paint(WHITE)))) == pytest.approx(math.pi * 144, rel=0.01)
    ring = ink(pixels(Disc(30, 20, 12, stroke=Stroke(WHITE, 3))))
    # Qt flattens a stroke's edges to within a quarter of a pixel.
    assert ring == pytest.approx(math.tau * 12 * 3, rel=0.05)


def test_rounded_corners_are_cut() -> None:
    missing = 40 * 20 - ink(pixels(Rect(10, 10, 40, 20, radius=8, fill=Paint(WHITE))))
    assert missing == pytest.approx((4 - math.pi) * 64, rel=0.05)


@pytest.mark.parametrize("scale", [1, 1.5, 2, 3])
def test_strokes_scale_with_the_picture(scale: float) -> None:
    """No pen is cosmetic: a line's area grows with the square of the scale."""
    diagonal = Path(line((10, 30), (50, 8)), stroke=Stroke(WHITE, 3))
    assert ink(pixels(diagonal, scale=scale)) == pytest.approx(3 * math.hypot(40, 22) * scale**2, rel=0.01)


@pytest.mark.parametrize("width", [1, 2, 4])
def test_dashes_are_lengths_in_pixels_whatever_the_width(width: float) -> None:
    row = pixels(Path(line((0, 20), (60, 20)), stroke=Stroke(WHITE, width, dashes=(6, 4))))[20, :, 0]
    expected = [255 if x % 10 < 6 else 0 for x in range(60)]
    assert (row > 60).tolist() == (np.array(expected) > 60).tolist()


def test_round_ends_reach_beyond_and_flat_ones_do_not() -> None:
    flat = pixels(Path(line((20, 20), (40, 20)), stroke=Stroke(WHITE, 10)))
    rounded = pixels(Path(line((20, 20), (40, 20)), stroke=Stroke(WHITE, 10, round=True)))
    assert ink(flat) == pytest.approx(200)
    assert ink(rounded) == pytest.approx(200 + math.pi * 25, rel=0.02)


def test_a_closed_path_joins_its_ends() -> None:
    corners = line((10, 10), (40, 10), (40, 30), (10, 30))
    closed = pixels(Path(corners, stroke=Stroke(WHITE, 2), closed=True))
    unclosed = pixels(Path(corners, stroke=Stroke(WHITE, 2)))
    assert closed[20, 9:11, 0].tolist() == [255, 255]
    assert unclosed[20, 9:11, 0].tolist() == [0, 0]
    # Mitred: the outermost corner pixel is there.
    assert closed[9, 9, 0] == 255


def test_an_open_path_with_a_fill_closes_the_fill_alone() -> None:
    picture = pixels(Path(line((10, 30), (10, 10), (40, 10)), stroke=Stroke(RED, 2), fill=Paint(WHITE)))
    assert picture[14, 14].tolist() == [255, 255, 255]
    assert picture[20, 25].tolist() != [255, 0, 0]
    assert picture[20, 10].tolist() == [255, 0, 0]


def test_a_shape_that_crosses_itself_is_filled_all_over() -> None:
    angles = [math.tau * 2 * k / 5 - math.pi / 2 for k in range(5)]
    star = np.array([[30 + 18 * math.cos(a), 20 + 18 * math.sin(a)] for a in angles])
    assert pixels(Path(star, fill=Paint(WHITE), closed=True))[20, 30].tolist() == [255, 255, 255]


def test_paths_of_few_points_are_no_trouble() -> None:
    for count in range(3):
        points = np.full((count, 2), 20.0)
        for closed in (False, True):
            picture = pixels(Path(points, stroke=Stroke(WHITE, 1), fill=Paint(WHITE), closed=closed))
            assert ink(picture) < 3


def rows_and_columns(picture: NDArray[np.int64]) -> tuple[int, int, int, int]:
    """First and last row and column with anything on them."""
    rows, columns = np.nonzero(picture.max(axis=-1) > 40)
    return int(rows.min()), int(rows.max()), int(columns.min()), int(columns.max())


@pytest.mark.parametrize("as_outlines", [False, True])
@pytest.mark.parametrize(("anchor", "x"), [("start", 4), ("middle", 30), ("end", 56)])
def test_text_stands_at_its_anchor(anchor: str, x: float, as_outlines: bool) -> None:
    text = Text(x, 20, "HIH", 16, WHITE, 600, anchor=anchor)  # type: ignore[arg-type]
    top, bottom, left, right = rows_and_columns(pixels(text, as_outlines=as_outlines))
    at = {"start": left, "middle": (left + right + 1) / 2, "end": right + 1}[anchor]
    assert at == pytest.approx(x, abs=1.6)
    assert (top + bottom + 1) / 2 == pytest.approx(20, abs=0.75)
    assert bottom + 1 - top == pytest.approx(0.727 * 16, abs=1)


@pytest.mark.parametrize("as_outlines", [False, True])
def test_sizes_between_whole_pixels_are_painted(as_outlines: bool) -> None:
    def width(size: float) -> int:
        _, _, left, right = rows_and_columns(pixels(Text(2, 20, "HMM", size, WHITE), scale=4, as_outlines=as_outlines))
        return right - left

    assert width(13.4) / width(13) == pytest.approx(13.4 / 13, abs=0.01)


def test_outlines_and_glyphs_are_the_same_text() -> None:
    text = Text(30, 20, "4a0.8e", 15, WHITE, 700, anchor="middle")
    glyphs, outlines = (pixels(text, scale=2, as_outlines=flag) for flag in (False, True))
    assert ink(glyphs) == pytest.approx(ink(outlines), rel=0.03)
    assert np.abs(glyphs - outlines).mean() < 4


def test_outlines_glide_by_fractions_of_a_pixel() -> None:
    at = [pixels(Text(10, 20 + shift, "H", 16, WHITE), as_outlines=True) for shift in (0, 0.25, 0.5)]
    assert not (at[0] == at[1]).all()
    assert ink(at[0]) == pytest.approx(ink(at[2]), rel=0.02)


@pytest.mark.parametrize("as_outlines", [False, True])
def test_faded_text_is_fainter(as_outlines: bool) -> None:
    full = pixels(Text(5, 20, "HHH", 18, WHITE, 700), as_outlines=as_outlines)
    faded = pixels(Text(5, 20, "HHH", 18, WHITE, 700, opacity=0.5), as_outlines=as_outlines)
    assert faded.max() == pytest.approx(128, abs=2)
    assert ink(faded) == pytest.approx(ink(full) / 2, rel=0.02)


def test_a_box_stands_around_its_text() -> None:
    box = TextBox(6, 3, 0, Paint(RED))
    text = Text(30, 20, "MM", 12, WHITE, anchor="middle", box=box)
    top, bottom, left, right = rows_and_columns(pixels(text))
    inner = rows_and_columns(pixels(Text(30, 20, "MM", 12, WHITE, anchor="middle")))
    assert inner[2] - left == pytest.approx(right - inner[3], abs=1)
    assert bottom + 1 - top == pytest.approx(1.21 * 12 + 6, abs=2)
    assert pixels(text)[20, left + 2].tolist() == [255, 0, 0]


def test_the_painter_is_left_where_it_was(qapp: QApplication) -> None:
    image = QImage(60, 40, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.scale(2, 2)
    before = painter.transform()
    texts = [Text(5.3, 7.1, "a", 12.6, WHITE), Text(5.3, 7.1, "b", 12, WHITE, box=TextBox(1, 1, 1, Paint(RED)))]
    for as_outlines in (False, True):
        paint(painter, scene(*texts), text_as_outlines=as_outlines)
        assert painter.transform().dx() == pytest.approx(before.dx())
        assert painter.transform().m11() == before.m11()
        assert painter.opacity() == 1
    painter.end()


@pytest.mark.parametrize("as_outlines", [False, True])
def test_threads_paint_the_same_bytes(as_outlines: bool) -> None:
    drawables = [
        Text(
            3 + index,
            5 + 3 * index,
            f"{index * 37:,} features",
            9.5 + index / 3,
            WHITE,
            (400, 500, 600, 700)[index % 4],
        )
        for index in range(10)
    ]
    drawables_and_lines: list[Drawable] = [
        *drawables,
        Path(line((0, 0), (60, 40)), stroke=Stroke(RED, 1.5, 0.5, dashes=(3, 2))),
        Disc(30, 20, 10, fill=Paint(RED, 0.3)),
    ]

    def once(_: int) -> bytes:
        return pixels(*drawables_and_lines, scale=2, as_outlines=as_outlines).tobytes()

    expected = once(0)
    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(once, range(24))) == {expected}


def test_glyph_outlines_fill_where_contours_overlap() -> None:
    """Inter's t is a stem laid over a bar: where they cross there must be ink, not a hole."""
    picture = pixels(Text(30, 20, "t4", 32, WHITE, 700, anchor="middle"), as_outlines=True)
    painted = pixels(Text(30, 20, "t4", 32, WHITE, 700, anchor="middle"))
    assert ink(picture) == pytest.approx(ink(painted), rel=0.02)


@pytest.mark.parametrize("nowhere", [float("nan"), float("inf"), -1e27])
def test_what_lies_beyond_any_screen_is_left_out(nowhere: float) -> None:
    """Where training diverged, arrows reach so far that Qt's painter would take the process along."""
    ink, line = Paint("#ffffff"), Stroke("#ffffff", 4.0)
    far = np.array([[10.0, 10.0], [nowhere, 20.0]])
    scene = Scene(
        40,
        40,
        "#000000",
        (
            Path(far, line),
            Path(np.concatenate([far, [[0.0, 30.0]]]), line, ink, closed=True),
            Disc(nowhere, 10.0, 5.0, None, ink),
            Rect(10.0, nowhere, 5.0, 5.0, fill=ink),
            Rect(20.0, 20.0, 4.0, 4.0, fill=ink),
        ),
    )
    image = to_image(scene)
    assert image.pixelColor(22, 22).name() == "#ffffff"
    lit = [(x, y) for x in range(40) for y in range(40) if image.pixelColor(x, y).name() != "#000000"]
    assert lit == [(x, y) for x in range(20, 24) for y in range(20, 24)]


def test_dots_are_squares_around_their_points() -> None:
    dots = Dots(np.array([[10.0, 10.0], [30.0, 20.0], [math.nan, 5.0], [1e12, 5.0]]), 4.0, Paint(RED))
    image = pixels(dots)
    red = np.argwhere(image[..., 0] == 255)
    assert {(y, x) for y, x in red.tolist()} == {
        (y + dy, x + dx) for x, y in ((10, 10), (30, 20)) for dy in range(-2, 2) for dx in range(-2, 2)
    }
    assert not pixels(Dots(np.empty((0, 2)), 4.0, Paint(RED))).any()
