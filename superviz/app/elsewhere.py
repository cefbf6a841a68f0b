"""Elsewhere: what the window offers of weights that it does not train: to look at them, and why no more."""

from __future__ import annotations

from PySide6.QtGui import QAction

from superviz.app.held_session import HeldSession
from superviz.app.recipe_panel import RecipePanel
from superviz.app.toolbar import Toolbar
from superviz.core.origin import Origin

TRAINING_ACTIONS = (
    "restart",
    "another_seed",
    "train",
    "step",
    "step_100",
    "slower",
    "faster",
    "flat_out",
    "instant",
)
_WORDS: dict[Origin, str] = {"trained": "At rest", "streamed": "Streamed", "imported": "Imported"}


def show_what_can_be_trained(
    held: HeldSession, actions: dict[str, QAction], toolbar: Toolbar, recipe_panel: RecipePanel
) -> None:
    """Offer training where it can go on; elsewhere say in one line why it can't."""
    reason, recording = held.why_not_trained, held.recording
    for name in TRAINING_ACTIONS:
        actions[name].setEnabled(not reason)
    brief = "" if not reason else "Being trained elsewhere" if held.following is not None else "Trained elsewhere"
    word = "" if not reason else "Following" if held.following is not None else _WORDS[recording.origin]
    toolbar.show_elsewhere(word, reason, live=held.following is not None)
    recipe_panel.show_reason(reason, brief, described=recording.described)
