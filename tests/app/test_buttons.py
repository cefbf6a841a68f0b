"""Buttons are the faces of actions; glyphs, rules and lists take the theme's colours."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QColor, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from superviz.app.buttons import Button, Chooser, Glyph, Rule, described
from superviz.scene.palette import DARK, LIGHT, Palette
from superviz.views.theme import apply_theme

pytestmark = pytest.mark.usefixtures("themed")
LEFT = Qt.MouseButton.LeftButton


def has(image: QImage, color: str) -> bool:
    """Whether some pixel is of that colour, as near as a 16-bit screen shows it."""
    wanted = QColor(color)
    return any(
        max(abs(a - b) for a, b in zip(pixel.getRgb()[:3], wanted.getRgb()[:3], strict=True)) <= 8  # pyright: ignore[reportIndexIssue, reportArgumentType]
        for x in range(image.width())
        for y in range(image.height())
        if (pixel := image.pixelColor(x, y))
    )


def test_a_button_does_its_action(qtbot: QtBot, actions: dict[str, QAction]) -> None:
    button = Button("plain", "step", "Step", actions["step"])
    qtbot.addWidget(button)
    button.show()
    with qtbot.waitSignal(actions["step"].triggered):
        qtbot.mouseClick(button, LEFT)
    assert button.toolTip() == "Train one step   ."
    assert button.accessibleName() == "Train one step"


def test_a_button_shows_what_its_action_is(qtbot: QtBot, actions: dict[str, QAction]) -> None:
    loop = actions["loop"]
    button = Button("quiet", "loop", action=loop)
    qtbot.addWidget(button)
    assert button.isCheckable()
    loop.setChecked(True)
    assert button.isChecked()
    loop.setEnabled(False)
    assert not button.isEnabled()
    loop.setText("Over and over")
    assert button.accessibleName() == "Over and over"


def test_a_checkable_button_and_its_action_never_part(qtbot: QtBot, actions: dict[str, QAction]) -> None:
    button = Button("quiet", "loop", action=actions["loop"])
    qtbot.addWidget(button)
    button.show()
    for expected in (True, False, True):
        qtbot.mouseClick(button, LEFT)
        assert button.isChecked() == actions["loop"].isChecked() == expected


def test_a_click_leaves_the_keyboard_where_it_was(qtbot: QtBot) -> None:
    button = Button("plain", text="Step")
    qtbot.addWidget(button)
    assert button.focusPolicy() == Qt.FocusPolicy.TabFocus


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=["dark", "light"])
def test_an_icon_has_the_colour_of_its_words(qtbot: QtBot, qapp: QApplication, palette: Palette) -> None:
    button = Button("accent", "pause")
    qtbot.addWidget(button)
    button.show()
    apply_theme(qapp, palette, 1.0)
    assert has(button.icon().pixmap(15, 15).toImage(), palette.accent)
    button.show_kind("plain")
    assert has(button.icon().pixmap(15, 15).toImage(), palette.text1)
    button.setEnabled(False)
    assert has(button.icon().pixmap(15, 15).toImage(), palette.text3)


def test_words_that_change_move_nothing(qtbot: QtBot) -> None:
    button = Button("accent", "pause")
    qtbot.addWidget(button)
    words = ("Pause training", "Start training", "Train on")
    widths = set()
    for text in words:
        button.show_text(text, words)
        widths.add(button.sizeHint().width())
    assert len(widths) == 1


def test_without_words_a_button_is_square(qtbot: QtBot, qapp: QApplication) -> None:
    for scale in (1.0, 1.5):
        apply_theme(qapp, DARK, scale)
        button = Button("plain", "restart")
        qtbot.addWidget(button)
        button.show_text("")
        assert button.sizeHint().width() == button.sizeHint().height() == round(30 * scale) + 2


def test_icons_grow_with_the_text(qtbot: QtBot, qapp: QApplication) -> None:
    button, glyph = Button("plain", "search", "Find"), Glyph("dot", 8, "accent")
    for widget in (button, glyph):
        qtbot.addWidget(widget)
    button.show_icon("search", 13)
    assert (button.iconSize().height(), glyph.sizeHint().height()) == (13, 8)
    apply_theme(qapp, DARK, 2.0)
    assert (button.iconSize().height(), glyph.sizeHint().height()) == (26, 16)


def test_a_glyph_has_its_tone(qtbot: QtBot) -> None:
    glyph = Glyph("dot", 16, "accent")
    qtbot.addWidget(glyph)
    glyph.show()
    assert has(glyph.grab().toImage(), DARK.accent)
    glyph.show_glyph("dot", "warning")
    assert has(glyph.grab().toImage(), DARK.interference_high)
    assert not has(glyph.grab().toImage(), DARK.accent)


def test_a_rule_is_a_hairline(qtbot: QtBot) -> None:
    whole = QWidget()
    qtbot.addWidget(whole)
    column = QVBoxLayout(whole)
    across, down = Rule(Qt.Orientation.Horizontal), Rule(Qt.Orientation.Vertical, 20)
    column.addWidget(across)
    column.addWidget(down)
    whole.show()
    assert across.height() == 1
    assert (down.width(), down.height()) == (1, 20)
    assert has(across.grab().toImage(), DARK.line)


def test_the_wheel_chooses_nothing(qtbot: QtBot) -> None:
    chooser = Chooser()
    qtbot.addWidget(chooser)
    chooser.addItems(["Linear", "ReLU output"])
    chooser.show()
    nowhere = QPointF(5, 5)
    buttons, keys = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    turn = QWheelEvent(nowhere, nowhere, QPoint(), QPoint(0, -120), buttons, keys, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(chooser, turn)
    assert chooser.currentIndex() == 0
    assert not turn.isAccepted()


def test_a_list_is_as_wide_as_asked_and_narrower_where_it_must(qtbot: QtBot) -> None:
    chooser = Chooser()
    qtbot.addWidget(chooser)
    chooser.addItem("Five features, two dimensions")
    natural = chooser.sizeHint().width()
    chooser.set_width(240)
    assert chooser.sizeHint().width() == chooser.maximumWidth() == 240
    assert chooser.minimumSizeHint().width() < 150 < natural
    chooser.resize(120, 30)
    chooser.show()
    shown = chooser.grab().toImage()
    assert has(shown, DARK.text1), "elided, but there"


@pytest.mark.parametrize(
    ("text", "shortcut", "expected"),
    [
        ("Save as…", "Ctrl+Shift+S", ("Save as", "Ctrl+Shift+S")),
        ("Train one step\t.", "", ("Train one step", ".")),
        ("&Quit", "", ("Quit", "")),
    ],
)
def test_an_action_is_described(text: str, shortcut: str, expected: tuple[str, str]) -> None:
    action = QAction(text)
    action.setShortcut(shortcut)
    assert described(action) == expected
