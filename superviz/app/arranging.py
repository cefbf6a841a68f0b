"""Arranging: how much the parts of the window say, and the room they have, at its width and text scale of now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from superviz.app.layout import COMPACT, COMPACT_BELOW, WIDE
from superviz.app.panels import PANELS

if TYPE_CHECKING:
    from superviz.app.main_window import MainWindow


def arrange(window: MainWindow) -> None:
    """Below 1600 the window says less; a single instance needs no strip."""
    stage = window.stage
    text_scale = stage.display.text_scale
    stage.compact = window.width() < COMPACT_BELOW * text_scale
    measures = (COMPACT if stage.compact else WIDE).scaled(text_scale)
    for panel in (window.toolbar, window.recipe_panel, window.playback_bar, *window.panels.values()):
        panel.set_compact(stage.compact)
    for row in PANELS:
        if row.name in window.panels:
            window.panels[row.name].show_header(bool(row.brief) or not stage.compact)
    alone = {"strip"} if stage.shown.experiment.n_instances == 1 else set[str]()
    window.layout_.show_only(stage.display.hidden_panels | alone)
    window.layout_.apply(measures)
