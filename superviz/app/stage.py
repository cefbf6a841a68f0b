"""Stage: shows the moment at the playhead in every panel, sixty times a second, with one selection for all of them."""

from __future__ import annotations

import time
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from superviz.app.instant import Instant
from superviz.app.new_runs import WAYS
from superviz.app.panels import PANELS, Frame, PanelRow
from superviz.app.playback import Playback
from superviz.app.preview import Session, Shown
from superviz.app.session_controller import SessionController
from superviz.core.bookmark import Bookmark
from superviz.core.errors import SessionError
from superviz.scene.canvas import Canvas
from superviz.scene.palette import PALETTES
from superviz.scene.selection import Feature, Instance, Meaning, Pair, Selection, Step
from superviz.scene.timeline import position_at
from superviz.session.display import DisplaySettings
from superviz.session.moment import Moment
from superviz.session.recording import Recording
from superviz.session.timeline import Timeline
from superviz.views.plane_view import PlaneView

FRAME_MILLISECONDS = 16
_WORDS_EVERY = 4
"""Frames between two changes of the words and numbers around the views: faster than that nobody reads."""
_WORK_AND_REST = 1.2
"""How long a frame lasts, at least, measured in the time it takes to build and paint..."""
_LONGEST_MILLISECONDS = 22
"""...but no longer than this, or the eye would see the frames."""
_ORBIT_DEGREES_PER_PIXEL = 0.4


