"""The recipe panel's data: rows come and go, what contradicts waits, samples are previewed; and its instant mode."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QScrollArea, QSlider, QWidget
from pytestqt.qtbot import QtBot

from superviz.app.buttons import Button
from superviz.app.field_row import FieldRow
from superviz.app.number_box import EntryBox, NumberBox
from superviz.app.recipe_panel import RecipePanel
from superviz.app.refusal import Refusal
from superviz.app.sample_preview import SamplePreview
from superviz.core.experiment import Experiment

LEFT = Qt.MouseButton.LeftButton


class Heard:
    """What the panel told."""

    def __init__(self, panel: RecipePanel) -> None:
        self.edits: list[tuple[str, Any]] = []
        self.runs: list[Experiment] = []
        self.tries: list[Experiment] = []
        self.toggles: list[bool] = []
        panel.edited.connect(self._edited)
        panel.new_run_requested.connect(self.runs.append)
        panel.tried.connect(self.tries.append)
        panel.instant_toggled.connect(self.toggles.append)

    def _edited(self, field: str, value: object) -> None:
        self.edits.append((field, value))


@pytest.fixture
def panel(qtbot: QtBot, themed: QApplication, intro: Experiment) -> Iterator[RecipePanel]:
    made = RecipePanel()
    qtbot.addWidget(made)
    made.resize(303, 853)
    made.show_experiment(intro, 7)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.close()


def row(panel: RecipePanel, name: str) -> FieldRow:
    return next(found for found in panel.findChildren(FieldRow) if found.name == name)


def box(panel: RecipePanel, name: str) -> NumberBox:
    editor = row(panel, name).editor
    assert isinstance(editor, NumberBox)
    return editor


def button(panel: RecipePanel, text: str) -> Button:
    return next(found for found in panel.findChildren(Button) if found.text() == text)


def words(panel: RecipePanel, name: str) -> EntryBox:
    editor = row(panel, name).editor
    assert isinstance(editor, EntryBox)
    return editor


def choose(panel: RecipePanel, name: str, words: str) -> None:
    chooser = row(panel, name).findChildren(QComboBox)[0]
    chooser.activated.emit(chooser.findText(words))


def refusal(panel: RecipePanel) -> str:
    card = panel.findChildren(Refusal)[0]
    return card.line if card.isVisible() else ""


def type_in(qtbot: QtBot, field: EntryBox, text: str) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_rows_come_and_go_with_what_waits(panel: RecipePanel) -> None:
    assert not row(panel, "feature_sets").isVisible()
    choose(panel, "distribution", "Correlated sets")
    assert row(panel, "feature_sets").isVisible()
    assert row(panel, "correlation").isVisible()
    choose(panel, "distribution", "One-hot")
    assert not row(panel, "feature_probability").isVisible()
    panel.discard_pending()
    assert row(panel, "feature_probability").isVisible()
    assert not row(panel, "feature_sets").isVisible()


def test_sets_are_typed_as_the_window_counts(qtbot: QtBot, panel: RecipePanel, intro: Experiment) -> None:
    heard = Heard(panel)
    choose(panel, "distribution", "Correlated sets")
    assert words(panel, "feature_sets").text() == "2"
    type_in(qtbot, words(panel, "feature_sets"), "1 2, 3 4 5")
    assert words(panel, "feature_sets").text() == "1 2, 3 4 5"
    type_in(qtbot, words(panel, "feature_sets"), "1 2, 2 3")
    assert refusal(panel).startswith("feature_sets: feature 2 is there twice")
    assert words(panel, "feature_sets").text() == "1 2, 3 4 5"
    qtbot.mouseClick(button(panel, "Start new run"), LEFT)
    assert heard.runs == [intro.changed(distribution="correlated", feature_sets=((0, 1), (2, 3, 4)))]


def test_what_contradicts_the_rest_waits_and_says_why(qtbot: QtBot, panel: RecipePanel) -> None:
    heard = Heard(panel)
    choose(panel, "distribution", "Anticorrelated sets")
    assert refusal(panel).startswith("feature_probability: features 1, 2 exclude each other")
    assert panel.pending == {"distribution": "anticorrelated"}
    qtbot.mouseClick(button(panel, "Start new run"), LEFT)
    assert heard.runs == []
    assert refusal(panel).startswith("feature_probability: ")
    choose(panel, "probability_of", "The set")
    assert refusal(panel) == ""
    qtbot.mouseClick(button(panel, "Start new run"), LEFT)
    assert heard.runs[0].probability_of == "set"


def test_a_training_set_is_given_and_taken_back(qtbot: QtBot, panel: RecipePanel) -> None:
    for more in [found for found in panel.findChildren(Button) if found.text() == "More"]:
        more.click()
    type_in(qtbot, box(panel, "training_set"), "20")
    assert panel.pending == {"training_set": 20}
    assert not row(panel, "batch_size").isVisible()
    type_in(qtbot, box(panel, "training_set"), "none")
    assert panel.pending == {}
    assert row(panel, "batch_size").isVisible()


def test_more_brings_what_it_shows_into_sight(qtbot: QtBot, panel: RecipePanel) -> None:
    area = panel.findChildren(QScrollArea)[0]
    training = [found for found in panel.findChildren(Button) if found.text() == "More"][-1]
    training.click()
    last = row(panel, "best_of")

    def seen() -> bool:
        bottom = last.mapTo(area, last.rect().bottomLeft()).y()
        return last.isVisible() and 0 < bottom < area.height()

    qtbot.waitUntil(seen)


def test_the_preview_follows_every_change_of_the_data(qtbot: QtBot, panel: RecipePanel, intro: Experiment) -> None:
    preview = panel.findChildren(SamplePreview)[0]
    seen = [preview.grab().toImage()]

    def differs() -> bool:
        seen.append(preview.grab().toImage())
        return seen[-1] != seen[-2]

    type_in(qtbot, box(panel, "feature_probability"), "0.5")
    assert differs(), "live"
    choose(panel, "distribution", "Correlated sets")
    assert differs(), "pending"
    type_in(qtbot, words(panel, "feature_sets"), "1 5")
    assert differs()
    type_in(qtbot, box(panel, "n_features"), "9")
    assert differs()
    type_in(qtbot, box(panel, "learning_rate"), "0.01")
    assert not differs()
    panel.discard_pending()
    panel.show_experiment(intro, 7)
    differs()
    assert seen[-1] == seen[0]


def test_instant_mode_is_told_and_shown(qtbot: QtBot, panel: RecipePanel) -> None:
    heard = Heard(panel)
    assert not panel.is_instant
    qtbot.mouseClick(button(panel, "Instant"), LEFT)
    assert (heard.toggles, panel.is_instant) == ([True], True)
    said = [child.accessibleName() for child in panel.findChildren(QWidget) if child.isVisible()]
    assert "each change retrains this instance from scratch" in said
    panel.show_instant(False)
    assert (heard.toggles, panel.is_instant) == ([True], False), "what is shown is not told"
    said = [child.accessibleName() for child in panel.findChildren(QWidget) if child.isVisible()]
    assert "starts a new run" in said


def test_in_instant_mode_every_change_is_tried_at_once(qtbot: QtBot, panel: RecipePanel, intro: Experiment) -> None:
    heard = Heard(panel)
    panel.show_instant(True)
    for position in (0, 500):
        row(panel, "importance").findChildren(QSlider)[0].setValue(position)
    type_in(qtbot, box(panel, "n_features"), "6")
    choose(panel, "model", "Linear")
    assert heard.tries == [
        intro.changed(importance=0.1),
        intro.changed(importance=0.55),
        intro.changed(importance=0.55, n_features=6),
        intro.changed(importance=0.55, n_features=6, model="linear"),
    ]
    assert (heard.edits, heard.runs, panel.pending) == ([], [], {})
    type_in(qtbot, box(panel, "n_features"), "0")
    assert refusal(panel).startswith("n_features: ")
    assert len(heard.tries) == 4
    panel.show_experiment(heard.tries[-1], 7)
    assert len(heard.tries) == 4


def test_what_waited_goes_along_with_the_next_try(qtbot: QtBot, panel: RecipePanel, intro: Experiment) -> None:
    heard = Heard(panel)
    type_in(qtbot, box(panel, "seed"), "3")
    panel.show_instant(True)
    assert button(panel, "Start new run").isVisible()
    type_in(qtbot, box(panel, "learning_rate"), "0.01")
    assert heard.tries == [intro.changed(seed=3, learning_rate=0.01)]
    assert not button(panel, "Start new run").isVisible()


def test_instant_mode_may_be_turned_on_before_there_is_an_experiment(qtbot: QtBot, themed: QApplication) -> None:
    made = RecipePanel()
    qtbot.addWidget(made)
    made.show_instant(True)
    made.show_experiment(Experiment(n_features=3, n_hidden=2), 0)
    heard = Heard(made)
    row(made, "n_hidden").entered.emit("n_hidden", 1)
    assert [tried.n_hidden for tried in heard.tries] == [1]
    assert made.pending == {}
