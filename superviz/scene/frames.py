"""Frames: what stills and films can show, by name. A new film view is one row."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from superviz.scene import clip, dashboard
from superviz.scene.canvas import Canvas
from superviz.scene.drawables import Scene
from superviz.scene.palette import Palette
from superviz.session.display import DisplaySettings
from superviz.session.moment import Moment
from superviz.session.timeline import Timeline


class FrameBuilder(Protocol):
    """Builds one frame of the instance that `display` looks at, `width` by `height` logical pixels."""

    def __call__(
        self,
        moment: Moment,
        timeline: Timeline,
        display: DisplaySettings,
        palette: Palette,
        width: float,
        height: float,
        title: str,
    ) -> Scene: ...


def _on_canvas(
    build: Callable[[Moment, Timeline, DisplaySettings, Canvas, str], Scene],
    moment: Moment,
    timeline: Timeline,
    display: DisplaySettings,
    palette: Palette,
    width: float,
    height: float,
    title: str,
) -> Scene:
    return build(moment, timeline, display, Canvas(width, height, palette), title)


FRAMES: dict[str, FrameBuilder] = {
    "vectors": partial(_on_canvas, partial(clip.build, view="vectors")),
    "interference": partial(_on_canvas, partial(clip.build, view="interference")),
    "neurons": partial(_on_canvas, partial(clip.build, view="neurons")),
    "dashboard": partial(_on_canvas, dashboard.build),
}
"""The views of `superviz render --view`, the usual one first."""
