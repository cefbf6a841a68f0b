"""`render`, as scripts use it: the whole run as a film, its end as a still, on machines without a screen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from superviz.core.errors import ExportError
from superviz.export import render as render_module
from superviz.export.render import FORMATS, check_export, render
from superviz.export.shot import Shot
from superviz.session.recording import Recording
from superviz.views.plane_painter import to_image

SIZE = (320, 180)


def decoded(path: Path) -> list[NDArray[np.int64]]:
    with av.open(str(path)) as film:
        return [frame.to_ndarray(format="rgb24").astype(np.int64) for frame in film.decode(video=0)]


def painted(run: Recording, position: float, *, instance: int = 1) -> NDArray[np.int64]:
    scene = Shot(run, view="vectors", size=SIZE, theme="dark", instance=instance).scene(position)
    image = to_image(scene, text_as_outlines=True)
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(SIZE[1], SIZE[0], 4)
    return rows[..., 2::-1].astype(np.int64)


def apart(one: NDArray[np.int64], other: NDArray[np.int64]) -> float:
    return float(np.abs(one - other).mean())


@pytest.mark.parametrize(("fps", "duration", "frames"), [(30, 1.0, 30), (25, 0.5, 12), (24, 1.27, 30), (60, 0.05, 3)])
def test_a_film_has_exactly_its_frames(run: Recording, tmp_path: Path, fps: int, duration: float, frames: int) -> None:
    path = tmp_path / "film.mp4"
    assert render(run, path, size=SIZE, fps=fps, duration=duration)
    assert frames == round(fps * duration)
    assert len(decoded(path)) == frames


def test_a_film_goes_from_the_random_start_to_the_end(run: Recording, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    render(run, path, size=SIZE, fps=10, duration=2)
    pictures = decoded(path)
    first, last = painted(run, 0), painted(run, 1000)
    # A small film's colours bleed: half a picture's width of chroma. So: which of the two is each nearer to?
    distance = apart(first, last)
    assert apart(pictures[0], first) < 0.6 * distance < apart(pictures[0], last)
    assert apart(pictures[-1], last) < 0.6 * distance < apart(pictures[-1], first)
    assert apart(pictures[-1], pictures[-3]) < 0.1 * distance, "the end is held"


@pytest.mark.parametrize("ending", [".png", ".svg", ".pdf"])
def test_a_still_shows_the_end(run: Recording, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"still{ending}"
    told: list[tuple[int, int]] = []
    assert render(run, str(path), size=SIZE, progress=lambda *counts: told.append(counts))
    assert told == [(1, 1)]
    if ending == ".png":
        image = QImage(str(path)).convertToFormat(QImage.Format.Format_RGB32)
        shown = np.frombuffer(image.constBits(), np.uint8).reshape(SIZE[1], SIZE[0], 4)[..., 2::-1].astype(np.int64)
        assert apart(shown, painted(run, 1000)) == 0


def test_the_instance_and_the_theme_are_as_asked(run: Recording, tmp_path: Path) -> None:
    render(run, tmp_path / "other.png", size=SIZE, theme="light", instance=0)
    image = QImage(str(tmp_path / "other.png"))
    assert image.pixelColor(0, 0).name() == "#ffffff"
    render(run, tmp_path / "best.png", size=SIZE, theme="light")
    assert QImage(str(tmp_path / "best.png")) != image


def test_cancelling_writes_nothing_and_says_so(run: Recording, tmp_path: Path) -> None:
    assert not render(run, tmp_path / "film.mp4", size=SIZE, duration=1, cancelled=lambda: True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "asked", "line"),
    [
        ("film.avi", {}, "unknown ending .avi; end the name in .mp4, .pdf, .png or .svg"),
        ("film", {}, "no ending; end the name in .mp4, .pdf, .png or .svg"),
        ("film.mp4", {"size": (1921, 1080)}, "1921x1080 won't do: both sides must be even; give 1922x1080"),
        ("film.mp4", {"size": "320x180"}, "size: give width and height in pixels, such as (1920, 1080), not '320x180'"),
        ("film.mp4", {"size": (320,)}, "size: give width and height in pixels, such as (1920, 1080), not (320,)"),
        (
            "still.png",
            {"size": (99.5, 99)},
            "size: give width and height in pixels, such as (1920, 1080), not (99.5, 99)",
        ),
        ("film.mp4", {"size": None}, "size: give width and height in pixels, such as (1920, 1080), not None"),
        ("film.mp4", {"fps": "30"}, "fps: give a number, not '30'"),
        ("film.mp4", {"duration": None}, "duration: give a number, not None"),
        ("film.mp4", {"size": (8, 8)}, "8x8 won't do; give sides from 16 to 8192 pixels"),
        ("still.png", {"size": (20_000, 1080)}, "20000x1080 won't do; give sides from 16 to 8192 pixels"),
        ("film.mp4", {"fps": 0}, "0 frames a second won't do; give more than 0, at most 240"),
        ("film.mp4", {"fps": 1000}, "1000 frames a second won't do; give more than 0, at most 240"),
        ("film.mp4", {"fps": float("nan")}, "nan frames a second won't do; give more than 0, at most 240"),
        ("film.mp4", {"duration": -1}, "-1 s won't do; give at least 0.067 s, which is two frames, at most 3600 s"),
        ("film.mp4", {"duration": 0.01}, "0.01 s won't do; give at least 0.067 s, which is two frames, at most 3600 s"),
        ("film.mp4", {"duration": 1e9}, "1e+09 s won't do; give at least 0.067 s, which is two frames, at most 3600 s"),
        ("there.png", {}, "exists already; give another name, or replace it with --force (in Python, force=True)"),
    ],
)
def test_refusals_come_first_in_one_line(
    run: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, asked: dict[str, object], line: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("work was begun")

    monkeypatch.setattr(render_module, "Shot", refuse)
    (tmp_path / "there.png").write_bytes(b"old")
    for ask in (check_export, lambda path, **options: render(run, path, **options)):
        with pytest.raises(ExportError) as error:
            ask(tmp_path / name, **asked)  # type: ignore[arg-type]
        assert str(error.value) == f"{tmp_path / name}: {line}"
    assert [path.name for path in tmp_path.iterdir()] == ["there.png"]


def test_an_experiment_is_no_recording(run: Recording, tmp_path: Path) -> None:
    with pytest.raises(
        ExportError, match=r"^recording: give a Recording, as train and open return one, not Experiment$"
    ):
        render(run.experiment, tmp_path / "film.mp4")  # pyright: ignore[reportArgumentType]
    assert not list(tmp_path.iterdir())


def test_stills_may_have_odd_sides_and_need_no_duration() -> None:
    check_export(Path("still.png"), size=(1921, 1081), fps=0, duration=0)


def test_the_table_of_formats_is_what_people_may_ask_for() -> None:
    assert {ending: row.name for ending, row in FORMATS.items()} == {
        ".mp4": "MP4 video",
        ".png": "PNG picture",
        ".svg": "SVG drawing",
        ".pdf": "PDF page",
    }


WITHOUT_A_SCREEN = """
import sys
from pathlib import Path
import numpy as np
from superviz.core.experiment import Experiment
from superviz.core.snapshot import Snapshot
from superviz.export.render import render
from superviz.session.recording import Recording
from PySide6.QtCore import QCoreApplication

