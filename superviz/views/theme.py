"""Theme: Fusion, a QPalette and one style sheet, filled from a palette's colours and a text scale."""

from __future__ import annotations

import re

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from superviz.core.resources import RESOURCES
from superviz.scene.palette import DARK, PALETTES, Palette
from superviz.views.fonts import Weight, font

BODY_SIZE = 13
"""Logical pixels of ordinary text at text scale 1."""

_THEME, _SCALE, _SIZE, _WEIGHT = "themeName", "textScale", "typeSize", "typeWeight"
_TERM = re.compile(r"([+-]?\d+)(sp|px)\b")
_STYLE_SHEET = RESOURCES / "theme.qss"


def apply_theme(app: QApplication, palette: Palette, text_scale: float) -> None:
    """Give the whole application that palette and text scale, now and as often as wanted."""
    if app.property(_SCALE) is None:
        app.setStyle("Fusion")
    app.setProperty(_THEME, palette.name)
    app.setProperty(_SCALE, text_scale)
    app.setPalette(_qpalette(palette))
    # Before the style sheet: set after it, Qt no longer hands an application's font down to the widgets.
    app.setFont(font(BODY_SIZE * text_scale))
    app.setStyleSheet(style_sheet(palette, text_scale))
    for widget in app.allWidgets():
        if widget.property(_SIZE) is not None:
            _set_font(widget)


def current_text_scale() -> float:
    """The text scale in force."""
    app = QApplication.instance()
    scale = app.property(_SCALE) if app is not None else None
    return 1.0 if scale is None else float(scale)


def current_palette() -> Palette:
    """The palette in force, for what is painted by hand."""
    app = QApplication.instance()
    name = app.property(_THEME) if app is not None else None
    return DARK if name is None else PALETTES[name]


def scaled(length: float) -> int:
    """A length that grows with the text, in whole logical pixels."""
    return round(length * current_text_scale())


def typeset(widget: QWidget, size: float, weight: Weight = 400) -> None:
    """Set `widget` in Inter of `size` logical pixels at text scale 1, and keep it so when the scale changes."""
    widget.setProperty(_SIZE, float(size))
    widget.setProperty(_WEIGHT, int(weight))
    _set_font(widget)


def set_style(widget: QWidget, name: str, value: str | bool) -> None:
    """Set a property that the style sheet selects by, and restyle the widget where it changed."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
        if widget.property(_SIZE) is not None:
            _set_font(widget)  # Qt gives it back the font it had before the style sheet of now


def style_sheet(palette: Palette, text_scale: float) -> str:
    """The style sheet: "@name" stands for a palette's colour, "12sp" for 12 pixels times the text scale.

    "12sp+2px" is the sum of both, each a whole number of pixels.
    """
    template = _STYLE_SHEET.read_text(encoding="utf-8")
    template = re.sub(r"/\*.*?\*/\s*", "", template, flags=re.DOTALL)
    colored = re.sub(r"@(\w+)", lambda found: str(getattr(palette, found[1])), template)

    def length(found: re.Match[str]) -> str:
        terms = _TERM.findall(found[0])
        return f"{sum(round(int(count) * (text_scale if unit == 'sp' else 1)) for count, unit in terms)}px"

    return re.sub(rf"(?:{_TERM.pattern})+", length, colored)


def _set_font(widget: QWidget) -> None:
    widget.setFont(font(float(widget.property(_SIZE)) * current_text_scale(), widget.property(_WEIGHT)))


def _qpalette(palette: Palette) -> QPalette:
    role = QPalette.ColorRole
    colors = {
        role.Window: palette.window,
        role.WindowText: palette.text1,
        role.Base: palette.raised,
        role.AlternateBase: palette.panel,
        role.Text: palette.text1,
        role.PlaceholderText: palette.text3,
        role.Button: palette.raised,
        role.ButtonText: palette.text1,
        role.BrightText: palette.accent,
        role.ToolTipBase: palette.raised,
        role.ToolTipText: palette.text1,
        role.Highlight: palette.accent,
        role.HighlightedText: palette.accent_ink,
        role.Accent: palette.accent,
        role.Link: palette.accent,
        role.LinkVisited: palette.accent,
        role.Light: palette.hover,
        role.Midlight: palette.hover,
        role.Mid: palette.line,
        role.Dark: palette.line,
        role.Shadow: palette.canvas,
    }
    made = QPalette()
    for which, color in colors.items():
        made.setColor(which, QColor(color))
    for which in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, which, QColor(palette.text3))
    made.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(palette.line_strong))
    return made
