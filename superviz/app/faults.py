"""Faults: exceptions that nobody expected, from any thread, are logged and told; the window lives on."""

from __future__ import annotations

import logging
import sys
import threading
import time
import traceback
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QObject, QtMsgType, Signal, qInstallMessageHandler

from superviz.app.log import LOG

_AGAIN_SECONDS = 5.0
"""A fault in what is done every frame is told this often, not sixty times a second."""
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class Faults(QObject):
    """Watches from `watch` until `close`."""

    told = Signal(str)
    """Something went wrong: one line. From whichever thread; slots are called in their own."""
    interrupted = Signal()
    """Someone pressed Ctrl-C in the terminal."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._last: dict[tuple[object, ...], float] = {}
        self._hooks = (sys.excepthook, threading.excepthook)

    def watch(self) -> None:
        """From now on."""
        self._hooks = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._unexpected
        threading.excepthook = self._unexpected_in_thread
        qInstallMessageHandler(_log_qt)

    def close(self) -> None:
        """No more: Qt must not call Python once that has gone."""
        sys.excepthook, threading.excepthook = self._hooks
        qInstallMessageHandler(None)

    def _unexpected(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, KeyboardInterrupt):
            self.interrupted.emit()
        elif self._is_due(kind, trace):
            traceback.print_exception(kind, error, trace)
            LOG.error("nobody expected this", exc_info=(kind, error, trace))
            said = " ".join(str(error).split())
            self.told.emit(f"Something went wrong: {kind.__name__}{f': {said}' if said else ''} (see Help > Show log)")

    def _unexpected_in_thread(self, fault: threading.ExceptHookArgs) -> None:
        if fault.exc_value is not None:  # that of a thread which ends for SystemExit is none
            self._unexpected(fault.exc_type, fault.exc_value, fault.exc_traceback)

    def _is_due(self, kind: type[BaseException], trace: TracebackType | None) -> bool:
        """Whether this is the first of its kind on its way there, or the first for a while."""
        way = ((frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(trace))
        key, now = (kind, *way), time.monotonic()
        if now - self._last.get(key, -_AGAIN_SECONDS) < _AGAIN_SECONDS:
            return False
        self._last[key] = now
        return True


def _log_qt(kind: QtMsgType, context: QMessageLogContext, words: str) -> None:
    level = _LEVELS.get(kind, logging.WARNING)
    LOG.log(level, "Qt %s: %s", context.category or "default", words)
    if level >= logging.WARNING and sys.stderr is not None:
        print(words, file=sys.stderr)
