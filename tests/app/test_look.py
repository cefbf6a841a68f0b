"""What a person changes about the look stays within bounds, and never touches the run."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from superviz.app.main_window import MainWindow
from superviz.scene.selection import Feature

MakeWindow = Callable[..., MainWindow]


@pytest.fixture
def window(make: MakeWindow, qtbot: QtBot) -> MainWindow:
    made = make("pentagon")
    qtbot.waitUntil(lambda: made.stage.frame is not None, timeout=60_000)
    return made


def test_text_grows_and_shrinks_within_bounds(window: MainWindow) -> None:
    for by, end in ((+0.1, 1.1), (+1.5, 2.0), (-0.1, 1.9), (-1.5, 0.8)):
        window.look.scale_text(by)
        assert window.stage.display.text_scale == pytest.approx(end)
    window.stage.change_display(text_scale=1.0)


def test_instances_end_where_they_end(window: MainWindow) -> None:
    count = window.controller.experiment.n_instances
    for by, end in ((-1, 0), (+1, count - 1)):
        for _ in range(count + 2):
            window.look.show_instance(by)
        assert window.stage.display.instance == end


def test_features_come_round(window: MainWindow) -> None:
    pinned = []
    for _ in range(6):
        window.look.select_next_feature()
        pinned.append(window.stage.selection.pinned)
    assert pinned == [Feature(i) for i in (0, 1, 2, 3, 4, 0)]


def test_everything_but_the_vectors_goes_and_comes_back(window: MainWindow) -> None:
    assert not window.look.shows_only_vectors
    window.look.toggle_only_vectors()
    assert window.look.shows_only_vectors
    assert not window.look.shows_panel("recipe")
    window.look.toggle_panel("recipe")
    assert window.look.shows_panel("recipe")
    assert not window.look.shows_only_vectors
    window.look.toggle_only_vectors()
    window.look.toggle_only_vectors()
    assert window.stage.display.hidden_panels == frozenset()


def test_the_theme_and_the_camera(window: MainWindow) -> None:
    window.look.toggle_theme()
    assert window.stage.display.theme == "light"
    window.look.toggle_theme()
    window.stage.change_display(zoom=3.0, pan=(0.2, 0.1))
    window.look.reset_camera()
    assert (window.stage.display.theme, window.stage.display.zoom, window.stage.display.pan) == ("dark", 1.0, (0, 0))
    assert window.stage.display.trails
    window.look.toggle("trails")
    assert not window.stage.display.trails
    assert len(window.controller.recording.edits) == 0
