"""The recipe panel: live fields act at once, the others wait for a new run, and what won't do is refused in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QScrollArea, QSlider, QWidget
from pytestqt.qtbot import QtBot

from superviz.core.experiment import LIVE_FIELDS, Experiment, field_note, is_called_for
from superviz.scene.palette import DARK, LIGHT
from superviz.views.theme import apply_theme

if TYPE_CHECKING:
    from conftest import Form


def test_it_shows_the_experiment_for_the_instance(form: Form) -> None:
    shown = {name: form.box(name).text() for name in ("n_features", "importance", "steps", "seed", "weight_decay")}
    assert shown == {"n_features": "5", "importance": "0.90", "steps": "5,000", "seed": "11", "weight_decay": "0.01"}
    assert form.box("feature_probability").text() == "0.05"
    assert "Each feature is active 5% of the time: sparsity 0.95. For instance 8." in form.texts
    assert "x' = ReLU(W<sup>T</sup>W x + b)" in form.texts
    assert form.row("model").findChildren(QComboBox)[0].currentText() == "ReLU output"


def test_another_instance_shows_its_own(form: Form, intro: Experiment) -> None:
    form.panel.show_experiment(intro, 0)
    assert form.box("feature_probability").text() == "1.00"
    assert "Each feature is active 100% of the time: sparsity 0. For instance 1." in form.texts


def test_a_live_edit_is_told_at_once(form: Form) -> None:
    form.type_in("learning_rate", "0.003")
    assert form.edits == [("learning_rate", 0.003)]
    assert form.box("learning_rate").text() == "0.003"
    assert form.panel.pending == {}


def test_an_instances_probability_leaves_the_others_alone(form: Form, intro: Experiment) -> None:
    form.type_in("feature_probability", "20%")
    ((field, value),) = form.edits
    assert field == "feature_probability"
    assert isinstance(intro.feature_probability, tuple)
    assert value == (*intro.feature_probability[:7], 0.2)


def test_dragging_a_slider_tells_all_the_way(form: Form) -> None:
    slider = form.row("importance").findChildren(QSlider)[0]
    for position in (0, 500, 1000):
        slider.setValue(position)
    assert form.edits == [("importance", 0.1), ("importance", 0.55), ("importance", 1.0)]
    assert "Each matters 1.00 times the one before." in form.texts


def test_arrow_keys_nudge(qtbot: QtBot, form: Form) -> None:
    form.box("importance").setFocus()
    qtbot.keyClick(form.box("importance"), Qt.Key.Key_Up)
    assert form.edits == [("importance", 0.91)]


def test_what_doesnt_change_is_not_told(form: Form) -> None:
    form.type_in("learning_rate", "1e-3")
    assert form.edits == []


def test_other_edits_wait_behind_one_button(form: Form, intro: Experiment) -> None:
    assert not form.button("Start new run").isVisible()
    form.type_in("n_features", "6")
    form.type_in("seed", "3")
    assert (form.edits, form.runs) == ([], [])
    assert form.panel.pending == {"n_features": 6, "seed": 3}
    assert form.box("n_features").text() == "6"
    form.click("Start new run")
    assert form.runs == [intro.changed(n_features=6, seed=3)]
    form.panel.show_experiment(form.runs[0], 7)
    assert form.panel.pending == {}
    assert not form.button("Start new run").isVisible()


def test_a_run_not_started_after_all_leaves_them_waiting(form: Form, intro: Experiment) -> None:
    form.type_in("seed", "3")
    form.click("Start new run")
    form.panel.show_experiment(intro, 7)
    assert form.panel.pending == {"seed": 3}


def test_they_can_be_discarded(form: Form) -> None:
    form.type_in("n_hidden", "3")
    form.click("Discard")
    assert form.box("n_hidden").text() == "2"
    assert (form.panel.pending, form.runs) == ({}, [])


def test_an_edit_taken_back_by_hand_waits_no_more(form: Form) -> None:
    for text, pending in (("12", {"seed": 12}), ("11", {})):
        form.type_in("seed", text)
        assert form.panel.pending == pending


def test_live_edits_go_on_while_others_wait(form: Form) -> None:
    form.type_in("seed", "3")
    form.type_in("weight_decay", "0.02")
    assert form.edits == [("weight_decay", 0.02)]
    form.click("Start new run")
    assert (form.runs[0].seed, form.runs[0].weight_decay) == (3, 0.02)


def test_fewer_instances_take_their_list_along(form: Form) -> None:
    form.type_in("n_instances", "2")
    form.click("Start new run")
    assert form.runs[0].feature_probability == (1.0, 0.05)


def test_a_kind_waits_too(form: Form) -> None:
    form.row("model").findChildren(QComboBox)[0].activated.emit(0)
    assert form.panel.pending == {"model": "linear"}
    assert "x' = W<sup>T</sup>W x + b" in form.texts


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
def test_what_wont_do_is_refused_in_place(form: Form, name: str, text: str, says: str) -> None:
    before = form.box(name).text()
    form.type_in(name, text)
    assert form.refusal.startswith(f"{says}: ")
    assert "\n" not in form.refusal
    assert form.box(name).text() == before
    assert (form.edits, form.runs, form.panel.pending) == ([], [], {})
    form.type_in("learning_rate", "0.002")
    assert form.refusal == ""


def test_a_row_of_many_numbers_says_so(qtbot: QtBot, form: Form, intro: Experiment) -> None:
    mixed = intro.changed(importance=[1.0, 0.2, 0.9, 0.1, 0.5])
    form.panel.show_experiment(mixed, 7)
    assert form.box("importance").placeholderText() == "5 values"
    assert "From 0.10 to 1.00, by feature. Type a number for all." in form.texts
    qtbot.keyClick(form.box("importance"), Qt.Key.Key_Up)
    assert form.edits == []
    form.type_in("importance", "0.8")
    assert form.edits == [("importance", 0.8)]


def test_values_that_change_resize_nothing(qtbot: QtBot, form: Form, intro: Experiment) -> None:
    def places() -> list[object]:
        children = form.panel.findChildren(QWidget)
        return [(child.objectName(), child.geometry()) for child in children if child.isVisible()]

    before = places()
    for probability in (0.01, 0.5, 0.123):
        entries = [*[1.0] * 7, probability]
        form.panel.show_experiment(intro.changed(feature_probability=entries, importance=0.123, steps=10**9), 7)
        qtbot.wait(1)
        assert places() == before
    form.type_in("seed", "3")
    qtbot.wait(1)
    assert form.box("seed").mapTo(form.panel, form.panel.rect().topLeft()).y() > 0
    area = form.panel.findChildren(QScrollArea)[0].geometry()
    assert area in [place[1] for place in before if isinstance(place, tuple)]


def test_someone_who_types_is_not_disturbed(qtbot: QtBot, form: Form, intro: Experiment) -> None:
    field = form.box("learning_rate")
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "0.00")
    form.panel.show_experiment(intro.changed(learning_rate=0.005), 7)
    assert field.text() == "0.00"
    qtbot.keyClicks(field, "2")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert form.edits == [("learning_rate", 0.002)]


def test_the_whole_recipe_shows_without_scrolling_in_both_windows(qtbot: QtBot, form: Form) -> None:
    for compact, width, height in ((False, 303, 853), (True, 231, 559)):
        form.panel.set_compact(compact)
        form.panel.resize(width, height)
        qtbot.waitUntil(lambda: form.panel.findChildren(QScrollArea)[0].verticalScrollBar().maximum() == 0)


def test_where_it_doesnt_fit_it_scrolls(qtbot: QtBot, form: Form) -> None:
    form.panel.resize(303, 400)
    bar = form.panel.findChildren(QScrollArea)[0].verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 300)
    assert form.box("importance").mapTo(form.panel, form.panel.rect().topLeft()).x() + 66 == 303 - 16


@pytest.mark.parametrize("change", [lambda app: apply_theme(app, LIGHT, 1.0), lambda app: apply_theme(app, DARK, 1.5)])
def test_it_follows_the_theme(qapp: QApplication, form: Form, change: Callable[[QApplication], None]) -> None:
    before = form.panel.grab().toImage()
    change(qapp)
    form.panel.set_compact(False)
    assert form.panel.grab().toImage() != before


def test_the_legend_tells_what_the_marks_mean(form: Form) -> None:
    assert {"changes it live", "starts a new run"} <= set(form.said)
    form.panel.set_compact(True)
    assert "live" in form.said


def test_every_live_field_is_told_and_every_other_waits(form: Form, intro: Experiment) -> None:
    mild = intro.changed(feature_probability=0.2)
    for name in Experiment.model_fields:
        form.panel.show_experiment(mild, 7)
        form.panel.discard_pending()
        note = field_note(name)
        if note.choices:
            value: object = list(note.choices)[-1]
            value = next(iter(note.choices)) if value == getattr(mild, name) else value
        elif isinstance(getattr(mild, name), bool):
            value = not getattr(mild, name)
        else:
            value = {"parents": "0 1 1 1 1", "feature_sets": "1 2, 3 4 5", "momentum": 0.5}.get(name, 3)
            value = 0.5 if note.slider is not None and note.slider[1] <= 1 else value
        before = len(form.edits)
        form.row(name).entered.emit(name, value)
        now = len(form.edits) - before
        if name in LIVE_FIELDS and is_called_for(name, mild):
            assert (now, form.panel.pending) == (1, {}), name
        else:
            assert (now, list(form.panel.pending)) == (0, [name]), name
