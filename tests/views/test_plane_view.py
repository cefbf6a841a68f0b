"""A view shows its scene sharply, and says what the pointer did in terms of what the drawables stand for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QImage,
    QMouseEvent,
    QPalette,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from superviz.core.bookmark import Bookmark
from superviz.scene.drawables import Disc, Paint, Path, Rect, Scene, Stroke, Text
from superviz.scene.selection import Feature, Meaning, Pair
from superviz.views.fonts import load_fonts
from superviz.views.plane_painter import to_image
from superviz.views.plane_view import PlaneView

Heard: TypeAlias = dict[str, list[tuple[Any, ...]]]
LEFT = Qt.MouseButton.LeftButton
GROUND = "#0B0E12"


def make_scene(color: str = "#E5468F") -> Scene:
    """A disc that is feature 3, a rect that is the pair 1-2, a line and a label."""
    return Scene(
        200,
        120,
        GROUND,
        (
            Path(np.array([[0.0, 60], [200, 60]]), stroke=Stroke("#252C36", 1)),
            Disc(50, 60, 20, fill=Paint(color), meaning=Feature(2)),
            Rect(120, 40, 40, 40, fill=Paint("#57B9FF"), meaning=Pair(0, 1)),
            Text(50, 100, "Feature 3", 12, "#EDF0F4", anchor="middle"),
        ),
    )


@pytest.fixture
def view(qtbot: QtBot) -> PlaneView:
    load_fonts()
    made = PlaneView()
    qtbot.addWidget(made)
    made.resize(200, 120)
    made.show_scene(make_scene())
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def heard(view: PlaneView) -> Heard:
    """Everything that each signal has said."""
    said: Heard = {}
    for name in ("hovered", "picked", "opened", "menu_asked", "pressed", "moved", "dragged", "zoomed"):
        calls = said.setdefault(name, [])

        def note(*arguments: object, calls: list[tuple[Any, ...]] = calls) -> None:
            calls.append(arguments)

        getattr(view, name).connect(note)
    return said


def shown(view: PlaneView) -> QImage:
    """The view as it paints itself, in true colours whatever the screen's."""
    image = QImage(view.size(), QImage.Format.Format_RGB32)
    view.render(image)
    return image


def move(view: PlaneView, x: float, y: float, buttons: Qt.MouseButton = Qt.MouseButton.NoButton) -> None:
    """The pointer comes to (x, y). Sent, not made: the screen's own pointer stays out of it."""
    point = QPointF(x, y)
    none, no_key = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    event = QMouseEvent(QEvent.Type.MouseMove, point, view.mapToGlobal(point), none, buttons, no_key)
    QApplication.sendEvent(view, event)


def rows(image: QImage) -> np.ndarray:
    converted = image.convertToFormat(QImage.Format.Format_RGB32)
    return (
        np.frombuffer(converted.constBits(), np.uint8).reshape(converted.height(), converted.width(), 4)[..., :3].copy()
    )


def test_shows_what_the_painter_paints(view: PlaneView) -> None:
    assert (rows(shown(view)) == rows(to_image(make_scene()))).all()


def test_fills_the_room_a_scene_leaves(view: PlaneView) -> None:
    view.resize(300, 200)
    assert shown(view).pixelColor(295, 195) == QColor(GROUND)


def test_without_a_scene_it_is_plain_ground_and_silent(qtbot: QtBot) -> None:
    empty = PlaneView()
    qtbot.addWidget(empty)
    empty.show()
    move(empty, 10, 10)
    with qtbot.waitSignal(empty.picked) as picked:
        qtbot.mouseClick(empty, LEFT, pos=QPoint(10, 10))
    assert picked.args == [None]
    assert empty.scene is None
    assert empty.image().isNull()
    empty.copy_to_clipboard()
    assert shown(empty).pixelColor(5, 5) == empty.palette().color(QPalette.ColorRole.Base)


