"""PlaybackBar: where the playhead stands, and what plays the recording."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QSpacerItem, QVBoxLayout, QWidget

from superviz.app.buttons import Button, Chooser
from superviz.app.clause_label import ClauseLabel
from superviz.app.playback import SPEEDS
from superviz.scene.numerals import loss_text
from superviz.views.theme import BODY_SIZE, scaled, set_style, typeset

_STEP_SIZE, _COMPACT_STEP_SIZE = 24, 18
_BUTTONS = ("to_start", "play", "to_end", "loop", "mark")
_ICONS = {"to_start": "to-start", "play": "play", "to_end": "to-end", "loop": "loop", "mark": "mark"}

_LONG_STEP = 100_000
"""From here on the step takes the room in which the loss has its whole name."""


class PlaybackBar(QWidget):
    """The left end of the timeline; its buttons are the actions to_start, play, to_end, loop, mark and follow."""

    speed_changed = Signal(float)
    """How many times the pace it was watched at."""

    def __init__(self, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._compact = False
        self._ahead, self._may_grow = 0, True
        self._step = ClauseLabel(tone="plain")
        self._loss = ClauseLabel()
        self._buttons = {
            name: Button("plain" if name == "play" else "quiet", _ICONS[name], action=actions[name])
            for name in _BUTTONS
            if name in actions
        }
        self._speed = Chooser()
        self._speed.setProperty("bare", True)
        self._speed.setAccessibleName("Speed of playback")
        self._speed.setToolTip("Speed of playback")
        for speed in SPEEDS:
            self._speed.addItem(f"{speed:g}×", speed)
        self._speed.activated.connect(self._speed_activated)
        self._follow = Button("accent", "follow", action=actions["follow"])
        room = self._follow.sizePolicy()
        room.setRetainSizeWhenHidden(True)
        self._follow.setSizePolicy(room)
        self._column = QVBoxLayout(self)
        self._column.setSpacing(0)
        self._first, self._second, self._third = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        self._gaps = (QSpacerItem(0, 0), QSpacerItem(0, 0))
        self._fill()
        self.show_speed(1.0)
        self.show_position(0.0, math.nan, 0)
        self.set_compact(False)

    def show_position(
        self, position: float, loss: float, live_step: int, loss_name: str = "loss", *, may_grow: bool = True
    ) -> None:
        """Show the playhead's step, the loss there (nan where there is none yet), and the live head's lead.

        Where what is shown can't grow, it has no live head, only an end.
        """
        step = math.floor(position)
        self._step.show_text(f"Step {step:,}")
        has_room = not self._compact and step < _LONG_STEP
        name = loss_name if has_room else loss_name.rpartition(" ")[2]
        self._loss.show_text(f"{name} {loss_text(loss)}" if math.isfinite(loss) else "")
        if (self._ahead, self._may_grow) != (live_step - step, may_grow):
            self._ahead, self._may_grow = live_step - step, may_grow
            self._show_follow()

    def show_playing(self, playing: bool, looping: bool) -> None:
        """Show whether the recording plays, and whether it starts over at its end."""
        self._buttons["play"].show_icon("pause" if playing else "play")
        self._buttons["loop"].setChecked(looping)

    def show_speed(self, speed: float) -> None:
        """Show that speed of playback."""
        self._speed.setCurrentIndex(self._speed.findData(speed))

    def set_compact(self, compact: bool) -> None:
        """Take the smaller form, or the full one; also after a change of text scale."""
        self._compact = compact
        margin = 12 if compact else 16
        self._column.setContentsMargins(0, 6 if compact else 13, 0, 0)
        for row in (self._first, self._third):
            row.setContentsMargins(margin, 0, margin, 0)
        # The outer icons, not the unseen edges of their buttons, stand in line with what is above and below.
        self._second.setContentsMargins(margin - 8, 0, margin, 0)
        self._second.setSpacing(2 if compact else 5)
        for gap, height in zip(self._gaps, (6, 5) if compact else (14, 12), strict=True):
            gap.changeSize(0, height)
        typeset(self._step, _COMPACT_STEP_SIZE if compact else _STEP_SIZE, 700)
        for name, button in self._buttons.items():
            button.show_text("")
            set_style(button, "small", compact)
            button.setFixedWidth(scaled((33 if compact else 38) if name == "play" else (28 if compact else 32)))
        set_style(self._follow, "small", compact)
        self._column.invalidate()
        self._show_follow()

    def _fill(self) -> None:
        self._first.addWidget(self._step, 1)
        on_the_baseline = QVBoxLayout()
        on_the_baseline.addStretch(1)
        on_the_baseline.addWidget(self._loss)
        on_the_baseline.addSpacing(2)
        self._first.addLayout(on_the_baseline)
        for button in self._buttons.values():
            self._second.addWidget(button)
        self._second.addStretch(1)
        self._second.addWidget(self._speed)
        self._third.addWidget(self._follow)
        for row, gap in zip((self._first, self._second), self._gaps, strict=True):
            self._column.addLayout(row)
            self._column.addSpacerItem(gap)
        self._column.addLayout(self._third)
        self._column.addStretch(1)
        typeset(self._speed, BODY_SIZE, 500)

    def _show_follow(self) -> None:
        self._follow.setVisible(self._ahead > 0)
        set_style(self._follow, "kind", "accent" if self._may_grow else "plain")
        words = "Follow live" if self._may_grow else "To the end"
        steps = "step" if self._ahead == 1 else "steps"
        self._follow.show_text(words if self._compact else f"{words}, {self._ahead:,} {steps} ahead")

    @Slot(int)
    def _speed_activated(self, index: int) -> None:
        self.speed_changed.emit(self._speed.itemData(index))
