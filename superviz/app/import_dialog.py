"""ImportDialog: asks which array of a file holds the weights, and which of its dimensions counts what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from superviz.app.buttons import Button, Chooser
from superviz.app.option_card import OptionCard
from superviz.app.panel import TITLE_SIZE
from superviz.views.theme import BODY_SIZE, scaled, typeset

if TYPE_CHECKING:
    from superviz.exchange.importing import Importable
    from superviz.exchange.orientation import Orientation

_WIDTH = 480
_MARGIN = 24
_GAP = 8
_MOST_CARDS = 4
"""So many are seen at once; the others by scrolling: they are the unusual ones."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be read, and how: of what the file says itself, nothing."""

    name: str
    axes: str | None
    bias: str | None


class ImportDialog(QDialog):
    """Nothing is chosen until someone has: which way a matrix lies can't be seen from it."""

    def __init__(self, file_name: str, found: Sequence[Importable], parent: QWidget | None = None) -> None:
        """`found` are the arrays of the file of that name that may be imported; at least one."""
        super().__init__(parent)
        self.setWindowTitle(f"Import {file_name}")
        self._found = found
        self._arrays, self._biases = Chooser(), Chooser()
        self._question, self._cards = QLabel(), QWidget()
        self._area = QScrollArea()
        self._import = Button("primary", text="Import")
        self._cancel = Button("plain", text="Cancel")
        for one in found:
            self._arrays.addItem(f"{one.name or 'the array'} · {_sizes(one.shape)} · {one.kind}")
        self._lay_out()
        self._arrays.currentIndexChanged.connect(self._array_chosen)
        self._import.clicked.connect(self.accept)
        self._cancel.clicked.connect(self.reject)
        self._array_chosen(0)

    @property
    def choice(self) -> Choice | None:
        """What was chosen, or None so long as something is still to be said."""
        array, way = self._found[self._arrays.currentIndex()], self._way
        if array.is_marked:
            return Choice(array.name, None, None)
        return None if way is None else Choice(array.name, way.axes, self._biases.currentData())

    @property
    def cards(self) -> list[OptionCard]:
        """The ways to read the array, the usual ones first."""
        return self._cards.findChildren(OptionCard)

    @property
    def _way(self) -> Orientation | None:
        array = self._found[self._arrays.currentIndex()]
        chosen = (way for way, card in zip(array.orientations, self.cards, strict=True) if card.isChecked())
        return next(chosen, None)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        column.setSpacing(16)
        if len(self._found) > 1:
            column.addLayout(_labelled("Array", self._arrays))
        self._question.setWordWrap(True)
        self._question.setTextFormat(Qt.TextFormat.PlainText)
        typeset(self._question, TITLE_SIZE, 600)
        column.addWidget(self._question)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addWidget(self._area)
        self._bias_row = QWidget()
        self._bias_row.setLayout(_labelled("Bias", self._biases))
        column.addWidget(self._bias_row)
        column.addStretch(1)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._cancel)
        row.addWidget(self._import)
        column.addLayout(row)
        self.setMinimumWidth(scaled(_WIDTH))

    @Slot(int)
    def _array_chosen(self, index: int) -> None:
        array = self._found[index]
        self._cards = QWidget()
        cards = QVBoxLayout(self._cards)
        cards.setContentsMargins(0, 0, 0, 0)
        cards.setSpacing(_GAP)
        for way in array.orientations:
            card = OptionCard(_title(way, array.shape), _meaning(way))
            card.toggled.connect(self._way_chosen)
            cards.addWidget(card)
        self._area.setWidget(self._cards)
        count = min(_MOST_CARDS, len(array.orientations))
        self._area.setFixedHeight(count * self.cards[0].sizeHint().height() + (count - 1) * _GAP)
        self._question.setText(_question(array))
        self._way_chosen()

    @Slot()
    def _way_chosen(self) -> None:
        way, array = self._way, self._found[self._arrays.currentIndex()]
        fitting = () if way is None or array.is_marked else array.biases(way)
        before = self._biases.currentData()
        self._biases.clear()
        self._biases.addItem("None")
        for name in fitting:
            self._biases.addItem(f"{name} · {_sizes(array.shapes[name])}", name)
        self._biases.setCurrentIndex(max(0, self._biases.findData(before)) if before else 0)
        self._bias_row.setVisible(bool(fitting))
        self._import.setEnabled(self.choice is not None)


def _question(array: Importable) -> str:
    """What is to be said of it: "512 rows × 4,096 columns: which are the features?"."""
    if array.is_marked:
        return f"{_sizes(array.shape)}: the file itself says what they are."
    if len(array.shape) == 2:
        rows, columns = array.shape
        return f"{_counted(rows, 'row')} × {_counted(columns, 'column')}: which are the features?"
    return f"{_sizes(array.shape)}: what does each of these count?"


def _title(way: Orientation, shape: tuple[int, ...]) -> str:
    axes = way.axes.split(",")
    if len(shape) == 2:
        place = axes.index("features")
        one = shape[place] == 1
        return f"The {_counted(shape[place], ('row', 'column')[place])} {'is a feature' if one else 'are features'}"
    return " × ".join(f"{size:,} {axis}" for size, axis in zip(shape, axes, strict=True))


def _meaning(way: Orientation) -> str:
    several = [(way.n_instances, "instance"), (way.n_steps, "step")]
    words = f"{_counted(way.n_features, 'feature')} in {_counted(way.n_hidden, 'hidden dimension')}"
    return ", ".join([words, *(_counted(count, what) for count, what in several if count > 1)])


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def _sizes(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{size:,}" for size in shape)


def _labelled(text: str, editor: QWidget) -> QHBoxLayout:
    label = QLabel(text)
    typeset(label, BODY_SIZE, 500)
    label.setBuddy(editor)
    editor.setAccessibleName(text)
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(12)
    row.addWidget(label)
    row.addWidget(editor, 1)
    return row
