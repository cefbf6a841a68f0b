"""Of weights whose making isn't known nothing is claimed but what can be seen in them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from superviz.app.panels import PANELS, Frame
from superviz.scene import clip, dashboard, interference, neurons, strip, timeline, vectors
from superviz.scene.coloring import colors_at
from superviz.scene.drawables import Scene, Text
from superviz.scene.explanation import explain
from superviz.scene.feature_names import UNNAMED
from superviz.scene.palette import DARK
from superviz.scene.selection import Feature, Pair, Selection
from superviz.session.timeline import Timeline

CLAIMS = re.compile(
    r"ReLU|train|sparsity|\bp \d|\bS \d|probab|important|rarely|active|activating|matter|bias|pushe|model|not settled"
    r"|Finding directions|arbitrary|costs|mean over|sum over|recipe|seed|copy|start",
    re.IGNORECASE,
)
JUMBLE = np.array([[1.0, 0.9, 0.3, -0.2, -0.5], [0.0, 0.4, 0.8, 0.6, -0.9]])
NOTHING = Timeline(0, 0, np.arange(0), np.zeros(0, np.float32), (), (), 1.3)
RUN = Timeline(200, 200, 10 * np.arange(1, 21), np.linspace(1, 0.1, 20, dtype=np.float32), (), (), 1.3)


def said(scene: Scene) -> list[str]:
    return [drawable.text for drawable in scene.drawables if isinstance(drawable, Text)]


@pytest.mark.parametrize("selection", [Selection(), Selection(Feature(2)), Selection(Feature(4), Pair(0, 1))])
@pytest.mark.parametrize("W", [None, JUMBLE, np.eye(3), np.zeros((2, 4)), np.eye(3)[:, :2], [[1.0, 0.01]]])
@pytest.mark.parametrize("run", [NOTHING, RUN])
def test_no_view_claims_anything(W, run: Timeline, selection: Selection, make_moment, make_canvas) -> None:
    one = make_moment(W, described=False, bias=False, position=0.0)
    moment = replace(one, W=np.repeat(one.W, 2, axis=0), b=np.repeat(one.b, 2, axis=0), loss=np.full(2, np.nan))
    moment = replace(moment, experiment=one.experiment.changed(n_instances=2))
    large, small = make_canvas(1233, 632), make_canvas(384, 424)
    scenes = [
        vectors.build(moment, UNNAMED, selection, large),
        interference.build(moment, UNNAMED, selection, small),
        neurons.build(moment, UNNAMED, selection, small),
        strip.build(moment, UNNAMED, selection, large),
        timeline.build(run, moment, UNNAMED, selection, make_canvas(1616, 176)),
        *(clip.build(moment, run, UNNAMED, make_canvas(1920, 1080), "", view) for view in get_args(clip.View)),
        dashboard.build(moment, run, UNNAMED, make_canvas(1920, 1080), ""),
    ]
    frame = Frame(moment, run, UNNAMED, selection)
    words = [word for scene in scenes for word in said(scene)]
    words += [row.clause(frame) for row in PANELS] + [row.heading(frame) for row in PANELS if row.heading]
    assert [word for word in words if CLAIMS.search(word)] == []


def test_a_shape_is_told_by_its_angles(make_moment) -> None:
    told = explain(make_moment(described=False), 0)
    assert (told.title, told.glyph) == ("Pentagon", "pentagon")
    assert told.caption == "Five features share two dimensions. Each gets 0.40 of a dimension."
    assert told.why == "The two nearest lie 72° apart."


@pytest.mark.parametrize(
    ("W", "title", "why"),
    [
        (JUMBLE, "Mixed", "The two nearest lie 24° apart."),
        ([[1.0, -1.0]], "Digon", "They lie 180° apart."),
        ([[1.0], [0.0]], "One feature alone", ""),
        (np.zeros((2, 3)), "All dead", ""),
    ],
)
def test_whatever_the_weights(W, title: str, why: str, make_moment) -> None:
    told = explain(make_moment(W, described=False, position=0.0), 0)
    assert told.why == why
    assert told.title == title or title not in ("Mixed", "Digon")


def test_colours_follow_the_features_order(make_moment) -> None:
    backwards = make_moment(importance=[0.1, 0.2, 0.3, 0.4, 0.5], described=False)
    assert colors_at(backwards, 0, DARK, UNNAMED) == DARK.few_features
    many = make_moment(np.ones((2, 12)), importance=1.0, described=False)
    assert len(set(colors_at(many, 0, DARK, UNNAMED))) == 12


def test_a_loss_that_was_handed_over_is_told(make_moment, make_canvas) -> None:
    words = said(clip.build(make_moment(described=False), RUN, UNNAMED, make_canvas(1920, 1080), ""))
    assert {"Loss", "0.0014", "loss"} <= set(words)
    assert "Sparsity" not in words


def test_the_timeline_says_that_there_is_nothing(make_moment, make_canvas) -> None:
    moment = make_moment(described=False, position=0.0)
    assert said(timeline.build(NOTHING, moment, UNNAMED, Selection(), make_canvas(1616, 176))) == [
        "These are weights of a single step: there is nothing before or after it."
    ]
    lossless = replace(RUN, steps=np.arange(0), losses=np.zeros(0, np.float32))
    assert "no losses were recorded" in said(
        timeline.build(lossless, moment, UNNAMED, Selection(), make_canvas(900, 176))
    )
