"""Encoders: frames in, a film's file out. One class and one row of FILM_FORMATS a format."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol, cast

import av
import numpy as np
from av.container import OutputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from av.video.stream import VideoStream
from numpy.typing import NDArray

from superviz.core.errors import ExportError

Frame = NDArray[np.uint8]
"""(height, width, 4): blue, green, red and an unused byte, as Qt's Format_RGB32 lies in a little-endian memory."""


class Encoder(Protocol):
    """Writes one film. Errors of the file system are OSErrors."""

    def __init__(self, path: Path, size: tuple[int, int], rate: Fraction) -> None: ...

    def add(self, frame: Frame) -> None:
        """Appends the next frame; its memory may be used anew when this returns."""
        ...

    def finish(self) -> None:
        """Writes what is still held back; the file is whole then."""
        ...

    def abandon(self) -> None:
        """Lets go of the file, unfinished."""
        ...


@dataclass(frozen=True)
class FilmFormat:
    """A row of the table: what people call it, who writes it, and what sides must be multiples of."""

    name: str
    encoder: type[Encoder]
    side_multiple: int = 1


class Mp4Encoder:
    """H.264 by x264 in an mp4 that starts playing before it is all there.

    4:2:0 and BT.709 at video levels, converted so and tagged so: the one combination every player shows right.
    """

    def __init__(self, path: Path, size: tuple[int, int], rate: Fraction) -> None:
        self._container = cast(
            OutputContainer, av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"})
        )
        self._stream = cast(
            VideoStream, self._container.add_stream("libx264", rate, options={"crf": "18", "preset": "veryfast"})
        )
        context = self._stream.codec_context
        context.width, context.height = size
        context.pix_fmt = "yuv420p"
        context.time_base = 1 / rate
        context.color_range = ColorRange.MPEG
        context.colorspace = Colorspace.ITU709
        context.color_primaries = ColorPrimaries.BT709
        context.color_trc = ColorTrc.BT709
        self._time_base = 1 / rate
        self._frames = 0

    def add(self, frame: Frame) -> None:
        """Converts and encodes `frame`."""
        picture = VideoFrame.from_numpy_buffer(frame, "bgra").reformat(
            format="yuv420p",
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.MPEG,
            dst_colorspace=Colorspace.ITU709,
        )
        picture.pts, picture.time_base = self._frames, self._time_base
        self._frames += 1
        self._container.mux(self._stream.encode(picture))

    def finish(self) -> None:
        """Flushes the encoder and writes the index in front."""
        self._container.mux(self._stream.encode(None))
        self._container.close()

    def abandon(self) -> None:
        """Closes the file as it stands; that a full disk doesn't even take that is no news."""
        with suppress(OSError, FFmpegError):
            self._container.close()


FILM_FORMATS: dict[str, FilmFormat] = {".mp4": FilmFormat("MP4 video", Mp4Encoder, side_multiple=2)}


def check_size(path: Path, size: tuple[int, int], film: FilmFormat) -> None:
    """Raises ExportError, naming the next size that would do, where a side is no multiple of what the format needs."""
    multiple = film.side_multiple
    fitting = [side + -side % multiple for side in size]
    if fitting != list(size):
        width, height = size
        kind = "even" if multiple == 2 else f"multiples of {multiple}"
        raise ExportError(
            f"{path}: {width}x{height} won't do: both sides must be {kind}; give {fitting[0]}x{fitting[1]}"
        )
