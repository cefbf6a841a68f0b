"""CommandPalette: every action, preset and feature, found by typing; for the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Slot
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from superviz.app.buttons import described
from superviz.views.theme import scaled, typeset

_WIDTH, _ROW_HEIGHT, _MOST_ROWS = 560, 34, 11
_TOP = 64
_KEYS_ROLE, _ACTION_ROLE = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
_MOVES = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -_MOST_ROWS, Qt.Key.Key_PageDown: _MOST_ROWS}


class CommandPalette(QWidget):
    """A list over the window. Letters filter it, the arrow keys move in it, Enter does what is marked, Esc leaves."""

    def __init__(
        self,
        actions: dict[str, QAction],
        parent: QWidget,
        finder: Callable[[str, QObject], list[QAction]] | None = None,
    ) -> None:
        """`finder` makes actions of what was typed, which are too many to be listed; they belong to the object given.

        They come first.
        """
        super().__init__(parent)
        self._finder = finder
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._actions = actions
        self._focus_before: QWidget | None = None
        self._input = QLineEdit()
        self._input.setPlaceholderText("Find a command")
        self._input.setAccessibleName("Find a command")
        typeset(self._input, 14)
        self._list = QListWidget()
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setAccessibleName("Commands")
        self._list.setItemDelegate(CommandDelegate(self._list))
        self._list.itemClicked.connect(self._do)
        self._input.textChanged.connect(self._filter)
        self._input.returnPressed.connect(self._do_marked)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 6)
        column.setSpacing(4)
        column.addWidget(self._input)
        column.addWidget(self._list)
        self._filter("")

    @property
    def shown(self) -> list[str]:
        """The words of the commands in the list."""
        return [self._list.item(row).text() for row in range(self._list.count())]

    def open_over(self, window: QWidget) -> None:
        """Stand over the upper middle of `window` and take the keyboard."""
        self._focus_before = QApplication.focusWidget()
        width = min(scaled(_WIDTH), window.width() - 32)
        rows = min(_MOST_ROWS, len(self._actions))
        height = self._input.sizeHint().height() + rows * scaled(_ROW_HEIGHT) + 12
        self.setGeometry((window.width() - width) // 2, _TOP, width, min(height, window.height() - _TOP - 16))
        self.show()
        self.raise_()
        self._input.setFocus(Qt.FocusReason.PopupFocusReason)
        self._input.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Only a click elsewhere closes it: a menu or another window may take the keyboard for a moment.
        if isinstance(event, QFocusEvent) and event.lostFocus() and event.reason() is Qt.FocusReason.MouseFocusReason:
            self.close()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            self._leave()
        elif key in _MOVES and self._list.count():
            step = _MOVES[key]
            row = self._list.currentRow() + step
            last = self._list.count() - 1
            self._list.setCurrentRow(row % (last + 1) if abs(step) == 1 else min(max(row, 0), last))
        # Nothing reaches the window's bare-key shortcuts from here.
        event.accept()

    @Slot(str)
    def _filter(self, typed: str) -> None:
        wanted = typed.lower().split()
        self._list.clear()
        for action in self._finder(typed, self) if self._finder is not None and wanted else ():
            self._list.addItem(_item(action))
        found: list[tuple[bool, QListWidgetItem]] = []
        for action in self._actions.values():
            words = described(action)[0].lower()
            if action.isEnabled() and all(word in words for word in wanted):
                found.append((not words.startswith(typed.lower().strip()), _item(action)))
        for _, item in sorted(found, key=lambda entry: entry[0]):
            self._list.addItem(item)
        self._list.setCurrentRow(0)

    @Slot()
    def _do_marked(self) -> None:
        item = self._list.currentItem()
        if item is not None:
            self._do(item)

    @Slot(QListWidgetItem)
    def _do(self, item: QListWidgetItem) -> None:
        action = item.data(_ACTION_ROLE)
        self._leave()
        action.trigger()

    def _leave(self) -> None:
        before = self._focus_before
        self.close()
        if before is not None and before is not self._input:
            before.setFocus(Qt.FocusReason.PopupFocusReason)


def _item(action: QAction) -> QListWidgetItem:
    words, keys = described(action)
    item = QListWidgetItem(words)
    item.setData(_KEYS_ROLE, keys)
    item.setData(_ACTION_ROLE, action)
    return item


class CommandDelegate(QStyledItemDelegate):
    """A row: the command's words, and its keys at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, scaled(_ROW_HEIGHT))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        palette = QApplication.palette()
        rect: QRect = option.rect
        painter.save()
        painter.setFont(option.font)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(palette.color(QPalette.ColorRole.Midlight))
            painter.drawRoundedRect(rect.adjusted(6, 1, -6, -1), 5, 5)
        words = rect.adjusted(14, 0, -14, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        keys = str(index.data(_KEYS_ROLE) or "")
        painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
        painter.drawText(words, Qt.AlignmentFlag.AlignRight | middle, keys)
        words.setRight(words.right() - painter.fontMetrics().horizontalAdvance(keys) - 12)
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        shown = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft | middle, shown)
        painter.restore()
