"""Inter loads once, and its weights, figures and proportions are what layouts count on."""

from __future__ import annotations

import itertools
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import get_args

import fontpkg_inter
import pytest
from PySide6.QtGui import QFontDatabase, QFontInfo, QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QApplication

from superviz.views import fonts
from superviz.views.fonts import FAMILY, Weight, font, load_fonts

WEIGHTS: tuple[Weight, ...] = get_args(Weight)


@pytest.fixture(autouse=True)
def _loaded(qapp: QApplication) -> None:
    load_fonts()


def ink(weight: Weight, size: int = 40) -> int:
    """How much is painted of a word."""
    image = QImage(400, 80, QImage.Format.Format_Grayscale8)
    image.fill(0)
    painter = QPainter(image)
    painter.setPen("white")
    painter.setFont(font(size, weight))
    painter.drawText(10, 55, "Pentagon")
    painter.end()
    return sum(bytes(image.constBits()))


def test_inter_is_what_qt_finds() -> None:
    assert QFontInfo(font(13)).family() == FAMILY
    assert QFontInfo(font(13)).exactMatch()


def test_loading_again_adds_nothing(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_FILE", Path("/nowhere/Inter.ttf"))
    load_fonts()
    assert FAMILY in QFontDatabase.families()


def test_each_weight_has_its_own_design_not_a_smeared_one() -> None:
    inks = [ink(weight) for weight in WEIGHTS]
    assert inks == sorted(inks)
    assert all(heavier > 1.05 * lighter for lighter, heavier in itertools.pairwise(inks))
    # A synthetic bold keeps the regular's widths; a designed one is wider.
    widths = [QFontMetricsF(font(40, weight)).horizontalAdvance("Pentagon") for weight in WEIGHTS]
    assert all(wider > narrower for narrower, wider in itertools.pairwise(widths))


@pytest.mark.parametrize("weight", WEIGHTS)
@pytest.mark.parametrize("size", [12, 15, 24, 88])
def test_figures_are_tabular(size: float, weight: Weight) -> None:
    metrics = QFontMetricsF(font(size, weight))
    widths = {round(metrics.horizontalAdvance(figure), 3) for figure in "0123456789"}
    assert len(widths) == 1
    assert metrics.horizontalAdvance("−") == pytest.approx(metrics.horizontalAdvance("+"), rel=0.02)


def test_widths_grow_in_proportion_without_hinting() -> None:
    # Within one optical size (32 and more), where the design itself doesn't change.
    wide = QFontMetricsF(font(32)).horizontalAdvance("Feature vectors")
    assert QFontMetricsF(font(96)).horizontalAdvance("Feature vectors") == pytest.approx(3 * wide, rel=2e-3)


def test_sizes_are_rounded_and_never_nothing() -> None:
    assert font(13.4).pixelSize() == 13
    assert font(0.2).pixelSize() == 1


def test_a_font_given_away_may_be_changed() -> None:
    font(14).setPixelSize(99)
    assert font(14).pixelSize() == 14


def test_threads_measure_alike() -> None:
    def widths(_: int) -> list[float]:
        return [
            QFontMetricsF(font(size, weight)).horizontalAdvance("3,180") for size in range(8, 60) for weight in WEIGHTS
        ]

    with ThreadPoolExecutor(4) as threads:
        measured = list(threads.map(widths, range(8)))
    assert all(other == measured[0] for other in measured)


OF_OTHERS = """
import sys
from pathlib import Path
from PySide6.QtGui import QFontDatabase, QFontMetricsF, QGuiApplication
from superviz.views.fonts import font, load_fonts

app = QGuiApplication(["superviz", "-platform", "offscreen"])
if sys.argv[1:]:
    QFontDatabase.addApplicationFont(sys.argv[1])
load_fonts()
if sys.argv[1:]:
    QFontDatabase.addApplicationFont(sys.argv[1])
print([QFontMetricsF(font(40, weight)).horizontalAdvance("Pentagon") for weight in (400, 500, 600, 700)])
"""


def test_an_inter_that_is_there_already_changes_nothing(tmp_path: Path) -> None:
    """On a machine with its own Inter, the two made one family in which every weight was the regular."""
    variable = Path(fontpkg_inter.ROOT) / "files" / "Inter[opsz,wght].ttf"
    static = tmp_path / "Inter-Regular.ttf"
    static.write_bytes(variable.read_bytes().replace(b"fvar", b"none", 1))
    alone, beside = (
        subprocess.run([sys.executable, "-c", OF_OTHERS, *arguments], capture_output=True, text=True, check=True).stdout
        for arguments in ([], [str(static)])
    )
    assert alone == beside
