"""The table of film views: every name the command line knows builds a frame of the size asked for."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.scene.frames import FRAMES
from superviz.scene.palette import DARK, LIGHT
from superviz.session.display import DisplaySettings
from superviz.session.timeline import Epoch, Timeline

RUN = Timeline(100, 50, 10 * np.arange(1, 6), np.full(5, 0.01, np.float32), (Epoch(0, 50, "Pentagon"),), (), 1.28)


def test_names_are_the_command_lines() -> None:
    assert list(FRAMES) == ["vectors", "interference", "neurons", "dashboard"]


@pytest.mark.parametrize("view", FRAMES)
@pytest.mark.parametrize("palette", [DARK, LIGHT])
def test_builds_a_frame(view: str, palette, make_moment) -> None:
    scene = FRAMES[view](make_moment(position=50.0), RUN, DisplaySettings(), palette, 640, 360, "Pentagon")
    assert (scene.width, scene.height) == (640, 360)
    assert scene.background in (palette.canvas, palette.panel)
    assert len(scene.drawables) > 20


def test_views_differ(make_moment) -> None:
    moment = make_moment(position=50.0)
    counts = {len(build(moment, RUN, DisplaySettings(), DARK, 640, 360, "").drawables) for build in FRAMES.values()}
    assert len(counts) == len(FRAMES)


@pytest.mark.parametrize("view", FRAMES)
def test_pure(view: str, make_moment) -> None:
    moment = make_moment(position=50.0)
    one, other = (FRAMES[view](moment, RUN, DisplaySettings(), DARK, 640, 360, "a") for _ in range(2))
    assert [type(d) for d in one.drawables] == [type(d) for d in other.drawables]


@pytest.mark.parametrize("view", FRAMES)
def test_of_the_instance_looked_at(view: str, make_moment) -> None:
    moment = make_moment(np.stack([np.eye(2), 0.5 * np.eye(2)]), feature_probability=[0.5, 0.05], position=50.0)
    frames = [FRAMES[view](moment, RUN, DisplaySettings(instance=index), DARK, 1920, 1080, "") for index in range(2)]
    said = [{getattr(drawable, "text", "") for drawable in frame.drawables} for frame in frames]
    assert ("0.50" in said[0], "0.95" in said[1]) == (True, True)
    assert "0.95" not in said[0]
