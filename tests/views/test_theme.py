"""The theme: every colour in the style sheet is a palette's, text stays readable, and both change at run time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QSlider, QStyle, QStyleOptionSlider
from pytestqt.qtbot import QtBot

from superviz.app.buttons import Button
from superviz.core.resources import RESOURCES
from superviz.scene.palette import DARK, LIGHT, PALETTES, Palette
from superviz.views.fonts import load_fonts
from superviz.views.theme import (
    apply_theme,
    current_palette,
    current_text_scale,
    scaled,
    set_style,
    style_sheet,
    typeset,
)

TEMPLATE = (RESOURCES / "theme.qss").read_text(encoding="utf-8")
COLORS = {
    field.name for field in fields(Palette) if isinstance(value := getattr(DARK, field.name), str) and value[0] == "#"
}


@pytest.fixture(autouse=True)
def themed(qapp: QApplication) -> Iterator[None]:
    load_fonts()
    apply_theme(qapp, DARK, 1.0)
    yield
    apply_theme(qapp, DARK, 1.0)


def contrast(one: str, other: str) -> float:
    """As WCAG 2 defines it."""

    def luminance(color: str) -> float:
        parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def channels(color: str) -> list[int]:
    return [QColor(color).red(), QColor(color).green(), QColor(color).blue()]


def test_every_colour_is_a_palettes() -> None:
    rules = re.sub(r"/\*.*?\*/", "", TEMPLATE, flags=re.DOTALL)
    assert set(re.findall(r"@(\w+)", rules)) <= COLORS
    assert not re.findall(r"#[0-9A-Fa-f]{3,8}\b", rules)


def test_fonts_are_left_to_typeset() -> None:
    # A style sheet's font would lose Inter's weight axis and its tabular figures.
    assert not re.findall(r"^\s*font[\w-]*\s*:", TEMPLATE, flags=re.MULTILINE)


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES.keys())
@pytest.mark.parametrize("scale", [0.8, 1.0, 1.5, 2.0])
def test_nothing_is_left_to_fill_in(palette: Palette, scale: float) -> None:
    sheet = style_sheet(palette, scale)
    assert "@" not in sheet
    assert not re.search(r"\dsp\b", sheet)
    assert sheet.count("{") == sheet.count("}") > 40


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES.keys())
@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        ("text1", "panel"),
        ("text2", "panel"),
        ("text3", "panel"),
        ("text1", "raised"),
        ("text1", "hover"),
        ("accent", "panel"),
        ("accent_ink", "accent"),
    ],
)
def test_text_stays_readable(palette: Palette, ink: str, ground: str) -> None:
    assert contrast(getattr(palette, ink), getattr(palette, ground)) >= 4.5


def test_lengths_grow_with_the_text(qapp: QApplication) -> None:
    assert "min-height: 24px" in style_sheet(DARK, 1.0)
    assert "min-height: 36px" in style_sheet(DARK, 1.5)
    apply_theme(qapp, DARK, 1.5)
    assert (current_text_scale(), scaled(304)) == (1.5, 456)


@pytest.mark.parametrize("focused", [False, True])
@pytest.mark.parametrize("scale", [0.8, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2.0])
def test_a_sliders_handle_is_round(scale: float, focused: bool, qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, DARK, scale)
    slider, other = QSlider(Qt.Orientation.Horizontal), QLineEdit()
    for widget in (slider, other):
        qtbot.addWidget(widget)
        widget.show()
    slider.setValue(50)
    keyed = slider if focused else other
    keyed.activateWindow()
    keyed.setFocus()
    qtbot.waitUntil(keyed.hasFocus)
    option = QStyleOptionSlider()
    slider.initStyleOption(option)
    kind, handle = QStyle.ComplexControl.CC_Slider, QStyle.SubControl.SC_SliderHandle
    part = slider.style().subControlRect(kind, option, handle, slider)
    picture = slider.grab(part).toImage()
    assert part.width() == part.height() <= slider.height()
    outline = DARK.accent if focused else DARK.text1
    assert picture.pixelColor(part.width() // 2, 0).name().upper() == outline
    assert picture.pixelColor(0, part.height() // 2).name().upper() == outline
    for x, y in ((1, 1), (part.width() - 2, part.height() - 2)):
        assert picture.pixelColor(x, y).lightness() < 70, "the corners are not its own"


def test_a_theme_changes_at_run_time(qtbot: QtBot, qapp: QApplication) -> None:
    field = QLineEdit("0.05")
    qtbot.addWidget(field)
    field.show()
    for palette in (LIGHT, DARK, LIGHT):
        apply_theme(qapp, palette, 1.0)
        assert field.palette().color(QPalette.ColorRole.Text).name().upper() == palette.text1
        assert qapp.palette().color(QPalette.ColorRole.Window).name().upper() == palette.window
        # Inside the border and left of the text: the field's own ground.
        ground = field.grab().toImage().pixelColor(4, 6)
        assert [ground.red(), ground.green(), ground.blue()] == pytest.approx(channels(palette.raised), abs=8)


def test_type_keeps_its_weight_and_its_figures_at_every_scale(qtbot: QtBot, qapp: QApplication) -> None:
    step = QLabel("Step 3,180")
    qtbot.addWidget(step)
    typeset(step, 24, 700)
    small = step.fontMetrics().horizontalAdvance(step.text())
    apply_theme(qapp, DARK, 1.5)
    assert step.font().pixelSize() == 36
    assert step.fontMetrics().horizontalAdvance(step.text()) == pytest.approx(1.5 * small, rel=0.03)
    metrics = step.fontMetrics()
    assert metrics.horizontalAdvance("1111") == metrics.horizontalAdvance("8888")
    plain = QLabel(step.text())
    qtbot.addWidget(plain)
    typeset(plain, 24, 400)
    assert plain.fontMetrics().horizontalAdvance(step.text()) < metrics.horizontalAdvance(step.text())


def test_widgets_made_later_have_the_scale(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, DARK, 2.0)
    label, plain = QLabel("Pace"), QPushButton("OK")
    for widget in (label, plain):
        qtbot.addWidget(widget)
    typeset(label, 12)
    assert label.font().pixelSize() == 24
    assert plain.font().pixelSize() == 26


def test_a_style_can_be_changed_on_a_widget(qtbot: QtBot) -> None:
    button = Button("plain", text="Export")
    qtbot.addWidget(button)
    button.show()
    set_style(button, "kind", "primary")
    assert button.palette().color(QPalette.ColorRole.ButtonText).name().upper() == DARK.accent_ink
    set_style(button, "kind", "plain")
    assert button.palette().color(QPalette.ColorRole.ButtonText).name().upper() == DARK.text1


def test_a_change_of_style_keeps_the_size_of_the_text(qapp: QApplication, qtbot: QtBot) -> None:
    button = QPushButton("Follow live")
    qtbot.addWidget(button)
    apply_theme(qapp, DARK, 1.0)
    typeset(button, 13, 600)
    button.show()
    apply_theme(qapp, DARK, 1.5)
    set_style(button, "small", True)
    assert button.font().pixelSize() == 20
    apply_theme(qapp, DARK, 1.0)


def test_what_is_painted_by_hand_finds_the_palette_in_force(qapp: QApplication) -> None:
    for palette in (LIGHT, DARK):
        apply_theme(qapp, palette, 1.0)
        assert current_palette() is palette
