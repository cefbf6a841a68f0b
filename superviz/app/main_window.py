"""MainWindow: the panels around the vectors, and what each action does to the session, the playhead and the look."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QAction, QCloseEvent, QKeyEvent, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from superviz.app.actions import make_actions, make_menu, plain_keys, show_checks
from superviz.app.arranging import arrange
from superviz.app.bookmarking import Bookmarking
from superviz.app.command_palette import CommandPalette
from superviz.app.dropping import Dropping
from superviz.app.elsewhere import show_what_can_be_trained
from superviz.app.exporting import Exporting
from superviz.app.feature_finder import find_features
from superviz.app.feature_naming import FeatureNaming
from superviz.app.handing_on import HandingOn
from superviz.app.instant import Instant
from superviz.app.layout import Layout
from superviz.app.look import Look
from superviz.app.messages import Messages
from superviz.app.notifications import Notifications, Offer, Severity
from superviz.app.panel import Panel
from superviz.app.panels import PANELS, Frame, PanelRow
from superviz.app.playback_bar import PlaybackBar
from superviz.app.preferences import PreferencesFile
from superviz.app.preview import Preview
from superviz.app.recipe_panel import RecipePanel
from superviz.app.recovery import Recovery
from superviz.app.remembering import Remembering
from superviz.app.renaming import Renaming
from superviz.app.session_controller import SessionController
from superviz.app.session_files import SessionFiles
from superviz.app.stage import Stage
from superviz.app.toolbar import Toolbar
from superviz.core.errors import SupervizError
from superviz.core.experiment import Experiment
from superviz.core.recipe import load_recipe, presets
from superviz.core.snapshot import LiveValue
from superviz.engine.runner import RunState
from superviz.scene.loss_curve import brief_loss_name
from superviz.scene.palette import PALETTES
from superviz.session.display import DisplaySettings
from superviz.views.theme import apply_theme


class MainWindow(QMainWindow):
    """The one window. It holds no run and no look of its own: the session controller and the stage do."""

    def __init__(self, controller: SessionController, preferences: PreferencesFile) -> None:
        super().__init__()
        self.setObjectName("superviz")
        self.resize(1440, 860)
        self.controller = controller
        controller.setParent(self)
        self.instant = Instant(controller, self)
        self.stage = Stage(controller, self.instant, self)
        self.look = Look(self.stage)
        self.actions_by_name = make_actions(self)
        self._plain_keys = plain_keys()
        self.toolbar = Toolbar(self.actions_by_name, presets(), make_menu(self, self.actions_by_name))
        self.recipe_panel = RecipePanel()
        self.playback_bar = PlaybackBar(self.actions_by_name)
        self.panels = {row.name: self._panel(row) for row in PANELS if row.name != "timeline"}
        parts: dict[str, QWidget] = {
            "recipe": self.recipe_panel,
            "timeline": self.stage.views["timeline"],
            **self.panels,
        }
        self.layout_ = Layout(self.toolbar, parts, self.playback_bar)
        self.setCentralWidget(self.layout_)
        self.notifications = Notifications(self.layout_)
        self.exporting = Exporting(self)
        self.files = SessionFiles(controller, self)
        self.handing_on = HandingOn(self.stage, controller, self.files, self.notifications, self)
        self.naming = FeatureNaming(self.stage, controller, self)
        self.bookmarking = Bookmarking(self.stage, controller, self.notifications, self)
        self.renaming = Renaming(controller, self.toolbar.title_place, self)
        self.messages = Messages(controller, self.notifications, self.attempt, self.start_run, self.files)
        self.recovery = Recovery(controller, self.notifications, self.attempt, self.files.may_leave)
        self.remembering = Remembering(self, preferences)
        self.dropping = Dropping(self)
        self._connect()
        self._apply_theme(self.stage.display)

    def _connect(self) -> None:
        self.controller.session_changed.connect(self._session_changed)
        self.controller.state_changed.connect(self._state_changed)
        self.controller.edited.connect(self._edited_for_them)
        self.stage.settings_changed.connect(self._settings_changed)
        self.stage.unreadable.connect(self._unreadable)
        self.stage.frame_shown.connect(self._frame_shown)
        self.stage.frame_shown.connect(self._first_frame_shown)
        self.recipe_panel.edited.connect(self._edited)
        self.recipe_panel.new_run_requested.connect(self._new_run_requested)
        self.recipe_panel.instant_toggled.connect(self._instant_toggled)
        self.recipe_panel.tried.connect(self._tried)
        self.instant.switched.connect(self._instant_switched)
        self.instant.failed.connect(self._instant_failed)
        self.instant.taken_back.connect(self._show_recipe)
        self.toolbar.preset_picked.connect(self._preset_picked)
        self.toolbar.pace_changed.connect(self.controller.set_pace)
        self.controller.pace_changed.connect(self.toolbar.show_pace)
        self.playback_bar.speed_changed.connect(self._speed_changed)
        self.exporting.finished.connect(self._exported)
        self.controller.saved.connect(self._show_title)
        self.renaming.renamed.connect(self._renamed)
        self.remembering.recent.picked.connect(self.open_file)

    # -- the edge where errors are handled, once ------------------------------------------------------------------

    def attempt(self, what: Callable[[], object]) -> None:
        """Do it; a fault the user can mend becomes a notification."""
        try:
            what()
        except SupervizError as error:
            self.notify(str(error), "error")

    def notify(self, line: str, kind: Severity = "info") -> None:
        """One line, at the foot of the window."""
        self.notifications.notify(line, kind)

    @Slot(str)
    def show_fault(self, line: str) -> None:
        """What nobody expected, and where more is told of it."""
        self.notifications.notify(line, "error", [Offer("Show log", self.actions_by_name["show_log"].trigger)])

    # -- the session ----------------------------------------------------------------------------------------------

    def restart(self, *, another_seed: bool = False) -> None:
        """The recipe shown, from its random start."""
        experiment = self.stage.shown.experiment
        if another_seed:
            experiment = experiment.changed(seed=_next_seed(experiment))
        self.start_run(experiment)

    def start_run(self, experiment: Experiment) -> None:
        """That experiment from its random start; asks first where work would be lost."""
        if self.files.may_leave():
            self.controller.restart(experiment)

    def ask_open(self) -> None:
        """Ask which session or recipe, and show it."""
        self.files.ask_open(self.stage.display_of_new_runs)

    @Slot(object)
    def open_file(self, path: Path) -> None:
        """Show that session or those weights, or train that recipe; asks first where work would be lost."""
        self.attempt(lambda: self.files.open(path, self.stage.display_of_new_runs))

    def ask_export(self) -> None:
        """Ask what clip or picture to write."""
        self.exporting.ask(self.controller.recording, self.files.suggestion(".mp4"))

    def discard(self) -> None:
        """Let go of everything without asking."""
        self.remembering.close()
        self.stage.stop()
        self.instant.close()
        self.exporting.close()
        self.handing_on.close()
        self.recovery.close()
        self.files.importing.close()
        self.controller.close()
        self.deleteLater()

    # -- training -------------------------------------------------------------------------------------------------

    def toggle_training(self) -> None:
        """Pause, or go on and follow."""
        self.controller.toggle_training()
        self.stage.playback.follow()

    def train_steps(self, steps: int) -> None:
        """That many steps, then rest."""
        self.controller.train_steps(steps)
        self.stage.playback.follow()

    def switch_instant(self, on: bool) -> None:
        """Train anew at every change of the recipe, or not; asks first where work would be lost."""
        if not on or self.instant.on or self.files.may_leave():
            self.instant.switch(on)
        self.recipe_panel.show_instant(self.instant.on)

    # -- what else there is ---------------------------------------------------------------------------------------

    def toggle_full_screen(self) -> None:
        """The whole screen, or a window."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def copy_view(self, name: str) -> None:
        """A panel to the clipboard, as a picture."""
        self.stage.views[name].copy_to_clipboard()
        self.notify("Copied as a picture")

    def show_commands(self) -> None:
        """Every action, preset and feature, to be found by typing."""
        commands = {**self.actions_by_name, **self.toolbar.preset_commands, **self.remembering.recent.commands}
        CommandPalette(commands, self, self._features_found).open_over(self)

    def _features_found(self, typed: str, parent: QObject) -> list[QAction]:
        n_features = self.stage.shown.experiment.n_features
        return find_features(typed, n_features, self.stage.display, self.stage.pin, parent)

    def show_recent(self) -> None:
        """The files of late, to be found by typing."""
        CommandPalette(self.remembering.recent.commands, self).open_over(self)

    # -- what the widgets and the run say -------------------------------------------------------------------------

    @Slot()
    def _session_changed(self) -> None:
        self.toolbar.show_title(self.controller.recording.title or self.files.name)
        self.toolbar.show_pace(self.controller.pace)
        self._show_recipe()
        show_what_can_be_trained(self.controller.held, self.actions_by_name, self.toolbar, self.recipe_panel)
        self._show_dimensions()
        self._show_title()
        arrange(self)

    @Slot(object, str)
    def _state_changed(self, state: RunState, _message: str) -> None:
        self.toolbar.show_state(state)
        show_what_can_be_trained(self.controller.held, self.actions_by_name, self.toolbar, self.recipe_panel)
        self.toolbar.show_backend(self.controller.recording.backend)

    @Slot(object, object)
    def _settings_changed(self, before: DisplaySettings, after: DisplaySettings) -> None:
        if (before.theme, before.text_scale) != (after.theme, after.text_scale):
            self._apply_theme(after)
        if before.instance != after.instance:
            self.instant.show_instance(after.instance)
            self.recipe_panel.show_experiment(self.stage.shown.experiment, after.instance)
        if before.dimensions != after.dimensions:
            self._show_dimensions()
        self.recipe_panel.show_display(after)
        if before.hidden_panels != after.hidden_panels or before.text_scale != after.text_scale:
            arrange(self)
        show_checks(self, self.actions_by_name)

    @Slot(object)
    def _frame_shown(self, frame: Frame) -> None:
        self.toolbar.show_tried(isinstance(self.stage.shown, Preview))
        described = self.stage.shown.recording.described
        horizon = frame.timeline.horizon if described else 0
        self.recipe_panel.show_snapshots(self.stage.shown.recording.keyframe_count)
        self.toolbar.show_progress(self.stage.live_step, horizon, self.controller.rate)
        loss = float(frame.moment.loss[frame.display.instance])
        position, following = frame.moment.position, self.stage.playback.following
        # While it follows, the live head has only just moved on: nothing is ahead that a button could bring.
        live = int(position) if following else self.stage.live_step
        self.playback_bar.show_position(
            position,
            loss,
            live,
            brief_loss_name(frame.moment.experiment, described=described),
            may_grow=frame.timeline.may_grow,
        )
        self.playback_bar.show_playing(self.stage.playback.playing, self.stage.playback.looping)
        for row in PANELS:
            if row.name in self.panels:
                if row.heading is not None:
                    self.panels[row.name].show_title(row.heading(frame))
                self.panels[row.name].set_clause(row.brief if self.stage.compact else row.clause(frame))

    @Slot(object)
    def _first_frame_shown(self, _frame: Frame) -> None:
        self.stage.frame_shown.disconnect(self._first_frame_shown)
        self.recovery.look(self.devicePixelRatioF() * self.stage.display.text_scale)

    @Slot(str, object)
    def _edited(self, field: str, value: LiveValue) -> None:
        self.attempt(lambda: self.controller.edit(field, value))

    @Slot(object)
    def _edited_for_them(self, experiment: Experiment) -> None:
        self.recipe_panel.show_experiment(experiment, self.stage.display.instance)

    @Slot(object)
    def _new_run_requested(self, experiment: Experiment) -> None:
        self.attempt(lambda: self.start_run(experiment))

    @Slot(bool)
    def _instant_toggled(self, on: bool) -> None:
        self.attempt(lambda: self.switch_instant(on))

    @Slot(bool)
    def _instant_switched(self, _on: bool) -> None:
        show_checks(self, self.actions_by_name)

    @Slot(object)
    def _tried(self, experiment: Experiment) -> None:
        self.instant.try_out(experiment, self.stage.display.instance)

    @Slot(str)
    def _instant_failed(self, line: str) -> None:
        self.notify(line, "error")

    @Slot()
    def _show_recipe(self) -> None:
        self.recipe_panel.show_experiment(self.controller.experiment, self.stage.display.instance)

    @Slot(str)
    def _preset_picked(self, name: str) -> None:
        self.attempt(lambda: self.files.start(load_recipe(name), self.stage.display_of_new_runs))

    @Slot()
    def _renamed(self) -> None:
        self.toolbar.show_title(self.controller.recording.title or self.files.name)
        self._show_title()

    @Slot(object, str)
    def _exported(self, path: Path | None, fault: str) -> None:
        if fault:
            self.notify(fault, "error")
        elif path is not None:
            self.notify(f"Wrote {path.name}")

    @Slot(str)
    def _unreadable(self, line: str) -> None:
        self.notify(line, "error")

    @Slot(float)
    def _speed_changed(self, speed: float) -> None:
        self.stage.playback.speed = speed

    # -- Qt -------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A bare key that no focused widget wanted."""
        name = self._plain_keys.get(QKeySequence(event.keyCombination()).toString())
        if name is not None:
            self.actions_by_name[name].trigger()
        elif Qt.Key.Key_1 <= event.key() <= Qt.Key.Key_9 and not event.modifiers():
            feature = event.key() - Qt.Key.Key_1
            if feature < self.stage.shown.experiment.n_features:
                self.stage.pin(feature)
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """There is something to draw on."""
        super().showEvent(event)
        self.stage.start()
        # Where the keys belong from the start: else Qt rings the first button.
        self.stage.views["vectors"].setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Room changes; below 1600 the window says less."""
        super().resizeEvent(event)
        arrange(self)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Asks once about unsaved work, then stops every thread."""
        saved_or_let_go = False

        def leave() -> None:
            nonlocal saved_or_let_go
            saved_or_let_go = self.files.may_leave()

        self.attempt(leave)
        if saved_or_let_go:
            self.discard()
            event.accept()
        else:
            event.ignore()

    def _panel(self, row: PanelRow) -> Panel:
        names = (f"copy_{row.name}", f"panel_{row.name}", "export")
        menu = [self.actions_by_name[name] for name in names if name in self.actions_by_name]
        return Panel(row.title, "", self.stage.views[row.name], menu)

    def _apply_theme(self, display: DisplaySettings) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        apply_theme(app, PALETTES[display.theme], display.text_scale)
        self.toolbar.show_theme(display.theme)

    def _show_dimensions(self) -> None:
        hidden = self.stage.shown.experiment.n_hidden
        self.toolbar.show_dimensions(hidden, self.stage.display.dimensions)
        self.actions_by_name["three_dimensions"].setEnabled(hidden > 2)

    @Slot()
    def _show_title(self) -> None:
        self.setWindowTitle(f"{self.files.name} — superviz")


def _next_seed(experiment: Experiment) -> int | list[int]:
    """Another seed for each instance, past those that a race of the one before tries."""
    if isinstance(experiment.seed, int):
        return (experiment.seed + experiment.best_of) % 2**63
    return [(seed + experiment.best_of) % 2**63 for seed in experiment.seeds()]
