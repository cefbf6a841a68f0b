"""The dashboard frame: every panel there, in its own place, at any size."""

from __future__ import annotations

import numpy as np
import pytest

from superviz.scene import dashboard
from superviz.scene.drawables import Path, Rect, Scene, Text
from superviz.scene.palette import DARK, LIGHT
from superviz.scene.text_extent import text_extent
from superviz.session.display import DisplaySettings
from superviz.session.timeline import Epoch, Timeline

LOSSES = (0.0096 * np.exp(-np.arange(424) / 100) + 0.0014).astype(np.float32)
RUN = Timeline(5000, 4240, 10 * np.arange(1, 425), LOSSES, (Epoch(0, 4240, "Pentagon"),), (), 1.28)
TURNS = np.radians(90 - 72 * np.arange(5))
PENTAGON = 1.13 * np.stack([np.cos(TURNS), np.sin(TURNS)])
SIZES = [(1920, 1080), (3840, 2160), (1280, 720), (1080, 1080), (1080, 1920), (1440, 1080), (2560, 1080)]


@pytest.fixture
def build(make_moment, make_canvas):
    def build(size=(1920, 1080), instances: int = 8, palette=DARK, W=PENTAGON, **display: object) -> Scene:
        moment = make_moment(np.stack([W] * instances), feature_probability=np.geomspace(1, 0.05, instances).tolist())
        canvas = make_canvas(*size, palette=palette)
        return dashboard.build(moment, RUN, DisplaySettings(**display), canvas, "Five features, two dimensions")  # pyright: ignore[reportArgumentType]

    return build


def texts(scene: Scene) -> list[Text]:
    return [drawable for drawable in scene.drawables if isinstance(drawable, Text)]


def said(scene: Scene) -> set[str]:
    return {text.text for text in texts(scene)}


@pytest.mark.parametrize("size", SIZES)
class TestAnySize:
    def test_all_panels_are_there(self, size: tuple[int, int], build) -> None:
        words = said(build(size))
        assert {"Five features, two dimensions", "Interference", "Neurons", "Instances", "step"} <= words
        assert "loss, mean over features" in words
        assert {"Pentagon", "Feature 1", "bias", "Neuron 1", "p 1.00", "0"} <= words | {
            w.split(" · ")[0] for w in words
        }

    def test_nothing_is_clipped(self, size: tuple[int, int], build, clipped) -> None:
        for instances in (1, 8, 40):
            assert clipped(build(size, instances)) == []

    def test_no_words_on_each_other(self, size: tuple[int, int], build) -> None:
        extents = [(text.text, text_extent(text)) for text in texts(build(size))]
        for index, (one, (x, y, width, height)) in enumerate(extents):
            for other, (x2, y2, width2, height2) in extents[:index]:
                apart = (
                    x + width <= x2 + 1 or x2 + width2 <= x + 1 or y + 0.75 * height <= y2 or y2 + 0.75 * height2 <= y
                )
                assert apart, (one, other)


def test_one_instance_needs_no_strip(build) -> None:
    assert "Instances" not in said(build(instances=1))


def test_nothing_is_selected(build) -> None:
    plain, pinned = build(), build(pinned_feature=2)
    assert len(plain.drawables) == len(pinned.drawables)


def test_the_loss_spans_the_run_and_has_no_live_head(build) -> None:
    words = said(build())
    assert "live" not in words
    assert "4,000" in words
    assert "5,000" not in words


def test_light(build) -> None:
    scene = build(palette=LIGHT)
    assert scene.background == LIGHT.panel
    assert not {d.fill.color for d in scene.drawables if isinstance(d, Rect) and d.fill} & {DARK.panel, DARK.canvas}


def test_unsettled_and_uneven(make_moment, make_canvas) -> None:
    W = np.random.default_rng(0).normal(size=(2, 3, 6))
    moment = make_moment(W, feature_probability=[[0.1, 0.2, 0.3, 0.4, 0.5, 0.6]] * 2, position=0.0)
    empty = Timeline(5000, 0, np.empty(0, np.int64), np.empty(0, np.float32), (), (), 0.0)
    scene = dashboard.build(moment, empty, DisplaySettings(), make_canvas(1920, 1080), "A title far too long " * 20)
    assert "sparsity" not in said(scene)
    assert not any(text.startswith("A title") for text in said(scene))
    assert all(np.isfinite(d.points).all() for d in scene.drawables if isinstance(d, Path))
