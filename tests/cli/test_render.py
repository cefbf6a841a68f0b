"""`superviz render` without a display: a clip, stills, and everything that must be refused."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

from superviz.cli.render import parse_size


def test_a_clip(superviz, small_session: Path, tmp_path: Path) -> None:
    said = superviz(
        "render", small_session, "-o", "c.mp4", "--size", "320x180", "--fps", 10, "--duration", 1.2, "--theme", "light"
    )
    assert (said.status, said.line) == (0, "c.mp4: written")
    with av.open(tmp_path / "c.mp4") as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height) == (320, 180)
        assert sum(1 for _ in container.decode(stream)) == 12


@pytest.mark.parametrize("view", ["vectors", "interference", "neurons", "dashboard"])
def test_every_view_as_a_still(superviz, small_session: Path, tmp_path: Path, view: str) -> None:
    assert superviz("render", small_session, "-o", f"{view}.png", "--view", view, "--size", "640x360").status == 0
    assert (tmp_path / f"{view}.png").read_bytes().startswith(b"\x89PNG")


def test_a_recipe_is_trained_for_its_picture(superviz, tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text("n_features = 3\nn_hidden = 2\nsteps = 50\nbatch_size = 32\n")
    assert superviz("render", "r.toml", "-o", "r.svg", "--size", "320x180").status == 0
    assert "<svg" in (tmp_path / "r.svg").read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.svg", "r.toml"]


@pytest.mark.parametrize("model", ["linear", "relu_output", "relu_hidden", "absolute_value"])
def test_a_recipe_of_every_model(superviz, tmp_path: Path, model: str) -> None:
    recipe = f'n_features = 3\nn_hidden = 4\nmodel = "{model}"\nsigned = true\nsteps = 20\nbatch_size = 32\n'
    (tmp_path / "r.toml").write_text(recipe)
    said = superviz("render", "r.toml", "-o", "r.png", "--view", "dashboard", "--size", "640x360")
    assert (said.status, said.err.splitlines()[-1]) == (0, "r.png: written")


def test_a_subprocess_without_any_display_variable_renders(small_session: Path, tmp_path: Path) -> None:
    import os
    import subprocess
    import sys

    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "XDG_RUNTIME_DIR"}
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    program = [sys.executable, "-m", "superviz", "render", small_session, "-o", "s.png", "--size", "320x180"]
    done = subprocess.run(program, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "s.png: written\n")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["-o", "c.mp4", "--size", "321x180"], "c.mp4: 321x180 won't do: both sides must be even; give 322x180"),
        (["-o", "c.mp4", "--size", "big"], "--size big: give width and height in pixels, for example 1920x1080"),
        (["-o", "c.mp4", "--size", "0x0"], "c.mp4: 0x0 won't do"),
        (["-o", "c.mp4", "--fps", "0"], "c.mp4: 0 frames a second won't do"),
        (["-o", "c.mp4", "--duration", "-1"], "c.mp4: -1 s won't do"),
        (["-o", "c.xyz"], "c.xyz: unknown ending .xyz; end the name in "),
        (["-o", "c"], "c: no ending"),
        (["-o", "old.png"], "old.png: exists already"),
        (["-o", "nowhere/c.png"], "nowhere/c.png: no folder nowhere"),
        (["-o", "c.png", "--instance", "2"], "instance: there is no 2; the instances are 0 to 1"),
        (["-o", "c.png", "--instance", "-1"], "Invalid value for '--instance'"),
        (["-o", "c.png", "--view", "side"], "Invalid value for '--view'"),
        (["-o", "c.png", "--theme", "blue"], "Invalid value for '--theme'"),
    ],
)
def test_what_cannot_be_rendered_is_refused(
    superviz, small_session: Path, tmp_path: Path, arguments: list[str], line: str
) -> None:
    (tmp_path / "old.png").write_text("precious")
    before = sorted(tmp_path.iterdir())
    said = superviz("render", small_session, *arguments)
    assert said.status == 2
    assert line in said.line
    assert (tmp_path / "old.png").read_text() == "precious"
    assert sorted(tmp_path.iterdir()) == before


def test_a_recipe_is_not_trained_for_a_picture_that_cannot_be(superviz, monkeypatch: pytest.MonkeyPatch) -> None:
    def train(*_: object) -> None:
        raise AssertionError("trained")

    monkeypatch.setattr("superviz.training.train_until", train)
    assert superviz("render", "pentagon", "-o", "c.xyz").status == 2


@pytest.mark.parametrize(("text", "size"), [("1920x1080", (1920, 1080)), ("640×360", (640, 360))])
def test_sizes(text: str, size: tuple[int, int]) -> None:
    assert parse_size(text) == size


def test_an_instance_that_there_is_not_is_told_before_any_training(superviz, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("superviz.training.train_until", lambda *_: pytest.fail("training began"))
    said = superviz("render", "pentagon", "-o", "c.png", "--instance", 8)
    assert said.status == 2
    assert "instance: there is no 8; the instances are 0 to 7" in said.line
