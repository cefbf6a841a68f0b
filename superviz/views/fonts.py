"""Inter, loaded from its package: the one family that every view, still and film is set in."""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

import fontpkg_inter
from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication

from superviz.views.font_file import renamed

FAMILY = "IntSv"
"""Inter under a name of our own: mixed with an Inter installed on the machine, Qt shows all weights as regular."""
Weight: TypeAlias = Literal[400, 500, 600, 700]

_FILE = Path(fontpkg_inter.ROOT) / "files" / "Inter[opsz,wght].ttf"
_LOADED = "superviz_fonts_loaded"
_OPTICAL_SIZES = (14.0, 32.0)
_fonts_of_this_thread = threading.local()


def load_fonts() -> None:
    """Makes Inter known to Qt, for as long as the QGuiApplication lives that must be there. Once done, does nothing."""
    app = QGuiApplication.instance()
    if app is None:
        raise RuntimeError("load_fonts() needs a QGuiApplication")
    if app.property(_LOADED) is None:
        if QFontDatabase.addApplicationFontFromData(renamed(_FILE.read_bytes(), FAMILY)) < 0:
            raise RuntimeError(f"{_FILE}: Qt can't read this font; reinstall fontpkg-inter")
        app.setProperty(_LOADED, True)


def font(size: float, weight: Weight = 400) -> QFont:
    """Inter at `size` logical pixels, rounded to whole ones as Qt asks, with tabular figures and unhinted.

    The file is variable. Qt on Linux knows only its regular style, and would smear that to fake a bold: so the weight
    is set on the font's own axis and QFont's weight stays normal. Widgets get theirs with setFont, never by a style
    sheet's font-weight. Unhinted, text is as wide in proportion at every scale, so layouts hold on every screen.
    """
    fonts: dict[tuple[int, Weight], QFont] | None = getattr(_fonts_of_this_thread, "fonts", None)
    if fonts is None:
        # A QFont fills itself in lazily, which two threads must not do to the same one.
        fonts = _fonts_of_this_thread.fonts = {}
    pixels = max(1, round(size))
    if (pixels, weight) not in fonts:
        fonts[pixels, weight] = _make_font(pixels, weight)
    return QFont(fonts[pixels, weight])


def _make_font(pixels: int, weight: Weight) -> QFont:
    made = QFont(FAMILY)
    made.setPixelSize(pixels)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    smallest, largest = _OPTICAL_SIZES
    made.setVariableAxis(_tag("wght"), weight)
    made.setVariableAxis(_tag("opsz"), min(max(pixels, smallest), largest))
    made.setFeature(_tag("tnum"), 1)
    return made


@cache
def _tag(name: str) -> QFont.Tag:
    return QFont.Tag(name)