def test_repaints_only_for_another_scene(view: PlaneView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[Scene] = []
    qtbot.wait(200)  # the screen may ask late for the first picture
    monkeypatch.setattr("superviz.views.plane_view.paint", lambda painter, scene: painted.append(scene))
    same = view.scene
    assert same is not None
    view.show_scene(same)
    qtbot.wait(30)
    assert painted == []
    other = make_scene("#FFFFFF")
    view.show_scene(other)
    qtbot.waitUntil(lambda: len(painted) > 0)
    assert painted == [other]
    assert view.scene is other


def test_hovering_tells_of_changes_alone(view: PlaneView, heard: Heard, qtbot: QtBot) -> None:
    for x, y in [(50, 60), (55, 62), (90, 10), (92, 11), (140, 60), (50, 55)]:
        move(view, x, y)
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    said: list[Meaning | None] = [Feature(2), None, Pair(0, 1), Feature(2), None]
    assert heard["hovered"] == [(meaning,) for meaning in said]
    assert heard["moved"] == heard["dragged"] == []


def test_a_click_picks(view: PlaneView, heard: Heard, qtbot: QtBot) -> None:
    qtbot.mouseClick(view, LEFT, pos=QPoint(50, 60))
    qtbot.mouseClick(view, LEFT, pos=QPoint(90, 10))
    assert heard["picked"] == [(Feature(2),), (None,)]
    assert heard["pressed"] == [(50.0, 60.0), (90.0, 10.0)]


def test_a_trembling_click_is_still_a_click(view: PlaneView, heard: Heard, qtbot: QtBot) -> None:
    qtbot.mousePress(view, LEFT, pos=QPoint(50, 60))
    move(view, 52, 61, LEFT)
    qtbot.mouseRelease(view, LEFT, pos=QPoint(52, 61))
    assert heard["picked"] == [(Feature(2),)]
    assert heard["dragged"] == []
    assert heard["moved"] == [(52.0, 61.0)]


def test_a_drag_adds_up_and_picks_nothing(view: PlaneView, heard: Heard, qtbot: QtBot) -> None:
    qtbot.mousePress(view, LEFT, pos=QPoint(50, 60))
    for x, y in [(52, 60), (60, 66), (61, 67), (45, 30)]:
        move(view, x, y, LEFT)
    qtbot.mouseRelease(view, LEFT, pos=QPoint(45, 30))
    assert heard["picked"] == []
    assert np.sum(heard["dragged"], axis=0).tolist() == [-5, -30]
    assert heard["moved"][-1] == (45.0, 30.0)
    assert heard["hovered"] == []


def test_other_buttons_are_left_to_others(view: PlaneView, heard: Heard, qtbot: QtBot) -> None:
    qtbot.mouseClick(view, Qt.MouseButton.RightButton, pos=QPoint(50, 60))
    assert heard["picked"] == heard["pressed"] == []


def test_a_release_that_never_came_ends_no_later_than_the_next_move(
    view: PlaneView, heard: Heard, qtbot: QtBot
) -> None:
    qtbot.mousePress(view, LEFT, pos=QPoint(90, 10))
    moved = len(heard["moved"])
    move(view, 50, 60)
    assert len(heard["moved"]) == moved
    assert heard["hovered"] == [(Feature(2),)]
    qtbot.mouseRelease(view, LEFT, pos=QPoint(50, 60))


def turn_wheel(view: PlaneView, angle: int) -> None:
    event = QWheelEvent(
        QPointF(70, 30),
        view.mapToGlobal(QPointF(70, 30)),
        QPoint(),
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


def test_the_wheel_zooms_about_the_pointer(view: PlaneView, heard: Heard) -> None:
    for angle in (120, -120, 0, 40, 40, 40):
        turn_wheel(view, angle)
    factors = [float(said[0]) for said in heard["zoomed"]]
    assert len(factors) == 5
    assert factors[0] > 1 > factors[1]
    assert factors[0] * factors[1] == pytest.approx(1)
    assert np.prod(factors[2:]) == pytest.approx(factors[0])
    assert heard["zoomed"][0][1:] == (70.0, 30.0)


@pytest.fixture
def corner(view: PlaneView) -> Callable[[], str]:
    palette = view.palette()
    palette.setColor(QPalette.ColorRole.Accent, QColor("#3FD6A8"))
    view.setPalette(palette)
    return lambda: shown(view).pixelColor(0, 0).name()


def test_the_ring_shows_focus_by_keyboard_alone(view: PlaneView, corner: Callable[[], str], qtbot: QtBot) -> None:
    assert corner() == GROUND.lower()
    QApplication.sendEvent(view, QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.MouseFocusReason))
    assert corner() == GROUND.lower()
    QApplication.sendEvent(view, QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason))
    assert corner() == "#3fd6a8"
    qtbot.mouseClick(view, LEFT, pos=QPoint(90, 10))
    assert corner() == GROUND.lower()
    QApplication.sendEvent(view, QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.BacktabFocusReason))
    assert corner() == "#3fd6a8"
    QApplication.sendEvent(view, QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.OtherFocusReason))
    assert corner() == GROUND.lower()


def test_it_can_be_reached_by_tab(view: PlaneView) -> None:
    assert view.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_a_copy_is_at_least_twice_as_sharp_and_has_no_ring(view: PlaneView) -> None:
    QApplication.sendEvent(view, QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason))
    view.copy_to_clipboard()
    copied = QGuiApplication.clipboard().image()
    assert (copied.width(), copied.height()) == (400, 240)
    assert (rows(copied) == rows(view.image(2))).all()
    assert copied.pixelColor(0, 0) == QColor(GROUND)
    assert copied.pixelColor(100, 120) == QColor("#E5468F")


def test_a_double_click_opens_a_feature_and_is_no_second_click(qtbot: QtBot, view: PlaneView, heard: Heard) -> None:
    qtbot.mouseClick(view, LEFT, pos=QPoint(50, 60))
    qtbot.mouseDClick(view, LEFT, pos=QPoint(50, 60))
    assert heard["opened"] == [(Feature(2), QPointF(50, 60))]
    assert heard["picked"] == [(Feature(2),)]


def test_elsewhere_a_double_click_is_one_more_click(qtbot: QtBot, view: PlaneView, heard: Heard) -> None:
    for x in (140, 10):
        qtbot.mouseDClick(view, LEFT, pos=QPoint(x, 60))
    assert heard["opened"] == []
    assert len(heard["pressed"]) == 2


def test_a_bookmark_has_a_menu_of_its_own(qapp: QApplication, view: PlaneView, heard: Heard) -> None:
    mark = Bookmark(40, "Here")
    view.show_scene(Scene(200, 120, GROUND, (Disc(50, 60, 20, fill=Paint("#57B9FF"), meaning=mark),)))
    for x, y in ((50, 60), (150, 20)):
        at = QPoint(x, y)
        asked = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, view.mapToGlobal(at))
        qapp.sendEvent(view, asked)
        assert asked.isAccepted() is (x == 50), "any other is for the panel around"
    assert heard["menu_asked"] == [(mark, view.mapToGlobal(QPoint(50, 60)))]
