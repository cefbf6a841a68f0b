"""The log: what a person is asked for when something went wrong, in a file of the user's own that stays small."""

from __future__ import annotations

import faulthandler
import logging
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

import platformdirs

from superviz.app.home import with_tilde

LOG = logging.getLogger("superviz")
"""Says nothing to anyone until a Log is opened."""
LOG.addHandler(logging.NullHandler())
LOG.propagate = False
# A line's thread isn't told: Python would keep a stand-in for each of Qt's threads that ever logged one.
logging.logThreads = False

_CRASHES = "crashes.log"
_MOST_BYTES, _OLDER_FILES = 2**20, 1


def log_path() -> Path:
    """Where this person's log lies."""
    return Path(platformdirs.user_log_dir("superviz", appauthor=False)) / "superviz.log"


@contextmanager
def timed(what: str) -> Generator[None]:
    """Log `what` was done and how long it took, or that it failed and over what."""
    began = time.perf_counter()
    try:
        yield
    except Exception as error:
        LOG.warning("%s: failed after %.2f s: %s", what, time.perf_counter() - began, error)
        raise
    LOG.info("%s: %.2f s", what, time.perf_counter() - began)


class Log:
    """The open log file, and beside it one for what ends the process: a crash in compiled code.

    Nothing here raises, and nothing is written where nothing can be.
    """

    def __init__(self, path: Path) -> None:
        self._handler: logging.Handler | None = None
        self._crashes: TextIO | None = None
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            handler = _File(path, maxBytes=_MOST_BYTES, backupCount=_OLDER_FILES, encoding="utf-8")
            handler.setFormatter(_Lines("%(asctime)s %(process)d %(levelname)s: %(message)s"))
            LOG.addHandler(handler)
            LOG.setLevel(logging.INFO)
            self._handler = handler
            self._crashes = path.with_name(_CRASHES).open("a", encoding="utf-8")
            faulthandler.enable(self._crashes)

    @property
    def is_kept(self) -> bool:
        """Whether there is a file."""
        return self._handler is not None

    def close(self) -> None:
        """Write no more."""
        if self._crashes is not None:
            faulthandler.disable()
            self._crashes.close()
            self._crashes = None
        if self._handler is not None:
            LOG.removeHandler(self._handler)
            self._handler.close()
            self._handler = None


class _File(RotatingFileHandler):
    """A disk that is full or gone is no fault of the window's."""

    def rotate(self, source: str, dest: str) -> None:
        with suppress(OSError):  # Windows renames no file that another window has open: it grows on
            super().rotate(source, dest)

    def handleError(self, record: logging.LogRecord) -> None:
        pass


class _Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return with_tilde(super().format(record))
