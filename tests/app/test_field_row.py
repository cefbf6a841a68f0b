"""What every row of the recipe has: a mark that tells when a change acts, a label, and help that keeps its room."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from superviz.app.field_row import FieldRow, HelpLine, help_text
from superviz.core.experiment import LIVE_FIELDS, Experiment, field_note
from superviz.scene.palette import DARK
from superviz.views.theme import apply_theme

pytestmark = pytest.mark.usefixtures("themed")
MakeRow = Callable[[str], FieldRow]
FIELDS = list(Experiment.model_fields)


@pytest.mark.parametrize("name", FIELDS)
def test_people_who_cant_see_it_are_told(make_field_row: MakeRow, name: str) -> None:
    row = make_field_row(name)
    assert row.editor.accessibleName() == field_note(name).label
    assert ("running model" if name in LIVE_FIELDS else "new run") in row.editor.toolTip()
    row.show_mark(name not in LIVE_FIELDS, False)
    assert ("new run" if name in LIVE_FIELDS else "running model") in row.editor.toolTip()


def test_the_marks_tell_live_fields_from_the_others_and_from_those_that_wait(make_field_row: MakeRow) -> None:
    row = make_field_row("n_features")
    pictures = []
    for live, pending in ((False, False), (False, True), (True, False)):
        row.show_mark(live, pending)
        pictures.append(row.grab().toImage())
    assert all(one != other for at, one in enumerate(pictures) for other in pictures[:at])
    row.show_mark(False, False)
    assert row.grab().toImage() == pictures[0]


@pytest.mark.parametrize(
    ("name", "number", "text"),
    [
        ("importance", 0.9, "Each matters 0.90 times the one before."),
        ("feature_probability", 0.05, "Each feature is active 5% of the time: sparsity 0.95."),
        ("feature_probability", 1.0, "Each feature is active 100% of the time: sparsity 0."),
        ("feature_probability", 0.652, "Each feature is active 65.2% of the time: sparsity 0.348."),
        ("n_features", 5, "How many things there are to represent."),
        ("l1_penalty", 0.0, "0 times the sum of the hidden activations' sizes is added to the loss."),
    ],
)
def test_help_has_its_numbers_filled_in(name: str, number: float, text: str) -> None:
    assert help_text(field_note(name), number) == text


@pytest.mark.parametrize("name", FIELDS)
def test_help_leaves_no_gap_unfilled(name: str) -> None:
    assert not set("{}") & set(help_text(field_note(name), 0.5))


def test_it_shows_the_instances_own_entry_and_says_so(make_field_row: MakeRow, intro: Experiment) -> None:
    row = make_field_row("feature_probability")
    row.show_in(intro, 2)
    line = row.findChildren(HelpLine)[0]
    assert line.text() == "Each feature is active 42.5% of the time: sparsity 0.575. For instance 3."
    row.show_in(intro.changed(feature_probability=0.1), 2)
    assert line.text() == "Each feature is active 10% of the time: sparsity 0.90."


def test_a_list_a_feature_is_told_by_its_ends(make_field_row: MakeRow, intro: Experiment) -> None:
    row = make_field_row("starting_bias")
    row.show_in(intro.changed(starting_bias=[-0.2, 0.0, 0.1, 0.3, 0.0]), 2)
    assert row.findChildren(HelpLine)[0].text() == "From −0.20 to 0.30, by feature. Type a number for all."


def test_help_keeps_its_height_while_its_numbers_change(qtbot: QtBot, qapp: QApplication) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    column.setContentsMargins(0, 0, 0, 0)
    line = HelpLine()
    column.addWidget(line)
    column.addStretch(1)
    longest = "Each feature is active 100% of the time: sparsity 0.95. For instance 8."
    line.show_text("Short.", (longest,))
    window.resize(260, 200)
    window.show()
    tall = line.height()
    assert tall == 2 * line.fontMetrics().height()
    line.show_text(longest, (longest,))
    qtbot.wait(1)
    assert line.height() == tall
    window.resize(600, 200)
    qtbot.waitUntil(lambda: line.height() == line.fontMetrics().height())
    line.show_text("h = ReLU(W x), x' = ReLU(W<sup>T</sup>h + b)", ())
    assert line.heightForWidth(272) == line.fontMetrics().height(), "tags take no room"
    apply_theme(qapp, DARK, 2.0)
    assert line.heightForWidth(100_000) == pytest.approx(tall, abs=3)


def test_compact_rows_drop_their_help_and_shorten_their_labels(make_field_row: MakeRow) -> None:
    importance = make_field_row("importance")
    importance.set_compact(False)
    importance.show_help("Each matters 0.90 times the one before.")
    full = importance.sizeHint().height()
    importance.set_compact(True)
    assert importance.sizeHint().height() < full - 12
    importance.set_compact(False)
    assert importance.sizeHint().height() == full
    decay = make_field_row("weight_decay")
    decay.set_compact(True)
    assert "Decay" in [child.accessibleName() for child in decay.findChildren(QWidget)]
