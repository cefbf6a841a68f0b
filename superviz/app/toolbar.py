"""Toolbar: what drives training, and the way to everything else."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QSpacerItem, QWidget

from superviz.app import figures
from superviz.app.buttons import Button, Glyph, Rule, Tone, described
from superviz.app.clause_label import ClauseLabel
from superviz.app.playback import FASTEST, SLOWEST
from superviz.app.preset_chooser import PresetChooser
from superviz.app.segmented import Segmented
from superviz.app.value_slider import ValueSlider
from superviz.core.recipe import Recipe
from superviz.engine.runner import RunState
from superviz.views.theme import BODY_SIZE, scaled, typeset

_WORDS = {
    RunState.READY: "Ready",
    RunState.COMPILING: "Preparing",
    RunState.RUNNING: "Training",
    RunState.PAUSED: "Paused",
    RunState.FINISHED: "Finished",
    RunState.STOPPED: "Stopped",
    RunState.FAILED: "Failed",
}
_TRAIN_WORDS = {True: ("Pause training", "Start training", "Train on"), False: ("Pause", "Start", "Train on")}
"""By whether there is room for long words: while it trains, before it did, and after it came to rest."""
_PACE_TIP = "How fast it trains: for the eye, never for the result. The right end is flat out."
_WIDTHS = {"presets": (240, 178), "pace": (119, 70), "find": (190, 32), "segment": (43, 43)}
"""Logical pixels at text scale 1: in the full form, and in the compact one."""


class Toolbar(QWidget):
    """One row. Its buttons are the faces of the actions menu, train, step, restart, commands, theme and export."""

    preset_picked = Signal(str)
    """A preset's name."""
    pace_changed = Signal(object)
    """Steps a second, or None for flat out."""

    def __init__(
        self,
        actions: dict[str, QAction],
        presets: Sequence[Recipe],
        menu: QMenu | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._compact = self._terse = False
        self._state, self._step, self._progress = RunState.READY, 0, ""
        self._backend, self._gpu = "CPU", ""
        self._tried = False
        self._elsewhere, self._is_live = "", False
        self._menu = Button("quiet", "menu")
        self._menu.setToolTip("Menu")
        self._menu.setAccessibleName("Menu")
        if menu is not None:
            self._menu.setMenu(menu)
        self._presets = PresetChooser(presets)
        self._presets.picked.connect(self.preset_picked)
        self.preset_commands = self._presets.commands
        self._train = Button("accent", "pause", action=actions["train"])
        self._advance = Button("plain", "step", action=actions["step"])
        self._restart = Button("plain", "restart", action=actions["restart"])
        self._pace_label = _label("Pace", "soft")
        self._pace = ValueSlider(SLOWEST, FASTEST, logarithmic=True)
        self._pace.setAccessibleName("Pace")
        self._pace.setToolTip(_PACE_TIP)
        self._pace.moved.connect(self._pace_moved)
        self._pace_value = _label("", "plain", 500)
        self._dimensions = Segmented(actions["two_dimensions"], "2D", actions["three_dimensions"], "3D")
        self._dot = Glyph("ring", 8, "faint")
        self._status = ClauseLabel()
        self._find = FindButton(actions["commands"])
        self._theme = Button("quiet", "sun", action=actions["theme"])
        self._export = Button("primary", "export", action=actions["export"])
        self._row = QHBoxLayout(self)
        self._row.setSpacing(0)
        self._gaps: list[tuple[QSpacerItem, tuple[int, int]]] = []
        self._fill()
        self.set_compact(False)
        self.show_pace(None)

    @property
    def title_place(self) -> QWidget:
        """What shows the title."""
        return self._presets

    def show_title(self, title: str) -> None:
        """Say what is shown: a preset's title, or another."""
        self._presets.show_title(title)

    def show_state(self, state: RunState) -> None:
        """Say what training does, and offer what can be done."""
        self._state = state
        self._show_words()

    def show_elsewhere(self, word: str, reason: str, *, live: bool) -> None:
        """Of weights that are not trained here, say `word` in place of what training does, and `reason` where it could
        be asked for; "" where they are. `live`: whether they are still being trained somewhere."""
        self._elsewhere, self._is_live = word, live
        self._pace.setEnabled(not reason)
        self._pace.setToolTip(reason or _PACE_TIP)
        if reason:  # else their actions say what they do
            for button in (self._train, self._advance, self._restart):
                button.setToolTip(reason)
        self._status.setToolTip(reason)
        self._show_words()

    def show_tried(self, tried: bool) -> None:
        """Say whether what is looked at is something being tried out, and not the run."""
        if tried != self._tried:
            self._tried = tried
            self._show_status()

    def show_progress(self, step: int, horizon: int, rate: float = 0.0) -> None:
        """Say how far training has come, of `horizon` steps, 0 where nobody knows.

        `rate`, in steps a second as measured, is the status's tooltip.
        """
        started = self._step > 0
        self._step = step
        self._progress = f"step {step:,} of {horizon:,}" if horizon else f"step {step:,}"
        speed = f"{figures.shown(round(rate))} steps/s measured" if rate else ""
        if not self._elsewhere:
            self._status.setToolTip(" on ".join(filter(None, (speed, self._gpu))))
        self._show_status()
        if started != (step > 0):
            self._show_words()

    def show_backend(self, backend: str) -> None:
        """Say what trains: "numba", or "torch on" a device; the GPU's name is the status's tooltip."""
        device = backend.removeprefix("torch on ")
        self._backend, self._gpu = ("CPU", "") if device in ("numba", "cpu") else ("GPU", device)
        self._show_status()

    def show_pace(self, pace: float | None) -> None:
        """Show that many steps a second, or flat out."""
        self._pace.show_value(FASTEST if pace is None else pace)
        self._show_pace_words(pace)

    def show_dimensions(self, n_hidden: int, dimensions: int) -> None:
        """Show whether vectors are drawn along two directions or three; the model may have fewer."""
        dimension = "dimension" if n_hidden == 1 else "dimensions"
        reason = f"The model has only {n_hidden} hidden {dimension}: nothing stands out of the plane."
        self._dimensions.show_choice(0 if dimensions == 2 else 1, "" if n_hidden > 2 else reason)

    def show_theme(self, theme: str) -> None:
        """Offer the other theme: a sun while it is dark, a moon while it is light."""
        self._theme.show_icon("sun" if theme == "dark" else "moon")

    def set_terse(self, terse: bool) -> None:
        """From the next `set_compact` on, go without the words that a tooltip says too; or with them."""
        self._terse = terse

    def set_compact(self, compact: bool) -> None:
        """Take the smaller form, or the full one; also after a change of text scale."""
        self._compact = compact
        margin = 8 if compact else 12
        self._row.setContentsMargins(margin, 0, margin, 0)
        # In the full form the preset and the pace give way first, not the status.
        gives_way = QSizePolicy.Policy.Preferred if compact else QSizePolicy.Policy.Minimum
        self._status.setSizePolicy(gives_way, QSizePolicy.Policy.Fixed)
        for spacer, gap in self._gaps:
            spacer.changeSize(gap[compact], 0)
        self._row.invalidate()
        self._presets.set_width(scaled(_WIDTHS["presets"][compact]))
        self._pace.set_width(scaled(_WIDTHS["pace"][compact]))
        self._find.set_compact(compact, scaled(_WIDTHS["find"][compact]))
        self._dimensions.set_segment_width(scaled(_WIDTHS["segment"][compact]))
        self._advance.show_text("" if compact else "Step")
        self._restart.show_text("" if compact else "Restart")
        self._pace_label.setVisible(not self._terse)
        self._export.show_text("" if self._terse else "Export")
        for button in (self._menu, self._theme):
            button.show_text("")
        metrics = self._pace_value.fontMetrics()
        widest = max(metrics.horizontalAdvance(f"20,000{_pace_unit(compact)}"), metrics.horizontalAdvance("flat out"))
        self._pace_value.setFixedWidth(widest)
        self._show_words()
        self._show_pace_words(self._pace_now())

    def _fill(self) -> None:
        rules = [Rule(Qt.Orientation.Vertical, 20) for _ in range(2)]
        groups: tuple[tuple[tuple[int, int], QWidget], ...] = (
            ((0, 0), self._menu),
            ((8, 6), self._presets),
            ((14, 8), rules[0]),
            ((14, 8), self._train),
            ((8, 6), self._advance),
            ((8, 6), self._restart),
            ((14, 12), self._pace_label),
            ((10, 9), self._pace),
            ((10, 10), self._pace_value),
            ((4, 4), rules[1]),
            ((14, 8), self._dimensions),
            ((16, 16), self._dot),
            ((8, 8), self._status),
            ((16, 4), self._find),
            ((8, 4), self._theme),
            ((8, 6), self._export),
        )
        for gap, widget in groups:
            if widget is self._dot:
                self._row.addStretch(1)
            spacer = QSpacerItem(gap[False], 0)
            self._gaps.append((spacer, gap))
            self._row.addSpacerItem(spacer)
            self._row.addWidget(widget)

    def _show_words(self) -> None:
        pause, start, train_on = _TRAIN_WORDS[not self._compact]
        live = self._state in (RunState.RUNNING, RunState.COMPILING)
        words = pause if live else train_on if self._step else start
        self._train.show_text(words, (pause, start, train_on))
        self._train.show_icon("pause" if live else "play")
        self._show_status()

    def _show_status(self) -> None:
        live = self._tried or self._state in (RunState.RUNNING, RunState.COMPILING)
        live = self._is_live if self._elsewhere else live
        at_rest: Tone = "warning" if self._state is RunState.FAILED else "faint"
        self._dot.show_glyph("dot" if live else "ring", "accent" if live else at_rest)
        words = "Instant" if self._tried else self._elsewhere or _WORDS[self._state]
        if not self._compact:
            here = self._state is RunState.RUNNING and not self._tried and not self._elsewhere
            where = f" on {self._backend}" if here else ""
            words = " · ".join(filter(None, (words + where, self._progress)))
        self._status.show_text(words)

    def _pace_now(self) -> float | None:
        value = self._pace.value_at(self._pace.value())
        return None if value >= FASTEST else value

    def _show_pace_words(self, pace: float | None) -> None:
        words = "flat out" if pace is None else f"{figures.shown(round(pace))}{_pace_unit(self._compact)}"
        self._pace_value.setText(words)

    @Slot(float)
    def _pace_moved(self, _value: float) -> None:
        pace = self._pace_now()
        self._show_pace_words(pace)
        self.pace_changed.emit(pace)


class FindButton(Button):
    """Looks like a field to type in: it opens the command palette."""

    def __init__(self, action: QAction) -> None:
        super().__init__("plain", action=action)
        self._words = _label("Find a command", "soft")
        self._keys = _label(described(action)[1].replace("+", " "), "faint")
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addStretch(1)
        row.addWidget(Glyph("search", 14, "soft"))
        for part in (self._words, self._keys):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            row.addWidget(part)
        row.addStretch(1)

    def set_compact(self, compact: bool, width: int) -> None:
        """Only the magnifying glass, or the words and keys too."""
        self._words.setVisible(not compact)
        self._keys.setVisible(not compact)
        self.show_kind("quiet" if compact else "plain")
        self.setFixedWidth(max(width, 0 if compact else self._row.sizeHint().width() + 16))


def _label(text: str, tone: str, weight: int = 400) -> QLabel:
    label = QLabel(text)
    label.setProperty("tone", tone)
    label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
    typeset(label, BODY_SIZE, 500 if weight == 500 else 400)
    return label


def _pace_unit(compact: bool) -> str:
    return " /s" if compact else " steps/s"
