"""PresetChooser: the presets, grouped by where each was first shown, with a line of what there is to see."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QColor, QFontMetrics, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionComboBox, QStyleOptionViewItem, QWidget

from superviz.app.buttons import Chooser
from superviz.core.recipe import Recipe
from superviz.views.fonts import Weight, font
from superviz.views.theme import BODY_SIZE, current_palette, scaled, typeset

_WIDTH, _TITLE_WIDTH, _ROW_HEIGHT, _HEADER_HEIGHT = 960, 240, 28, 30
"""Logical pixels of the open list, at text scale 1."""
_HELP_SIZE = 12
_INSET = 10
_NAME_ROLE, _SHOWS_ROLE = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1


class PresetChooser(Chooser):
    """A drop-down list of presets. What is shown and is none of them has an entry of its own, the first."""

    picked = Signal(str)
    """A preset's name."""

    def __init__(self, presets: Sequence[Recipe], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("large", True)
        self.setAccessibleName("Preset")
        typeset(self, BODY_SIZE, 600)
        self._titles = [recipe.title for recipe in presets]
        self._own: QStandardItem | None = None
        self._model = QStandardItemModel(self)
        for source, group in groupby(presets, key=lambda recipe: recipe.source):
            if source:
                self._model.appendRow(_header(source))
            for recipe in group:
                self._model.appendRow(_entry(recipe))
        self.setModel(self._model)
        self.setCurrentIndex(self._row_of(presets[0].title) if presets else -1)
        self.setItemDelegate(PresetDelegate(self))
        self.setMaxVisibleItems(self._model.rowCount() + 1)
        self.activated.connect(self._activated)
        self.commands = {recipe.name: self._command(recipe) for recipe in presets}
        """An action for each preset, by name: what the command palette offers."""

    def show_title(self, title: str) -> None:
        """Say what is shown: a preset's title picks it."""
        with QSignalBlocker(self):
            if self._own is not None:
                self._model.removeRow(self._own.row())
                self._own = None
            if self._row_of(title) < 0:
                self._own = QStandardItem(title)
                self._model.insertRow(0, self._own)
            self.setCurrentIndex(self._row_of(title))

    def set_width(self, width: int) -> None:
        """Be that wide, or wider where the longest preset's title asks for it; narrower where room is short."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        longest = max((self.fontMetrics().horizontalAdvance(title) for title in self._titles), default=0)
        whole = self.style().sizeFromContents(
            QStyle.ContentsType.CT_ComboBox, option, QSize(longest + 1, self.fontMetrics().height()), self
        )
        super().set_width(max(width, whole.width()))

    def showPopup(self) -> None:
        """As wide as it takes to read, and within the window."""
        room = self.window().width() - self.mapTo(self.window(), self.rect().topLeft()).x() - _INSET
        self.view().setFixedWidth(max(self.width(), min(scaled(_WIDTH), room)))
        super().showPopup()

    def _command(self, recipe: Recipe) -> QAction:
        action = QAction(f"Preset: {recipe.title}", self)
        action.triggered.connect(lambda: self.picked.emit(recipe.name))
        return action

    def _row_of(self, title: str) -> int:
        titled = (self._model.indexFromItem(item) for item in self._model.findItems(title))
        return next((index.row() for index in titled if _may_be_picked(index)), -1)

    @Slot(int)
    def _activated(self, index: int) -> None:
        if name := self.itemData(index, _NAME_ROLE):
            self.picked.emit(name)


class PresetDelegate(QStyledItemDelegate):
    """A row: a preset's title and what it shows; or a group's name, small."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, scaled(_ROW_HEIGHT if _may_be_picked(index) else _HEADER_HEIGHT))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        palette = current_palette()
        rect: QRect = option.rect
        words = rect.adjusted(_INSET, 0, -_INSET, 0)
        painter.save()
        if not _may_be_picked(index):
            _write(painter, words.adjusted(0, scaled(8), 0, 0), str(index.data()), _HELP_SIZE, 400, palette.text3)
            painter.restore()
            return
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.hover))
            painter.drawRoundedRect(rect.adjusted(2, 1, -2, -1), 5, 5)
        title = words.adjusted(0, 0, -(words.width() - scaled(_TITLE_WIDTH)), 0)
        _write(painter, title, str(index.data()), BODY_SIZE, 600, palette.text1)
        shows = words.adjusted(scaled(_TITLE_WIDTH) + _INSET, 0, 0, 0)
        _write(painter, shows, str(index.data(_SHOWS_ROLE) or ""), _HELP_SIZE, 400, palette.text2)
        painter.restore()


def _header(source: str) -> QStandardItem:
    item = QStandardItem(source)
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    return item


def _entry(recipe: Recipe) -> QStandardItem:
    item = QStandardItem(recipe.title)
    item.setData(recipe.name, _NAME_ROLE)
    item.setData(recipe.shows, _SHOWS_ROLE)
    item.setToolTip(recipe.shows)
    item.setAccessibleDescription(recipe.shows)
    return item


def _may_be_picked(index: QModelIndex | QPersistentModelIndex) -> bool:
    return bool(index.flags() & Qt.ItemFlag.ItemIsSelectable)


def _write(painter: QPainter, place: QRect, text: str, size: float, weight: Weight, color: str) -> None:
    face = font(scaled(size), weight)
    painter.setFont(face)
    painter.setPen(QColor(color))
    shown = QFontMetrics(face).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
    painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
