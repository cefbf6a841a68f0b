"""The form's order and room: what means something is there, what is rare waits behind "More", nothing is cut off."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QStyle, QStyleOptionComboBox, QWidget
from pytestqt.qtbot import QtBot

from superviz.app.field_list import FieldList
from superviz.app.field_row import FieldRow
from superviz.core.experiment import Experiment, field_note, is_called_for
from superviz.scene.palette import DARK
from superviz.views.theme import apply_theme

pytestmark = pytest.mark.usefixtures("themed")
FIELDS = list(Experiment.model_fields)
RARE = {name for name in FIELDS if field_note(name).rare}


def make(
    qtbot: QtBot, experiment: Experiment, width: int = 303, height: int = 1600, *, compact: bool = False
) -> FieldList:
    fields = FieldList({"Data": QLabel("a picture")})
    qtbot.addWidget(fields)
    fields.set_compact(compact)
    fields.keep_margins(compact, 0)
    show(fields, experiment)
    fields.resize(width, height)
    with qtbot.waitExposed(fields):
        fields.show()
    return fields


def show(fields: FieldList, experiment: Experiment) -> None:
    fields.show_rows_for(experiment)
    for row in fields.rows.values():
        row.show_in(experiment, 0)


def shown(fields: FieldList) -> set[str]:
    return {name for name, row in fields.rows.items() if row.isVisible()}


def more(fields: FieldList, group: str) -> None:
    fields.groups[group].more.click()


def top(fields: FieldList, row: QWidget) -> tuple[int, int]:
    place = row.mapTo(fields, fields.rect().topLeft())
    return place.y(), place.x()


def test_at_first_sight_it_has_what_means_something_and_isnt_rare(qtbot: QtBot, intro: Experiment) -> None:
    fields = make(qtbot, intro)
    assert list(fields.rows) == FIELDS
    assert shown(fields) == {name for name in FIELDS if is_called_for(name, intro)} - RARE
    assert len(shown(fields)) == 12, "as calm as it ever was, with the one row for how features come together"


def test_more_shows_the_rest_of_a_group_and_less_hides_it(qtbot: QtBot, intro: Experiment) -> None:
    fields = make(qtbot, intro)
    before = shown(fields)
    with qtbot.waitSignal(fields.unfolded) as told:
        more(fields, "Training")
    assert shown(fields) - before == {"optimiser", "schedule", "warmup", "best_of"}
    assert told.args == [fields.rows["best_of"]]
    assert fields.groups["Training"].more.text() == "Less"
    show(fields, intro.changed(seed=5))
    assert "optimiser" in shown(fields), "remembered while the window lives"
    more(fields, "Training")
    assert shown(fields) == before


def test_a_group_without_rare_fields_offers_no_more(qtbot: QtBot, intro: Experiment) -> None:
    fields = make(qtbot, intro)
    offers = {name for name, group in fields.groups.items() if group.more.isVisible()}
    assert offers == {field_note(name).group for name in RARE}


@pytest.mark.parametrize(
    "values",
    [
        {"bias": False},
        {"l1_penalty": 0.01},
        {"training_set": 100},
        {"training_set": 100, "unit_norm": True},
        {"starting_weights": "polygon"},
        {"optimiser": "sgd"},
        {"best_of": 3, "warmup": 10},
    ],
)
def test_what_is_not_at_its_default_is_always_there(qtbot: QtBot, intro: Experiment, values: dict[str, object]) -> None:
    fields = make(qtbot, intro.changed(**values))
    assert set(values) <= shown(fields)
    assert shown(fields) & RARE == set(values) & RARE


@pytest.mark.parametrize(
    ("values", "there", "gone"),
    [
        ({"distribution": "correlated"}, {"feature_sets", "correlation"}, {"probability_of", "parents"}),
        ({"distribution": "hierarchical"}, {"parents"}, {"feature_sets", "correlation"}),
        ({"distribution": "one_hot"}, set(), {"feature_probability", "feature_sets"}),
        ({"training_set": 50}, set(), {"batch_size"}),
        ({"noise_free": True}, set(), {"batch_size"}),
        ({"optimiser": "sgd"}, {"momentum"}, set()),
        ({"starting_weights": "polygon"}, {"starting_polygon"}, set()),
    ],
)
def test_a_row_is_there_where_it_means_something(
    qtbot: QtBot, intro: Experiment, values: dict[str, object], there: set[str], gone: set[str]
) -> None:
    fields = make(qtbot, intro.changed(**values))
    assert there <= shown(fields)
    assert not gone & shown(fields)
    for group in fields.groups.values():
        group.more.setChecked(True)
    assert not gone & shown(fields), "not even when asked for"
    show(fields, intro)
    assert not (there - set(values)) & shown(fields)


def test_what_someone_is_at_work_on_doesnt_vanish_under_the_hand(qtbot: QtBot, intro: Experiment) -> None:
    fields = make(qtbot, intro.changed(l1_penalty=0.01))
    fields.keep("l1_penalty")
    show(fields, intro)
    assert "l1_penalty" in shown(fields)
    more(fields, "Model")
    more(fields, "Model")
    assert "l1_penalty" not in shown(fields)


@pytest.mark.parametrize("opened", [False, True])
def test_the_order_is_that_of_the_declarations(qtbot: QtBot, intro: Experiment, opened: bool) -> None:
    fields = make(
        qtbot, intro.changed(distribution="correlated", optimiser="sgd", starting_weights="polygon"), 303, 2200
    )
    for group in fields.groups.values():
        group.more.setChecked(opened)
    qtbot.wait(1)
    places = [top(fields, fields.rows[name]) for name in FIELDS if name in shown(fields)]
    assert places == sorted(places)
    assert len(set(places)) == len(places)


def test_halves_stand_in_pairs_whichever_are_there(qtbot: QtBot, intro: Experiment) -> None:
    fields = make(qtbot, intro)

    def pairs() -> list[tuple[str, ...]]:
        qtbot.wait(1)
        halves = [row for row in fields.rows.values() if row.is_half and row.isVisible()]
        lines: dict[int, list[FieldRow]] = {}
        for row in halves:
            lines.setdefault(top(fields, row)[0], []).append(row)
        widths = [row.width() for row in halves]
        assert max(widths) - min(widths) <= 1
        return [tuple(row.name for row in line) for line in lines.values()]

    assert pairs() == [("batch_size", "steps"), ("weight_decay", "seed")]
    show(fields, intro.changed(training_set=10))
    assert pairs() == [("steps", "weight_decay"), ("seed",)]
    show(fields, intro.changed(best_of=2))
    assert pairs() == [("batch_size", "steps"), ("weight_decay", "seed"), ("best_of",)]
    show(fields, intro)
    assert pairs() == [("batch_size", "steps"), ("weight_decay", "seed")]


def test_a_picture_stands_under_its_title_or_beside_it_where_room_is_scarce(qtbot: QtBot, intro: Experiment) -> None:
    fields = make(qtbot, intro)
    picture = next(label for label in fields.findChildren(QLabel) if label.text() == "a picture")
    title = next(label for label in fields.findChildren(QLabel) if label.text() == "Data")
    fields.groups["Data"].show_clause("50 samples")
    assert top(fields, picture)[0] > top(fields, title)[0] + title.height() / 2
    assert top(fields, picture)[0] < top(fields, fields.rows["n_instances"])[0]
    fields.set_compact(True)
    qtbot.waitUntil(lambda: top(fields, picture)[1] > top(fields, title)[1] + title.width())
    assert abs(top(fields, picture)[0] - top(fields, title)[0]) < 10
    fields.set_compact(False)
    qtbot.waitUntil(lambda: top(fields, picture)[1] == top(fields, title)[1])


@pytest.mark.parametrize(("compact", "width"), [(False, 303), (True, 231)])
@pytest.mark.parametrize("scale", [1.0, 1.5])
@pytest.mark.parametrize(
    "values",
    [
        {},
        {"distribution": "anticorrelated", "feature_probability": 0.2, "optimiser": "sgd", "training_set": 9},
        {"distribution": "hierarchical", "starting_weights": "polygon"},
        {"distribution": "correlated", "starting_weights": [[[0.0] * 5] * 2] * 8},
    ],
)
def test_nothing_is_cut_off(
    qtbot: QtBot,
    qapp: QApplication,
    intro: Experiment,
    compact: bool,
    width: int,
    scale: float,
    values: dict[str, object],
) -> None:
    apply_theme(qapp, DARK, scale)
    fields = make(qtbot, intro.changed(**values), round(width * scale), 3600, compact=compact)
    for group in fields.groups.values():
        group.more.setChecked(True)
    qtbot.wait(1)
    assert fields.width() == round(width * scale), "no wider than there is room"
    for row in fields.rows.values():
        assert not row.isVisible() or row.height() >= row.heightForWidth(row.width())
        for part in row.findChildren(QWidget):
            if part.isVisible():
                assert part.width() >= min(part.minimumSizeHint().width(), part.maximumWidth())
                assert part.height() >= part.minimumSizeHint().height()
                right = part.mapTo(fields, part.rect().topRight()).x()
                assert right < fields.width() - (11 if compact else 15), part


def test_every_choice_can_be_read_in_the_narrowest_form(qtbot: QtBot, intro: Experiment) -> None:
    values = {"distribution": "anticorrelated", "feature_probability": 0.2}
    fields = make(qtbot, intro.changed(**values), 232, 3600, compact=True)
    fields.keep_margins(True, 8)
    for group in fields.groups.values():
        group.more.setChecked(True)
    qtbot.wait(1)
    choosers = [chooser for chooser in fields.findChildren(QComboBox) if chooser.isVisible()]
    assert len(choosers) == 7
    for chooser in choosers:
        option = QStyleOptionComboBox()
        option.initFrom(chooser)
        part = QStyle.SubControl.SC_ComboBoxEditField
        field = chooser.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, chooser)
        words = [chooser.itemText(at) for at in range(chooser.count())]
        assert max(map(chooser.fontMetrics().horizontalAdvance, words)) <= field.width(), words


def test_tab_goes_through_all_fields_in_order(qtbot: QtBot, intro: Experiment) -> None:
    fields = make(
        qtbot, intro.changed(distribution="correlated", optimiser="sgd", starting_weights="polygon"), 303, 2200
    )
    for group in fields.groups.values():
        group.more.setChecked(True)
    fields.activateWindow()
    stops = [
        stop
        for group in fields.groups.values()
        for stop in ([group.more] if group.more.isVisible() else []) + [row.editor for row in group.shown]
    ]
    stops[0].setFocus()
    qtbot.waitUntil(stops[0].hasFocus)
    reached = [stops[0]]
    for _ in range(80):
        qtbot.keyClick(fields.focusWidget(), Qt.Key.Key_Tab)
        if fields.focusWidget() in stops:
            if fields.focusWidget() is stops[0]:
                break
            reached.append(fields.focusWidget())
    assert reached == stops
