"""The one table of actions: every menu entry, shortcut, toolbar button and palette command is a row here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from superviz.app.about import show_about
from superviz.app.log_entries import show_log
from superviz.app.panels import PANELS
from superviz.exchange.formats import FORMATS

if TYPE_CHECKING:
    from superviz.app.main_window import MainWindow


@dataclass(frozen=True, slots=True)
class ActionRow:
    """Something a person can do."""

    name: str
    menu: str
    """Whose submenus stand behind a slash."""
    text: str
    run: Callable[[MainWindow], object]
    shortcuts: tuple[str, ...] = ()
    checked: Callable[[MainWindow], bool] | None = None
    """For what is on or off: which of the two."""
    separated: bool = False
    """Whether a line stands above it in its menu."""


def _copy(window: MainWindow, name: str) -> None:
    window.copy_view(name)


def _write(window: MainWindow, name: str) -> None:
    window.handing_on.write(name)


def _toggle_panel(window: MainWindow, name: str) -> None:
    window.look.toggle_panel(name)


def _shows_panel(window: MainWindow, name: str) -> bool:
    return window.look.shows_panel(name)


def _keep_older(window: MainWindow, count: int) -> None:
    window.remembering.keep_older_versions(count)


def _keeps_older(window: MainWindow, count: int) -> bool:
    return window.remembering.older_versions == count


HIDEABLE = {"recipe": "Recipe"} | {row.name: row.title for row in PANELS if row.name != "vectors"}
"""The panels that can be hidden, by name, with their titles: all but the vectors, which everything else explains."""

ACTIONS: tuple[ActionRow, ...] = (
    ActionRow("restart", "Session", "Restart from a random start", lambda w: w.restart(), ("R",)),
    ActionRow(
        "another_seed", "Session", "Restart with another seed", lambda w: w.restart(another_seed=True), ("Shift+R",)
    ),
    ActionRow("open", "Session", "Open…", lambda w: w.ask_open(), ("Ctrl+O",), separated=True),
    ActionRow("open_recent", "Session", "Open recent", lambda w: w.show_recent(), ("Ctrl+Shift+O",)),
    ActionRow("save", "Session", "Save", lambda w: w.files.save(), ("Ctrl+S",)),
    ActionRow("save_as", "Session", "Save as…", lambda w: w.files.save_as(), ("Ctrl+Shift+S",)),
    *(
        ActionRow(
            f"older_{count}",
            "Session/When a save replaces a file",
            f"Keep {count or 'no'} older version{'' if count == 1 else 's'}",
            partial(_keep_older, count=count),
            checked=partial(_keeps_older, count=count),
        )
        for count in (0, 1, 2, 5, 20)
    ),
    ActionRow("rename", "Session", "Rename the session…", lambda w: w.renaming.open(), ("Shift+F2",)),
    ActionRow("quit", "Session", "Quit", lambda w: w.close(), ("Ctrl+Q",), separated=True),
    ActionRow("export", "Export", "Export a clip or picture…", lambda w: w.ask_export(), ("Ctrl+E",)),
    *(
        ActionRow(
            f"copy_{row.name}",
            "Export",
            f"Copy {row.title.lower()} as a picture",
            partial(_copy, name=row.name),
            ("Ctrl+Shift+C",) if row.name == "vectors" else (),
        )
        for row in PANELS
    ),
    *(
        ActionRow(
            f"export_{row.name}",
            "Export",
            f"{row.deed}…",
            partial(_write, name=row.name),
            separated=place == 0,
        )
        for place, row in enumerate(FORMATS.values())
    ),
    ActionRow("recipe_string", "Export", "Copy recipe string", lambda w: w.handing_on.copy_recipe(), separated=True),
    ActionRow(
        "paste_recipe", "Export", "Paste recipe string", lambda w: w.handing_on.paste_recipe(), ("Ctrl+Shift+V",)
    ),
    ActionRow("train", "Training", "Pause or go on training", lambda w: w.toggle_training(), ("Space",)),
    ActionRow("step", "Training", "Train one step", lambda w: w.train_steps(1), (".",)),
    ActionRow("step_100", "Training", "Train 100 steps", lambda w: w.train_steps(100), ("Shift+.", ">")),
    ActionRow("slower", "Training", "Slower", lambda w: w.controller.scale_pace(0.5), ("[",), separated=True),
    ActionRow("faster", "Training", "Faster", lambda w: w.controller.scale_pace(2.0), ("]",)),
    ActionRow(
        "flat_out",
        "Training",
        "Flat out, or a watching pace",
        lambda w: w.controller.toggle_flat_out(),
        ("\\",),
    ),
    ActionRow(
        "instant",
        "Training",
        "Instant: train anew at every change",
        lambda w: w.switch_instant(not w.instant.on),
        ("I",),
        lambda w: w.instant.on,
        separated=True,
    ),
    ActionRow("play", "Playback", "Play the recording", lambda w: w.stage.toggle_playing(), ("P",)),
    ActionRow("follow", "Playback", "Follow the live head", lambda w: w.stage.playback.follow(), ("F",)),
    ActionRow("to_start", "Playback", "To the start", lambda w: w.stage.scrub_to(0.0), ("Home",)),
    ActionRow("back", "Playback", "Back a little", lambda w: w.stage.scrub_by(-0.01), ("Left",)),
    ActionRow("forward", "Playback", "Forward a little", lambda w: w.stage.scrub_by(0.01), ("Right",)),
    ActionRow("to_end", "Playback", "To the end", lambda w: w.stage.playback.follow(), ("End",)),
    ActionRow("mark", "Playback", "Bookmark this step…", lambda w: w.bookmarking.mark(), ("B",), separated=True),
    ActionRow("next_mark", "Playback", "To the next bookmark", lambda w: w.bookmarking.go(+1), ("Shift+Right",)),
    ActionRow("previous_mark", "Playback", "To the bookmark before", lambda w: w.bookmarking.go(-1), ("Shift+Left",)),
    ActionRow("loop", "Playback", "Loop", lambda w: w.stage.toggle_loop(), ("L",), lambda w: w.stage.playback.looping),
    ActionRow("two_dimensions", "View", "Vectors in 2D", lambda w: w.stage.change_display(dimensions=2)),
    ActionRow("three_dimensions", "View", "Vectors in 3D", lambda w: w.stage.change_display(dimensions=3)),
    ActionRow("reset_camera", "View", "Reset zoom and position", lambda w: w.look.reset_camera(), ("0",)),
    ActionRow("trails", "View", "Trails", lambda w: w.look.toggle("trails"), ("T",), lambda w: w.stage.display.trails),
    ActionRow(
        "previous_instance",
        "View",
        "Previous instance",
        lambda w: w.look.show_instance(-1),
        ("PgUp", ","),
        separated=True,
    ),
    ActionRow("next_instance", "View", "Next instance", lambda w: w.look.show_instance(+1), ("PgDown", "/")),
    ActionRow("next_feature", "View", "Select the next feature", lambda w: w.look.select_next_feature(), ("N",)),
    ActionRow("name_feature", "View", "Name and colour this feature…", lambda w: w.naming.name_selected(), ("F2",)),
    ActionRow("select_none", "View", "Select nothing", lambda w: w.stage.pin(None), ("Esc",)),
    ActionRow("theme", "View", "Dark or light", lambda w: w.look.toggle_theme(), ("Ctrl+T",), separated=True),
    ActionRow(
        "full_screen", "View", "Full screen", lambda w: w.toggle_full_screen(), ("F11",), lambda w: w.isFullScreen()
    ),
    ActionRow(
        "only_vectors",
        "View",
        "Only the vectors",
        lambda w: w.look.toggle_only_vectors(),
        ("V",),
        lambda w: w.look.shows_only_vectors,
    ),
    ActionRow("larger_text", "View", "Larger text", lambda w: w.look.scale_text(+0.1), ("Ctrl++", "Ctrl+=")),
    ActionRow("smaller_text", "View", "Smaller text", lambda w: w.look.scale_text(-0.1), ("Ctrl+-",)),
    ActionRow("normal_text", "View", "Normal text", lambda w: w.stage.change_display(text_scale=1.0), ("Ctrl+0",)),
    *(
        ActionRow(
            f"panel_{name}",
            "Panels",
            f"{title} panel",
            partial(_toggle_panel, name=name),
            (f"Ctrl+{number}",),
            partial(_shows_panel, name=name),
        )
        for number, (name, title) in enumerate(HIDEABLE.items(), start=1)
    ),
    ActionRow("reset_layout", "Panels", "Reset layout", lambda w: w.remembering.reset_layout(), separated=True),
    ActionRow("message", "Help", "Go to the newest message", lambda w: w.notifications.focus_newest(), ("F6",)),
    ActionRow("commands", "Help", "Find a command…", lambda w: w.show_commands(), ("Ctrl+K",)),
    ActionRow("show_log", "Help", "Show log", show_log, separated=True),
    ActionRow("about", "Help", "About superviz", show_about),
)


def make_actions(window: MainWindow) -> dict[str, QAction]:
    """A QAction for every row, by name. Shortcuts with Ctrl or a function key work in the whole window."""
    actions: dict[str, QAction] = {}
    for row in ACTIONS:
        plain = [shortcut for shortcut in row.shortcuts if is_plain(shortcut)]
        action = QAction(f"{row.text}\t{plain[0]}" if plain else row.text, window)
        action.setObjectName(row.name)
        action.setCheckable(row.checked is not None)
        action.setShortcuts([QKeySequence(shortcut) for shortcut in row.shortcuts if not is_plain(shortcut)])
        action.triggered.connect(partial(_run, window, row))
        window.addAction(action)
        actions[row.name] = action
    return actions


def make_menu(window: MainWindow, actions: dict[str, QAction]) -> QMenu:
    """The whole menu, a submenu for each of the table's."""
    menu = QMenu(window)
    submenus: dict[str, QMenu] = {}
    for row in ACTIONS:
        submenu = menu
        for name in row.menu.split("/"):
            submenu = submenus[name] if name in submenus else submenus.setdefault(name, submenu.addMenu(name))
        if row.separated:
            submenu.addSeparator()
        submenu.addAction(actions[row.name])
    return menu


def show_checks(window: MainWindow, actions: dict[str, QAction]) -> None:
    """Show what is on and what is off."""
    for row in ACTIONS:
        if row.checked is not None:
            actions[row.name].setChecked(row.checked(window))


def is_plain(shortcut: str) -> bool:
    """Whether it is a bare key. Those come last: a focused field, slider or button may want the key for itself."""
    return not shortcut.startswith(("Ctrl", "F1"))


def plain_keys() -> dict[str, str]:
    """The name of the action behind each bare key."""
    return {
        QKeySequence(shortcut).toString(): row.name
        for row in ACTIONS
        for shortcut in row.shortcuts
        if is_plain(shortcut)
    }


def _run(window: MainWindow, row: ActionRow, _checked: bool = False) -> None:
    window.attempt(partial(row.run, window))
    show_checks(window, window.actions_by_name)
