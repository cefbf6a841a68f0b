"""The recipe panel's data: rows come and go, what contradicts waits, samples are previewed; and its instant mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QScrollArea, QSlider
from pytestqt.qtbot import QtBot

from superviz.app.buttons import Button
from superviz.app.field_row import FieldRow
from superviz.app.recipe_panel import RecipePanel
from superviz.app.sample_preview import SamplePreview
from superviz.core.experiment import Experiment

if TYPE_CHECKING:
    from conftest import Form


def test_rows_come_and_go_with_what_waits(form: Form) -> None:
    assert not form.row("feature_sets").isVisible()
    form.choose("distribution", "Correlated")
    assert form.row("feature_sets").isVisible()
    assert form.row("correlation").isVisible()
    form.choose("distribution", "One-hot")
    assert not form.row("feature_probability").isVisible()
    form.panel.discard_pending()
    assert form.row("feature_probability").isVisible()
    assert not form.row("feature_sets").isVisible()


def test_sets_are_typed_as_the_window_counts(form: Form, intro: Experiment) -> None:
    form.choose("distribution", "Correlated")
    assert form.box("feature_sets").text() == "2"
    form.type_in("feature_sets", "1 2, 3 4 5")
    assert form.box("feature_sets").text() == "1 2, 3 4 5"
    form.type_in("feature_sets", "1 2, 2 3")
    assert form.refusal.startswith("feature_sets: feature 2 is there twice")
    assert form.box("feature_sets").text() == "1 2, 3 4 5"
    form.click("Start new run")
    assert form.runs == [intro.changed(distribution="correlated", feature_sets=((0, 1), (2, 3, 4)))]


def test_what_contradicts_the_rest_waits_and_says_why(form: Form) -> None:
    form.choose("distribution", "Anticorrelated")
    assert form.refusal.startswith("feature_probability: the 2 features of a set exclude each other")
    assert form.panel.pending == {"distribution": "anticorrelated"}
    form.click("Start new run")
    assert form.runs == []
    assert form.refusal.startswith("feature_probability: ")
    form.choose("probability_of", "The set")
    assert form.refusal == ""
    form.click("Start new run")
    assert form.runs[0].probability_of == "set"


def test_a_training_set_is_given_and_taken_back(form: Form) -> None:
    for more in [found for found in form.panel.findChildren(Button) if found.text() == "More"]:
        more.click()
    form.type_in("training_set", "20")
    assert form.panel.pending == {"training_set": 20}
    assert not form.row("batch_size").isVisible()
    form.type_in("training_set", "none")
    assert form.panel.pending == {}
    assert form.row("batch_size").isVisible()


def test_more_brings_what_it_shows_into_sight(qtbot: QtBot, form: Form) -> None:
    area = form.panel.findChildren(QScrollArea)[0]
    training = [found for found in form.panel.findChildren(Button) if found.text() == "More"][-1]
    training.click()
    last = form.row("best_of")

    def seen() -> bool:
        bottom = last.mapTo(area, last.rect().bottomLeft()).y()
        return last.isVisible() and 0 < bottom < area.height()

    qtbot.waitUntil(seen)


def test_the_preview_follows_every_change_of_the_data(form: Form, intro: Experiment) -> None:
    preview = form.panel.findChildren(SamplePreview)[0]
    seen = [preview.grab().toImage()]

    def differs() -> bool:
        seen.append(preview.grab().toImage())
        return seen[-1] != seen[-2]

    form.type_in("feature_probability", "0.5")
    assert differs(), "live"
    form.choose("distribution", "Correlated")
    assert differs(), "pending"
    form.type_in("feature_sets", "1 5")
    assert differs()
    form.type_in("n_features", "9")
    assert differs()
    form.type_in("learning_rate", "0.01")
    assert not differs()
    form.panel.discard_pending()
    form.panel.show_experiment(intro, 7)
    differs()
    assert seen[-1] == seen[0]


def test_instant_mode_is_told_and_shown(form: Form) -> None:
    assert not form.panel.is_instant
    form.click("Instant")
    assert (form.toggles, form.panel.is_instant) == ([True], True)
    assert "each change retrains this instance from scratch" in form.said
    form.panel.show_instant(False)
    assert (form.toggles, form.panel.is_instant) == ([True], False), "what is shown is not told"
    assert "starts a new run" in form.said


def test_in_instant_mode_every_change_is_tried_at_once(form: Form, intro: Experiment) -> None:
    form.panel.show_instant(True)
    for position in (0, 500):
        form.row("importance").findChildren(QSlider)[0].setValue(position)
    form.type_in("n_features", "6")
    form.choose("model", "Linear")
    assert form.tries == [
        intro.changed(importance=0.1),
        intro.changed(importance=0.55),
        intro.changed(importance=0.55, n_features=6),
        intro.changed(importance=0.55, n_features=6, model="linear"),
    ]
    assert (form.edits, form.runs, form.panel.pending) == ([], [], {})
    form.type_in("n_features", "0")
    assert form.refusal.startswith("n_features: ")
    assert len(form.tries) == 4
    form.panel.show_experiment(form.tries[-1], 7)
    assert len(form.tries) == 4


def test_what_waited_goes_along_with_the_next_try(qtbot: QtBot, form: Form, intro: Experiment) -> None:
    form.type_in("seed", "3")
    form.panel.show_instant(True)
    assert form.button("Start new run").isVisible()
    form.type_in("learning_rate", "0.01")
    assert form.tries == [intro.changed(seed=3, learning_rate=0.01)]
    qtbot.waitUntil(lambda: not form.button("Start new run").isVisible())


def test_instant_mode_may_be_turned_on_before_there_is_an_experiment(qtbot: QtBot, themed: QApplication) -> None:
    panel = RecipePanel()
    qtbot.addWidget(panel)
    panel.show_instant(True)
    panel.show_experiment(Experiment(n_features=3, n_hidden=2), 0)
    with qtbot.waitSignal(panel.tried) as told:
        next(row for row in panel.findChildren(FieldRow) if row.name == "n_hidden").entered.emit("n_hidden", 1)
    assert told.args == [Experiment(n_features=3, n_hidden=1)]
    assert panel.pending == {}
