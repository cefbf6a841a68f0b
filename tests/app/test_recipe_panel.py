"""The recipe panel: live fields act at once, the others wait for a new run, and what won't do is refused in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QScrollArea, QSlider, QWidget
from pytestqt.qtbot import QtBot

from superviz.app.buttons import Button
from superviz.app.field_row import FieldRow
from superviz.app.number_box import EntryBox, NumberBox
from superviz.app.recipe_panel import RecipePanel
from superviz.app.refusal import Refusal
from superviz.core.experiment import LIVE_FIELDS, Experiment, field_note, is_called_for
from superviz.scene.palette import DARK, LIGHT
from superviz.views.theme import apply_theme

LEFT = Qt.MouseButton.LeftButton


class Heard:
    """What the panel told."""

    def __init__(self, panel: RecipePanel) -> None:
        self.edits: list[tuple[str, Any]] = []
        self.runs: list[Experiment] = []
        panel.edited.connect(self._edited)
        panel.new_run_requested.connect(self.runs.append)

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


def texts(panel: RecipePanel) -> list[str]:
    return [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]


def type_in(qtbot: QtBot, field: EntryBox, text: str) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_it_shows_the_experiment_for_the_instance(panel: RecipePanel) -> None:
    shown = {name: box(panel, name).text() for name in ("n_features", "importance", "steps", "seed", "weight_decay")}
    assert shown == {"n_features": "5", "importance": "0.90", "steps": "5,000", "seed": "11", "weight_decay": "0.01"}
    assert box(panel, "feature_probability").text() == "0.05"
    assert "Each feature is active 5% of the time: sparsity 0.95. For instance 8." in texts(panel)
    assert "x' = ReLU(W<sup>T</sup>W x + b)" in texts(panel)
    assert row(panel, "model").findChildren(QComboBox)[0].currentText() == "ReLU output"


def test_another_instance_shows_its_own(panel: RecipePanel, intro: Experiment) -> None:
    panel.show_experiment(intro, 0)
    assert box(panel, "feature_probability").text() == "1.00"
    assert "Each feature is active 100% of the time: sparsity 0. For instance 1." in texts(panel)


def test_a_live_edit_is_told_at_once(qtbot: QtBot, panel: RecipePanel) -> None:
    heard = Heard(panel)
    type_in(qtbot, box(panel, "learning_rate"), "0.003")
    assert heard.edits == [("learning_rate", 0.003)]
    assert box(panel, "learning_rate").text() == "0.003"
    assert panel.pending == {}


def test_an_instances_probability_leaves_the_others_alone(qtbot: QtBot, panel: RecipePanel, intro: Experiment) -> None:
    heard = Heard(panel)
    type_in(qtbot, box(panel, "feature_probability"), "20%")
    ((field, value),) = heard.edits
    assert field == "feature_probability"
    assert isinstance(intro.feature_probability, tuple)
    assert value == (*intro.feature_probability[:7], 0.2)


def test_dragging_a_slider_tells_all_the_way(panel: RecipePanel) -> None:
    heard = Heard(panel)
    slider = row(panel, "importance").findChildren(QSlider)[0]
    for position in (0, 500, 1000):
        slider.setValue(position)
    assert heard.edits == [("importance", 0.1), ("importance", 0.55), ("importance", 1.0)]
    assert "Each matters 1.00 times the one before." in texts(panel)


def test_arrow_keys_nudge(qtbot: QtBot, panel: RecipePanel) -> None:
    heard = Heard(panel)
    box(panel, "importance").setFocus()
    qtbot.keyClick(box(panel, "importance"), Qt.Key.Key_Up)
    assert heard.edits == [("importance", 0.91)]


def test_what_doesnt_change_is_not_told(qtbot: QtBot, panel: RecipePanel) -> None:
    heard = Heard(panel)
    type_in(qtbot, box(panel, "learning_rate"), "1e-3")
    assert heard.edits == []


def test_other_edits_wait_behind_one_button(qtbot: QtBot, panel: RecipePanel, intro: Experiment) -> None:
    heard = Heard(panel)
    assert not button(panel, "Start new run").isVisible()
    type_in(qtbot, box(panel, "n_features"), "6")
    type_in(qtbot, box(panel, "seed"), "3")
    assert (heard.edits, heard.runs) == ([], [])
    assert panel.pending == {"n_features": 6, "seed": 3}
    assert box(panel, "n_features").text() == "6"
    qtbot.mouseClick(button(panel, "Start new run"), LEFT)
    assert heard.runs == [intro.changed(n_features=6, seed=3)]
    panel.show_experiment(heard.runs[0], 7)
    assert panel.pending == {}
    assert not button(panel, "Start new run").isVisible()


def test_a_run_not_started_after_all_leaves_them_waiting(qtbot: QtBot, panel: RecipePanel, intro: Experiment) -> None:
    type_in(qtbot, box(panel, "seed"), "3")
    qtbot.mouseClick(button(panel, "Start new run"), LEFT)
    panel.show_experiment(intro, 7)
    assert panel.pending == {"seed": 3}


def test_they_can_be_discarded(qtbot: QtBot, panel: RecipePanel) -> None:
    heard = Heard(panel)
    type_in(qtbot, box(panel, "n_hidden"), "3")
    qtbot.mouseClick(button(panel, "Discard"), LEFT)
    assert box(panel, "n_hidden").text() == "2"
    assert (panel.pending, heard.runs) == ({}, [])


def test_an_edit_taken_back_by_hand_waits_no_more(qtbot: QtBot, panel: RecipePanel) -> None:
    for text, pending in (("12", {"seed": 12}), ("11", {})):
        type_in(qtbot, box(panel, "seed"), text)
        assert panel.pending == pending


def test_live_edits_go_on_while_others_wait(qtbot: QtBot, panel: RecipePanel) -> None:
    heard = Heard(panel)
    type_in(qtbot, box(panel, "seed"), "3")
    type_in(qtbot, box(panel, "weight_decay"), "0.02")
    assert heard.edits == [("weight_decay", 0.02)]
    qtbot.mouseClick(button(panel, "Start new run"), LEFT)
    assert (heard.runs[0].seed, heard.runs[0].weight_decay) == (3, 0.02)


def test_fewer_instances_take_their_list_along(qtbot: QtBot, panel: RecipePanel) -> None:
    heard = Heard(panel)
    type_in(qtbot, box(panel, "n_instances"), "2")
    qtbot.mouseClick(button(panel, "Start new run"), LEFT)
    assert heard.runs[0].feature_probability == (1.0, 0.05)


def test_a_kind_waits_too(panel: RecipePanel) -> None:
    row(panel, "model").findChildren(QComboBox)[0].activated.emit(0)
    assert panel.pending == {"model": "linear"}
    assert "x' = W<sup>T</sup>W x + b" in texts(panel)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("feature_probability", "1.5", "feature_probability"),
        ("feature_probability", "half", "feature_probability"),
        ("n_features", "0", "n_features"),
        ("n_features", "2.5", "n_features"),
        ("steps", "many", "steps"),
        ("learning_rate", "-1", "learning_rate"),
    ],
)
def test_what_wont_do_is_refused_in_place(qtbot: QtBot, panel: RecipePanel, name: str, text: str, says: str) -> None:
    heard, before = Heard(panel), box(panel, name).text()
    type_in(qtbot, box(panel, name), text)
    refusal = panel.findChildren(Refusal)[0]
    assert refusal.isVisible()
    assert refusal.line.startswith(f"{says}: ")
    assert "\n" not in refusal.line
    assert box(panel, name).text() == before
    assert (heard.edits, heard.runs, panel.pending) == ([], [], {})
    type_in(qtbot, box(panel, "learning_rate"), "0.002")
    assert refusal.isHidden()


def test_a_row_of_many_numbers_says_so(qtbot: QtBot, panel: RecipePanel, intro: Experiment) -> None:
    mixed = intro.changed(importance=[1.0, 0.2, 0.9, 0.1, 0.5])
    panel.show_experiment(mixed, 7)
    assert box(panel, "importance").placeholderText() == "5 values"
    assert "From 0.10 to 1.00, by feature. Type a number for all." in texts(panel)
    heard = Heard(panel)
    qtbot.keyClick(box(panel, "importance"), Qt.Key.Key_Up)
    assert heard.edits == []
    type_in(qtbot, box(panel, "importance"), "0.8")
    assert heard.edits == [("importance", 0.8)]


def test_values_that_change_resize_nothing(qtbot: QtBot, panel: RecipePanel, intro: Experiment) -> None:
    def places() -> list[object]:
        return [(child.objectName(), child.geometry()) for child in panel.findChildren(QWidget) if child.isVisible()]

    before = places()
    for probability in (0.01, 0.5, 0.123):
        entries = [*[1.0] * 7, probability]
        panel.show_experiment(intro.changed(feature_probability=entries, importance=0.123, steps=10**9), 7)
        qtbot.wait(1)
        assert places() == before
    type_in(qtbot, box(panel, "seed"), "3")
    qtbot.wait(1)
    assert box(panel, "seed").mapTo(panel, panel.rect().topLeft()).y() > 0
    assert panel.findChildren(QScrollArea)[0].geometry() in [place[1] for place in before if isinstance(place, tuple)]


def test_someone_who_types_is_not_disturbed(qtbot: QtBot, panel: RecipePanel, intro: Experiment) -> None:
    field = box(panel, "learning_rate")
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "0.00")
    panel.show_experiment(intro.changed(learning_rate=0.005), 7)
    assert field.text() == "0.00"
    qtbot.keyClicks(field, "2")
    heard = Heard(panel)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert heard.edits == [("learning_rate", 0.002)]


def test_the_whole_recipe_shows_without_scrolling_in_both_windows(qtbot: QtBot, panel: RecipePanel) -> None:
    for compact, width, height in ((False, 303, 853), (True, 231, 559)):
        panel.set_compact(compact)
        panel.resize(width, height)
        qtbot.waitUntil(lambda: panel.findChildren(QScrollArea)[0].verticalScrollBar().maximum() == 0)


def test_where_it_doesnt_fit_it_scrolls(qtbot: QtBot, panel: RecipePanel) -> None:
    panel.resize(303, 400)
    bar = panel.findChildren(QScrollArea)[0].verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 300)
    assert box(panel, "importance").mapTo(panel, panel.rect().topLeft()).x() + 66 == 303 - 16


@pytest.mark.parametrize("change", [lambda app: apply_theme(app, LIGHT, 1.0), lambda app: apply_theme(app, DARK, 1.5)])
def test_it_follows_the_theme(qapp: QApplication, panel: RecipePanel, change: Callable[[QApplication], None]) -> None:
    before = panel.grab().toImage()
    change(qapp)
    panel.set_compact(False)
    assert panel.grab().toImage() != before


def test_the_legend_tells_what_the_marks_mean(panel: RecipePanel) -> None:
    said = [child.accessibleName() for child in panel.findChildren(QWidget)]
    assert {"changes it live", "starts a new run"} <= set(said)
    panel.set_compact(True)
    assert "live" in [child.accessibleName() for child in panel.findChildren(QWidget)]


def test_every_live_field_is_told_and_every_other_waits(panel: RecipePanel, intro: Experiment) -> None:
    heard = Heard(panel)
    mild = intro.changed(feature_probability=0.2)
    for name in Experiment.model_fields:
        panel.show_experiment(mild, 7)
        panel.discard_pending()
        note = field_note(name)
        if note.choices:
            value: object = list(note.choices)[-1]
            value = next(iter(note.choices)) if value == getattr(mild, name) else value
        elif isinstance(getattr(mild, name), bool):
            value = not getattr(mild, name)
        else:
            value = {"parents": "0 1 1 1 1", "feature_sets": "1 2, 3 4 5", "momentum": 0.5}.get(name, 3)
            value = 0.5 if note.slider is not None and note.slider[1] <= 1 else value
        before = len(heard.edits)
        row(panel, name).entered.emit(name, value)
        now = len(heard.edits) - before
        if name in LIVE_FIELDS and is_called_for(name, mild):
            assert (now, panel.pending) == (1, {}), name
        else:
            assert (now, list(panel.pending)) == (0, [name]), name
