"""The layout: as drawn until someone drags a border; what was dragged suits every window and text scale."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QSplitter, QSplitterHandle, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from superviz.app.layout import COMPACT, LEAST, WIDE, Layout, Measures

NAMES = ("recipe", "vectors", "strip", "interference", "neurons", "timeline")


class Window:
    """A layout of bare panels."""

    def __init__(self, qtbot: QtBot) -> None:
        self.toolbar, self.bar = QWidget(), QWidget()
        self.panels = {name: QWidget() for name in NAMES}
        self.layout = Layout(self.toolbar, dict(self.panels), self.bar)
        self._qtbot = qtbot
        qtbot.addWidget(self.layout)
        self.layout.resize(1920, 1080)
        with qtbot.waitExposed(self.layout):
            self.layout.show()
        self.layout.apply(WIDE)
        QApplication.processEvents()

    def resize(self, width: int, height: int, measures: Measures) -> None:
        self.layout.resize(width, height)
        self.layout.apply(measures)
        QApplication.processEvents()
        self.layout.apply(measures)
        QApplication.processEvents()

    def width(self, name: str) -> int:
        return self.panels[name].width()

    def height(self, name: str) -> int:
        return self.panels[name].height()

    def drag(self, beside: str, after: str, by: int) -> None:
        """The border between two panels, with the mouse."""
        handle = self._border(self.panels[beside], self.panels[after])
        middle = handle.rect().center()
        along = QPoint(by, 0) if handle.orientation() is Qt.Orientation.Horizontal else QPoint(0, by)
        self._qtbot.mousePress(handle, Qt.MouseButton.LeftButton, pos=middle)
        self._qtbot.mouseMove(handle, middle + along)
        self._qtbot.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=middle)
        QApplication.processEvents()

    def _border(self, one: QWidget, other: QWidget) -> QSplitterHandle:
        for splitter in self.layout.findChildren(QSplitter):
            parts = [splitter.widget(index) for index in range(splitter.count())]
            for index, (before, after) in enumerate(pairwise(parts), start=1):
                if before is not None and after is not None and _holds(before, one) and _holds(after, other):
                    return splitter.handle(index)
        pytest.fail("no border between them")


def _holds(part: QWidget, panel: QWidget) -> bool:
    return part is panel or part.isAncestorOf(panel)


@pytest.fixture
def window(qtbot: QtBot, themed: QApplication) -> Iterator[Window]:
    made = Window(qtbot)
    yield made
    made.layout.close()


def sizes(window: Window) -> dict[str, tuple[int, int]]:
    return {name: (window.width(name), window.height(name)) for name in NAMES}


def test_it_is_as_look_has_it(window: Window) -> None:
    assert (window.width("recipe"), window.width("interference")) == (WIDE.recipe, WIDE.right)
    assert (window.height("strip"), window.height("timeline")) == (WIDE.strip, WIDE.timeline)
    assert window.height("interference") == WIDE.right + 2 * WIDE.header
    assert window.bar.width() == WIDE.recipe
    window.resize(1280, 720, COMPACT)
    assert (window.width("recipe"), window.width("interference")) == (COMPACT.recipe, COMPACT.right)
    assert (window.height("strip"), window.height("timeline")) == (COMPACT.strip, COMPACT.timeline)
    assert window.layout.shares == {}


def test_a_dragged_border_stays(window: Window, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.layout.dragged):
        window.drag("recipe", "vectors", 76)
    assert window.width("recipe") == pytest.approx(WIDE.recipe + 76, abs=2)
    assert window.bar.width() == window.width("recipe"), "the playback bar ends where the recipe does"
    assert window.layout.shares == {"recipe": pytest.approx(1.25, abs=0.01)}
    window.drag("vectors", "timeline", -88)
    window.drag("vectors", "strip", -45)
    window.drag("interference", "neurons", -20)
    window.layout.apply(WIDE)
    assert window.height("timeline") == pytest.approx(WIDE.timeline + 88, abs=3)
    assert window.height("strip") == pytest.approx(WIDE.strip + 45, abs=3)
    assert window.width("recipe") == pytest.approx(WIDE.recipe + 76, abs=2)
    assert set(window.layout.shares) == {"recipe", "timeline", "strip", "interference"}


def test_what_was_dragged_suits_other_windows(window: Window) -> None:
    window.layout.drag({"recipe": 1.25, "timeline": 1.5})
    window.resize(1280, 720, COMPACT)
    assert window.width("recipe") == round(1.25 * COMPACT.recipe)
    assert window.height("timeline") == round(1.5 * COMPACT.timeline)
    assert window.width("interference") == COMPACT.right
    window.resize(2400, 1400, WIDE.scaled(1.3))
    assert window.width("recipe") == round(1.25 * round(1.3 * WIDE.recipe))


def test_it_can_be_put_back(window: Window) -> None:
    before = sizes(window)
    for one, other, by in (("recipe", "vectors", 90), ("vectors", "interference", -300), ("vectors", "timeline", -200)):
        window.drag(one, other, by)
    assert sizes(window) != before
    window.layout.drag({})
    QApplication.processEvents()
    assert sizes(window) == before


def test_no_border_hides_what_is_beside_it(window: Window) -> None:
    for one, other, by in (
        ("recipe", "vectors", -900),
        ("vectors", "interference", 900),
        ("vectors", "timeline", 900),
        ("vectors", "strip", 900),
        ("interference", "neurons", 900),
    ):
        window.drag(one, other, by)
    assert window.width("recipe") == round(LEAST["recipe"] * WIDE.recipe)
    assert window.width("interference") == round(LEAST["right"] * WIDE.right)
    assert window.height("timeline") == round(LEAST["timeline"] * WIDE.timeline)
    assert window.height("strip") == round(LEAST["strip"] * WIDE.strip)
    assert window.height("neurons") >= 150
    assert window.bar.width() == WIDE.recipe, "its buttons need their room"
    for one, other, by in (("recipe", "vectors", 1900), ("vectors", "interference", -1900), ("vectors", "strip", -900)):
        window.drag(one, other, by)
    assert window.width("vectors") >= 200
    assert window.height("vectors") >= 150


@pytest.mark.parametrize(("width", "height", "scale"), [(1280, 720, 1.0), (1280, 720, 2.0), (1000, 600, 1.0)])
def test_the_vectors_are_left_room_however_wide_all_else_was_dragged(
    window: Window, width: int, height: int, scale: float
) -> None:
    window.layout.drag(dict.fromkeys(("recipe", "right", "strip", "timeline", "interference"), 4.0))
    window.resize(width, height, COMPACT.scaled(scale))
    assert (window.layout.width(), window.layout.height()) == (width, height)
    assert window.width("vectors") >= 180
    assert window.height("vectors") >= 100


def test_dragging_beside_hidden_panels_notes_only_what_is_there(window: Window) -> None:
    window.layout.show_only(frozenset({"interference", "neurons"}))
    QApplication.processEvents()
    window.layout.apply(WIDE)
    assert window.width("recipe") == WIDE.recipe
    window.drag("recipe", "vectors", 40)
    assert set(window.layout.shares) == {"recipe"}


def test_beside_a_hidden_panel_all_else_keeps_its_size(window: Window) -> None:
    window.layout.show_only(frozenset({"recipe", "strip"}))
    window.layout.apply(WIDE)
    QApplication.processEvents()
    assert (window.width("interference"), window.height("timeline")) == (WIDE.right, WIDE.timeline)
    window.drag("vectors", "interference", -100)
    assert window.width("interference") == pytest.approx(WIDE.right + 100, abs=3)


def test_what_was_dragged_over_has_its_size_again(window: Window) -> None:
    window.drag("recipe", "vectors", 1900)
    assert window.width("interference") == WIDE.right
    assert window.width("recipe") == 1920 - WIDE.right - 280 - 2


def test_names_of_no_panel_are_passed_over(window: Window) -> None:
    window.layout.drag({"heatmap of old": 2.0, "strip": 1.5})
    assert window.layout.shares == {"strip": 1.5}


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1600, 900), (1920, 1080), (3840, 2160)])
@pytest.mark.parametrize("scale", [1.0, 1.25, 1.5, 1.75, 2.0])
def test_large_type_leaves_the_vectors_their_part(width: int, height: int, scale: float) -> None:
    whole = COMPACT.scaled(scale)
    given = whole.yielding(COMPACT, width, height)
    assert (given.toolbar, given.recipe, given.header) == (whole.toolbar, whole.recipe, whole.header)
    least = (COMPACT.right, COMPACT.strip, COMPACT.timeline)
    got = (given.right, given.strip, given.timeline)
    assert all(one <= other for one, other in zip(least, got, strict=True))
    assert all(one <= other for one, other in zip(got, (whole.right, whole.strip, whole.timeline), strict=True))
    assert width - given.recipe - given.right >= 0.45 * width - 1 or given.right == COMPACT.right
    assert height - given.toolbar - given.strip - given.timeline >= 0.5 * height - 2 or got[1:] == least[1:]


def test_only_as_much_as_is_needed_is_taken() -> None:
    assert COMPACT.yielding(COMPACT, 640, 360) == COMPACT
    assert COMPACT.scaled(1.5).yielding(COMPACT, 1920, 1080) == COMPACT.scaled(1.5)
    tight = COMPACT.scaled(2.0).yielding(COMPACT, 1280, 720)
    assert (tight.right, tight.strip, tight.timeline) == (COMPACT.right, 136, 136)


def test_the_timeline_is_no_lower_than_its_buttons(window: Window) -> None:
    window.bar.setMinimumSize(0, 200)
    layout = QVBoxLayout(window.bar)
    layout.addSpacing(200)
    window.layout.apply(WIDE)
    QApplication.processEvents()
    assert window.height("timeline") >= 200
    assert window.height("strip") == WIDE.strip