recording = Recording.create(Experiment(n_features=2, n_hidden=2), title="Two")
for step, length in ((0, .2), (100, 1.0)):
    recording.append(Snapshot(step, length * np.eye(2, dtype=np.float32)[None], np.zeros((1, 2), np.float32)))
folder = Path(sys.argv[1])
for name in ("first.png", "second.png", "film.mp4"):
    assert render(recording, folder / name, size=(320, 180), duration=.2)
    assert QCoreApplication.instance() is None, "an application was left behind"
assert (folder / "first.png").read_bytes() == (folder / "second.png").read_bytes()

# A window may be opened afterwards, and export once more.
from PySide6.QtWidgets import QApplication, QLabel
app = QApplication(["superviz", "-platform", "offscreen"])
QLabel("x").grab()
assert render(recording, folder / "third.png", size=(320, 180))
assert QCoreApplication.instance() is app
assert (folder / "first.png").read_bytes() == (folder / "third.png").read_bytes()
print(*sorted({name.partition(".")[0] for name in sys.modules} & {"torch", "OpenGL", "pyqtgraph", "numba"}))
"""


def test_without_a_display_or_an_application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(variable, raising=False)
    command = [sys.executable, "-c", WITHOUT_A_SCREEN, str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stderr, result.stdout.strip()) == (0, "", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["film.mp4", "first.png", "second.png", "third.png"]
