"""Arranging: how much the parts of the window say, and the room they have, at its width and text scale of now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from superviz.app.layout import COMPACT, COMPACT_BELOW, TERSE_BELOW, WIDE
from superviz.app.panels import PANELS

if TYPE_CHECKING:
    from superviz.app.main_window import MainWindow

_HEADERS_HIGH = 13
"""In a window less than so many headers high the vectors go without theirs: the plot is what people come for."""


def arrange(window: MainWindow) -> None:
    """Below 1600 the window says less; a single instance needs no strip."""
    stage = window.stage
    text_scale = stage.display.text_scale
    stage.compact = window.width() < COMPACT_BELOW * text_scale
    least = COMPACT if stage.compact else WIDE
    measures = least.scaled(text_scale).yielding(least, window.width(), window.height())
    roomy = window.height() >= _HEADERS_HIGH * measures.header
    window.toolbar.set_terse(window.width() < TERSE_BELOW * text_scale)
    for panel in (window.toolbar, window.recipe_panel, window.playback_bar, *window.panels.values()):
        panel.set_compact(stage.compact)
    for row in PANELS:
        if row.name in window.panels:
            header = roomy if row.name == "vectors" else bool(row.brief) or not stage.compact
            window.panels[row.name].show_header(header)
    alone = {"strip"} if stage.shown.experiment.n_instances == 1 else set[str]()
    window.layout_.show_only(stage.display.hidden_panels | alone)
    window.layout_.apply(measures)
