"""The window at every size and text scale: it stays within its screen, and the plot keeps its part of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from superviz.app.clause_label import ClauseLabel
from superviz.app.layout import COMPACT, WIDE
from superviz.app.main_window import MainWindow
from superviz.scene.drawables import Disc


def plot(window: MainWindow) -> float:
    """The diameter of the unit circle."""
    scene = window.stage.views["vectors"].scene
    assert scene is not None
    return 2 * max(item.radius for item in scene.drawables if isinstance(item, Disc))


def header(window: MainWindow, name: str) -> bool:
    return next(label for label in window.panels[name].findChildren(ClauseLabel)).isVisible()


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1440, 900), (1920, 1080)])
def test_the_plot_keeps_its_part_at_every_text_scale(
    make: Callable[..., MainWindow], qtbot: QtBot, width: int, height: int
) -> None:
    window = make("intro")
    qtbot.waitUntil(lambda: window.stage.views["vectors"].scene is not None)
    for scale in (1.0, 1.25, 1.5, 1.75, 2.0):
        window.stage.change_display(text_scale=scale)
        window.resize(width, height)
        qtbot.waitUntil(lambda: (window.width(), window.height()) == (width, height))
        qtbot.wait(60)
        window.stage.show_frame()
        assert (window.width(), window.height()) == (width, height)
        assert plot(window) >= max(180.0, 0.45 * window.panels["vectors"].height())
    window.stage.change_display(text_scale=1.0)
    qtbot.wait(60)
    assert window.stage.views["timeline"].height() == (COMPACT if width < 1600 else WIDE).timeline


def test_the_vectors_give_up_their_header_first(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make("intro")
    window.resize(1280, 720)
    qtbot.waitUntil(lambda: window.width() == 1280)
    assert header(window, "vectors")
    window.stage.change_display(text_scale=2.0)
    assert not header(window, "vectors")
    assert header(window, "interference")
    window.stage.change_display(text_scale=1.0)
    assert header(window, "vectors")
