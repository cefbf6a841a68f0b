"""Frames: what stills and films can show, by name. A new film view is one row."""

from __future__ import annotations

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


def _clip(
    view: clip.View,
    moment: Moment,
    timeline: Timeline,
    display: DisplaySettings,
    palette: Palette,
    width: float,
    height: float,
    title: str,
) -> Scene:
    return clip.build(moment, timeline, display, Canvas(width, height, palette), title, view)


def _dashboard(
    moment: Moment,
    timeline: Timeline,
    display: DisplaySettings,
    palette: Palette,
    width: float,
    height: float,
    title: str,
) -> Scene:
    return dashboard.build(moment, timeline, display, Canvas(width, height, palette), title)


FRAMES: dict[str, FrameBuilder] = {
    "vectors": partial(_clip, "vectors"),
    "interference": partial(_clip, "interference"),
    "neurons": partial(_clip, "neurons"),
    "dashboard": _dashboard,
}
"""The views of `superviz render --view`, the usual one first."""