class Stage(QObject):
    """The frame clock. Same position and same settings: nothing happens, so the screen can never fall behind."""

    settings_changed = Signal(object, object)
    """The DisplaySettings before and after."""
    ways_changed = Signal()
    """A person has chosen how runs are to be looked at."""
    unreadable = Signal(str)
    """What lies at the playhead is damaged: one line, told once. The frame before stays."""
    frame_shown = Signal(object)
    """The Frame that was just drawn: the words around the views follow it, every few frames."""

    def __init__(self, controller: SessionController, instant: Instant, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller, self._instant = controller, instant
        self.views = {row.name: PlaneView() for row in PANELS}
        self.playback = Playback()
        self.display = DisplaySettings()
        self.ways: dict[str, object] = {}
        """The theme, text scale and hidden panels for new runs, where they are not those of the run shown."""
        self.selection = Selection()
        self.compact = False
        self.frame: Frame | None = None
        self._session: Session | None = None
        self._drawn: dict[str, tuple[object, object]] = {}
        self._frames = 0
        self._moment_key: object = None
        self._moment: Moment | None = None
        self._timeline_key: tuple[object, ...] = ()
        self._timeline: Timeline | None = None
        self._told = ""
        self._last_tick = time.perf_counter()
        for row in PANELS:
            self._wire(row)
        controller.session_changed.connect(self._session_changed)
        controller.journalled.connect(self._journalled)
        instant.shown.connect(self._preview_shown)
        self._clock = QTimer(self)
        self._clock.setTimerType(Qt.TimerType.PreciseTimer)
        self._clock.setInterval(FRAME_MILLISECONDS)
        self._clock.timeout.connect(self.show_frame)

    @property
    def shown(self) -> Shown:
        """What is looked at: what is being tried out, or the session. Raises LookupError before the first run."""
        shown = self._instant.preview_now() or self._session
        if shown is None:
            raise LookupError("no session yet")
        return shown

    @property
    def live_step(self) -> int:
        """How far what is looked at has been trained."""
        return self.shown.recording.live_step

    @property
    def display_of_new_runs(self) -> DisplaySettings:
        """How a run is to be looked at that has nothing of its own to say about it."""
        return self.display.model_copy(update=self.ways)

    def start(self) -> None:
        """Begin to show frames."""
        self._clock.start()

    def stop(self) -> None:
        """Show no more."""
        self._clock.stop()

    def change_display(self, **changes: object) -> None:
        """Look at the session another way; kept in its file."""
        before = self.display
        self.display = DisplaySettings.model_validate({**before.model_dump(), **changes})
        if self.display != before:
            self._controller.recording.display = self.display
            self.settings_changed.emit(before, self.display)
            self._note_ways(before)

    def pin(self, feature: int | None) -> None:
        """Select that feature in every view, or none."""
        self.selection = replace(self.selection, pinned=None if feature is None else Feature(feature))
        self.change_display(pinned_feature=feature)

    def toggle_playing(self) -> None:
        """Play what was recorded, or hold."""
        self.playback.toggle_playing(self.live_step)

    def toggle_loop(self) -> None:
        """Whether playing starts over at the end."""
        self.playback.looping = not self.playback.looping

    def scrub_to(self, position: float) -> None:
        """Hold the playhead there."""
        self.playback.scrub(position, self.live_step)

    def scrub_by(self, share: float) -> None:
        """Move the playhead by that share of what was trained."""
        self.scrub_to(self.playback.position + share * self.live_step)

    @Slot()
    def show_frame(self) -> None:
        """Draw what has changed since the frame before."""
        now = time.perf_counter()
        elapsed, self._last_tick = now - self._last_tick, now
        self._controller.refresh()
        shown = self.shown
        if shown.recording.keyframe_count == 0:
            return  # the training thread has yet to hand over the random start
        position = self.playback.tick(elapsed, shown.recording.live_step)
        try:
            moment = self._moment_at(shown, position)
        except SessionError as error:
            self._tell_unreadable(str(error))
            return
        timeline = self._timeline_of(shown)
        self.frame = Frame(moment, timeline, self.display, self.selection)
        self._frames += 1
        manner = (self.display, self.selection, self.compact)
        drawn = [self._draw(row, phase, self.frame, manner) for phase, row in enumerate(PANELS)]
        if self._is_due("words", _WORDS_EVERY, len(PANELS), manner, (moment, timeline)):
            self.frame_shown.emit(self.frame)
        if any(drawn):
            self._pace_frames(time.perf_counter() - now)

    def _note_ways(self, before: DisplaySettings) -> None:
        chosen = {way: getattr(self.display, way) for way in WAYS}
        chosen = {way: value for way, value in chosen.items() if value != getattr(before, way)}
        if chosen:
            self.ways.update(chosen)
            self.ways_changed.emit()

    def _tell_unreadable(self, line: str) -> None:
        if line != self._told:
            self._told = line
            self.unreadable.emit(line)

    def _pace_frames(self, building: float) -> None:
        """Set when the next frame comes, given the seconds that building this one took.

        Training shares the interpreter's lock with this thread: however slow the machine paints, a part of the time is
        left to it.
        """
        painting = sum(view.take_paint_seconds() for view in self.views.values())
        lasting = round(1000 * _WORK_AND_REST * (building + painting))
        self._clock.setInterval(min(max(FRAME_MILLISECONDS, lasting), _LONGEST_MILLISECONDS))

    def _draw(self, row: PanelRow, phase: int, frame: Frame, manner: tuple[object, ...]) -> bool:
        view = self.views[row.name]
        if not view.isVisible():
            self._drawn.pop(row.name, None)
            return False
        size = (view.width(), view.height())
        position = (frame.moment, frame.timeline if row.name == "timeline" else None)
        if not self._is_due(row.name, row.every, phase, (*manner, size), position):
            return False
        view.show_scene(row.build(frame, self.canvas(*size)))
        return True

    def _is_due(self, name: str, every: int, phase: int, manner: object, position: object) -> bool:
        """Whether `name` is to be drawn in this frame: at once in another manner, in its turn at another position."""
        shown_manner, shown_position = self._drawn.get(name, (None, None))
        is_its_turn = (self._frames + phase) % every == 0
        if manner == shown_manner and (position == shown_position or not is_its_turn):
            return False
        self._drawn[name] = (manner, position)
        return True

    def canvas(self, width: float, height: float) -> Canvas:
        """Room for a scene of that size, in the window's manner of now."""
        mark, text = (0.72, 0.92) if self.compact else (1.0, 1.0)
        return Canvas(width, height, PALETTES[self.display.theme], mark, text * self.display.text_scale, self.compact)

    def _moment_at(self, shown: Shown, position: float) -> Moment:
        key = (shown, position, self.display.instance, len(shown.recording.edits))
        if self._moment is None or key != self._moment_key:
            self._moment = shown.moment(position, self.display.instance)
            self._moment_key = key
        return self._moment

    def _timeline_of(self, shown: Shown) -> Timeline:
        instance, recording = self.display.instance, shown.recording
        may_grow = recording is not self._controller.recording or self._controller.held.may_grow
        key = (shown, instance, recording.revision, recording.live_step, may_grow)
        # Flat out there are dozens of keyframes a frame to be named: every other frame is soon enough.
        is_its_turn = key[:2] != self._timeline_key[:2] or self._frames % 2 == 0
        is_old = self._timeline is None or key != self._timeline_key or not self._timeline.is_complete
        if self._timeline is None or (is_old and is_its_turn):
            self._timeline = replace(shown.timeline(instance), may_grow=may_grow)
            self._timeline_key = key
        return self._timeline

    def _wire(self, row: PanelRow) -> None:
        view = self.views[row.name]
        view.setAccessibleName(row.title)
        view.setAccessibleDescription(row.help)
        view.hovered.connect(self._hovered)
        view.picked.connect(self._picked)
        if row.name == "timeline":
            view.pressed.connect(self._scrubbed)
            view.moved.connect(self._scrubbed)
        if row.name == "vectors":
            view.dragged.connect(self._dragged)
            view.zoomed.connect(self._zoomed)

    @Slot()
    def _preview_shown(self) -> None:
        if self._clock.isActive():
            self.show_frame()

    @Slot()
    def _session_changed(self) -> None:
        recording = self._controller.recording
        self._give_look(recording)
        before, self.display = self.display, recording.display
        self._session = Session(recording)
        if self._instant.preview_now() is None:
            self.playback = Playback(self._controller.watching_pace)
        pinned = self.display.pinned_feature
        self.selection = Selection(pinned=None if pinned is None else Feature(pinned))
        self._moment = self._timeline = None
        self._drawn.clear()
        if before != self.display:
            self.settings_changed.emit(before, self.display)

    def _give_look(self, recording: Recording) -> None:
        """Have weights of elsewhere looked at as a person chose for every run: they come with no look of their own."""
        display, undecided = recording.display, DisplaySettings()
        if recording.origin != "trained" and all(getattr(display, way) == getattr(undecided, way) for way in WAYS):
            recording.display = display.model_copy(update=self.ways)

    @Slot()
    def _journalled(self) -> None:
        self._session = Session(self._controller.recording)

    @Slot(object)
    def _hovered(self, meaning: Meaning | None) -> None:
        # Cards and the curve are pressed, not selected: hovering them means nothing to any view.
        wanted = meaning if isinstance(meaning, (Feature, Pair, Bookmark)) else None
        self.selection = replace(self.selection, hovered=wanted)

    @Slot(object)
    def _picked(self, meaning: Meaning | None) -> None:
        if isinstance(meaning, Instance):
            self.change_display(instance=meaning.index)
        elif isinstance(meaning, Feature):
            self.pin(None if self.selection.pinned == meaning else meaning.index)
        elif isinstance(meaning, Pair):
            self.pin(meaning.source)
        elif isinstance(meaning, Step):
            self.scrub_to(meaning.position)
        elif isinstance(meaning, Bookmark):
            self.scrub_to(float(meaning.step))

    @Slot(float, float)
    def _scrubbed(self, x: float, _y: float) -> None:
        view = self.views["timeline"]
        if self._timeline is not None:
            self.scrub_to(position_at(self._timeline, self.canvas(view.width(), view.height()), x))

    @Slot(float, float)
    def _dragged(self, dx: float, dy: float) -> None:
        if self.display.dimensions == 3:
            elevation = min(89.0, max(-89.0, self.display.elevation + dy * _ORBIT_DEGREES_PER_PIXEL))
            azimuth = (self.display.azimuth - dx * _ORBIT_DEGREES_PER_PIXEL) % 360
            self.change_display(azimuth=azimuth, elevation=elevation)
        else:
            height = self.views["vectors"].height()
            across, down = self.display.pan
            self.change_display(pan=(across + dx / height, down + dy / height))

    @Slot(float, float, float)
    def _zoomed(self, factor: float, _x: float, _y: float) -> None:
        self.change_display(zoom=min(10.0, max(0.2, self.display.zoom * factor)))
