"""A film has exactly its frames, painted the same on every thread; a fault or a cancel leaves nothing behind."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, ClassVar

import av
import numpy as np
import pytest
from av.error import ExternalError
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot

from superviz.core.errors import ExportError
from superviz.export import film
from superviz.export.encoders import FILM_FORMATS, FilmFormat
from superviz.export.film import write_film
from superviz.scene.drawables import Disc, Paint, Rect, Scene, Text

SIZE = (160, 90)


def scene_at(frame: int) -> Scene:
    """A disc that goes right by two pixels a frame, over a count."""
    return Scene(
        *SIZE,
        "#0B0E12",
        (
            Rect(0, 80, 160 * (frame + 1) / 40, 10, fill=Paint("#3FD6A8")),
            Disc(20 + 2 * frame, 40, 12, fill=Paint("#E5468F")),
            Text(150, 20, f"{frame:,}", 16, "#EDF0F4", 700, anchor="end"),
        ),
    )


def decoded(path: Path) -> list[NDArray[np.int64]]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24").astype(np.int64) for frame in container.decode(video=0)]


class Collector:
    """An encoder that keeps copies of what it is given, and may fail on the way."""

    frames: list[bytes]
    made: ClassVar[list[Collector]] = []
    fault_at: int | None = None
    fault: BaseException = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def __init__(self, path: Path, size: tuple[int, int], rate: object) -> None:
        self.path, self.frames, self.ended = path, [], ""
        self.threads: set[str] = set()
        type(self).made.append(self)
        path.write_bytes(b"half a film")

    def add(self, frame: NDArray[np.uint8]) -> None:
        if self.fault_at == len(self.frames):
            raise self.fault
        self.threads.add(threading.current_thread().name)
        self.frames.append(frame.tobytes())

    def finish(self) -> None:
        if self.fault_at == -1:
            raise self.fault
        self.ended = "finished"

    def abandon(self) -> None:
        self.ended = "abandoned"


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> type[Collector]:
    class Fresh(Collector):
        made: ClassVar[list[Collector]] = []

    monkeypatch.setitem(FILM_FORMATS, ".mp4", FilmFormat("MP4 video", Fresh, side_multiple=2))
    return Fresh


def test_every_frame_is_there_and_shows_its_scene(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    assert write_film(scene_at, 40, path, size=SIZE, fps=25)
    pictures = decoded(path)
    assert len(pictures) == 40
    for index, picture in enumerate(pictures):
        pink = (picture[40, :, 0] > 160) & (picture[40, :, 1] < 140)
        assert np.flatnonzero(pink).mean() == pytest.approx(20 + 2 * index - 0.5, abs=1)
        green = picture[85, :, 1] > 110
        assert green.sum() == pytest.approx(160 * (index + 1) / 40, abs=2)
    assert list(tmp_path.iterdir()) == [path]


def test_progress_counts_every_frame(tmp_path: Path, collector: type[Collector]) -> None:
    told: list[tuple[int, int]] = []
    write_film(scene_at, 7, tmp_path / "film.mp4", size=SIZE, fps=30, progress=lambda *counts: told.append(counts))
    assert told == [(done, 7) for done in range(1, 8)]
    (encoder,) = collector.made
    assert (encoder.ended, len(encoder.frames)) == ("finished", 7)


def test_painting_and_encoding_share_no_thread(tmp_path: Path, collector: type[Collector]) -> None:
    write_film(scene_at, 7, tmp_path / "film.mp4", size=SIZE, fps=30)
    assert threading.current_thread().name not in collector.made[0].threads
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("encoder")]


def test_a_worker_paints_the_same_bytes_while_the_window_lives(
    tmp_path: Path, collector: type[Collector], qtbot: QtBot
) -> None:
    write_film(scene_at, 12, tmp_path / "here.mp4", size=SIZE, fps=30)
    worker = threading.Thread(
        target=write_film, args=(scene_at, 12, tmp_path / "there.mp4"), kwargs={"size": SIZE, "fps": 30}
    )
    worker.start()
    qtbot.waitUntil(lambda: not worker.is_alive(), timeout=20_000)
    worker.join()
    here, there = collector.made
    assert len(there.frames) == 12
    assert there.frames == here.frames


@pytest.mark.parametrize("after", [0, 1, 5])
def test_cancelling_leaves_no_half_file(tmp_path: Path, collector: type[Collector], after: int) -> None:
    painted: list[int] = []

    def note(done: int, total: int) -> None:
        painted.append(done)

    def cancelled() -> bool:
        return len(painted) >= after

    path = tmp_path / "film.mp4"
    assert not write_film(scene_at, 40, path, size=SIZE, fps=30, progress=note, cancelled=cancelled)
    assert painted == list(range(1, after + 1))
    assert list(tmp_path.iterdir()) == []
    assert collector.made[0].ended == "abandoned"


def test_a_cancelled_mp4_leaves_no_half_file_either(tmp_path: Path) -> None:
    count = iter(range(100))
    assert not write_film(scene_at, 100, tmp_path / "film.mp4", size=SIZE, fps=30, cancelled=lambda: next(count) == 80)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("at", [0, 4, 9, -1])
def test_a_disk_that_fills_up_is_one_line_and_no_file(tmp_path: Path, collector: type[Collector], at: int) -> None:
    collector.fault_at = at
    with pytest.raises(ExportError) as error:
        write_film(scene_at, 10, tmp_path / "film.mp4", size=SIZE, fps=30)
    assert str(error.value) == f"{tmp_path / 'film.mp4'}: can't be written: No space left on device"
    assert list(tmp_path.iterdir()) == []
    assert collector.made[0].ended == "abandoned"


def test_a_failing_encoder_is_named(tmp_path: Path, collector: type[Collector]) -> None:
    collector.fault_at, collector.fault = 2, ExternalError(-542398533, "Generic error in an external library")
    with pytest.raises(ExportError, match="the encoder failed: Generic error in an external library"):
        write_film(scene_at, 10, tmp_path / "film.mp4", size=SIZE, fps=30)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("fault", [ZeroDivisionError, KeyboardInterrupt])
def test_a_scene_that_fails_leaves_no_file_and_no_thread(
    tmp_path: Path, collector: type[Collector], fault: type[BaseException]
) -> None:
    def failing(frame: int) -> Scene:
        if frame == 6:
            raise fault
        return scene_at(frame)

    with pytest.raises(fault):
        write_film(failing, 10, tmp_path / "film.mp4", size=SIZE, fps=30)
    assert list(tmp_path.iterdir()) == []
    assert collector.made[0].ended == "abandoned"
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("encoder")]


def refuse_to_build(frame: int) -> Scene:
    pytest.fail("a scene was built")


@pytest.mark.parametrize(
    ("name", "size", "line"),
    [
        ("film.avi", SIZE, "unknown ending .avi; end the name in .mp4"),
        ("film.mp4", (161, 90), "161x90 won't do: both sides must be even; give 162x90"),
        ("there.mp4", SIZE, "exists already"),
        ("nowhere/film.mp4", SIZE, "no folder"),
    ],
)
def test_refusals_come_before_any_work(tmp_path: Path, name: str, size: tuple[int, int], line: str) -> None:
    (tmp_path / "there.mp4").write_bytes(b"old")
    with pytest.raises(ExportError, match=line):
        write_film(refuse_to_build, 10, tmp_path / name, size=size, fps=30)
    assert (tmp_path / "there.mp4").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_force_replaces(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"old")
    assert write_film(scene_at, 3, path, size=SIZE, fps=30, force=True)
    assert len(decoded(path)) == 3


def test_images_are_few_and_used_again(
    tmp_path: Path, collector: type[Collector], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Any] = []

    class Counted(film.QImage):
        def __init__(self, *arguments: Any) -> None:
            made.append(arguments)
            super().__init__(*arguments)

    monkeypatch.setattr(film, "QImage", Counted)
    write_film(scene_at, 30, tmp_path / "film.mp4", size=SIZE, fps=30)
    assert len(made) == 3
    assert len(set(collector.made[0].frames)) == 30


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
import numpy as np
from fractions import Fraction
from superviz.core.errors import ExportError
from superviz.export.encoders import Mp4Encoder
from superviz.exchange.target import new_file
frame = np.random.default_rng(0).integers(0, 255, (360, 640, 4), np.uint8)
try:
    with new_file(Path(sys.argv[1])) as part:
        encoder = Mp4Encoder(part, (640, 360), Fraction(30))
        try:
            for _ in range(60):
                encoder.add(frame)
            encoder.finish()
        except BaseException:
            encoder.abandon()
            raise
except ExportError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of a file")
def test_the_real_encoder_reports_a_file_that_may_not_grow(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    result = subprocess.run([sys.executable, "-c", FULL_DISK, str(path)], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == f"{path}: can't be written: File too large"
    assert list(tmp_path.iterdir()) == []
