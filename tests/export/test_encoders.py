"""What is written is what another decoder reads: frames, rate, colours, tags."""

from __future__ import annotations

import json
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from superviz.core.errors import ExportError
from superviz.export.encoders import FILM_FORMATS, Mp4Encoder, check_size

COLORS = ["#FF0000", "#00FF00", "#0000FF", "#FFD84D", "#E5468F", "#8E67F5", "#0B0E12", "#FFFFFF", "#000000", "#57B9FF"]
SIZE = (320, 160)


def bars(shift: int = 0) -> NDArray[np.uint8]:
    """Ten columns of colour, 32 pixels each, as (height, width, blue green red unused)."""
    frame = np.zeros((SIZE[1], SIZE[0], 4), np.uint8)
    for index, color in enumerate(COLORS[shift:] + COLORS[:shift]):
        frame[:, 32 * index : 32 * index + 32, :3] = list(bytes.fromhex(color[1:]))[::-1]
    return frame


def write(path: Path, frames: int = 12, rate: Fraction = Fraction(30)) -> Path:
    encoder = Mp4Encoder(path, SIZE, rate)
    for _ in range(frames):
        encoder.add(bars())
    encoder.finish()
    return path


def planes(path: Path) -> list[NDArray[np.float64]]:
    """The first frame's Y, Cb and Cr in the middle of each bar, (10, 3), for every frame."""
    with av.open(str(path)) as film:
        decoded = [frame.to_ndarray(format="yuv420p") for frame in film.decode(video=0)]
    width, height = SIZE
    columns = np.arange(16, width, 32)
    found: list[NDArray[np.float64]] = []
    for frame in decoded:
        luma = frame[height // 2, columns]
        chroma = frame[height:].reshape(2, height // 2, width // 2)[:, height // 4, columns // 2]
        found.append(np.stack([luma, *chroma], axis=1).astype(np.float64))
    return found


def test_colours_are_bt709_at_video_levels(tmp_path: Path) -> None:
    """Against the equations of ITU-R BT.709, section 3, quantised to 16-235 and 16-240."""
    rgb = np.array([list(bytes.fromhex(color[1:])) for color in COLORS]) / 255
    luma = rgb @ [0.2126, 0.7152, 0.0722]
    blue, red = (rgb[:, 2] - luma) / 1.8556, (rgb[:, 0] - luma) / 1.5748
    expected = np.stack([16 + 219 * luma, 128 + 224 * blue, 128 + 224 * red], axis=1)
    for found in planes(write(tmp_path / "a.mp4")):
        assert np.abs(found - expected).max() <= 2


def test_tags_say_so(tmp_path: Path) -> None:
    with av.open(str(write(tmp_path / "a.mp4"))) as film:
        context = film.streams.video[0].codec_context
        assert (context.name, context.pix_fmt) == ("h264", "yuv420p")
        assert (context.width, context.height) == SIZE
        tags = (context.colorspace, context.color_primaries, context.color_trc, context.color_range)
        assert [int(tag) for tag in tags] == [1, 1, 1, 1]


@pytest.mark.parametrize("frames", [2, 5, 61])
@pytest.mark.parametrize("rate", [Fraction(24), Fraction(30), Fraction(30000, 1001), Fraction(60)])
def test_every_frame_is_there_at_its_time(tmp_path: Path, frames: int, rate: Fraction) -> None:
    path = write(tmp_path / "a.mp4", frames, rate)
    with av.open(str(path)) as film:
        stream = film.streams.video[0]
        assert stream.frames == frames
        assert stream.average_rate == rate
        times = [frame.time for frame in film.decode(stream)]
    assert times == pytest.approx([float(index / rate) for index in range(frames)], abs=1e-4)


def test_the_index_comes_before_the_pictures(tmp_path: Path) -> None:
    content = write(tmp_path / "a.mp4").read_bytes()
    assert 0 < content.index(b"moov") < content.index(b"mdat")


def test_a_frames_memory_may_be_used_anew(tmp_path: Path) -> None:
    encoder = Mp4Encoder(tmp_path / "a.mp4", SIZE, Fraction(30))
    frame = bars()
    for index in range(10):
        frame[:] = bars(index)
        encoder.add(frame)
    frame[:] = 0
    encoder.finish()
    first_bar = [int(found[0, 0]) for found in planes(tmp_path / "a.mp4")]
    expected = [round(16 + 219 * np.dot(list(bytes.fromhex(c[1:])), [0.2126, 0.7152, 0.0722]) / 255) for c in COLORS]
    assert np.abs(np.array(first_bar) - expected).max() <= 3


def test_abandoning_lets_go_of_the_file(tmp_path: Path) -> None:
    encoder = Mp4Encoder(tmp_path / "a.mp4", SIZE, Fraction(30))
    encoder.add(bars())
    encoder.abandon()
    (tmp_path / "a.mp4").unlink(missing_ok=True)
    encoder.abandon()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("size", "fitting"),
    [((1921, 1080), "1922x1080"), ((1920, 1081), "1920x1082"), ((1, 1), "2x2"), ((1919, 1079), "1920x1080")],
)
def test_odd_sides_are_refused_naming_the_next_even_ones(size: tuple[int, int], fitting: str) -> None:
    with pytest.raises(ExportError) as error:
        check_size(Path("a.mp4"), size, FILM_FORMATS[".mp4"])
    assert str(error.value) == f"a.mp4: {size[0]}x{size[1]} won't do: both sides must be even; give {fitting}"


def test_even_sides_will_do() -> None:
    check_size(Path("a.mp4"), (1920, 1080), FILM_FORMATS[".mp4"])


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe isn't installed")
def test_ffprobe_agrees(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp4", 45)
    command = ["ffprobe", "-v", "error", "-count_frames", "-show_streams", "-of", "json", str(path)]
    stream = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["streams"][0]
    said = {
        key: stream[key] for key in ("codec_name", "pix_fmt", "width", "height", "nb_read_frames", "avg_frame_rate")
    }
    assert said == {
        "codec_name": "h264",
        "pix_fmt": "yuv420p",
        "width": 320,
        "height": 160,
        "nb_read_frames": "45",
        "avg_frame_rate": "30/1",
    }
    tags = [stream[key] for key in ("color_range", "color_space", "color_primaries", "color_transfer")]
    assert tags == ["tv", "bt709", "bt709", "bt709"]


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg isn't installed")
def test_ffmpeg_shows_the_same_colours(tmp_path: Path) -> None:
    write(tmp_path / "a.mp4")
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-i",
        str(tmp_path / "a.mp4"),
        "-frames:v",
        "1",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
    ]
    flags = ["-sws_flags", "accurate_rnd+full_chroma_int", "-"]
    raw = subprocess.run([*command, *flags], capture_output=True, check=True).stdout
    shown = np.frombuffer(raw, np.uint8).reshape(SIZE[1], SIZE[0], 3)[80, 16::32].astype(int)
    assert np.abs(shown - [list(bytes.fromhex(color[1:])) for color in COLORS]).max() <= 4
