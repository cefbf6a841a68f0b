"""Rendering: a recording into a still or a film, by the file's ending. Needs no display and no OpenGL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from numbers import Integral, Real
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QGuiApplication

from superviz.core.errors import ExportError
from superviz.exchange.target import check_ending, check_target
from superviz.export.encoders import FILM_FORMATS, FilmFormat, check_size
from superviz.export.film import Cancelled, Progress, render_film
from superviz.export.shot import Shot
from superviz.export.stills import STILL_FORMATS, StillFormat, write_still
from superviz.session.display import Theme
from superviz.session.recording import Recording
from superviz.views.fonts import load_fonts

FORMATS: Mapping[str, StillFormat | FilmFormat] = {**FILM_FORMATS, **STILL_FORMATS}
"""What a file's ending stands for."""

_SIDES = (16, 8192)
_LONGEST_FILM = 3600.0
_FASTEST_FILM = 240.0


def render(
    recording: Recording,
    path: Path | str,
    *,
    view: str = "vectors",
    size: tuple[int, int] = (1920, 1080),
    fps: float = 30,
    duration: float = 10.0,
    theme: Theme = "dark",
    instance: int | None = None,
    force: bool = False,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> bool:
    """Writes `recording` to `path`: a film of all of its training, or a still of its end.

    `size` is in pixels, `fps` and `duration` (seconds) are a film's alone; `instance` counts from 0, None takes the
    one of lowest evaluation loss. Returns whether it was written: False where `cancelled` said so. Either the whole
    file is there afterwards, or none. Raises ExportError, before any work where that can be known.
    """
    _require_recording(recording)
    path = Path(path)
    check_export(path, size=size, fps=fps, duration=duration, force=force)
    with in_qt():
        shot = Shot(recording, view=view, size=size, theme=theme, instance=instance)
        if path.suffix.lower() in FILM_FORMATS:
            return render_film(
                shot, path, size=size, fps=fps, duration=duration, force=force, progress=progress, cancelled=cancelled
            )
        write_still(shot.scene(shot.end), path, title=shot.title, force=force)
        if progress is not None:
            progress(1, 1)
        return True


def check_export(
    path: Path, *, size: tuple[int, int] = (1920, 1080), fps: float = 30, duration: float = 10.0, force: bool = False
) -> None:
    """Raises ExportError where an export so asked for can't be: worth knowing before a training that leads up to it."""
    format = FORMATS[check_ending(path, FORMATS)]
    _require_numbers(path, size, fps, duration)
    smallest, largest = _SIDES
    if not all(smallest <= side <= largest for side in size):
        raise ExportError(f"{path}: {size[0]}x{size[1]} won't do; give sides from {smallest} to {largest} pixels")
    if isinstance(format, FilmFormat):
        check_size(path, size, format)
        if not 0 < fps <= _FASTEST_FILM:
            raise ExportError(f"{path}: {fps:g} frames a second won't do; give more than 0, at most {_FASTEST_FILM:g}")
        if not 0 < duration <= _LONGEST_FILM or round(fps * duration) < 2:
            shortest = f"{2 / fps:.2g} s, which is two frames"
            raise ExportError(f"{path}: {duration:g} s won't do; give at least {shortest}, at most {_LONGEST_FILM:g} s")
    check_target(path, force=force)


def _require_recording(source: object) -> None:
    """Raises ExportError for anything but a Recording: an Experiment, say."""
    if not isinstance(source, Recording):
        kind = type(source).__name__
        raise ExportError(f"recording: give a Recording, as train and open return one, not {kind}")


def _require_numbers(path: Path, size: object, fps: object, duration: object) -> None:
    """Raises ExportError for what is of another kind than it has to be."""
    if not (isinstance(size, Sequence) and len(size) == 2 and all(isinstance(side, Integral) for side in size)):
        raise ExportError(f"{path}: size: give width and height in pixels, such as (1920, 1080), not {size!r}")
    for name, number in (("fps", fps), ("duration", duration)):
        if not isinstance(number, Real):
            raise ExportError(f"{path}: {name}: give a number, not {number!r}")


@contextmanager
def in_qt() -> Iterator[None]:
    """Qt with its fonts: the window's, where there is one, or one without a screen for as long as this takes."""
    made = QGuiApplication(["superviz", "-platform", "offscreen"]) if QCoreApplication.instance() is None else None
    try:
        load_fonts()
        yield
    finally:
        if made is not None:
            # A window may be opened after this, and there can be only one application at a time.
            made.shutdown()
