"""Field rows: one field of the recipe each, in the form that its declaration asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QSizePolicy

from superviz.app.buttons import Chooser
from superviz.app.feature_lists import matrix_shown, parents_shown, read_parents, read_sets, sets_shown
from superviz.app.field_row import FieldRow
from superviz.app.number_box import EntryBox
from superviz.app.number_rows import BoxRow, HalfRow, SliderRow, StepperRow
from superviz.app.switch import Switch
from superviz.core.experiment import Experiment, field_note
from superviz.core.fields import Choice, Parents, Sets

_LEAST_LETTERS = 4
_WORDS_GAP = 8
_WORDS_SHARE = 3
"""How much more of the row the words have than their label."""


class ChoiceRow(FieldRow):
    """One of several words, with the chosen one's own help; numbers given instead of a word are named as such."""

    def __init__(self, name: str) -> None:
        self._chooser = Chooser()
        super().__init__(name, self._chooser)
        self._chooser.setMinimumContentsLength(_LEAST_LETTERS)
        self._label.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self._head.addSpacing(_WORDS_GAP)
        self._values: list[object] = []
        self._choices: list[Choice] = []
        for value, choice in self.note.choices.items():
            self._add(value, choice)
        self._chooser.activated.connect(self._activated)
        self._head.addWidget(self._chooser)
        self._column.addSpacing(3)
        self._column.addWidget(self._help)

    def show_value(self, value: object, instead: str = "") -> None:
        if value not in self._values:
            # Another size of given numbers than before takes its place.
            words = len(self.note.choices)
            for index in reversed(range(words, len(self._values))):
                self._chooser.removeItem(index)
                del self._values[index], self._choices[index]
            assert isinstance(value, Sequence)
            self._add(value, Choice(f"Given, {matrix_shown(value)}", "Numbers that the recipe gives."))
        index = self._values.index(value)
        self._chooser.setCurrentIndex(index)
        super().show_help(self._choices[index].help)

    def show_help(self, text: str, reserve: tuple[str, ...] = ()) -> None:
        self._tell_in_tip(text)

    def set_compact(self, compact: bool) -> None:
        super().set_compact(compact)
        # The list is as wide as its words, however narrow the chooser.
        self._chooser.view().setMinimumWidth(self._chooser.sizeHint().width())

    def _add(self, value: object, choice: Choice) -> None:
        self._values.append(value)
        self._choices.append(choice)
        self._chooser.addItem(choice.name)
        self._chooser.setItemData(self._chooser.count() - 1, choice.help, Qt.ItemDataRole.ToolTipRole)

    @Slot(int)
    def _activated(self, index: int) -> None:
        self._entered(self._values[index])


class SwitchRow(FieldRow):
    """What is on or off."""

    def __init__(self, name: str) -> None:
        self._switch = Switch()
        super().__init__(name, self._switch)
        self._switch.clicked.connect(self._turned)
        self._head.addWidget(self._switch)
        self._column.addSpacing(3)
        self._column.addWidget(self._help)

    def show_value(self, value: object, instead: str = "") -> None:
        self._switch.setChecked(value is True)

    @Slot(bool)
    def _turned(self, on: bool) -> None:
        self._entered(on)


@dataclass(frozen=True, slots=True)
class Words:
    """How a value reads in words, beside so many features, and back again."""

    shown: Callable[[Any, int], str]
    read: Callable[[str, int], object]


class WordsRow(FieldRow):
    """What is typed in words: which features belong together."""

    def __init__(self, name: str, words: Words) -> None:
        self._words = words
        self._box = EntryBox()
        super().__init__(name, self._box)
        self._label.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self._box.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._box.entered.connect(self._entered)
        self._head.addSpacing(_WORDS_GAP)
        self._head.addWidget(self._box, _WORDS_SHARE)
        self._column.addSpacing(3)
        self._column.addWidget(self._help)

    def show_in(self, experiment: Experiment, instance: int) -> None:
        shown = self._words.shown(getattr(experiment, self.name), experiment.n_features)
        self._box.show_words(shown)
        self._box.setAccessibleDescription(shown)
        self.show_help(self.note.help)

    def read(self, entered: object, experiment: Experiment) -> object:
        return self._words.read(entered, experiment.n_features) if isinstance(entered, str) else entered


_WORDS: dict[object, Words] = {
    get_args(Sets)[0]: Words(lambda sets, _: sets_shown(sets), read_sets),
    get_args(Parents)[0]: Words(parents_shown, read_parents),
}
"""By the type of the field."""


def make_row(name: str) -> FieldRow:
    """The row that the experiment's field `name` asks for by its type and its note."""
    note, field = field_note(name), Experiment.model_fields[name]
    if note.choices:
        return ChoiceRow(name)
    if field.annotation is bool:
        return SwitchRow(name)
    if field.annotation in _WORDS:
        return WordsRow(name, _WORDS[field.annotation])
    if note.slider is not None:
        return SliderRow(name)
    if note.half:
        return HalfRow(name)
    return StepperRow(name) if field.is_required() or isinstance(field.default, int) else BoxRow(name)
