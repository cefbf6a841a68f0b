"""Film: paints frame after frame and hands them to an encoder, which works meanwhile on a thread of its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias

import numpy as np
from av.error import FFmpegError
from PySide6.QtGui import QColor, QImage, QPainter

from superviz.core.errors import ExportError
from superviz.exchange.target import check_ending, new_file
from superviz.export.encoders import FILM_FORMATS, Encoder, Frame, check_size
from superviz.export.schedule import Schedule
from superviz.export.shot import Shot
from superviz.scene.drawables import Scene
from superviz.views.plane_painter import paint

Progress: TypeAlias = Callable[[int, int], object]
"""Called with frames done and frames in all."""
Cancelled: TypeAlias = Callable[[], bool]
"""Asked before each frame whether to stop."""

_HOLD_SECONDS = 1.0
_LONGEST_HOLD = 1 / 6
"""Of the film."""
_IMAGES = 3
"""One being painted, the others on their way through the encoder."""


def render_film(
    shot: Shot,
    path: Path,
    *,
    size: tuple[int, int],
    fps: float,
    duration: float,
    force: bool = False,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> bool:
    """Films all of the shot's training in round(fps * duration) frames, as `write_film` does."""
    frames = round(fps * duration)
    hold = min(round(fps * _HOLD_SECONDS), int(frames * _LONGEST_HOLD))
    schedule = Schedule(shot.snapshots, shot.instance, frames, hold)

    def scene_at(frame: int) -> Scene:
        return shot.scene(schedule.position(frame))

    return write_film(scene_at, frames, path, size=size, fps=fps, force=force, progress=progress, cancelled=cancelled)


def write_film(
    scene_at: Callable[[int], Scene],
    frames: int,
    path: Path,
    *,
    size: tuple[int, int],
    fps: float,
    force: bool = False,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> bool:
    """Writes `frames` scenes of `size` pixels as the film `path`; returns whether it was written, not cancelled.

    Works off the GUI thread and without a display. Where it raises or is cancelled, no file is left. Raises
    ExportError where the ending, the size or the place won't do, the file exists and `force` isn't set, or the disk
    is full.
    """
    film = FILM_FORMATS[check_ending(path, FILM_FORMATS)]
    check_size(path, size, film)
    try:
        with new_file(path, force=force) as part:
            encoder = film.encoder(part, size, Fraction(fps).limit_denominator(1001))
            try:
                _encode(encoder, scene_at, frames, size, progress or _ignore, cancelled or _never)
                encoder.finish()
            except BaseException:
                encoder.abandon()
                raise
    except _CancelledError:
        return False
    except FFmpegError as error:
        raise ExportError(f"{path}: the encoder failed: {error.strerror or error}") from error
    return True


class _CancelledError(Exception):
    pass


def _encode(
    encoder: Encoder,
    scene_at: Callable[[int], Scene],
    frames: int,
    size: tuple[int, int],
    progress: Progress,
    cancelled: Cancelled,
) -> None:
    in_hand: deque[tuple[QImage, Future[None]]] = deque()
    with ThreadPoolExecutor(1, "encoder") as encoding:
        for index in range(frames):
            if cancelled():
                raise _CancelledError
            image = _take_image(in_hand, size)
            _paint_frame(image, scene_at(index))
            in_hand.append((image, encoding.submit(encoder.add, _memory(image))))
            progress(index + 1, frames)
        for _, encoded in in_hand:
            encoded.result()


def _take_image(in_hand: deque[tuple[QImage, Future[None]]], size: tuple[int, int]) -> QImage:
    if len(in_hand) < _IMAGES:
        return QImage(*size, QImage.Format.Format_RGB32)
    image, encoded = in_hand.popleft()
    encoded.result()
    return image


def _paint_frame(image: QImage, scene: Scene) -> None:
    image.fill(QColor(scene.background))
    painter = QPainter(image)
    # As outlines, so that labels glide with their arrows instead of jumping from pixel to pixel.
    paint(painter, scene, text_as_outlines=True)
    painter.end()


def _memory(image: QImage) -> Frame:
    """The image's own memory; `image` must outlive it."""
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)


def _ignore(done: int, total: int) -> None: ...


def _never() -> bool:
    return False
